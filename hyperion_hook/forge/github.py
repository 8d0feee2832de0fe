"""GitHub's REST API, as far as a comment needs it: the one comment is found, written, updated, and kept the only one.

https://docs.github.com/rest; every request is checked against GitHub's OpenAPI description in the tests.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from http import HTTPStatus
from typing import Any

from hyperion_hook.forge.actions import Annotation
from hyperion_hook.forge.event import PullRequest, pull_request_of
from hyperion_hook.forge.http import ForgeError, Http
from hyperion_hook.forge.rest import Comment, RestHost, seconds_of, within

API_VERSION = "2022-11-28"
_INSTALLATION = "ghs_"
"""How the tokens begin that GitHub makes for jobs and apps."""
_ACTIONS = "github-actions[bot]"
"""Who writes with the token of a job."""

_MOST_AT_ONCE, _MOST_SUMMARY = 50, 65_535
"""Annotations of one request, and characters of a check's summary."""


class GitHub(RestHost):
    """One repository on GitHub or GitHub Enterprise.

    ``repository`` is ``owner/name``.
    """

    user_at, author_at = ("/user", "login"), ("user", "login")
    user_refusals = frozenset({HTTPStatus.FORBIDDEN})

    def __init__(self, http: Http, repository: str) -> None:
        super().__init__(http)
        self._root = f"/repos/{repository}"
        self._bot: str | None = None
        self._is_installation = http.token.startswith(_INSTALLATION)

    @classmethod
    def of(cls, api_url: str, repository: str, token: str) -> GitHub:
        """Return a repository reached with a token."""
        headers = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": API_VERSION}
        return cls(Http(api_url, token, headers, "GitHub"), repository)

    def pull_request(self, number: int) -> PullRequest:
        """Return a pull request as it is now; raise ``ForgeError`` if it cannot be had."""
        data = self._http.send("GET", f"{self._root}/pulls/{number}").data
        try:
            return pull_request_of(data, self._root.removeprefix("/repos/"))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            name = self._http.name
            raise ForgeError(f"{name}: pull request {number}: an answer without what it must hold ({error})") from None

    def approvals(self, number: int) -> list[int]:
        """Return when a pull request was approved, Unix seconds; raise ``ForgeError`` if that cannot be had."""
        return [
            moment
            for entry in self._http.pages(f"{self._root}/pulls/{number}/reviews")
            if (moment := seconds_of(entry.get("submitted_at"))) is not None and entry.get("state") == "APPROVED"
        ]

    def set_labels(self, number: int, wanted: str, ours: frozenset[str]) -> None:
        """Make one of our labels be on a pull request; labels of others stay."""
        self._label(f"{self._root}/issues/{number}/labels", "", wanted, ours, {"labels": [wanted]})

    def write_check(
        self, head: str, conclusion: str, title: str, summary: str, annotations: Sequence[Annotation]
    ) -> None:
        """Add a check to a commit; of its annotations those count that have a place.

        ``conclusion`` is ``success``, ``neutral`` or ``failure``, ``summary`` Markdown.

        Raises ``ForgeError`` if that is refused or fails; then there may be a check with fewer annotations.
        """
        path = f"{self._root}/check-runs"
        entries = [_at_lines(entry) for entry in annotations if entry.path is not None]
        output = {"title": title, "summary": summary[:_MOST_SUMMARY]}
        check = {"name": "hyperion-hook", "head_sha": head, "status": "completed", "conclusion": conclusion}
        first = output | {"annotations": entries[:_MOST_AT_ONCE]}
        data = self._http.send("POST", path, {**check, "output": first}).data
        for start in range(_MOST_AT_ONCE, len(entries), _MOST_AT_ONCE):
            more = output | {"annotations": entries[start : start + _MOST_AT_ONCE]}
            self._http.send("PATCH", f"{path}/{within(data, 'id')}", {"output": more})

    def _list(self, number: int) -> str:
        return f"{self._root}/issues/{number}/comments"

    def _one(self, number: int, comment: Comment) -> str:  # noqa: ARG002 - as a RestHost
        return f"{self._root}/issues/comments/{comment.id}"

    def _may_be_own(self, entry: Mapping[str, Any]) -> bool:
        # people cannot write as a bot; of other bots only the app's own one is meant, after a change of tokens
        is_bot, author = within(entry, "user", "type") == "Bot", self._author(entry)
        return self._is_installation and is_bot and (author == _ACTIONS or author == self._app())

    def _who(self) -> Any:
        """Return the login of the person whose token it is; an installation, which is none, may not ask that."""
        if self._is_installation:
            return None
        try:
            return within(self._http.send("GET", "/user").data, "login")
        except ForgeError as error:
            if error.status not in self.user_refusals:
                raise
        self._is_installation = True
        return None

    def _app(self) -> str:
        """Return the login of the app that the token belongs to; that of Actions where GitHub does not say."""
        if self._bot is None:
            self._bot = _ACTIONS
            # only the other API answers that; on Enterprise servers it lies beside the one with a version
            base = self._http.base.removesuffix("/v3")
            with suppress(ForgeError, KeyError, TypeError, AttributeError):
                data = self._http.send("POST", "/graphql", {"query": "{viewer{login}}"}, base=base).data
                self._bot = f"{data['data']['viewer']['login'].removesuffix('[bot]')}[bot]"
        return self._bot


def _at_lines(entry: Annotation) -> Mapping[str, Any]:
    kind = entry.kind if entry.kind in {"warning", "notice"} else "failure"
    position = {"path": entry.path, "start_line": entry.line, "end_line": entry.line}
    return position | {"annotation_level": kind, "title": entry.title[:255], "message": entry.message}
