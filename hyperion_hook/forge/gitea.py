"""The REST API of Gitea and Forgejo: GitHub's paths and fields, but for pages, labels and who wrote a comment.

Checked against Gitea's ``templates/swagger/v1_json.tmpl``. Their jobs are those of GitHub Actions by another runner.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from hyperion_hook.forge.github import GitHub, login_of
from hyperion_hook.forge.host import number_of
from hyperion_hook.forge.http import ForgeError, Http

_GREY = "#808080"


class Gitea(GitHub):
    """One repository on Gitea, reached with a token."""

    page_query = "?limit=50"
    job_login = "gitea-actions"
    """Who writes with the token of a job; nobody can sign up by a name that the host keeps for itself."""

    @classmethod
    def of(cls, api_url: str, repository: str, token: str) -> Gitea:
        """Return a repository reached with a token."""
        headers = {"Accept": "application/json", "User-Agent": "hyperion-hook"}
        # comments come whole, and there is no other way to ask for them
        return cls(Http(api_url, token, headers, "Gitea", token_prefix="token ", page_query=""), repository)  # noqa: S106

    def set_labels(self, number: int, wanted: str, ours: frozenset[str]) -> None:
        """Make one of our labels be on a pull request; labels of others stay.

        Raises
        ------
        ForgeError
            If that is refused or fails.
        """
        path = f"{self._root}/issues/{number}/labels"
        there = {str(entry.get("name")): entry for entry in self._http.pages(path)}
        for name in sorted(ours & set(there) - {wanted}):
            self._http.send("DELETE", f"{path}/{self._number(there[name])}")
        if wanted not in there:
            self._http.send("POST", path, {"labels": [self._label_number(wanted)]})

    def _label_number(self, name: str) -> int:
        """Return the number of a label of the repository, which is made where there is none of that name."""
        path = f"{self._root}/labels"
        labels = self._http.pages(path + self.page_query)
        found = next((entry for entry in labels if entry.get("name") == name), None)
        return self._number(found or self._http.send("POST", path, {"name": name, "color": _GREY}).data)

    def _number(self, label: Any) -> int:
        try:
            return number_of(label["id"])
        except (KeyError, TypeError, ValueError):
            raise ForgeError(f"{self._http.name}: an answer that is no label") from None

    def _is_own(self, entry: Mapping[str, Any]) -> bool:
        login = login_of(entry)
        if self._login is None:
            refusals = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)
            self._login = str(self._asked("/user", "login", refusals=refusals) or "")
        return login == self._login if self._login else login == self.job_login


class Forgejo(Gitea):
    """One repository on Forgejo, reached with a token."""

    job_login = "forgejo-actions"
