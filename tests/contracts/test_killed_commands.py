"""A short form of ``benchmarks/store_kill.py``."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support.killing import SUBJECTS, killed

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")


@pytest.mark.parametrize(
    ("name", "rounds", "most_seconds"),
    [
        ("index", 4, None),
        ("promote", 6, 0.3),
        ("FeatureStore", 8, 0.2),
        ("comment", 8, 0.2),
    ],
)
def test_nothing_is_lost_and_the_next_run_heals(
    tmp_path: Path, name: str, rounds: int, most_seconds: float | None
) -> None:
    assert killed(SUBJECTS[name](tmp_path), rounds, 1, most_seconds)[0] == []
