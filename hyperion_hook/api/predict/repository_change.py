"""A change of a repository with what was known before it, for whoever asks a predictor about one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hyperion_hook.assess.cut_off import is_cut_off
from hyperion_hook.assess.store_measurer import StoreMeasurer
from hyperion_hook.config.file import top_of_work_tree
from hyperion_hook.config.load import load_config
from hyperion_hook.domain.change import Change
from hyperion_hook.domain.history import History
from hyperion_hook.domain.snapshot import ImportGraph
from hyperion_hook.domain.vector import Missing
from hyperion_hook.errors import StoreError
from hyperion_hook.git.environment.gitpython import open_repository
from hyperion_hook.git.objects import folder_of, is_commit, revision_of


@dataclass(frozen=True)
class ChangeInRepository:
    """A change, and the history and import graph before it."""

    change: Change
    history: History
    measurer: StoreMeasurer

    @property
    def graph(self) -> ImportGraph | Missing:
        """The import graph at the change's base."""
        return self.measurer.graphs.at(self.change.base)

    def has_file(self, path: str) -> bool:
        """Whether a path is a file of the base."""
        return self.measurer.has_file(self.change.base, path)


@contextmanager
def change_in(folder: Any, revision: Any) -> Iterator[ChangeInRepository]:
    """Read a change as ``score`` does, under the repository's settings.

    ``folder`` is one of the repository, or a ``git.Repo``; ``None`` for the current one, or the one that a commit is
    of. ``revision`` is a commit, also as a ``git.Commit``, or ``A..B``; ``None`` for what is staged.

    Raises ``HyperionError`` if there is no repository or no such commit; ``StoreError`` if history or content is
    cut off: every file would look young and sound.
    """
    if folder is None and is_commit(revision):
        folder = revision.repo
    place = None if folder is None else Path(folder_of(folder))
    revision = revision_of(revision)
    repository = open_repository(place)
    config = load_config(top_of_work_tree(place or Path()), os.environ).config
    start, is_range, end = (revision or "").replace("...", "..", 1).partition("..")
    with closing(StoreMeasurer(repository, config)) as measurer:
        if revision is None:
            change = measurer.changes.staged()
        elif is_range:
            change = measurer.changes.range(start or "HEAD", end or "HEAD")
        else:
            change = measurer.changes.commit(revision)
        if cut := is_cut_off(repository, change.revision or change.base):
            raise StoreError(f"{repository.git_dir}: {cut.cause}; run: {cut.remedy}")
        history, _ = measurer.history(change.base)
        if history.missing_reason is not None:
            raise StoreError(f"{repository.git_dir}: {history.missing_reason}")
        yield ChangeInRepository(change, history, measurer)
