"""What a git hook does. It informs; it blocks only where ``fail_on`` or ``strict`` say so."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from hyperion_hook.commands import Invocation, say
from hyperion_hook.commands.support.error_messages import describe
from hyperion_hook.commands.support.gate import verdict_code
from hyperion_hook.commands.support.open_assessor import OpenAssessor, open_assessor
from hyperion_hook.commands.support.progress import ProgressLine
from hyperion_hook.commands.support.terminals import terminal_columns, wants_colour
from hyperion_hook.commands.support.watchdog import AGENT_PATIENCE, HOOK_PATIENCE, Limit, give_up_after, take_time
from hyperion_hook.config.load import Config
from hyperion_hook.domain.assessment import Assessment, RiskLevel, Score, Unknown
from hyperion_hook.domain.change import ChangeKind
from hyperion_hook.domain.light_dataclasses import dataclass
from hyperion_hook.domain.remedies import INDEX, REBUILD
from hyperion_hook.errors import ConfigError, ExitCode, show_traceback_if_asked
from hyperion_hook.report.formats.terminal import render_short, render_text
from hyperion_hook.report.safe_text import printable
from hyperion_hook.report.wording import is_empty

if TYPE_CHECKING:
    from hyperion_hook.assess import Assessor
    from hyperion_hook.commands.hooks.pre_push import Pushed
    from hyperion_hook.git.repository import Repository

MOST_REFS = 5
LINES = {"line": 1, "short": 5}
AGENT = "agent"
_STAGES = {
    "pre-commit": ("the commit goes on", "git commit --no-verify"),
    "commit-msg": ("the commit goes on", "git commit --no-verify"),
    "pre-push": ("the push goes on", "git push --no-verify"),
    AGENT: ("the edit stays", ""),
}
"""By stage: what becomes of a change that is not assessed, and how one that is blocked can go on."""
STAGES = tuple(_STAGES)
Answer = list[tuple[Callable[[str], object], str]]
"""Texts in order, and what each is written with."""


@dataclass(frozen=True, slots=True)
class Hook:
    """One run of a hook: its stage, what git passed to it, and what it writes with."""

    stage: str
    arguments: Sequence[str]
    repo: Path | None
    write: Callable[[str], object]
    width: int | None = None
    colour: bool = False
    tell: Callable[[str], object] = say
    give: Callable[[], object] = lambda: None
    """Shows what was written so far: what is done afterwards keeps nobody waiting for the answer."""

    def run(self, config: Config, assessor_of: OpenAssessor = open_assessor) -> ExitCode:
        """Assess what the stage is about, show it, and return what it means for git."""
        code, is_behind = ExitCode.DONE, False
        progress = ProgressLine()
        with assessor_of(self.repo, config, progress) as assessor:
            for heading, assess in self._subjects(assessor):
                assessment = assess()
                progress.clear()
                if is_empty(assessment.change):
                    self.write(f"{heading}nothing {'staged' if self.stage != 'pre-push' else 'changed'}\n")
                    continue
                if not self._was_told(assessor, assessment):
                    self.write(heading + self._render(assessment, config.hook_detail))
                code = max(code, verdict_code(assessment, config, report=self._tell_why))
                is_behind = is_behind or _is_behind(assessment.risk)
            if is_behind and config.hook_background:
                # what was found stands, whoever reads it or not
                with suppress(OSError):
                    self.give()
                    assessor.extend(config.hook_background)
        progress.clear()
        return code

    def _was_told(self, assessor: Assessor, assessment: Assessment) -> bool:
        """Return whether pre-commit has just told the same; otherwise note what it tells."""
        if self.stage == "pre-push":
            return False
        from hyperion_hook.commands.hooks.last_told import LastTold

        last = LastTold(assessor.git_dir)
        if self.stage == "commit-msg":
            return last.takes(assessment)
        last.note(assessment)
        return False

    def _render(self, assessment: Assessment, detail: str) -> str:
        level = assessment.risk.level
        if detail == "auto" and level is not RiskLevel.UNKNOWN:
            poor = assessment.record is not None and assessment.record.is_poor
            detail = "line" if level is RiskLevel.LOW else "short" if level is RiskLevel.MEDIUM or poor else "full"
        if detail in LINES:
            return render_short(assessment, width=self.width, colour=self.colour, lines=LINES[detail])
        return render_text(assessment, width=self.width, colour=self.colour)

    def _tell_why(self, line: str) -> None:
        self.tell(f"{line}; to go on anyway: {_STAGES[self.stage][1]}")

    def _subjects(self, assessor: Assessor) -> Iterator[tuple[str, Callable[[], Assessment]]]:
        if self.stage == "pre-commit":
            yield "", assessor.staged
        elif self.stage == "commit-msg":
            yield "", partial(assessor.staged, message=self._message())
        else:
            yield from self._pushes(assessor)

    def _message(self) -> str:
        if not self.arguments:
            raise ConfigError("hook commit-msg: needs the file of the message; in pre-commit set pass_filenames: true")
        from hyperion_hook.commands.hooks import commit_message

        data = commit_message.read_message(Path(self.arguments[-1]))
        editor = os.environ.get("GIT_EDITOR") != ":"
        if not editor and commit_message.is_plain(data):
            return data.decode().strip("\n")
        settings = commit_message.message_settings(self._repository().own)
        return commit_message.recorded_message(data, settings, editor=editor).strip("\n")

    def _pushes(self, assessor: Assessor) -> Iterator[tuple[str, Callable[[], Assessment]]]:
        pushes = self._pushed()
        if not pushes:
            self.write("nothing to push\n")
        for push in pushes[:MOST_REFS]:
            heading = f"{push.name}\n" if len(pushes) > 1 else ""
            if push.start == push.end:
                yield heading, partial(assessor.commit, push.end)
                continue
            if push.from_root:
                say("the whole history is new to the remote; it is assessed without its first commit")
            yield heading, partial(assessor.range, push.start, push.end, known=push.known)
        if len(pushes) > MOST_REFS:
            say(f"{len(pushes) - MOST_REFS} more refs are not assessed")

    def _pushed(self) -> list[Pushed]:
        from hyperion_hook.commands.hooks.pre_push import pushed_by_pre_commit, pushed_refs, ref_updates

        repository = self._repository()
        if "PRE_COMMIT" in os.environ:
            return pushed_by_pre_commit(os.environ, repository.git.run, repository.resolve)
        if sys.stdin is None or sys.stdin.isatty():
            raise ConfigError("hook pre-push: reads the refs from stdin as git gives them; it is not run by hand")
        remote = self.arguments[0] if self.arguments else ""
        return pushed_refs(ref_updates(sys.stdin.read()), remote, repository.git.run)

    def _repository(self) -> Repository:
        from hyperion_hook.git.repository import Repository

        return Repository.discover(self.repo)


def _is_behind(risk: Score | Unknown) -> bool:
    """Return whether reading more of the history would tell more of a change."""
    return risk.remedy in (INDEX, REBUILD) if isinstance(risk, Unknown) else risk.percentile is None


def _give(answer: Answer) -> None:
    """Write what is said, once no limit can cut it off."""
    take_time()
    while answer:
        write, text = answer.pop(0)
        write(text)
        sys.stdout.flush()


def limit_of(stage: str, deadline: float, *, blocks: bool) -> Limit:
    """Return the time of a hook, and the outcome of the commit or push when it takes longer."""
    seconds = (AGENT_PATIENCE if stage == AGENT else HOOK_PATIENCE) * deadline
    fault = f"it took longer than {seconds:g} s (breaks are not told)"
    if blocks:
        return Limit(seconds, fault, ExitCode.FAILED)
    return Limit(seconds, _not_assessed([fault], stage), ExitCode.DONE)


def _not_assessed(faults: Sequence[str], stage: str) -> str:
    more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    return f"not assessed: {faults[0]}{more}; {_STAGES[stage][0]}"


def _context_for_agent(repo: Path | None, config: Config) -> str:
    """Return one line of JSON that agents take up as context: empty unless the work tree is of MEDIUM risk or above.

    One agent reads ``hookSpecificOutput``, another ``additional_context``; each leaves aside what it does not know.
    """
    from hyperion_hook.report.formats.brief import brief

    with open_assessor(repo, config, ProgressLine(), kind=ChangeKind.WORKTREE) as assessor:
        assessment = assessor.staged()
    if is_empty(assessment.change) or assessment.risk.level in {RiskLevel.LOW, RiskLevel.UNKNOWN}:
        return "{}\n"
    text = printable(brief(assessment, most=3), most=1000)
    specific = {"hookEventName": "PostToolUse", "additionalContext": text}
    return json.dumps({"hookSpecificOutput": specific, "additional_context": text}) + "\n"


def run_hook(invocation: Invocation, stage: str, *arguments: str, strict: bool | None = None, **flags: object) -> int:
    """Assess what a stage is about and return the exit code; unless strict, what cannot be assessed passes."""
    blocks, code = bool(strict) and stage != AGENT, ExitCode.DONE
    give_up_after(limit_of(stage, Config().deadline, blocks=blocks))
    answer: Answer = []
    try:
        config = invocation.config(strict=strict, **flags)
        blocks = config.strict and stage != AGENT
        give_up_after(limit_of(stage, config.deadline, blocks=blocks))
        if stage == AGENT:
            answer.append((sys.stdout.write, _context_for_agent(invocation.repo, config)))
            _give(answer)
            return code
        hook = Hook(
            stage,
            arguments,
            invocation.repo,
            lambda text: answer.append((sys.stdout.write, text)),
            terminal_columns(sys.stdout),
            wants_colour(sys.stdout, os.environ),
            tell=lambda line: answer.append((say, line)),
            give=lambda: _give(answer),
        )
        try:
            code = hook.run(config)
        except Exception:
            _give(answer)
            raise
        _give(answer)
        return code
    except Exception as error:
        if blocks:
            raise
        show_traceback_if_asked(error)
        say(_not_assessed(describe(error), stage))
        return code
