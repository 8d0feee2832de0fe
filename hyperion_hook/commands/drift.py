"""``drift``: do recent changes still look like those the models learned from; if not at all, train anew."""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hyperion_hook.commands import Invocation, say, warn
from hyperion_hook.commands import retrain as retraining
from hyperion_hook.commands.retrain import Reading, day_of, need_the_extra, options_of
from hyperion_hook.commands.support.flags import jobs_flag, path_flag, until_flag
from hyperion_hook.commands.support.progress import ProgressLine
from hyperion_hook.commands.support.shallow_warning import say_what_is_cut_off
from hyperion_hook.config.load import Config
from hyperion_hook.errors import ExitCode, MissingExtraError, TooLittleHistoryError
from hyperion_hook.git.environment.gitpython import open_repository
from hyperion_hook.git.repository import Repository
from hyperion_hook.report.formats.json_text import json_text
from hyperion_hook.report.safe_text import printable

if TYPE_CHECKING:
    from hyperion_hook.assess.models import ModelsInUse
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
    if plot is not None:
        _need_matplotlib()
    from hyperion_hook.assess.models import models_in_use
    from hyperion_hook.training.evaluation.promotion import InUse
    from hyperion_hook.training.retrain.repository_drift import ReferenceName, repository_drift
    from hyperion_hook.training.rows.mined_store import vectors_folder

    repository = open_repository(repo)
    say_what_is_cut_off(repository)
    used = models_in_use(config.models, repository.common_dir)
    warn(used.warnings)
    label = used.label
    options = options_of(Reading(None, reading.until, None, reading.jobs, None, vectors_folder(repository)), config)
    try:
        with ProgressLine(lines=True) as progress:
            found = repository_drift(
                repository,
                InUse(used.bundle, label),
                models_folder(used, repository, config),
                options,
                reference=None if reference is None else ReferenceName(reference),
                since=reading.since,
                progress=progress,
            )
    except TooLittleHistoryError as error:
        _tell_too_few(str(error), format_name)
        return ExitCode.DONE
    if plot is not None:
        found.report.plot(plot)
    due = found.is_due
    _show(found, label, format_name, retrains=retrain and due)
    if not retrain:
        return ExitCode.DONE
    if not due:
        say(f"not retrained: {found.why_not}")
        return ExitCode.DONE
    with ExitStack() as streams:
        if format_name == "json":
            # what is read by a program must not be followed by a model card
            streams.enter_context(redirect_stdout(sys.stderr))
        click.echo("")
        newest = Reading(None, reading.until, None, reading.jobs)
        return retraining.run(repo, newest, models=None, corpus=None, config=config)


def _need_matplotlib() -> None:
    from importlib.util import find_spec

    if find_spec("matplotlib") is None:
        raise MissingExtraError("drift --plot", "plots", "matplotlib")


def models_folder(used: ModelsInUse, repository: Repository, config: Config) -> Path:
    """Return where the models in use lie."""
    from hyperion_hook.scoring.bundle import bundled_models
    from hyperion_hook.store.models.version_store import RISK_PREDICTOR, VersionStore

    if used.version is not None:
        return VersionStore.of(repository.common_dir).folder(RISK_PREDICTOR, used.version)
    return config.models if config.models is not None else bundled_models()


def _tell_too_few(reason: str, format_name: str) -> None:
    if format_name == "json":
        click.echo(json_text({"compared": False, "reason": reason}, indent=1), nl=False)
    else:
        click.echo(printable(reason, most=10_000))


def _show(found: RepositoryDrift, label: str, format_name: str, *, retrains: bool) -> None:
    from hyperion_hook.training.drift.text import drift_lines

    about = f"{found.recent} compared with {found.compared_with} (reference '{found.reference}': {found.why})"
    if format_name == "json":
        data = {
            "compared": True,
            "models": label,
            "reference": str(found.reference),
            "why": found.why,
            "recent": found.recent,
            "compared_with": found.compared_with,
            "retrains": retrains,
            "to_do": found.advice,
        }
        click.echo(json_text(data | found.report.as_data(), indent=1), nl=False)
        return
    lines = list(drift_lines(found.report)) if format_name == "text" else found.report.to_markdown().splitlines()
    if format_name == "text":
        lines.insert(0, about)
    else:
        lines += ["", about[0].upper() + about[1:] + "."]
    lines += [*([""] if format_name == "markdown" else []), found.advice]
    for line in lines:
        click.echo(printable(line, most=10_000))


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
def command(
    invocation: Invocation,
    /,
    *,
    reference: str | None,
    retrain: bool,
    since: str | None,
    until: str,
    jobs: int | None,
    format_name: str,
    plot: Path | None,
) -> int:
    """Compare recent changes with what the models learned from, and retrain if they differ.

    Tells which features drifted, worst first, and how far all of them did, from 0 to 1. Needs the extra 'train':
    pip install 'hyperion-hook[train]'.
    """
    reading = Reading(day_of(since), until, None, jobs or os.cpu_count() or 1)
    return run(
        invocation.repo,
        reading,
        reference=reference,
        retrain=retrain,
        format_name=format_name,
        plot=plot,
        config=invocation.config(),
    )
