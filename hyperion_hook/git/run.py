"""The one place that starts a process: git, with argument tuples, a scrubbed environment and a time-out.

A repository is hostile until checked: its configuration and attributes can name programs (external diff, textconv,
filters, fsmonitor, hooks, pagers, ssh commands). Only plumbing is called, and everything that could run or change
results is switched off on the command line, which outranks every configuration file.
"""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, cast

from hyperion_hook.errors import GitError

PROGRAM = "git"
_OVERRIDES = (
    "core.fsmonitor=false", f"core.hooksPath={os.devnull}", f"core.attributesFile={os.devnull}",
    "core.quotePath=false",
    "core.pager=cat", "core.sshCommand=false", "core.askPass=", "core.alternateRefsCommand=true", "core.abbrev=40",
    "core.commitGraph=true", "credential.helper=", "protocol.allow=never", "gpg.program=false", "diff.external=",
    "diff.renames=true", "diff.renameLimit=1000", "diff.algorithm=myers", "diff.noprefix=false",
    "diff.mnemonicPrefix=false", "diff.ignoreSubmodules=none", "diff.suppressBlankEmpty=false",
    "diff.interHunkContext=0", "diff.context=0", "diff.indentHeuristic=true", f"diff.orderFile={os.devnull}",
    "diff.submodule=short",
    "diff.wsErrorHighlight=none", "diff.relative=false", "log.showSignature=false", "log.mailmap=false",
    "log.follow=false", "log.diffMerges=off", "log.showRoot=true", "i18n.logOutputEncoding=UTF-8", "color.ui=false",
    "maintenance.auto=false", "gc.auto=0", "submodule.recurse=false", "advice.detachedHead=false",
)
_KEPT = {
    "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR", "GIT_NAMESPACE", "GIT_CEILING_DIRECTORIES", "GIT_DISCOVERY_ACROSS_FILESYSTEM",
    "GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_AUTHOR_DATE", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL",
    "GIT_COMMITTER_DATE", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM", "GIT_QUARANTINE_PATH",
}


def scrubbed(environment: Mapping[str, str]) -> dict[str, str]:
    """Return an environment in which git neither asks, nor fetches, nor runs what the caller's variables name."""
    clean = {name: value for name, value in environment.items() if not name.startswith("GIT_") or name in _KEPT}
    return clean | {
        "LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1",
        "GIT_PAGER": "cat", "GIT_ALLOW_PROTOCOL": "", "GIT_ATTR_NOSYSTEM": "1", "GIT_NO_REPLACE_OBJECTS": "1",
    }


class Process:
    """A running git whose three streams are pipes."""

    def __init__(self, command: tuple[str, ...], folder: Path, environment: Mapping[str, str]) -> None:
        self.popen = subprocess.Popen(
            command, cwd=folder, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, bufsize=1 << 18,
        )
        pipes = (self.popen.stdin, self.popen.stdout, self.popen.stderr)
        self.stdin, self.stdout, self.stderr = (cast("IO[bytes]", pipe) for pipe in pipes)

    def end(self) -> None:
        """Kill git if it still runs, and close the pipes."""
        self.popen.kill()
        for pipe in (self.stdin, self.stdout, self.stderr):
            with suppress(OSError):
                pipe.close()
        self.popen.wait()


# ``diff.context`` is 0 for line counts too: git compares files a little differently with some context, and the counts
# in the history index must be those of the patch


class Git:
    """Starts git for one repository.

    Parameters
    ----------
    folder
        Where git is started.
    git_dir
        The repository's own git directory. With it git runs as in a bare repository: files named ``.gitattributes``
        have no say in what is a binary or how lines are compared, so results are the same in every checkout.
    environment
        Taken over without anything that could run a program; the process's own by default.
    """

    def __init__(self, folder: Path, *, git_dir: Path | None = None, environment: Mapping[str, str] | None = None
                 ) -> None:
        self.folder = folder
        self._environment = scrubbed(os.environ if environment is None else environment)
        self._place: tuple[str, ...] = ()
        if git_dir is not None:
            self._place = ("--bare", f"--git-dir={git_dir}")
            for name in ("GIT_DIR", "GIT_WORK_TREE"):
                self._environment.pop(name, None)

    def command(self, *arguments: str) -> tuple[str, ...]:
        """Return the whole command line."""
        settings = tuple(part for setting in _OVERRIDES for part in ("-c", setting))
        return (PROGRAM, "--no-pager", "--literal-pathspecs", *self._place, *settings, *arguments)

    def start(self, *arguments: str) -> Process:
        """Start git with pipes on all three streams; the caller ends it."""
        try:
            return Process(self.command(*arguments), self.folder, self._environment)
        except FileNotFoundError:
            raise GitError(_not_started(self.folder)) from None
        except OSError as error:
            raise GitError(f"{self.folder}: git cannot be started there: {error.strerror}") from None

    def run(self, *arguments: str, stdin: bytes = b"", timeout: float = 60.0, check: bool = True) -> bytes:
        """Run git to its end and return its standard output.

        Raises
        ------
        GitError
            If git is not there, takes longer than ``timeout`` seconds, or (with ``check``) fails.
        """
        process = self.start(*arguments).popen
        try:
            out, error = process.communicate(stdin, timeout=timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise GitError(f"git {arguments[0]}: no answer within {timeout:g} s") from None
        if check and process.returncode:
            raise GitError(f"git {arguments[0]}: {complaint(error)}")
        return out

    def config(self, name: str) -> str | None:
        """Return the last configured value of a setting, our own overrides left aside, ``None`` where it is not set."""
        done = subprocess.run(
            (PROGRAM, *self._place, "config", "--null", "--get", name), cwd=self.folder, env=self._environment,
            stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False,
        )
        return os.fsdecode(done.stdout.rstrip(b"\0")) if done.stdout else None

    @contextmanager
    def stream(self, *arguments: str, stdin: bytes = b"") -> Iterator[IO[bytes]]:
        """Run git and hand out its standard output while it works.

        Leaving the block early ends git quietly; a failure of git after its whole output was read is raised.
        """
        process = self.start(*arguments)
        feeder = _feed(process.stdin, stdin)
        complaints: list[bytes] = []
        # standard error is read beside, or a talkative git would wait for ever
        listener = threading.Thread(target=lambda: complaints.append(process.stderr.read(65_536)), daemon=True)
        listener.start()
        finished = False
        try:
            yield process.stdout
            finished = process.stdout.read(1) == b""
        finally:
            if not finished:
                process.popen.kill()
            process.popen.wait()
            feeder.join()
            listener.join()
            process.end()
        if process.popen.returncode:
            raise GitError(f"git {arguments[0]}: {complaint(b''.join(complaints))}")


def complaint(error: bytes) -> str:
    """Return the line of git's standard error that says what went wrong."""
    lines = [line for line in error.decode("utf-8", "backslashreplace").splitlines() if line.strip()]
    telling = [line for line in lines if line.startswith(("fatal:", "error:"))]
    return (telling or lines or ["failed without a word"])[0].removeprefix("fatal: ").removeprefix("error: ")[:300]


def _feed(pipe: IO[bytes], data: bytes) -> threading.Thread:
    def write() -> None:
        with suppress(OSError, ValueError):
            pipe.write(data)
        with suppress(OSError, ValueError):
            pipe.close()

    thread = threading.Thread(target=write, daemon=True)
    thread.start()
    return thread


def _not_started(folder: Path) -> str:
    if not folder.is_dir():
        return f"{folder}: no such folder"
    return "git is not installed or not on PATH; install git 2.30 or newer"
