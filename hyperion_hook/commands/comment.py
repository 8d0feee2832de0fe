"""``comment``: what the Action runs. A pull request is assessed and told so in one comment that is kept up to date."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import click

from hyperion_hook.commands import Invocation
from hyperion_hook.commands.pull_request.actions_job import ACTIONS_FORGES, GitHubRun
from hyperion_hook.commands.pull_request.base_settings import base_of, revision_in
from hyperion_hook.commands.pull_request.flow import Commits, judge
from hyperion_hook.commands.pull_request.pipeline_job import FORGES, run_in_pipeline
from hyperion_hook.commands.pull_request.post_comment import ALWAYS, HIGH, NEVER, CommentOptions
from hyperion_hook.commands.support.flags import gate_flags, models_flag, path_flag
from hyperion_hook.commands.support.scoring import target_of
from hyperion_hook.commands.support.watchdog import give_up_after, stalled, take_time
from hyperion_hook.errors import ConfigError, ExitCode
from hyperion_hook.git.repository import Repository
from hyperion_hook.report.comment.render import render_comment
from hyperion_hook.report.links import Links


def print_comment(revision: str, options: CommentOptions) -> ExitCode:
    """Write the comment on a range to standard output, for a code host that is not spoken with."""
    target = target_of(revision, staged=False, each=False)
    if revision == "-":
        raise ConfigError("comment: --forge none takes a commit or a range, no patch '-'; write A..B")
    if revision_in(options.baseline) is not None:
        raise ConfigError("comment: --forge none is told the range; name a file with --baseline, or leave it out")
    repository = Repository.discover(options.repo)
    end = repository.resolve(target.end or revision)
    start = None if target.start is None else repository.resolve(target.start)
    commits = Commits(start or base_of(repository, end), start, end)
    result = judge(repository, commits, options, "fetch it", builds_index=False)
    take_time()
    click.echo(render_comment(result.brief, Links(), head=end), nl=False)
    result.write_sarif(options.sarif)
    return result.code()


@click.command()
@click.argument("revision", required=False, metavar="[REV | A..B]")
@click.option(
    "--forge",
    type=click.Choice([*ACTIONS_FORGES, *FORGES, "none"]),
    default="github",
    help="The code host to tell; none writes the comment on A..B to standard output.",
)
@click.option(
    "--comment",
    type=click.Choice([ALWAYS, HIGH, NEVER]),
    default=ALWAYS,
    help="When to comment; high: only on HIGH risk.",
)
@click.option("--labels", is_flag=True, help="Put the level on the pull request as a label.")
@click.option("--check", is_flag=True, help="On GitHub: show findings at their lines in a check of its own.")
@path_flag("--sarif", help="Write SARIF to a file, too.")
@path_flag("--save", "saved_to", help="Keep what is said for a workflow that may write, where this one may not.")
@path_flag("--from", "saved_in", help="After another workflow: post what it saved.")
@click.option(
    "--baseline",
    metavar="REV|FILE",
    help="Assess against this commit, not the base; or let what this SARIF file holds already fail nothing.",
)
@gate_flags
@models_flag
@click.pass_obj
def command(invocation: Invocation, /, revision: str | None, *, forge: str, **flags: Any) -> int:
    """Assess a pull request in a job of its code host, and keep one comment on it up to date.

    The token is read from GITHUB_TOKEN (Gitea's and Forgejo's, too), GITLAB_TOKEN, BITBUCKET_TOKEN or
    SYSTEM_ACCESSTOKEN. Configuration and models are those of the base. What the code host refuses is said, and is no
    failure.
    """
    give_up_after(stalled("comment"), renewable=True)
    own = {entry.name: flags.pop(entry.name) for entry in fields(CommentOptions) if entry.name in flags}
    options = CommentOptions(invocation.repo, **own, flags=flags)
    if options.check and forge != "github":
        raise ConfigError("comment: --check is for jobs of GitHub; leave it out")
    if forge == "none":
        if revision is None:
            raise ConfigError("comment: --forge none needs a commit or a range; write A..B")
        return print_comment(revision, options)
    if revision is not None:
        raise ConfigError(f"comment: the event names the change; leave out '{revision}', or use --forge none")
    if forge in ACTIONS_FORGES:
        return GitHubRun(ACTIONS_FORGES[forge], options).run()
    if options.saved_to is not None or options.saved_in is not None:
        raise ConfigError("comment: --save and --from are for workflows of GitHub; leave them out")
    return run_in_pipeline(FORGES[forge], options)
