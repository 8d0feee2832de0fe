"""The REST API of Gitea and Forgejo: GitHub's paths and fields, but for pages, labels and who wrote a comment.

Checked against Gitea's ``templates/swagger/v1_json.tmpl``. Their jobs are those of GitHub Actions by another runner.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from hyperion_hook.forge.github import GitHub
from hyperion_hook.forge.http import ForgeError, Http
from hyperion_hook.forge.rest import RestHost, number_of

_GREY = "#808080"


class Gitea(GitHub):
    """One repository on Gitea, reached with a token."""

    user_refusals = RestHost.user_refusals
    _who = RestHost._who  # noqa: SLF001 - not as on GitHub, where it lies between
    comments_come_whole = True
    job_login = "gitea-actions"
    """Who writes with the token of a job; nobody can sign up by a name that the host keeps for itself."""

    @classmethod
    def of(cls, api_url: str, repository: str, token: str) -> Gitea:
        """Return a repository reached with a token."""
        http = Http(api_url, token, {}, cls.__name__, token_prefix="token ", page_query="limit=50")  # noqa: S106
        return cls(http, repository)

    def set_labels(self, number: int, wanted: str, ours: frozenset[str]) -> None:
        """Make one of our labels be on a pull request; labels of others stay."""
        path = f"{self._root}/issues/{number}/labels"
        # one of the organisation and one of the repository may have the same name
        there = [(str(entry.get("name")), entry) for entry in self._http.pages(path, whole=True)]
        for name, entry in there:
            if name in ours - {wanted}:
                self._http.send("DELETE", f"{path}/{self._number(entry)}")
        if not any(name == wanted for name, _ in there):
            self._http.send("POST", path, {"labels": [self._label_number(wanted)]})

    def _label_number(self, name: str) -> int:
        """Return the number of a label of the repository or its organisation; made where none has that name."""
        path = f"{self._root}/labels"
        labels = chain(self._http.pages(path), self._labels_of_organisation())
        label = next((entry for entry in labels if entry.get("name") == name), None)
        return self._number(label or self._http.send("POST", path, {"name": name, "color": _GREY}).data)

    def _labels_of_organisation(self) -> Iterator[Mapping[str, Any]]:
        """Yield the labels that an organisation has for all its repositories; a person, who may own one, has none."""
        owner = self._root.split("/")[2]
        try:
            yield from self._http.pages(f"/orgs/{owner}/labels")
        except ForgeError as error:
            if error.status not in self.user_refusals:
                raise

    def _number(self, label: Any) -> int:
        try:
            return number_of(label["id"])
        except (KeyError, TypeError, ValueError):
            raise ForgeError(f"{self._http.name}: an answer that is no label") from None

    def _may_be_own(self, entry: Mapping[str, Any]) -> bool:
        return self._author(entry) == self.job_login


class Forgejo(Gitea):
    """One repository on Forgejo, reached with a token."""

    job_login = "forgejo-actions"
