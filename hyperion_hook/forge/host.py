"""What a code host must offer so that one comment can be kept on a change under review."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

_MOST_NUMBER = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment on a pull request or merge request."""

    id: int
    """The host's number of it."""
    body: str
    """Its Markdown, lines ended by line feeds whatever the host keeps."""
    url: str
    """Its page."""
    edited_at: int | None = None
    """When it was written or edited last, Unix seconds; ``None`` where the host does not say."""


class Host(Protocol):
    """One repository on a code host; every method raises ``ForgeError`` where the host refuses or fails."""

    def own_comments(self, number: int, marker: str) -> list[Comment]:
        """Return the comments that begin with a marker and were written with this token, the oldest first."""

    def write_comment(self, number: int, body: str) -> Comment:
        """Add a comment."""

    def update_comment(self, number: int, comment: Comment, body: str) -> Comment:
        """Replace the text of a comment."""

    def delete_comment(self, number: int, comment: Comment) -> None:
        """Remove a comment."""

    def set_labels(self, number: int, wanted: str, ours: frozenset[str]) -> None:
        """Make one of our labels be there; labels of others stay."""


def seconds_of(value: object) -> int | None:
    """Return Unix seconds of a moment as hosts write it, ``None`` where it is none.

    Examples
    --------
    >>> seconds_of("2020-09-13T12:26:40Z"), seconds_of(None)
    (1600000000, None)
    """
    try:
        return int(datetime.fromisoformat(str(value)).timestamp())
    except (ValueError, OverflowError, OSError):
        return None


def number_of(value: object) -> int:
    """Return a host's number of something, which fits into 63 bits.

    Raises ``ValueError`` if it is none: JSON has numbers beyond all bounds, and fractions.

    Examples
    --------
    >>> number_of(12)
    12
    """
    if type(value) is not int or not 0 < value <= _MOST_NUMBER:
        raise ValueError(f"no number from 1 to {_MOST_NUMBER}")
    return value


def with_line_feeds(text: object) -> str:
    r"""Return a body as it was written: browsers end the lines of what people edit with two characters.

    Examples
    --------
    >>> with_line_feeds("a\r\nb"), with_line_feeds(None)
    ('a\nb', '')
    """
    return str(text or "").replace("\r\n", "\n")
