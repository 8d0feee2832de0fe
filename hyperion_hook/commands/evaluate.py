"""``evaluate``: how good the models in use are on this repository's past, or a recipe on repositories it never saw."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hyperion_hook.assess.models import models_in_use
from hyperion_hook.commands import Invocation, warn
from hyperion_hook.commands.support.flags import format_flag, jobs_flag, path_flag, until_flag
from hyperion_hook.commands.support.progress import ProgressLine
from hyperion_hook.commands.support.whole_history import Reading, need_the_extra, open_whole_history, show
from hyperion_hook.config.load import Config
from hyperion_hook.domain.assessment import RiskLevel
from hyperion_hook.domain.feedback import CAUSED_BUG, NOT_USEFUL, ticked_by_level
from hyperion_hook.errors import ConfigError, ExitCode, TooLittleHistoryError
from hyperion_hook.report.formats.json_text import json_text
from hyperion_hook.report.safe_text import printable
from hyperion_hook.store.feedback_store import FeedbackStore

if TYPE_CHECKING:
    from hyperion_hook.training.rows.options import RetrainOptions


def _back_test(
    repo: Path | None, options: RetrainOptions, config: Config, *, labels: Path | None, format_name: str
) -> None:
    from hyperion_hook.training.evaluation.back_test import advice, back_test
    from hyperion_hook.training.evaluation.promotion import InUse
    from hyperion_hook.training.labels.external_labels import read_labels
    from hyperion_hook.training.retrain.card import calibration_lines, evaluation_data, evaluation_lines

    outside = None if labels is None else read_labels(labels)
    repository = open_whole_history(repo)
    ticks = ticked_by_level(FeedbackStore.of(repository.common_dir).read())
    used = models_in_use(config.models, repository.common_dir)
    label = used.label
    try:
        with ProgressLine(lines=True) as progress:
            result = back_test(repository, InUse(used.bundle, label), options, labels=outside, progress=progress)
    except TooLittleHistoryError as error:
        click.echo(printable(str(error)))
        show(_feedback_lines(ticks))
        return
    warn((*used.warnings, *result.warnings))
    data = [evaluation_data(evaluation) for evaluation in result.evaluations]
    to_do = advice(result, label)
    if format_name == "json":
        document = {"evaluations": data, "calibration": result.calibration, "feedback": ticks, "to_do": to_do}
        click.echo(json_text(document, indent=1), nl=False)
    else:
        show(line for evaluation in data for line in evaluation_lines(evaluation))
        show([*calibration_lines(result.calibration), *_feedback_lines(ticks), "", to_do])


def _feedback_lines(ticks: Mapping[RiskLevel, Mapping[str, int]]) -> list[str]:
    """Return the boxes that people ticked in comments as Markdown; nothing where no comment was posted."""
    if not any(counts["told"] for counts in ticks.values()):
        return []
    return [
        "",
        "What people ticked in comments on pull requests:",
        "",
        "| level | comments | not useful | caused a bug |",
        "|---|---|---|---|",
        *(
            f"| {level.value} | {counts['told']:,} | {counts[NOT_USEFUL]:,} | {counts[CAUSED_BUG]:,} |"
            for level, counts in sorted(ticks.items(), key=lambda item: -item[0].rank)
        ),
    ]


def _leave_one_out(corpus: Path, options: RetrainOptions, *, format_name: str) -> None:
    """Leave each repository of a corpus out in turn, and print how the recipes did on it."""
    from hyperion_hook.training.evaluation.back_test import unseen_repositories
    from hyperion_hook.training.evaluation.leave_one_out import summary
    from hyperion_hook.training.evaluation.leave_one_out_report import as_data, comparison_lines, repository_lines
    from hyperion_hook.training.models.baselines import KAMEI
    from hyperion_hook.training.models.recipes import BLEND, SPECIFICATION

    with ProgressLine(lines=True) as progress:
        result, warnings = unseen_repositories(corpus, options, progress)
    warn(warnings)
    comparisons = summary(result, seed=options.seed)
    if format_name == "json":
        click.echo(json_text(as_data(result, comparisons), indent=1), nl=False)
    else:
        show(comparison_lines(comparisons))
        show(repository_lines(result, (BLEND.name, SPECIFICATION.name, "code lines added", KAMEI, "la")))


def _ablate(repo: Path | None, corpus: Path | None, options: RetrainOptions) -> None:
    """Take the recipe apart on this repository's past, or on a corpus, and print what each part adds."""
    from hyperion_hook.training.evaluation.ablation import ablation, ablation_lines, ablation_rows
    from hyperion_hook.training.rows.corpus import entries_of, read_corpus

    if corpus is None:
        repository = open_whole_history(repo)
        entries = entries_of([repository.work_tree or repository.git_dir], options.until)
    else:
        entries = read_corpus(corpus)
    with ProgressLine(lines=True) as progress:
        result = ablation(ablation_rows(entries, options, progress), options, progress=progress)
    show(ablation_lines(result))


@click.command()
@path_flag("--models", metavar="DIR", help="Folder of the models; those in use by default.")
@path_flag(
    "--labels",
    metavar="CSV",
    help="Table commit,buggy from elsewhere, instead of labels traced from this history's fixes.",
)
@click.option("--since", metavar="DATE", help="Only changes since this day (2024-12-31).")
@until_flag
@click.option("--max-commits", type=click.IntRange(1), help="Only the newest so many changes.")
@path_flag("--corpus", help="TOML file that names repositories: train on all but one, rank that one, for each in turn.")
@click.option(
    "--ablation",
    is_flag=True,
    help="Offer the recipe every feature, code metrics included, and leave out each member and category in turn.",
)
@jobs_flag
@path_flag("--vectors", metavar="DIR", help="Folder that keeps what was measured, so that nothing is measured twice.")
@format_flag
@click.pass_obj
def command(
    invocation: Invocation,
    /,
    *,
    models: Path | None,
    labels: Path | None,
    corpus: Path | None,
    ablation: bool,
    format_name: str,
    **flags: Any,
) -> int:
    """Try the models on this repository's past, in time order, beside simple baselines.

    With --corpus the recipes of 'retrain' are tried on repositories they have not learned from instead. Needs the extra
    'train': pip install 'hyperion-hook[train]'.
    """
    reading = Reading.of(**flags)
    has_own = labels is not None or models is not None
    if ablation and (has_own or format_name != "text"):
        raise ConfigError("evaluate --ablation: fits its own models and prints text; leave out the other options")
    if corpus is not None and not ablation and has_own:
        raise ConfigError("evaluate: --corpus trains and labels by itself; leave out --models and --labels")
    config = invocation.config(models=models)
    need_the_extra("evaluate")
    options = reading.options(config)
    if ablation:
        _ablate(invocation.repo, corpus, options)
    elif corpus is not None:
        _leave_one_out(corpus, options, format_name=format_name)
    else:
        _back_test(invocation.repo, options, config, labels=labels, format_name=format_name)
    return ExitCode.DONE
