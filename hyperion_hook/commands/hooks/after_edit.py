"""``hook agent``: what a coding agent runs after an edit; it speaks only from MEDIUM up, and blocks nothing."""

from __future__ import annotations

import json
from pathlib import Path

from hyperion_hook.commands.support.open_assessor import open_assessor
from hyperion_hook.commands.support.progress import ProgressLine
from hyperion_hook.config.load import Config
from hyperion_hook.domain.assessment import RiskLevel
from hyperion_hook.domain.change import ChangeKind
from hyperion_hook.report.formats.brief import brief
from hyperion_hook.report.safe_text import printable
from hyperion_hook.report.wording import is_empty


def told_to_agent(repo: Path | None, config: Config) -> str:
    """Return one line of JSON that agents take up as context: empty unless the work tree is of MEDIUM risk or above.

    One agent reads ``hookSpecificOutput``, another ``additional_context``; each leaves aside what it does not know.
    """
    with open_assessor(repo, config, ProgressLine(), kind=ChangeKind.WORKTREE) as assessor:
        assessment = assessor.staged()
    level = assessment.risk.level
    if is_empty(assessment.change) or level in {RiskLevel.LOW, RiskLevel.UNKNOWN}:
        return "{}\n"
    text = printable(brief(assessment, most=3), most=1000)
    specific = {"hookEventName": "PostToolUse", "additionalContext": text}
    return json.dumps({"hookSpecificOutput": specific, "additional_context": text}) + "\n"
