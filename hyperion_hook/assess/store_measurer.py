"""From a change to its vector: git, stores and the extractor put together."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from hyperion_hook.assess.inputs import configured
from hyperion_hook.assess.vector_cache import NOT_NEEDED, KeptVectors
from hyperion_hook.config.load import Config
from hyperion_hook.domain.change import Change, FileStatus, without_tests
from hyperion_hook.domain.commit import Commit
from hyperion_hook.domain.files.paths import FileRole, role_of
from hyperion_hook.domain.history import History
from hyperion_hook.domain.light_dataclasses import dataclass
from hyperion_hook.domain.phrases import counted
from hyperion_hook.domain.snapshot import Discussed, ImportGraph
from hyperion_hook.domain.vector import SHALLOW, FeatureVector, Missing
from hyperion_hook.features.catalogue import CATALOGUE
from hyperion_hook.features.feature import Origin
from hyperion_hook.features.source.measure import can_measure
from hyperion_hook.git.log import Detail, read_commits
from hyperion_hook.git.repository import Repository
from hyperion_hook.measurer import Measurer
from hyperion_hook.store.history.commits_before import Past
from hyperion_hook.store.history.index import HistoryIndex
from hyperion_hook.store.history.open_history import open_history
from hyperion_hook.store.history.view import IndexedHistory
from hyperion_hook.store.source_cache import SourceCache

if TYPE_CHECKING:
    from hyperion_hook.domain.progress import Progress
    from hyperion_hook.store.hunk_store import HunkStore

STORE_FOLDER = "hyperion-hook"
GRAPH_MODULES = frozenset(feature.module for feature in CATALOGUE if feature.origin is Origin.GRAPH) | {"interface"}

_MESSAGES_KEPT = 1_000
_NAMED = 2
"""Files left out that are named; of the others only the number is told."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A change's vector, the history and import graph it was measured against, and what to warn of."""

    vector: FeatureVector
    history: History
    graph: ImportGraph | Missing
    warnings: tuple[str, ...]


def not_looked_into(change: Change) -> tuple[str, ...]:
    """Return the note on the share of a change's source that is looked into, none where it is all."""
    if not change.bulk:
        return ()
    read, lines = (
        sum(file.lines_changed for file in files if role_of(file.path) is FileRole.SOURCE)
        for files in (change.sample(), change.files)
    )
    share = f", {100 * read // lines} % of the changed source lines" if lines else ""
    return (f"{len(change.files):,} files changed: {change.bulk_files:,} of them are looked into{share}",)


def left_out(change: Change) -> tuple[str, ...]:
    """Return the note on files that are not judged, none where all are.

    Examples
    --------
    >>> from hyperion_hook.domain.change import ChangeKind
    >>> left_out(Change(ChangeKind.STAGED, (), None, 0, 0, excluded=("a.lock", "b.lock", "c.lock")))
    ("excluded by 'exclude' or .gitattributes: 3 files (a.lock, b.lock, ...)",)
    """
    paths = change.excluded
    if not paths:
        return ()
    names = ", ".join((*paths[:_NAMED], *(["..."] if len(paths) > _NAMED else [])))
    return (f"excluded by 'exclude' or .gitattributes: {counted(len(paths), 'file')} ({names})",)


def sides_to_read(change: Change) -> int:
    """Return how many versions of files the code metrics of a change read at most."""
    one_sided = {FileStatus.ADDED, FileStatus.COPIED, FileStatus.DELETED}
    return sum(1 if file.status in one_sided else 2 for file in change.sample() if can_measure(file.path))


class StoreMeasurer(Measurer):
    """Measures changes against what the stores of their repository know."""

    def __init__(self, repository: Repository, config: Config, progress: Progress | None = None) -> None:
        root = repository.common_dir
        folder = root / STORE_FOLDER
        self._sources = SourceCache(folder / "source-v1.sqlite", root=root)
        super().__init__(
            repository,
            exclude=config.exclude,
            bulk_files=config.bulk_files,
            max_file_bytes=config.max_file_bytes,
            code=self._sources,
            graphs=folder / "imports-v1.sqlite",
            reading=self._note_read,
        )
        self._config = config
        self._progress = progress
        self._index: HistoryIndex | None = None
        # what was asked of the past last: the parts of an assessment all ask the same
        self._known: tuple[str | None, History] | None = None
        self._past: Past | None = None
        self._messages: dict[str, Commit] = {}
        self._to_read = 0
        self._read: set[str] = set()

    @cached_property
    def hunks(self) -> HunkStore:
        """Where hunks were, opened when first asked for: a silent run does not ask."""
        from hyperion_hook.store.hunk_store import HunkStore

        root = self.repository.common_dir
        return HunkStore(root / STORE_FOLDER / "hunks-v1.sqlite", root)

    def close(self) -> None:
        """End the git process and close the stores."""
        super().close()
        if "hunks" in vars(self):
            self.hunks.close()
        self.forget_index()

    def forget_index(self) -> None:
        """Close the history index, so that the next change opens it as it is by then."""
        self._known = self._past = None
        if self._index is not None:
            self._index.close()
            self._index = None

    def measure(
        self,
        change: Change,
        *,
        only: Collection[str] | None = None,
        discussed: Discussed | None = None,
        kept: KeptVectors | None = None,
    ) -> Measured:
        """Return the vector of a change, as far as it is measured before the deadline.

        ``only`` are names of the features that are wanted, all by default. From ``kept`` the vector is read if it is
        there, and written to it if not.
        """
        started = time.monotonic()
        # another process may have built the index anew
        self._known = self._past = None
        history, warnings = self.history(change.base)
        facts, faults = configured(self.repository, self._config, self.deadline)
        wants_graph = only is None or any(f.module in GRAPH_MODULES and f.name in only for f in CATALOGUE)
        graph = self.graphs.at(change.base, self.deadline) if wants_graph else NOT_NEEDED
        vector = kept.read(change, only, history, graph) if kept else None
        if vector is None:
            self._to_read, self._read = sides_to_read(change), set()
            vector = self.vector_of(change, history, graph, only=only, configured=facts, discussed=discussed)
            self._to_read = 0
            if kept:
                kept.keep(change, only, history, graph, vector, 1000 * (time.monotonic() - started))
        if change.base is None and self.repository.cut_off():
            # where a shallow clone begins every file seems to be added
            vector = FeatureVector(dict.fromkeys(vector, SHALLOW))
        stores = (*self._sources.warnings, *(self.graphs.warnings if wants_graph else ()))
        warnings = (*change.warnings, *not_looked_into(change), *left_out(change), *warnings, *stores, *faults)
        return Measured(vector, history, graph, warnings)

    def history(self, base: str | None) -> tuple[History, tuple[str, ...]]:
        """Return the history of a commit and its ancestors, and warnings about it."""
        if self._index is None or (base is not None and not self._index.knows(base)):
            self.forget_index()
            self._index, history = open_history(
                self.repository, base, auto_limit=self._config.index_auto_limit, progress=self.stage("reading history")
            )
        elif self._known is not None and self._known[0] == base:
            history = self._known[1]
        else:
            history = self._index.history_at(base)
        self._known = base, history
        reason = history.missing_reason
        return history, (*self._index.warnings, *([reason] if reason else []))

    def is_counted(self) -> bool:
        """Return whether the lines of all commits in the index are counted."""
        return self._index is not None and not self._index.uncounted(1)

    def has_file(self, commit: str | None, path: str) -> bool:
        """Return whether a path is a file of a commit."""
        return commit is not None and not isinstance(self._reader.entry(commit, path), Missing)

    def owners(self, change: Change) -> Counter[str]:
        """Return how many files of a change each of their owners owns, as of its base."""
        from hyperion_hook.git.rules.code_owners import owners_of

        paths = [file.previous_path for file in change.files]
        return Counter() if change.base is None else owners_of(self._reader, change.base, paths)

    def recent_changes(self, base: str | None, count: int) -> list[str]:
        """Return the newest non-merge commits that ``base`` knows, itself included, newest first."""
        past = self.past(base)
        return [] if past is None or past.history.missing_reason else past.recent_ids(count)

    def past(self, base: str | None) -> Past | None:
        """Return the commits that ``base`` knows one by one, ``None`` where there are none."""
        history, _ = self.history(base)
        if base is None or self._index is None or not isinstance(history, IndexedHistory):
            return None
        if self._past is None or self._past.history is not history:
            self._past = Past(self._index, base, history)
        return self._past

    def messages(self, commits: Sequence[str]) -> list[Commit]:
        """Return commits without files; what was read last is kept, as several ask for the newest on the same files."""
        absent = [commit for commit in commits if commit not in self._messages]
        if len(self._messages) + len(absent) > _MESSAGES_KEPT:
            self._messages, absent = {}, list(commits)
        self._messages |= {commit.id: commit for commit in read_commits(self.repository, absent, detail=Detail.NOTHING)}
        return [self._messages[commit] for commit in commits if commit in self._messages]

    def patches(self, commits: Sequence[str]) -> list[Commit]:
        """Return commits with their hunks."""
        return list(read_commits(self.repository, commits, detail=Detail.PATCH))

    def vectors_of(
        self, commits: Sequence[str], only: Collection[str], base: str | None
    ) -> Iterator[tuple[str, FeatureVector, FeatureVector | None]]:
        """Yield the vectors of recorded commits that the index knows, whole and without tests, each as of its moment.

        They leave out the same files as a change that is made on ``base``. Past the deadline there are no more: what is
        kept of a recorded commit is whole.
        """
        report = self.stage("scoring recent changes")
        changes = self.changes.at(base)
        for done, commit in enumerate(read_commits(self.repository, commits, detail=Detail.PATCH), 1):
            change = changes.streamed(commit)
            history, _ = self.history(change.base)
            report(done, len(commits))
            vector = self.vector_of(change, history, NOT_NEEDED, only=only)
            bare = self.without_tests(change, history, NOT_NEEDED, only)
            if self.deadline.expired():
                return
            yield commit.id, vector, bare

    def without_tests(
        self, change: Change, history: History, graph: ImportGraph | Missing, only: Collection[str]
    ) -> FeatureVector | None:
        """Return the vector of a change without its tests, ``None`` where there is no such, or no time for it."""
        bare = without_tests(change)
        vector = None if bare is None else self.vector_of(bare, history, graph, only=only)
        return None if self.deadline.expired() else vector

    def _note_read(self, path: str, blob: str) -> None:
        """Report how many sides of a change's files were read."""
        if self._to_read:
            self._read.add(f"{path}:{blob}")
            self.stage("measuring code")(min(len(self._read), self._to_read), self._to_read)

    def stage(self, name: str) -> Callable[[int, int], None]:
        """Return a progress reporter for one stage."""

        def report(done: int, total: int) -> None:
            if self._progress is not None:
                self._progress(name, done, total)

        return report
