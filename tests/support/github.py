"""GitHub as far as a comment needs it: a local server that keeps comments and checks messages by the description."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, unquote

from tests.support.github_schema import description
from tests.support.web import Asked, Said, WebDouble

BOT = "github-actions[bot]"
JOB_TOKEN = "ghs_s3cret-of-the-job"
USER_TOKEN = "ghp_s3cret-of-a-person"
REPOSITORY = "o/r"
NUMBER = 7


class GitHubDouble(WebDouble):
    """The API of one repository with one pull request.

    ``login`` is who a token of a person belongs to, ``app`` who one of an app does. What is stored comes back as a
    browser would send it: lines end in two characters, and no white space is at the end.
    """

    looks = "/comments$"

    def __init__(self, prefix: str = "") -> None:
        super().__init__()
        self.prefix = prefix
        self.login, self.app = "ada", BOT
        self.comments: list[dict[str, Any]] = []
        self.reviews: list[dict[str, Any]] = []
        self.labels: list[str] = ["bug"]
        self.checks: list[dict[str, Any]] = []
        self.pull: dict[str, Any] = {}
        self._next = 1_000

    @property
    def api(self) -> str:
        return self.url + self.prefix

    def add_comment(self, body: str, login: str = "grace", kind: str = "User", edited: int = 1_700_000_000) -> int:
        """Have somebody comment, and return the comment's number."""
        self._next += 1
        self.comments.append(self._comment(self._next, body, login, kind, edited))
        return self._next

    def ours(self) -> list[dict[str, Any]]:
        """Return the comments of the program's making."""
        return [entry for entry in self.comments if "<!-- hyperion-hook -->" in entry["body"]]

    def tick(self, text: str, edited: int = 1_700_000_000) -> None:
        """Tick a box of our comment in a browser."""
        for entry in self.ours():
            assert f"- [ ] {text}" in entry["body"]
            entry |= {"body": entry["body"].replace(f"- [ ] {text}", f"- [x] {text}"), "updated_at": _moment(edited)}

    def answer(self, asked: Asked) -> Said:
        if asked.path == self.prefix.removesuffix("/v3") + "/graphql":
            return Said(200, {"data": {"viewer": {"login": self.app.removesuffix("[bot]")}}})
        if not asked.path.startswith(self.prefix):
            self.faults.append(f"{asked.path}: not below {self.prefix}")
            return Said(404, error("Not Found"))
        asked = Asked(asked.method, asked.path.removeprefix(self.prefix), asked.query, asked.body, asked.headers)
        self.faults += [*_faults_of_headers(asked), *description().faults_of_request(asked)]
        said = self._route(asked)
        if description().template(asked) is not None:
            self.faults += description().faults_of_answer(asked, said.status, said.body)
        return said

    def _route(self, asked: Asked) -> Said:
        token = asked.headers.get("authorization", "").removeprefix("Bearer ")
        root = f"/repos/{REPOSITORY}"
        issue = f"{root}/issues/{NUMBER}"
        if asked.path == "/user":
            person = token == USER_TOKEN
            return (
                Said(200, _user(self.login, of="public-user"))
                if person
                else Said(403, error("Resource not accessible by integration"))
            )
        if asked.path == f"{root}/pulls/{NUMBER}":
            return Said(200, self.pull)
        pages = {f"{root}/pulls/{NUMBER}/reviews": self.reviews, f"{issue}/comments": self.comments}
        if asked.path in pages and asked.method == "GET":
            return self._page(asked, pages[asked.path])
        if asked.path == f"{issue}/comments":
            name, kind = (self.login, "User") if token == USER_TOKEN else (self.app, "Bot")
            number = self.add_comment(self._kept(asked.body["body"]), name, kind)
            return Said(201, self._of(number))
        if asked.path.startswith(f"{root}/issues/comments/"):
            return self._one(asked, int(asked.path.rpartition("/")[2]))
        if asked.path.startswith(f"{root}/check-runs"):
            return self._check(asked)
        if asked.path.startswith(f"{issue}/labels"):
            return self._labels(asked, unquote(asked.path.removeprefix(f"{issue}/labels").removeprefix("/")))
        return Said(404, error("Not Found"))

    def _check(self, asked: Asked) -> Said:
        if asked.method == "POST":
            self.checks.append({"annotations": [], **asked.body})
        self.checks[-1]["annotations"] += asked.body["output"]["annotations"]
        return Said(201 if asked.method == "POST" else 200, description().sample("check-run", id=31))

    def _one(self, asked: Asked, number: int) -> Said:
        entry = self._of(number)
        if entry is None:
            return Said(404, error("Not Found"))
        if asked.method == "DELETE":
            self.comments.remove(entry)
            return Said(204)
        entry["body"] = self._kept(asked.body["body"])
        return Said(200, entry)

    def _of(self, number: int) -> dict[str, Any] | None:
        return next((entry for entry in self.comments if entry["id"] == number), None)

    def _kept(self, body: str) -> str:
        if len(body) > 65_536:
            self.faults.append(f"a comment of {len(body)} characters")
        return body.strip().replace("\n", "\r\n")

    def _labels(self, asked: Asked, name: str) -> Said:
        if asked.method == "POST":
            self.labels += [label for label in asked.body["labels"] if label not in self.labels]
        elif asked.method == "DELETE":
            self.labels.remove(name)
        return Said(200, [description().sample("label", name=label) for label in self.labels])

    def _page(self, asked: Asked, entries: list[dict[str, Any]]) -> Said:
        query = parse_qs(asked.query)
        size, page = int(query.get("per_page", ["30"])[0]), int(query.get("page", ["1"])[0])
        last = max(1, -(-len(entries) // size))
        links = (
            [
                f'<{self.api}{asked.path}?per_page={size}&page={number}>; rel="{kind}"'
                for kind, number in (("prev", page - 1), ("next", page + 1), ("last", last))
                if 0 < number <= last
            ]
            if last > 1
            else []
        )
        headers = {"Link": ", ".join(links)} if links else {}
        return Said(200, json.loads(json.dumps(entries[(page - 1) * size : page * size])), headers)

    def _comment(self, number: int, body: str, login: str, kind: str, edited: int) -> dict[str, Any]:
        return description().sample(
            "issue-comment",
            id=number,
            html_url=f"https://github.com/{REPOSITORY}/pull/{NUMBER}#issuecomment-{number}",
            user=_user(login, kind),
            body=body,
            created_at=_moment(edited),
            updated_at=_moment(edited),
        )


def error(message: str) -> dict[str, str]:
    """Return an error as GitHub words it."""
    return {"message": message, "documentation_url": "https://docs.github.com/rest"}


def pull_json(base: str, head: str, *, fork: bool = False, **more: Any) -> dict[str, Any]:
    """Return a pull request as the API and events describe it."""
    return (
        description().sample(
            "pull-request",
            number=NUMBER,
            title="::error::<img>",
            user=_user("grace"),
            comments=2,
            review_comments=1,
            base=_end("main", base, REPOSITORY),
            head=_end("topic", head, "eve/r" if fork else REPOSITORY),
            merge_commit_sha="e" * 40,
        )
        | more
    )


def review_json(state: str, seconds: int) -> dict[str, Any]:
    """Return a review as the API describes it."""
    return description().sample("pull-request-review", user=_user("lin"), state=state, submitted_at=_moment(seconds))


def _end(ref: str, commit: str, repository: str) -> dict[str, Any]:
    repo = description().sample("repository", full_name=repository)
    return {"label": f"x:{ref}", "ref": ref, "sha": commit, "user": _user("grace"), "repo": repo}


def _user(login: str, kind: str = "User", of: str = "simple-user") -> dict[str, Any]:
    return description().sample(of, login=login, type=kind)


def _faults_of_headers(asked: Asked) -> list[str]:
    wanted = {
        "accept": "application/vnd.github+json",
        "x-github-api-version": "2022-11-28",
        "user-agent": "hyperion-hook",
    }
    return [
        f"{asked.method} {asked.path}: {name} is {asked.headers.get(name)}"
        for name, value in wanted.items()
        if asked.headers.get(name) != value
    ]


def _moment(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
