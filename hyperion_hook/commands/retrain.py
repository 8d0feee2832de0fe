"""``retrain``: train models on this repository's own history and promote them if better, or on many repositories."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hyperion_hook.assess.models import models_in_use
from hyperion_hook.commands import Invocation, say, warn
from hyperion_hook.commands.models import refresh
from hyperion_hook.commands.support.flags import jobs_flag, path_flag, until_flag
from hyperion_hook.commands.support.mlflow_mirror import tracker_of
from hyperion_hook.commands.support.progress import ProgressLine
from hyperion_hook.commands.support.whole_history import Reading, need_the_extra, open_whole_history, show
from hyperion_hook.config.load import Config
from hyperion_hook.errors import ConfigError, ExitCode, TooLittleHistoryError
from hyperion_hook.git.repository import Repository
from hyperion_hook.report.safe_text import printable

if TYPE_CHECKING:
    from hyperion_hook.training.mlflow.tracker import MLFlowTracker
    from hyperion_hook.training.retrain.retrain import RetrainReport
    from hyperion_hook.training.rows.options import RetrainOptions

EXPLANATION = """\
retrain reads this repository's history up to {until} on this machine; nothing is fetched and {sent}
it finds the changes that later fixes blame, learns from the past, and tries what it learned on the newest 30 %
models that are better there than {label}, beyond chance, are used from then on; 'models rollback' returns"""
"""What is said before anything is done."""


def run(
    repo: Path | None,
    reading: Reading,
    *,
    models: Path | None,
    corpus: Path | None,
    config: Config,
    tracker: Callable[[], MLFlowTracker | None] = lambda: None,
) -> ExitCode:
    """Train; into a folder if one is named, else into the repository's registry, and promote what is better.

    ``tracker`` is asked once the extra is known to be there.
    """
    if corpus is not None and models is None:
        raise ConfigError("retrain: --corpus needs --models DIR, the folder that the new models go to")
    if reading.cluster is not None and corpus is None:
        raise ConfigError("retrain: --cluster shares out repositories, so it needs --corpus FILE, which names them")
    need_the_extra("retrain")
    options = reading.options(config)
    if corpus is not None and models is not None:
        return _into_folder(None, models, corpus, options, tracker())
    from hyperion_hook.training.rows.mined_store import vectors_folder

    here = open_whole_history(repo)
    options = options if options.vectors else replace(options, vectors=vectors_folder(here))
    if models is None:
        return _into_registry(here, options, config, tracker())
    return _into_folder(here, models, None, options, tracker())


def _into_folder(
    repository: Repository | None,
    models: Path,
    corpus: Path | None,
    options: RetrainOptions,
    tracker: MLFlowTracker | None,
) -> ExitCode:
    from hyperion_hook.training.retrain.retrain import retrain

    if tracker is not None:
        tracker.announce()
    with ProgressLine(lines=True) as progress:
        report = retrain(
            [repository.work_tree or repository.git_dir] if repository else [],
            models_out=models,
            corpus=corpus,
            options=options,
            progress=progress,
            tracker=tracker,
        )
    _show([quality_in_words(report)], report)
    say(f'models written to {models}; to use them set models = "{models}" in .hyperion-hook.toml')
    return ExitCode.DONE


def _into_registry(
    repository: Repository, options: RetrainOptions, config: Config, tracker: MLFlowTracker | None
) -> ExitCode:
    from hyperion_hook.store.models.version_store import VersionStore
    from hyperion_hook.training.evaluation.promotion import InUse
    from hyperion_hook.training.retrain.retrain import retrain_here

    used = models_in_use(config.models, repository.common_dir)
    warn(used.warnings)
    label = used.label
    sent = "nothing is sent" if tracker is None else "what is learned is told to MLflow alone"
    for line in EXPLANATION.format(until=options.until, label=label, sent=sent).splitlines():
        say(line)
    if tracker is not None:
        tracker.announce()
    try:
        with ProgressLine(lines=True) as progress:
            report = retrain_here(
                repository,
                VersionStore.of(repository.common_dir),
                InUse(used.bundle, label),
                options=options,
                progress=progress,
                tracker=tracker,
            )
    except TooLittleHistoryError as error:
        click.echo(printable(str(error)))
        return ExitCode.DONE
    _show(_verdict(report, label), report)
    if report.decision is not None and report.decision.promote:
        if config.models is not None:
            say("warning: 'models' is set, so the registry is not asked; see: hyperion-hook config show")
        refresh(repository.work_tree or repository.git_dir, config)
    return ExitCode.DONE


def _verdict(report: RetrainReport, label: str) -> list[str]:
    """Return the fate of a repository's own models, in words first."""
    if report.registered is None or report.decision is None:
        return []
    version, decision = report.registered.version, report.decision
    words = f"Nothing changes: score still uses {label}."
    if decision.promote:
        words = (
            f"Better, beyond chance: score uses {version} from now on, trained on this repository's own history."
            f" 'hyperion-hook models rollback' goes back to {label}."
        )
    return [words, f"{version} {'registered' if report.registered.is_new else 'was there already'}; {decision.text}"]


def quality_in_words(report: RetrainReport) -> str:
    """Return how models in a folder do beside the simplest baseline, in words."""
    evaluation = report.evaluations[0]
    ours, lines = evaluation.contender(report.recipe), evaluation.contender("la")
    words = (
        "Better than counting added lines" if ours.gain and ours.gain.low > 0 else "No better than counting added lines"
    )
    return (
        f"{words}, beyond chance: ROC-AUC {ours.roc_auc.value:.3f} against {lines.roc_auc.value:.3f} on"
        f" {evaluation.rows:,} changes, {evaluation.name}."
    )


def _show(verdict: list[str], report: RetrainReport) -> None:
    warn(report.warnings)
    say(f"{report.reused:,} of {report.rows:,} rows were measured before and are used again")
    show((*verdict, "", *report.markdown.splitlines()))


@click.command()
@click.option("--since", metavar="DATE", help="Learn from changes since this day (2024-12-31) only.")
@until_flag
@click.option("--max-commits", type=click.IntRange(1), help="Learn from the newest so many changes only.")
@path_flag("--models", metavar="DIR", help="Folder that the models go to, instead of this repository's registry.")
@jobs_flag
@path_flag("--corpus", help="TOML file that names the repositories to learn from, instead of this one.")
@click.option(
    "--cluster",
    metavar="ADDRESS",
    help="Dask scheduler whose workers read the repositories of --corpus; needs the extra 'cluster'.",
)
@path_flag(
    "--vectors",
    metavar="DIR",
    help="Folder that keeps what was measured, so that an interrupted run goes on where it was;"
    " hyperion-hook/vectors in the git directory by default.",
)
@click.pass_obj
def command(invocation: Invocation, /, *, models: Path | None, corpus: Path | None, **flags: Any) -> int:
    """Train models on this repository's own history; measured beside simple baselines.

    The past is replayed, learned from in time order, and the models are tried on the future. They go to this
    repository's registry, and are used from then on if they rank the newest changes better than the models in use.
    Needs the extra 'train': pip install 'hyperion-hook[train]'.
    """
    return run(
        invocation.repo,
        Reading.of(**flags),
        models=models,
        corpus=corpus,
        config=invocation.config(),
        tracker=lambda: tracker_of(invocation),
    )
