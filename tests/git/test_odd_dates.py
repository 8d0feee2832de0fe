"""Author and committer lines of every kind that real repositories hold and git itself would not write."""

from __future__ import annotations

from pathlib import Path

import pytest

from hyperion_hook.domain.vector import Missing
from hyperion_hook.features.history.purpose import UNDATED
from hyperion_hook.git.changes import commit_change
from hyperion_hook.git.log import Detail, stream_commits
from hyperion_hook.git.repository import Repository
from tests.support.command import hyperion
from tests.support.repo import TestRepo

SUNDAY = 1312735823  # 7 August 2011, 16:50 UTC
LINES: dict[bytes, tuple[float, float] | None] = {
    b"Ada <a@x> 1312735823 +0518": (22.0, 6.0),
    b"Ada <a@x> 1312735823 +0090": (18.0, 6.0),
    b"Ada <a@x> 1312735823 -2359": (16.0, 5.0),
    # no clock shows these offsets: then it is the hour in UTC
    b"Ada <a@x> 1312735823 +051800": (16.0, 6.0),
    b"Ada <a@x> 1312735823 -2400": (16.0, 6.0),
    b"Ada <a@x> 1312735823 +9999": (16.0, 6.0),
    b"Ada <a@x> 1312735823 +99999999999999999999": (16.0, 6.0),
    b"<a@x> 1312735823 +0000": (16.0, 6.0),
    b"J\xfcrg <> 1312735823 +0000": (16.0, 6.0),
    b"A > B <a@x> <b@y> 1312735823 +0000": (16.0, 6.0),
    b"A\rda <a@x> 1312735823 +0000\r": (16.0, 6.0),
    # and these are no dates
    b"Ada <a@x> -5 +0000": None,
    b"Ada <a@x> 253402300800 +0000": None,
    b"Ada <a@x> 9223372036854775807 +0000": None,
    b"Ada <a@x> 18446744073709551616 +0000": None,
    b"Ada <a@x> 1312735823.5 +0000": None,
    b"Ada <a@x> Sun Aug 7 2011 +0000": None,
    b"Ada <a@x>": None,
    b"Ada 1312735823 +0000": None,
    b"Ada <a@x 1312735823 +0000": None,
    b"A\0da <a@x> 1312735823 +0000": None,
    b"": None,
}


@pytest.mark.slow
@pytest.mark.parametrize("line", LINES)
def test_the_hour_is_right_or_missing(tmp_path: Path, line: bytes) -> None:
    repo = TestRepo(tmp_path / "repo")
    repo.commit({"a.py": "x = 1\n"})
    tree = repo.git("rev-parse", "HEAD^{tree}").strip()
    commit = f"tree {tree}\nparent {repo.head()}\nauthor ".encode() + line + b"\ncommitter " + line + b"\n\nedit\n"
    made = repo.git("hash-object", "-t", "commit", "-w", "--stdin", "--literally", stdin=commit).strip()
    repo.git("update-ref", "refs/heads/main", made)
    repository = Repository.discover(repo.path)
    change = commit_change(repository, "HEAD")
    assert change.time == change.authored_at >= 0
    assert [item.id for item in stream_commits(repository, [made], detail=Detail.PATCH)][-1] == made
    done = hyperion(repo.path, "features", "extract", "HEAD", "--format", "json")
    values = [done.json()["features"][name] for name in ("hour_of_day", "day_of_week")]
    expected = LINES[line]
    if expected is None:
        assert [Missing(value["missing"]) for value in values] == [UNDATED, UNDATED]
    else:
        assert tuple(value["value"] for value in values) == expected
