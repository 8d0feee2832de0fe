"""GitPython, held to the same git and the same environment as ``run``: what commands off the hook's path ask it.

By itself it runs, as soon as it is imported, what ``GIT_PYTHON_GIT_EXECUTABLE`` names, or a ``git`` of the current
folder, takes a repository of another owner, and its own readers break at conditional includes and newer forms of refs.
So it is imported and asked in a scrubbed environment, and has git answer. Hooks and ``score`` do without: importing it
costs a multiple of what they take.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from hyperion_hook.errors import GitError
from hyperion_hook.git.environment.program import gitpython_variables
from hyperion_hook.git.repository import Repository
from hyperion_hook.git.run import Git

_QUESTIONS = frozenset({"config", "for-each-ref", "rev-parse", "symbolic-ref", "var", "worktree"})
_SECONDS = 60.0


class GitPythonGit(Git):
    """Git whose questions of where, settings and refs GitPython asks; objects and histories are read as ever."""

    def _ended(
        self, command: tuple[str, ...], environment: Mapping[str, str], action: str, stdin: bytes, timeout: float
    ) -> tuple[bytes, bytes, int]:
        # another thread must not find the environment changed
        if action not in _QUESTIONS or stdin or threading.current_thread() is not threading.main_thread():
            return super()._ended(command, environment, action, stdin, timeout)
        return _answer(command, os.fspath(self.folder), environment)


def open_repository(path: Any = None) -> Repository:
    """Return the repository that a folder lies in, as ``Repository.discover`` does, by GitPython.

    Raises ``NotARepositoryError`` if there is none, or git refuses to use it. ``path`` is a folder or a ``git.Repo``;
    ``None`` stands for the current folder.
    """
    return Repository.discover(path, GitPythonGit)


def repo_of(repository: Repository) -> Any:
    """Return a repository as GitPython's ``Repo``."""
    with _environment(repository.own.environment | gitpython_variables(repository.own.question()[1][0])):
        from git import Repo

        return Repo(repository.work_tree or repository.git_dir)


def level_of(repository: Repository, setting: str) -> str:
    """Return which level a setting has its value from, '' where that cannot be told.

    ``system``, ``global``, ``local``, ``worktree`` or ``command``, as git names them; included files belong to the
    level that includes them.
    """
    variables, command = repository.own.question("config", "--null", "--show-scope", "--get", setting)
    try:
        return os.fsdecode(_answer(command, os.fspath(repository.git_dir), variables)[0].partition(b"\0")[0])
    except GitError:  # one word of a message is missing then
        return ""


def _answer(command: tuple[str, ...], folder: str, variables: Mapping[str, str]) -> tuple[bytes, bytes, int]:
    """Return git's output, its standard error and its status."""
    with _environment({**variables, **gitpython_variables(command[0])}):
        from git.cmd import Git as GitPython

        GitPython.GIT_PYTHON_GIT_EXECUTABLE = command[0]  # it may have been imported before
        try:
            answer: Any = GitPython(folder).execute(
                list(command),
                with_extended_output=True,
                with_exceptions=False,
                stdout_as_string=False,
                strip_newline_in_stdout=False,
                kill_after_timeout=None if os.name == "nt" else _SECONDS,
            )
        except Exception as problem:  # noqa: BLE001 - it raises errors of its own and of the system
            raise GitError(f"git cannot be started in {folder}: {problem}") from None
    code, out, error = answer
    return out, error if isinstance(error, bytes) else os.fsencode(error), code


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Give this process other variables in a block: GitPython passes on its own, and can only be told to add some."""
    before = dict(os.environ)
    try:
        os.environ.clear()
        os.environ.update(variables)
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
