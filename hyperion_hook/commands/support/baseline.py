"""Findings that are known already, from the SARIF of an earlier run: only what is new stops anybody."""

from __future__ import annotations

import json
from dataclasses import dataclass

from hyperion_hook.domain.assessment import Assessment, RiskLevel
from hyperion_hook.errors import ConfigError
from hyperion_hook.report.formats.findings import RISK, finding_of, findings
from hyperion_hook.report.formats.sarif import FINGERPRINT

MOST_BYTES = 5_000_000
SUFFIXES = (".sarif", ".json")
"""Of files; what ends otherwise is a revision."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """What is known: fingerprints of findings, and the level that they were found at."""

    known: frozenset[str] = frozenset()
    level: RiskLevel = RiskLevel.UNKNOWN

    def knows_risk(self, assessment: Assessment) -> bool:
        """Whether a change was as risky before, at the same place."""
        now = assessment.risk.level
        if RiskLevel.UNKNOWN in {now, self.level} or now.rank > self.level.rank:
            return False
        return any(entry.rule == RISK and entry.fingerprint in self.known for entry in findings(assessment))

    def new_breaks(self, assessment: Assessment) -> int:
        """Return how many things a change certainly breaks that are not known."""
        return sum(entry.is_certain and finding_of(entry).fingerprint not in self.known for entry in assessment.breaks)


NOTHING_KNOWN = Baseline()


def read_baseline(text: str, name: str) -> Baseline:
    """Return what a SARIF file says.

    Raises
    ------
    ConfigError
        If it is none that this program writes.
    """
    try:
        runs = json.loads(text)["runs"]
        results = [result for run in runs for result in run["results"]]
        level = max((RiskLevel(run["properties"]["level"]) for run in runs), key=lambda entry: entry.rank)
        return Baseline(frozenset(str(entry["partialFingerprints"][FINGERPRINT]) for entry in results), level)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise ConfigError(
            f"baseline '{name}': no SARIF of hyperion-hook; write one with: hyperion-hook score --format sarif A..B"
        ) from None
