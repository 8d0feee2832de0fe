"""What the commands that assess share: opening an assessor, the flags, and when a level stops them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from hyperion_hook.commands import say
from hyperion_hook.commands.support.progress import ProgressLine
from hyperion_hook.config import Config
from hyperion_hook.domain.assessment import Assessment, RiskLevel
from hyperion_hook.domain.change import ChangeKind
from hyperion_hook.errors import ExitCode
from hyperion_hook.report.facts import counted, is_empty

if TYPE_CHECKING:
    from hyperion_hook.assess import Assessor

Command = TypeVar("Command", bound=Callable[..., object])
OpenAssessor = Callable[[Path | None, Config, ProgressLine], "Assessor"]

FAIL_ABOVE = "Exit 1 above this percentile of the repository's recent changes, such as 99."
STRICT = "Exit 3 when the change cannot be assessed: the risk is UNKNOWN, or a hook fails."
FAIL_ON_BREAK = "Exit 1 when the change certainly breaks something that others use."

_FLAGS = (
    click.option("--fail-on", metavar="LEVEL", help="Exit 1 from this level on: low, medium, high, never."),
    click.option("--fail-on-break/--no-fail-on-break", default=None, help=FAIL_ON_BREAK),
    click.option("--fail-above-percentile", metavar="NUMBER", help=FAIL_ABOVE),
    click.option("--strict/--no-strict", default=None, help=STRICT),
    click.option("--exclude", metavar="PATTERN", multiple=True, callback=lambda _, __, given: given or None,
                 help="Leave out files, in the syntax of .gitignore; can be repeated, and replaces the setting."),
    click.option("--models", type=click.Path(path_type=Path), help="Folder of the models to use."),
    click.option("--explain/--no-explain", default=None,
                 help="Say what moves the score (default), or only the score; 'score --explain=full' says all of it."),
)


def assessing_flags(command: Command) -> Command:
    """Add the flags that every assessing command has."""
    for flag in reversed(_FLAGS):
        command = flag(command)
    return command


def open_assessor(
    repo: Path | None, config: Config, progress: ProgressLine, *, kind: ChangeKind = ChangeKind.STAGED,
    patch: bytes = b"",
) -> Assessor:
    """Open the assessor of a repository; git, stores and models are imported only now."""
    from hyperion_hook.assess import Assessor  # noqa: PLC0415

    return Assessor.open(repo, config, progress=progress, kind=kind, patch=patch)


def verdict_code(assessment: Assessment, config: Config, *, told: Callable[[str], object] = say) -> ExitCode:
    """Return the exit code that an assessment means; what stops the caller is said.

    A level stops from ``fail_on`` on, a percentile above ``fail_above_percentile``. An unknown risk is no level, and an
    unknown percentile none: they pass, unless ``strict`` is set.
    """
    level, percentile, most = assessment.risk.level, assessment.risk.percentile, config.fail_above_percentile
    if is_empty(assessment.change):
        return ExitCode.DONE
    if level is RiskLevel.UNKNOWN and config.strict:
        told(f"the risk is {level.value}, and strict is set")
        return ExitCode.FAILED
    certain = sum(entry.is_certain for entry in assessment.breaks)
    if config.fail_on_break and certain:
        told(f"the change would break {counted(certain, 'thing')}; fail-on-break is set")
        return ExitCode.RISK
    if most is not None and percentile is None and level is not RiskLevel.UNKNOWN and config.strict:
        told("the percentile is not known, and strict is set; run: hyperion-hook index")
        return ExitCode.FAILED
    if most is not None and percentile is not None and percentile > most:
        told(f"the change is riskier than {percentile:.1f}% of recent changes; fail-above-percentile is {most:g}")
        return ExitCode.RISK
    if level is RiskLevel.UNKNOWN or config.fail_on is None or level.rank < config.fail_on.rank:
        return ExitCode.DONE
    told(f"the risk is {level.value}; fail-on is {config.fail_on.value}")
    return ExitCode.RISK


