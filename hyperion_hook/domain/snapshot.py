"""Snapshot: source before and after a change, and the import graph of the base.

Both are read on demand: a change whose features need no source reads none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from hyperion_hook.domain.change import FileChange
from hyperion_hook.domain.light_dataclasses import dataclass, field
from hyperion_hook.domain.vector import Missing


@dataclass(frozen=True, slots=True)
class SourceText:
    """One version of one file as text; ``blob`` is its git object id, line ends are line feeds.

    ``breaks`` are the line ends that git does not count as such, see ``domain.files.text.decode_lines``.
    """

    path: str
    blob: str
    text: str
    breaks: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Folder:
    """The names of the files and of the folders in a folder."""

    files: frozenset[str]
    folders: frozenset[str]


class Sources(Protocol):
    """The two sides of a change; ``Missing`` names why a side cannot be read (absent, binary, too large)."""

    def before(self, file: FileChange) -> SourceText | Missing:
        """Return the file as it was at the base."""

    def after(self, file: FileChange) -> SourceText | Missing:
        """Return the file as the change leaves it."""

    def lines_before(self, file: FileChange) -> int | Missing:
        """Return the number of lines of the file as it was at the base."""

    def base_file(self, path: str) -> SourceText | Missing:
        """Return any file of the base commit by path, for manifests and the like."""

    def base_folder(self, path: str) -> Folder | Missing:
        """Return the files and folders in a folder of the base commit; the top is called ``""``."""


@dataclass(frozen=True, slots=True)
class ImportGraph:
    """Which module of the base commit imports which, by file path.

    ``imports[path]`` are the files that ``path`` imports (internal edges, sorted), ``importers`` the reverse,
    ``external[path]`` the names of packages outside the repository that ``path`` imports. ``depth`` is the longest
    chain of imports below a file, cycles counted once; ``cycle`` are the files on its cycle, if any.
    ``reach`` is the share of entry points (files that nobody imports) from which a file is reached.
    ``rank`` is the file's place among all files by number of importers, 0 (least used) to 1.
    """

    imports: Mapping[str, Sequence[str]]
    importers: Mapping[str, Sequence[str]]
    external: Mapping[str, Sequence[str]]
    depth: Mapping[str, int]
    cycle: Mapping[str, Sequence[str]]
    reach: Mapping[str, float]
    rank: Mapping[str, float]


NO_COVERAGE = Missing("no coverage report is configured")


@dataclass(frozen=True, slots=True)
class Configured:
    """What only the team knows, from the configuration file: shares and weights by path pattern, coverage by path.

    Patterns are ``fnmatch`` patterns over paths. Shares and weights lie in 0..1, criticality in 1..5.
    ``coverage_before`` and ``coverage_after`` map a path to (lines covered, lines counted).
    """

    traffic: Mapping[str, float] = field(default_factory=dict)
    revenue: Mapping[str, float] = field(default_factory=dict)
    criticality: Mapping[str, int] = field(default_factory=dict)
    coverage_before: Mapping[str, tuple[int, int]] | Missing = NO_COVERAGE
    coverage_after: Mapping[str, tuple[int, int]] | Missing = NO_COVERAGE


@dataclass(frozen=True, slots=True)
class Discussed:
    """What a code host knows of a change; ``None`` for what it did not say.

    ``discussions`` counts comments, ``approval_hours`` is the time from the oldest commit to the first approval.
    """

    discussions: int | None = None
    approval_hours: float | None = None
