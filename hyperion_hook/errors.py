"""Every error this program reports on purpose, and the exit code of each.

An error names the thing, the value and the remedy in one line. ``cli`` translates it once.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum

TRACEBACK_VARIABLE = "HYPERION_HOOK_TRACEBACK"


class ExitCode(IntEnum):
    """Exit codes of the command line."""

    DONE = 0
    RISK = 1
    USAGE = 2
    FAILED = 3
    INTERRUPTED = 130


class HyperionError(Exception):
    """Something that could not be done; its text is one line for a person."""

    exit_code = ExitCode.FAILED


class ConfigError(HyperionError):
    """A setting, an argument or a name is not valid."""

    exit_code = ExitCode.USAGE


class MissingExtraError(HyperionError):
    """A command needs an optional set of packages which is not installed."""

    exit_code = ExitCode.USAGE

    def __init__(self, command: str, extra: str, module: str) -> None:
        super().__init__(f"{command}: needs the package '{module}', which is not installed; run: {pip_install(extra)}")


def pip_install(extra: str) -> str:
    """Return the command that installs an extra from where the program was installed: an index, or a clone."""
    # only somebody who lacks it waits for these imports
    import json
    import shlex
    from importlib.metadata import PackageNotFoundError, distribution
    from urllib.parse import urlsplit
    from urllib.request import url2pathname

    try:
        origin = json.loads(distribution("hyperion-hook").read_text("direct_url.json") or "{}")
        url = urlsplit(origin["url"])
    except (PackageNotFoundError, ValueError, KeyError, TypeError, OSError):
        return f"pip install 'hyperion-hook[{extra}]'"
    if url.scheme == "file" and "dir_info" in origin:
        editable = "-e " if origin["dir_info"].get("editable") else ""
        return f"pip install {editable}{shlex.quote(f'{url2pathname(url.path)}[{extra}]')}"
    return f"pip install 'hyperion-hook[{extra}]'"


@contextmanager
def file_errors(
    subject: object, verb: str = "read", remedy: str = "", kind: type[HyperionError] = HyperionError
) -> Iterator[None]:
    """Turn an ``OSError`` into an error that names its subject; ``verb`` is what was tried: ``read`` or ``written``."""
    try:
        yield
    except OSError as error:
        raise kind(f"{subject}: {error.strerror or f'cannot be {verb}'}{remedy}") from None


class GitError(HyperionError):
    """Git refused, failed, timed out or answered something unexpected."""


class NotARepositoryError(GitError):
    """The folder is in no git repository."""


class StoreError(HyperionError):
    """An index, cache or store is damaged, too new or not writable."""


class ArtefactError(HyperionError):
    """A model file is damaged, too new, tampered with or does not fit; ``cause`` is the text without the remedy."""

    def __init__(self, cause: str, remedy: str = "") -> None:
        super().__init__(f"{cause}; {remedy}" if remedy else cause)
        self.cause = cause


class TrainingError(HyperionError):
    """There is not enough history, or not the right one, to train on."""


class TooLittleHistoryError(TrainingError):
    """There is too little history to learn from, or to tell whether something was learned; ``cause`` is what lacks."""

    def __init__(self, text: str, cause: str = "") -> None:
        super().__init__(text)
        self.cause = cause


def show_traceback_if_asked(error: Exception) -> None:
    """Print where an error came from when the environment asks for it."""
    if os.environ.get(TRACEBACK_VARIABLE):
        import traceback

        traceback.print_exception(error)
