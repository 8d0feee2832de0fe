from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperion_hook.domain.change import SYMLINK_MODE, FileChange, FileStatus
from hyperion_hook.domain.history import DAY, FILE_WINDOW, MONTH, EmptyHistory, FileEvent, FileHistory, Tally
from hyperion_hook.features.history.file_bug_features import (
    FILE_NUMBERS,
    MOST_FILES,
    file_numbers,
    is_judged,
    judged_files,
    numbers_after,
)

NOW = 1_000 * MONTH + 5 * DAY


def event(
    days: float, *, author: int = 1, added: int | None = 10, deleted: int | None = 2, flags: int = 0
) -> FileEvent:
    return FileEvent(NOW - int(days * DAY), int(1e6 - days), author, added, deleted, flags)


def numbers(
    *events: FileEvent, directory: tuple[Tally, ...] = (), repository: tuple[Tally, ...] = ()
) -> dict[str, float]:
    life = FileHistory(events, events[-1].time if events else None, len(events))
    return dict(zip(FILE_NUMBERS, file_numbers(life, directory, repository, NOW), strict=True))


def test_a_file_without_a_past_has_counts_of_zero_and_unknown_shares() -> None:
    found = numbers()
    assert (found["commits"], found["fixes"], found["age"], found["lines_now"]) == (0, 0, 0, 0)
    unknown = ("days_since_commit", "days_since_fix", "fix_share", "share_of_fixes")
    assert all(math.isnan(found[name]) for name in unknown)


def test_a_past_is_counted_by_windows() -> None:
    found = numbers(
        event(2, flags=1),
        event(40, author=2),
        event(100, author=2, flags=1),
        event(200, flags=2),
        event(500, flags=5),
    )
    assert [found[f"commits_{days}"] for days in (30, 90, 180, 365)] == [1, 2, 3, 4]
    assert [found[f"fixes_{days}"] for days in (30, 90, 180, 365)] == [1, 1, 2, 2]
    assert (found["commits"], found["fixes"], found["reverts"], found["hotfixes"]) == (5, 3, 1, 1)
    assert (found["age"], found["days_since_commit"], found["days_since_fix"]) == (500, 2, 2)
    assert (found["authors"], found["authors_90"], found["authors_365"]) == (2, 2, 2)
    assert found["top_author_share"] == pytest.approx(3 / 5)
    assert (found["lines_30"], found["lines_90"], found["lines_365"]) == (12, 24, 48)
    assert found["lines_now"] == 5 * 8
    expected = math.exp(-2 / 90) + math.exp(-100 / 90) + math.exp(-500 / 90)
    assert found["decayed_fixes"] == pytest.approx(expected)


def test_lines_that_were_not_counted_are_unknown_where_they_would_count() -> None:
    found = numbers(event(10), event(100, added=None, deleted=None))
    assert (found["lines_30"], found["lines_90"]) == (12, 12)
    assert math.isnan(found["lines_365"])
    assert math.isnan(found["lines_now"])


def test_surroundings_count_the_current_month_and_those_before() -> None:
    month = NOW // MONTH
    tallies = (Tally(month - 12, 90, 9), Tally(month - 11, 20, 5), Tally(month - 2, 10, 4), Tally(month, 10, 1))
    found = numbers(event(2, flags=1), event(40), directory=tallies[1:3], repository=tallies)
    assert (found["repository_commits"], found["repository_fixes"]) == (40, 10)
    assert (found["repository_commits_90"], found["repository_fixes_90"]) == (20, 5)
    assert (found["directory_commits"], found["directory_fixes_90"]) == (30, 4)
    assert found["repository_fix_share"] == 10 / 40
    assert (found["share_of_commits"], found["share_of_fixes"]) == (2 / 40, 1 / 10)
    assert found["share_of_recent_fixes"] == 1 / 5


@given(st.lists(st.tuples(st.integers(-5, 900), st.integers(0, 3), st.none() | st.integers(0, 99), st.integers(0, 31))))
def test_numbers_are_counts_or_unknown_and_wider_windows_hold_more(
    drawn: list[tuple[int, int, int | None, int]],
) -> None:
    drawn.sort(key=lambda entry: entry[0])
    found = numbers(*(event(d, author=a, added=n, deleted=n, flags=f) for d, a, n, f in drawn))
    assert all(math.isnan(value) or 0 <= value < math.inf for value in found.values())
    for kind in ("commits", "fixes"):
        counts = [found[f"{kind}_{days}"] for days in (30, 90, 180, 365)]
        assert counts == sorted(counts)
        assert counts[-1] <= found[kind]


def source(
    path: str = "src/a.py", status: FileStatus = FileStatus.MODIFIED, lines: int = 3, mode: int = 0o100644
) -> FileChange:
    return FileChange(path, status, old_mode=mode, new_mode=mode, lines_added=lines, lines_deleted=0)


def test_only_source_that_stays_is_judged() -> None:
    assert is_judged(source())
    assert is_judged(source(status=FileStatus.ADDED))
    for other in (
        source(status=FileStatus.DELETED),
        source("tests/test_a.py"),
        source("README.md"),
        source("vendor/a.go"),
        source(mode=SYMLINK_MODE),
    ):
        assert not is_judged(other)


def test_of_too_many_files_the_most_changed_are_judged_in_order_of_path() -> None:
    files = [source(f"src/f{number:03}.py", lines=number) for number in range(MOST_FILES + 10)]
    assert [file.path for file in judged_files(files)] == [file.path for file in files[10:]]


def test_a_new_file_has_one_commit_the_change_itself() -> None:
    (row,) = numbers_after([source(status=FileStatus.ADDED, lines=30)], EmptyHistory(), NOW, None)
    found = dict(zip(FILE_NUMBERS, row, strict=True))
    assert (found["age"], found["commits"], found["days_since_commit"], found["lines_now"]) == (0, 1, 0, 30)
    assert (found["fixes"], found["authors"]) == (0, 1)


class Full(EmptyHistory):
    def file(self, path: str) -> FileHistory:
        events = tuple(event(day + 1) for day in range(FILE_WINDOW))
        return FileHistory(events, NOW - 9_999 * DAY, 2_000)


def test_the_change_takes_its_place_in_a_full_window() -> None:
    (row,) = numbers_after([source()], Full(), NOW, 1)
    found = dict(zip(FILE_NUMBERS, row, strict=True))
    assert (found["commits"], found["age"], found["commits_30"]) == (2_001, 9_999, 31)
    assert math.isnan(found["lines_now"])
