"""What goes wrong, in lines for a person."""

from __future__ import annotations

import os
import sys

from hyperion_hook.errors import TRACEBACK_VARIABLE, HyperionError
from hyperion_hook.report.safe_text import printable


class CommandError(Exception):
    """Carries an error of a command past click, which would end the program with 1, or call it an interruption."""


def describe(error: Exception) -> list[str]:
    """Return an error in lines for a person.

    Examples
    --------
    >>> from hyperion_hook.errors import GitError
    >>> describe(GitError("revision 'x': not found"))
    ["revision 'x': not found"]
    >>> describe(ValueError("y"))
    ['internal error (ValueError: y); HYPERION_HOOK_TRACEBACK=1 shows where']
    >>> describe(ImportError("half installed"))
    ['cannot be started (ImportError: half installed); install it again']
    """
    if isinstance(error, HyperionError):
        return [printable(line) for line in str(error).split("\n")]
    # an error of click can only come from where it was imported
    if (click := sys.modules.get("click")) and isinstance(error, click.ClickException):
        context = getattr(error, "ctx", None)
        hint = [f"see: {context.command_path} --help"] if context else []
        # click sets long lists in lines of their own
        return [printable(" ".join(error.format_message().split())), *hint]
    if isinstance(error, OSError) and error.strerror:
        # open file descriptors are numbered, files are named
        named = isinstance(error.filename, str | bytes | os.PathLike)
        return [printable(f"{os.fsdecode(error.filename)}: {error.strerror}" if named else error.strerror)]
    detail = str(error).partition("\n")[0]
    fault = f"{type(error).__name__}: {detail}" if detail else type(error).__name__
    if isinstance(error, ImportError):
        return [printable(f"cannot be started ({fault[:300]}); install it again")]
    return [printable(f"internal error ({fault[:300]}); {TRACEBACK_VARIABLE}=1 shows where")]
