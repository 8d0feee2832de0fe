from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from hyperion_hook.domain.history import DAY, MONTH
from hyperion_hook.features.history.file_bug_features import FILE_NUMBERS, judged_files, numbers_after
from hyperion_hook.git.changes import commit_change
from hyperion_hook.git.repository import Repository
from hyperion_hook.store.history.open_history import open_history
from hyperion_hook.training.bugs.dataset import HORIZON, BugOptions, BugRows, bug_rows
from tests.support.buggy import buggy_history
from tests.support.history import tangled_history
from tests.support.repo import START, TestRepo

pytestmark = pytest.mark.train
ALL = BugOptions(least_commits=3)


def rows_of(repo: TestRepo, options: BugOptions = ALL) -> BugRows:
    return bug_rows(Repository.discover(repo.path), name="here", options=options)


def test_a_history_too_short_has_no_rows(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    repo.commit({"a.py": "1\n"}, "Begin")
    found = rows_of(repo)
    assert found.monthly.empty
    assert found.touched.empty


@pytest.fixture(scope="module")
def simple(tmp_path_factory: pytest.TempPathFactory) -> BugRows:
    """Four commits, then five months: a.py is fixed on day 50, b.py moved to c.py and fixed on day 80."""
    repo = TestRepo(tmp_path_factory.mktemp("simple"))
    repo.commit({"a.py": "0\n", "b.py": "x = 2\ny = 3\nz = 4\n", "README.md": "hi\n"}, "Begin", days=0)
    for day in (1, 2, 3):
        repo.commit({"a.py": f"{day}\n"}, f"Improve {day}")
    repo.clock = START + 50 * DAY
    repo.commit({"a.py": "fixed\n"}, "Fix crash", days=0)
    repo.clock = START + 75 * DAY
    repo.git("mv", "b.py", "c.py")
    repo.commit({}, "Move", days=0)
    repo.clock = START + 80 * DAY
    repo.commit({"c.py": "x = 2\ny = 3\nz = 5\n"}, "Fix bug", days=0)
    repo.clock = START + 150 * DAY
    repo.commit({"a.py": "late\n"}, "Improve at last", days=0)
    return rows_of(repo)


def test_source_files_are_asked_about_every_thirty_days_until_the_horizon_is_open(simple: BugRows) -> None:
    # the first moment is a month after the third commit's successor: days 33, 63, 93; 123 + 30 lies after day 150
    found = {(int((row.time - START) / DAY), row.path): row.fixed for row in simple.monthly.itertuples()}
    assert found == {
        (33, "a.py"): 1,
        (33, "b.py"): 0,
        (63, "a.py"): 0,
        (63, "b.py"): 1,
        (93, "a.py"): 0,
        (93, "c.py"): 0,
    }


def test_rows_hold_the_past_of_their_moment_only(simple: BugRows) -> None:
    rows = simple.monthly.set_index(["time", "path"])
    first = rows.loc[(START + 33 * DAY, "a.py")]
    assert (first["commits"], first["fixes"], first["age"], first["days_since_commit"]) == (4, 0, 33, 30)
    moved = rows.loc[(START + 93 * DAY, "c.py")]
    assert (moved["commits"], moved["fixes"], moved["lines_now"]) == (3, 1, 3)


def test_touched_files_are_asked_about_just_after_the_change(simple: BugRows) -> None:
    found = {(int((row.time - START) / DAY), row.path): row for row in simple.touched.itertuples()}
    assert set(found) == {(3, "a.py"), (50, "a.py"), (75, "c.py"), (80, "c.py")}
    assert found[75, "c.py"].fixed == 1
    assert found[50, "a.py"].fixed == 0, "the fix itself is not its own future"
    assert (found[50, "a.py"].commits, found[50, "a.py"].days_since_commit) == (5, 0)


def test_the_hook_measures_what_was_learned(tmp_path: Path) -> None:
    """Every touched row, bit for bit, from an index of the whole history with branches, renames and merges."""
    repo = tangled_history(tmp_path)
    repo.clock += 60 * DAY
    repo.commit({"pkg/mod0.py": "x = 1\n"}, "Late")
    repository = Repository.discover(repo.path)
    index, _ = open_history(repository, repo.head())
    touched = rows_of(repo).touched
    assert len(touched) > 10
    with index:
        for commit, rows in touched.groupby("moment"):
            change = commit_change(repository, str(commit))
            assert change.author is not None
            history = index.history_at(change.base)
            files = judged_files(change.files)
            expected = list(numbers_after(files, history, change.time, history.author_number(change.author)))
            assert [file.path for file in files] == rows["path"].tolist()
            assert np.array_equal(
                rows[list(FILE_NUMBERS)].to_numpy(), np.array(expected, dtype=np.float32), equal_nan=True
            )


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> TestRepo:
    return buggy_history(tmp_path_factory.mktemp("busy"), commits=400)


def test_samples_stand_for_all_rows(busy: TestRepo) -> None:
    few = BugOptions(least_commits=3, most_fixed=20, most_others=40, whole_months=3)
    whole, sampled = rows_of(busy), rows_of(busy, few)
    assert len(sampled.monthly) < len(whole.monthly)
    for value in (0, 1):
        every = whole.monthly[whole.monthly["fixed"] == value]
        drawn = sampled.monthly[(sampled.monthly["fixed"] == value) & (sampled.monthly["weight"] > 0)]
        assert len(drawn) == (20 if value else 40)
        assert drawn["weight"].sum() == pytest.approx(len(every))
    months = sampled.monthly[sampled.monthly["whole"]].groupby("moment").size()
    assert len(months) <= 3
    assert (months == 8).all()


def test_one_seed_draws_the_same_and_names_draw_apart(busy: TestRepo) -> None:
    options = BugOptions(least_commits=3, most_fixed=20, most_others=40, changes=30)
    one, two = rows_of(busy, options), rows_of(busy, options)
    assert one.monthly.equals(two.monthly)
    assert one.touched.equals(two.touched)
    other = bug_rows(Repository.discover(busy.path), name="there", options=options)
    assert set(other.touched["moment"]) != set(one.touched["moment"])


def test_the_future_has_no_say_in_the_numbers(busy: TestRepo) -> None:
    """Rows of a history that ends earlier are those of the whole one, but for outcomes that were still open."""
    ids = busy.git("rev-list", "--reverse", "HEAD").split()
    until = ids[random.Random(3).randrange(200, 300)]  # noqa: S311
    short = bug_rows(Repository.discover(busy.path), name="here", until=until, options=ALL).monthly
    whole = rows_of(busy).monthly
    whole = whole[whole["time"].isin(short["time"])]
    keys = ["time", "path", "fixed", *FILE_NUMBERS]
    assert short["time"].max() + HORIZON <= int(busy.git("log", "-1", "--format=%ct", until))
    assert short[keys].reset_index(drop=True).equals(whole[keys].reset_index(drop=True))
    assert (short["time"].max() - short["time"].min()) % MONTH == 0
