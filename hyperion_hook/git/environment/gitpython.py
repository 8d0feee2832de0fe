"""GitPython, held to the same git and the same environment as ``run``.

By itself it runs, as soon as it is imported, what ``GIT_PYTHON_GIT_EXECUTABLE`` names, or a ``git`` of the current
folder, and its own reader of configuration files breaks at conditional includes. So it is imported and asked in a
scrubbed environment, and git answers.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from hyperion_hook.git.environment.program import gitpython_variables
from hyperion_hook.git.repository import Repository


def level_of(repository: Repository, setting: str) -> str:
    """Return which level a setting has its value from, '' where that cannot be told.

    Returns
    -------
    str
        ``system``, ``global``, ``local``, ``worktree`` or ``command``, as git names them; included files belong to the
        level that includes them.
    """
    variables, arguments = repository.own.question("config", "--null", "--show-scope", "--get", setting)
    try:
        with _environment(variables | gitpython_variables(arguments[0])):
            from git.cmd import Git as GitPython  # noqa: PLC0415 - not light, and few repositories need it

            GitPython.GIT_PYTHON_GIT_EXECUTABLE = arguments[0]  # it may have been imported before
            answer = GitPython(repository.git_dir).execute(list(arguments), stdout_as_string=False)
    except Exception:  # noqa: BLE001 - one word of a message is missing then
        return ""
    return os.fsdecode(bytes(answer).partition(b"\0")[0]) if isinstance(answer, bytes) else ""


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
