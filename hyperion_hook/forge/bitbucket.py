"""Bitbucket Cloud's REST API, as far as a comment on a pull request needs it, and what a pipeline says of itself.

https://developer.atlassian.com/cloud/bitbucket/rest/ and
https://support.atlassian.com/bitbucket-cloud/docs/variables-and-secrets/
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from hyperion_hook.forge.http import ForgeError, Http
from hyperion_hook.forge.job import COMMIT, NUMBER, Job, Variables
from hyperion_hook.forge.rest import Comment, RestHost, comment_of, within

_API = "https://api.bitbucket.org/2.0"
_PAGES = "https://bitbucket.org"
_REPOSITORY = re.compile(r"[\w.-]{1,100}/[\w.-]{1,100}", re.ASCII)
_SHORT_COMMIT = re.compile(r"[0-9a-f]{12,64}")
_APP = "app_user"
"""The kind of user that writes with the token of a repository, a project or a workspace; no person is of it."""


def job_in(environment: Mapping[str, str]) -> Job:
    """Return the job of a pull request's pipeline from its variables; raise ``ConfigError`` if this is none."""
    variables = Variables(environment, "pull request's pipeline of Bitbucket", "pipelines: pull-requests:")
    repository = variables.read("BITBUCKET_REPO_FULL_NAME", _REPOSITORY)
    return Job(
        environment.get("BITBUCKET_API_URL", _API).rstrip("/"),
        f"{_PAGES}/{repository}",
        repository,
        int(variables.read("BITBUCKET_PR_ID", NUMBER)),
        variables.read("BITBUCKET_PR_DESTINATION_COMMIT", _SHORT_COMMIT),
        variables.read("BITBUCKET_COMMIT", COMMIT),
    )


class Bitbucket(RestHost):
    """One repository on Bitbucket Cloud."""

    update_method = "PUT"
    user_at, author_at = ("/user", "uuid"), ("user", "uuid")
    only_authors_edit = True

    def __init__(self, job: Job, token: str) -> None:
        http = Http(job.api_url, token, {}, "Bitbucket", page_query="pagelen=100", list_field="values")
        super().__init__(http)
        self._root = f"/repositories/{job.repository}/pullrequests"

    def set_labels(self, number: int, wanted: str, ours: frozenset[str]) -> None:  # noqa: ARG002 - as a RestHost
        """Refuse: there are none."""
        raise ForgeError("Bitbucket: pull requests have no labels; leave out --labels")

    def _list(self, number: int) -> str:
        return f"{self._root}/{number}/comments"

    def _text(self, entry: Mapping[str, Any]) -> object:
        return None if entry.get("deleted") is True else within(entry, "content", "raw")

    def _changed(self, body: str) -> Mapping[str, Any]:
        return {"content": {"raw": body}}

    def _comment(self, number: int, data: Mapping[str, Any]) -> Comment:  # noqa: ARG002 - as a RestHost
        return comment_of(data, data["content"]["raw"], data["links"]["html"]["href"], data.get("updated_on"))

    def _may_be_own(self, entry: Mapping[str, Any]) -> bool:
        return within(entry, "user", "type") == _APP
