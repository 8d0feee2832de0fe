from __future__ import annotations

from dataclasses import replace

from hyperion_hook.domain.author import Author
from hyperion_hook.domain.change import FileChange, FileStatus
from hyperion_hook.domain.commit import MOST_FILES_OF_A_FIX, Commit
from hyperion_hook.training.bugs.bug_fix_times import FixTimes

ADA = Author("Ada", "ada@example.org")


def commit(time: int, message: str, *files: FileChange | str, author: Author = ADA, parents: int = 1) -> Commit:
    changes = tuple(FileChange(file, FileStatus.MODIFIED) if isinstance(file, str) else file for file in files)
    return Commit(f"{time:040x}", ("0" * 40,) * parents, author, author, time, time, 0, message, changes)


def settled(*commits: Commit) -> FixTimes:
    fixes = FixTimes()
    for entry in commits:
        fixes.advance(entry)
    fixes.settle()
    return fixes


def test_a_fix_counts_after_the_moment_and_up_to_the_end() -> None:
    fixes = settled(commit(300, "Fix crash", "a.py"), commit(100, "Fix crash again", "a.py"))
    assert [fixes.fixed("a.py", start, start + 50) for start in (49, 50, 99, 100, 249, 250, 300)] == [
        False,
        True,
        True,
        False,
        False,
        True,
        False,
    ]
    assert not fixes.fixed("b.py", 0, 999)


def test_what_repairs_nothing_does_not_count() -> None:
    many = [f"f{number}.py" for number in range(MOST_FILES_OF_A_FIX + 1)]
    fixes = settled(
        commit(1, "Add x", "a.py"),
        commit(2, "Fix crash", "a.py", parents=2),
        commit(3, "Fix crash", "a.py", author=Author("renovate[bot]", "bot@example.org")),
        commit(4, "Fix crash everywhere", "a.py", *many),
        commit(5, "Fix crash", "tests/test_a.py", "README.md"),
        commit(6, "Fix crash", FileChange("a.py", FileStatus.DELETED)),
    )
    assert not fixes.fixed("a.py", 0, 99)
    assert not fixes.fixed("tests/test_a.py", 0, 99)


def test_a_fix_carried_to_another_branch_counts_once() -> None:
    first = commit(100, "Fix crash", "a.py")
    rebased = replace(first, id="f" * 40, committed_at=500)
    picked = commit(550, f"Fix crash in 2.x\n\n(cherry picked from commit {first.id})", "a.py")
    fixes = settled(first, rebased, picked, commit(700, "Fix crash", "a.py"))
    assert fixes.fixed("a.py", 0, 200)
    assert not fixes.fixed("a.py", 200, 600)
    assert fixes.fixed("a.py", 600, 700)


def test_a_file_is_followed_to_its_later_name_and_not_back() -> None:
    fixes = settled(
        commit(100, "Move", FileChange("b.py", FileStatus.RENAMED, old_path="a.py")),
        commit(150, "Fix crash", "b.py"),
        commit(300, "Fix crash too", "a.py"),
    )
    assert fixes.fixed("a.py", 50, 160)
    assert not fixes.fixed("a.py", 100, 160), "by then the path was another file's"
    assert not fixes.fixed("b.py", 200, 400)
