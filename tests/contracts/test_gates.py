"""The code is formatted, linted and typed: what the gate says of it, the suite says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    "command", [("ruff", "check", "."), ("ruff", "format", "--check", "."), ("mypy", "--no-incremental")], ids=" ".join
)
def test_the_gate_finds_nothing(command: tuple[str, ...]) -> None:
    found = subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False, timeout=600
    )
    assert found.returncode == 0, (found.stdout + found.stderr)[-4000:]
