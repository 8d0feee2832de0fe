"""The REST API of Gitea and Forgejo: GitHub's paths and fields, but for pages, labels and who wrote a comment.

Checked against Gitea's ``templates/swagger/v1_json.tmpl``. Their jobs are those of GitHub Actions by another runner.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hyperion_hook.forge.github import GitHub, login_of
from hyperion_hook.forge.host import number_of
from hyperion_hook.forge.http import ForgeError, Http
from hyperion_hook.forge.rest import RestHost

_GREY = "#808080"


class Gitea(GitHub):
    """One repository on Gitea, reached with a token."""

    user_refusals = RestHost.user_refusals
    comments_come_whole = True
    job_login = "gitea-actions"
    """Who writes with the token of a job; nobody can sign up by a name that the host keeps for itself."""

    @classmethod
    def of(cls, api_url: str, repository: str, token: str) -> Gitea:
        """Return a repository reached with a token."""
        headers = {"Accept": "application/json", "User-Agent": "hyperion-hook"}
        http = Http(api_url, token, headers, "Gitea", token_prefix="token ", page_query="limit=50")  # noqa: S106
        return cls(http, repository)

    def set_labels(self, number: int, wanted: str, ours: frozenset[str]) -> None:
        """Make one of our labels be on a pull request; labels of others stay.

        Raises
        ------
        ForgeError
            If that is refused or fails.
        """
        path = f"{self._root}/issues/{number}/labels"
        there = {str(entry.get("name")): entry for entry in self._http.pages(path, whole=True)}
        for name in sorted(ours & set(there) - {wanted}):
            self._http.send("DELETE", f"{path}/{self._number(there[name])}")
        if wanted not in there:
            self._http.send("POST", path, {"labels": [self._label_number(wanted)]})

    def _label_number(self, name: str) -> int:
        """Return the number of a label of the repository, which is made where there is none of that name."""
        path = f"{self._root}/labels"
        labels = self._http.pages(path)
        found = next((entry for entry in labels if entry.get("name") == name), None)
        return self._number(found or self._http.send("POST", path, {"name": name, "color": _GREY}).data)

    def _number(self, label: Any) -> int:
        try:
            return number_of(label["id"])
        except (KeyError, TypeError, ValueError):
            raise ForgeError(f"{self._http.name}: an answer that is no label") from None

    def _may_be_own(self, entry: Mapping[str, Any]) -> bool:
        return login_of(entry) == self.job_login

    def _who(self) -> Any:
        return self._asked("/user", "login")


class Forgejo(Gitea):
    """One repository on Forgejo, reached with a token."""

    job_login = "forgejo-actions"
