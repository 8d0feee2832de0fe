"""Assessment to text for a person: the verdict first, then why, then where to look, and little else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hyperion_hook.domain.assessment import Assessment, Contribution, Impact, RiskLevel
from hyperion_hook.domain.co_change import rule_in_words
from hyperion_hook.report.cells import clipped, padded, width_of, wrapped
from hyperion_hook.report.facts import (
    ADVICE,
    REVIEWERS,
    SIMILAR,
    WOULD_BREAK,
    breaks_in_words,
    change_line,
    comparison,
    factor,
    is_empty,
    likely_fixes,
    missing_of,
    number,
    percent,
    rank,
    reading_list,
    reasons,
    verdict,
)
from hyperion_hook.report.safe_text import printable

LEAST_WIDTH, MOST_WIDTH = 40, 120
MOST_UNUSUAL = 4
MOST_NEIGHBOURS = 3
_COLOURS = {RiskLevel.UNKNOWN: "1;35", RiskLevel.HIGH: "1;31", RiskLevel.MEDIUM: "1;33", RiskLevel.LOW: "1;32"}
_HEADING, _FAINT, _RAISES, _LOWERS = "1", "2", "31", "32"


def render_text(assessment: Assessment, *, width: int, colour: bool) -> str:
    """Return an assessment in words.

    Parameters
    ----------
    assessment
        What is told.
    width
        Columns to stay within; under 40 counts as 40, over 120 as 120.
    colour
        Whether to use the terminal's colours.

    Returns
    -------
    str
        Lines, each ended by a line feed; nothing in them but printable characters, and colours where asked for.
    """
    page = _Page(min(max(width, LEAST_WIDTH), MOST_WIDTH), colour)
    return "".join(line + "\n" for line in page.lines(assessment))


def render_text_line(assessment: Assessment, *, width: int, colour: bool) -> str:
    """Return an assessment as one line of a list: level, probability, percentile, revision and subject."""
    risk, change = assessment.risk, assessment.change
    place = "-" if risk.percentile is None else rank(risk.percentile)
    subject = (change.message or "").lstrip().partition("\n")[0]
    page = _Page(min(max(width, LEAST_WIDTH), MOST_WIDTH), colour)
    level = f"{risk.level.value:6}"
    chance = "-" if risk.probability is None else percent(risk.probability)
    rest = f" {chance:>{12 - len(level)}} {place:>4}  {(change.revision or 'staged')[:10]}  {printable(subject)}"
    return page.paint(level, _COLOURS[risk.level]) + clipped(rest, page.width - len(level)) + "\n"


class _Page:
    """A width and whether there is colour; knows how to set text in it."""

    def __init__(self, width: int, colour: bool) -> None:
        self.width = width
        self._colour = colour

    def paint(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self._colour else text

    def lines(self, assessment: Assessment) -> Iterator[str]:
        if is_empty(assessment.change):
            yield from wrapped(change_line(assessment.change) + ": there is nothing to assess.", self.width)
            yield from self._notes(assessment.warnings)
            return
        yield from self._verdict(assessment)
        yield from self._told(WOULD_BREAK, breaks_in_words(assessment.breaks))
        yield from self._why(reasons(assessment.explanation))
        yield from self._files(assessment)
        yield from self._told(ADVICE, [(entry.action, f"{entry.effect}; {entry.evidence}")
                                       for entry in assessment.advice or ()])
        if assessment.impact is not None:
            yield from self._impact(assessment.impact)
        yield from self._told(REVIEWERS, [(entry.name, entry.reason) for entry in assessment.reviewers or ()])
        yield from self._told(SIMILAR, [(f"{entry.commit[:10]} {entry.subject}", entry.outcome)
                                        for entry in assessment.similar or ()])
        yield from self._forecasts(assessment)
        yield from self._unusual(assessment)
        yield ""
        missing = missing_of(assessment)
        model = assessment.model
        notes = [missing] if missing else []
        notes.append(f"Model {model.name} {model.version}, trained on {model.trained_on}.")
        for note in notes:
            yield from (self.paint(line, _FAINT) for line in wrapped(printable(note), self.width))
        yield from self._notes(assessment.warnings)

    def _verdict(self, assessment: Assessment) -> Iterator[str]:
        head, rest = verdict(assessment.risk)
        for position, line in enumerate(wrapped(f"{head} {rest}", self.width)):
            yield self.paint(head, _COLOURS[assessment.risk.level]) + line[len(head):] if position == 0 else line
        yield from wrapped(comparison(assessment.risk), self.width)
        yield from wrapped(change_line(assessment.change), self.width)

    def _why(self, told: Iterable[Contribution]) -> Iterator[str]:
        entries = list(told)
        if not entries:
            return
        yield ""
        yield self.paint("Why", _HEADING)
        for entry in entries:
            sign, code = ("+", _RAISES) if entry.contribution > 0 else ("-", _LOWERS)
            tail = f"  ({factor(entry.contribution)})"
            for position, line in enumerate(wrapped(printable(entry.sentence) + tail, self.width - 4)):
                yield f"  {self.paint(sign, code)} {line}" if position == 0 else f"    {line}"

    def _files(self, assessment: Assessment) -> Iterator[str]:
        yield from self._told("Read first", reading_list(assessment))

    def _impact(self, impact: Impact) -> Iterator[str]:
        missing = impact.missing_co_changes[:MOST_NEIGHBOURS]
        rows = [(entry.path, rule_in_words(entry.support, entry.commits, entry.beside)) for entry in missing]
        yield from self._told("Usually changed with these, but not here", rows)
        affected = impact.affected[:MOST_NEIGHBOURS]
        yield from self._told("May affect", [(entry.component, entry.reason) for entry in affected])

    def _told(self, heading: str, said: Iterable[tuple[str, str]]) -> Iterator[str]:
        """Set what is told beside what is said of it: in two columns where they fit, else one below the other."""
        entries = [(printable(what), printable(about)) for what, about in said]
        if not entries:
            return
        yield ""
        yield self.paint(heading, _HEADING)
        longest = max(width_of(path) for path, _ in entries)
        reason_width = max(width_of(reason) for _, reason in entries)
        if longest + reason_width + 4 <= self.width:
            yield from (f"  {padded(path, longest)}  {self.paint(reason, _FAINT)}" for path, reason in entries)
            return
        for path, reason in entries:
            # a path or a subject is clipped, what is to be done is told to its end
            whole = heading in (ADVICE, WOULD_BREAK)
            yield from (f"  {line}" for line in (wrapped(path, self.width - 2) if whole else
                                                 [clipped(path, self.width - 2)]))
            yield from (f"    {self.paint(line, _FAINT)}" for line in wrapped(reason, self.width - 4))

    def _forecasts(self, assessment: Assessment) -> Iterator[str]:
        entries = likely_fixes(assessment.bugs)
        if not entries:
            return
        yield ""
        yield self.paint("Likely to need a fix within 30 days", _HEADING)
        paths = [clipped(printable(entry.path), self.width - 12) for entry in entries]
        longest = max(map(width_of, paths))
        yield from (
            f"  {padded(path, longest)}  {self.paint(percent(entry.probability), _FAINT)}"
            for path, entry in zip(paths, entries, strict=True)
        )

    def _unusual(self, assessment: Assessment) -> Iterator[str]:
        anomaly = assessment.anomaly
        if anomaly is None or not (anomaly.is_anomaly or anomaly.unusual):
            return
        yield ""
        yield self.paint("Unusual as a whole" if anomaly.is_anomaly else "Unusual here", _HEADING)
        shown = anomaly.unusual[:MOST_UNUSUAL]
        for entry in shown:
            text = f"{printable(entry.title)}: {number(entry.value)} (typical {number(entry.typical)})"
            for position, line in enumerate(wrapped(text, self.width - 4)):
                yield ("  " if position == 0 else "    ") + line
        if len(anomaly.unusual) > len(shown):
            yield f"  and {len(anomaly.unusual) - len(shown)} more"

    def _notes(self, warnings: Iterable[str]) -> Iterator[str]:
        for warning in warnings:
            yield from wrapped(f"Note: {printable(warning)}", self.width)
