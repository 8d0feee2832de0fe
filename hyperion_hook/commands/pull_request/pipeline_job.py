"""``comment`` in a pull request's pipeline of GitLab, Bitbucket Cloud or Azure DevOps: assessed, told in one comment.

Whatever the code host refuses, the comment is in the job's log and the job goes on.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import click

from hyperion_hook.commands import say
from hyperion_hook.commands.pull_request.flow import Commits, judge
from hyperion_hook.commands.pull_request.post_comment import NEVER, CommentOptions, Posting
from hyperion_hook.errors import ExitCode, GitError
from hyperion_hook.forge import azure, bitbucket, gitlab
from hyperion_hook.forge.event import PullRequest
from hyperion_hook.forge.http import token_in
from hyperion_hook.forge.job import Job
from hyperion_hook.forge.rest import RestHost
from hyperion_hook.git.repository import Repository
from hyperion_hook.report.comment.dialect import Dialect
from hyperion_hook.report.comment.render import HTML, render_comment
from hyperion_hook.report.links import AzureLinks, BitbucketLinks, GitLabLinks, Links
from hyperion_hook.store.feedback_store import FeedbackStore


@dataclass(frozen=True, slots=True)
class Forge:
    """A code host whose pipelines say in variables what they are about.

    ``job_in`` reads the variables; ``host`` and ``links`` are API and pages of a job's repository; ``token`` is the
    variable that the token is in; ``remedy`` says what to do where commits are missing; ``dialect`` is its Markdown.
    """

    job_in: Callable[[Mapping[str, str]], Job]
    host: Callable[[Job, str], RestHost]
    links: Callable[[str, int, str, str], Links]
    token: str
    remedy: str
    dialect: Dialect = HTML


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


def run_in_pipeline(forge: Forge, options: CommentOptions) -> ExitCode:
    """Assess the pull request of a pipeline, keep its comment up to date, and return the exit code of the command.

    The comment goes to standard output, too: these hosts have no summary of a job.
    """
    job, token = forge.job_in(os.environ), token_in(os.environ, forge.token)
    repository = Repository.discover(options.repo)
    try:
        base = repository.resolve(job.base)
    except GitError:
        raise GitError(f"comment: {job.base} is not in this clone; {forge.remedy}") from None
    result = judge(repository, Commits(base, base, job.head), options, forge.remedy)
    start = result.start or base
    links = forge.links(job.pages, job.number, start, job.head)
    click.echo(render_comment(result.brief, links, head=job.head), nl=False)
    result.write_sarif(options.sarif)
    host = forge.host(job, token) if token and options.comment != NEVER else None
    store = FeedbackStore.of(repository.common_dir)
    posting = Posting(options.comment, options.labels, links, "the job's log", store, forge.dialect)
    posting.post(host, PullRequest(job.number, start, job.head), result.brief, say)
    return result.code()
