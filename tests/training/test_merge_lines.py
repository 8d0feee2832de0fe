"""The combined diff of real merges, compared with the parents' lines themselves."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from hyperion_hook.git.repository import Repository
from hyperion_hook.training.labels.merge_lines import MixedFile, mixed_files, parse_combined
from tests.support.repo import TestRepo

BASE = [f"line {number}" for number in range(40)]


def text(lines: list[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def mixed(repo: TestRepo) -> list[tuple[str, dict[str, MixedFile]]]:
    merges = repo.git("rev-list", "--merges", "--topo-order", "--reverse", "HEAD").split()
    return list(mixed_files(Repository.discover(repo.path), merges))


def rebuilt(file: MixedFile, parents: list[list[str]], result: list[str]) -> list[str]:
    """Put the result together from the parents' lines; lines of none are taken from the result."""
    lines: list[str] = []
    at = 0
    for hunk in file.hunks or ():
        lines += parents[0][at : at + hunk.start - len(lines)]
        for run in hunk.runs:
            source = result if run.parent < 0 else parents[run.parent]
            start = len(lines) if run.parent < 0 else run.start
            lines += source[start : start + run.length]
        at = hunk.parent_ends[0]
    return lines + parents[0][at:]


def lines_at(repo: TestRepo, revision: str, path: str) -> list[str]:
    return repo.git("show", f"{revision}:{path}").splitlines()


def test_a_merge_that_takes_one_side_mixes_nothing(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    repo.commit({"a": text(BASE)})
    repo.git("checkout", "-q", "-b", "side")
    repo.commit({"b": "1\n"})
    repo.git("checkout", "-q", "main")
    repo.commit({"c": "1\n"})
    merge = repo.merge("side")
    assert mixed(repo) == [(merge, {})]


@pytest.mark.parametrize("seed", range(8))
def test_every_line_of_a_mixed_file_is_where_the_diff_says_it_comes_from(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311
    repo = TestRepo(tmp_path)
    repo.commit({"pkg/a b.txt": text(BASE), 'we"ird\n.txt': text(BASE)})
    sides = []
    for side in range(2 + seed % 3):
        repo.git("checkout", "-q", "-B", f"side{side}", "main~0" if side else "main")
        changed = list(BASE)
        # each side edits a stretch of its own, so that git can merge them
        for _ in range(3):
            at = 12 * side + rng.randrange(6)
            if at < len(changed):
                changed[at : at + rng.randrange(3)] = [f"side {side} {rng.random()}" for _ in range(rng.randrange(3))]
        repo.commit({"pkg/a b.txt": text(changed), 'we"ird\n.txt': text(changed)})
        sides.append(f"side{side}")
    repo.git("checkout", "-q", "side0")
    for side in sides[1:]:
        repo.git("merge", "-q", "--no-ff", "--no-commit", side)
        # an evil merge: one line that no side wrote
        merged_lines = (tmp_path / "pkg/a b.txt").read_text().splitlines()
        merged_lines.insert(rng.randrange(len(merged_lines)), f"evil {rng.random()}")
        repo.stage({"pkg/a b.txt": text(merged_lines)})
        repo.git("commit", "-q", "-m", "merge")
    seen = 0
    for merge, files in mixed(repo):
        assert "pkg/a b.txt" in files
        for path, file in files.items():
            parents = [lines_at(repo, f"{merge}^{number}", path) for number in (1, 2)]
            result = lines_at(repo, merge, path)
            assert rebuilt(file, parents, result) == result
            evil = sum(run.length for hunk in file.hunks or () for run in hunk.runs if run.parent < 0)
            assert evil == sum(line not in parents[0] and line not in parents[1] for line in result)
            seen += 1
    assert seen >= len(sides) - 1


def test_unchanged_lines_between_two_differences_keep_their_place(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    repo.commit({"a": text(["1", "2", "3", "4", "5"])})
    repo.git("checkout", "-q", "-b", "side")
    repo.commit({"a": text(["1", "3", "4", "5"])})
    repo.git("checkout", "-q", "main")
    repo.commit({"a": text(["1", "2", "3", "4", "5", "6"])})
    repo.git("merge", "-q", "--no-commit", "side")
    repo.stage({"a": text(["0", "1", "3", "new", "4", "6"])})
    repo.git("commit", "-q", "-m", "merge")
    ((_, files),) = mixed(repo)
    parents = [lines_at(repo, f"HEAD^{number}", "a") for number in (1, 2)]
    assert rebuilt(files["a"], parents, lines_at(repo, "HEAD", "a")) == ["0", "1", "3", "new", "4", "6"]


def test_an_octopus_and_a_binary_file_are_read(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    repo.commit({"a": text(BASE), "bin": b"\0base"})
    for side in range(3):
        repo.git("checkout", "-q", "-B", f"side{side}", "main")
        changed = list(BASE)
        changed[side * 12] = f"side {side}"
        repo.commit({"a": text(changed), f"own{side}": "1\n"})
    repo.git("checkout", "-q", "side0")
    repo.merge("side1", "side2")
    ((_, files),) = mixed(repo)
    parents = [lines_at(repo, f"HEAD^{number}", "a") for number in (1, 2, 3)]
    assert len(files["a"].parent_blobs) == 3
    assert rebuilt(files["a"], parents, lines_at(repo, "HEAD", "a")) == lines_at(repo, "HEAD", "a")

    repo.git("checkout", "-q", "-b", "x", "main")
    repo.commit({"bin": b"\0x"})
    repo.git("checkout", "-q", "-b", "y", "main")
    repo.commit({"bin": b"\0y"})
    repo.git("merge", "-q", "--no-commit", "x", check=False)
    repo.stage({"bin": b"\0both"})
    repo.git("commit", "-q", "-m", "merge")
    *_, (_, files) = mixed(repo)
    assert files["bin"].hunks is None


def test_nothing_is_made_of_nothing() -> None:
    assert parse_combined(b"") == []
    assert parse_combined(b"\0\n") == []


def test_a_merge_whose_blobs_are_missing_costs_only_itself(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    repo.commit({"a": text(BASE), "b": text(BASE)})
    merges = []
    for number, path in enumerate("aba"):
        repo.git("checkout", "-q", "-b", f"side{number}")
        repo.commit({path: text([f"side {number}", *BASE])})
        repo.git("checkout", "-q", "main")
        repo.commit({path: text([*BASE, f"main {number}"])})
        repo.git("merge", "-q", "--no-commit", f"side{number}", check=False)
        repo.stage({path: text([f"side {number}", *BASE, f"main {number}", "evil"])})
        repo.git("commit", "-q", "-m", "merge")
        merges.append(repo.head())
    lost = repo.git("rev-parse", f"{merges[1]}:b").strip()
    (tmp_path / ".git" / "objects" / lost[:2] / lost[2:]).unlink()
    assert [(commit, list(files)) for commit, files in mixed(repo)] == [
        (merges[0], ["a"]),
        (merges[1], []),
        (merges[2], ["a"]),
    ]
