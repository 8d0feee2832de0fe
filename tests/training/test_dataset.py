from __future__ import annotations

import gzip
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperion_hook.domain.author import Author
from hyperion_hook.domain.commit import Commit
from hyperion_hook.domain.history import DAY
from hyperion_hook.domain.vector import FeatureVector, Missing
from hyperion_hook.errors import TrainingError
from hyperion_hook.training.labels.label import Finding, FoundBy, Label, Outcome
from hyperion_hook.training.rows.dataset import (
    AT_COMMIT,
    FEATURES,
    KEYS,
    OUTCOMES,
    dataset_of,
    in_time_order,
    merged,
    read_table,
    with_masked_messages,
    write_table,
)
from hyperion_hook.training.rows.replay import ReplayedCommit
from hyperion_hook.training.rows.time_split import as_known_at, cut_at, time_split, without_youngest
from tests.support.corpus_rows import with_outcomes

ADA = Author("Ada", "ada@example.org")


def replayed(name: str, day: float, **values: float) -> ReplayedCommit:
    commit = Commit(name * 40, (), ADA, ADA, int(day * DAY), int(day * DAY), 0, "change")
    return ReplayedCommit(commit, FeatureVector({"age": Missing("new"), **values}))


def rows(times: list[int], known: list[float], repository: str = "r") -> pd.DataFrame:
    frame = pd.DataFrame({name: np.zeros(len(times)) for name in FEATURES})
    keys = {
        "repository": repository,
        "commit": [f"{number:040d}" for number in range(len(times))],
        "time": [time * DAY for time in times],
        "buggy": np.array([not math.isnan(moment) for moment in known], dtype="int8"),
        "known_at": [moment * DAY for moment in known],
        "reverted": np.zeros(len(times), dtype="int8"),
    }
    types = {"repository": "object", "commit": "object"}
    return in_time_order(with_outcomes(pd.concat([pd.DataFrame(keys).astype(types), frame], axis=1)))


NEVER = math.nan


def label(name: str, *findings: tuple[Outcome, float, float]) -> Label:
    return Label(
        name * 40, {outcome: Finding(int(day * DAY), FoundBy.LINES, weight) for outcome, day, weight in findings}
    )


def test_no_commits_give_no_rows_but_all_columns() -> None:
    dataset = dataset_of("r", [], {})
    assert dataset.empty
    assert list(dataset.columns) == [*KEYS, *FEATURES]


def test_rows_are_in_time_order_with_labels_and_missing_as_nan() -> None:
    dataset = dataset_of(
        "r", [replayed("b", 2, la=3.0), replayed("a", 1, la=5.0)], {"b" * 40: label("b", (Outcome.TRACED, 9, 1.0))}
    )
    assert list(dataset["commit"]) == ["a" * 40, "b" * 40]
    assert list(dataset["la"]) == [5.0, 3.0]
    assert list(dataset["buggy"]) == [0, 1]
    assert math.isnan(dataset["known_at"][0])
    assert dataset["known_at"][1] == 9 * DAY
    assert dataset["age"].isna().all()


def test_the_youngest_half_year_of_each_repository_is_left_out() -> None:
    old = rows([0, 100, 300], [NEVER] * 3, "old")
    young = rows([500, 600, 1000], [NEVER] * 3, "young")
    left = without_youngest(merged([old, young]))
    assert list(left["time"] // DAY) == [0, 100, 500, 600]


def test_a_bug_found_after_the_cut_is_no_bug_in_training_and_one_in_the_test() -> None:
    dataset = rows([0, 10, 20, 400, 500], [NEVER, 300, 450, NEVER, 900])
    split = time_split(dataset, 390 * DAY)
    assert list(split.train["time"] // DAY) == [0, 10, 20]
    assert list(split.train["buggy"]) == [0, 1, 0]
    assert list(split.test["time"] // DAY) == [400, 500]
    assert list(split.test["buggy"]) == [0, 1]


@given(
    st.lists(st.tuples(st.integers(0, 2000), st.one_of(st.just(NEVER), st.integers(0, 2000))), min_size=1, max_size=60),
    st.integers(0, 2000),
    st.integers(0, 300),
)
def test_training_never_sees_past_the_cut(commits: list[tuple[int, float]], cut: int, gap: int) -> None:
    dataset = rows([time for time, _ in commits], [known for _, known in commits])
    split = time_split(dataset, cut * DAY, gap_days=gap)
    assert (split.train["time"] <= (cut - gap) * DAY).all()
    assert (split.test["time"] > cut * DAY).all()
    assert (split.train.loc[split.train["buggy"] == 1, "known_at"] <= cut * DAY).all()
    # what happens after the cut cannot change what is learned
    past = dataset[(dataset["time"] <= cut * DAY)]
    pd.testing.assert_frame_equal(time_split(past, cut * DAY, gap_days=gap).train, split.train)


def test_the_cut_lies_at_the_share_of_rows() -> None:
    dataset = rows([1, 2, 3, 4, 100], [NEVER] * 5)
    assert cut_at(dataset, 0.8) == 100 * DAY
    assert cut_at(dataset, 0.5) == 3 * DAY
    with pytest.raises(TrainingError, match="no rows"):
        cut_at(dataset.iloc[:0], 0.5)


def test_a_label_counts_from_the_moment_it_is_known() -> None:
    dataset = rows([1], [5])
    assert list(as_known_at(dataset, 4 * DAY)["buggy"]) == [0]
    assert list(as_known_at(dataset, 5 * DAY)["buggy"]) == [1]


@pytest.mark.parametrize("outcome", list(Outcome))
def test_every_outcome_counts_from_the_moment_it_is_known(outcome: Outcome) -> None:
    dataset = dataset_of("r", [replayed("a", 1), replayed("b", 2)], {"a" * 40: label("a", (outcome, 5, 1.0))})
    column, known_at = OUTCOMES[outcome]
    assert dataset[column].tolist() == [1, 0]
    assert dataset[known_at].tolist()[0] == 5 * DAY
    assert as_known_at(dataset, 5 * DAY)[column].tolist() == [1, 0]
    assert as_known_at(dataset, 4 * DAY)[column].tolist() == [0, 0]
    for other, _ in OUTCOMES.values():
        assert other == column or not dataset[other].any()


def test_a_share_of_the_blame_stays_a_share(tmp_path: Path) -> None:
    dataset = dataset_of("r", [replayed("a", 1)], {"a" * 40: label("a", (Outcome.SHARED, 5, 0.25))})
    assert dataset["traced_shared"].tolist() == [0.25]
    assert dataset["buggy"].tolist() == [0]
    write_table(dataset, tmp_path / "rows.csv.gz")
    pd.testing.assert_frame_equal(read_table(tmp_path / "rows.csv.gz"), dataset)


def test_masking_hides_all_that_only_a_commit_knows_in_a_share_of_rows() -> None:
    features = pd.DataFrame({name: np.ones(2000) for name in FEATURES})
    masked = with_masked_messages(features, 0.5, seed=7)
    hidden = masked[list(AT_COMMIT)].isna()
    assert (hidden.all(axis=1) == hidden.any(axis=1)).all()
    assert 0.45 < hidden.all(axis=1).mean() < 0.55
    assert not masked.drop(columns=list(AT_COMMIT)).isna().any().any()
    assert not features.isna().any().any()
    pd.testing.assert_frame_equal(masked, with_masked_messages(features, 0.5, seed=7))
    assert not masked.equals(with_masked_messages(features, 0.5, seed=8))
    assert with_masked_messages(features, 0.0, seed=7).equals(features)


def test_a_table_survives_the_file_exactly(tmp_path: Path) -> None:
    dataset = rows([3, 1], [NEVER, 7])
    dataset["la"] = [0.1 + 0.2, 1e-300]
    dataset["age"] = np.nan
    write_table(dataset, tmp_path / "deep" / "rows.csv.gz")
    pd.testing.assert_frame_equal(read_table(tmp_path / "deep" / "rows.csv.gz"), dataset)


def test_the_same_rows_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one.csv.gz", "two.csv.gz"):
        write_table(rows([1, 2], [NEVER, 7]), tmp_path / name)
    assert (tmp_path / "one.csv.gz").read_bytes() == (tmp_path / "two.csv.gz").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one.csv.gz", "two.csv.gz"]


def test_a_table_with_the_french_names_is_read(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv.gz"
    path.write_bytes(
        gzip.compress(b"repository,commit,time,buggy,known_at,reverted,complexite_cyclomatique\nr,ab,1,1,5,0,12.5\n")
    )
    table = read_table(path)
    assert table["cyclomatic_complexity"].tolist() == [12.5]
    assert table["la"].isna().all()


@pytest.mark.parametrize(
    "content", [b"", b"\x1f\x8b broken", gzip.compress(b"a,b\n1,2\n", mtime=0), gzip.compress(b"x" * 99, mtime=0)[:-9]]
)
def test_a_damaged_table_is_one_clear_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "rows.csv.gz"
    path.write_bytes(content)
    with pytest.raises(TrainingError, match=r"rows\.csv\.gz: .*mine again"):
        read_table(path)
