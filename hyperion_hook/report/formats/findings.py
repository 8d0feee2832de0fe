"""Assessment to findings: what an alert can be raised for, each with a rule, a place in the change and a sentence.

Reports that put alerts beside lines (SARIF, GitLab code quality, annotations) all show these. A change of LOW risk has
no findings: whoever is told of everything reads nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import sha256

from hyperion_hook.domain.assessment import Assessment, RiskLevel
from hyperion_hook.domain.breaks import Break, BreakKind
from hyperion_hook.domain.change import Change, FileChange, FileStatus
from hyperion_hook.domain.co_change import rule_in_words
from hyperion_hook.domain.light_dataclasses import dataclass
from hyperion_hook.domain.phrases import percent
from hyperion_hook.report.reasons import SIZE, TELLING, factor, reasons, size_line
from hyperion_hook.report.wording import is_empty, likely_fixes, placed, unusual_lines, verdict

BREAK_RULES = tuple(kind.value for kind in BreakKind)
RISK, UNUSUAL, CO_CHANGE, FORECAST = "change-risk", "unusual-change", "missing-co-change", "likely-bug-fix"
MOST_REASONS = 5


RULES = {
    RISK: (
        "The change is risky",
        (
            "Similar changes were often followed by a bug fix: the change is among the"
            " riskiest of this repository's recent ones."
        ),
    ),
    UNUSUAL: (
        "The change is unusual",
        "The change differs from what is usual in this repository, by an isolation forest over its size and its code.",
    ),
    CO_CHANGE: (
        "A file that usually changes too was left out",
        "Past changes of a touched file mostly changed another file too, which this change does not touch.",
    ),
    FORECAST: (
        "A touched file is likely to need a bug fix",
        "By its history the file is likely to need a bug fix within 30 days.",
    ),
    BreakKind.MODULE.value: (
        "A module that others import is gone",
        "The change deletes or moves a module, and files that it leaves as they are still import it.",
    ),
    BreakKind.NAME.value: (
        "A name that others use is gone",
        "The change removes or renames a definition, and code that it leaves as it is still uses it.",
    ),
    BreakKind.SIGNATURE.value: (
        "Calls do not fit a changed signature",
        "The change adds, removes or renames parameters, and calls that fitted before fit no more.",
    ),
    BreakKind.DEPENDENCY.value: (
        "A dependency is downgraded, loosened or in conflict",
        "A manifest asks for an older version, no longer pins one, or asks for versions that exclude each other.",
    ),
    BreakKind.COUNTERPART.value: (
        "A file that must change too was left out",
        "The change touches a manifest, a schema or a definition, but not what is made from it.",
    ),
    BreakKind.SAFETY.value: (
        "Safety is switched off",
        "Added lines switch off certificate checks or tests, or catch more exceptions than before.",
    ),
}
"""Title and meaning of each kind of finding that is not a feature: features are rules by their own names."""


_COUNT = re.compile(r"(?<![\w.])\d[\d,]*+(?![\w.])")
"""A number by itself; those in names and versions belong to them."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at."""

    rule: str
    """A name of ``RULES`` or of a feature."""
    level: RiskLevel
    """HIGH, MEDIUM or UNKNOWN for the risk itself; LOW for what explains or accompanies it."""
    message: str
    """One sentence; it may hold anything that a path can hold."""
    path: str | None
    line: int
    """Where to look: a file of the change as it is afterwards, and its first changed line, from 1. ``None`` where no
    file is left."""

    @property
    def fingerprint(self) -> str:
        """What stays the same while the finding is the same, however numbers and lines move; 64 hexadecimal digits."""
        about = self.message if self.rule == CO_CHANGE else ""
        if self.rule in BREAK_RULES:
            about = _COUNT.sub("", self.message)
        parts = (self.rule, self.path or "", about)
        return sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()


def findings(assessment: Assessment) -> tuple[Finding, ...]:
    """Return the findings, the risk first; none where it is LOW, the change usual and nothing breaks."""
    return tuple(_findings(assessment))


def _findings(assessment: Assessment) -> Iterator[Finding]:
    change, risk = assessment.change, assessment.risk
    first = _first_file(assessment)
    alarming = risk.level in {RiskLevel.HIGH, RiskLevel.MEDIUM}
    if is_empty(change):
        return
    if risk.level is RiskLevel.UNKNOWN:
        # silence would pass for LOW
        yield Finding(RISK, RiskLevel.UNKNOWN, " ".join(verdict(risk)), *first)
        return
    if alarming:
        verdict_of = (*verdict(risk, assessment.record), *placed(risk, assessment.record))
        yield Finding(RISK, risk.level, " ".join(verdict_of), *first)
        for size in [entry for entry in assessment.explanation if entry.group == SIZE][:1]:
            if size.contribution > TELLING:
                yield Finding(size.feature, RiskLevel.LOW, f"{size_line((size,))}.", *first)
        for entry in reasons(assessment.explanation, MOST_REASONS):
            if entry.contribution > 0:
                sentence = f"{entry.sentence[:1].upper()}{entry.sentence[1:]} ({factor(entry.contribution)})."
                yield Finding(entry.feature, RiskLevel.LOW, sentence, *first)
    anomaly = assessment.anomaly
    if anomaly is not None and anomaly.is_anomaly and anomaly.unusual:
        yield Finding(UNUSUAL, RiskLevel.LOW, f"Unusual here: {'; '.join(unusual_lines(assessment))}.", *first)
    for broken in assessment.breaks:
        yield finding_of(broken)
    if alarming:
        yield from _about_files(assessment)


def finding_of(broken: Break) -> Finding:
    """Return something that a change breaks as a finding."""
    level = RiskLevel.MEDIUM if broken.is_certain else RiskLevel.LOW
    return Finding(broken.kind.value, level, f"{broken.sentence} ({broken.evidence}).", broken.path, broken.line)


def _about_files(assessment: Assessment) -> Iterator[Finding]:
    for missed in assessment.impact.missing_co_changes if assessment.impact else ():
        rule = rule_in_words(missed.support, missed.commits, missed.beside)
        message = f"{missed.path} changed {rule}, but not here."
        yield Finding(CO_CHANGE, RiskLevel.LOW, message, *location_of(assessment, missed.beside))
    for entry in likely_fixes(assessment.bugs):
        message = f"{percent(entry.probability)} likely to need a bug fix within 30 days."
        yield Finding(FORECAST, RiskLevel.LOW, message, *location_of(assessment, entry.path))


def _first_file(assessment: Assessment) -> tuple[str | None, int]:
    """Return the place to read first; a deleted file can be read no more."""
    left = [file.path for file in assessment.change.files if file.status is not FileStatus.DELETED]
    named = [entry.path for entry in assessment.files_to_read if entry.path in left]
    first = next(iter([*named, *left]), None)
    return (None, 1) if first is None else location_of(assessment, first)


def location_of(assessment: Assessment, path: str) -> tuple[str | None, int]:
    """Return a file of the change with the first changed line of the function to read first, where one is known."""
    lines = [entry.functions[0].line for entry in assessment.files_to_read if entry.path == path and entry.functions]
    result, line = place_of(assessment.change, path)
    return (result, lines[0]) if lines and result == path else (result, line)


def place_of(change: Change, path: str) -> tuple[str | None, int]:
    """Return a file of the change as it is called afterwards, with its first changed line."""
    for file in change.files:
        if path in {file.path, file.previous_path}:
            return (None, 1) if file.status is FileStatus.DELETED else (file.path, _first_line(file))
    return path, 1


def _first_line(file: FileChange) -> int:
    hunks = file.hunks or ()
    added = [hunk.new_start for hunk in hunks if hunk.added_count]
    return max(1, min(added, default=min((hunk.new_start for hunk in hunks), default=1)))
