"""What the REST APIs of code hosts have in common: one comment is found, written, updated and removed alike.

A host adds its addresses, the names of its fields, and how it tells who wrote a comment. A token that may not ask whose
it is learns that from the host: what is written says who wrote it, and on some only who wrote a comment may edit it.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any, ClassVar
from urllib.parse import quote

from hyperion_hook.forge.host import Comment, number_of, seconds_of, with_line_feeds
from hyperion_hook.forge.http import ForgeError, Http

_REFUSALS = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND})


class RestHost(ABC):
    """One repository on a code host."""

    update_method: ClassVar[str] = "PATCH"
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
    def _list(self, number: int) -> str:
        """Return the address of the comments on a pull request."""

    @abstractmethod
    def _one(self, number: int, comment: Comment) -> str:
        """Return the address of a comment."""

    @abstractmethod
    def _who(self) -> Any:
        """Return whose the token is, as ``_author`` does for a comment; ``None`` where it may not ask."""

    @abstractmethod
    def _author(self, entry: Mapping[str, Any]) -> object:
        """Return who wrote a comment."""

    @abstractmethod
    def _may_be_own(self, entry: Mapping[str, Any]) -> bool:
        """Whether a comment is by the kind of user that a token belongs to which may not ask whose it is."""

    def _is_own(self, number: int, entry: Mapping[str, Any]) -> bool:
        """Whether a comment was written with this token; who else may begin one with our marker has no say in it."""
        author = str(self._author(entry) or "")
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
        """Return what is sent for a comment that is to be added."""
        return self._changed(body)

    def _changed(self, body: str) -> Mapping[str, Any]:
        """Return what is sent for a comment that is to be replaced."""
        return {"body": body}

    def _comment(self, number: int, data: Mapping[str, Any]) -> Comment:  # noqa: ARG002 - others need it
        """Return a comment; what is not as it must be raises."""
        return comment_of(data, self._text(data), data["html_url"], data.get("updated_at"))

    def own_comments(self, number: int, marker: str) -> list[Comment]:
        """Return the comments on a pull request that begin with a marker and were written with this token, by age.

        Raises ``ForgeError`` if they cannot be had.
        """
        found = [
            self._read(number, entry)
            for entry in self._http.pages(self._list(number), whole=self.comments_come_whole)
            if str(self._text(entry) or "").startswith(marker) and self._is_own(number, entry)
        ]
        return sorted(found, key=lambda comment: comment.id)

    def write_comment(self, number: int, body: str) -> Comment:
        """Add a comment to a pull request; raise ``ForgeError`` if that is refused or fails."""
        data = self._http.send("POST", self._list(number), self._new(body)).data
        comment = self._read(number, data)
        self._user = self._user or str(self._author(data) or "")
        return comment

    def update_comment(self, number: int, comment: Comment, body: str) -> Comment:
        """Replace the text of a comment; raise ``ForgeError`` if that is refused or fails."""
        answer = self._http.send(self.update_method, self._one(number, comment), self._changed(body))
        return self._read(number, answer.data)

    def delete_comment(self, number: int, comment: Comment) -> None:
        """Remove a comment; one that is gone already is no error.

        Raises ``ForgeError`` if that is refused or fails.
        """
        try:
            self._http.send("DELETE", self._one(number, comment))
        except ForgeError as error:
            if error.status != HTTPStatus.NOT_FOUND:
                raise

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

    def _asked(self, path: str, *fields: str) -> Any:
        """Return a field of an answer, ``None`` where the token may not ask that.

        Raises ``ForgeError`` if there is no answer, or none with the field.
        """
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


def comment_of(data: Mapping[str, Any], body: object, url: object, edited: object) -> Comment:
    """Return a comment; ``data`` holds its number.

    Raises ``KeyError``, ``TypeError`` or ``ValueError`` if it has none.
    """
    return Comment(number_of(data["id"]), with_line_feeds(body), str(url), seconds_of(edited))


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
