"""An assessment in one line."""

from __future__ import annotations

from hyperion_hook.domain.assessment import Assessment, RiskLevel
from hyperion_hook.domain.change import is_no_code
from hyperion_hook.report.reasons import reasons, size_line
from hyperion_hook.report.safe_text import printable
from hyperion_hook.report.wording import broken_lines, change_line, is_empty, nothing_to_assess, verdict


def brief(assessment: Assessment, most: int = 2) -> str:
    """Return an assessment in one line: verdict, what is judged, what breaks, the first reasons, and where to begin.

    Where nothing beside the size makes it risky, the size is the reason.
    """
    if is_empty(assessment.change):
        return nothing_to_assess(assessment.change)
    no_code = is_no_code(assessment.change)
    whys = [entry.sentence for entry in reasons(assessment.explanation, most) if entry.contribution > 0]
    is_low = assessment.risk.level is RiskLevel.LOW
    if not whys and not is_low and (size := size_line(assessment.explanation)):
        whys = [f"{size[:1].lower()}{size[1:]}"]
    why = f" Why: {'; '.join(whys)}." if whys and not no_code else ""
    broken = "".join(f" {line}." for line in broken_lines(assessment.breaks))
    first = assessment.files_to_read[:1]
    read = f" Read first: {first[0].path}." if first and not is_low else ""
    return f"{' '.join(verdict(assessment.risk, no_code=no_code))} {change_line(assessment.change)}.{broken}{why}{read}"


def render_brief(assessment: Assessment) -> str:
    """Return ``brief`` as a line that is safe to show."""
    return printable(brief(assessment), most=2000) + "\n"
