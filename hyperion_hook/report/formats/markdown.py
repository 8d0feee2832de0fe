"""Assessment to Markdown, for a comment or a job summary; nothing from the repository acts in it."""

from __future__ import annotations

from collections.abc import Sequence

from hyperion_hook.domain.assessment import Assessment
from hyperion_hook.domain.change import is_no_code
from hyperion_hook.domain.co_change import rule_in_words
from hyperion_hook.domain.phrases import percent
from hyperion_hook.report.notes import notes_of
from hyperion_hook.report.reasons import factor, own_line, reasons, size_line, way, why_heading
from hyperion_hook.report.safe_text import markdown_code, markdown_text
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
    if is_empty(assessment.change):
        blocks = [markdown_text(nothing_to_assess(assessment.change))]
    elif is_no_code(assessment.change):
        blocks = [_head(assessment)]
    else:
        parts = (
            _head,
            _would_break,
            _why,
            _files,
            _advice,
            _missing_co_changes,
            _affected,
            _reviewers,
            _similar,
            _forecasts,
            _unusual,
            _small_print,
        )
        blocks = [part(assessment) for part in parts]
    warnings = "\n".join(f"> {markdown_text(warning)}" for warning in notes_of(assessment)[1])
    return "\n\n".join(block for block in (*blocks, warnings) if block) + "\n"


def _head(assessment: Assessment) -> str:
    no_code = is_no_code(assessment.change)
    level, rest = verdict(assessment.risk, assessment.record, no_code=no_code)
    said = placed(assessment.risk, assessment.record, no_code=no_code)
    lines = [f"**{level}** {markdown_text(rest)}", *map(markdown_text, said)]
    return "\n".join(lines) + f"\n\n{markdown_text(judged_line(assessment.change))}"


def _would_break(assessment: Assessment) -> str:
    return _listed(
        WOULD_BREAK,
        [
            f"{markdown_text(sentence)} ({markdown_text(evidence)})"
            for sentence, evidence in breaks_in_words(assessment.breaks)
        ],
    )


def _why(assessment: Assessment) -> str:
    size, told = size_line(assessment.explanation), reasons(assessment.explanation, MOST_REASONS)
    own = own_line(assessment.risk, assessment.explanation, told)
    return _listed(
        why_heading(told),
        [
            *([markdown_text(size)] if size else []),
            *(
                f"{way(entry.contribution)}: {markdown_text(entry.sentence)} ({factor(entry.contribution)})"
                for entry in told
            ),
            *([markdown_text(own)] if size and own else []),
        ],
    )


def _files(assessment: Assessment) -> str:
    return _listed(
        "Read first",
        [
            f"{markdown_code(entry.path)}: {markdown_text(entry.reason)}"
            + "".join(
                f"\n  - {markdown_code(function.name)} at line {function.line}: {markdown_text(function.reason)}"
                for function in entry.functions
            )
            for entry in assessment.files_to_read
        ],
    )


def _advice(assessment: Assessment) -> str:
    return _listed(
        ADVICE,
        [
            f"{markdown_text(entry.action)}: {markdown_text(entry.effect)} ({markdown_text(entry.evidence)})"
            for entry in assessment.advice or ()
        ],
    )


def _reviewers(assessment: Assessment) -> str:
    return _listed(
        REVIEWERS,
        [f"{markdown_text(entry.name)}: {markdown_text(entry.reason)}" for entry in assessment.reviewers or ()],
    )


def _similar(assessment: Assessment) -> str:
    return _listed(
        SIMILAR,
        [
            f"{entry.commit[:10]} {markdown_text(entry.subject)}: {markdown_text(entry.outcome)}"
            for entry in assessment.similar or ()
        ],
    )


def _listed(heading: str, rows: Sequence[str]) -> str:
    return "\n".join([f"**{heading}**", "", *(f"- {row}" for row in rows)]) if rows else ""


def _forecasts(assessment: Assessment) -> str:
    return _listed(
        "Likely to need a fix within 30 days",
        [f"{markdown_code(entry.path)}: {percent(entry.probability)}" for entry in likely_fixes(assessment.bugs)],
    )


def _missing_co_changes(assessment: Assessment) -> str:
    return _listed(
        "Usually changed with these, but not here",
        [
            f"{markdown_code(entry.path)}: {markdown_text(rule_in_words(entry.support, entry.commits, entry.beside))}"
            for entry in (assessment.impact.missing_co_changes if assessment.impact else ())
        ],
    )


def _affected(assessment: Assessment) -> str:
    return _listed(
        "May affect",
        [
            f"{_folder(entry.component)}: {markdown_text(entry.reason)}"
            for entry in (assessment.impact.affected if assessment.impact else ())
        ],
    )


def _folder(component: str) -> str:
    return folder_name(component) if component == "." else markdown_code(component)


def _unusual(assessment: Assessment) -> str:
    return _listed("Unusual here", [markdown_text(line) for line in unusual_lines(assessment)[:MOST_UNUSUAL]])


def _small_print(assessment: Assessment) -> str:
    model = assessment.model
    missing = notes_of(assessment)[0]
    said = [f"Model {model.name} {model.version}, trained on {model.trained_on}.", *([missing] if missing else [])]
    return "\n".join(f"<sub>{markdown_text(line)}</sub>" for line in said)
