"""The one comment of a pull request: written once, updated in place, left alone when it would say the same."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from hyperion_hook.forge.github import Comment, GitHub
from hyperion_hook.forge.http import ForgeError

Body = Callable[[str | None], str]
"""Gives the comment's text, from the text it had before if there was one."""


def keep_comment(github: GitHub, number: int, marker: str, body: Body, *, write: bool = True) -> Comment | None:
    """Make a pull request carry one comment of ours with this text.

    Two runs at once may both find none and both write one. Each looks once more after it wrote and removes all but the
    oldest, so one is left in the end; the youngest text goes into it.

    Parameters
    ----------
    github, number
        The pull request.
    marker
        How the comment begins.
    body
        Its text.
    write
        Whether to write one where there is none; one that is there is always kept up to date.

    Returns
    -------
    Comment or None
        The comment; ``None`` where none was wanted.

    Raises
    ------
    ForgeError
        If the host refuses or fails.
    """
    found = github.own_comments(number, marker)
    if not found:
        if not write:
            return None
        written = github.write_comment(number, body(None))
        return _only_one(github, number, marker, written)
    for comment in found[1:]:
        github.delete_comment(comment)
    text = body(found[0].body)
    if _same(found[0].body, text):
        return found[0]
    try:
        return github.update_comment(found[0], text)
    except ForgeError as error:
        if error.status != HTTPStatus.NOT_FOUND:
            raise
        # somebody removed it in between
        return github.write_comment(number, text) if write else None


def _only_one(github: GitHub, number: int, marker: str, written: Comment) -> Comment:
    first, *others = github.own_comments(number, marker) or [written]
    if first.id == written.id and not others:
        return written
    for comment in others:
        github.delete_comment(comment)
    return first if _same(first.body, written.body) else github.update_comment(first, written.body)


def _same(left: str, right: str) -> bool:
    """Compare as GitHub keeps text: with other line ends and without white space around it."""
    return left.replace("\r\n", "\n").strip() == right.replace("\r\n", "\n").strip()
