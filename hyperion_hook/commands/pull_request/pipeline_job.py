"""``comment`` in a pull request's pipeline of GitLab, Bitbucket Cloud or Azure DevOps: assessed, told in one comment.

Whatever the code host refuses, the comment is in the job's log and the job goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import click

from hyperion_hook.commands import say
from hyperion_hook.commands.pull_request.flow import Commits, Run, judge
from hyperion_hook.commands.pull_request.post_comment import NEVER, CommentOptions, Posting
from hyperion_hook.commands.support.open_assessor import OpenAssessor, open_assessor
from hyperion_hook.errors import ExitCode, GitError
from hyperion_hook.forge import azure, bitbucket, gitlab
from hyperion_hook.forge.event import PullRequest
from hyperion_hook.forge.host import Host
from hyperion_hook.forge.http import token_in
from hyperion_hook.forge.job import Job
from hyperion_hook.git.repository import Repository
from hyperion_hook.report.comment.dialect import Dialect
from hyperion_hook.report.comment.render import HTML, render_comment
from hyperion_hook.report.links import AzureLinks, BitbucketLinks, GitLabLinks, Links
from hyperion_hook.store.feedback_store import FeedbackStore


@dataclass(frozen=True, slots=True)
class Forge:
    """A code host whose pipelines say in variables what they are about."""

    job_in: Callable[[Mapping[str, str]], Job]
    """Reads the variables."""
    host: Callable[[Job, str], Host]
    links: Callable[[str, int, str, str], Links]
    """The API and the pages of a job's repository."""
    token: str
    """The variable that the token is in."""
    remedy: str
    """What to do where commits are missing."""
    dialect: Dialect = HTML
    """What the host makes of Markdown."""


FORGES = {
    "gitlab": Forge(gitlab.job_in, gitlab.GitLab, GitLabLinks, "GITLAB_TOKEN", "set the variable GIT_DEPTH to 0"),
    "bitbucket": Forge(
        bitbucket.job_in,
        bitbucket.Bitbucket,
        BitbucketLinks,
        "BITBUCKET_TOKEN",
        "set 'clone: {depth: full}'",
        Dialect(32_768, html=False),
    ),
    "azure": Forge(
        azure.job_in,
        azure.Azure,
        AzureLinks,
        "SYSTEM_ACCESSTOKEN",
        "check out with 'fetchDepth: 0'",
        Dialect(html=False),
    ),
}


def run_in_pipeline(
    repo: Path | None,
    forge: Forge,
    options: CommentOptions,
    environment: Mapping[str, str],
    assessor_of: OpenAssessor = open_assessor,
) -> ExitCode:
    """Assess the pull request of a pipeline, keep its comment up to date, and return the exit code of the command.

    The comment goes to standard output, too: these hosts have no summary of a job.
    """
    job, token = forge.job_in(environment), token_in(environment, forge.token)
    repository = Repository.discover(repo)
    base = _resolved(repository, job.base, forge)
    run = Run(repo, options, environment, forge.remedy, assessor_of)
    result = judge(run, repository, Commits(base, base, job.head))
    start = result.start or base
    links = forge.links(job.pages, job.number, start, job.head)
    click.echo(render_comment(result.brief, links, head=job.head), nl=False)
    result.write_sarif(options.sarif)
    host = forge.host(job, token) if token and options.comment != NEVER else None
    store = FeedbackStore.of(repository.common_dir)
    posting = Posting(options.comment, options.labels, links, "the job's log", store, forge.dialect)
    posting.post(host, PullRequest(job.number, start, job.head), result.brief, say)
    return result.code()


def _resolved(repository: Repository, base: str, forge: Forge) -> str:
    try:
        return repository.resolve(base)
    except GitError:
        raise GitError(f"comment: {base} is not in this clone; {forge.remedy}") from None
