"""``report``: one HTML page about the whole repository, for people who decide where to look."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hyperion_hook import __version__
from hyperion_hook.commands import Invocation, say, warn
from hyperion_hook.commands.support.flags import jobs_flag, models_flag
from hyperion_hook.commands.support.open_assessor import open_assessor
from hyperion_hook.commands.support.output import result_to
from hyperion_hook.commands.support.progress import ProgressLine
from hyperion_hook.config.load import Config
from hyperion_hook.errors import ExitCode, MissingExtraError
from hyperion_hook.git.environment.gitpython import open_repository
from hyperion_hook.report.links import links_of

if TYPE_CHECKING:
    from hyperion_hook.assess import Assessor
    from hyperion_hook.report.page.since_last_report import Summary

DEFAULT_NAME = Path("hyperion-report.html")


def run(
    repo: Path | None,
    output: Path,
    config: Config,
    *,
    evaluate: bool | None = None,
    jobs: int | None = None,
) -> ExitCode:
    """Gather what there is to see, and write the page."""
    if find_spec("jinja2") is None:
        raise MissingExtraError("report", "train", "jinja2")
    from hyperion_hook.commands.support.report_measurements import measured_here
    from hyperion_hook.report.page.render import ModelFacts, render_page

    is_new = not output.exists()
    # opened first: who cannot write there should not learn it after minutes
    with result_to(output) as write:
        with ProgressLine(lines=True) as progress:
            with open_assessor(repo, config, progress) as assessor:
                summary = assessor.build_index(rebuild=False)
                overview = assessor.overview()
                used, links = assessor.models, links_of(assessor.origin, overview.head)
                last, new = _last_report(output, overview.head, assessor)
            here = measured_here(open_repository(repo), used, config, progress, wanted=evaluate, jobs=jobs)
        warn(summary.warnings)
        name = f"{used.bundle.name} {used.version or used.bundle.version}"
        model = ModelFacts(name, f"{used.origin} models", used.bundle.card)
        write(render_page(overview, model, here, version=__version__, links=links, last=last, new=new))
    if str(output) != "-":
        keep_out = "; to keep it out of commits, ignore it or name another --output" if is_new else ""
        say(f"wrote {output.absolute()}{keep_out if output == DEFAULT_NAME else ''}")
    return ExitCode.DONE


def _last_report(output: Path, head: str, assessor: Assessor) -> tuple[Summary | None, frozenset[str]]:
    """Return the report of this repository that the page is compared with, if one is there, and commits new since."""
    nothing: tuple[None, frozenset[str]] = None, frozenset()
    from hyperion_hook.report.page.since_last_report import MOST_BYTES, last_report

    try:
        # a pipe would wait for somebody to write
        if str(output) == "-" or not output.is_file() or output.stat().st_size > MOST_BYTES:
            return nothing
        last = last_report(output.read_text(encoding="utf-8"), head)
    except (OSError, ValueError) as error:
        say(f"warning: {output}: not compared with, because its summary cannot be used: {error}")
        return nothing
    if last is None:
        return nothing
    new = assessor.commits_since(last.head, head)
    if new is None:
        say(f"warning: {output}: not compared with, because commit {last.head[:10]} is not in this repository")
        return nothing
    return last, new


@click.command()
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    default=DEFAULT_NAME,
    show_default=True,
    metavar="FILE",
    help="Where the page goes; - for standard output.",
)
@models_flag
@click.option(
    "--evaluate/--no-evaluate",
    default=None,
    help="Measure the models and drift on this repository's own history, which is replayed for it (a minute"
    " for 10,000 commits); by default only when that is at hand, as after 'retrain'.",
)
@jobs_flag
@click.pass_obj
def command(
    invocation: Invocation, /, *, output: Path, models: Path | None, evaluate: bool | None, jobs: int | None
) -> int:
    """Write one HTML page about this repository.

    Risk over time, the riskiest changes and what became of them, hot spots and their functions, what changes together,
    who knows what, how good the model is, and drift. Where FILE is a report already, what has changed since.

    The page needs no other file and no network. Needs the extra 'train': pip install 'hyperion-hook[train]'.
    """
    return run(invocation.repo, output, invocation.config(models=models), evaluate=evaluate, jobs=jobs)
