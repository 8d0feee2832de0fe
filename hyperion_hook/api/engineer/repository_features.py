"""A recorded or staged change, read and measured as the commands do: for features, and for who asks a predictor."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from hyperion_hook.api.engineer.raw_values import shown
from hyperion_hook.assess.cut_off import is_cut_off
from hyperion_hook.assess.store_measurer import StoreMeasurer
from hyperion_hook.config.file import top_of_work_tree
from hyperion_hook.config.load import load_config
from hyperion_hook.domain.change import Change
from hyperion_hook.domain.history import History
from hyperion_hook.domain.snapshot import ImportGraph
from hyperion_hook.domain.vector import FeatureVector, Missing
from hyperion_hook.errors import ConfigError, StoreError
from hyperion_hook.git.environment.gitpython import open_repository, repo_of
from hyperion_hook.git.objects import folder_of, is_commit, is_reference, is_repo, revision_of


class RepositoryChange(NamedTuple):
    """A change of a repository: its folder, or a ``git.Repo``; a revision, or a ``git.Commit``; ``None``: staged."""

    path: Any
    revision: Any = "HEAD"

    @property
    def commit(self) -> Any:
        """The commit as GitPython's ``Commit``, ``None`` for what is staged."""
        if self.revision is None:
            return None
        repository = open_repository(self.path)
        return repo_of(repository).commit(repository.resolve(revision_of(self.revision)))


def repository_change(raw: object) -> RepositoryChange | None:
    """Return the change that raw data name; ``None`` for others.

    It may be a repository's path or a ``git.Repo`` (its HEAD), a ``git.Commit``, a branch or tag of GitPython, or a
    pair of repository and revision.

    Raises ``ConfigError`` if a pair holds something else.

    Examples
    --------
    >>> repository_change(("/src/requests", "v2.32.0"))
    RepositoryChange(path='/src/requests', revision='v2.32.0')
    >>> repository_change(Path("requests")).revision, repository_change({"la": 3})
    ('HEAD', None)
    """
    if is_commit(raw) or is_reference(raw):
        return RepositoryChange(folder_of(raw.repo), revision_of(raw))  # type: ignore[attr-defined]
    if is_repo(raw) or isinstance(raw, str | os.PathLike):
        return RepositoryChange(folder_of(raw))
    if not (isinstance(raw, tuple) and raw and (is_repo(raw[0]) or isinstance(raw[0], str | os.PathLike))):
        return None
    revision = revision_of(raw[1]) if len(raw) == 2 else raw
    if not isinstance(revision, str | None):
        raise ConfigError(f"raw_data {shown(raw)}: give a pair of a repository's path and a revision")
    return RepositoryChange(folder_of(raw[0]), revision)


def repository_vector(change: RepositoryChange, only: Collection[str] | None = None) -> tuple[FeatureVector, list[str]]:
    """Return the vector of a change, by canonical names, under the repository's settings, and warnings.

    Raises ``NotARepositoryError`` if the folder is in no git repository; ``GitError`` if the revision is not there.
    ``only`` are canonical names of the features that are wanted; the others may be missing.
    """
    revision = revision_of(change.revision)
    with _measurer_of(change.path) as (measurer, warnings):
        read = measurer.changes.staged() if revision is None else measurer.changes.commit(revision)
        measured = measurer.measure(read, only=only)
    return measured.vector, [*warnings, *measured.warnings]


@contextmanager
def _measurer_of(folder: Any) -> Iterator[tuple[StoreMeasurer, Sequence[str]]]:
    """Give the measurer of the repository that a folder lies in, under its settings, and what to warn of in these."""
    path = None if folder is None else Path(folder_of(folder))
    repository = open_repository(path)
    loaded = load_config(top_of_work_tree(path or Path()), os.environ)
    with closing(StoreMeasurer(repository, loaded.config)) as measurer:
        yield measurer, loaded.warnings


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
    """Read a change as ``score`` does, under the repository's settings, with what was known before it.

    ``folder`` is one of the repository, or a ``git.Repo``; ``None`` for the current one, or the one that a commit is
    of. ``revision`` is a commit, also as a ``git.Commit``, or ``A..B``; ``None`` for what is staged.

    Raises ``HyperionError`` if there is no repository or no such commit; ``StoreError`` if history or content is
    cut off: every file would look young and sound.
    """
    if folder is None and is_commit(revision):
        folder = revision.repo
    revision = revision_of(revision)
    with _measurer_of(folder) as (measurer, _):
        repository = measurer.repository
        start, is_range, end = (revision or "").replace("...", "..", 1).partition("..")
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
