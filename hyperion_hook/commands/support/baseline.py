"""Findings that are known already, from the SARIF of an earlier run: only what is new stops anybody."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from hyperion_hook.domain.assessment import Assessment, RiskLevel
from hyperion_hook.errors import ConfigError
from hyperion_hook.report.formats.findings import finding_of
from hyperion_hook.report.formats.sarif import FINGERPRINT, digest_of_files

MOST_BYTES = 5_000_000
SUFFIXES = (".sarif", ".json")
"""Of files; what ends otherwise is a revision."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """What is known: fingerprints of findings, and the level of each change, by a digest of the files it touches."""

    known: frozenset[str]
    levels: Mapping[str, RiskLevel]

    def knows_risk(self, assessment: Assessment) -> bool:
        """Whether a change of these very files was as risky before."""
        now, before = assessment.risk.level, self.levels.get(digest_of_files(assessment.change), RiskLevel.UNKNOWN)
        return RiskLevel.UNKNOWN not in {now, before} and now.rank <= before.rank

    def new_breaks(self, assessment: Assessment) -> int:
        """Return how many things a change certainly breaks that are not known."""
        return sum(entry.is_certain and finding_of(entry).fingerprint not in self.known for entry in assessment.breaks)


def read_baseline(text: str, name: str) -> Baseline:
    """Return the baseline in a SARIF file; raise ``ConfigError`` if it is none that this program writes."""
    try:
        runs = json.loads(text)["runs"]
        results = [result for run in runs for result in run["results"]]
        levels = {str(run["properties"]["files"]): RiskLevel(run["properties"]["level"]) for run in runs}
        if not levels:
            raise ValueError(name)
        return Baseline(frozenset(str(entry["partialFingerprints"][FINGERPRINT]) for entry in results), levels)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise ConfigError(
            f"baseline '{name}': no SARIF of hyperion-hook; write one with: hyperion-hook score --format sarif A..B"
        ) from None
