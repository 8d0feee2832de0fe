"""Assessment to text for a person: the verdict first, then why, then where to look, and little else."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from hyperion_hook.domain.assessment import Assessment, RiskLevel, Score, Unknown
from hyperion_hook.domain.change import Change, ChangeKind, is_no_code
from hyperion_hook.domain.phrases import counted, percent, rank
from hyperion_hook.domain.remedies import INDEX, REBUILD, note_of
from hyperion_hook.report.safe_text import printable
from hyperion_hook.report.text_width import ended, padded, width_of, with_short_paths, wrapped
from hyperion_hook.report.wording import (
    ADVICE,
    REVIEWERS,
    SIMILAR,
    WOULD_BREAK,
    breaks_in_words,
    broken_lines,
    comparison,
    folder_name,
    is_empty,
    judged_line,
    likely_fixes,
    nothing_to_assess,
    placed,
    purpose_of,
    reading_list,
    unusual_lines,
    verdict,
)

LEAST_WIDTH, PLAIN_WIDTH, MOST_WIDTH = 40, 80, 120
MOST_UNUSUAL = 4
MOST_NEIGHBOURS = 3
_LEAST_SHOWN = 0.0005
"""Log-odds that are no zero when they are written."""
_COLOURS = {RiskLevel.UNKNOWN: "1;35", RiskLevel.HIGH: "1;31", RiskLevel.MEDIUM: "1;33", RiskLevel.LOW: "1;32"}
_HEADING, _FAINT, _RAISES, _LOWERS = "1", "2", "31", "32"


def render_text(assessment: Assessment, *, width: int | None, colour: bool, full: bool = False) -> str:
    """Return an assessment in words: lines of printable characters, and colours where asked for, each with a line feed.

    ``width`` is that of a terminal to stay within; under 40 columns counts as 40, over 120 as 120. ``None`` where there
    is none: text is set in 80 columns, and what is longer and has no spaces is left whole. A ``full`` report says what
    every feature adds to the score, and why each missing one is missing.
    """
    return "".join(line + "\n" for line in _Page(width, colour).lines(assessment, full=full))


def render_short(assessment: Assessment, *, width: int | None, colour: bool, lines: int) -> str:
    """Return the most important of an assessment in at most so many lines: one, or five.

    One line is followed by another for what the change would break.
    """
    page = _Page(width, colour)
    shown = page.one_line(assessment) if lines == 1 else page.few_lines(assessment)[:lines]
    # what comes by itself, with the next hooks or the next commits, needs no note
    notes = [note for note in map(note_of, assessment.warnings) if not note.kind and note.run not in (INDEX, REBUILD)]
    return "".join(line + "\n" for line in (*shown, *page.notes(notes)))


def render_text_line(assessment: Assessment, *, width: int | None, colour: bool) -> str:
    """Return an assessment as one line of a list: level, probability, percentile, revision and subject."""
    risk, change = assessment.risk, assessment.change
    percentile = "-" if risk.percentile is None else rank(risk.percentile)
    subject = (change.message or "").lstrip().partition("\n")[0]
    page = _Page(width, colour)
    level = f"{risk.level.value:6}"
    chance = "-" if risk.probability is None else percent(risk.probability)
    rest = f" {chance:>{12 - len(level)}} {percentile:>4}  {(change.revision or 'staged')[:10]}  {printable(subject)}"
    return page.paint(level, _COLOURS[risk.level]) + page.ended(level + rest)[len(level) :] + "\n"


def _more(change: Change) -> str:
    """Return the command that tells more; a hook speaks of what is staged just before that becomes the last commit."""
    end = (change.revision or "")[:10]
    what = {
        ChangeKind.STAGED: "HEAD",
        ChangeKind.WORKTREE: "--worktree",
        ChangeKind.PATCH: "-",
        ChangeKind.COMMIT: end,
        ChangeKind.RANGE: f"{(change.base or '')[:10]}..{end}",
    }[change.kind]
    when = ", once committed" if change.kind is ChangeKind.STAGED else ""
    return f"more{when}: hyperion-hook score {what}"


class _Page:
    """A width and whether there is colour; knows how to set text in it. Without a terminal nothing is cut."""

    def __init__(self, columns: int | None, colour: bool) -> None:
        self.width = PLAIN_WIDTH if columns is None else min(max(columns, LEAST_WIDTH), MOST_WIDTH)
        self._cuts = columns is not None
        self._colour = colour

    def ended(self, text: str) -> str:
        return ended(text, self.width) if self._cuts else text

    def fits(self, text: str) -> bool:
        return not self._cuts or width_of(text) <= self.width

    def paint(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self._colour else text

    def lines(self, assessment: Assessment, *, full: bool) -> Iterator[str]:
        if is_empty(assessment.change):
            yield from self._wrapped(nothing_to_assess(assessment.change))
            yield from self.notes(assessment.warnings)
            return
        yield from self._verdict(assessment)
        yield from self._table(WOULD_BREAK, breaks_in_words(assessment.breaks))
        if not is_no_code(assessment.change) or full:
            yield from self._details(assessment)
        if full:
            yield from self._all_contributions(assessment)
        # one line of a hook is spared the import
        from hyperion_hook.report.notes import notes_of

        missing, warnings = notes_of(assessment)
        model = assessment.model
        trained = f"Model {model.name} {model.version}, trained on {model.trained_on}." if full else ""
        notes = [note for note in (missing, trained) if note]
        if notes or warnings:
            yield ""
        for note in notes:
            yield from (self.paint(line, _FAINT) for line in self._wrapped(note))
        yield from self.notes(warnings)

    def one_line(self, assessment: Assessment) -> list[str]:
        """Return the verdict, and on a line of its own what the change would break."""
        level, share = assessment.risk.level.value, assessment.risk.share_of_level
        more = f"; {_more(assessment.change)}"
        if isinstance(assessment.risk, Unknown):
            words, more = " ".join(self._verdict_of(assessment)), ""
        elif is_no_code(assessment.change):
            words, more = f"{level}. Not a code change", ""
        elif assessment.risk.raised:
            words = f"{level}, raised from {RiskLevel.LOW.value}"
        elif share is None:
            words = f"{level}, judged by other projects"
        else:
            words = f"{level}, as {percent(share)} of recent changes are"
        shown = printable("; ".join(filter(None, (words, purpose_of(assessment.change)))))
        # where there is no room for both, the verdict is the news
        shown = self.ended(f"{shown}{more}" if self.fits(f"{shown}{more}") else shown)
        broken = [self._in_a_line(line) for line in self._broken(assessment)]
        return [self._with_level(assessment, shown), *broken]

    def few_lines(self, assessment: Assessment) -> list[str]:
        """Return the verdict, its place, why, what to read first, and what to do."""
        from hyperion_hook.report.reasons import factor, reasons, size_line

        raising = [
            f"{entry.sentence} ({factor(entry.contribution)})"
            for entry in reasons(assessment.explanation)
            if entry.contribution > 0
        ]
        size = size_line(assessment.explanation)
        whys = (f"{size}; {raising[0]}" if size and raising else "", size, *raising)
        first = [f"Read first: {entry.path} ({entry.reason})" for entry in assessment.files_to_read[:1]]
        compared = [comparison(assessment.risk)] if isinstance(assessment.risk, Score) else []
        more = _more(assessment.change)
        texts = [
            " ".join(self._verdict_of(assessment)),
            *(self._broken(assessment) or compared),
            next((why for why in whys if why and self.fits(printable(why))), size),
            *first,
            assessment.advice[0].action if assessment.advice else f"{more[:1].upper()}{more[1:]}",
        ]
        lines = [self._in_a_line(text) for text in texts if text]
        return [self._with_level(assessment, lines[0]), *lines[1:]]

    def _with_level(self, assessment: Assessment, line: str) -> str:
        """Return a line with the level it begins with in its colour."""
        level = assessment.risk.level
        return self.paint(level.value, _COLOURS[level]) + line[len(level.value) :]

    def _broken(self, assessment: Assessment) -> list[str]:
        whole = broken_lines(assessment.breaks)
        return whole if all(map(self.fits, whole)) else broken_lines(assessment.breaks, short=True)

    def _verdict_of(self, assessment: Assessment) -> tuple[str, str]:
        return verdict(assessment.risk, assessment.record, no_code=is_no_code(assessment.change))

    def _verdict(self, assessment: Assessment) -> Iterator[str]:
        head, rest = self._verdict_of(assessment)
        poor = assessment.record is not None and assessment.record.is_poor
        code = _FAINT if poor else _COLOURS[assessment.risk.level]
        for position, line in enumerate(self._wrapped(f"{head} {rest}")):
            yield self.paint(head, code) + line[len(head) :] if position == 0 else line
        below = placed(assessment.risk, assessment.record, no_code=is_no_code(assessment.change))
        yield from (line for text in (*below, judged_line(assessment.change)) for line in self._wrapped(text))

    def _details(self, assessment: Assessment) -> Iterator[str]:
        impact, bugs = assessment.impact, assessment.bugs
        missing, affected = (impact.missing_co_changes, impact.affected) if impact else ((), ())
        yield from self._why(assessment)
        yield from self._table("Read first", reading_list(assessment))
        yield from self._table(
            ADVICE, [(entry.action, f"{entry.effect}; {entry.evidence}") for entry in assessment.advice or ()]
        )
        if missing:
            from hyperion_hook.domain.co_change import rule_in_words

            rules = [(e.path, rule_in_words(e.support, e.commits, e.beside)) for e in missing[:MOST_NEIGHBOURS]]
            yield from self._table("Usually changed with these, but not here", rules)
        folders = [(folder_name(entry.component), entry.reason) for entry in affected[:MOST_NEIGHBOURS]]
        yield from self._table("May affect", folders)
        yield from self._table(REVIEWERS, [(entry.name, entry.reason) for entry in assessment.reviewers or ()])
        yield from self._table(
            SIMILAR, [(f"{entry.commit[:10]} {entry.subject}", entry.outcome) for entry in assessment.similar or ()]
        )
        fixes = [(entry.path, percent(entry.probability)) for entry in likely_fixes(bugs)]
        yield from self._table("Likely to need a fix within 30 days", fixes, bugs.by if bugs else "")
        yield from self._unusual(assessment)

    def _why(self, assessment: Assessment) -> Iterator[str]:
        from hyperion_hook.report.reasons import factor, own_line, reasons, size_line, why_heading

        size, shown = size_line(assessment.explanation), reasons(assessment.explanation)
        if not size:
            return
        heading = why_heading(shown)
        yield from self._heading(heading if self.fits(heading) else "Why")
        yield from self._block(size)
        for entry in shown:
            sign, code = ("+", _RAISES) if entry.contribution > 0 else ("-", _LOWERS)
            text = f"{entry.sentence}  ({factor(entry.contribution)})"
            yield from self._block(text, 4, first=f"  {self.paint(sign, code)} ")
        yield from self._block(own_line(assessment.risk, assessment.explanation, shown))

    def _all_contributions(self, assessment: Assessment) -> Iterator[str]:
        if assessment.base_log_odds is not None:
            yield from self._heading("What adds up to the score, in log-odds")
            rows = [
                (assessment.base_log_odds, "the repository's typical change"),
                *((entry.contribution, entry.sentence) for entry in assessment.explanation),
            ]
            shown = [row for row in rows if abs(row[0]) >= _LEAST_SHOWN]
            if few := [amount for amount, _ in rows if abs(amount) < _LEAST_SHOWN]:
                shown.append((math.fsum(few), f"{counted(len(few), 'reason')} of next to nothing"))
            for amount, text in (*shown, (assessment.risk.log_odds or 0.0, "this change")):
                yield self.ended(f"  {round(amount, 3) + 0.0:+8.3f}  {printable(text)}")
        missing: dict[str, list[str]] = {}
        for name, reason in assessment.features.missing.items():
            missing.setdefault(reason, []).append(name)
        if missing:
            yield from self._heading(f"Not known: {counted(len(assessment.features.missing), 'value')}")
            for reason, names in sorted(missing.items()):
                yield from self._block(f"{reason}: {', '.join(names)}")

    def _table(self, heading: str, rows: Iterable[tuple[str, str]], by: str = "") -> Iterator[str]:
        """Set names and what is said of them: in two columns where they fit, else one below the other."""
        entries = [(printable(what), printable(about)) for what, about in rows]
        if not entries:
            return
        yield from self._heading(heading)
        if by:
            yield from self._block(by)
        longest, about_width = (max(map(width_of, column)) for column in zip(*entries, strict=True))
        if longest + about_width + 4 <= self.width:
            yield from (f"  {padded(what, longest)}  {self.paint(about, _FAINT)}" for what, about in entries)
            return
        for what, about in entries:
            name = what.lstrip(" ")
            indent = 2 + len(what) - len(name)
            yield from self._block(name, indent)
            yield from (f"{' ' * indent}  {self.paint(line, _FAINT)}" for line in self._wrapped(about, indent + 2))

    def _heading(self, text: str) -> tuple[str, str]:
        return "", self.paint(text, _HEADING)

    def _block(self, text: str, indent: int = 2, first: str = "") -> Iterator[str]:
        """Set text at an indent, the first line behind what takes the place of its indent."""
        for line in self._wrapped(text, indent):
            yield (first or " " * indent) + line
            first = ""

    def _wrapped(self, text: str, indent: int = 0) -> list[str]:
        width, shown = self.width - indent, printable(text)
        return wrapped(with_short_paths(shown, width) if self._cuts else shown, width, whole=not self._cuts)

    def _in_a_line(self, text: str) -> str:
        shown = printable(text)
        return ended(with_short_paths(shown, self.width // 2), self.width) if self._cuts else shown

    def _unusual(self, assessment: Assessment) -> Iterator[str]:
        lines = unusual_lines(assessment)
        if lines:
            yield from self._heading("Unusual here")
        for text in lines[:MOST_UNUSUAL]:
            yield from self._block(text, 4, first="  ")
        if len(lines) > MOST_UNUSUAL:
            yield f"  and {len(lines) - MOST_UNUSUAL} more"

    def notes(self, warnings: Iterable[str]) -> Iterator[str]:
        for warning in warnings:
            yield from self._wrapped(f"Note: {warning}")
