from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from hyperion_hook.domain.commit import Commit
from hyperion_hook.domain.vector import FeatureVector
from hyperion_hook.errors import GitError
from hyperion_hook.git.repository import Repository
from hyperion_hook.training.rows.replay import ReplayedCommit, ReplayOptions, ReplaySummary, measurable, replay
from tests.support.history import tangled_history
from tests.support.repo import START, TestRepo

DAY = 86_400
BOT = "renovate[bot] <bot@users.noreply.github.com>"


@pytest.fixture(scope="module")
def tangled(tmp_path_factory: pytest.TempPathFactory) -> TestRepo:
    return tangled_history(tmp_path_factory.mktemp("tangled"), rounds=4)


def vectors(repo: TestRepo, until: str = "HEAD", **options: object) -> dict[str, FeatureVector]:
    found = replay(Repository.discover(repo.path), until=until, options=ReplayOptions(**options))  # type: ignore[arg-type]
    return {item.commit.id: item.vector for item in found}


def subjects(found: list[ReplayedCommit]) -> list[str]:
    return [item.commit.subject for item in found]


def test_a_first_commit_is_measured_against_nothing(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    commit = repo.commit({"a.py": "x = 1\n"})
    vector = vectors(repo)[commit]
    assert vector["la"] == 1.0
    assert vector["exp"] == 0.0
    assert vector["file_commits"] == 0.0


def test_a_branch_that_does_not_exist_is_one_clear_error(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    repo.commit({"a.py": "x = 1\n"})
    with pytest.raises(GitError, match="no-such-branch"):
        list(replay(Repository.discover(tmp_path), until="no-such-branch"))


def test_each_commit_knows_only_what_came_before_it(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    commits = [repo.commit({"a.py": f"x = {number}\n"}) for number in range(4)]
    found = vectors(repo)
    assert [found[commit]["exp"] for commit in commits] == [0.0, 1.0, 2.0, 3.0]
    assert [found[commit]["file_commits"] for commit in commits] == [0.0, 1.0, 2.0, 3.0]
    assert [found[commit]["cyclomatic_delta"] for commit in commits] == [0.0] * 4


def test_merges_and_bots_are_counted_and_left_out(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    repo.commit({"a.py": "x = 1\n"}, "one")
    repo.git("checkout", "-q", "-b", "side")
    repo.commit({"b.py": "x = 1\n"}, "two")
    repo.git("checkout", "-q", "main")
    repo.commit({"c.py": "x = 1\n"}, "bump", author=BOT)
    repo.merge("side")
    repository = Repository.discover(tmp_path)
    summary = ReplaySummary()
    assert sorted(subjects(list(replay(repository, summary=summary)))) == ["one", "two"]
    assert (summary.commits, summary.merges, summary.bots, summary.measured) == (4, 1, 1, 2)
    with_bots = replay(repository, options=ReplayOptions(bots=True))
    assert sorted(subjects(list(with_bots))) == ["bump", "one", "two"]


def test_of_a_very_large_commit_only_a_sample_is_looked_into(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    commit = repo.commit({f"src/a{number}.py": "x = 1\ny = 2\n" for number in range(5)})
    summary = ReplaySummary()
    (item,) = replay(Repository.discover(tmp_path), options=ReplayOptions(bulk_files=4), summary=summary)
    assert summary.bulk == 1
    assert item.commit.id == commit
    assert (item.vector["nf"], item.vector["la"], item.vector["hunk_count"]) == (5.0, 10.0, 5.0)
    assert (item.vector["code_lines_added"], item.vector["lines_of_code"]) == (10.0, 8.0)


def test_a_dump_of_foreign_files_is_counted(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    repo.commit({"vendor/x.js": "1\n", "vendor/y.js": "2\n"})
    repo.commit({"vendor/x.js": "2\n", "a.js": "2\n"})
    summary = ReplaySummary()
    list(replay(Repository.discover(tmp_path), summary=summary))
    assert summary.foreign == 1


def test_no_vector_changes_when_all_later_history_is_taken_away(tangled: TestRepo) -> None:
    whole = vectors(tangled)
    ids = tangled.git("rev-list", "--no-merges", "HEAD").split()
    for tip in (ids[3], ids[len(ids) // 2], tangled.git("rev-parse", "side2").strip()):
        before = vectors(tangled, until=tip)
        assert before
        for commit, vector in before.items():
            assert vector == whole[commit]


def test_the_newest_commits_alone_have_the_same_vectors(tangled: TestRepo) -> None:
    whole = vectors(tangled)
    some = vectors(tangled, max_commits=7, bots=True)
    assert len(some) == 7
    assert {commit: vector for commit, vector in some.items() if commit in whole} == {
        commit: whole[commit] for commit in some if commit in whole
    }
    assert list(some)[-1] == tangled.git("rev-list", "--no-merges", "-1", "HEAD").strip()


def test_windows_put_together_are_the_whole(tangled: TestRepo) -> None:
    repository = Repository.discover(tangled.path)
    total = measurable(repository, repository.resolve("HEAD"), ReplayOptions())
    edges = [0, total // 3, total // 2, total + 1]
    parts: dict[str, FeatureVector] = {}
    for window in itertools.pairwise(edges):
        part = vectors(tangled, window=window)
        assert not parts.keys() & part.keys()
        parts |= part
    assert parts == vectors(tangled)


def test_since_chooses_by_date_whatever_the_order(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    repo.commit({"a": "1\n"}, "one")
    repo.commit({"a": "2\n"}, "late", days=100)
    repo.commit({"a": "3\n"}, "wrong clock", days=-100)
    repo.commit({"a": "4\n"}, "now", days=200)
    repository = Repository.discover(tmp_path)
    options = ReplayOptions(since=START + 50 * DAY)
    assert subjects(list(replay(repository, options=options))) == ["late", "now"]
    assert measurable(repository, repository.resolve("HEAD"), options) == 2
    newest = ReplayOptions(since=START + 50 * DAY, max_commits=1)
    assert subjects(list(replay(repository, options=newest))) == ["now"]


def test_observers_see_every_commit_in_order_and_merges_with_their_files(tangled: TestRepo) -> None:
    seen: list[Commit] = []
    list(
        replay(
            Repository.discover(tangled.path),
            observers=[seen.append],
            options=ReplayOptions(max_commits=1, source_metrics=False, graph=False),
        )
    )
    assert len(seen) == int(tangled.git("rev-list", "--count", "HEAD"))
    known: set[str] = set()
    for commit in seen:
        assert set(commit.parents) <= known
        known.add(commit.id)
    assert all(commit.files for commit in seen if commit.is_merge)


def test_what_is_not_asked_for_is_missing_with_the_reason(tangled: TestRepo) -> None:
    found = vectors(tangled, source_metrics=False, graph=False)
    assert not any("cyclomatic_complexity" in vector.present for vector in found.values())
    for vector in found.values():
        assert vector.missing["cyclomatic_complexity"].startswith("not measured")
        assert vector.missing["breaking_change_risk"].startswith("not measured")
        assert "la" in vector.present


def test_progress_ends_at_the_whole(tangled: TestRepo) -> None:
    told: list[tuple[int, int]] = []
    list(
        replay(
            Repository.discover(tangled.path),
            options=ReplayOptions(source_metrics=False, graph=False),
            progress=lambda _, done, total: told.append((done, total)),
        )
    )
    assert told[-1][0] == told[-1][1] == int(tangled.git("rev-list", "--count", "HEAD"))


def test_nothing_is_written_into_the_repository(tangled: TestRepo) -> None:
    git_dir = tangled.path / ".git"
    before = sorted(str(path) for path in git_dir.rglob("*"))
    vectors(tangled, max_commits=3)
    assert sorted(str(path) for path in git_dir.rglob("*")) == before


def test_a_missing_blob_costs_its_own_file_and_no_other(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    repo.commit({"a.py": "x = 1\n", "dump.txt": "1\n"})
    commit = repo.commit({"a.py": "x = 1\nif x:\n    y = 2\n", "dump.txt": "lost\n"})
    last = repo.commit({"a.py": "x = 1\n"})
    whole = vectors(repo)
    lost = repo.git("rev-parse", f"{commit}:dump.txt").strip()
    (tmp_path / ".git" / "objects" / lost[:2] / lost[2:]).unlink()
    found = vectors(repo)
    assert found[commit]["code_lines_added"] == whole[commit]["code_lines_added"] == 2.0
    assert found[commit]["cyclomatic_delta"] == whole[commit]["cyclomatic_delta"]
    assert found[last] == whole[last]


def test_files_that_are_left_out_are_not_learned_from(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    mixed = repo.commit({"a.py": "x = 1\n", "gen/b.py": "y = 1\n", "c.snap": "z\n"})
    alone = repo.commit({"gen/b.py": "y = 2\n"})
    repo.commit({".gitattributes": "gen/** linguist-generated\n"})
    summary = ReplaySummary()
    items = list(replay(Repository.discover(tmp_path), options=ReplayOptions(exclude=("*.snap",)), summary=summary))
    found = {item.commit.id: item for item in items}
    assert (found[mixed].vector["nf"], found[mixed].foreign) == (1.0, False)
    assert (found[alone].vector["nf"], found[alone].foreign) == (0.0, True)
    assert summary.foreign == 1


def test_a_sample_is_spread_evenly_and_each_row_is_what_it_is_without(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    commits = [repo.commit({"a.py": f"x = {number}\n"}) for number in range(10)]
    every = vectors(repo, source_metrics=False, graph=False)
    some = vectors(repo, source_metrics=False, graph=False, sampled=3)
    assert list(some) == [commits[3], commits[6], commits[9]]
    assert all(some[commit] == every[commit] for commit in some)
    assert list(vectors(repo, source_metrics=False, graph=False, sampled=99)) == commits
