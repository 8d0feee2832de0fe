"""Where a comment goes: to the pull request if the token allows it, else nowhere, which is said and is no failure."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hyperion_hook.domain.assessment import RiskLevel
from hyperion_hook.errors import HyperionError
from hyperion_hook.forge.event import PullRequest
from hyperion_hook.forge.github import GitHub
from hyperion_hook.forge.http import ForgeError
from hyperion_hook.forge.sticky import keep_comment
from hyperion_hook.report.brief import MOST_BYTES, Brief, from_json, to_json
from hyperion_hook.report.comment import render_comment
from hyperion_hook.report.comment_state import MARKER, read_state
from hyperion_hook.report.links import GitHubLinks

ALWAYS, HIGH, NEVER = "always", "high", "never"
LABELS = {level: f"risk: {level.value.lower()}" for level in RiskLevel}


@dataclass(frozen=True, slots=True)
class Posting:
    """How a pull request is told.

    Attributes
    ----------
    mode
        ``always``, ``high`` (a comment is begun only for HIGH risk; one that is there is kept up to date) or
        ``never``.
    labels
        Whether to put the level on the pull request as a label.
    server_url, repository
        Where its pages are.
    """

    mode: str
    labels: bool
    server_url: str
    repository: str

    def post(self, github: GitHub | None, pull: PullRequest, brief: Brief, say: Callable[[str], object]) -> str | None:
        """Tell the pull request, and return the comment's page; what cannot be done is said and passes."""
        if self.mode == NEVER:
            return None
        if github is None:
            say("the comment is not posted: no token was given; it is in the job's summary")
            return None
        links = GitHubLinks(f"{self.server_url}/{self.repository}", pull.number, pull.base, pull.head)

        def body(before: str | None) -> str:
            previous = None if before is None else read_state(before)
            return render_comment(brief, links, head=pull.head, previous=previous)

        try:
            write = self.mode == ALWAYS or brief.level is RiskLevel.HIGH
            comment = keep_comment(github, pull.number, MARKER, body, write=write)
            if self.labels:
                github.set_labels(pull.number, LABELS[brief.level], frozenset(LABELS.values()))
        except ForgeError as error:
            fork = " (a pull request from a fork has a token that may only read: see docs/action.md)"
            say(f"the comment is not posted: {error}{fork if pull.from_fork else ''}; it is in the job's summary")
            return None
        return None if comment is None else comment.url


def save(path: Path, pull: PullRequest, brief: Brief) -> None:
    """Keep what a later workflow posts.

    Raises
    ------
    HyperionError
        If the file cannot be written.
    """
    try:
        path.write_text(json.dumps({"number": pull.number, "brief": to_json(brief)}), encoding="utf-8")
    except OSError as error:
        raise HyperionError(f"--save {path}: {error.strerror or 'cannot be written'}") from None


def saved(path: Path) -> tuple[int, Brief]:
    """Return the number of a pull request and the brief that an earlier workflow saved; both checked, neither trusted.

    Raises
    ------
    HyperionError
        If the file is not what ``save`` writes.
    """
    try:
        with path.open(encoding="utf-8") as file:
            data = json.loads(file.read(2 * MOST_BYTES))
        number, brief = data["number"], data["brief"]
        if isinstance(number, bool) or not isinstance(number, int) or not isinstance(brief, str) or number < 1:
            raise ValueError
    except OSError as error:
        raise HyperionError(f"--from {path}: {error.strerror or 'cannot be read'}") from None
    except (ValueError, KeyError, TypeError, RecursionError):
        raise HyperionError(f"--from {path}: not what 'comment --save' writes") from None
    return number, from_json(brief)
