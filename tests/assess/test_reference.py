from __future__ import annotations

import subprocess
from pathlib import Path

from tests.support.command import hyperion
from tests.support.history import tangled_history
from tests.support.repo import TestRepo


def test_a_percentile_after_index_is_that_of_a_fresh_clone_whatever_was_scored_before(tmp_path: Path) -> None:
    repo = tangled_history(tmp_path / "repo", rounds=20)
    # scored first from an index whose lines are not counted: more commits than a hook counts
    before = hyperion(repo.path, "score", "HEAD", "--format", "json").json()
    assert before["risk"]["percentile"] is not None
    assert before["missing"]["file_volatility"].startswith("lines of earlier commits are not counted yet")
    hyperion(repo.path, "index")
    subprocess.run(
        ["git", "clone", "-q", str(repo.path), str(tmp_path / "fresh")],
        check=True,
        capture_output=True,
        env=repo.environment(),
    )
    fresh = TestRepo(tmp_path / "fresh", init=False)
    hyperion(fresh.path, "index")
    arguments = ("score", "HEAD", "--format", "json")
    assert hyperion(repo.path, *arguments).without_timings() == hyperion(fresh.path, *arguments).without_timings()
