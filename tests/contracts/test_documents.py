"""Documents that are derived from code are what the code says now."""

from __future__ import annotations

from pathlib import Path

import hyperion_hook
from hyperion_hook.api.engineer.feature_names import ALIASES
from hyperion_hook.api.engineer.interactions import INTERACTIONS
from hyperion_hook.api.engineer.raw_facts import FACTS, SECTIONS
from hyperion_hook.features.catalogue import CATALOGUE
from hyperion_hook.report.feature_table import feature_table

ROOT = Path(__file__).parents[2]


def test_the_feature_reference_is_the_catalogue() -> None:
    written = (ROOT / "docs" / "features.md").read_text(encoding="utf-8")
    assert written == feature_table(CATALOGUE), "run: hyperion-hook features list --format markdown > docs/features.md"


def test_the_feature_engineers_page_has_its_tables() -> None:
    written = (ROOT / "docs" / "feature-engineer.md").read_text(encoding="utf-8")
    rows = [f"| {', '.join(f'`{key}`' for key in fact.keys)} | {fact.meaning} |" for fact in FACTS.values()]
    rows += [f"| `{entry.name}` | {entry.reason} |" for entry in INTERACTIONS]
    rows += [f"`{key}`" for key in (*ALIASES, *SECTIONS)]
    assert [row for row in rows if row not in written] == []


def test_the_readme_opens_with_the_two_commands() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    commands = [line for line in readme.splitlines() if line.startswith("$ ")]
    assert "hyperion-hook score HEAD" in commands[0]
    assert "pytest" in commands[1]


def test_every_public_name_is_in_the_reference() -> None:
    written = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    named = {line.rpartition(".")[2] for line in written.splitlines() if line.startswith("::: ")}
    assert set(hyperion_hook.__all__) - {"__version__"} == named
