"""The features of a recorded or staged change: by the extractor that the commands use, and no other."""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path
from typing import Any, NamedTuple

from hyperion_hook.api.engineer.raw_values import shown
from hyperion_hook.assess.store_measurer import StoreMeasurer
from hyperion_hook.config.file import top_of_work_tree
from hyperion_hook.config.load import load_config
from hyperion_hook.domain.vector import FeatureVector
from hyperion_hook.errors import ConfigError
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
    """Return the vector of a change, by canonical names, and what to warn of.

    Raises ``NotARepositoryError`` if the folder is in no git repository; ``GitError`` if the revision is not there.

    Parameters
    ----------
    change
        What is measured, with the settings of the repository and of the environment.
    only
        Canonical names of the features that are wanted; the others may be missing.
    """
    folder, revision = Path(folder_of(change.path)), revision_of(change.revision)
    loaded = load_config(top_of_work_tree(folder), os.environ)
    repository = open_repository(folder)
    measurer = StoreMeasurer(repository, loaded.config)
    try:
        read = measurer.changes.staged() if revision is None else measurer.changes.commit(revision)
        measured = measurer.measure(read, only=only)
    finally:
        measurer.close()
    return measured.vector, [*loaded.warnings, *measured.warnings]
