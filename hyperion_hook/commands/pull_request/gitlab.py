"""``comment --forge gitlab``: a merge request is assessed in its pipeline and told so in one note.

Whatever GitLab refuses, the note is in the job's log and the job goes on.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click

from hyperion_hook.commands import say
from hyperion_hook.commands.pull_request.base_settings import trusted_settings
from hyperion_hook.commands.pull_request.post_comment import NEVER, Asked, Posting
from hyperion_hook.commands.pull_request.prepare import assessed, need_commits
from hyperion_hook.commands.support.assessing import OpenAssessor, open_assessor, verdict_code
from hyperion_hook.commands.support.output import result_to
from hyperion_hook.errors import ExitCode
from hyperion_hook.forge.event import PullRequest
from hyperion_hook.forge.gitlab import GitLab, GitLabJob
from hyperion_hook.forge.http import token_in
from hyperion_hook.git.repository import Repository
from hyperion_hook.report.comment.brief import brief_of
from hyperion_hook.report.comment.render import render_comment
from hyperion_hook.report.formats.sarif import render_sarif
from hyperion_hook.report.links import GitLabLinks
from hyperion_hook.store.feedback_store import FeedbackStore


def run_in_gitlab(
    repo: Path | None, asked: Asked, environment: Mapping[str, str], assessor_of: OpenAssessor = open_assessor
) -> ExitCode:
    """Assess the merge request of a pipeline, keep its note up to date, and return the exit code of the command.

    The note goes to standard output, too: GitLab has no summary of a job.
    """
    job, token = GitLabJob.of(environment), token_in(environment, "GITLAB_TOKEN")
    repository = Repository.discover(repo)
    start = job.base if asked.baseline is None else repository.resolve(asked.baseline)
    need_commits(repository, (start, job.head), "set the variable GIT_DEPTH to 0")
    links = GitLabLinks(job.project_url, job.number, start, job.head)
    with trusted_settings(repository, start, environment, asked.flags) as loaded:
        for warning in loaded.warnings:
            say(f"warning: {warning}")
        assessment = assessed(repo, loaded.config, lambda assessor: assessor.range(start, job.head), assessor_of)
        brief = brief_of(assessment)
        click.echo(render_comment(brief, links, head=job.head), nl=False)
        if asked.sarif is not None:
            with result_to(asked.sarif) as write:
                write(render_sarif(assessment))
        host = GitLab.of(job, token) if token and asked.comment != NEVER else None
        posting = Posting(asked.comment, asked.labels, links, "the job's log", FeedbackStore.of(repository.common_dir))
        posting.post(host, PullRequest(job.number, start, job.head), brief, say)
        return verdict_code(assessment, loaded.config)
