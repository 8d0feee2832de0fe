"""No value changes for the same input while the extractor's version stays."""

from __future__ import annotations

import json
from pathlib import Path

from hyperion_hook.features.extract import EXTRACTOR_VERSION
from tests.support.frozen import FILE, frozen_values


def test_a_value_changes_with_the_version_alone(tmp_path: Path) -> None:
    frozen = json.loads(FILE.read_text(encoding="utf-8"))
    values = frozen_values(tmp_path)
    changed = [name for name in values if values[name] != frozen["values"].get(name)]
    remedy = "raise EXTRACTOR_VERSION in features/extract.py and run: python -m tests.support.frozen"
    assert frozen["version"] == EXTRACTOR_VERSION, f"values are those of another version; {remedy}"
    assert not changed, f"{', '.join(changed)} changed while the version stayed; {remedy}"
    assert values.keys() == frozen["values"].keys()
