"""Measured rows on disk as they come in: a killed run goes on where it was, a later one measures new commits only.

A row depends on its commit and its ancestors, the versions of the code and the limits in the options, but not on the
newest commit: so one journal serves all runs over a repository. One row is one line of JSON, numbers written so that
they are read back exactly. Lines are only appended, each batch on lines of its own and in one piece: whatever was cut
off costs its own line, and several processes can write at once.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from hyperion_hook.domain.commit import Commit
from hyperion_hook.domain.vector import FeatureVector, Missing
from hyperion_hook.errors import TrainingError
from hyperion_hook.features.catalogue import CATALOGUE, names_of
from hyperion_hook.training.replay import ReplayedCommit

_NAMES = names_of(CATALOGUE)
_BATCH_ROWS = 500
_BATCH_SECONDS = 2.0
_KEPT_MISSING = Missing("missing when it was measured; the reason was not kept")

_Row = tuple[bool, bool, list[float | None]]
"""Whether the commit took the bulk path, whether it touched foreign files alone, and the numbers."""


class RowJournal:
    """The rows of one repository, measured in one way.

    Parameters
    ----------
    path
        The file; ``None`` keeps nothing.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._rows = {} if path is None else _read(path)
        self._fresh: list[str] = []
        self._written = time.monotonic()

    def __len__(self) -> int:
        return len(self._rows)

    def known(self, commit: Commit) -> ReplayedCommit | None:
        """Return what was measured of a commit, ``None`` if it was not; reasons of missing values are not kept."""
        row = self._rows.get(commit.id)
        if row is None:
            return None
        bulk, foreign, numbers = row
        values = (_KEPT_MISSING if number is None else number for number in numbers)
        return ReplayedCommit(commit, FeatureVector(dict(zip(_NAMES, values, strict=True))), bulk=bulk, foreign=foreign)

    def keeping(self, replayed: Iterable[ReplayedCommit]) -> Iterator[ReplayedCommit]:
        """Hand on what is replayed, and keep what is new of it.

        Raises
        ------
        TrainingError
            If the file cannot be written.
        """
        try:
            for item in replayed:
                if self._path is not None and item.commit.id not in self._rows:
                    self._add(item)
                yield item
        finally:
            self.flush()

    def _add(self, item: ReplayedCommit) -> None:
        numbers = [None if math.isnan(number) else number for number in item.vector.numbers(_NAMES)]
        self._fresh.append(json.dumps([item.commit.id, item.bulk, item.foreign, numbers], separators=(",", ":")))
        if len(self._fresh) >= _BATCH_ROWS or time.monotonic() - self._written > _BATCH_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Append what is new."""
        fresh, self._fresh = self._fresh, []
        self._written = time.monotonic()
        if self._path is None or not fresh:
            return
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            # a line feed first: what another process left unfinished stays a line of its own
            with self._path.open("ab", buffering=0) as file:
                file.write(("\n" + "\n".join(fresh) + "\n").encode())
        except OSError as error:
            reason = error.strerror
            raise TrainingError(f"{self._path}: cannot be written ({reason}); name another --vectors") from error


def _read(path: Path) -> dict[str, _Row]:
    """Return the rows by commit; a line that is not whole is no row, and is measured again."""
    try:
        lines = path.read_bytes().split(b"\n")
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise TrainingError(f"{path.name}: cannot be read ({error}); delete it and mine again") from error
    rows = {}
    for line in lines:
        with suppress(ValueError, TypeError):
            commit, bulk, foreign, numbers = json.loads(line)
            if len(numbers) == len(_NAMES) and all(number is None or type(number) is float for number in numbers):
                rows[str(commit)] = bool(bulk), bool(foreign), numbers
    return rows
