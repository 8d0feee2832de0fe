"""``drift``: do recent changes still look like those the models learned from; if not at all, train anew."""

from __future__ import annotations

import sys
from contextlib import ExitStack, redirect_stdout
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hyperion_hook.assess.models import models_in_use
from hyperion_hook.commands import Invocation, say, warn
from hyperion_hook.commands import retrain as retraining
from hyperion_hook.commands.support.flags import jobs_flag, path_flag, until_flag
from hyperion_hook.commands.support.progress import ProgressLine
from hyperion_hook.commands.support.whole_history import (
    Reading,
    models_folder,
    need_the_extra,
    open_whole_history,
    show,
)
from hyperion_hook.config.load import Config
from hyperion_hook.errors import ExitCode, MissingExtraError, TooLittleHistoryError
from hyperion_hook.report.formats.json_text import json_text

if TYPE_CHECKING:
    from hyperion_hook.training.retrain.repository_drift import RepositoryDrift

REFERENCES = ("training", "history")


def run(
    repo: Path | None,
    reading: Reading,
    *,
    reference: str | None,
    retrain: bool,
    format_name: str,
    plot: Path | None,
    config: Config,
) -> ExitCode:
    """Compare recent changes with a reference, print what drifted, and retrain if that was asked for and is due."""
    need_the_extra("drift")
    if plot is not None and find_spec("matplotlib") is None:
        raise MissingExtraError("drift --plot", "plots", "matplotlib")
    from hyperion_hook.training.evaluation.promotion import InUse
    from hyperion_hook.training.retrain.repository_drift import ReferenceName, repository_drift
    from hyperion_hook.training.rows.mined_store import vectors_folder

    repository = open_whole_history(repo)
    used = models_in_use(config.models, repository.common_dir)
    warn(used.warnings)
    newest = Reading(until=reading.until, jobs=reading.jobs)
    try:
        with ProgressLine(lines=True) as progress:
            result = repository_drift(
                repository,
                InUse(used.bundle, used.label),
                models_folder(used, repository, config),
                replace(newest, vectors=vectors_folder(repository)).options(config),
                reference=None if reference is None else ReferenceName(reference),
                since=reading.since,
                progress=progress,
            )
    except TooLittleHistoryError as error:
        if format_name == "json":
            click.echo(json_text({"compared": False, "reason": str(error)}, indent=1), nl=False)
        else:
            show([str(error)])
        return ExitCode.DONE
    if plot is not None:
        result.report.plot(plot)
    retrains = retrain and result.is_due
    _show(result, used.label, format_name, retrains=retrains)
    if retrains:
        with ExitStack() as streams:
            if format_name == "json":
                # what is read by a program must not be followed by a model card
                streams.enter_context(redirect_stdout(sys.stderr))
            click.echo("")
            return retraining.run(repo, newest, models=None, corpus=None, config=config)
    if retrain:
        say(f"not retrained: {result.why_not}")
    return ExitCode.DONE


def _show(result: RepositoryDrift, label: str, format_name: str, *, retrains: bool) -> None:
    from hyperion_hook.training.drift.text import drift_lines

    about = f"{result.recent} compared with {result.compared_with} (reference '{result.reference}': {result.why})"
    if format_name == "json":
        data = {
            "compared": True,
            "models": label,
            "reference": str(result.reference),
            "why": result.why,
            "recent": result.recent,
            "compared_with": result.compared_with,
            "retrains": retrains,
            "to_do": result.advice,
        }
        click.echo(json_text(data | result.report.as_data(), indent=1), nl=False)
    elif format_name == "text":
        show([about, *drift_lines(result.report), result.advice])
    else:
        show([*result.report.to_markdown().splitlines(), "", f"{about[0].upper()}{about[1:]}.", "", result.advice])


@click.command()
@click.option(
    "--reference",
    type=click.Choice(REFERENCES),
    help="Compare with what the models in use learned from, or with the changes before the recent ones; by"
    " default the first where the models learned from this repository, else the second.",
)
@click.option("--retrain", is_flag=True, help="Retrain when the magnitude exceeds 0.2.")
@click.option("--since", metavar="DATE", help="Recent are the changes since this day (2024-12-31); else the last 500.")
@until_flag
@jobs_flag
@click.option("--format", "format_name", type=click.Choice(["text", "json", "markdown"]), default="text")
@path_flag("--plot", help="Draw what drifted into this file, such as drift.png or drift.svg.")
@click.pass_obj
def command(invocation: Invocation, /, *, since: str | None, until: str, jobs: int | None, **flags: Any) -> int:
    """Compare recent changes with what the models learned from, and retrain if they differ.

    Tells which features drifted, worst first, and how far all of them did, from 0 to 1. Needs the extra 'train':
    pip install 'hyperion-hook[train]'.
    """
    reading = Reading.of(since=since, until=until, jobs=jobs)
    return run(invocation.repo, reading, config=invocation.config(), **flags)
