"""GitPython's objects where a repository or commit is named, known by their class: nothing is imported."""

from __future__ import annotations

import os
from typing import Any

from hyperion_hook.errors import ConfigError


def is_repo(value: object) -> bool:
    """Whether something is a ``git.Repo``."""
    return _class_of(value) == "Repo"


def is_commit(value: object) -> bool:
    """Whether something is a ``git.Commit``."""
    return _class_of(value) == "Commit"


def is_reference(value: object) -> bool:
    """Whether something is a branch, a tag or another reference of GitPython."""
    return type(value).__module__.startswith("git.refs")


def folder_of(value: Any) -> Any:
    """Return the folder of a ``git.Repo``, its git directory where it has no work tree; a path as it is.

    Examples
    --------
    >>> folder_of("/src/requests"), folder_of(None)
    ('/src/requests', None)
    """
    if is_repo(value):
        return os.fspath(value.working_tree_dir or value.git_dir)
    if value is None or isinstance(value, str | os.PathLike):
        return value
    raise ConfigError(f"{' '.join(repr(value).split())[:60]}: is no path; give one, or a git.Repo")


def revision_of(value: Any) -> Any:
    """Return the id of a ``git.Commit``, what any other reference of GitPython's is called; a text as it is."""
    if is_commit(value):
        return str(value.hexsha)
    return str(value.path) if is_reference(value) else value


def _class_of(value: object) -> str:
    for kind in type(value).__mro__:
        if kind.__module__.partition(".")[0] == "git" and kind.__name__ in {"Repo", "Commit"}:
            return kind.__name__
    return ""
