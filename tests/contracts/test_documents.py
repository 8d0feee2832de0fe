"""Documents that are derived from code are what the code says now."""

from __future__ import annotations

from pathlib import Path

from hyperion_hook.features.catalogue import CATALOGUE
from hyperion_hook.report.feature_table import feature_table

ROOT = Path(__file__).parents[2]


def test_the_feature_reference_is_the_catalogue() -> None:
    written = (ROOT / "docs" / "features.md").read_text(encoding="utf-8")
    assert written == feature_table(CATALOGUE), "run: hyperion-hook features list --format markdown > docs/features.md"


def test_the_readme_opens_with_the_two_commands() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    commands = [line for line in readme.splitlines() if line.startswith("$ ")]
    assert "hyperion-hook score HEAD" in commands[0]
    assert "pytest" in commands[1]
