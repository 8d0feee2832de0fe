"""The quality features of a change, on changes small enough to work out by hand."""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import permutations

import pytest

from hyperion_hook.domain.change import Change, ChangeKind, FileChange, FileStatus, Hunk
from hyperion_hook.domain.history import EmptyHistory
from hyperion_hook.domain.snapshot import Folder, SourceText
from hyperion_hook.domain.vector import Missing, Value
from hyperion_hook.features.catalogue import CATALOGUE
from hyperion_hook.features.change import quality
from hyperion_hook.features.change.changed_code import TOO_LARGE
from hyperion_hook.features.code.metrics import FunctionMetrics, SourceMetrics
from hyperion_hook.features.context import Context
from hyperion_hook.features.source.measure import measure_source
from tests.support.repo import TestRepo

SIMPLE = "def f(a):\n    return a\n\n\ndef g(a):\n    if a:\n        return 1\n    return 2\n"
COMPLEX = (
    "def f(a):\n    for x in a:\n        if x and a:\n            return x\n    return a\n\n\n"
    "def g(a):\n    if a:\n        return 1\n    return 2\n"
)


@dataclass
class Texts:
    """Both sides of a change as text."""

    old: Mapping[str, str] = field(default_factory=dict)
    new: Mapping[str, str] = field(default_factory=dict)

    def before(self, file: FileChange) -> SourceText | Missing:
        return self._read(self.old, file.previous_path)

    def after(self, file: FileChange) -> SourceText | Missing:
        return self._read(self.new, file.path)

    def base_file(self, path: str) -> SourceText | Missing:
        return self._read(self.old, path)

    def base_folder(self, path: str) -> Folder | Missing:
        return Missing("not needed")

    @staticmethod
    def _read(side: Mapping[str, str], path: str) -> SourceText | Missing:
        return SourceText(path, f"blob of {path}", side[path]) if path in side else Missing("it does not exist")


def hunks(old: str, new: str) -> tuple[Hunk, ...]:
    """Return hunks without context, numbered as git numbers them."""
    before, after = old.encode().split(b"\n"), new.encode().split(b"\n")
    found = []
    for tag, i1, i2, j1, j2 in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag != "equal":
            found.append(Hunk(i1 + (i2 > i1), j1 + (j2 > j1), tuple(before[i1:i2]), tuple(after[j1:j2])))
    return tuple(found)


def measured(old: Mapping[str, str], new: Mapping[str, str], **changes: object) -> dict[str, Value]:
    files = []
    for path in sorted(old.keys() | new.keys()):
        status = FileStatus.ADDED if path not in old else FileStatus.DELETED if path not in new else FileStatus.MODIFIED
        files.append(FileChange(path, status, hunks=hunks(old.get(path, ""), new.get(path, ""))))
    change = Change(ChangeKind.COMMIT, tuple(files), None, 0, 0)
    return of(replace(change, **changes), Texts(old, new))  # type: ignore[arg-type]


def of(change: Change, texts: Texts) -> dict[str, Value]:
    measure = lambda path, blob, text: measure_source(path, text)  # noqa: E731
    return quality.measure(Context(change, texts, EmptyHistory(), Missing("no graph"), measure))


def test_the_names_are_those_of_the_catalogue() -> None:
    assert set(quality.NAMES) == {feature.name for feature in CATALOGUE if feature.module == "quality"}
    assert measured({}, {}).keys() == set(quality.NAMES)


def test_a_change_without_source_has_no_value_and_says_why() -> None:
    for files in ({}, {"README.md": "x"}, {"tests/test_a.py": SIMPLE}, {"vendor/a.py": SIMPLE}):
        values = measured({}, files)
        assert set(values.values()) == {quality.NO_SOURCE}
    unread = measured({}, {"a.hs": "main = 1", "b.clj": "(f)"})
    assert set(unread.values()) == {Missing("no reader for Clojure, Haskell")}


def test_only_functions_with_a_changed_line_count() -> None:
    values = measured({"a.py": SIMPLE}, {"a.py": SIMPLE.replace("return a\n", "return a + 1\n")})
    assert values["functions_touched"] == 1
    assert values["cyclomatic_complexity"] == 1
    assert values["cognitive_complexity"] == 0
    values = measured({"a.py": SIMPLE}, {"a.py": SIMPLE.replace("return 2", "return 3")})
    assert values["cyclomatic_complexity"] == 2
    assert values["cognitive_complexity"] == 1
    assert values["npath_complexity"] == pytest.approx(math.log10(2))


def test_the_most_complex_touched_function_counts() -> None:
    values = measured({"a.py": SIMPLE}, {"a.py": COMPLEX.replace("return 2", "return 3")})
    assert values["functions_touched"] == 2
    assert values["cyclomatic_complexity"] == 4
    assert values["cognitive_complexity"] == 4  # loop 1, nested if 2, `and` 1
    assert values["npath_complexity"] == pytest.approx(math.log10(4))
    assert values["nesting_depth"] == 2
    assert values["longest_function"] == 5


def test_a_deletion_touches_the_function_around_it() -> None:
    shorter = COMPLEX.replace("        if x and a:\n            return x\n", "        x\n")
    values = measured({"a.py": COMPLEX}, {"a.py": shorter})
    assert values["functions_touched"] == 1
    longer = SIMPLE.replace("def f(a):\n", "def f(a):\n    a += 1\n")
    assert measured({"a.py": longer}, {"a.py": SIMPLE})["functions_touched"] == 1


def test_a_change_outside_functions_touches_none() -> None:
    values = measured({"a.py": "x = 1\n\n\n" + SIMPLE}, {"a.py": "x = 2\n\n\n" + SIMPLE})
    assert values["functions_touched"] == 0
    assert values["cyclomatic_complexity"] == quality.NO_FUNCTION
    assert values["method_count"] == 2


def test_files_are_summed_and_the_worst_one_speaks_for_quality() -> None:
    java = "class A { int f(int a) { return a; } }\n// why\n"
    values = measured({}, {"a.py": COMPLEX, "b.java": java})
    assert values["method_count"] == 3
    assert values["lines_of_code"] == 10
    assert values["class_count"] == 1
    assert values["comment_density"] == pytest.approx(1 / 11)
    assert values["inheritance_depth"] == 0
    assert values["class_cohesion"] == 1
    one, other = measure_source("a.py", COMPLEX), measure_source("b.java", java)
    assert isinstance(one, SourceMetrics)
    assert isinstance(other, SourceMetrics)
    assert values["maintainability_index"] == min(one.maintainability, other.maintainability)  # type: ignore[type-var]
    assert values["halstead_volume"] == one.halstead_volume + other.halstead_volume  # type: ignore[operator]


def test_the_least_cohesive_class_counts() -> None:
    text = (
        "class A(B):\n    def f(self):\n        return self.x\n    def g(self):\n        return self.y\n"
        "class C(A):\n    def f(self):\n        return self.x\n"
    )
    values = measured({}, {"a.py": text})
    assert values["class_cohesion"] == 0.5
    assert values["inheritance_depth"] == 2


def test_deltas_are_after_minus_before() -> None:
    values = measured({"a.py": SIMPLE}, {"a.py": COMPLEX})
    assert values["cyclomatic_delta"] == 3
    assert values["cognitive_delta"] == 4
    assert isinstance(values["maintainability_delta"], float)
    assert values["maintainability_delta"] < 0
    back = measured({"a.py": COMPLEX}, {"a.py": SIMPLE})
    assert back["cyclomatic_delta"] == -3
    assert back["maintainability_delta"] == pytest.approx(-values["maintainability_delta"])


def test_a_new_file_counts_from_zero_and_a_deleted_one_to_zero() -> None:
    new, gone = measured({}, {"a.py": COMPLEX}), measured({"a.py": COMPLEX}, {})
    assert new["cyclomatic_delta"] == 6
    assert gone["cyclomatic_delta"] == -6
    assert new["cognitive_delta"] == 5
    index = new["maintainability_index"]
    assert isinstance(index, float)
    assert new["maintainability_delta"] == pytest.approx(index - 100)
    assert gone["maintainability_delta"] == pytest.approx(100 - index)
    assert gone["lines_of_code"] == quality.NOTHING_LEFT
    assert gone["cyclomatic_complexity"] == quality.NOTHING_LEFT


def test_a_function_within_a_function_is_counted_once() -> None:
    text = "def f(a):\n    x = 1\n    def g(b):\n        if b:\n            return 1\n    return g, x\n"
    metrics = measure_source("a.py", text)
    assert isinstance(metrics, SourceMetrics)
    assert [item.cognitive for item in metrics.functions] == [2, 1]
    assert quality.cognitive_total(metrics) == 2
    script = "function f() {\n  function g(b) {\n    if (b) { h() }\n  }\n  return g\n}\n"
    metrics = measure_source("a.js", script)
    assert isinstance(metrics, SourceMetrics)
    assert quality.cognitive_total(metrics) == 1


def test_a_file_that_cannot_be_measured_leaves_the_others() -> None:
    values = measured({}, {"a.py": "def f(:\n", "b.py": SIMPLE})
    assert values["method_count"] == 2
    broken = measured({}, {"a.py": "def f(:\n"})
    assert all(isinstance(value, Missing) and "cannot parse" in value.reason for value in broken.values())


def test_a_language_without_statements_still_has_sizes() -> None:
    values = measured({}, {"a.erl": "-module(a).\nf(X) -> case X of 1 -> a; _ -> b end.\n"})
    assert values["lines_of_code"] == 2
    assert isinstance(values["npath_complexity"], Missing)
    assert values["class_count"] == Missing("classes of Erlang are not read")


def test_a_change_that_was_not_read_line_by_line_says_so() -> None:
    file = FileChange("a.py", FileStatus.ADDED)
    values = of(Change(ChangeKind.COMMIT, (file,), None, 0, 0), Texts({}, {"a.py": SIMPLE}))
    assert values["cyclomatic_complexity"] == TOO_LARGE
    assert values["method_count"] == 2


def test_symbolic_links_submodules_and_binaries_are_no_source() -> None:
    for file in (
        FileChange("a.py", FileStatus.ADDED, new_mode=0o120000),
        FileChange("a.py", FileStatus.ADDED, new_mode=0o160000),
        FileChange("a.py", FileStatus.ADDED, is_binary=True),
    ):
        values = of(Change(ChangeKind.COMMIT, (file,), None, 0, 0), Texts({}, {"a.py": SIMPLE}))
        assert set(values.values()) == {quality.NO_SOURCE}


def test_a_rename_compares_with_the_old_path_and_a_copy_is_new() -> None:
    for status, delta in ((FileStatus.RENAMED, 0), (FileStatus.COPIED, 3)):
        file = FileChange("b.py", status, old_path="a.py", hunks=())
        values = of(Change(ChangeKind.COMMIT, (file,), None, 0, 0), Texts({"a.py": SIMPLE}, {"b.py": SIMPLE}))
        assert values["cyclomatic_delta"] == delta


def test_the_order_of_files_does_not_matter() -> None:
    texts = Texts({"a.py": SIMPLE}, {"a.py": COMPLEX, "b.py": "def f(:\n", "c.erl": "f() -> a."})
    files = [
        FileChange("a.py", FileStatus.MODIFIED, hunks=hunks(SIMPLE, COMPLEX)),
        FileChange("b.py", FileStatus.ADDED, hunks=()),
        FileChange("c.erl", FileStatus.ADDED, hunks=()),
    ]
    results = [of(Change(ChangeKind.COMMIT, tuple(order), None, 0, 0), texts) for order in permutations(files)]
    assert all(result == results[0] for result in results)


@pytest.mark.parametrize(
    ("start", "added", "deleted", "expected"),
    [
        (1, 1, 0, []),
        (2, 1, 0, []),
        (3, 1, 0, ["f"]),
        (6, 1, 0, ["f"]),
        (7, 1, 0, []),
        (8, 1, 0, ["g"]),
        (5, 4, 0, ["f", "g"]),
        (2, 0, 1, []),
        (3, 0, 1, ["f"]),
        (6, 0, 1, ["f"]),
        (7, 0, 2, []),
    ],
)
def test_lines_decide_which_function_is_touched(start: int, added: int, deleted: int, expected: list[str]) -> None:
    none = Missing("not needed")
    functions = [
        FunctionMetrics(name, first, last, 1, 1, none, none, none, 0, 1)
        for name, first, last in (("f", 3, 6), ("g", 8, 9))
    ]
    hunk = Hunk(start, start, (b"x",) * deleted, (b"y",) * added)
    assert [item.name for item in quality.touched_functions(functions, [hunk])] == expected


def test_the_hunks_of_real_git_touch_the_same_functions(tmp_path_factory: pytest.TempPathFactory) -> None:
    repo = TestRepo(tmp_path_factory.mktemp("repo"))
    repo.commit({"a.py": COMPLEX})
    for old, new, expected in (
        ("        if x and a:\n            return x\n", "", ["f"]),
        ("    return 2\n", "", ["g"]),
        ("return 1", "return 3", ["g"]),
        ("def g(a):", "import b\n\n\ndef g(a):", []),
    ):
        after = COMPLEX.replace(old, new)
        repo.write({"a.py": after})
        patch = repo.git("diff", "-U0", "--no-color", "--", "a.py")
        found = [_hunk(line, patch) for line in patch.split("\n") if line.startswith("@@")]
        metrics = measure_source("a.py", after)
        assert isinstance(metrics, SourceMetrics)
        assert [item.name for item in quality.touched_functions(metrics.functions, found)] == expected


def _hunk(header: str, patch: str) -> Hunk:
    """Read one hunk's position and how many lines it adds; which ones does not matter."""
    old, new = (part[1:].split(",") for part in header.split(" ")[1:3])
    deleted, added = (int(part[1]) if len(part) > 1 else 1 for part in (old, new))
    return Hunk(int(old[0]), int(new[0]), (b"",) * deleted, (b"",) * added)
