from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.buggy import buggy_history

pytestmark = pytest.mark.train
EXAMPLE = Path(__file__).parents[2] / "examples" / "workflow.py"


def test_the_example_goes_from_a_history_to_a_model_in_production(tmp_path: Path) -> None:
    repo = buggy_history(tmp_path / "project", commits=400)
    done = subprocess.run(
        [sys.executable, str(EXAMPLE), ".", "--commits", "300", "--work", ".."],
        cwd=repo.path,
        text=True,
        capture_output=True,
        check=False,
        timeout=300,
        env={**os.environ, "HOME": str(tmp_path), "ML_N_JOBS": "1", "ML_CV_FOLDS": "2"},
    )
    assert done.returncode == 0, done.stderr
    said = done.stdout.splitlines()
    assert said[:2] == ["measured 300 commits, 9 features each", "the store holds 300 sets"]
    assert "ROC-AUC 0." in done.stdout, "tested on bugs"
    assert "v1.0.0 is in production" in said
    assert said[-1].startswith("drift between the older and the newer half: 0.")


def test_what_is_wrong_is_one_line(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(EXAMPLE), "nowhere"],
        cwd=tmp_path,
        text=True,
        capture_output=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("workflow: nowhere: no such folder")
    assert done.stderr.count("\n") == 1
