"""Assessment to Markdown, for a comment or a job summary; nothing from the repository acts in it."""

from __future__ import annotations

from collections.abc import Iterable

from hyperion_hook.domain.assessment import Assessment, Contribution, FileToRead
from hyperion_hook.domain.change import is_no_code
from hyperion_hook.domain.co_change import rule_in_words
from hyperion_hook.domain.phrases import percent
from hyperion_hook.report.notes import notes_of
from hyperion_hook.report.reasons import factor, own_line, reasons, size_line, way, why_heading
from hyperion_hook.report.safe_text import markdown_code as code
from hyperion_hook.report.safe_text import markdown_text as plain
from hyperion_hook.report.wording import (
    ADVICE,
    REVIEWERS,
    SIMILAR,
    WOULD_BREAK,
    breaks_in_words,
    folder_name,
    is_empty,
    judged_line,
    likely_fixes,
    nothing_to_assess,
    placed,
    unusual_lines,
    verdict,
)

MOST_REASONS = 5
MOST_UNUSUAL = 5


def render_markdown(assessment: Assessment) -> str:
    """Return an assessment as Markdown with a final line feed."""
    missing, warnings = notes_of(assessment)
    if is_empty(assessment.change):
        blocks = [plain(nothing_to_assess(assessment.change))]
    elif is_no_code(assessment.change):
        blocks = [_head(assessment)]
    else:
        sections = [
            "\n".join([f"**{heading}**", "", *(f"- {row}" for row in rows)])
            for heading, rows in _sections(assessment)
            if rows
        ]
        model = assessment.model
        small = filter(None, (f"Model {model.name} {model.version}, trained on {model.trained_on}.", missing))
        blocks = [_head(assessment), *sections, "\n".join(f"<sub>{plain(line)}</sub>" for line in small)]
    notes = "\n".join(f"> {plain(warning)}" for warning in warnings)
    return "\n\n".join(filter(None, (*blocks, notes))) + "\n"


def _head(assessment: Assessment) -> str:
    no_code = is_no_code(assessment.change)
    level, rest = verdict(assessment.risk, assessment.record, no_code=no_code)
    lines = [f"**{level}** {plain(rest)}", *map(plain, placed(assessment.risk, assessment.record, no_code=no_code))]
    return "\n".join(lines) + f"\n\n{plain(judged_line(assessment.change))}"


def _sections(assessment: Assessment) -> list[tuple[str, list[str]]]:
    """Return headings and what stands below each, as Markdown; a heading may have nothing."""
    shown, impact = reasons(assessment.explanation, MOST_REASONS), assessment.impact
    missing, affected = (impact.missing_co_changes, impact.affected) if impact else ((), ())
    return [
        (
            WOULD_BREAK,
            [f"{plain(sentence)} ({plain(evidence)})" for sentence, evidence in breaks_in_words(assessment.breaks)],
        ),
        (why_heading(shown), _why(assessment, shown)),
        ("Read first", [_file(entry) for entry in assessment.files_to_read]),
        (
            ADVICE,
            [
                f"{plain(entry.action)}: {plain(entry.effect)} ({plain(entry.evidence)})"
                for entry in assessment.advice or ()
            ],
        ),
        (
            "Usually changed with these, but not here",
            [
                f"{code(entry.path)}: {plain(rule_in_words(entry.support, entry.commits, entry.beside))}"
                for entry in missing
            ],
        ),
        ("May affect", [f"{_folder(entry.component)}: {plain(entry.reason)}" for entry in affected]),
        (REVIEWERS, [f"{plain(entry.name)}: {plain(entry.reason)}" for entry in assessment.reviewers or ()]),
        (
            SIMILAR,
            [
                f"{entry.commit[:10]} {plain(entry.subject)}: {plain(entry.outcome)}"
                for entry in assessment.similar or ()
            ],
        ),
        (
            "Likely to need a fix within 30 days",
            [f"{code(entry.path)}: {percent(entry.probability)}" for entry in likely_fixes(assessment.bugs)],
        ),
        ("Unusual here", [plain(line) for line in unusual_lines(assessment)[:MOST_UNUSUAL]]),
    ]


def _why(assessment: Assessment, shown: Iterable[Contribution]) -> list[str]:
    size = size_line(assessment.explanation)
    own = own_line(assessment.risk, assessment.explanation, shown) if size else ""
    rows = [f"{way(entry.contribution)}: {plain(entry.sentence)} ({factor(entry.contribution)})" for entry in shown]
    return [*filter(None, [plain(size)]), *rows, *filter(None, [plain(own)])]


def _file(entry: FileToRead) -> str:
    functions = (
        f"\n  - {code(function.name)} at line {function.line}: {plain(function.reason)}" for function in entry.functions
    )
    return f"{code(entry.path)}: {plain(entry.reason)}{''.join(functions)}"


def _folder(component: str) -> str:
    return folder_name(component) if component == "." else code(component)
