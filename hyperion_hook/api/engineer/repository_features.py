"""The features of a recorded or staged change: by the extractor that the commands use, and no other."""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple

from hyperion_hook.api.engineer.raw_values import shown
from hyperion_hook.assess.measuring import Measurer
from hyperion_hook.config import load_config
from hyperion_hook.config.file import top_of_work_tree
from hyperion_hook.domain.vector import FeatureVector
from hyperion_hook.errors import ConfigError
from hyperion_hook.git.repository import Repository


class RepositoryChange(NamedTuple):
    """A change of a repository: the folder, and a revision; ``None`` stands for what is staged."""

    path: str | os.PathLike[str]
    revision: str | None = "HEAD"


def repository_change(raw: object) -> RepositoryChange | None:
    """Return the change that raw data name: a path (its HEAD), or a pair of path and revision; ``None`` for others.

    Raises
    ------
    ConfigError
        If a pair holds something else.

    Examples
    --------
    >>> repository_change(("/src/requests", "v2.32.0"))
    RepositoryChange(path='/src/requests', revision='v2.32.0')
    >>> repository_change(Path("requests")).revision, repository_change({"la": 3})
    ('HEAD', None)
    """
    if isinstance(raw, str | os.PathLike):
        return RepositoryChange(raw)
    if not (isinstance(raw, tuple) and raw and isinstance(raw[0], str | os.PathLike)):
        return None
    if not (len(raw) == 2 and isinstance(raw[1], str | None)):
        raise ConfigError(f"raw_data {shown(raw)}: give a pair of a repository's path and a revision")
    return RepositoryChange(*raw)


def repository_vector(change: RepositoryChange, only: Collection[str] | None = None) -> tuple[FeatureVector, list[str]]:
    """Return the vector of a change, by canonical names, and what to warn of.

    Parameters
    ----------
    change
        What is measured, with the settings of the repository and of the environment.
    only
        Canonical names of the features that are wanted; the others may be missing.

    Raises
    ------
    NotARepositoryError
        If the folder is in no git repository.
    GitError
        If the revision is not there.
    """
    folder = Path(change.path)
    loaded = load_config(top_of_work_tree(folder), os.environ)
    repository = Repository.discover(folder)
    measurer = Measurer(repository, loaded.config)
    try:
        read = measurer.changes.staged() if change.revision is None else measurer.changes.commit(change.revision)
        measured = measurer.measure(read, only=only)
    finally:
        measurer.close()
    return measured.vector, [*loaded.warnings, *measured.warnings]
