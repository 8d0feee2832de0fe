"""Code hosts by their published descriptions: local servers that keep comments and look at what they are sent."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs, unquote

from tests.support.web import Asked, Said, WebDouble

_FILE = Path(__file__).parents[1] / "schemas" / "hosts.json"
_KINDS = {"string": str, "array": list, "object": dict}
TOKEN = "s3cret-of-the-job"
MOMENT = "2026-01-02T03:04:05Z"


@cache
def operations(host: str) -> Mapping[str, Mapping[str, Any]]:
    """Return the requests that a host's description knows, by what they are for."""
    described: Mapping[str, Mapping[str, Any]] = json.loads(_FILE.read_text(encoding="utf-8"))[host]["operations"]
    return described


class DescribedDouble(WebDouble):
    """The API of one repository with one pull request, which the token belongs to a user of.

    A subclass says how entries look. ``asks`` is false for a token that may not ask whose it is.
    """

    host, prefix, scheme, looks = "", "", "Bearer ", "/(comments|threads)$"
    missing: ClassVar[Any] = {"message": "Not found"}

    def __init__(self) -> None:
        super().__init__()
        self.comments: list[dict[str, Any]] = []
        self.labels = {"bug": 1}
        self.known = {"bug": 1}
        """Labels of the repository."""
        self.of_organisation: dict[str, int] | None = None
        """Labels of the organisation that owns the repository, ``None`` where a person does."""
        self.pull: dict[str, Any] = {}
        self.asks = True

    @property
    def api(self) -> str:
        return self.url + self.prefix

    def add(self, body: str, *, own: bool = False, service: bool = False) -> dict[str, Any]:
        """Have the token's user, somebody or another service comment, and return the comment."""
        number = 5_000 + len(self.asked) * 10 + len(self.comments)
        self.comments.append({"id": number, "body": body.strip(), "own": own, "service": own or service})
        return self.comments[-1]

    def ours(self) -> list[str]:
        """Return the texts of the token's comments."""
        return [comment["body"] for comment in self.comments if comment["own"]]

    def answer(self, asked: Asked) -> Said:
        name, values = self._operation(asked)
        if not name:
            self.faults.append(f"{asked.method} {asked.path}: not described")
            return Said(404, self.missing)
        self.faults += _faults(operations(self.host)[name], asked)
        if asked.headers.get("authorization") != self.scheme + TOKEN:
            return Said(401, {"message": "who?"})
        said = getattr(self, f"_{name}")(asked, values)
        if not isinstance(said, Said):
            said = Said(operations(self.host)[name]["status"], said)
        return said

    def _operation(self, asked: Asked) -> tuple[str, dict[str, str]]:
        for name, operation in operations(self.host).items():
            form = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(self.prefix + operation["path"]))
            if asked.method == operation["method"] and (match := re.fullmatch(form, asked.path)):
                return name, {key: unquote(value) for key, value in match.groupdict().items()}
        return "", {}

    def entry(self, comment: Mapping[str, Any]) -> dict[str, Any]:
        """Return a comment as the API gives it."""
        raise NotImplementedError

    def who(self) -> Any:
        """Return whose the token is."""
        raise NotImplementedError

    def text_in(self, body: Any) -> str:
        """Return the text of what was sent."""
        return str(body["body"])

    def listed(self, asked: Asked, entries: list[Any]) -> Any:
        """Return a list as the API gives it."""
        return entries

    def _list(self, asked: Asked, _: Mapping[str, str]) -> Any:
        return self.listed(asked, [self.entry(comment) for comment in self.comments])

    def _write(self, asked: Asked, _: Mapping[str, str]) -> Any:
        return self.entry(self.add(self.text_in(asked.body), own=True))

    def _user(self, *_: object) -> Any:
        return self.who() if self.asks else Said(403, {"message": "Forbidden"})

    def _of(self, values: Mapping[str, str]) -> dict[str, Any] | None:
        number = values.get("id") or values.get("comment_id") or values.get("threadId")
        return next((comment for comment in self.comments if str(comment["id"]) == number), None)

    def _update(self, asked: Asked, values: Mapping[str, str]) -> Any:
        comment = self._of(values)
        if comment is None:
            return Said(404, self.missing)
        if not comment["own"]:
            return self._refused(asked)
        comment["body"] = self.text_in(asked.body).strip()
        return self.entry(comment)

    def _refused(self, asked: Asked) -> Said:
        """Let nobody but its author edit or remove a comment; who knows its own does not even try."""
        if self.asks or asked.method == "DELETE":
            self.faults.append(f"{asked.method} {asked.path}: of somebody else")
        return Said(403, {"message": "Only its author may edit a comment"})

    def _remove(self, asked: Asked, values: Mapping[str, str]) -> Any:
        comment = self._of(values)
        if comment is None:
            return Said(404, self.missing)
        if not comment["own"]:
            return self._refused(asked)
        self.comments.remove(comment)
        return None

    def _labels(self, asked: Asked, _: Mapping[str, str]) -> Any:
        return self.listed(asked, [{"id": number, "name": name} for name, number in self.labels.items()])


class GiteaDouble(DescribedDouble):
    """Gitea or Forgejo: labels are of the repository, and put on by their numbers."""

    host, prefix, scheme = "gitea", "/api/v1", "token "

    def entry(self, comment: Mapping[str, Any]) -> dict[str, Any]:
        login = "gitea-actions" if comment["own"] else "grace"
        page = f"https://gitea.example/o/r/pulls/7#issuecomment-{comment['id']}"
        return {**comment, "user": {"id": -2, "login": login}, "html_url": page, "updated_at": MOMENT}

    def who(self) -> Any:
        return {"id": -2, "login": "gitea-actions"}

    def _reviews(self, *_: object) -> Any:
        return []

    def _pull(self, *_: object) -> Any:
        return self.pull

    def _all_labels(self, asked: Asked, _: Mapping[str, str]) -> Any:
        return self._paged(asked, self.known)

    def _org_labels(self, asked: Asked, _: Mapping[str, str]) -> Any:
        return Said(404, self.missing) if self.of_organisation is None else self._paged(asked, self.of_organisation)

    def _paged(self, asked: Asked, labels: Mapping[str, int]) -> Said:
        size, page = (int(parse_qs(asked.query).get(name, ["1"])[0]) for name in ("limit", "page"))
        # more than a page of others stand before ours
        entries = [{"id": 100 + at, "name": f"l{at}"} for at in range(70)] + [
            {"id": number, "name": name} for name, number in labels.items()
        ]
        more = {"Link": f'<{self.url}{asked.path}?limit={size}&page={page + 1}>; rel="next"'}
        return Said(200, entries[(page - 1) * size : page * size], more if page * size < len(entries) else {})

    def _new_label(self, asked: Asked, _: Mapping[str, str]) -> Any:
        self.known[asked.body["name"]] = len(self.known) + 1
        return {"id": self.known[asked.body["name"]], "name": asked.body["name"]}

    def _label(self, asked: Asked, _: Mapping[str, str]) -> Any:
        known = self.known | (self.of_organisation or {})
        self.labels |= {name: number for name, number in known.items() if number in asked.body["labels"]}
        return []

    def _unlabel(self, _: Asked, values: Mapping[str, str]) -> Any:
        self.labels = {name: number for name, number in self.labels.items() if str(number) != values["id"]}
        return None


class BitbucketDouble(DescribedDouble):
    """Bitbucket Cloud: lists come in pages of a table, and errors in one of their own."""

    host, prefix = "bitbucket", "/2.0"
    missing: ClassVar[Any] = {"type": "error", "error": {"message": "Not found"}}

    def entry(self, comment: Mapping[str, Any]) -> dict[str, Any]:
        page = f"https://bitbucket.org/o/r/pull-requests/7/_/diff#comment-{comment['id']}"
        kind = "app_user" if comment["service"] else "user"
        user = {"type": kind, "uuid": "{ours}" if comment["own"] else "{theirs}"}
        return {
            "id": comment["id"],
            "content": {"raw": comment["body"]},
            "user": user,
            "links": {"html": {"href": page}},
            "updated_on": MOMENT,
        }

    def who(self) -> Any:
        return {"type": "user", "uuid": "{ours}"}

    def text_in(self, body: Any) -> str:
        return str(body["content"]["raw"])

    def listed(self, asked: Asked, entries: list[Any]) -> Any:
        query = parse_qs(asked.query)
        size, page = int(query["pagelen"][0]), int(query.get("page", ["1"])[0])
        more = {"next": f"{self.url}{asked.path}?pagelen={size}&page={page + 1}"} if page * size < len(entries) else {}
        return {"values": entries[(page - 1) * size : page * size], "pagelen": size} | more


class AzureDouble(DescribedDouble):
    """Azure DevOps: a comment is the first one of a thread."""

    host, prefix = "azure", ""

    def entry(self, comment: Mapping[str, Any]) -> dict[str, Any]:
        return {"id": comment["id"], "comments": [self._first(comment)], "isDeleted": False, "status": "closed"}

    def _first(self, comment: Mapping[str, Any]) -> dict[str, Any]:
        descriptor = f"{'svc' if comment['service'] else 'aad'}.b3Vycw"
        author = {"id": "ours" if comment["own"] else "theirs", "descriptor": descriptor}
        return {"id": 1, "content": comment["body"], "author": author, "lastContentUpdatedDate": MOMENT}

    def who(self) -> Any:
        return {"authenticatedUser": {"id": "ours"}}

    def text_in(self, body: Any) -> str:
        if "comments" in body:
            assert body["status"] == "closed"
            return str(body["comments"][0]["content"])
        return str(body["content"])

    def listed(self, asked: Asked, entries: list[Any]) -> Any:
        return {"value": entries, "count": len(entries)}

    def _update(self, asked: Asked, values: Mapping[str, str]) -> Any:
        said = super()._update(asked, values)
        return said if isinstance(said, Said) else said["comments"][0]

    def _label(self, asked: Asked, _: Mapping[str, str]) -> Any:
        self.labels[asked.body["name"]] = 9
        return {"name": asked.body["name"]}

    def _unlabel(self, _: Asked, values: Mapping[str, str]) -> Any:
        del self.labels[values["labelIdOrName"]]
        return None


def _faults(operation: Mapping[str, Any], asked: Asked) -> list[str]:
    """Return what the description does not know, or misses."""
    where, sent = f"{asked.method} {asked.path}", asked.body
    faults = [f"{where}: query {name}" for name in set(parse_qs(asked.query)) - set(operation.get("query", ()))]
    if "body" not in operation:
        return faults + ([f"{where}: a body"] if sent is not None else [])
    if not isinstance(sent, dict):
        return [*faults, f"{where}: no body"]
    faults += [f"{where}: no {name}" for name in set(operation.get("required", ())) - set(sent)]
    for name, value in sent.items():
        kind = operation["body"].get(name)
        fits = value in kind if isinstance(kind, list) else kind is not None and isinstance(value, _KINDS[kind])
        faults += [] if fits else [f"{where}: {name} is {value!r}"]
    return faults
