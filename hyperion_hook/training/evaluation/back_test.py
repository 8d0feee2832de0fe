"""Back-tests: the models in use on a repository's own past, and the recipe on repositories it has never seen.

Nothing is trained for use and nothing is promoted here; baselines that learn do so from the older half.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hyperion_hook.domain.phrases import day
from hyperion_hook.domain.progress import Progress
from hyperion_hook.errors import TooLittleHistoryError
from hyperion_hook.git.repository import Repository
from hyperion_hook.training.evaluation.card_figures import calibration_data, risk_of
from hyperion_hook.training.evaluation.evaluate import TRACED, Evaluation, evaluate, other_outcomes
from hyperion_hook.training.evaluation.leave_one_out import LEAST_POSITIVES, LeftOut, leave_each_out
from hyperion_hook.training.evaluation.past_models import LEAST_TEST_BUGS
from hyperion_hook.training.evaluation.promotion import InUse, learned_until
from hyperion_hook.training.labels.external_labels import labelled_from
from hyperion_hook.training.rows.corpus import CorpusEntry, mine_all, read_corpus
from hyperion_hook.training.rows.dataset import merged
from hyperion_hook.training.rows.options import RetrainOptions
from hyperion_hook.training.rows.time_split import UNSEEN_DAYS, cut_at, time_split, without_youngest

_SHARE = 0.5


@dataclass(frozen=True)
class BackTest:
    """How the models in use did on changes of this repository, with each outcome that occurred often enough."""

    evaluations: tuple[Evaluation, ...]
    calibration: list[dict[str, Any]]
    warnings: tuple[str, ...]


def back_test(
    repository: Repository,
    in_use: InUse,
    options: RetrainOptions,
    *,
    labels: Mapping[str, int] | None = None,
    progress: Progress | None = None,
) -> BackTest:
    """Return how the models in use rank the newer half of a history, beside baselines that learn from the older half.

    Raises ``TooLittleHistoryError`` if the older half teaches nothing or the newer half has too few bugs to rank. Where
    the models learned from this repository, only changes after that are ranked. ``labels`` from elsewhere are 0 or 1 by
    commit, and only commits with one count; by default they are traced from fixes.
    """
    own = CorpusEntry(repository.name, repository.work_tree or repository.git_dir, options.until)
    mined, warnings = mine_all([own], options, options.replay, progress)
    rows = mined[0].rows
    rows = without_youngest(rows) if labels is None else labelled_from(rows, labels)
    if rows.empty:
        raise TooLittleHistoryError(
            "nothing to evaluate on: no change is old enough for its bugs to be known"
            if labels is None
            else "nothing to evaluate on: no commit of --labels is in this history"
        )
    cut = cut_at(rows, _SHARE)
    seen = learned_until(in_use.bundle, repository)
    if seen is not None and seen > cut:
        cut = seen
        warnings += (f"{in_use.label} learned from this history up to {day(seen)}; only later changes are ranked",)
    split = time_split(rows, cut, gap_days=UNSEEN_DAYS if labels is None else 0)
    bugs = int(split.test["buggy"].sum())
    if bugs < LEAST_TEST_BUGS or not 0 < int(split.train["buggy"].sum()) < len(split.train):
        raise TooLittleHistoryError(
            f"too little history to evaluate on: {bugs} of {len(split.test):,} changes after {day(cut)} are known to"
            f" have introduced a bug, and {int(split.train['buggy'].sum())} of {len(split.train):,} before it;"
            f" {LEAST_TEST_BUGS} are needed after it"
        )
    if progress is not None:
        progress("evaluating", 0, 0)
    models = {in_use.label: in_use}
    traced = evaluate(f"changes that {TRACED}", split.train, split.test, models, cut=cut, seed=options.seed)
    evaluations = [traced]
    for what, outcome in other_outcomes(split.test, LEAST_POSITIVES).items():
        rows = split.test.assign(buggy=outcome)
        evaluations.append(evaluate(f"changes that {what}", split.train, rows, models, cut=cut, seed=options.seed))
    calibration = calibration_data(split.test["buggy"].to_numpy(dtype=np.float64), risk_of(in_use, split.test))
    return BackTest(tuple(evaluations), calibration, warnings)


def unseen_repositories(
    corpus: Path, options: RetrainOptions, progress: Progress | None = None
) -> tuple[list[LeftOut], tuple[str, ...]]:
    """Return how the recipe does on each repository of a corpus when it learns from the others, and warnings.

    Raises ``ConfigError`` if the corpus file is wrong, or nothing of it could be read.
    """
    entries = read_corpus(corpus)
    mined, warnings = mine_all(entries, options, options.replay, progress)
    rows = without_youngest(merged([item.rows for item in mined]))
    report = None if progress is None else lambda done: progress("leaving each out", done, len(mined))
    result, left_aside = leave_each_out(rows, options, report)
    return result, (*warnings, *left_aside)


def advice(result: BackTest, label: str) -> str:
    """Return in one sentence what the figures of the models in use say to do."""
    gains = [(item, item.contender(label).gain) for item in result.evaluations]
    better = [item.name for item, gain in gains if gain is not None and gain.low > 0]
    worse = [item.name for item, gain in gains if gain is not None and gain.high < 0]
    if worse:
        return (
            f"To do: do not let {label} decide here, since lines added rank {' and '.join(worse)} better; run:"
            " hyperion-hook retrain"
        )
    if better:
        share = result.evaluations[0].contender(label).figures["share_in_top_20_percent"]
        return (
            f"To do: nothing, {label} rank {' and '.join(better)} better than lines added do; the riskiest fifth of the"
            f" changes holds {share:.0%} of those that introduced a bug".replace("%", " %")
            + "."
        )
    return (
        f"To do: read {label} as you would read the size of a change, since neither ranks better here beyond chance;"
        " 'hyperion-hook retrain' tries to do better."
    )
