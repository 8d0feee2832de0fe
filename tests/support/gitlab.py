"""GitLab as far as a note on a merge request needs it: a local server that keeps notes and looks at what it is sent."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

from tests.support.web import Asked, Said, WebDouble

TOKEN = "glpat-s3cret"
PROJECT, NUMBER, BOT, OTHER = 42, 3, 900, 901
USERNAMES = {BOT: f"project_{PROJECT}_bot_0123456789abcdef0123456789abcdef"}
_ROOT = f"/api/v4/projects/{PROJECT}/merge_requests/{NUMBER}"


class GitLabDouble(WebDouble):
    """The API of one project with one merge request; the token belongs to the user ``BOT``."""

    looks = "/notes$"

    def __init__(self) -> None:
        super().__init__()
        self.notes: list[dict[str, Any]] = []
        self.labels = {"bug"}

    def add(self, body: str, author: int = OTHER) -> dict[str, Any]:
        """Add a note and return it."""
        note = {
            "id": 5_000 + len(self.asked) * 10 + len(self.notes),
            "body": body,
            "author": {"id": author, "username": USERNAMES.get(author, "grace")},
            "updated_at": "2026-01-02T03:04:05.678Z",
            "system": False,
        }
        self.notes.append(note)
        return note

    def answer(self, asked: Asked) -> Said:
        if asked.headers.get("private-token") != TOKEN or "authorization" in asked.headers:
            return Said(401, {"message": "401 Unauthorized"})
        if (asked.method, asked.path) == ("GET", "/api/v4/user"):
            return Said(200, {"id": BOT, "username": "risk"})
        if (asked.method, asked.path) == ("PUT", _ROOT):
            self.labels -= set(asked.body["remove_labels"].split(","))
            self.labels.add(asked.body["add_labels"])
            return Said(200, {"iid": NUMBER})
        if asked.path == f"{_ROOT}/notes":
            return self._page(asked) if asked.method == "GET" else Said(201, self.add(asked.body["body"].strip(), BOT))
        note = next((note for note in self.notes if asked.path == f"{_ROOT}/notes/{note['id']}"), None)
        if note is None:
            return Said(404, {"message": "404 Not found"})
        if asked.method == "DELETE":
            self.notes.remove(note)
            return Said(204)
        if asked.method != "PUT":
            self.faults.append(f"{asked.method} {asked.path}")
        note["body"] = asked.body["body"].strip()
        return Said(200, note)

    def _page(self, asked: Asked) -> Said:
        query = {name: value[-1] for name, value in parse_qs(asked.query).items()}
        if query.get("sort") != "asc" or query.get("per_page") != "100":
            self.faults.append(f"the query is {asked.query}")
        page = int(query.get("page", 1))
        link = f'<{self.url}{asked.path}?{asked.query.partition("&page")[0]}&page={page + 1}>; rel="next"'
        more = {"Link": link} if len(self.notes) > 100 * page else {}
        return Said(200, self.notes[100 * (page - 1) : 100 * page], more)
