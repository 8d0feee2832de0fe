"""The history index restated without any cleverness, to compare it with; and random histories to compare it on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from hyperion_hook.domain.author import Author
from hyperion_hook.domain.change import FileChange, FileStatus
from hyperion_hook.domain.commit import Commit
from hyperion_hook.domain.files.paths import directory_of, subsystem_of
from hyperion_hook.domain.history import MONTH, CommitFlag
from hyperion_hook.domain.message.classify import classify_message
from hyperion_hook.store.history.index import HistoryIndex

PATHS = ("a.py", "b.py", "lib/c.py", "lib/deep/d.py")
AUTHORS = (Author("Ada", "ada@example.org"), Author("Bob", "bob@example.org"), Author("Cy", ""))
MESSAGES = ("Add a thing", "Fix crash", 'Revert "Add a thing"', "Hotfix: stop the leak")
START = 1_500_000_000


@st.composite
def histories(draw: st.DrawFn, largest: int = 14) -> list[Commit]:
    """Draw commits, parents before children: branches, merges, several roots, equal and running-back clocks."""
    commits: list[Commit] = []
    for number in range(draw(st.integers(1, largest))):
        width = draw(st.sampled_from((1, 1, 1, 1, 2, 0))) if number else 0
        parents = (
            draw(
                st.lists(
                    st.integers(0, number - 1), min_size=min(width, number), max_size=min(width, number), unique=True
                )
            )
            if number
            else []
        )
        # mostly on top of the newest, so that lines of some length come about
        if len(parents) == 1 and draw(st.booleans()):
            parents = [number - 1]
        files = () if len(parents) > 1 else tuple(draw(_changes()))
        # the id's order is drawn, too: it decides between commits of one date
        identity = f"{draw(st.integers(0, 255)):02x}{number:038x}"
        commits.append(
            Commit(
                identity,
                tuple(commits[parent].id for parent in parents),
                draw(st.sampled_from(AUTHORS)),
                AUTHORS[0],
                START,
                START + draw(st.sampled_from((0, 1, 2, 3, 40 * 86_400, -5))),
                0,
                draw(st.sampled_from(MESSAGES)),
                files,
            )
        )
    return commits


@st.composite
def _changes(draw: st.DrawFn) -> list[FileChange]:
    changes = []
    for path in draw(st.lists(st.sampled_from(PATHS), max_size=3, unique=True)):
        status = draw(st.sampled_from("AMMMDRRCT"))
        old = draw(st.sampled_from([other for other in PATHS if other != path])) if status in "RC" else None
        counts = draw(st.sampled_from((None, 0, 7)))
        changes.append(FileChange(path, FileStatus(status), old, lines_added=counts, lines_deleted=counts))
    return changes


@dataclass
class Model:
    """What a set of commits knows, computed for one commit at a time from nothing but its ancestors."""

    commits: Sequence[Commit]
    window: int = 512
    by_id: dict[str, Commit] = field(init=False)
    dates: dict[str, int] = field(init=False)
    touches: dict[str, dict[str, Any]] = field(init=False)
    inherited: dict[Any, set[str]] = field(init=False)
    lives: dict[Any, set[str]] = field(init=False)

    def __post_init__(self) -> None:
        self.by_id = {commit.id: commit for commit in self.commits}
        self.dates, self.touches, self.inherited, self.lives = {}, {}, {}, {}
        for commit in self.commits:
            above = [self.dates[parent] + 1 for parent in commit.parents if parent in self.by_id]
            self.dates[commit.id] = max([commit.committed_at, *above])
            self._touch(commit)

    def ancestors(self, commit: str) -> set[str]:
        """Return a commit and its ancestors."""
        found: set[str] = set()
        stack = [commit]
        while stack:
            current = stack.pop()
            if current in self.by_id and current not in found:
                found.add(current)
                stack += self.by_id[current].parents
        return found

    def _past(self, commit: Commit) -> set[str]:
        return self.ancestors(commit.id) - {commit.id}

    def _state(self, path: str, visible: set[str]) -> Any:
        touching = [c for c in visible if path in self.touches[c]]
        return self.touches[max(touching, key=lambda c: (self.dates[c], c))][path] if touching else None

    def _touch(self, commit: Commit) -> None:
        past = self._past(commit)
        touched: dict[str, Any] = {}
        left: dict[str, Any] = {}
        for change in commit.files:
            source = None if change.status is FileStatus.COPIED else change.previous_path
            state = self._state(source, past) if source else None
            if state is None or state[0] == "away":
                file = ("file", commit.id, change.path)
                self.inherited[file] = {c for c in self.lives[state[1]] if c in past} if state else set()
                self.lives[file] = set(self.inherited[file])
            else:
                file = state
            self.lives[file].add(commit.id)
            if change.status is not FileStatus.DELETED:
                touched[change.path] = file
            if change.status is FileStatus.RENAMED:
                left[change.previous_path] = ("away", file)
        self.touches[commit.id] = left | touched

    def _lines(self, commit: Commit, file: Any) -> tuple[int | None, int | None]:
        """Return the lines of all changes of a commit that belong to one file; copied lives keep their origin's."""
        past = self._past(commit)
        own = []
        for change in commit.files:
            source = None if change.status is FileStatus.COPIED else change.previous_path
            state = self._state(source, past) if source else None
            target = ("file", commit.id, change.path) if state is None or state[0] == "away" else state
            if target == file:
                own.append(change)
        if any(change.lines_added is None for change in own):
            return None, None
        return sum(change.lines_added or 0 for change in own), sum(change.lines_deleted or 0 for change in own)

    def _origin_of(self, file: Any, commit: str) -> Any:
        """Return the file whose own event a commit is, along the chain of copied lives."""
        while commit in self.inherited[file]:
            state = self._state_left(file)
            file = state
        return file

    def _state_left(self, file: Any) -> Any:
        _, birth, path = file
        commit = self.by_id[birth]
        change = next(change for change in commit.files if change.path == path)
        return self._state(change.previous_path, self._past(commit))[1]

    def file(self, commit: str, path: str) -> Any:
        """Return (events, first time, count) of a file."""
        visible = self.ancestors(commit)
        state = self._state(path, visible)
        if state is None or state[0] == "away":
            return (), None, 0
        newest = sorted((c for c in self.lives[state] if c in visible), key=lambda c: (self.dates[c], c), reverse=True)
        events = []
        for c in newest[: self.window]:
            found = self.by_id[c]
            lines = self._lines(found, self._origin_of(state, c))
            flags = int(classify_message(found.message, found.author))
            events.append((found.committed_at, c, found.author.identity, *lines, flags))
        return tuple(events), self.by_id[newest[-1]].committed_at if newest else None, len(newest)

    def tally(
        self, commit: str, author: Author | None = None, subsystem: str | None = None, directory: str | None = None
    ) -> Any:
        """Return (month, commits, fixes) of the commits that fit."""
        commits: Counter[int] = Counter()
        fixes: Counter[int] = Counter()
        for c in map(self.by_id.__getitem__, self.ancestors(commit)):
            fits = not c.is_merge and (author is None or c.author.identity == author.identity)
            fits = fits and (subsystem is None or any(subsystem_of(f.path) == subsystem for f in c.files))
            if fits and (directory is None or any(directory_of(f.path) == directory for f in c.files)):
                commits[c.committed_at // MONTH] += 1
                fixes[c.committed_at // MONTH] += bool(classify_message(c.message, c.author) & CommitFlag.FIX)
        return tuple((month, commits[month], fixes[month]) for month in sorted(commits))

    def everything(self, commit: str) -> dict[Any, Any]:
        """Return all answers for one commit."""
        return {
            **{path: self.file(commit, path) for path in PATHS},
            **{("dir", d): self.tally(commit, directory=d) for d in ("", "lib", "lib/deep")},
            **{a: self.tally(commit, author=a) for a in AUTHORS},
            **{(a, s): self.tally(commit, author=a, subsystem=s) for a in AUTHORS for s in ("", "lib")},
            "all": self.tally(commit),
            "recent": sorted(
                (c for c in self.ancestors(commit) if not self.by_id[c].is_merge),
                key=lambda c: (self.dates[c], c),
                reverse=True,
            )[:5],
        }


def answers(index: HistoryIndex, commit: str) -> dict[Any, Any]:
    """Return what an index says for one commit, in the model's terms."""
    history = index.history_at(commit)
    people = dict(index.connection.execute("SELECT id, identity FROM authors"))

    def life(path: str) -> Any:
        found = history.file(path)
        events = tuple(
            (e.time, index.graph.id_of(e.commit).hex(), people[e.author].decode(), *e[3:]) for e in found.events
        )
        return events, found.first_time, found.event_count

    return {
        **{path: life(path) for path in PATHS},
        **{("dir", d): history.directory(d) for d in ("", "lib", "lib/deep")},
        **{a: history.author(a) for a in AUTHORS},
        **{(a, s): history.author_in(a, s) for a in AUTHORS for s in ("", "lib")},
        "all": history.repository(),
        "recent": index.recent_commits(commit, 5),
    }


def indexed(commits: Iterable[Commit], index: HistoryIndex | None = None) -> HistoryIndex:
    """Return an index that holds the commits."""
    index = index or HistoryIndex.open(None)
    with index.transaction():
        for commit in commits:
            index.add(commit)
    return index
