"""Who introduced each line of a file, as numbers, and what a patch makes of them."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import NamedTuple

from hyperion_hook.domain.change import Hunk

Numbers = array  # of unsigned 32-bit integers
UNKNOWN = 0
"""The number of no commit: the line was there before anything that can be read."""
NOT_FOLLOWED = 1
"""The number of no commit: the line is of a file that was not followed, so git has to be asked for its origin."""


class Lines(NamedTuple):
    """Who introduced each line; ``rest`` did every line after those that are ``listed``, ``None``: there are no more.

    What a file holds may not be known (binary, unread), yet who writes into it later is.
    """

    listed: Numbers[int]
    rest: int | None = None

    @property
    def is_for_git(self) -> bool:
        """Whether nothing is known of the file because it was not followed, so that git has to be asked."""
        return self.rest == NOT_FOLLOWED

    def until(self, end: int) -> Numbers[int] | None:
        """Return the lines, at least so many of them; ``None`` if the file has fewer."""
        missing = end - len(self.listed)
        if missing <= 0:
            return self.listed
        return None if self.rest is None else self.listed + own_lines(self.rest, missing)


def own_lines(number: int, count: int) -> Numbers[int]:
    """Return so many lines of one commit."""
    return array("I", [number]) * count


NOBODY_KNOWS = Lines(array("I"), UNKNOWN)
GIT_KNOWS = Lines(array("I"), NOT_FOLLOWED)


def span_of(hunk: Hunk) -> tuple[int, int]:
    """Return the zero-based lines that a hunk replaces, end exclusive."""
    # without deleted lines git numbers the line before the hunk
    start = hunk.old_start - 1 if hunk.deleted_count else hunk.old_start
    return start, start + hunk.deleted_count


def patched(before: Lines, hunks: Sequence[Hunk], number: int, *, ignored: bool = False) -> Lines:
    """Return the lines after the hunks; unknown ones where a hunk does not fit.

    Lines that an ``ignored`` commit puts in the place of others keep the origins of those, spread evenly; where it
    adds lines to none they are its own.
    """
    if not hunks:
        return before
    lines = before.until(span_of(hunks[-1])[1])
    if lines is None:
        return NOBODY_KNOWS
    after: Numbers[int] = array("I")
    own = own_lines(number, 1)
    position = 0
    for hunk in hunks:
        start, end = span_of(hunk)
        if start < position:
            return NOBODY_KNOWS
        after += lines[position:start]
        count = hunk.added_count
        if ignored and start < end:
            after.extend(lines[start + line * (end - start) // count] for line in range(count))
        else:
            after += own * count
        position = end
    after += lines[position:]
    return Lines(after, before.rest)
