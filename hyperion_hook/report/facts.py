"""What every report for people says, in the same words: verdict, comparison, reasons, numbers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from hyperion_hook.domain.assessment import Assessment, BugForecast, Contribution, FileForecast, Score, Unknown
from hyperion_hook.domain.breaks import Break
from hyperion_hook.domain.change import Change, ChangeKind
from hyperion_hook.domain.commit import Author
from hyperion_hook.domain.history import CommitFlag
from hyperion_hook.domain.message.classify import classify_message
from hyperion_hook.domain.vector import FeatureVector
from hyperion_hook.features.catalogue import CATALOGUE

WOULD_BREAK = "Would break"
MOST_BREAKS = 5
"""Breaks that a report for people tells; JSON and SARIF have them all."""
ADVICE, REVIEWERS, SIMILAR = "How to lower the risk", "Who knows this code", "Similar changes"
MOST_REASONS = 3
TELLING = 0.05
"""Log-odds that a reason must move to speak for its group."""
MOST_FORECASTS = 3
LIKELY = 0.3
"""Forecasts below are no news: in busy projects a fix comes to one touched file in five within a month."""
_GROUPS = {feature.name: feature.group.value for feature in CATALOGUE}


def verdict(risk: Score | Unknown) -> tuple[str, str]:
    """Return the level and the rest of the sentence.

    Examples
    --------
    >>> from hyperion_hook.domain.assessment import RiskLevel
    >>> " ".join(verdict(Score(0.312, -0.79, RiskLevel.HIGH, 97.2)))
    'HIGH risk: riskier than 97% of recent changes here.'
    >>> " ".join(verdict(Score(0.012, -4.4, RiskLevel.MEDIUM, 12.0, raised=True)))
    'MEDIUM risk: raised from LOW, because it would break what is named below.'
    >>> " ".join(verdict(Score(0.312, -0.79, RiskLevel.HIGH, None)))
    'HIGH risk: 31% likely to introduce a bug.'
    """
    if isinstance(risk, Unknown):
        return f"{risk.level.value} risk:", risk.sentence
    if risk.raised:
        return f"{risk.level.value} risk:", "raised from LOW, because it would break what is named below."
    if risk.percentile is None:
        return f"{risk.level.value} risk:", f"{percent(risk.probability)} likely to introduce a bug."
    return f"{risk.level.value} risk:", f"riskier than {rank(risk.percentile)} of recent changes here."


def comparison(risk: Score | Unknown) -> str:
    """Return what stands below the verdict: the probability, or why nothing is compared; '' without a score."""
    if isinstance(risk, Unknown):
        return ""
    if risk.percentile is None:
        return "Not compared with this repository's other changes."
    return f"{percent(risk.probability)} likely to introduce a bug, judging by the projects the model learnt from."


def rank(percentile: float) -> str:
    """Return a percentile that never claims all or none of the changes unless it is so.

    Examples
    --------
    >>> rank(99.7), rank(0.2), rank(100.0), rank(42.4)
    ('over 99%', 'under 1%', '100%', '42%')
    """
    return f"{percentile:.0f}%" if percentile in {0.0, 100.0} else percent(percentile / 100)


def percent(share: float) -> str:
    """Return a probability or share in whole percent, open at both ends.

    Examples
    --------
    >>> percent(0.304), percent(0.0004), percent(0.9996)
    ('30%', 'under 1%', 'over 99%')
    """
    if share < 0.01:
        return "under 1%"
    if share > 0.99:
        return "over 99%"
    return f"{100 * share:.0f}%"


def change_line(change: Change) -> str:
    """Return what is judged in one phrase.

    Examples
    --------
    >>> change_line(Change(ChangeKind.COMMIT, (), None, 0, 0, revision="1234567890abcdef"))
    'Commit 1234567890: no files changed'
    """
    what = {
        ChangeKind.STAGED: "Staged change",
        ChangeKind.COMMIT: f"Commit {(change.revision or '')[:10]}",
        ChangeKind.RANGE: f"Range {(change.base or 'root')[:10]}..{(change.revision or '')[:10]}",
    }[change.kind]
    if change.kind is ChangeKind.RANGE and change.commit_count:
        what += f" of {counted(change.commit_count, 'commit')}"
    if change.unreadable:
        return f"{what}: its files cannot be told"
    if not change.files and change.excluded:
        return f"{what}: every changed file is excluded"
    if not change.files:
        return f"{what}: no files changed" if change.kind is not ChangeKind.STAGED else "Nothing is staged"
    lines = f"+{change.lines_added:,} -{change.lines_deleted:,} lines"
    return f"{what}: {counted(len(change.files), 'file')}, {lines}{_purpose(change)}"


def is_empty(change: Change) -> bool:
    """Whether there is nothing to assess, which is another thing than files that cannot be told."""
    return not change.files and not change.unreadable


def _purpose(change: Change) -> str:
    """Return what the message of a staged change says that it does; others can see what git will record."""
    if change.kind is not ChangeKind.STAGED or change.message is None:
        return ""
    flags = classify_message(change.message, change.author or Author("", ""))
    if CommitFlag.REVERT in flags:
        return "; by its message it reverts a commit"
    return "; by its message it fixes a bug" if CommitFlag.FIX in flags else ""


def reasons(explanation: Iterable[Contribution], most: int = MOST_REASONS) -> list[Contribution]:
    """Return the contributions worth telling, largest first: none that hardly moves the odds.

    The strongest of each group comes before the second of another: lines, tokens and different tokens added are three
    ways to say that much is added, and would hide who adds it and where.
    """
    ordered = sorted(explanation, key=_by_size)
    leading: dict[str, Contribution] = {}
    for entry in ordered:
        if abs(entry.contribution) >= TELLING:
            leading.setdefault(_GROUPS.get(entry.feature, entry.feature), entry)
    chosen = list(leading.values())[:most]
    rest = [entry for entry in ordered if abs(entry.contribution) >= 0.01 and entry not in chosen]
    return sorted([*chosen, *rest[: most - len(chosen)]], key=_by_size)


def breaks_in_words(breaks: Sequence[Break]) -> list[tuple[str, str]]:
    """Return sentence and evidence of the first breaks, and how many are left out."""
    rows = [(f"{'' if entry.is_certain else 'Likely: '}{entry.sentence}", entry.evidence)
            for entry in breaks[:MOST_BREAKS]]
    left = len(breaks) - MOST_BREAKS
    return [*rows, *([(f"and {left} more", "all are in --format json")] if left > 0 else [])]


def reading_list(assessment: Assessment) -> list[tuple[str, str]]:
    """Return what to read first: each file with its reason, and below it its touched functions."""
    return [
        row for entry in assessment.files_to_read for row in [
            (entry.path, entry.reason), *((f"  {function.name}, line {function.line}", function.reason)
                                          for function in entry.functions)]
    ]


def likely_fixes(bugs: BugForecast | None) -> tuple[FileForecast, ...]:
    """Return the touched files that are likely to need a fix within thirty days, at most three, the likeliest first."""
    if bugs is None:
        return ()
    return tuple(entry for entry in bugs.files[:MOST_FORECASTS] if entry.probability >= LIKELY)


def _by_size(entry: Contribution) -> tuple[float, str]:
    return -abs(entry.contribution), entry.feature


def factor(contribution: float) -> str:
    """Return what a contribution to the log-odds does to the odds.

    Examples
    --------
    >>> factor(math.log(1.8)), factor(-math.log(2)), factor(9.0)
    ('odds x1.8', 'odds x0.50', 'odds x8,103')
    """
    value = math.exp(min(contribution, 50.0))
    if value < 0.01:
        return f"odds x{value:.1g}"
    text = f"{value:.2f}" if value < 0.995 else f"{value:.1f}" if value < 99.5 else f"{value:,.0f}"
    return f"odds x{text}"


def missing_line(features: FeatureVector) -> str:
    """Return how many features have no value and the commonest reasons, '' when none is missing.

    Examples
    --------
    >>> from hyperion_hook.domain.vector import Missing
    >>> missing_line(FeatureVector({"la": 1.0, "age": Missing("no history"), "nuc": Missing("no history")}))
    '2 of 3 features are missing: no history (2).'
    """
    missing = features.missing
    if not missing:
        return ""
    counts: dict[str, int] = {}
    for reason in missing.values():
        counts[reason] = counts.get(reason, 0) + 1
    ordered = sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))
    told = "; ".join(f"{reason} ({count})" for reason, count in ordered[:3])
    more = f"; {counted(len(ordered) - 3, 'other reason')}" if len(ordered) > 3 else ""
    verb = "is" if len(missing) == 1 else "are"
    return f"{len(missing)} of {counted(len(features), 'feature')} {verb} missing: {told}{more}."


def missing_of(assessment: Assessment) -> str:
    """Return ``missing_line`` of an assessment; '' without a score, whose verdict says what is missing."""
    return "" if isinstance(assessment.risk, Unknown) else missing_line(assessment.features)


def number(value: float) -> str:
    """Return a value with three significant digits, whole numbers in full.

    Examples
    --------
    >>> number(1234567.0), number(0.12345), number(12.345), number(3.0)
    ('1,234,567', '0.123', '12.3', '3')
    """
    if math.isfinite(value) and value == int(value):
        return f"{int(value):,}"
    # what rounds to a thousand would be written 1e+03
    return f"{value:,.0f}" if abs(value) >= 999.5 else f"{value:.3g}"


def counted(count: int, noun: str) -> str:
    """Return a count with its noun.

    Examples
    --------
    >>> counted(1, "file"), counted(1200, "file")
    ('1 file', '1,200 files')
    """
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
