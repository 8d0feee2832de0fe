"""GitHub's REST API, as far as a comment needs it: the one comment is found, written, updated, and kept the only one.

https://docs.github.com/rest; every request is checked against GitHub's OpenAPI description in the tests.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from hyperion_hook.forge.event import PullRequest, pull_request_of
from hyperion_hook.forge.host import Comment, number_of, seconds_of, with_line_feeds
from hyperion_hook.forge.http import ForgeError, Http

API_VERSION = "2022-11-28"
_INSTALLATION = "ghs_"
"""How the tokens begin that GitHub makes for jobs and apps."""
_ACTIONS = "github-actions[bot]"
"""Who writes with the token of a job."""


@dataclass(frozen=True, slots=True)
class Review:
    """A review of a pull request: who, what (``APPROVED``, ``COMMENTED``, ...), and when, Unix seconds."""

    login: str
    state: str
    submitted_at: int


class GitHub:
    """One repository on GitHub or GitHub Enterprise; what is refused or fails is a ``ForgeError``.

    Parameters
    ----------
    http
        The API.
    repository
        ``owner/name``.
    """

    def __init__(self, http: Http, repository: str) -> None:
        self._http = http
        self._root = f"/repos/{repository}"
        self._login: str | None = None
        self._is_installation = http.token.startswith(_INSTALLATION)

    @classmethod
    def of(cls, api_url: str, repository: str, token: str) -> GitHub:
        """Return a repository reached with a token."""
        headers = {
            "Accept": "application/vnd.github+json",
            "X-GitHub-Api-Version": API_VERSION,
            "User-Agent": "hyperion-hook",
        }
        return cls(Http(api_url, token, headers, "GitHub"), repository)

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
            for entry in self._http.pages(f"{self._root}/pulls/{number}/reviews")
            if (moment := seconds_of(entry.get("submitted_at"))) is not None
        ]

    def own_comments(self, number: int, marker: str) -> list[Comment]:
        """Return the comments on a pull request that begin with a marker and were written with this token, by age.

        Raises
        ------
        ForgeError
            If they cannot be had.
        """
        found = [
            entry
            for entry in self._http.pages(f"{self._root}/issues/{number}/comments")
            if str(entry.get("body") or "").startswith(marker) and self._is_own(entry)
        ]
        return sorted(map(_comment, found), key=lambda comment: comment.id)

    def write_comment(self, number: int, body: str) -> Comment:
        """Add a comment to a pull request."""
        return _comment(self._http.send("POST", f"{self._root}/issues/{number}/comments", {"body": body}).data)

    def update_comment(self, number: int, comment: Comment, body: str) -> Comment:  # noqa: ARG002 - as a Host
        """Replace the text of a comment."""
        return _comment(self._http.send("PATCH", f"{self._root}/issues/comments/{comment.id}", {"body": body}).data)

    def delete_comment(self, number: int, comment: Comment) -> None:  # noqa: ARG002 - as a Host
        """Remove a comment; one that is gone already is no error."""
        try:
            self._http.send("DELETE", f"{self._root}/issues/comments/{comment.id}")
        except ForgeError as error:
            if error.status != HTTPStatus.NOT_FOUND:
                raise

    def set_labels(self, number: int, wanted: str, ours: frozenset[str]) -> None:
        """Make one of our labels be on a pull request; labels of others stay."""
        path = f"{self._root}/issues/{number}/labels"
        there = {str(entry.get("name")) for entry in self._http.pages(path)}
        for name in sorted(ours & there - {wanted}):
            self._http.send("DELETE", f"{path}/{quote(name, safe='')}")
        if wanted not in there:
            self._http.send("POST", path, {"labels": [wanted]})

    def _is_own(self, entry: Mapping[str, Any]) -> bool:
        """Whether a comment was written with this token; who else may begin one with our marker has no say in it."""
        user = entry.get("user")
        if not isinstance(user, dict) or not user.get("login"):
            return False
        login = _login(entry)
        if not self._is_installation and self._login is None:
            self._login = self._user()
        if self._is_installation:
            # people cannot write as a bot; of other bots only the app's own one is meant, after a change of tokens
            return user.get("type") == "Bot" and (login == _ACTIONS or login == self._app())
        return login == self._login

    def _user(self) -> str | None:
        """Return the login of the person whose token it is; an installation, which is none, may not ask that."""
        try:
            return _login({"user": self._http.send("GET", "/user").data})
        except ForgeError as error:
            if error.status != HTTPStatus.FORBIDDEN:
                raise
        self._is_installation = True
        return None

    def _app(self) -> str:
        """Return the login of the app that the token belongs to; that of Actions where GitHub does not say."""
        if self._login is None:
            self._login = _ACTIONS
            # only the other API answers that; on Enterprise servers it lies beside the one with a version
            base = self._http.base.removesuffix("/v3")
            with suppress(ForgeError, KeyError, TypeError, AttributeError):
                data = self._http.send("POST", "/graphql", {"query": "{viewer{login}}"}, base=base).data
                self._login = f"{data['data']['viewer']['login'].removesuffix('[bot]')}[bot]"
        return self._login


def _comment(data: Any) -> Comment:
    try:
        return Comment(
            number_of(data["id"]),
            with_line_feeds(data.get("body")),
            str(data["html_url"]),
            seconds_of(data.get("updated_at")),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        raise ForgeError("GitHub: an answer that is no comment") from None


def _login(data: Mapping[str, Any]) -> str:
    user = data.get("user")
    return str(user.get("login", "")) if isinstance(user, dict) else ""
