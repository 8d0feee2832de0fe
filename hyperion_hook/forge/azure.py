"""Azure DevOps' REST API, as far as a thread on a pull request needs it, and what a pipeline says of itself.

https://learn.microsoft.com/rest/api/azure/devops/git/pull-request-threads and
https://learn.microsoft.com/azure/devops/pipelines/build/variables. A comment is the first one of its thread, which is
closed: an open one keeps a pull request from being merged where all comments must be resolved.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from hyperion_hook.forge.http import Http
from hyperion_hook.forge.job import COMMIT, NUMBER, Job, Variables
from hyperion_hook.forge.rest import Comment, RestHost, comment_of, number_of, within

_VERSION = "?api-version=7.1"
_ID = re.compile(r"[\w-]{1,64}", re.ASCII)
_BRANCH = re.compile(r"refs/heads/[^\x00-\x20~^:?*\[\\]{1,500}")
_SERVICES = ("svc.", "aadsp.")
"""How the names of the users begin that pipelines and service principals write as; nobody can sign up as one."""


def job_in(environment: Mapping[str, str]) -> Job:
    """Return the job of a pull request's pipeline from its variables; raise ``ConfigError`` if this is none."""
    variables = Variables(environment, "pull request's pipeline of Azure DevOps", "a build validation of the branch")
    project = quote(variables.read("SYSTEM_TEAMPROJECT"), safe="")
    branch = variables.read("SYSTEM_PULLREQUEST_TARGETBRANCH", _BRANCH)
    pages = urlsplit(variables.read("BUILD_REPOSITORY_URI"))
    return Job(
        variables.read("SYSTEM_COLLECTIONURI").rstrip("/"),
        f"{pages.scheme}://{pages.netloc.rpartition('@')[2]}{pages.path.rstrip('/')}",
        f"{project}/_apis/git/repositories/{variables.read('BUILD_REPOSITORY_ID', _ID)}",
        int(variables.read("SYSTEM_PULLREQUEST_PULLREQUESTID", NUMBER)),
        f"refs/remotes/origin/{branch.removeprefix('refs/heads/')}",
        variables.read("SYSTEM_PULLREQUEST_SOURCECOMMITID", COMMIT),
    )


class Azure(RestHost):
    """One repository on Azure DevOps."""

    user_at = ("/_apis/connectionData?api-version=7.1-preview.1", "authenticatedUser", "id")
    author_at = ("author", "id")
    only_authors_edit = True

    def __init__(self, job: Job, token: str) -> None:
        super().__init__(Http(job.api_url, token, {}, "Azure DevOps", page_query="", list_field="value"))
        self._root = f"/{job.repository}/pullRequests"
        self._pages = f"{job.pages}/pullrequest"
        self._first: dict[int, int] = {}
        """The number of the first comment of each thread."""

    def set_labels(self, number: int, wanted: str, ours: frozenset[str]) -> None:
        """Make one of our labels be on a pull request; labels of others stay."""
        self._label(f"{self._root}/{number}/labels", _VERSION, wanted, ours, {"name": wanted})

    def _list(self, number: int) -> str:
        return f"{self._root}/{number}/threads{_VERSION}"

    def _one(self, number: int, comment: Comment) -> str:
        return f"{self._root}/{number}/threads/{comment.id}/comments/{self._first.get(comment.id, 1)}{_VERSION}"

    def _text(self, entry: Mapping[str, Any]) -> object:
        first = _first_of(entry)
        return None if first.get("isDeleted") is True else first.get("content")

    def _new(self, body: str) -> Mapping[str, Any]:
        return {"comments": [{"parentCommentId": 0, "content": body, "commentType": "text"}], "status": "closed"}

    def _changed(self, body: str) -> Mapping[str, Any]:
        return {"content": body}

    def update_comment(self, number: int, comment: Comment, body: str) -> Comment:
        """Replace the text of a comment; the answer is the comment without its thread."""
        answer = self._http.send("PATCH", self._one(number, comment), self._changed(body))
        return self._read(number, {"id": comment.id, "comments": [answer.data]})

    def _comment(self, number: int, data: Mapping[str, Any]) -> Comment:
        first, thread = data["comments"][0], number_of(data["id"])
        self._first[thread] = number_of(first["id"])
        page = f"{self._pages}/{number}?discussionId={thread}"
        return comment_of(data, first.get("content"), page, first.get("lastContentUpdatedDate"))

    def _author(self, entry: Mapping[str, Any]) -> str:
        return super()._author(_first_of(entry))

    def _may_be_own(self, entry: Mapping[str, Any]) -> bool:
        return str(within(_first_of(entry), "author", "descriptor")).startswith(_SERVICES)


def _first_of(thread: Mapping[str, Any]) -> Mapping[str, Any]:
    comments = thread.get("comments")
    first = comments[0] if isinstance(comments, list) and comments else None
    return first if isinstance(first, dict) else {}
