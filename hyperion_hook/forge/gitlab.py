"""GitLab's REST API, as far as a note on a merge request needs it, and what a GitLab job says of itself.

https://docs.gitlab.com/api/notes/ and https://docs.gitlab.com/ci/variables/predefined_variables/
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from hyperion_hook.errors import ConfigError
from hyperion_hook.forge.host import Comment, number_of, seconds_of, with_line_feeds
from hyperion_hook.forge.http import ForgeError, Http

_COMMIT = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
_NUMBER = re.compile(r"[1-9][0-9]{0,17}")
_BOT = re.compile(r"(?:project|group)_\d{1,19}_bot(?:_?[0-9a-f]{1,40})?|service_account_\w{1,200}", re.ASCII)
"""The users that GitLab makes for tokens of projects and groups; nobody can sign up as one."""
_MAY_NOT_ASK = 0


@dataclass(frozen=True, slots=True)
class GitLabJob:
    """One job of a merge request's pipeline.

    Attributes
    ----------
    api_url, project_url
        The API, and the project's pages.
    project, number
        The project's number, and the merge request's in it.
    base, head
        Commits: the merge base, and the newest of the branch that is merged.
    """

    api_url: str
    project_url: str
    project: int
    number: int
    base: str
    head: str

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> GitLabJob:
        """Return what the environment says.

        Raises
        ------
        ConfigError
            If this is no job of a merge request's pipeline.
        """

        def value(name: str, form: re.Pattern[str] | None = None) -> str:
            text = environment.get(name, "")
            if not text or (form is not None and not form.fullmatch(text)):
                what = "is not set" if not text else f"is '{text[:60]}'"
                raise ConfigError(
                    f"comment: {name} {what}, so this is no merge request's pipeline of GitLab; run it there (rules:"
                    " $CI_PIPELINE_SOURCE == 'merge_request_event'), or use --forge none A..B"
                )
            return text

        # where results are merged for a trial, CI_COMMIT_SHA is that trial
        source = "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA"
        return cls(
            value("CI_API_V4_URL").rstrip("/"),
            value("CI_PROJECT_URL").rstrip("/"),
            int(value("CI_PROJECT_ID", _NUMBER)),
            int(value("CI_MERGE_REQUEST_IID", _NUMBER)),
            value("CI_MERGE_REQUEST_DIFF_BASE_SHA", _COMMIT),
            value(source if environment.get(source) else "CI_COMMIT_SHA", _COMMIT),
        )


class GitLab:
    """One project on GitLab; what is refused or fails is a ``ForgeError``.

    Parameters
    ----------
    http
        The API.
    job
        The project.
    """

    def __init__(self, http: Http, job: GitLabJob) -> None:
        self._http = http
        self._root = f"/projects/{job.project}/merge_requests"
        self._pages = f"{job.project_url}/-/merge_requests"
        self._user: int | None = None

    @classmethod
    def of(cls, job: GitLabJob, token: str) -> GitLab:
        """Return the project of a job, reached with a token."""
        headers = {"Accept": "application/json", "User-Agent": "hyperion-hook"}
        return cls(Http(job.api_url, token, headers, "GitLab", token_header="PRIVATE-TOKEN", token_prefix=""), job)  # noqa: S106

    def own_comments(self, number: int, marker: str) -> list[Comment]:
        """Return the notes on a merge request that begin with a marker and were written with this token, by age.

        Raises
        ------
        ForgeError
            If they cannot be had.
        """
        found = [
            entry
            for entry in self._http.pages(f"{self._root}/{number}/notes?order_by=created_at&sort=asc")
            if str(entry.get("body") or "").startswith(marker) and self._is_own(entry)
        ]
        return sorted((self._comment(number, entry) for entry in found), key=lambda comment: comment.id)

    def write_comment(self, number: int, body: str) -> Comment:
        """Add a note to a merge request."""
        return self._comment(number, self._http.send("POST", f"{self._root}/{number}/notes", {"body": body}).data)

    def update_comment(self, number: int, comment: Comment, body: str) -> Comment:
        """Replace the text of a note."""
        answer = self._http.send("PUT", f"{self._root}/{number}/notes/{comment.id}", {"body": body})
        return self._comment(number, answer.data)

    def delete_comment(self, number: int, comment: Comment) -> None:
        """Remove a note; one that is gone already is no error."""
        try:
            self._http.send("DELETE", f"{self._root}/{number}/notes/{comment.id}")
        except ForgeError as error:
            if error.status != HTTPStatus.NOT_FOUND:
                raise

    def set_labels(self, number: int, wanted: str, ours: frozenset[str]) -> None:
        """Make one of our labels be on a merge request; labels of others stay."""
        others = ",".join(sorted(ours - {wanted}))
        self._http.send("PUT", f"{self._root}/{number}", {"add_labels": wanted, "remove_labels": others})

    def _is_own(self, entry: Mapping[str, Any]) -> bool:
        author = entry.get("author")
        if not isinstance(author, dict):
            return False
        if self._user is None:
            self._user = self._own_number()
        if self._user == _MAY_NOT_ASK:
            return _BOT.fullmatch(str(author.get("username", ""))) is not None
        return author.get("id") == self._user

    def _own_number(self) -> int:
        """Return the number of the token's user, ``_MAY_NOT_ASK`` where the token may not ask that."""
        try:
            return number_of(self._http.send("GET", "/user").data["id"])
        except ForgeError as error:
            if error.status != HTTPStatus.FORBIDDEN:
                raise
            return _MAY_NOT_ASK
        except (KeyError, TypeError, ValueError):
            raise ForgeError("GitLab: GET /user: an answer that is no user") from None

    def _comment(self, number: int, data: Any) -> Comment:
        try:
            note = number_of(data["id"])
            return Comment(
                note,
                with_line_feeds(data.get("body")),
                f"{self._pages}/{number}#note_{note}",
                seconds_of(data.get("updated_at")),
            )
        except (KeyError, TypeError, ValueError, AttributeError):
            raise ForgeError("GitLab: an answer that is no note") from None
