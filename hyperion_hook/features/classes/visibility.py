"""Which functions can be called from elsewhere, by the conventions of each language."""

from __future__ import annotations

from itertools import accumulate

from hyperion_hook.features.code.view import TokenView

_ENDS = frozenset({"{", "}", ";"})
_HIDING = frozenset({"private", "fileprivate"})
_LONGEST = 40
_WITH_PROPERTIES = frozenset({"C#", "Swift", "PHP"})
_AFTER_PROPERTY = frozenset({":", "=>", "{"})
_SCRIPT = frozenset({"JavaScript", "TypeScript", "Vue"})
_BY_LINE = frozenset({"Go", "Kotlin", "Scala", "Swift"}) | _SCRIPT
_SHOWING = {"C#": {"public"}, "Rust": {"pub"}, "Swift": {"public", "open"}}
"""One of these makes a function public."""
_INSIDE = {"protected", "internal"}
_LIMITING = {"C": {"static"}, "Kotlin": _INSIDE, "Scala": _INSIDE, "PHP": _INSIDE}
"""Without one of these it is."""


class Visibility:
    """Reads the modifiers before a function; what is not said is decided by the language's default."""

    def __init__(self, language: str, view: TokenView) -> None:
        self._language = language
        self._view = view
        self._exports = language in _SCRIPT and "export" in view.texts
        opened = ((token in ("{", "${")) - (token == "}") for token in view.texts)
        self._depths = list(accumulate(opened)) if self._exports else []

    def is_public(self, name: str, first: int, last: int) -> bool:  # noqa: PLR0911 - one for each kind of language
        """Return whether a function can be called from outside its file.

        The name is as lizard gives it, perhaps with the names of classes before it. ``first`` and ``last`` are the
        indexes of its tokens; there are none if ``last`` is before ``first``.
        """
        bare = name.replace("::", ".").rpartition(".")[2]
        if not bare or bare.startswith(("(", "anonymous")):
            return False
        language = self._language
        if language == "Go":
            return bare[0].isupper()
        if language in _WITH_PROPERTIES and last >= first and self._view.texts[first] in _AFTER_PROPERTY:
            return False  # a property may compute its value today and store it tomorrow
        modifiers = self._modifiers(first) if last >= first else set()
        if modifiers & _HIDING:
            return False
        if language == "Java":
            return "protected" not in modifiers and ("public" in modifiers or "default" in modifiers)
        if language in _SHOWING:
            return bool(modifiers & _SHOWING[language])
        if language in _LIMITING:
            return not modifiers & _LIMITING[language]
        if language in _SCRIPT:
            return not bare.startswith(("_", "#")) and self._is_exported(modifiers, first)
        return not bare.startswith("_") or language in ("C++", "Objective-C")

    def _is_exported(self, modifiers: set[str], first: int) -> bool:
        # in a file without `export` the module system is another one, and a method is as public as its class
        if not self._exports or "export" in modifiers or "protected" in modifiers:
            return "protected" not in modifiers
        return first > 0 and self._depths[first] > 0

    def _modifiers(self, first: int) -> set[str]:
        texts, lines = self._view.texts, self._view.lines
        start = max(first - _LONGEST, 0)
        for index in range(first - 1, start - 1, -1):
            if texts[index] in _ENDS or (self._language in _BY_LINE and lines[index] != lines[first]):
                return set(texts[index + 1 : first])
        return set(texts[start:first])
