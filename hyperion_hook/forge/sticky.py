"""The one comment of a change under review: written once, updated in place, left alone when it would say the same."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus

from hyperion_hook.forge.http import ForgeError
from hyperion_hook.forge.rest import Comment, RestHost

Body = Callable[[Comment | None], str]
"""Gives the comment's text, from the comment there was before if there was one."""


def keep_comment(host: RestHost, number: int, marker: str, body: Body, *, write: bool = True) -> Comment | None:
    """Make a pull request carry one comment of ours with this text; raise ``ForgeError`` if the host refuses or fails.

    Two runs at once may both find none and both write one. Each looks once more after it wrote and removes all but the
    oldest, so one is left in the end; the youngest text goes into it. ``write`` says whether to write one where there
    is none; one that is there is always kept up to date. ``None`` is returned where none was wanted.
    """
    comments = host.own_comments(number, marker)
    if not comments:
        return _only_one(host, number, marker, _first(host, number, marker, body(None))) if write else None
    oldest, *others = comments
    text = body(oldest)
    if not _same(oldest.body, text):
        try:
            oldest = host.update_comment(number, oldest, text)
        except ForgeError as error:
            if error.status != HTTPStatus.NOT_FOUND:
                raise
            # somebody removed it in between
            return host.write_comment(number, text) if write else None
    _remove(host, number, others)
    return oldest


def _first(host: RestHost, number: int, marker: str, text: str) -> Comment:
    try:
        return host.write_comment(number, text)
    except ForgeError as error:
        if error.status is not None and error.status < HTTPStatus.INTERNAL_SERVER_ERROR:
            raise
    # it may have arrived all the same, so it is looked for before it is written again
    arrived = host.own_comments(number, marker)
    return arrived[0] if arrived else host.write_comment(number, text)


def _only_one(host: RestHost, number: int, marker: str, written: Comment) -> Comment:
    try:
        oldest, *others = host.own_comments(number, marker) or [written]
        if oldest.id != written.id and not _same(oldest.body, written.body):
            oldest = host.update_comment(number, oldest, written.body)
    except ForgeError:
        return written  # it stands there; should there be another one, the next run removes it
    _remove(host, number, others)
    return oldest


def _remove(host: RestHost, number: int, comments: list[Comment]) -> None:
    """Remove comments as far as that is allowed: one too many is no reason to fail."""
    with suppress(ForgeError):
        for comment in comments:
            host.delete_comment(number, comment)


def _same(left: str, right: str) -> bool:
    """Compare as hosts keep text: without white space around it."""
    return left.strip() == right.strip()
