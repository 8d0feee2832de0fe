from __future__ import annotations

from pathlib import Path

from tests.support.command import hyperion
from tests.support.repo import TestRepo


def test_an_anomaly_is_named_as_the_smell_it_is(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    for number in range(3):
        repo.commit({"a.py": f"x = {number}\n"})
    repo.commit({"data.py": "".join(f"v{number} = {number}\n" for number in range(11_000))}, "Add data")
    anomaly = hyperion(tmp_path, "score", "HEAD", "--format", "json").json()["anomaly"]
    assert anomaly["is_anomaly"]
    condition, source = "at least 10,000 lines added, ten times those deleted", "after Hindle et al. 2008"
    assert anomaly["smells"] == [{"name": "large dump", "condition": condition, "source": source}]
    assert f"a large dump ({condition}" in hyperion(tmp_path, "score", "HEAD").out
    repo.commit({"a.py": "x = 9\n"})
    assert hyperion(tmp_path, "score", "HEAD", "--format", "json").json()["anomaly"]["smells"] == []
