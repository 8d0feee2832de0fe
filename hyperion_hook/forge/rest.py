"""What the REST APIs of code hosts have in common: one comment is found, written, updated and kept the only one.

A host adds its addresses, the names of its fields, and how it tells who wrote a comment. A token that may not ask whose
it is learns that from the host: what is written says who wrote it, and on some only who wrote a comment may edit it.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any, ClassVar
from urllib.parse import quote

from hyperion_hook.forge.http import ForgeError, Http

_MOST_NUMBER = 2**63 - 1
_REFUSALS = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND})


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment on a pull request or merge request: the host's number of it, its Markdown, its page.

    The lines of ``body`` end in line feeds whatever the host keeps. ``edited_at``, Unix seconds, is when it was written
    or edited last; ``None`` where the host does not say.
    """

    id: int
    body: str
    url: str
    edited_at: int | None = None


Body = Callable[[Comment | None], str]
"""Gives a comment's text, from the comment there was before if there was one."""


class RestHost(ABC):
    """One repository on a code host; public methods raise ``ForgeError`` where the host refuses or fails."""

    update_method: ClassVar[str] = "PATCH"
    user_at: ClassVar[tuple[str, ...]]
    """Where the host says whose the token is: a path, and the fields that lead to what ``author_at`` leads to."""
    author_at: ClassVar[tuple[str, ...]]
    """The fields of a comment that lead to who wrote it."""
    user_refusals: ClassVar[frozenset[int]] = _REFUSALS
    """Answers by which a token may not ask whose it is."""
    comments_come_whole: ClassVar[bool] = False
    only_authors_edit: ClassVar[bool] = False
    """Whether the host lets nobody else edit a comment; elsewhere its maintainers may, too."""

    def __init__(self, http: Http) -> None:
        self._http = http
        self._user: str | None = None
        """Whose the token is; '' where it may not ask, ``None`` before it did."""
        self._others: set[str] = set()

    @abstractmethod
    def set_labels(self, number: int, wanted: str, ours: frozenset[str]) -> None:
        """Make one of our labels be on a pull request; labels of others stay."""

    @abstractmethod
    def _list(self, number: int) -> str:
        """Return the address of the comments on a pull request."""

    @abstractmethod
    def _may_be_own(self, entry: Mapping[str, Any]) -> bool:
        """Whether a comment is by the kind of user that a token belongs to which may not ask whose it is."""

    def _one(self, number: int, comment: Comment) -> str:
        return f"{self._list(number)}/{comment.id}"

    def _author(self, entry: Mapping[str, Any]) -> str:
        """Return who wrote a comment, '' for nobody."""
        return str(within(entry, *self.author_at) or "")

    def _who(self) -> Any:
        """Return whose the token is, ``None`` where it may not ask; raise ``ForgeError`` if the answer does not say."""
        path, *fields = self.user_at
        try:
            data = self._http.send("GET", path).data
        except ForgeError as error:
            if error.status not in self.user_refusals:
                raise
            return None
        value = within(data, *fields)
        if isinstance(value, bool) or not isinstance(value, str | int) or not value:
            shown = json.dumps(value)[:60] if isinstance(data, dict) else "no table"
            raise ForgeError(
                f"{self._http.name}: GET {path.partition('?')[0]}: the answer does not say whose the token is "
                f"({'.'.join(fields)} is {shown}); check that {self._http.base} is the API, and the token"
            )
        return value

    def _is_own(self, number: int, entry: Mapping[str, Any]) -> bool:
        """Whether a comment was written with this token; who else may begin one with our marker has no say in it."""
        author = self._author(entry)
        if self._user is None:
            self._user = str(self._who() or "")
        if self._user or not author or author in self._others:
            return bool(author) and author == self._user
        return self._may_be_own(entry) and (not self.only_authors_edit or self._may_edit(number, entry, author))

    def _may_edit(self, number: int, entry: Mapping[str, Any], author: str) -> bool:
        """Whether the host lets this token write the very text of a comment again, as it lets its author alone."""
        comment = self._read(number, entry)
        try:
            self.update_comment(number, comment, comment.body)
        except ForgeError as error:
            if error.status not in _REFUSALS:
                raise
            self._others.add(author)
            return False
        self._user = author
        return True

    def _text(self, entry: Mapping[str, Any]) -> object:
        return entry.get("body")

    def _new(self, body: str) -> Mapping[str, Any]:
        return self._changed(body)

    def _changed(self, body: str) -> Mapping[str, Any]:
        return {"body": body}

    def _comment(self, number: int, data: Mapping[str, Any]) -> Comment:  # noqa: ARG002 - others need it
        """Return a comment; what is not as it must be raises."""
        return comment_of(data, self._text(data), data["html_url"], data.get("updated_at"))

    def own_comments(self, number: int, marker: str) -> list[Comment]:
        """Return the comments on a pull request that begin with a marker and were written with this token, by age."""
        comments = [
            self._read(number, entry)
            for entry in self._http.pages(self._list(number), whole=self.comments_come_whole)
            if str(self._text(entry) or "").startswith(marker) and self._is_own(number, entry)
        ]
        return sorted(comments, key=lambda comment: comment.id)

    def write_comment(self, number: int, body: str) -> Comment:
        """Add a comment to a pull request."""
        data = self._http.send("POST", self._list(number), self._new(body)).data
        comment = self._read(number, data)
        self._user = self._user or self._author(data)
        return comment

    def update_comment(self, number: int, comment: Comment, body: str) -> Comment:
        """Replace the text of a comment."""
        answer = self._http.send(self.update_method, self._one(number, comment), self._changed(body))
        return self._read(number, answer.data)

    def delete_comment(self, number: int, comment: Comment) -> None:
        """Remove a comment; one that is gone already is no error."""
        try:
            self._http.send("DELETE", self._one(number, comment))
        except ForgeError as error:
            if error.status != HTTPStatus.NOT_FOUND:
                raise

    def keep_comment(self, number: int, marker: str, body: Body, *, write: bool = True) -> Comment | None:
        """Make a pull request carry one comment of ours with this text.

        Two runs at once may both find none and both write one. Each looks once more after it wrote and removes all but
        the oldest, so one is left in the end; the youngest text goes into it. ``write`` says whether to write one where
        there is none; one that is there is kept up to date, and left alone when it would say the same. ``None`` is
        returned where none was wanted.
        """
        comments = self.own_comments(number, marker)
        if not comments:
            return self._only_one(number, marker, self._begin(number, marker, body(None))) if write else None
        oldest, *others = comments
        text = body(oldest)
        if not _same(oldest.body, text):
            try:
                oldest = self.update_comment(number, oldest, text)
            except ForgeError as error:
                if error.status != HTTPStatus.NOT_FOUND:
                    raise
                # somebody removed it in between
                return self.write_comment(number, text) if write else None
        self._remove(number, others)
        return oldest

    def _begin(self, number: int, marker: str, text: str) -> Comment:
        try:
            return self.write_comment(number, text)
        except ForgeError as error:
            if error.status is not None and error.status < HTTPStatus.INTERNAL_SERVER_ERROR:
                raise
        # it may have arrived all the same, so it is looked for before it is written again
        arrived = self.own_comments(number, marker)
        return arrived[0] if arrived else self.write_comment(number, text)

    def _only_one(self, number: int, marker: str, written: Comment) -> Comment:
        try:
            oldest, *others = self.own_comments(number, marker) or [written]
            if oldest.id != written.id and not _same(oldest.body, written.body):
                oldest = self.update_comment(number, oldest, written.body)
        except ForgeError:
            return written  # it stands there; should there be another one, the next run removes it
        self._remove(number, others)
        return oldest

    def _remove(self, number: int, comments: Iterable[Comment]) -> None:
        """Remove comments as far as that is allowed: one too many is no reason to fail."""
        with suppress(ForgeError):
            for comment in comments:
                self.delete_comment(number, comment)

    def _read(self, number: int, data: Any) -> Comment:
        try:
            return self._comment(number, data)
        except (KeyError, TypeError, ValueError, AttributeError, IndexError):
            raise ForgeError(f"{self._http.name}: an answer that is no comment") from None

    def _label(self, path: str, query: str, wanted: str, ours: Iterable[str], body: Mapping[str, Any]) -> None:
        """Make one of our labels be in a list of labels that are removed by their names."""
        there = {str(entry.get("name")) for entry in self._http.pages(path + query)}
        for name in sorted(set(ours) & there - {wanted}):
            self._http.send("DELETE", f"{path}/{quote(name, safe='')}{query}")
        if wanted not in there:
            self._http.send("POST", path + query, body)


def _same(left: str, right: str) -> bool:
    """Compare as hosts keep text: without white space around it."""
    return left.strip() == right.strip()


def comment_of(data: Mapping[str, Any], body: object, url: object, edited: object) -> Comment:
    """Return a comment; ``data`` holds its number, and ``body`` lines that browsers may have ended by two characters.

    Raises ``KeyError``, ``TypeError`` or ``ValueError`` if there is no number.
    """
    return Comment(number_of(data["id"]), str(body or "").replace("\r\n", "\n"), str(url), seconds_of(edited))


def within(data: object, *fields: str) -> object:
    """Return a field of a table in a table, ``None`` where there is none.

    Examples
    --------
    >>> within({"a": {"b": 1}}, "a", "b"), within({"a": [1]}, "a", "b")
    (1, None)
    """
    for field in fields:
        data = data.get(field) if isinstance(data, dict) else None
    return data


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
    """
    if type(value) is not int or not 0 < value <= _MOST_NUMBER:
        raise ValueError(f"no number from 1 to {_MOST_NUMBER}")
    return value
