"""What is not known about a change, and warnings: each with what to run, which is said once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from hyperion_hook.domain.assessment import Assessment, Unknown
from hyperion_hook.domain.vector import FeatureVector
from hyperion_hook.report.wording import counted

_REMEDIES = (
    ("s was used up", "raise the setting 'deadline'"),
    ("set user.name and user.email", "set user.name and user.email"),
)
_TEXTS = frozenset(text for _, text in _REMEDIES)


def missing_line(features: FeatureVector, told: Collection[str] = ()) -> str:
    """Return how many values are not known and what a person can do about it, '' where that is nothing.

    What was ``told`` to run is not told again.

    Examples
    --------
    >>> from hyperion_hook.domain.vector import Missing
    >>> late = Missing("lines of earlier commits are not counted yet; run: hyperion-hook index")
    >>> missing_line(FeatureVector({"la": 1.0, "file_volatility": late, "discussion_count": Missing("no code host")}))
    '1 value is not known; to have it, run: hyperion-hook index.'
    """
    remedies = Counter(
        remedy
        for reason in features.missing.values()
        if (remedy := next((text for mark, text in _REMEDIES if mark in reason), reason.partition("; run: ")[2]))
    )
    lines = []
    for remedy, count in remedies.most_common():
        if remedy in {"", *told}:
            continue
        are, them = ("is", "it") if count == 1 else ("are", "them")
        how = remedy if remedy in _TEXTS else f"run: {remedy}"
        lines.append(f"{counted(count, 'value')} {are} not known; to have {them}, {how}.")
    return " ".join(lines)


def notes_of(assessment: Assessment) -> tuple[str, list[str]]:
    """Return what is not known ('' for nothing) and the warnings, each remedy told once, by the first that names it.

    Without a score nothing is said to be not known: the verdict says it.
    """
    risk, warnings = assessment.risk, []
    told = {risk.remedy} if isinstance(risk, Unknown) else set()
    for warning in assessment.warnings:
        remedy = warning.partition("; run: ")[2]
        if not remedy or remedy not in told:
            warnings.append(warning)
            told.add(remedy)
    return "" if isinstance(risk, Unknown) else missing_line(assessment.features, told), warnings
