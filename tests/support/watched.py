"""Runs of a program in a world of plants, watched: what started, what was written, and whether a plant ran."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.support.canaries import World, tree
from tests.support.command import EXECUTABLE

OURS = (
    "home/.cache/hyperion-hook",
    "home/.cache/matplotlib",
    "home/.config/matplotlib",
    "home/.cache/fontconfig",
    "repo/.git/hyperion-hook",
    "temporary",
    "trace",
    "outputs",
)
"""Where a command may write: the cache of the program and of its libraries, its stores, and what the user named."""
_CALLS = "execve,openat,open,creat,unlink,unlinkat,rename,renameat,renameat2,link,linkat,symlink,symlinkat,truncate"
_OF_LIBRARIES = {
    "lscpu",
    "uname",
    "sh",
    "dash",
    "bash",
    "ldconfig",
    "ldconfig.real",
    "gcc",
    "cc",
    "ld",
    "objdump",
    "fc-list",
}
"""What the libraries of training start to learn of the machine; by absolute paths, as all that is started."""
_CALL = re.compile(r'^\d+ +(\w+)\((?:AT_FDCWD, |(\d+), )?"((?:[^"\\]|\\.)*)"(.*)$')


@dataclass(frozen=True)
class Watched:
    """What a run left behind."""

    code: int
    out: str
    err: str
    started: tuple[str, ...]
    changed: tuple[str, ...]
    """Paths below the world, outside of what is ours, that are not as they were."""


@cache
def _strace() -> tuple[str, ...]:
    """Return how a program is watched; nothing where system calls cannot be."""
    program = shutil.which("strace")
    command = (program or "", "-f", "-qq", "-s", "300", "--seccomp-bpf", "-e", f"trace={_CALLS}")
    try:
        can = subprocess.run([*command, "-o", "/dev/null", sys.executable, "-c", ""], check=False, capture_output=True)
    except OSError:
        return ()
    return command if can.returncode == 0 else ()


def watched(
    world: World, *command: str, stdin: str = "", env: Mapping[str, str] | None = None, expected: tuple[int, ...] = (0,)
) -> Watched:
    """Run a program in the checkout, and see that no plant ran and that nothing foreign was touched."""
    trace = world.root / "trace"
    before = tree(world.root, OURS)
    done = subprocess.run(
        [*_strace(), *(("-o", str(trace)) if _strace() else ()), *command],
        cwd=world.repo.path,
        input=stdin.encode(),
        capture_output=True,
        check=False,
        timeout=300,
        env=world.repo.environment() | world.environment | dict(env or {}),
    )
    out, err = done.stdout.decode("utf-8", "backslashreplace"), done.stderr.decode("utf-8", "backslashreplace")
    after = tree(world.root, OURS)
    names = before.keys() | after.keys()
    changed = tuple(sorted(name for name in names if before.get(name, "") != after.get(name, "")))
    calls = list(_calls(trace)) if _strace() else []
    assert not world.sang(), (command, world.sang())
    assert "Traceback" not in err, err
    assert done.returncode in expected, (command, done.returncode, out, err)
    foreign = [call for call in calls if call[0] != "execve" and _is_foreign(world, call[1])]
    assert not foreign, (command, foreign)
    return Watched(done.returncode, out, err, tuple(path for name, path in calls if name == "execve"), changed)


def hyperion_watched(world: World, *arguments: str, program: str = "", **more: Any) -> Watched:
    """Run ``hyperion-hook``, or a program of the tests' own by its path; it starts git and Python alone."""
    command: tuple[str, ...] = (str(EXECUTABLE),)
    if program:
        shutil.copy(Path(__file__).with_name(program), world.folder("traps"))
        command = (sys.executable, str(world.folder("traps") / program))
    done = watched(world, *command, *arguments, **more)
    odd = {path for path in done.started if not _is_ours(world, path, training=bool(program))}
    assert not odd, (arguments, odd)
    return done


def _is_ours(world: World, program: str, *, training: bool) -> bool:
    path = Path(program)
    if not path.is_absolute() or path.is_relative_to(world.root):
        return False
    known = path.name == "git" or path.parent.name == "git-core" or path.name.startswith("python")
    return known or path == EXECUTABLE or (training and path.name in _OF_LIBRARIES)


def _calls(trace: Path) -> Iterator[tuple[str, str]]:
    """Yield the calls that started a program, or that wrote, made, moved or removed a file."""
    for line in trace.read_text(errors="replace").splitlines():
        call = _CALL.match(line)
        if call is None or " = -1 " in line:
            continue
        name, handle, path, rest = call.groups()
        if handle or (name in {"open", "openat"} and not re.search("O_WRONLY|O_RDWR|O_CREAT|O_TRUNC", rest)):
            continue  # a path below an open folder is told by the folder, whose path is seen
        yield name, path


def _is_foreign(world: World, path: str) -> bool:
    """Whether a written path is neither in this world nor one that every program writes to."""
    if not path.startswith("/"):
        return False  # in the checkout, which is compared as a whole
    return not path.startswith((str(world.root), "/dev/", "/proc/self/"))
