"""Assessment to Markdown, for a comment or a job summary; nothing from the repository acts in it."""

from __future__ import annotations

from hyperion_hook.domain.assessment import Assessment
from hyperion_hook.domain.co_change import rule_in_words
from hyperion_hook.report.facts import (
    change_line,
    comparison,
    factor,
    likely_fixes,
    missing_line,
    number,
    percent,
    reasons,
    verdict,
)
from hyperion_hook.report.safe_text import markdown_code, markdown_text

MOST_REASONS = 5
MOST_UNUSUAL = 5


def render_markdown(assessment: Assessment) -> str:
    """Return an assessment as Markdown with a final line feed."""
    if not assessment.change.files:
        blocks = [markdown_text(change_line(assessment.change) + ": there is nothing to assess.")]
    else:
        parts = (_head, _why, _files, _forecasts, _missing_co_changes, _affected, _unusual, _small_print)
        blocks = [part(assessment) for part in parts]
    warnings = "\n".join(f"> {markdown_text(warning)}" for warning in assessment.warnings)
    return "\n\n".join(block for block in (*blocks, warnings) if block) + "\n"


def _head(assessment: Assessment) -> str:
    level, rest = verdict(assessment.risk)
    return (
        f"**{level}** {markdown_text(rest)}\n"
        f"{markdown_text(comparison(assessment.risk))}\n\n"
        f"{markdown_text(change_line(assessment.change))}"
    )


def _why(assessment: Assessment) -> str:
    told = reasons(assessment.explanation, MOST_REASONS)
    rows = [f"- {markdown_text(entry.sentence)} ({factor(entry.contribution)})" for entry in told]
    return "\n".join(["**Why**", "", *rows]) if rows else ""


def _files(assessment: Assessment) -> str:
    rows = [f"- {markdown_code(entry.path)}: {markdown_text(entry.reason)}" for entry in assessment.files_to_read]
    return "\n".join(["**Read first**", "", *rows]) if rows else ""


def _forecasts(assessment: Assessment) -> str:
    rows = [f"- {markdown_code(entry.path)}: {percent(entry.probability)}" for entry in likely_fixes(assessment.bugs)]
    return "\n".join(["**Likely to need a fix within 30 days**", "", *rows]) if rows else ""


def _missing_co_changes(assessment: Assessment) -> str:
    missing = assessment.impact.missing_co_changes if assessment.impact else ()
    rows = [
        f"- {markdown_code(entry.path)}: "
        f"{markdown_text(rule_in_words(entry.support, entry.commits, entry.beside))}"
        for entry in missing
    ]
    return "\n".join(["**Usually changed with these, but not here**", "", *rows]) if rows else ""


def _affected(assessment: Assessment) -> str:
    affected = assessment.impact.affected if assessment.impact else ()
    rows = [f"- {markdown_code(entry.component)}: {markdown_text(entry.reason)}" for entry in affected]
    return "\n".join(["**May affect**", "", *rows]) if rows else ""


def _unusual(assessment: Assessment) -> str:
    anomaly = assessment.anomaly
    if anomaly is None or not (anomaly.is_anomaly or anomaly.unusual):
        return ""
    rows = [
        f"- {markdown_text(entry.title)}: {number(entry.value)} (typical {number(entry.typical)})"
        for entry in anomaly.unusual[:MOST_UNUSUAL]
    ]
    heading = "**Unusual as a whole**" if anomaly.is_anomaly else "**Unusual here**"
    return "\n".join([heading, *(["", *rows] if rows else [])])


def _small_print(assessment: Assessment) -> str:
    model = assessment.model
    missing = missing_line(assessment.features)
    said = [f"Model {model.name} {model.version}, trained on {model.trained_on}.", *([missing] if missing else [])]
    return "\n".join(f"<sub>{markdown_text(line)}</sub>" for line in said)
