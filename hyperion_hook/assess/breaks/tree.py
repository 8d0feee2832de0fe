"""The files as the change leaves them: texts, code without comments, and where names are used."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from itertools import accumulate

from hyperion_hook.assess.breaks.definitions import rows_with
from hyperion_hook.assess.breaks.patterns import pattern_of
from hyperion_hook.domain.breaks import Break, BreakKind
from hyperion_hook.domain.change import Change, FileChange, FileStatus
from hyperion_hook.domain.files.generated import says_generated
from hyperion_hook.domain.files.languages import language_of
from hyperion_hook.domain.files.path_patterns import is_ignored, parse_patterns
from hyperion_hook.domain.files.paths import FileRole, role_of
from hyperion_hook.domain.late_patterns import late_pattern
from hyperion_hook.domain.light_dataclasses import dataclass
from hyperion_hook.domain.snapshot import ImportGraph, Sources
from hyperion_hook.domain.vector import Missing
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


@dataclass(frozen=True, slots=True)
class Use:
    """A line that uses a name, and whether nothing else can be meant by it."""

    path: str
    line: int
    is_firm: bool


Search = Callable[[Sequence[str]], list[Hit] | None]
"""Finds words in the tree before the change."""

_STRINGS = r"|\"(?:[^\"\\\n]|\\.)*+\"?|'(?:[^'\\\n]|\\.)*+'?"
_TRIPLE = r"|\"\"\"(?:[^\"\\]|\\.|\"(?!\"\"))*+(?:\"\"\")?"
_COMMENTS = r"//[^\n]*+|/\*(?:[^*]|\*(?!/))*+(?:\*/)?"
_LEXES = {
    "python": late_pattern(rf"\#[^\n]*+{_TRIPLE}|\'\'\'(?:[^'\\]|\\.|'(?!''))*+(?:\'\'\')?{_STRINGS}", re.DOTALL),
    "jvm": late_pattern(_COMMENTS + _TRIPLE + _STRINGS, re.DOTALL),
    "go": late_pattern(rf"{_COMMENTS}|`[^`]*+`?{_STRINGS}", re.DOTALL),
    "script": late_pattern(rf"{_COMMENTS}|`(?:[^`\\]|\\.)*+`?{_STRINGS}", re.DOTALL),
    "c": late_pattern(_COMMENTS + _STRINGS, re.DOTALL),
}
"""Comments and strings of each family."""
MOST_NAMED = 3
"""Lines, packages or names that a break names."""
MOST_NEIGHBOURS = 300
"""Files that are read one by one; where more can see a name the tree is searched."""
_ASIDE = late_pattern(
    r"(?:^|/)(?:examples?|samples?|demos?|bench(?:marks?)?|templates?|mocks?|playgrounds?|fuzz"
    r"|(?:__)?fixtures(?:__)?|testdata|\.yarn|e2e/[^/\n]+/__tests__)/"
)
_NOT_BREAK = late_pattern(r"[^\n]")
_TEMPLATES = ("in", "cmake", "tmpl", "tpl", "template", "j2", "erb")
_BUILD_SCRIPTS = (".gradle", ".gradle.kts")
"""Build scripts, which see the classes of plugins but none of the tree they build."""


def family_of(path: str) -> str | None:
    """Return the family of languages of a path, ``None`` where names are not searched for."""
    return FAMILIES.get(language_of(path) or "")


def plain(family: str, text: str) -> str:
    """Return a text of the same length and lines with comments blank and strings as one number each.

    Examples
    --------
    >>> plain("c", 'f("x, y"); // g()')
    'f(000000);       '
    """
    return _LEXES[family].sub(_blank, text)


def _blank(match: re.Match[str]) -> str:
    text = match[0]
    fill = " " if text[0] in "#/" else "0"
    return _NOT_BREAK.sub(fill, text) if "\n" in text else fill * len(text)


@lru_cache(maxsize=16)
def code_of(path: str, text: str) -> str:
    """Return the text of a file without comments and strings; one of no known family is read like C."""
    return plain(family_of(path) or "c", text)


class TreeAfter:
    """The tree that the change leaves behind.

    ``graph`` returns the import graph of the base and is asked only where something was taken away; ``search`` finds
    words at the base, and what the change touches is looked at apart.
    """

    def __init__(
        self, change: Change, sources: Sources, graph: Callable[[], ImportGraph | Missing], search: Search
    ) -> None:
        self.change = change
        self.sources = sources
        self._graph = graph
        self._search = search
        self._codes: dict[str, str] = {}
        self._neighbours: dict[str, frozenset[str] | None] = {}

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
        left = [file for file in self.change.files if file.old_blob and file.status is not FileStatus.COPIED]
        return frozenset(file.previous_path for file in left) - self.touched.keys()

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

    def is_user(self, path: str) -> bool:
        """Return whether a file can miss what is gone: somebody wrote it, it is still there and it sees the tree."""
        if path in self.gone or path.endswith(_BUILD_SCRIPTS):
            return False
        return role_of(path) not in (FileRole.FOREIGN, FileRole.DOCUMENT) and not says_generated(self.text(path))

    def has_left(self, path: str) -> bool:
        """Return whether a file went with the whole package it belongs to, which others may have from elsewhere now."""
        from hyperion_hook.features.manifests.readers import is_manifest

        above = set(accumulate(path.split("/")[:-1], "{}/{}".format))
        return any(gone.rpartition("/")[0] in above and is_manifest(gone) for gone in self.gone)

    def is_built(self, path: str) -> bool:
        """Return whether a file that is gone is one that the build makes: git ignores it, or a template is beside."""
        folder, _, name = path.rpartition("/")
        start = f"{folder}/" if folder else ""
        files = self._beside(folder) | self.touched.keys()
        if any(f"{path}.{ending}" in files - self.gone for ending in _TEMPLATES):
            return True
        rules = ((path, self.text(".gitignore")), (name, self.text(f"{start}.gitignore") if start else ""))
        return any(is_ignored(below, parse_patterns(text.split("\n"))) for below, text in rules)

    def hits(self, names: Sequence[str], paths: Iterable[str] | None = None) -> list[Hit] | None:
        """Return the lines that hold one of the names after the change, ``None`` where they cannot be found.

        With ``paths`` only they and what the change touches are looked at, without a search of the tree.
        """
        result = self._search(names) if names and paths is None else []
        if result is None:
            return None
        left = [hit for hit in result if hit.path not in self.gone and hit.path not in self.touched]
        for path in (*sorted(set(paths or ()) - self.touched.keys()), *self.touched):
            if family_of(path):
                left += self._hits_in(path, names)
        return left

    def _hits_in(self, path: str, names: Sequence[str]) -> Iterator[Hit]:
        text = self.text(path)
        number, counted = 1, 0
        for start, end in rows_with(text, names):
            if pattern_of("word", tuple(names)).search(text[start:end]):
                number, counted = number + text.count("\n", counted, start), start
                yield Hit(path, number, text[start:end])

    def neighbours(self, file: FileChange) -> frozenset[str] | None:
        """Return the files left as they are that can see the names of a touched one, ``None`` for too many."""
        if file.path not in self._neighbours:
            family = family_of(file.previous_path)
            paths = set(self.users(file.previous_path))
            for folder in {path.rpartition("/")[0] for path in (file.previous_path, file.path) if family != "python"}:
                paths |= self._beside(folder)
            left = frozenset(path for path in paths - self.touched.keys() - self.gone if family_of(path) == family)
            self._neighbours[file.path] = left if len(left) <= MOST_NEIGHBOURS else None
        return self._neighbours[file.path]

    def _beside(self, folder: str) -> set[str]:
        """Return the files of the base in a folder."""
        beside = self.sources.base_folder(folder)
        names = () if isinstance(beside, Missing) else beside.files
        return {f"{folder}/{name}" if folder else name for name in names}

    def users(self, module: str) -> frozenset[str]:
        """Return the files of the base that import a module, or a header of C beside it."""
        names = [module]
        if family_of(module) == "c":
            names += [module.rpartition(".")[0] + ending for ending in (".h", ".hpp")]
        return frozenset(user for name in names for user in self.graph.importers.get(name, ()))

    def imports(self, path: str, spec: str) -> tuple[str, ...]:
        """Return the files of the base that one import of a file means."""
        # most changes take nothing away: they are spared the import
        from hyperion_hook.features.graph.import_graph import imports_of_specs

        return imports_of_specs(self.graph, path, (spec,))[0]

    def is_linked(self, path: str, module: str, importers: Iterable[str]) -> bool:
        """Return whether a file can see the names of a module: it is the module, imports it or lies beside it."""
        is_beside = family_of(module) != "python" and path.rpartition("/")[0] == module.rpartition("/")[0]
        return path == module or path in importers or is_beside


def line_of(text: str, position: int) -> int:
    """Return the line of a position, from 1."""
    return text.count("\n", 0, position) + 1


def listed(words: Sequence[str], most: int = MOST_NAMED) -> str:
    """Return the first few of some words, and how many more there are.

    Examples
    --------
    >>> listed(["a.py:1", "b.py:2", "c.py:3"], 2)
    'a.py:1, b.py:2 and 1 more'
    """
    more = f" and {len(words) - most:,} more" if len(words) > most else ""
    return f"{', '.join(words[:most])}{more}"


def break_of(kind: BreakKind, sentence: str, uses: list[Use], *, is_sure: bool) -> Break:
    """Return a break with the lines that use what is gone, the surest first; it is certain where one is firm."""
    uses.sort(key=lambda use: (not use.is_firm, role_of(use.path) is not FileRole.SOURCE, use.path, use.line))
    # examples may be built with a release of what they show
    is_certain = is_sure and any(use.is_firm and not is_aside(use.path) for use in uses)
    evidence = listed([f"{use.path}:{use.line}" for use in uses])
    return Break(kind, sentence, evidence, uses[0].path, uses[0].line, is_certain)


def is_aside(path: str) -> bool:
    """Return whether a path lies in a folder of examples or of data for tests, which nobody depends on."""
    return _ASIDE.search(path) is not None
