"""The message that git will record, from the file that the commit-msg hook gets: comments and the scissors part go."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from hyperion_hook.errors import HyperionError

SCISSORS = "------------------------ >8 ------------------------"
MAX_BYTES = 1_000_000
_AUTOMATIC = "#;@!$%^&|:"
"""Characters that git chooses from with ``core.commentChar=auto``."""


def read_message(path: Path) -> str:
    """Return a message file's text; bytes that are not UTF-8 are replaced, what is over a megabyte is cut.

    Raises
    ------
    HyperionError
        If the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES).decode("utf-8", "replace")
    except OSError as error:
        raise HyperionError(f"message file '{path}': {error.strerror or 'cannot be read'}") from None


def strip_comments(text: str, comment: str) -> str:
    r"""Return the message without comment lines, without all below the scissors, and without blank lines around it.

    A message of comment lines only was not written in an editor (``git commit -m '#12'``), and git keeps it as it is.

    Examples
    --------
    >>> strip_comments("Fix x\n\nWhy.\n# Please enter ...\n# ---", "#")
    'Fix x\n\nWhy.'
    >>> strip_comments("#12 again", "#")
    '#12 again'
    """
    kept = []
    for line in text.splitlines():
        if line.rstrip() == f"{comment} {SCISSORS}":
            break
        if not line.startswith(comment):
            kept.append(line.rstrip())
    return "\n".join(kept).strip() or text.strip()


def comment_prefix(text: str, setting: Callable[[str], str | None]) -> str:
    """Return what comment lines of a message start with; git is asked only when a line could be a comment.

    Parameters
    ----------
    text
        The message file's text.
    setting
        Reads a setting of git by name.
    """
    if all(line[:1].isalnum() or not line.strip() for line in text.splitlines()):
        return "#"
    configured = setting("core.commentString") or setting("core.commentChar") or "#"
    if configured != "auto":
        return configured
    last = next((line for line in reversed(text.splitlines()) if line.strip()), "#")
    return last[0] if last[0] in _AUTOMATIC else "#"
