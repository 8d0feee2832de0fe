"""Impact: does the score foretell how far later fixes reach, and do they reach what was named?

usage: python benchmarks/impact.py CLONE [CLONE ...] [--changes 2000] [--part 0.7 1.0] [--fit]

Of each clone, non-merge commits of 1 to 100 files by people, within the given part of its history by date and at least
30 days before its end, are drawn in equal numbers. The outcome of a change: the components (folders) other than its own
that bug fixes of the following 30 days change which also change one of its files; fixes of more than 50 files are left
out. Score: area under the ROC curve for "there is such a component", Spearman's correlation with their number, both the
mean over clones, beside three baselines, with 95 % intervals of the difference from 200 bootstrap samples of changes.
Affected: among changes with an outcome, how often one of the first 1, 3, 5 named is in it, beside the components that
the repository changed most in 180 days, and the import graph alone, with intervals of the difference.

With ``--fit`` the constants of ``scoring/impact.py`` are fitted and printed instead.
"""

from __future__ import annotations

import random
import sys
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.stats import spearmanr
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.histories import indexed, options_of, sampled
from hyperion_hook.assess.impact import evidence_of, looked_at, ranked_co_changes
from hyperion_hook.domain.assessment import RiskLevel
from hyperion_hook.domain.commit import Commit, change_of_commit
from hyperion_hook.domain.history import DAY, CommitFlag
from hyperion_hook.domain.message.classify import classify_message
from hyperion_hook.domain.vector import Missing
from hyperion_hook.git.blobs import BlobReader
from hyperion_hook.scoring.impact import (
    LEAST_STRENGTH,
    MOST_AFFECTED,
    TERMS,
    affected_components,
    component_of,
    impact_level,
    impact_score,
    terms_of,
)
from hyperion_hook.store.graphs.cache import ImportGraphs

MOST_FILES = 100
MOST_FILES_OF_FIX = 50
SAMPLES = 200
UNKNOWN = Missing("left out")


@dataclass(frozen=True, slots=True)
class Case:
    """One change: terms and scores by context, what is named, and the components that later fixes reached."""

    clone: str
    files: int
    rich: bool
    terms: Mapping[bool, tuple[float, ...]]
    scores: Mapping[bool, float]
    strengths: Mapping[str, float]
    importing: Sequence[str]
    popular: Sequence[str]
    outcome: frozenset[str]


def main() -> None:
    """Measure or fit, and print."""
    options = options_of(__doc__)
    share = -(-options.changes // len(options.clones))
    cases: list[Case] = []
    for clone in options.clones:
        found = cases_of(clone, share, options.part, options.seed)
        cases += found
        reached = sum(bool(case.outcome) for case in found)
        print(f"{clone}: {len(found)} changes, {reached} reached by later fixes", flush=True)
    if options.fit:
        fit(cases)
        return
    tell_score(cases)
    tell_levels(cases)
    tell_affected(cases)


def cases_of(clone: Path, count: int, part: Sequence[float], seed: int) -> list[Case]:
    """Return the drawn changes of a clone."""
    with indexed(clone) as (repository, index, commits):
        reader = BlobReader(repository)
        graphs = ImportGraphs(reader, None)
        times = [commit.committed_at for commit in commits]
        early = [
            commit
            for commit in commits
            if len(commit.files) <= MOST_FILES and commit.committed_at < times[-1] - 30 * DAY
        ]
        found = []
        for commit in sampled(early, part, count, seed):
            change = change_of_commit(commit)
            history = index.history_at(change.base)
            pasts = history.changed_together(looked_at(change))
            ranked = ranked_co_changes(change, history, pasts)
            evidence = {
                known: evidence_of(change, history, graphs.at(change.base) if known else UNKNOWN, pasts, ranked)
                for known in (True, False)
            }
            affected = {known: affected_components(what) for known, what in evidence.items()}
            place = bisect_right(times, commit.committed_at)
            imports = Counter(
                component_of(name) for names in (evidence[True].importers or {}).values() for name in names
            )
            own = {component_of(path) for path in evidence[True].paths}
            found.append(
                Case(
                    str(clone),
                    len(change.files),
                    evidence[True].is_rich,
                    {known: terms_of(what, affected[known]) for known, what in evidence.items()},
                    {known: impact_score(what, affected[known]) for known, what in evidence.items()},
                    {entry.component: entry.strength for entry in affected[True]},
                    [name for name, _ in imports.most_common() if name not in own],
                    _popular(commits[:place], commit.committed_at, own),
                    _outcome(commit, commits[place : bisect_right(times, commit.committed_at + 30 * DAY)]) - own,
                )
            )
        graphs.close()
        reader.close()
        return found


def _outcome(commit: Commit, later: Sequence[Commit]) -> frozenset[str]:
    paths = {file.path for file in commit.files}
    touched = paths | {file.previous_path for file in commit.files}
    reached: set[str] = set()
    for fix in later:
        changed = {file.previous_path for file in fix.files}
        is_fix = classify_message(fix.message, fix.author) & CommitFlag.FIX
        if is_fix and len(fix.files) <= MOST_FILES_OF_FIX and changed & paths and fix.id != commit.id:
            reached.update(component_of(path) for path in changed - touched)
    return frozenset(reached)


def _popular(before: Sequence[Commit], now: int, own: set[str]) -> list[str]:
    counts: Counter[str] = Counter()
    for commit in reversed(before):
        if commit.committed_at < now - 180 * DAY:
            break
        counts.update({component_of(file.path) for file in commit.files})
    return [name for name, _ in counts.most_common(50) if name not in own]


def tell_score(cases: Sequence[Case]) -> None:
    """Print how well the score orders changes by how far later fixes reached, beside simple figures."""
    ranked: dict[str, Callable[[Case], float]] = {
        "score": lambda case: case.scores[True],
        "score without import graph": lambda case: case.scores[False],
        "number of files": lambda case: case.files,
        "commits of 180 days": lambda case: case.terms[True][3],
        "fixes of 180 days": lambda case: case.terms[True][2],
    }
    rng = random.Random(0)  # noqa: S311 - resampling
    samples = [rng.choices(range(len(cases)), k=len(cases)) for _ in range(SAMPLES)]
    ours = [_figures([cases[place] for place in sample], ranked["score"]) for sample in samples]
    for name, value in ranked.items():
        auc, correlation = _figures(cases, value)
        theirs = [_figures([cases[place] for place in sample], value) for sample in samples]
        low, high = np.quantile([one[0] - other[0] for one, other in zip(ours, theirs, strict=True)], (0.025, 0.975))
        print(f"{name}: AUC {auc:.3f}, Spearman {correlation:.3f}; score's AUC is better by {low:.3f}..{high:.3f}")


def _figures(cases: Sequence[Case], value: Callable[[Case], float]) -> tuple[float, float]:
    areas, correlations = [], []
    for clone in {case.clone for case in cases}:
        own = [case for case in cases if case.clone == clone]
        outcomes = [len(case.outcome) for case in own]
        if 0 < sum(map(bool, outcomes)) < len(own):
            values = [value(case) for case in own]
            areas.append(roc_auc_score([count > 0 for count in outcomes], values))
            correlations.append(spearmanr(values, outcomes)[0])
    return float(np.mean(areas)), float(np.mean(correlations))


def tell_levels(cases: Sequence[Case]) -> None:
    """Print how many changes have each level and how many of these later fixes reached, beside the mean score."""
    for level in RiskLevel:
        own = [case for case in cases if impact_level(case.scores[True]) is level]
        if own:
            print(
                f"{level.value}: {len(own) / len(cases):.3f} of changes; mean score "
                f"{np.mean([case.scores[True] for case in own]):.3f}, reached "
                f"{np.mean([bool(case.outcome) for case in own]):.3f}"
            )


def tell_affected(cases: Sequence[Case]) -> None:
    """Print how often later fixes reached what was named, beside popularity and the import graph alone."""
    reached = [case for case in cases if case.outcome]
    named: dict[str, Callable[[Case], Sequence[str]]] = {
        "affected": lambda case: list(case.strengths),
        "changed most": lambda case: case.popular,
        "import graph": lambda case: case.importing,
    }
    rng = random.Random(0)  # noqa: S311 - resampling
    samples = [rng.choices(range(len(reached)), k=len(reached)) for _ in range(SAMPLES)]
    hits = {
        name: np.array(
            [[not case.outcome.isdisjoint(named_here(case)[:most]) for most in (1, 3, 5)] for case in reached],
            dtype=float,
        )
        for name, named_here in named.items()
    }
    for name, found in hits.items():
        differences = [(hits["affected"][sample] - found[sample]).mean(axis=0) for sample in samples]
        low, high = np.quantile(differences, (0.025, 0.975), axis=0)
        print(
            f"{name}: of {len(reached)} changes, reached among the first 1, 3, 5: "
            + ", ".join(
                f"{rate:.3f} ({least:+.3f}..{most:+.3f})"
                for rate, least, most in zip(found.mean(axis=0), low, high, strict=True)
            )
        )
    for low, high in ((0.1, 0.2), (0.2, 0.3), (0.3, 0.5), (0.5, 0.7), (0.7, 1.01)):
        named_so = [
            name in case.outcome
            for case in cases
            for name, strength in list(case.strengths.items())[:MOST_AFFECTED]
            if low <= strength < high and strength >= LEAST_STRENGTH
        ]
        rate = np.mean(named_so or [False])
        print(f"strength {low:.1f}..{min(high, 1.0):.1f}: {len(named_so)} named, {rate:.3f} reached")


def fit(cases: Sequence[Case]) -> None:
    """Print the constants of each context, and the scores that the top 5 % and 20 % reach."""
    scores = []
    for known in (True, False):
        for rich in (True, False):
            own = [case for case in cases if case.rich is rich]
            rows = np.array([case.terms[known] for case in own])
            if not known:
                rows[:, TERMS.index("reach")] = 0.0
            model = LogisticRegression(C=10.0, max_iter=1_000).fit(rows, [bool(case.outcome) for case in own])
            weights = ", ".join(f"{weight:.2f}" for weight in (model.intercept_[0], *model.coef_[0]))
            print(f"graph known {known}, history rich {rich}: {len(own)} changes; {weights}")
            if known:
                scores += list(model.predict_proba(rows)[:, 1])
    high, medium = np.quantile(scores, (0.95, 0.80))
    print(f"HIGH from {high:.3f}, MEDIUM from {medium:.3f}")


if __name__ == "__main__":
    main()
