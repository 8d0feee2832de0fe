"""``IndexedHistory``: what one commit and its ancestors know, read from the history index."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING

from hyperion_hook.domain.author import Author
from hyperion_hook.domain.history import FileHistory, History, Months, Tally
from hyperion_hook.store.history.tallies import AUTHOR, AUTHOR_IN, DIRECTORY, REPOSITORY, TallyKey

if TYPE_CHECKING:
    from hyperion_hook.domain.co_change import KnownFile, PastOfFile
    from hyperion_hook.store.history.changes import Indexed, PastChanges

_NO_LIFE = FileHistory((), None, 0)


class IndexedHistory(History):
    """The history of one indexed commit; it answers the same whatever else the index holds or will hold."""

    def __init__(self, index: Indexed, commit: bytes, missing_reason: str | None) -> None:
        self._index = index
        self._commit = commit
        self.missing_reason = missing_reason
        self._files: dict[str, FileHistory] = {}
        self._together: dict[tuple[str, ...], tuple[PastOfFile, ...]] = {}

    def file(self, path: str) -> FileHistory:  # noqa: D102
        life = self._files.get(path)
        if life is None:
            with self._index.reading():
                file = self._number(path)
                life = self._index.lives.history(file, self._index.view(self._commit)) if file > 0 else _NO_LIFE
                self._files[path] = life
        return life

    def _number(self, path: str) -> int:
        """Return the number of the file that has this path at the base commit, 0 or less without one."""
        index = self._index
        number = index.names.find_path(path)
        if number is None:
            return 0
        view = index.view(self._commit)
        return index.states.file_at(number, view.visible, all_visible=not view.hidden)

    def changed_together(self, paths: Iterable[str]) -> tuple[PastOfFile, ...]:  # noqa: D102
        asked = tuple(dict.fromkeys(paths))
        if (known := self._together.get(asked)) is not None:
            return known
        with self._index.reading():
            numbers = {path: self._number(path) for path in asked}
            past = self._together[asked] = self._past.together(
                (path, file, [event.commit for event in self.file(path).events])
                for path, file in numbers.items()
                if file > 0
            )
            return past

    def known_files(self, files: Iterable[int]) -> dict[int, KnownFile]:  # noqa: D102
        with self._index.reading():
            return self._past.known(files)

    @cached_property
    def _past(self) -> PastChanges:
        # a silent hook does not ask
        from hyperion_hook.store.history.changes import PastChanges

        return PastChanges(self._index, self._commit)

    def author_number(self, author: Author) -> int | None:  # noqa: D102
        with self._index.reading():
            number = self._index.names.find_author(author.identity)
            return number if self._tally_of(AUTHOR, number) else None

    def author(self, author: Author) -> Months:  # noqa: D102
        with self._index.reading():
            return self._tally_of(AUTHOR, self._index.names.find_author(author.identity))

    def author_in(self, author: Author, subsystem: str) -> Months:  # noqa: D102
        with self._index.reading():
            names = self._index.names
            return self._tally_of(AUTHOR_IN, names.find_author(author.identity), names.find_directory(subsystem))

    def directory(self, directory: str) -> Months:  # noqa: D102
        with self._index.reading():
            return self._tally_of(DIRECTORY, self._index.names.find_directory(directory))

    def repository(self) -> Months:  # noqa: D102
        with self._index.reading():
            return self.tally((REPOSITORY, 0, 0))

    def _tally_of(self, scope: int, key: int | None, part: int | None = 0) -> Months:
        return Months() if key is None or part is None else self.tally((scope, key, part))

    def tally(self, key: TallyKey) -> Months:
        """Return one of the index's tallies as this commit and its ancestors know it, oldest month first."""
        view = self._index.view(self._commit)
        given = self._index.tallies.given(key)
        less = self._index.hidden_counts.tallies(view.hidden, key) if view.hidden else None
        if not less:
            return given
        months = list(given)
        commits, fixes = given.total
        for month, (off, fixes_off) in less.items():
            index = bisect_left(months, (month,))
            left = Tally(month, months[index].commits - off, months[index].fixes - fixes_off)
            months[index : index + 1] = [left] if left.commits else []
            commits -= off
            fixes -= fixes_off
        return Months.counted(months, commits, fixes)
