"""Which program ``git`` is: one absolute path, found in folders that no repository can supply.

An empty or relative entry of ``PATH`` stands for whatever folder the program was started in, and that is the checkout:
whoever can commit a file called ``git`` would have it run. Such entries are left out, for git and for what git starts.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, MutableMapping
from functools import lru_cache
from pathlib import Path

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


def make_search_safe(environment: MutableMapping[str, str] = os.environ) -> None:
    """Leave the current folder out of this process's own search: libraries start ``lscpu``, ``gcc``, ``uname``."""
    environment.update(safe_search(environment))


def git_program(environment: Mapping[str, str]) -> str | None:
    """Return the absolute path of git, ``None`` where there is none."""
    return _found(search_path(environment))


@lru_cache(maxsize=8)
def _found(path: str) -> str | None:
    for folder in path.split(os.pathsep):
        for name in _NAMES:
            program = os.path.join(folder.strip('"'), name)  # noqa: PTH118 - on every hook's path
            if folder and os.path.isfile(program) and os.access(program, os.X_OK):  # noqa: PTH113
                return program
    return None
