from __future__ import annotations

import random
import time
from dataclasses import replace

import pytest

from hyperion_hook.assess.guidance.files_to_read import files_to_read
from hyperion_hook.assess.guidance.functions_to_read import _touched, functions_to_read
from hyperion_hook.domain.change import FileStatus, Hunk
from hyperion_hook.domain.history import DAY, CommitFlag, EmptyHistory, FileEvent, FileHistory
from hyperion_hook.features.code.metrics import FunctionMetrics
from hyperion_hook.git.diffs.hunks import Position
from tests.support.changes import change, edit


class Buggy(EmptyHistory):
    def file(self, path: str) -> FileHistory:
        events = tuple(FileEvent(n, n, 0, 1, 1, CommitFlag.FIX) for n in range(8 if path == "src/b.py" else 0))
        return FileHistory(events, 0, len(events))


def test_nothing_to_read_in_an_empty_change() -> None:
    assert files_to_read(change(), EmptyHistory()) == ()


def test_source_comes_before_longer_tests_and_documents() -> None:
    judged = change(edit("docs/a.md", "+x\n" * 30), edit("tests/test_a.py", "+x\n" * 20), edit("src/a.py", "+x\n" * 4))
    assert files_to_read(judged, EmptyHistory())[0].path == "src/a.py"


def test_a_file_with_many_fixes_comes_first_and_says_so() -> None:
    judged = change(edit("src/a.py", "+x\n" * 9), edit("src/b.py", "+x\n" * 4))
    first = files_to_read(judged, Buggy())[0]
    assert (first.path, first.reason) == ("src/b.py", "+4 -0 lines, 8 earlier bug fixes")


def test_at_most_three_files_whatever_the_order_they_come_in() -> None:
    files = [edit(f"src/{name}.py", "+x\n" * size) for name, size in zip("abcde", (5, 4, 3, 2, 1), strict=True)]
    forward = files_to_read(change(*files), EmptyHistory())
    backward = files_to_read(change(*files[::-1]), EmptyHistory())
    assert forward == backward
    assert [entry.path for entry in forward] == ["src/a.py", "src/b.py", "src/c.py"]


def test_a_lock_file_that_nobody_wrote_comes_after_the_source() -> None:
    judged = change(edit("uv.lock", "+x\n" * 500), edit("src/a.py", "+x\n" * 12))
    assert [entry.path for entry in files_to_read(judged, EmptyHistory())] == ["src/a.py", "uv.lock"]


def test_what_is_deleted_comes_after_what_is_left_to_read() -> None:
    gone = replace(edit("src/gone.py", "-x\n" * 900), status=FileStatus.DELETED)
    assert [entry.path for entry in files_to_read(change(gone, edit("src/a.py", "+x\n" * 3)), EmptyHistory())] == [
        "src/a.py",
        "src/gone.py",
    ]


@pytest.mark.parametrize(
    ("days", "recorded", "pending"),
    [(0, "the same day", "today"), (1, "1 day before", "1 day ago"), (9, "9 days before", "9 days ago")],
)
def test_days_since_a_function_changed_count_from_the_date_of_what_is_judged(
    days: int, recorded: str, pending: str
) -> None:
    functions = [FunctionMetrics("f", 1, 3, 3, 1, 0, 0, 0, 0, 9)]
    past = [FileEvent(50 * DAY, 0, 0, 1, 1, 0)], {0: (Position(1, 1, 1, 1),)}
    for is_recorded, said in ((True, recorded), (False, pending)):
        (entry,) = functions_to_read(
            edit("a.py", "-b\n+c"), functions, functions, *past, (50 + days) * DAY, recorded=is_recorded
        )
        assert entry.reason == f"last changed {said}, complexity 1"


def test_a_function_without_a_name_is_read_as_part_of_the_one_around_it() -> None:
    outer, inner, alone = (
        FunctionMetrics(name, start, end, 3, 1, 0, 0, 0, 0, 9)
        for name, start, end in (("outer", 1, 3), ("(anonymous)", 1, 2), ("anonymous__0", 9, 12))
    )
    for name in ("test_anonymous_user", "anonymousLogin", "Users::anonymous", "anonymous__user"):
        named = FunctionMetrics(name, 1, 2, 3, 1, 0, 0, 0, 0, 9)
        (entry,) = functions_to_read(edit("a.js", "-b\n+c"), [], [named], [], {}, DAY, recorded=True)
        assert entry.name == name.replace("::", ".")
    (entry,) = functions_to_read(
        edit("a.js", "-b\n+c"), [outer, inner, alone], [outer, inner, alone], [], {}, DAY, recorded=True
    )
    assert (entry.name, entry.line) == ("outer", 1)
    assert functions_to_read(edit("a.js", "-b\n+c"), [inner], [inner], [], {}, DAY, recorded=True) == ()


def spanning(*spans: tuple[int, int]) -> list[FunctionMetrics]:
    return [FunctionMetrics(f"f{at}", *span, 3, 1, 0, 0, 0, 0, 9) for at, span in enumerate(spans)]


def test_a_changed_line_is_that_of_the_function_that_begins_last_of_those_around_it() -> None:
    draw = random.Random(7)  # noqa: S311 - not for secrets
    for _ in range(300):
        starts = [draw.randint(1, 30) for _ in range(draw.randint(0, 9))]
        functions = spanning(*((start, start + draw.randint(0, 12)) for start in starts))
        hunks = [Hunk(at, at, (b"x",), (b"x",) * draw.randint(0, 3)) for at in draw.sample(range(1, 45, 3), 8)]
        file = replace(edit("a.js", "+b"), hunks=tuple(hunks))
        expected: dict[str, list[int]] = {}
        for line in sorted(h.new_start + more for h in hunks for more in range(max(h.added_count, 1))):
            around = [function for function in functions if function.start_line <= line <= function.end_line]
            if around:
                expected.setdefault(max(around, key=lambda one: one.start_line).name, []).append(line)
        assert {function.name: lines for function, lines in _touched(file, functions)} == expected


@pytest.mark.parametrize("nested", [False, True], ids=["in turn", "nested"])
def test_any_number_of_touched_functions_takes_time_in_proportion(nested: bool) -> None:
    count = 20_000
    functions = spanning(*((n, 2 * count - n if nested else n) for n in range(1, count + 1)))
    file = edit("a.js", "+b\n" * count)
    past = [FileEvent(n, n, 0, 1, 1, CommitFlag.FIX) for n in range(60)]
    positions = {n: tuple(Position(at, 1, at, 1) for at in range(1, 100)) for n in range(60)}
    started = time.process_time()
    entries = functions_to_read(file, functions, functions, past, positions, DAY, recorded=True)
    assert time.process_time() - started < 5
    assert len(entries) == 3
