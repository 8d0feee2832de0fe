"""Which functions can be called from elsewhere, by the conventions of each language."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

_ENDS = frozenset({"{", "}", ";"})
_HIDING = frozenset({"private", "fileprivate"})
_LONGEST = 40
_WITH_PROPERTIES = frozenset({"C#", "Swift", "PHP"})
_AFTER_PROPERTY = frozenset({":", "=>", "{"})
_BY_LINE = frozenset({"Go", "Kotlin", "Scala", "Swift", "JavaScript", "TypeScript", "Vue"})


class Visibility:
    """Reads the modifiers before a function; what is not said is decided by the language's default."""

    def __init__(self, language: str, tokens: Sequence[str], lines: Sequence[int]) -> None:
        self._language = language
        self._tokens = tokens
        self._lines = lines
        self._exports = language in ("JavaScript", "TypeScript", "Vue") and "export" in tokens
        self._depths = list(accumulate((t in ("{", "${")) - (t == "}") for t in tokens)) if self._exports else []

    def is_public(self, name: str, first: int, last: int) -> bool:  # noqa: PLR0911 - one for each language
        """Return whether a function can be called from outside its file.

        The name is as lizard gives it, perhaps with the names of classes before it. ``first`` and ``last`` are the
        places of its tokens; there are none if ``last`` is before ``first``.
        """
        bare = name.replace("::", ".").rpartition(".")[2]
        if not bare or bare.startswith(("(", "anonymous")):
            return False
        language = self._language
        if language == "Go":
            return bare[0].isupper()
        if language in _WITH_PROPERTIES and last >= first and self._tokens[first] in _AFTER_PROPERTY:
            return False  # a property may compute its value today and store it tomorrow
        modifiers = self._modifiers(first) if last >= first else frozenset()
        if modifiers & _HIDING:
            return False
        if language == "Java":
            return "protected" not in modifiers and ("public" in modifiers or "default" in modifiers)
        if language == "C#":
            return "public" in modifiers
        if language == "Rust":
            return "pub" in modifiers
        if language == "Swift":
            return bool(modifiers & {"public", "open"})
        if language == "C":
            return "static" not in modifiers
        if language in ("Kotlin", "Scala", "PHP"):
            return not modifiers & {"protected", "internal"}
        if language in ("JavaScript", "TypeScript", "Vue"):
            return not bare.startswith(("_", "#")) and self._is_exported(modifiers, first)
        return not bare.startswith("_") or language in ("C++", "Objective-C")

    def _is_exported(self, modifiers: frozenset[str], first: int) -> bool:
        # in a file without `export` the module system is another one, and a method is as public as its class
        if not self._exports or "export" in modifiers or "protected" in modifiers:
            return "protected" not in modifiers
        return first > 0 and self._depths[first] > 0

    def _modifiers(self, first: int) -> frozenset[str]:
        results: set[str] = set()
        tokens, lines = self._tokens, self._lines
        place = first - 1
        line = lines[first]
        while place >= 0 and first - place <= _LONGEST and tokens[place] not in _ENDS:
            if self._language in _BY_LINE and lines[place] != line:
                break
            results.add(tokens[place])
            place -= 1
        return frozenset(results)
