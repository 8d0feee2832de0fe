"""Missing co-changes: hide one file of each of many real changes and see whether it is named.

usage: python benchmarks/co_change.py CLONE [CLONE ...] [--changes 2000] [--part 0.7 1.0] [--fit]

Of each clone, non-merge commits of 2 to 30 files by people, within the given part of its history by date, are drawn in
equal numbers. Of each one file is hidden that existed at its base; candidates are all files of the base that the others
ever changed with. Measured are recall at 5 and 10 and mean reciprocal rank, beside plain pair confidence (the largest
share of a touched file's last 100 commits that changed the candidate, ties by support), with 95 % intervals of the
difference from 1,000 bootstrap samples of changes; then how precise what is shown is, how often a change is shown
something, and how often one from which nothing was hidden is. With ``--fit`` the constants of ``scoring/co_change.py``
are fitted and printed instead.
"""

from __future__ import annotations

import random
import sys
import time as clock
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.histories import indexed, options_of, sampled
from hyperion_hook.assess.impact import MOST_SHOWN
from hyperion_hook.domain.change import FileStatus
from hyperion_hook.domain.co_change import CoChange, PastOfFile
from hyperion_hook.domain.commit import Commit
from hyperion_hook.scoring.co_change import LEAST_PROBABILITY, LEAST_SUPPORT, WEIGHTS, rank_co_changes, weighed
from hyperion_hook.store.history.index import HistoryIndex

MOST_FILES = 30
SAMPLES = 1_000
FIGURES: dict[str, Callable[[int], float]] = {
    "recall@5": lambda rank: float(0 < rank <= 5),
    "recall@10": lambda rank: float(0 < rank <= 10),
    "MRR": lambda rank: 1 / rank if rank else 0.0,
}
CUTS = (0.2, 0.3, 0.4, 0.5, 0.6)


@dataclass(frozen=True, slots=True)
class Case:
    """One change with a file hidden: where the ranker and pair confidence put it (0: nowhere), and what is shown."""

    rank: int
    baseline: int
    ranked: tuple[CoChange, ...]
    hidden: str
    complete: tuple[CoChange, ...]
    milliseconds: float


def main() -> None:
    """Measure, and print one line a repository, the means and what is shown."""
    options = options_of(__doc__)
    share = -(-options.changes // len(options.clones))
    if options.fit:
        fit([_rows(*case) for clone in options.clones for case in drawn(clone, share, options.part, options.seed)])
        return
    cases: list[Case] = []
    for clone in options.clones:
        found = [_case(*case) for case in drawn(clone, share, options.part, options.seed)]
        cases += found
        tell(str(clone), found)
    tell("all", cases)
    _tell_shown(cases)


def drawn(clone: Path, count: int, part: Sequence[float], seed: int) -> Iterator[tuple[HistoryIndex, Commit, str]]:
    """Yield the index of a clone with each drawn change and the path to hide from it."""
    with indexed(clone) as (_, index, commits):
        rng = random.Random(seed)  # noqa: S311 - a sample
        for commit in sampled([commit for commit in commits if _fits(commit)], part, count, seed):
            yield index, commit, rng.choice(_old(commit))


def _fits(commit: Commit) -> bool:
    return 2 <= len(commit.files) <= MOST_FILES and bool(_old(commit))


def _old(commit: Commit) -> list[str]:
    return sorted(file.previous_path for file in commit.files if file.status is not FileStatus.ADDED)


def _case(index: HistoryIndex, commit: Commit, hidden: str) -> Case:
    touched = [file for file in commit.files if file.previous_path != hidden]
    ranked, evidence, spent = _ranked(index, commit, [file.previous_path for file in touched])
    complete, _, _ = _ranked(index, commit, [file.previous_path for file in commit.files])
    history = index.history_at(commit.parents[0])
    rules: defaultdict[int, tuple[float, int]] = defaultdict(lambda: (0.0, 0))
    for past in evidence:
        counts: defaultdict[int, int] = defaultdict(int)
        for change in past.changes:
            for file in change.files:
                counts[file] += 1
        for file, support in counts.items():
            rules[file] = max(rules[file], (support / len(past.changes), support))
    names = {file: known.path for file, known in history.known_files(rules).items()}
    paths = {file.previous_path for file in touched}
    by_rule = sorted(
        (name for name in names.items() if name[1] not in paths),
        key=lambda name: (-rules[name[0]][0], -rules[name[0]][1], name[1]),
    )
    return Case(
        _place([entry.path for entry in ranked], hidden),
        _place([path for _, path in by_rule], hidden),
        tuple(ranked[:MOST_SHOWN]),
        hidden,
        tuple(complete[:MOST_SHOWN]),
        spent,
    )


def _ranked(
    index: HistoryIndex, commit: Commit, paths: Sequence[str]
) -> tuple[list[CoChange], tuple[PastOfFile, ...], float]:
    history = index.history_at(commit.parents[0])
    for path in paths:
        # the features have read the files' lives before
        history.file(path)
    started = clock.process_time()
    evidence = history.changed_together(paths)
    ranked = rank_co_changes(evidence, history.known_files, paths, commit.committed_at)
    return ranked, evidence, 1_000 * (clock.process_time() - started)


def _place(ordered: Sequence[str], wanted: str) -> int:
    return ordered.index(wanted) + 1 if wanted in ordered else 0


def tell(name: str, cases: Sequence[Case]) -> None:
    """Print one line of figures, ours and pair confidence's, with the interval of the difference."""
    figures = []
    for title, value in FIGURES.items():
        ours = [value(case.rank) for case in cases]
        theirs = [value(case.baseline) for case in cases]
        low, high = interval([one - other for one, other in zip(ours, theirs, strict=True)])
        figures.append(f"{title} {mean(ours):.3f} / {mean(theirs):.3f} ({low:+.3f}..{high:+.3f})")
    slowest = sorted(case.milliseconds for case in cases)[int(0.95 * len(cases))]
    print(f"{name}: {len(cases)} changes; {'; '.join(figures)}; 95 % within {slowest:.0f} ms", flush=True)


def _tell_shown(cases: Sequence[Case]) -> None:
    print("shown from probability on: precision, changes shown something, hidden files found; complete changes shown")
    for cut in CUTS:
        shown = [(entry.path == case.hidden) for case in cases for entry in _shown(case.ranked, cut)]
        with_any = mean([float(bool(_shown(case.ranked, cut))) for case in cases])
        complete = mean([float(bool(_shown(case.complete, cut))) for case in cases])
        mark = " <- in force" if cut == LEAST_PROBABILITY else ""
        print(f"  {cut:.1f}: {mean(shown):.3f}, {with_any:.3f}, {sum(shown) / len(cases):.3f}; {complete:.3f}{mark}")


def _shown(ranked: Sequence[CoChange], cut: float) -> list[CoChange]:
    return [entry for entry in ranked if entry.probability >= cut and entry.support >= LEAST_SUPPORT]


def interval(values: Sequence[float]) -> tuple[float, float]:
    """Return the 95 % bootstrap interval of a mean."""
    rng = random.Random(0)  # noqa: S311 - resampling
    means = sorted(mean(rng.choices(values, k=len(values))) for _ in range(SAMPLES))
    return means[int(0.025 * SAMPLES)], means[int(0.975 * SAMPLES)]


def mean(values: Sequence[float]) -> float:
    """Return the arithmetic mean, 0 of nothing."""
    return sum(values) / len(values) if values else 0.0


def _rows(index: HistoryIndex, commit: Commit, hidden: str) -> tuple[list[list[float]], int]:
    """Return the features of each candidate, and which of them is the hidden file (-1: none)."""
    history = index.history_at(commit.parents[0])
    paths = [file.previous_path for file in commit.files if file.previous_path != hidden]
    candidates = weighed(history.changed_together(paths), history.known_files, paths, commit.committed_at)
    names = [candidate.path for candidate in candidates]
    rows = [[candidate.features[name] for name in WEIGHTS] for candidate in candidates]
    return rows, _place(names, hidden) - 1


def fit(cases: Sequence[tuple[list[list[float]], int]]) -> None:
    """Print the constants that make the hidden files likeliest: a conditional logit with the case "none of them"."""
    import numpy as np
    from scipy.optimize import minimize

    width = len(WEIGHTS) + 1
    blocks = [np.array([[0.0] * (width - 1) + [1.0], *([*row, 0.0] for row in rows)]) for rows, _ in cases]
    starts = np.r_[0, np.cumsum([len(block) for block in blocks])]
    right = starts[:-1] + np.array([place + 1 for _, place in cases])
    owner = np.repeat(np.arange(len(blocks)), np.diff(starts))
    table = np.vstack(blocks)

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        scores = table @ weights
        scores -= np.maximum.reduceat(scores, starts[:-1])[owner]
        odds = np.exp(scores)
        total = np.add.reduceat(odds, starts[:-1])
        gradient = table.T @ (odds / total[owner]) - table[right].sum(0)
        value = -(scores[right] - np.log(total)).mean() + 1e-5 * weights @ weights
        return value, gradient / len(blocks) + 2e-5 * weights

    found = minimize(loss, np.zeros(width), jac=True, method="L-BFGS-B", options={"maxiter": 1_000}).x
    print(f"{len(cases)} changes")
    for name, weight in zip([*WEIGHTS, "NONE"], found, strict=True):
        print(f"  {name} {weight:.3f}")


if __name__ == "__main__":
    main()
