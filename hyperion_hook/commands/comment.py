"""``comment``: what the Action runs. A pull request is assessed and told so in one comment that is kept up to date.

Whatever the code host refuses, the assessment is in the job's summary and the job goes on: a comment is never worth a
red build.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import click

from hyperion_hook.commands import Invocation, say
from hyperion_hook.commands.assessing import OpenAssessor, open_assessor, verdict_code
from hyperion_hook.commands.output import result_to
from hyperion_hook.commands.posting import ALWAYS, HIGH, NEVER, Posting, save, saved
from hyperion_hook.commands.progress import ProgressLine
from hyperion_hook.commands.score import target_of
from hyperion_hook.commands.trusted import trusted_settings
from hyperion_hook.config import Config
from hyperion_hook.domain.assessment import Assessment, RiskLevel
from hyperion_hook.domain.snapshot import Discussed
from hyperion_hook.errors import ConfigError, ExitCode, GitError, HyperionError
from hyperion_hook.forge.actions import Actions, Annotation, workflow_commands
from hyperion_hook.forge.activity import Activity, Kind, activity_of
from hyperion_hook.forge.event import PullRequest, read_event
from hyperion_hook.forge.github import GitHub
from hyperion_hook.forge.http import ForgeError
from hyperion_hook.git.ancestry import present
from hyperion_hook.git.repository import Repository
from hyperion_hook.report.brief import Brief, brief_of
from hyperion_hook.report.comment import render_comment
from hyperion_hook.report.facts import verdict
from hyperion_hook.report.findings import findings
from hyperion_hook.report.json_report import render_json_line
from hyperion_hook.report.links import Links
from hyperion_hook.report.markdown import render_markdown
from hyperion_hook.report.safe_text import printable
from hyperion_hook.report.sarif import render_sarif


@dataclass(frozen=True)
class Asked:
    """What the flags of ``comment`` ask for; ``flags`` are settings by name."""

    comment: str = ALWAYS
    labels: bool = False
    sarif: Path | None = None
    saved_to: Path | None = None
    saved_in: Path | None = None
    baseline: str | None = None
    flags: Mapping[str, object] = field(default_factory=dict)


class Job:
    """One job of GitHub Actions.

    Parameters
    ----------
    repo
        Folder of the repository; ``None`` for the current one.
    asked
        The flags.
    environment
        What the runner says.
    assessor_of
        Opens the assessor of a repository.
    """

    def __init__(
        self, repo: Path | None, asked: Asked, environment: Mapping[str, str],
        assessor_of: OpenAssessor = open_assessor,
    ) -> None:
        self._repo = repo
        self._asked = asked
        self._environment = environment
        self._assessor_of = assessor_of
        self._actions = Actions.of(environment)

    def run(self) -> ExitCode:
        """Do what the event asks for, and return the exit code of the command."""
        actions = self._actions
        event = read_event(actions.event_name, Path(actions.event_path), actions.repository)
        activity = activity_of(event)
        if activity.kind is Kind.NOTHING:
            say(f"nothing to do: {activity.reason}")
            return ExitCode.DONE
        if activity.kind is Kind.POST:
            return self._post_saved(event.head)
        repository = Repository.discover(self._repo)
        pull = event.pull_request if activity.kind is Kind.COMMENT else None
        start, end = self._range(repository, activity)
        with trusted_settings(repository, start or end, self._environment, self._asked.flags) as loaded:
            for warning in loaded.warnings:
                say(f"warning: {warning}")
            assessment = self._assess(repository, loaded.config, start, end, pull)
            brief = brief_of(assessment)
            self._write(assessment)
            url = None
            if pull is not None:
                if self._asked.saved_to is not None:
                    save(self._asked.saved_to, pull, brief)
                url = self._posting().post(self._github(), pull, brief, say)
            actions.write_outputs(_outputs(assessment, url))
            return verdict_code(assessment.risk.level, loaded.config) if assessment.change.files else ExitCode.DONE

    def _post_saved(self, head: str | None) -> ExitCode:
        """Post what an earlier workflow saved, if its pull request is still the one that workflow ran on."""
        if self._asked.saved_in is None:
            raise ConfigError("comment: after another workflow there is only what it saved; name the file with --from")
        number, brief = saved(self._asked.saved_in)
        github = self._github()
        if github is None:
            raise ConfigError("comment: GITHUB_TOKEN is not set; give the job's token to the step")
        pull = github.pull_request(number)
        if pull.head != head or not pull.is_open:
            say(f"nothing to post: pull request {number} was closed or has other commits by now")
            return ExitCode.DONE
        url = self._posting().post(github, pull, brief, say)
        self._actions.write_outputs({"level": brief.level.value, "comment-url": url or ""})
        return ExitCode.DONE

    def _range(self, repository: Repository, activity: Activity) -> tuple[str | None, str]:
        """Return the ends of the range to assess; without a start the end alone is assessed."""
        end = activity.end or repository.head()
        if end is None:
            raise GitError("comment: the repository has no commit yet")
        start = activity.start
        if self._asked.baseline is not None:
            start = repository.resolve(self._asked.baseline)
        wanted = [commit for commit in (start, end) if commit is not None]
        absent = sorted(set(wanted) - set(present(repository, wanted)))
        if absent:
            raise GitError(
                f"comment: commit {absent[0][:10]} is not in this clone; check out with 'fetch-depth: 0'"
            )
        return start, end

    def _assess(
        self, repository: Repository, config: Config, start: str | None, end: str, pull: PullRequest | None
    ) -> Assessment:
        progress = ProgressLine()
        with self._assessor_of(self._repo, config, progress) as assessor:
            try:
                assessor.build_index(rebuild=False)
            except HyperionError as error:
                # a cache that cannot be written costs time and says so, nothing more
                say(f"warning: {error}")
            if start is None:
                assessment = assessor.commit(end)
            else:
                assessment = assessor.range(start, end, self._discussed(repository, start, pull))
        progress.clear()
        return assessment

    def _discussed(self, repository: Repository, start: str, pull: PullRequest | None) -> Discussed:
        """Return what GitHub says of a pull request's discussion, as far as it may be asked."""
        github = self._github()
        if pull is None or github is None:
            return Discussed(None if pull is None else pull.discussions)
        try:
            approved = [review.submitted_at for review in github.reviews(pull.number) if review.state == "APPROVED"]
        except ForgeError as error:
            say(f"warning: reviews are not known: {error}")
            approved = []
        if not approved:
            return Discussed(pull.discussions)
        said = repository.git.run("rev-list", "--timestamp", pull.head, f"^{start}").decode("ascii").split()
        oldest = min(map(int, said[::2]), default=approved[0])
        return Discussed(pull.discussions, max(0, min(approved) - oldest) / 3600)

    def _write(self, assessment: Assessment) -> None:
        """Write summary, annotations and SARIF; on standard output nothing stands that came from the repository raw."""
        self._actions.write_summary(render_markdown(assessment))
        click.echo(printable(" ".join(verdict(assessment.risk))))
        for line in workflow_commands([
            Annotation(
                "warning" if finding.level is not RiskLevel.LOW else "notice", f"hyperion-hook: {finding.rule}",
                printable(finding.message), None if finding.path is None else printable(finding.path), finding.line,
            )
            for finding in findings(assessment)
        ]):
            click.echo(line)
        if self._asked.sarif is not None:
            with result_to(self._asked.sarif) as write:
                write(render_sarif(assessment))

    def _posting(self) -> Posting:
        actions = self._actions
        return Posting(self._asked.comment, self._asked.labels, actions.server_url, actions.repository)

    def _github(self) -> GitHub | None:
        token = self._environment.get("GITHUB_TOKEN", "")
        if not token or self._asked.comment == NEVER:
            return None
        return GitHub.of(self._actions.api_url, self._actions.repository, token)


def _outputs(assessment: Assessment, url: str | None) -> dict[str, str]:
    risk, anomaly = assessment.risk, assessment.anomaly
    return {
        "probability": f"{risk.probability:.6f}",
        "level": risk.level.value,
        "percentile": "" if risk.percentile is None else f"{risk.percentile:.2f}",
        "anomaly": "" if anomaly is None else str(anomaly.is_anomaly).lower(),
        "json": render_json_line(assessment).strip(),
        "comment-url": url or "",
    }


def print_comment(repo: Path | None, revision: str, asked: Asked, environment: Mapping[str, str]) -> ExitCode:
    """Write the comment on a range to standard output, for a code host that is not spoken with."""
    target = target_of(revision, staged=False, each=False)
    repository = Repository.discover(repo)
    base = target.start or f"{target.revision}^{{commit}}"
    progress = ProgressLine()
    with trusted_settings(repository, repository.resolve(base), environment, asked.flags) as loaded:
        with open_assessor(repo, loaded.config, progress) as assessor:
            if target.start is not None and target.end is not None:
                assessment = assessor.range(target.start, target.end)
            else:
                assessment = assessor.commit(target.revision or "HEAD")
        progress.clear()
        brief: Brief = brief_of(assessment)
        click.echo(render_comment(brief, Links(), head=assessment.change.revision or ""), nl=False)
        return verdict_code(assessment.risk.level, loaded.config) if assessment.change.files else ExitCode.DONE


@click.command()
@click.argument("revision", required=False, metavar="[REV | A..B]")
@click.option("--forge", type=click.Choice(["github", "none"]), default="github",
              help="The code host to tell; none writes the comment on A..B to standard output.")
@click.option("--comment", "mode", type=click.Choice([ALWAYS, HIGH, NEVER]), default=ALWAYS,
              help="When to comment; high: only on HIGH risk.")
@click.option("--labels", is_flag=True, help="Put the level on the pull request as a label.")
@click.option("--sarif", type=click.Path(path_type=Path), metavar="FILE", help="Write SARIF to a file, too.")
@click.option("--save", "saved_to", type=click.Path(path_type=Path), metavar="FILE",
              help="Keep what is said for a workflow that may write, where this one may not.")
@click.option("--from", "saved_in", type=click.Path(path_type=Path), metavar="FILE",
              help="After another workflow: post what it saved.")
@click.option("--baseline", metavar="REV", help="Assess against this commit, not the base of the pull request.")
@click.option("--fail-on", metavar="LEVEL", help="Exit 1 from this level on: low, medium, high, never.")
@click.option("--models", type=click.Path(path_type=Path), help="Folder of the models to use.")
@click.pass_obj
def command(  # noqa: PLR0913 - one argument for each flag
    invocation: Invocation, /, revision: str | None, *, forge: str, mode: str, labels: bool, sarif: Path | None,
    saved_to: Path | None, saved_in: Path | None, baseline: str | None, fail_on: str | None, models: Path | None,
) -> int:
    """Assess a pull request in a GitHub job, and keep one comment on it up to date.

    The token is read from GITHUB_TOKEN. Configuration and models are those of the pull request's base. What the code
    host refuses is said, and is no failure.
    """
    asked = Asked(mode, labels, sarif, saved_to, saved_in, baseline, {"fail_on": fail_on, "models": models})
    if forge == "none":
        if revision is None:
            raise ConfigError("comment: --forge none needs a commit or a range; write A..B")
        return print_comment(invocation.repo, revision, asked, os.environ)
    if revision is not None:
        raise ConfigError(f"comment: the event names the change; leave out '{revision}', or use --forge none")
    return Job(invocation.repo, asked, os.environ).run()
