"""When an assessment stops the caller: level, percentile, certain breaks, strict."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from hyperion_hook.commands import say
from hyperion_hook.config.load import Config
from hyperion_hook.domain.assessment import Assessment, RiskLevel
from hyperion_hook.domain.phrases import counted
from hyperion_hook.errors import ExitCode
from hyperion_hook.report.wording import is_empty

if TYPE_CHECKING:
    from hyperion_hook.commands.support.baseline import Baseline


def verdict_code(
    assessment: Assessment,
    config: Config,
    *,
    report: Callable[[str], object] = say,
    baseline: Baseline | None = None,
) -> ExitCode:
    """Return the exit code that an assessment means; what stops the caller is said.

    A level stops from ``fail_on`` on, a percentile above ``fail_above_percentile``. An unknown risk is no level, and an
    unknown percentile none: they pass, unless ``strict`` is set. What a baseline knows stops nobody.
    """
    level, percentile, most = assessment.risk.level, assessment.risk.percentile, config.fail_above_percentile
    if is_empty(assessment.change):
        return ExitCode.DONE
    if level is RiskLevel.UNKNOWN and config.strict:
        report(f"the risk is {level.value}, and strict is set")
        return ExitCode.FAILED
    if most is not None and percentile is None and level is not RiskLevel.UNKNOWN and config.strict:
        report("the percentile is not known, and strict is set; run: hyperion-hook index")
        return ExitCode.FAILED
    is_known = baseline is not None and baseline.knows_risk(assessment)
    if most is not None and percentile is not None and percentile > most and not is_known:
        report(f"the change is riskier than {percentile:.1f}% of recent changes; fail-above-percentile is {most:g}")
        return ExitCode.RISK
    certain = sum(entry.is_certain for entry in assessment.breaks)
    if baseline is not None:
        certain = baseline.new_breaks(assessment)
    if config.fail_on_break and certain:
        report(f"the change would break {counted(certain, 'thing')}; fail-on-break is set")
        return ExitCode.RISK
    if level is RiskLevel.UNKNOWN or config.fail_on is None or level.rank < config.fail_on.rank or is_known:
        return ExitCode.DONE
    report(f"the risk is {level.value}; fail-on is {config.fail_on.value}")
    return ExitCode.RISK
