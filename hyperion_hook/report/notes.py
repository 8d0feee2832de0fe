"""What is not known about a change, and warnings: each with what to run, which is said once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from hyperion_hook.domain.assessment import Assessment, Unknown
from hyperion_hook.domain.change import is_no_code
from hyperion_hook.domain.phrases import counted
from hyperion_hook.domain.remedies import PERCENTILE, note_of
from hyperion_hook.domain.vector import FeatureVector
from hyperion_hook.features.catalogue import find_feature


def missing_line(features: FeatureVector, known: Collection[str] = ()) -> str:
    """Return how many values are not known and what a person can do about it, '' where that is nothing.

    What to run is left out where it is ``known``.

    Examples
    --------
    >>> from hyperion_hook.domain.remedies import Note
    >>> from hyperion_hook.domain.vector import Missing
    >>> late = Missing(Note("lines of earlier commits are not counted yet", run="hyperion-hook index"))
    >>> missing_line(FeatureVector({"la": 1.0, "file_volatility": late, "discussion_count": Missing("no code host")}))
    '1 value (volatility of the files) is not known; to have it, run: hyperion-hook index.'
    """
    remedies: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for name, reason in features.missing.items():
        note = note_of(reason)
        remedies[note.run, note.advice].append(name)
    lines = []
    for (command, advice), names in sorted(remedies.items(), key=lambda entry: -len(entry[1])):
        how = f"run: {command}" if command else advice
        if how and not (command and command in known):
            which, them = (f" ({find_feature(names[0]).title}) is", "it") if len(names) == 1 else (" are", "them")
            lines.append(f"{counted(len(names), 'value')}{which} not known; to have {them}, {how}.")
    return " ".join(lines)


def notes_of(assessment: Assessment) -> tuple[str, list[str]]:
    """Return a line on missing values ('' for none) and the warnings, each remedy once, by the first that names it.

    Without a score nothing is said to be not known, and no other remedy is named: the verdict says it.
    """
    is_unknown = isinstance(assessment.risk, Unknown)
    # of a change without code nothing is compared
    unsaid = PERCENTILE if is_no_code(assessment.change) else None
    remedies: set[str] = set()
    warnings: list[str] = []
    for warning in map(note_of, assessment.warnings):
        if warning.kind != unsaid and (not warning.run or not (is_unknown or warning.run in remedies)):
            warnings.append(warning)
            remedies.add(warning.run)
    return "" if is_unknown else missing_line(assessment.features, remedies), warnings
