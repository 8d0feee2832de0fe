"""Which program ``git`` is: one absolute path, found in folders that no repository can supply.

An empty or relative entry of ``PATH`` stands for whatever folder the program was started in, and that is the checkout:
whoever can commit a file called ``git`` would have it run. Such entries are left out, for git and for what git starts.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, MutableMapping
from functools import lru_cache
from pathlib import Path

_NO_GIT = os.path.join(os.devnull, "git")  # noqa: PTH118 - no file anywhere
_NAMES = ("git.exe",) if os.name == "nt" else ("git",)


def search_path(environment: Mapping[str, str]) -> str:
    """Return ``PATH`` without the entries that are empty or relative.

    Examples
    --------
    >>> search_path({"PATH": os.pathsep.join(["", ".", "bin", os.path.abspath("/usr/bin"), "~/bin"])}) == (
    ...     os.path.abspath("/usr/bin"))
    True
    """
    entries = environment.get("PATH", os.defpath).split(os.pathsep)
    return os.pathsep.join(entry for entry in entries if Path(entry.strip('"')).is_absolute())


def safe_search(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables by which a program and its children find others, the folder they work in left out."""
    # Windows looks into the current folder before it looks into PATH, unless this variable is there
    return {"PATH": search_path(environment), "NoDefaultCurrentDirectoryInExePath": "1"}


def gitpython_variables(program: str) -> dict[str, str]:
    """Return the variables by which GitPython, which MLflow imports too, runs this git and no other."""
    return {"GIT_PYTHON_GIT_EXECUTABLE": program, "GIT_PYTHON_REFRESH": "quiet"}


def make_search_safe(environment: MutableMapping[str, str] = os.environ) -> None:
    """Leave the current folder out of this process's own search: libraries start ``lscpu``, ``gcc``, ``git``."""
    environment.update(safe_search(environment))
    environment.update(gitpython_variables(git_program(environment)))


def git_program(environment: Mapping[str, str]) -> str:
    """Return the absolute path of git; where there is none, one at which nothing can be started."""
    return _found(search_path(environment)) or _NO_GIT


@lru_cache(maxsize=8)
def _found(path: str) -> str | None:
    for folder in path.split(os.pathsep):
        for name in _NAMES:
            program = os.path.join(folder.strip('"'), name)  # noqa: PTH118 - on every hook's path
            if folder and os.path.isfile(program) and os.access(program, os.X_OK):  # noqa: PTH113
                return program
    return None
