"""What every report for people says, in the same words: verdict, comparison, reasons, numbers."""

from __future__ import annotations

from collections.abc import Sequence

from hyperion_hook.domain.assessment import Assessment, BugForecast, FileForecast, Record, RiskLevel, Score, Unknown
from hyperion_hook.domain.author import Author
from hyperion_hook.domain.breaks import Break
from hyperion_hook.domain.change import Change, ChangeKind, is_no_code
from hyperion_hook.domain.history import CommitFlag
from hyperion_hook.domain.message.classify import classify_message
from hyperion_hook.domain.phrases import counted, number, percent, rank

WOULD_BREAK = "Would break"
MOST_BREAKS = 5
"""Breaks that a report for people tells; JSON and SARIF have them all."""
ADVICE, REVIEWERS, SIMILAR = "What to do", "Who knows this code", "Similar changes"
MOST_FORECASTS = 3
LIKELY = 0.3
"""Forecasts below are no news: in busy projects a fix comes to one touched file in five within a month."""


def verdict(risk: Score | Unknown, record: Record | None = None, *, no_code: bool = False) -> tuple[str, str]:
    """Return the level and the rest of the sentence, which says what it means here.

    Examples
    --------
    >>> " ".join(verdict(Score(0.012, -4.4, RiskLevel.MEDIUM, 12.0, raised=True)))
    'MEDIUM, raised from LOW because it would break something.'
    >>> " ".join(verdict(Score(0.312, -0.79, RiskLevel.HIGH, 97.2), Record(RiskLevel.HIGH, 25, 11, 0.33)))
    'HIGH for this repository, where 33% of code changes are later fixed.'
    >>> " ".join(verdict(Score(0.312, -0.79, RiskLevel.HIGH, 97.2), Record(RiskLevel.HIGH, 25, 0, 0.0)))
    'HIGH for this repository.'
    >>> " ".join(verdict(Score(0.312, -0.79, RiskLevel.HIGH, None)))
    'HIGH, judged by what other projects went through.'
    >>> " ".join(verdict(Score(0.012, -4.41, RiskLevel.LOW, 2.0), no_code=True))
    'LOW. Not a code change.'
    """
    if isinstance(risk, Unknown):
        return f"{risk.level.value} risk:", risk.sentence
    level = risk.level.value
    if risk.raised:
        return f"{level},", "raised from LOW because it would break something."
    if no_code:
        return f"{level}.", "Not a code change."
    if risk.percentile is None:
        return f"{level},", "judged by what other projects went through."
    if record is None or not record.base_rate:
        return level, "for this repository."
    return level, f"for this repository, where {percent(record.base_rate)} of code changes are later fixed."


def placed(risk: Score | Unknown, record: Record | None, *, no_code: bool = False) -> list[str]:
    """Return the lines below the verdict: the rank among recent changes, and the record of its level.

    A level that something other than the score has raised is not compared as if the score had given it.

    Examples
    --------
    >>> placed(Score(0.01, -4.6, RiskLevel.MEDIUM, 12.0, raised=True), Record(RiskLevel.LOW, 200, 3, 0.09))
    ['The score alone is LOW: riskier than 12% of recent code changes.']
    """
    if isinstance(risk, Unknown) or no_code:
        return []
    compared = comparison(risk)
    measured = RiskLevel.LOW if risk.raised else risk.level if record is None else record.level
    if measured.rank < risk.level.rank:
        return [f"The score alone is {measured.value}: {compared[:1].lower()}{compared[1:]}"]
    return [compared, *filter(None, [record_line(record)])]


def comparison(risk: Score) -> str:
    """Return the place of a score among recent changes, or that it has none.

    Examples
    --------
    >>> comparison(Score(0.312, -0.79, RiskLevel.HIGH, 97.2, 84.0))
    'Riskier than 97% of recent code changes, and than 84% of those about as large.'
    >>> comparison(Score(0.012, -4.41, RiskLevel.LOW, 0.0, 0.0))
    'Riskier than none of the recent code changes, and than none of those about as large.'
    >>> comparison(Score(0.912, 2.33, RiskLevel.HIGH, 100.0, 100.0))
    'Riskier than all recent code changes, and than all of those about as large.'
    """
    if risk.percentile is None:
        return "Not compared with this repository's other changes."
    here = {0.0: "none of the", 100.0: "all"}.get(risk.percentile, f"{rank(risk.percentile)} of")
    of_size = risk.percentile_of_size
    if of_size is None:
        return f"Riskier than {here} recent code changes."
    as_large = {0.0: "none", 100.0: "all"}.get(of_size, rank(of_size))
    return f"Riskier than {here} recent code changes, and than {as_large} of those about as large."


def record_line(record: Record | None) -> str:
    """Return the record of earlier changes of the same level in words, '' where there were none.

    Examples
    --------
    >>> record_line(Record(RiskLevel.HIGH, 40, 17, 0.09))
    '17 of the last 40 HIGH changes here were later fixed (42%, against 9% of all).'
    >>> record_line(Record(RiskLevel.HIGH, 9, 0, 0.09))
    'None of the last 9 HIGH changes here was later fixed (against 9% of all).'
    >>> record_line(Record(RiskLevel.LOW, 1, 1, 0.09))
    'The last LOW change here was later fixed (against 9% of all).'
    >>> record_line(Record(RiskLevel.HIGH, 9, 0, 0.0))
    'No later fix of any recent change here is known, so the level has no record yet.'
    """
    if record is None or not record.changes:
        return ""
    if not record.base_rate:  # nobody repaired anything, or nobody says so in words that are known
        return "No later fix of any recent change here is known, so the level has no record yet."
    poor = ": in this repository the level means little" if record.is_poor else ""
    count, fixed = record.changes, record.later_fixed
    number, share = {0: ("None", ""), count: ("All", "")}.get(fixed, (f"{fixed:,}", f"{percent(fixed / count)}, "))
    what, were = f"{number} of the last {count:,} {record.level.value} changes", "was" if fixed < 2 else "were"
    if count == 1:
        what, were = f"The last {record.level.value} change", "was" if fixed else "was not"
    return f"{what} here {were} later fixed ({share}against {percent(record.base_rate)} of all){poor}."


def change_line(change: Change) -> str:
    """Return the change that is judged in one phrase.

    Examples
    --------
    >>> change_line(Change(ChangeKind.COMMIT, (), None, 0, 0, revision="1234567890abcdef"))
    'Commit 1234567890: no files changed'
    """
    end = (change.revision or "")[:10]
    commits = f"{counted(change.commit_count, 'commit')}," if change.commit_count else "Range"
    what = {
        ChangeKind.STAGED: "Staged change",
        ChangeKind.WORKTREE: "Work tree",
        ChangeKind.PATCH: "Patch",
        ChangeKind.COMMIT: f"Commit {end}",
        ChangeKind.RANGE: f"{commits} {(change.base or 'root')[:10]}..{end}",
    }[change.kind]
    if change.unreadable:
        return f"{what}: its files cannot be told"
    if not change.files:
        if change.kind is ChangeKind.STAGED and not change.excluded:
            return "Nothing is staged"
        return f"{what}: {'every changed file is excluded' if change.excluded else 'no files changed'}"
    read = sum(not file.unread for file in change.files)
    lines = f"+{change.lines_added:,} -{change.lines_deleted:,} lines"
    if not change.lines_added and not change.lines_deleted:
        lines = "no lines of text changed"
    if read < len(change.files):
        lines = f"{lines} in the {read:,} that could be read" if read else "lines not known"
    purpose = purpose_of(change)
    return f"{what}: {counted(len(change.files), 'file')}, {lines}{f'; by its message it {purpose}' if purpose else ''}"


def judged_line(change: Change) -> str:
    """Return the change that is judged, and that a message counts, too, where none is written yet."""
    unwritten = change.is_pending and change.message is None and bool(change.files) and not is_no_code(change)
    return change_line(change) + ("; its message can change the score" if unwritten else "")


def nothing_to_assess(change: Change) -> str:
    """Return the line on an empty change: with nothing staged or edited, it names others to look at instead.

    Examples
    --------
    >>> nothing_to_assess(Change(ChangeKind.COMMIT, (), None, 0, 0, revision="1234567890abcdef"))
    'Commit 1234567890: no files changed: there is nothing to assess.'
    >>> nothing_to_assess(Change(ChangeKind.WORKTREE, (), "1234567890abcdef", 0, 0))
    'Work tree: no files changed: there is nothing to assess. Instead: the last commit: score HEAD'
    """
    line = f"{change_line(change)}: there is nothing to assess."
    if change.kind not in (ChangeKind.STAGED, ChangeKind.WORKTREE) or change.excluded:
        return line
    edits = "edits that are not staged: score --worktree" if change.kind is ChangeKind.STAGED else ""
    others = "; ".join(filter(None, (edits, "the last commit: score HEAD" if change.base else "")))
    return f"{line} Instead: {others}" if others else line


def is_empty(change: Change) -> bool:
    """Whether there is nothing to assess, which is another thing than files that cannot be told."""
    return not change.files and not change.unreadable


def purpose_of(change: Change) -> str:
    """Return the purpose of a staged change by its message; of others one can see what git recorded."""
    if not change.is_pending or change.message is None:
        return ""
    flags = classify_message(change.message, change.author or Author("", ""))
    if CommitFlag.REVERT in flags:
        return "reverts a commit"
    return "fixes a bug" if CommitFlag.FIX in flags else ""


def breaks_in_words(breaks: Sequence[Break]) -> list[tuple[str, str]]:
    """Return sentence and evidence of the first breaks, and how many are left out."""
    rows = [(f"{'' if entry.is_certain else 'Likely: '}{entry.sentence}", entry.evidence) for entry in breaks]
    left = [(f"and {len(rows) - MOST_BREAKS} more", "all are in --format json")] if len(rows) > MOST_BREAKS else []
    return rows[:MOST_BREAKS] + left


def broken_lines(breaks: Sequence[Break], *, short: bool = False) -> list[str]:
    """Return the first of what the change would break in one line; where that is cut, the place comes first."""
    return [
        f"{WOULD_BREAK if entry.is_certain else 'Likely to break'}: "
        + (f"{entry.path}:{entry.line}: {entry.sentence}" if short else f"{entry.sentence} ({entry.evidence})")
        for entry in breaks[:1]
    ]


def reading_list(assessment: Assessment) -> list[tuple[str, str]]:
    """Return the files to read first with their reasons, and below each its touched functions."""
    rows = []
    for entry in assessment.files_to_read:
        rows.append((entry.path, entry.reason))
        rows += [(f"  {function.name}, line {function.line}", function.reason) for function in entry.functions]
    return rows


def likely_fixes(bugs: BugForecast | None) -> tuple[FileForecast, ...]:
    """Return the touched files that are likely to need a fix within thirty days, at most three, the likeliest first."""
    return tuple(entry for entry in (bugs.files if bugs else ())[:MOST_FORECASTS] if entry.probability >= LIKELY)


def unusual_lines(assessment: Assessment) -> list[str]:
    """Return the unusual sides of a change: the smells it is known as, then single values, the most telling first."""
    if assessment.anomaly is None:
        return []
    return [
        *(f"a {smell.name} ({smell.condition}, {smell.source})" for smell in assessment.anomaly.smells),
        *(
            f"{entry.title}: {number(entry.value)} (typical {number(entry.typical)})"
            for entry in assessment.anomaly.unusual
        ),
    ]


def folder_name(component: str) -> str:
    """Return how a folder is called; ``.`` is the top one.

    Examples
    --------
    >>> folder_name("."), folder_name("src/a")
    ('the top folder of the repository', 'src/a')
    """
    return "the top folder of the repository" if component == "." else component
