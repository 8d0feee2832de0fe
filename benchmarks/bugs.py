"""The bug predictor beside "bugs so far" and "recent churn", on repositories it has never seen and on its own future.

usage: python benchmarks/bugs.py CORPUS.toml [--jobs N] [--groups N] [--only NAME ...]

CORPUS.toml is what ``retrain --corpus`` reads. The repositories are divided into groups; each group is left out in
turn, a model is chosen and fitted on the first 80 % of the time of the others, and ranks the whole months after it of
the repositories left out. AUC and precision in the top twenty files with 95 % intervals; CPU seconds of reading.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import joblib
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from hyperion_hook.config.ml_config import MLConfig
from hyperion_hook.git.repository import Repository
from hyperion_hook.training.bugs.dataset import BugRows, bug_rows
from hyperion_hook.training.bugs.evaluate import BASELINES, BugEvaluation, evaluate_bugs, evaluate_by_time
from hyperion_hook.training.bugs.fit import fit_bug_predictor, held_out_since
from hyperion_hook.training.metrics.resampling import Interval
from hyperion_hook.training.rows.corpus import CorpusEntry, read_corpus


def main() -> None:
    """Read the corpus and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--groups", type=int, default=4)
    parser.add_argument("--only", nargs="*", default=())
    options = parser.parse_args()
    entries = read_corpus(options.corpus)
    started = time.perf_counter()
    histories = joblib.Parallel(n_jobs=options.jobs)(joblib.delayed(_read)(entry) for entry in entries)
    print(f"read {len(histories)} histories in {time.perf_counter() - started:.0f} s")
    tell(histories, options.groups, options.only, MLConfig(n_jobs=options.jobs))


def _read(entry: CorpusEntry) -> BugRows:
    return bug_rows(Repository.discover(entry.path), name=entry.name, until=entry.until)


def tell(histories: Sequence[BugRows], groups: int, only: Sequence[str], config: MLConfig) -> None:
    """Print what comes of leaving projects out, and of time alone."""
    since = held_out_since(histories)
    named = sorted(history.name for history in histories)
    found: list[BugEvaluation] = []
    for number in range(groups):
        left_out = set(named[number::groups])
        known = [history for history in histories if history.name not in left_out]
        fitted = fit_bug_predictor(known, until=since, config=config)
        print(f"group {number}: {fitted.candidate}; log-loss in cross-validation {fitted.cross_validation}")
        for history in histories:
            if history.name in left_out and (not only or history.name in only):
                models = {fitted.candidate: fitted}
                result = evaluate_bugs(history.name, [history], models, fitted.candidate, since=since)
                if result is not None:
                    found.append(result)
                    _row(result)
    print(f"mean of {len(found)} repositories never seen, interval over repositories")
    for title, values in _means(found).items():
        draws = np.random.default_rng(42).choice(values, (2_000, len(values))).mean(axis=1)
        low, high = np.quantile(draws, [0.025, 0.975])
        print(f"  {title:44} {np.mean(values):+.4f} [{low:+.4f}, {high:+.4f}]")
    _, by_time = evaluate_by_time(histories, config=config)
    if by_time is not None:
        print(
            f"{by_time.name}: {len(by_time.repositories)} repositories, {by_time.months} months; "
            f"chosen {by_time.candidate}"
        )
        for ranked in by_time.contenders:
            print(f"  {ranked.name:16} AUC {_told(ranked.roc_auc)}  top 20 {_told(ranked.precision_in_top)}")
        for ranked in by_time.leads:
            print(f"  lead over {ranked.name:16} AUC {_told(ranked.roc_auc)}  top 20 {_told(ranked.precision_in_top)}")
        _changes(by_time)


def _row(result: BugEvaluation) -> None:
    print(f"{result.name}: {result.months} months")
    for ranked in result.contenders:
        print(f"  {ranked.name:28} AUC {_told(ranked.roc_auc)}  top 20 {_told(ranked.precision_in_top)}")
    for ranked in result.leads:
        print(f"  lead over {ranked.name:18} AUC {_told(ranked.roc_auc)}  top 20 {_told(ranked.precision_in_top)}")
    _changes(result)


def _changes(result: BugEvaluation) -> None:
    print(
        f"  {result.changes} changes: expected {result.expected:.3f}, happened {result.happened:.3f}, calibration "
        f"error {result.calibration_error:.3f}, AUC {result.change_roc_auc:.3f}",
        flush=True,
    )


def _means(found: Sequence[BugEvaluation]) -> dict[str, list[float]]:
    table: dict[str, list[float]] = {}
    for result in found:
        names = ["shipped", *BASELINES]
        for name, ranked in zip(names, result.contenders, strict=True):
            table.setdefault(f"{name}: AUC", []).append(ranked.roc_auc.value)
            table.setdefault(f"{name}: top 20", []).append(ranked.precision_in_top.value)
        for ranked in result.leads:
            table.setdefault(f"lead over {ranked.name}: AUC", []).append(ranked.roc_auc.value)
            table.setdefault(f"lead over {ranked.name}: top 20", []).append(ranked.precision_in_top.value)
    return table


def _told(figure: Interval) -> str:
    return f"{figure.value:+.3f} [{figure.low:+.3f}, {figure.high:+.3f}]"


if __name__ == "__main__":
    main()
