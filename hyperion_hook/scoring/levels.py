"""From a score to a level, and from a level to pass or fail."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from hyperion_hook.config.kinds import Floor
from hyperion_hook.domain.assessment import ALERT_HIGH, ALERT_MEDIUM, RiskLevel, Score
from hyperion_hook.domain.files.path_patterns import is_ignored, parse_patterns
from hyperion_hook.domain.light_dataclasses import replace

if TYPE_CHECKING:
    from hyperion_hook.domain.breaks import Break


def risk_level(
    probability: float,
    percentile: float | None,
    *,
    high_rate: float = ALERT_HIGH,
    medium_rate: float = ALERT_MEDIUM,
    thresholds: Mapping[RiskLevel, float],
) -> RiskLevel:
    """Return the level of a score, by the alert rate a team can bear.

    ``percentile`` is the share (0..100) of the repository's recent changes that score lower, ``high_rate`` and
    ``medium_rate`` the shares of changes that may be HIGH, and HIGH or MEDIUM. Where no percentile is known, the
    calibrated probability, in [0, 1], is compared with ``thresholds``, from which on a change is HIGH or MEDIUM.

    Examples
    --------
    >>> bounds = {RiskLevel.HIGH: 0.4, RiskLevel.MEDIUM: 0.2}
    >>> risk_level(0.1, 96.0, thresholds=bounds).value, risk_level(0.3, None, thresholds=bounds).value
    ('HIGH', 'MEDIUM')
    """
    if percentile is None:
        value, high, medium = probability, thresholds[RiskLevel.HIGH], thresholds[RiskLevel.MEDIUM]
    else:
        value, high, medium = percentile, 100.0 * (1.0 - high_rate), 100.0 * (1.0 - medium_rate)
    if value >= high:
        return RiskLevel.HIGH
    return RiskLevel.MEDIUM if value >= medium else RiskLevel.LOW


def with_floor(level: RiskLevel, paths: Iterable[str], floors: Iterable[Floor]) -> tuple[RiskLevel, str | None]:
    """Return the level that a change has at least for the files it touches, and why where that raises it.

    Examples
    --------
    >>> floors = [Floor(("src/auth/",), RiskLevel.HIGH), Floor(("*.sql",), RiskLevel.MEDIUM)]
    >>> with_floor(RiskLevel.LOW, ["a.sql", "src/auth/login.py"], floors)
    (<RiskLevel.HIGH: 'HIGH'>, "HIGH because of a floor for 'src/auth/' (src/auth/login.py); the score alone is LOW")
    >>> with_floor(RiskLevel.HIGH, ["a.sql"], floors)
    (<RiskLevel.HIGH: 'HIGH'>, None)
    """
    least, why = level, None
    touched = list(paths)
    for floor in floors:
        if floor.level.rank > least.rank:
            patterns = parse_patterns(floor.paths)
            path = next((path for path in touched if is_ignored(path, patterns)), None)
            if path is not None:
                least, named = floor.level, f"'{floor.paths[0]}' ({path})"
                why = f"{least.value} because of a floor for {named}; the score alone is {level.value}"
    return least, why


def raised(risk: Score, breaks: Iterable[Break]) -> Score:
    """Return a score whose level is at least MEDIUM where something certainly breaks."""
    if risk.level is RiskLevel.LOW and any(entry.is_certain for entry in breaks):
        return replace(risk, level=RiskLevel.MEDIUM, raised=True)
    return risk


def reaches(level: RiskLevel, fail_on: RiskLevel | None) -> bool:
    """Whether a level is at or above the one a team wants to fail on; never without one.

    Examples
    --------
    >>> reaches(RiskLevel.HIGH, RiskLevel.MEDIUM), reaches(RiskLevel.HIGH, None)
    (True, False)
    """
    return fail_on is not None and level.rank >= fail_on.rank
