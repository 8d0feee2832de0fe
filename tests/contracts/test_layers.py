"""The import rules of ``pyproject.toml``, run as a test."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MOST_MODULES, MOST_LINES = 18, 400
MODULES = sorted((ROOT / "hyperion_hook").rglob("*.py"))


def test_imports_go_one_way() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("room", sorted({module.parent for module in MODULES}), ids=lambda room: room.name)
def test_no_room_is_too_full(room: Path) -> None:
    assert len([module for module in MODULES if module.parent == room]) <= MOST_MODULES


def test_no_file_is_too_long() -> None:
    lines = {str(module): len(module.read_text(encoding="utf-8").splitlines()) for module in MODULES}
    assert len(lines) == len(MODULES)
    assert {name: count for name, count in lines.items() if count > MOST_LINES} == {}
