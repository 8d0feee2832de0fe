"""The one place that starts a process: git, with argument tuples, a scrubbed environment and a time-out.

A repository is hostile until checked: its configuration and attributes can name programs (external diff, textconv,
filters, fsmonitor, hooks, pagers, ssh commands). Only plumbing is called, and everything that could run or change
results is switched off on the command line, which outranks every configuration file.
"""

from __future__ import annotations

import os
import re
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Self, cast

from hyperion_hook.domain.late_patterns import late_pattern
from hyperion_hook.errors import GitError
from hyperion_hook.git.environment.program import git_program
from hyperion_hook.git.environment.settings import OVERRIDES
from hyperion_hook.git.environment.variables import scrubbed

if TYPE_CHECKING:
    from io import BufferedReader

LOST = late_pattern(
    r"(?:(?:unable to|could not|cannot) read|failed to traverse|(?:missing blob|corrupt loose|loose|packed) object)"
    r"[^\n]{0,300}?[0-9a-f]{40}|bad (?:tree )?object \S+(?:$|;)|object file \S+ is empty",
    re.IGNORECASE,
)
"""What git says of objects that are not there, or damaged; it names them, so a word in a file's name is none of it."""
REMEDY = "in a partial clone run: git fetch --refetch --no-filter; in a whole one: git fsck"

_COMPARING = {"blame", "diff", "diff-files", "diff-index", "diff-tree", "log", "show"}
_NO_PROGRAMS = ("--no-ext-diff", "--no-textconv")


class Process:
    """A running git that is written to and read from; what it complains of is dropped unless ``listen`` is set.

    Nobody reads standard error while questions are asked and answered, so a pipe there would fill up and block git.
    """

    def __init__(self, command: tuple[str, ...], folder: Path, environment: Mapping[str, str], *, listen: bool) -> None:
        self.popen = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE if listen else subprocess.DEVNULL,
            bufsize=1 << 18,
        )
        self.stdin, self.stdout = cast("IO[bytes]", self.popen.stdin), cast("BufferedReader", self.popen.stdout)

    def end(self) -> None:
        """Kill git if it still runs, and close the pipes."""
        self.popen.kill()
        for pipe in (self.stdin, self.stdout, self.popen.stderr):
            with suppress(OSError):
                if pipe is not None:
                    pipe.close()
        self.popen.wait()


_FITS_A_PIPE = 4_096  # bytes that an empty pipe takes on every system without waiting for its reader
_SECONDS = 60.0
PATIENT_SECONDS = 600.0
"""Limit of a git that reads what is recorded: how much it reads is bounded by counts, so a longer one hangs."""


class Git:
    """Starts git for one repository.

    With a ``git_dir``, the repository's own, git runs as in a bare repository: files named ``.gitattributes`` have no
    say in what is a binary or how lines are compared, so results are the same in every checkout. The environment, by
    default the process's own, is taken over without anything that could run a program.
    """

    def __init__(
        self, folder: Path, *, git_dir: Path | None = None, environment: Mapping[str, str] | None = None
    ) -> None:
        self.folder = folder
        given = os.environ if environment is None else environment
        self._environment = scrubbed(given)
        # git is looked for once; what is not there fails when it is started
        self._program = git_program(self._environment)
        self._own_settings = {name: value for name, value in given.items() if name.startswith("GIT_CONFIG")}
        self._location: tuple[str, ...] = ()
        self._settings: tuple[str, ...] = OVERRIDES
        if git_dir is not None:
            self._location = ("--bare", f"--git-dir={git_dir}")
            for name in ("GIT_DIR", "GIT_WORK_TREE"):
                self._environment.pop(name, None)

    def at(self, git_dir: Path, *, index: Path) -> Git:
        """Return git for another git directory, with the same environment and, unless that names one, this index."""
        return Git(git_dir, git_dir=git_dir, environment={"GIT_INDEX_FILE": str(index)} | self._environment)

    def in_work_tree(self, git_dir: Path, work_tree: Path, **variables: str) -> Git:
        """Return git that looks at a work tree, with another git directory and further variables."""
        git = Git(work_tree, environment=self._environment | variables)
        git._location = (f"--git-dir={git_dir}", f"--work-tree={work_tree}")
        return git

    def having(self, setting: str) -> Git:
        """Return git with one more setting, which outranks ours."""
        git = Git(self.folder, environment=self._environment)
        git._location, git._settings = self._location, (*self._settings, setting)
        return git

    @property
    def environment(self) -> dict[str, str]:
        """The variables that git is started with."""
        return dict(self._environment)

    def command(self, *arguments: str) -> tuple[str, ...]:
        """Return the whole command line; whatever compares is told not to call other programs for it."""
        settings = tuple(part for setting in self._settings for part in ("-c", setting))
        plain = _NO_PROGRAMS if arguments[0] in _COMPARING else ()
        return (
            self._program,
            "--no-pager",
            "--literal-pathspecs",
            *self._location,
            *settings,
            arguments[0],
            *plain,
            *arguments[1:],
        )

    def start(self, *arguments: str) -> Process:
        """Start git to be asked and to answer; the caller ends it."""
        return self._start(self.command(*arguments), self._environment, arguments[0], listen=False)

    def _start(self, command: tuple[str, ...], environment: Mapping[str, str], action: str, *, listen: bool) -> Process:
        try:
            return Process(command, self.folder, environment, listen=listen)
        except (FileNotFoundError, NotADirectoryError):
            raise GitError(_not_started(self.folder)) from None
        except (OSError, ValueError) as error:
            raise GitError(f"git {action}: cannot be started in {self.folder}: {error}") from None

    def run(self, *arguments: str, stdin: bytes = b"", timeout: float = _SECONDS, check: bool = True) -> bytes:
        """Run git to its end and return its standard output.

        Raises ``GitError`` if git is not there, takes longer than ``timeout`` seconds, or (with ``check``)
        fails.
        """
        out, error, code = self._finish(arguments, stdin, timeout)
        if check and code:
            raise GitError(f"git {arguments[0]}: {complaint(error)}")
        return out

    def search(self, *arguments: str, timeout: float) -> bytes:
        """Run what ends with 1 where it finds nothing, and raise ``GitError`` where it cannot read all."""
        out, error, code = self._finish(arguments, b"", timeout)
        if code > 1 or re.search(rb"^error: ", error, re.MULTILINE):
            raise GitError(f"git {arguments[0]}: {complaint(error)}")
        return out

    def error_of(self, *arguments: str) -> bytes:
        """Return all that git says on standard error where it fails, nothing where it does not."""
        _, error, code = self._finish(arguments, b"", _SECONDS)
        return error if code else b""

    def _finish(self, arguments: tuple[str, ...], stdin: bytes, timeout: float) -> tuple[bytes, bytes, int]:
        return self._ended(self.command(*arguments), self._environment, arguments[0], stdin, timeout)

    def _ended(
        self, command: tuple[str, ...], environment: Mapping[str, str], action: str, stdin: bytes, timeout: float
    ) -> tuple[bytes, bytes, int]:
        """Return git's output, its standard error and its status."""
        process = self._start(command, environment, action, listen=True)
        try:
            out, error = process.popen.communicate(stdin, timeout=timeout)
        except subprocess.TimeoutExpired:
            raise GitError(f"git {action}: no answer within {timeout:g} s") from None
        finally:
            process.end()
        return out, error, process.popen.returncode

    def ask(self, *arguments: str) -> bytes:
        """Return git's answer about settings and identities: our own settings left aside, those of ``git -c`` kept.

        Nothing but ``config`` and ``var`` may be asked, which run no other program. A refusal is an empty answer.
        """
        variables, command = self.question(*arguments)
        with suppress(GitError):
            out, _, code = self._ended(command, variables, arguments[0], b"", _SECONDS)
            return b"" if code else out
        return b""

    def question(self, *arguments: str) -> tuple[dict[str, str], tuple[str, ...]]:
        """Return the environment and the command line of what ``ask`` runs."""
        return self._environment | self._own_settings, (self._program, *self._location, *arguments)

    def config(self, name: str) -> str | None:
        """Return the last configured value of a setting, our own overrides left aside, ``None`` where it is not set."""
        value = self.ask("config", "--null", "--get", name)
        return os.fsdecode(value.removesuffix(b"\0")) if value else None

    @contextmanager
    def stream(self, *arguments: str, stdin: bytes = b"") -> Iterator[BufferedReader]:
        """Run git and hand out its standard output while it works.

        Leaving the block early ends git quietly; a failure of git after its whole output was read is raised.
        """
        process = self._start(self.command(*arguments), self._environment, arguments[0], listen=True)
        feeder = _feed(process.stdin, stdin)
        complaints: list[bytes] = []
        # standard error is read beside, or a talkative git would wait for ever
        listener = threading.Thread(target=_listen, args=(process.popen.stderr, complaints), daemon=True)
        listener.start()
        finished = False
        try:
            yield process.stdout
            finished = _is_exhausted(process.stdout)
        finally:
            if not finished:
                process.popen.kill()
            process.popen.wait()
            if feeder is not None:
                feeder.join()
            listener.join()
            process.end()
        if finished and process.popen.returncode:
            raise GitError(f"git {arguments[0]}: {complaint(b''.join(complaints))}")


class Conversation:
    """A long-running git that answers questions, a context manager: one process instead of one a question.

    Git is started at the first question, and anew at the next one after it broke off.
    """

    def __init__(self, git: Git, *arguments: str) -> None:
        self._git, self._arguments = git, arguments
        self._process: Process | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End git."""
        process, self._process = self._process, None
        if process is not None:
            process.end()

    def asked(self, question: bytes) -> Process:
        """Put a question and return the process, whose output is the answer.

        Raises ``GitError`` if git cannot be started or has broken off.
        """
        if self._process is None:
            self._process = self._git.start(*self._arguments)
        try:
            self._process.stdin.write(question)
            self._process.stdin.flush()
        except OSError:
            raise self.broken() from None
        return self._process

    def broken(self) -> GitError:
        """End git, and return the error to raise."""
        self.close()
        return GitError(f"git {self._arguments[0]}: broke off; an object may be missing or damaged, run: git fsck")


def _is_exhausted(pipe: IO[bytes]) -> bool:
    """Whether all was read; git is not waited for, as it may have much to compute before its next byte."""
    with suppress(OSError, AttributeError):  # not every system can: then one byte is waited for
        os.set_blocking(pipe.fileno(), False)
    return pipe.read(1) == b""


def _listen(pipe: IO[bytes], complaints: list[bytes]) -> None:
    with suppress(OSError, ValueError):
        complaints.append(pipe.read(65_536))
        while pipe.read(65_536):
            pass


def complaint(error: bytes) -> str:
    """Return the line of git's standard error that says what went wrong."""
    lines = [line for line in error.decode("utf-8", "backslashreplace").splitlines() if line.strip()]
    telling = [line for line in lines if line.startswith("fatal:")] or [line for line in lines if line[:6] == "error:"]
    fault = (telling or lines or ["failed without a word"])[0].removeprefix("fatal: ").removeprefix("error: ")
    # what git repeats may come from the repository: no control characters reach the terminal
    shown = "".join(letter if letter.isprintable() else "?" for letter in fault[:300])
    return f"{shown}; {REMEDY}" if LOST.search(shown) else shown


def _feed(pipe: IO[bytes], data: bytes) -> threading.Thread | None:
    """Write to a process that has just begun, from a thread where the system may not take all at once."""

    def write() -> None:
        with suppress(OSError, ValueError):
            pipe.write(data)
        with suppress(OSError, ValueError):
            pipe.close()

    if len(data) <= _FITS_A_PIPE:
        write()
        return None
    thread = threading.Thread(target=write, daemon=True)
    thread.start()
    return thread


def _not_started(folder: Path) -> str:
    if not folder.is_dir():
        return f"{folder}: no such folder"
    return "git is not installed or not on PATH; install git 2.30 or newer"
