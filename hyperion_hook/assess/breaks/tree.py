"""The files as the change leaves them: texts, code without comments, and where names are used."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property, lru_cache

from hyperion_hook.assess.breaks.patterns import pattern_of
from hyperion_hook.domain.change import Change, FileChange, FileStatus
from hyperion_hook.domain.files.languages import language_of
from hyperion_hook.domain.snapshot import ImportGraph, Sources
from hyperion_hook.domain.vector import Missing
from hyperion_hook.features.graph.view import imports_of_specs
from hyperion_hook.git.search import Hit

FAMILIES = {
    "Python": "python",
    "Java": "jvm",
    "Kotlin": "jvm",
    "Scala": "jvm",
    "Groovy": "jvm",
    "Go": "go",
    "JavaScript": "script",
    "TypeScript": "script",
    "Vue": "script",
    "Svelte": "script",
    "C": "c",
    "C++": "c",
    "Objective-C": "c",
}
"""Languages whose names are searched for, by who can use whose names."""

Search = Callable[[Sequence[str]], list[Hit] | None]
"""Finds words in the tree before the change."""

_STRINGS = r"|\"(?:[^\"\\\n]|\\.)*+\"?|'(?:[^'\\\n]|\\.)*+'?"
_TRIPLE = r"|\"\"\"(?:[^\"\\]|\\.|\"(?!\"\"))*+(?:\"\"\")?"
_COMMENTS = r"//[^\n]*+|/\*(?:[^*]|\*(?!/))*+(?:\*/)?"
_LEXES = {
    "python": re.compile(rf"\#[^\n]*+{_TRIPLE}|\'\'\'(?:[^'\\]|\\.|'(?!''))*+(?:\'\'\')?{_STRINGS}", re.DOTALL),
    "jvm": re.compile(_COMMENTS + _TRIPLE + _STRINGS, re.DOTALL),
    "go": re.compile(rf"{_COMMENTS}|`[^`]*+`?{_STRINGS}", re.DOTALL),
    "script": re.compile(rf"{_COMMENTS}|`(?:[^`\\]|\\.)*+`?{_STRINGS}", re.DOTALL),
    "c": re.compile(_COMMENTS + _STRINGS, re.DOTALL),
}
"""Comments and strings of each family."""
_ASIDE = re.compile(r"(?:^|/)(?:examples?|samples?|demos?|bench(?:marks?)?|templates?|mocks?|playgrounds?|fuzz)/")
_NOT_BREAK = re.compile(r"[^\n]")


def family_of(path: str) -> str | None:
    """Return the family of languages of a path, ``None`` where names are not searched for."""
    return FAMILIES.get(language_of(path) or "")


@lru_cache(maxsize=16)
def code_of(path: str, text: str) -> str:
    """Return a text of the same length and lines with comments blank and strings as one number each.

    Examples
    --------
    >>> code_of("a.c", 'f("x, y"); // g()')
    'f(000000);       '
    """
    pattern = _LEXES[family_of(path) or "c"]
    return pattern.sub(lambda match: _NOT_BREAK.sub(" " if match[0][0] in "#/" else "0", match[0]), text)


class TreeAfter:
    """The tree that the change leaves behind.

    Parameters
    ----------
    change, sources
        The change and its two sides.
    graph
        Returns the import graph of the base; asked only where something was taken away.
    search
        Finds words at the base; what the change touches is looked at apart.
    """

    def __init__(
        self, change: Change, sources: Sources, graph: Callable[[], ImportGraph | Missing], search: Search
    ) -> None:
        self.change = change
        self.sources = sources
        self._graph = graph
        self._search = search
        self._codes: dict[str, str] = {}

    @cached_property
    def graph(self) -> ImportGraph:
        """The import graph of the base, an empty one where it is not known."""
        graph = self._graph()
        return ImportGraph({}, {}, {}, {}, {}, {}, {}) if isinstance(graph, Missing) else graph

    @cached_property
    def touched(self) -> dict[str, FileChange]:
        """The files of the change that are left, by the path they have now."""
        return {file.path: file for file in self.change.files if file.new_blob is not None}

    @cached_property
    def gone(self) -> frozenset[str]:
        """Paths that no longer hold a file."""
        return (
            frozenset(
                file.previous_path
                for file in self.change.files
                if file.old_blob and file.status is not FileStatus.COPIED
            )
            - self.touched.keys()
        )

    def text(self, path: str) -> str:
        """Return the text of a file after the change, '' where there is none."""
        if path in self.gone:
            return ""
        file = self.touched.get(path)
        source = self.sources.after(file) if file else self.sources.base_file(path)
        return "" if isinstance(source, Missing) else source.text

    def code(self, path: str) -> str:
        """Return the text of a file after the change without comments and strings."""
        if path not in self._codes:
            self._codes[path] = code_of(path, self.text(path))
        return self._codes[path]

    def before(self, file: FileChange) -> str:
        """Return the text of a touched file before the change, '' where there is none."""
        source = self.sources.before(file)
        return "" if isinstance(source, Missing) else source.text

    def hits(self, names: Sequence[str]) -> list[Hit] | None:
        """Return the lines that hold one of the names after the change, ``None`` where they cannot be found."""
        found = self._search(names) if names else []
        if found is None:
            return None
        words = pattern_of("word", tuple(names))
        left = [hit for hit in found if hit.path not in self.gone and hit.path not in self.touched]
        for path in self.touched:
            if family_of(path):
                left += [
                    Hit(path, number, row)
                    for number, row in enumerate(self.text(path).split("\n"), 1)
                    if words.search(row)
                ]
        return left

    def imports(self, path: str, spec: str) -> tuple[str, ...]:
        """Return the files of the base that one import of a file means."""
        return imports_of_specs(self.graph, path, (spec,))[0]

    def is_linked(self, path: str, module: str, importers: Iterable[str]) -> bool:
        """Return whether a file can see the names of a module: it is the module, imports it or lies beside it."""
        if path == module or path in importers:
            return True
        return family_of(module) != "python" and path.rpartition("/")[0] == module.rpartition("/")[0]


def line_of(text: str, position: int) -> int:
    """Return the line of a position, from 1."""
    return text.count("\n", 0, position) + 1


def is_aside(path: str) -> bool:
    """Return whether a path lies in a folder of examples, which nobody depends on."""
    return _ASIDE.search(path) is not None
