"""GitLab's REST API, as far as a note on a merge request needs it, and what a GitLab job says of itself.

https://docs.gitlab.com/api/notes/ and https://docs.gitlab.com/ci/variables/predefined_variables/
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from hyperion_hook.forge.http import Http
from hyperion_hook.forge.job import COMMIT, NUMBER, Job, Variables
from hyperion_hook.forge.rest import Comment, RestHost, comment_of, within

_BOT = re.compile(r"(?:project|group)_\d{1,19}_bot(?:_?[0-9a-f]{1,40})?|service_account_\w{1,200}", re.ASCII)
"""The users that GitLab makes for tokens of projects and groups; nobody can sign up as one."""


def job_in(environment: Mapping[str, str]) -> Job:
    """Return the job of a merge request's pipeline from its variables; raise ``ConfigError`` if this is none."""
    variables = Variables(
        environment, "merge request's pipeline of GitLab", "rules: $CI_PIPELINE_SOURCE == 'merge_request_event'"
    )
    # where results are merged for a trial, CI_COMMIT_SHA is that trial
    source = "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA"
    return Job(
        variables.read("CI_API_V4_URL").rstrip("/"),
        variables.read("CI_PROJECT_URL").rstrip("/"),
        variables.read("CI_PROJECT_ID", NUMBER),
        int(variables.read("CI_MERGE_REQUEST_IID", NUMBER)),
        variables.read("CI_MERGE_REQUEST_DIFF_BASE_SHA", COMMIT),
        variables.read(source if environment.get(source) else "CI_COMMIT_SHA", COMMIT),
    )


class GitLab(RestHost):
    """One project on GitLab."""

    update_method = "PUT"
    user_at, author_at = ("/user", "id"), ("author", "id")
    user_refusals = frozenset({HTTPStatus.FORBIDDEN})

    def __init__(self, job: Job, token: str) -> None:
        oldest_first = "order_by=created_at&sort=asc&per_page=100"
        super().__init__(Http(job.api_url, token, {}, "GitLab", "PRIVATE-TOKEN", "", oldest_first))
        self._root = f"/projects/{job.repository}/merge_requests"
        self._pages = f"{job.pages}/-/merge_requests"

    def set_labels(self, number: int, wanted: str, ours: frozenset[str]) -> None:
        """Make one of our labels be on a merge request; labels of others stay."""
        others = ",".join(sorted(ours - {wanted}))
        self._http.send("PUT", f"{self._root}/{number}", {"add_labels": wanted, "remove_labels": others})

    def _list(self, number: int) -> str:
        return f"{self._root}/{number}/notes"

    def _comment(self, number: int, data: Mapping[str, Any]) -> Comment:
        page = f"{self._pages}/{number}#note_{data['id']}"
        return comment_of(data, data.get("body"), page, data.get("updated_at"))

    def _may_be_own(self, entry: Mapping[str, Any]) -> bool:
        return _BOT.fullmatch(str(within(entry, "author", "username"))) is not None
