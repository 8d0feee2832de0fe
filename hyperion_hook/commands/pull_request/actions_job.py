"""``comment`` in a job of GitHub Actions, or of Gitea's and Forgejo's, which are alike: what is done about an event.

Whatever the code host refuses, the assessment is in the job's summary and the job goes on: a comment is never worth a
red build.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from http import HTTPStatus

import click

from hyperion_hook.commands import say
from hyperion_hook.commands.pull_request.base_settings import base_of
from hyperion_hook.commands.pull_request.flow import Commits, Judged, absent_commits, judge, need_commits
from hyperion_hook.commands.pull_request.post_comment import NEVER, CommentOptions, Posting, keep_feedback, save, saved
from hyperion_hook.domain.assessment import Assessment, RiskLevel
from hyperion_hook.domain.change import is_no_code
from hyperion_hook.domain.snapshot import Discussed
from hyperion_hook.errors import ConfigError, ExitCode, GitError
from hyperion_hook.forge.actions import Actions, Annotation, workflow_commands
from hyperion_hook.forge.event import Activity, Event, Kind, PullRequest, activity_of, read_event
from hyperion_hook.forge.gitea import Forgejo, Gitea
from hyperion_hook.forge.github import GitHub
from hyperion_hook.forge.http import ForgeError, token_in
from hyperion_hook.git.repository import Repository
from hyperion_hook.report.comment.state import MARKER
from hyperion_hook.report.formats.findings import findings
from hyperion_hook.report.formats.json import render_json_line
from hyperion_hook.report.formats.markdown import render_markdown
from hyperion_hook.report.links import GiteaLinks, GitHubLinks, Links
from hyperion_hook.report.safe_text import printable
from hyperion_hook.report.wording import verdict
from hyperion_hook.store.feedback_store import FeedbackStore


@dataclass(frozen=True, slots=True)
class ActionsForge:
    """A code host with jobs of this kind: its API, its pages, and where a job shows what it has to say."""

    host: type[GitHub]
    links: Callable[[str, int, str, str], Links]
    elsewhere: str


ACTIONS_FORGES = {
    "github": ActionsForge(GitHub, GitHubLinks, "the job's summary"),
    # these take a summary and show none
    "gitea": ActionsForge(Gitea, GiteaLinks, "the job's log"),
    "forgejo": ActionsForge(Forgejo, GiteaLinks, "the job's log"),
}
_REMEDY = "check out with 'fetch-depth: 0'"


class GitHubRun:
    """One job of GitHub Actions, or of what is compatible with them."""

    def __init__(self, forge: ActionsForge, options: CommentOptions) -> None:
        self._options = options
        self._forge = forge
        self._actions = Actions.of(os.environ)
        self._token = token_in(os.environ, "GITHUB_TOKEN")

    def run(self) -> ExitCode:
        """Do what the event asks for, and return the exit code of the command."""
        actions = self._actions
        event = read_event(actions.event_name, actions.event_path, actions.repository)
        activity = activity_of(event)
        never = activity.kind in {Kind.POST, Kind.FEEDBACK} and self._options.comment == NEVER
        if activity.kind is Kind.NOTHING or never:
            say(f"nothing to do: {'--comment is never' if never else activity.reason}")
            return ExitCode.DONE
        if activity.kind is Kind.POST:
            return self._post_saved(event.head)
        if activity.kind is Kind.FEEDBACK:
            return self._keep_feedback(event)
        # what fails from here on must not look like a change of low risk to the steps after it
        actions.write_outputs({"level": RiskLevel.UNKNOWN.value})
        repository = Repository.discover(self._options.repo)
        pull = event.pull_request if activity.kind is Kind.COMMENT else None
        commits = self._commits(repository, activity)
        discussed = partial(self._discussed, repository, pull)
        result = judge(repository, commits, self._options, _REMEDY, discussed)
        self._write(result, pull.head if pull is not None else commits.end)
        url = None
        if pull is not None:
            if self._options.saved_to is not None:
                save(self._options.saved_to, pull, result.brief)
            url = self._posting(pull, repository).post(self._github, pull, result.brief, say)
        actions.write_outputs(_outputs(result.assessment, url))
        return result.code()

    def _post_saved(self, head: str | None) -> ExitCode:
        """Post what an earlier workflow saved, if its pull request is still the one that workflow ran on."""
        if self._options.saved_in is None:
            raise ConfigError("comment: after another workflow there is only what it saved; name the file with --from")
        number, brief = saved(self._options.saved_in)
        if self._client is None:
            raise ConfigError("comment: GITHUB_TOKEN is not set; give the job's token to the step")
        try:
            pull = self._client.pull_request(number)
        except ForgeError as error:
            say(f"the comment is not posted: {error}")
            return ExitCode.DONE
        if pull.head != head or not pull.is_open:
            say(f"nothing to post: pull request {number} was closed or has other commits by now")
            return ExitCode.DONE
        url = self._posting(pull).post(self._client, pull, brief, say)
        self._actions.write_outputs({"level": brief.level.value, "comment-url": url or ""})
        return ExitCode.DONE

    def _keep_feedback(self, event: Event) -> ExitCode:
        """Keep what people ticked in our comment; what is ticked is asked of GitHub, whatever the event says."""
        if event.pull_request is None and not event.comment.startswith(MARKER):
            say("nothing to do: the comment is not ours")
            return ExitCode.DONE
        if self._client is None:
            say("what was ticked is not kept: no token was given")
            return ExitCode.DONE
        store = FeedbackStore.of(Repository.discover(self._options.repo).common_dir)
        try:
            # an event on a comment says nothing of commits
            pull = event.pull_request or self._client.pull_request(event.number or 0)
            result = self._client.own_comments(pull.number, MARKER)
        except ForgeError as error:
            say(f"what was ticked is not kept: {error}")
            return ExitCode.DONE
        if result:
            keep_feedback(store, result[0], pull, None, say)
        return ExitCode.DONE

    def _commits(self, repository: Repository, activity: Activity) -> Commits:
        """Return the commits to assess; settings and baseline are those of the base, whatever it is compared with."""
        end = activity.end or repository.head()
        if end is None:
            raise GitError("comment: the repository has no commit yet")
        start = activity.start
        if activity.kind is Kind.SUMMARY and start is not None and absent_commits(repository, [start]):
            # a push by force leaves its old commits nowhere
            say(f"warning: commit {start[:10]} is not in this clone, so {end[:10]} is assessed alone")
            start = None
        need_commits(repository, (start, end), _REMEDY)
        return Commits(start or base_of(repository, end), start, end)

    def _discussed(self, repository: Repository, pull: PullRequest | None, start: str) -> Discussed:
        """Return a pull request's discussion, as far as GitHub may be asked about it."""
        if pull is None or self._github is None:
            return Discussed(None if pull is None else pull.discussions)
        try:
            approved = self._github.approvals(pull.number)
        except ForgeError as error:
            say(f"warning: reviews are not known: {error}")
            approved = []
        if not approved:
            return Discussed(pull.discussions)
        dated = repository.git.run("rev-list", "--timestamp", pull.head, f"^{start}").decode("ascii").split()
        oldest = min(map(int, dated[::2]), default=approved[0])
        return Discussed(pull.discussions, max(0, min(approved) - oldest) / 3600)

    def _write(self, result: Judged, head: str) -> None:
        """Write summary, annotations and SARIF; on standard output nothing stands that came from the repository raw."""
        assessment = result.assessment
        summary = render_markdown(assessment)
        self._actions.write_summary(summary)
        words = verdict(assessment.risk, assessment.record, no_code=is_no_code(assessment.change))
        title = printable(" ".join(words))
        click.echo(title)
        annotations = [
            Annotation(
                "warning" if finding.level is not RiskLevel.LOW else "notice",
                f"hyperion-hook: {finding.rule}",
                printable(finding.message),
                None if finding.path is None else printable(finding.path),
                finding.line,
            )
            for finding in findings(assessment)
        ]
        if not self._checked(head, _conclusion(result), title, summary, annotations):
            for line in workflow_commands(annotations):
                click.echo(line)
        result.write_sarif(self._options.sarif)

    def _checked(self, head: str, conclusion: str, title: str, summary: str, annotations: list[Annotation]) -> bool:
        """Whether a check shows the annotations; where the token may write none, the log does, as without one."""
        if not self._options.check or self._client is None:
            return False
        try:
            self._client.write_check(head, conclusion, title, summary, annotations)
        except ForgeError as error:
            if error.status != HTTPStatus.FORBIDDEN:
                say(f"the check is not written: {error}")
            return False
        return True

    def _posting(self, pull: PullRequest, repository: Repository | None = None) -> Posting:
        actions = self._actions
        links = self._forge.links(f"{actions.server_url}/{actions.repository}", pull.number, pull.base, pull.head)
        store = None if repository is None else FeedbackStore.of(repository.common_dir)
        return Posting(self._options.comment, self._options.labels, links, self._forge.elsewhere, store)

    @property
    def _github(self) -> GitHub | None:
        return None if self._options.comment == NEVER else self._client

    @cached_property
    def _client(self) -> GitHub | None:
        if not self._token:
            return None
        return self._forge.host.of(self._actions.api_url, self._actions.repository, self._token)


def _conclusion(result: Judged) -> str:
    messages: list[str] = []  # the job ends with it
    if result.code(messages.append) is not ExitCode.DONE:
        return "failure"
    return "success" if result.assessment.risk.level is RiskLevel.LOW else "neutral"


def _outputs(assessment: Assessment, url: str | None) -> dict[str, str]:
    risk, anomaly = assessment.risk, assessment.anomaly
    return {
        "probability": "" if risk.probability is None else f"{risk.probability:.6f}",
        "level": risk.level.value,
        "percentile": "" if risk.percentile is None else f"{risk.percentile:.2f}",
        "anomaly": "" if anomaly is None else str(anomaly.is_anomaly).lower(),
        "json": render_json_line(assessment).strip(),
        "comment-url": url or "",
    }
