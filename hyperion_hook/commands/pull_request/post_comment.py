"""Where a comment goes: to the change under review if the token allows it, else nowhere, which is said and passes."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from hyperion_hook.domain.assessment import RiskLevel
from hyperion_hook.domain.files.regular import read_regular
from hyperion_hook.errors import HyperionError, file_errors
from hyperion_hook.forge.event import PullRequest
from hyperion_hook.forge.http import ForgeError
from hyperion_hook.forge.rest import Comment, RestHost, number_of
from hyperion_hook.report.comment.brief import MOST_BYTES, Brief, from_json, to_json
from hyperion_hook.report.comment.dialect import Dialect
from hyperion_hook.report.comment.render import HTML, render_comment
from hyperion_hook.report.comment.state import MARKER, read_state, ticked
from hyperion_hook.report.links import Links
from hyperion_hook.store.feedback_store import FeedbackStore
from hyperion_hook.store.files.whole_files import write_whole

ALWAYS, HIGH, NEVER = "always", "high", "never"
LABELS = {level: f"risk: {level.value.lower()}" for level in RiskLevel}

Say = Callable[[str], object]


@dataclass(frozen=True)
class CommentOptions:
    """The folder of the repository, and what the flags of ``comment`` ask for; ``flags`` are settings by name."""

    repo: Path | None = None
    comment: str = ALWAYS
    labels: bool = False
    sarif: Path | None = None
    saved_to: Path | None = None
    saved_in: Path | None = None
    baseline: str | None = None
    check: bool = False
    flags: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Posting:
    """How a pull request or merge request is told.

    ``mode`` is ``always``, ``high`` (a comment is begun only for HIGH risk; one that is there is kept up to date) or
    ``never``; ``labels``: the level is put there as a label, too. ``links`` are pages of the code host, ``elsewhere``
    is where people find what cannot be posted. What they ticked goes to ``feedback``, ``None`` where there is no
    repository. ``dialect`` is the code host's Markdown.
    """

    mode: str
    labels: bool
    links: Links
    elsewhere: str
    feedback: FeedbackStore | None = None
    dialect: Dialect = HTML

    def post(self, host: RestHost | None, pull: PullRequest, brief: Brief, say: Say) -> str | None:
        """Tell the pull request, and return the comment's page; what cannot be done is said and passes."""
        if self.mode == NEVER:
            return None
        if host is None:
            say(f"the comment is not posted: no token was given; it is in {self.elsewhere}")
            return None
        seen: Comment | None = None

        def body(before: Comment | None) -> str:
            nonlocal seen
            seen = before
            return render_comment(
                brief,
                self.links,
                head=pull.head,
                previous=None if before is None else read_state(before.body),
                feedback=None if before is None else ticked(before.body),
                dialect=self.dialect,
            )

        comment = None
        try:
            write = self.mode == ALWAYS or brief.level is RiskLevel.HIGH
            comment = host.keep_comment(pull.number, self.dialect.spelled(MARKER), body, write=write)
        except ForgeError as error:
            fork = " (a pull request from a fork has a token that may only read: see docs/action.md)"
            say(f"the comment is not posted: {error}{fork if pull.from_fork else ''}; it is in {self.elsewhere}")
        if self.feedback is not None and (read := seen or comment) is not None:
            keep_feedback(self.feedback, read, pull, brief.level, say)
        if self.labels:
            try:
                host.set_labels(pull.number, LABELS[brief.level], frozenset(LABELS.values()))
            except ForgeError as error:
                say(f"the label is not set: {error}")
        return None if comment is None else comment.url


def keep_feedback(store: FeedbackStore, comment: Comment, pull: PullRequest, level: RiskLevel | None, say: Say) -> None:
    """Keep what is ticked in a comment, with the commits it is about; what cannot be kept is said and passes.

    Without a level the one counts that the comment tells.
    """
    state = read_state(comment.body)
    level = level or (state.level if state is not None else None)
    if level is None:
        say("what was ticked is not kept: the comment does not say any more what it told")
        return
    commits = tuple(dict.fromkeys((pull.head, pull.merge_commit or pull.head)))
    at = int(time.time()) if comment.edited_at is None else comment.edited_at
    try:
        store.keep(pull.number, level, commits, ticked(comment.body), at)
    except HyperionError as error:
        say(f"warning: what was ticked is not kept: {error}")


def save(path: Path, pull: PullRequest, brief: Brief) -> None:
    """Keep what a later workflow posts; raise ``HyperionError`` if the file cannot be written."""
    with file_errors(f"--save {path}", "written"):
        write_whole(path, json.dumps({"number": pull.number, "brief": to_json(brief)}).encode())


def saved(path: Path) -> tuple[int, Brief]:
    """Return the number of a pull request and the brief that an earlier workflow saved; both checked, neither trusted.

    Raises ``HyperionError`` if the file is not what ``save`` writes.
    """
    try:
        with file_errors(f"--from {path}"):
            data = json.loads(read_regular(path, 2 * MOST_BYTES, links=True))
        number, brief = number_of(data["number"]), data["brief"]
        if not isinstance(brief, str):
            raise ValueError
    except (ValueError, KeyError, TypeError, RecursionError):
        raise HyperionError(f"--from {path}: not what 'comment --save' writes") from None
    return number, from_json(brief)
