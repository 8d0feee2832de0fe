"""GitHub's REST API, as far as a comment needs it: the one comment is found, written, updated, and kept the only one.

https://docs.github.com/rest; every request is checked against GitHub's OpenAPI description in the tests.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any

from hyperion_hook.forge.event import PullRequest, pull_request_of
from hyperion_hook.forge.http import ForgeError, Http

API_VERSION = "2022-11-28"
_INSTALLATION = "ghs_"
"""How the tokens begin that GitHub makes for jobs and apps."""
_PAGE = 100
_MOST_PAGES = 100


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment on a pull request; ``url`` is its page."""

    id: int
    body: str
    url: str


@dataclass(frozen=True, slots=True)
class Review:
    """A review of a pull request: who, what (``APPROVED``, ``COMMENTED``, ...), and when, Unix seconds."""

    login: str
    state: str
    submitted_at: int


class GitHub:
    """One repository on GitHub or GitHub Enterprise.

    Parameters
    ----------
    http
        The API.
    repository
        ``owner/name``.
    token
        The token that ``http`` sends; only how it begins is looked at here.
    """

    def __init__(self, http: Http, repository: str, token: str) -> None:
        self._http = http
        self._root = f"/repos/{repository}"
        self._token = token
        self._login: str | None = None

    @classmethod
    def of(cls, api_url: str, repository: str, token: str) -> GitHub:
        """Return a repository reached with a token."""
        headers = {
            "Accept": "application/vnd.github+json", "Authorization": f"Bearer {token}",
            "X-GitHub-Api-Version": API_VERSION, "User-Agent": "hyperion-hook",
        }
        return cls(Http(api_url, headers, "GitHub"), repository, token)

    def pull_request(self, number: int) -> PullRequest:
        """Return a pull request as it is now.

        Raises
        ------
        ForgeError
            If it cannot be had.
        """
        data = self._http.send("GET", f"{self._root}/pulls/{number}").data
        try:
            return pull_request_of(data, self._root.removeprefix("/repos/"))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ForgeError(f"GitHub: pull request {number}: an answer without what it must hold ({error})") from None

    def reviews(self, number: int) -> list[Review]:
        """Return the reviews of a pull request, the oldest first.

        Raises
        ------
        ForgeError
            If they cannot be had.
        """
        return [
            Review(_login(entry), str(entry.get("state", "")), moment)
            for entry in self._pages(f"{self._root}/pulls/{number}/reviews")
            if (moment := _seconds(entry.get("submitted_at"))) is not None
        ]

    def own_comments(self, number: int, marker: str) -> list[Comment]:
        """Return the comments on a pull request that begin with a marker and were written with this token, by age.

        Raises
        ------
        ForgeError
            If they cannot be had.
        """
        found = [
            entry for entry in self._pages(f"{self._root}/issues/{number}/comments")
            if str(entry.get("body") or "").startswith(marker) and self._is_own(entry)
        ]
        return sorted(map(_comment, found), key=lambda comment: comment.id)

    def write_comment(self, number: int, body: str) -> Comment:
        """Add a comment to a pull request.

        Raises
        ------
        ForgeError
            If that is refused or fails.
        """
        return _comment(self._http.send("POST", f"{self._root}/issues/{number}/comments", {"body": body}).data)

    def update_comment(self, comment: Comment, body: str) -> Comment:
        """Replace the text of a comment.

        Raises
        ------
        ForgeError
            If that is refused or fails.
        """
        return _comment(self._http.send("PATCH", f"{self._root}/issues/comments/{comment.id}", {"body": body}).data)

    def delete_comment(self, comment: Comment) -> None:
        """Remove a comment; one that is gone already is no error.

        Raises
        ------
        ForgeError
            If that is refused or fails.
        """
        try:
            self._http.send("DELETE", f"{self._root}/issues/comments/{comment.id}")
        except ForgeError as error:
            if error.status != HTTPStatus.NOT_FOUND:
                raise

    def set_labels(self, number: int, wanted: str | None, ours: frozenset[str]) -> None:
        """Make one of our labels, or none, be on a pull request; labels of others stay.

        Raises
        ------
        ForgeError
            If that is refused or fails.
        """
        path = f"{self._root}/issues/{number}/labels"
        there = {str(entry.get("name")) for entry in self._pages(path)}
        for name in sorted(ours & there - {wanted}):
            self._http.send("DELETE", f"{path}/{_quoted(name)}")
        if wanted is not None and wanted not in there:
            self._http.send("POST", path, {"labels": [wanted]})

    def _is_own(self, entry: Mapping[str, Any]) -> bool:
        user = entry.get("user") or {}
        if self._token.startswith(_INSTALLATION):
            # such a token may not ask who it is; people cannot write as a bot
            return user.get("type") == "Bot"
        if self._login is None:
            self._login = _login({"user": self._http.send("GET", "/user").data})
        return _login(entry) == self._login

    def _pages(self, path: str) -> Iterator[Mapping[str, Any]]:
        address: str | None = f"{path}?per_page={_PAGE}"
        for _ in range(_MOST_PAGES):
            if address is None:
                return
            answer = self._http.send("GET", address)
            if not isinstance(answer.data, list) or not all(isinstance(entry, dict) for entry in answer.data):
                raise ForgeError(f"GitHub: GET {path}: the answer is no list")
            yield from answer.data
            address = answer.next_page


def _comment(data: Any) -> Comment:
    try:
        return Comment(int(data["id"]), str(data.get("body") or ""), str(data["html_url"]))
    except (KeyError, TypeError, ValueError, AttributeError):
        raise ForgeError("GitHub: an answer that is no comment") from None


def _login(data: Mapping[str, Any]) -> str:
    user = data.get("user")
    return str(user.get("login", "")) if isinstance(user, dict) else ""


def _seconds(value: object) -> int | None:
    try:
        return int(datetime.fromisoformat(str(value)).timestamp())
    except ValueError:
        return None


def _quoted(name: str) -> str:
    from urllib.parse import quote  # noqa: PLC0415 - labels are rarely asked for

    return quote(name, safe="")
