from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from hyperion_hook.errors import ConfigError
from hyperion_hook.training.labels.external_labels import labelled_from, read_labels
from tests.support.corpus_rows import corpus_rows

pytestmark = pytest.mark.train

ID = "ab" * 20


def test_both_spellings_of_a_label_are_read_whatever_the_case(tmp_path: Path) -> None:
    file = tmp_path / "labels.csv"
    file.write_text(f"buggy,commit,more\n1,{ID.upper()},x\nFalse,{'c' * 64},y\n")
    assert read_labels(file) == {ID: 1, "c" * 64: 0}


def test_a_compressed_table_is_read_by_its_name(tmp_path: Path) -> None:
    file = tmp_path / "labels.csv.gz"
    file.write_bytes(gzip.compress(f"commit,buggy\n{ID},0\n".encode()))
    assert read_labels(file) == {ID: 0}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"commit,label\n{ID},1\n", "column 'buggy' is not there; the columns must be commit,buggy"),
        (f"commit,buggy\n{ID},1\n{ID[:7]},0\n", f"row 2 is '{ID[:7]},0'; write a full commit id and 0 or 1"),
        (f"commit,buggy\n{ID},maybe\n", f"row 1 is '{ID},maybe'"),
        ("", "cannot be read"),
    ],
)
def test_what_is_no_table_of_labels_is_named(text: str, told: str, tmp_path: Path) -> None:
    file = tmp_path / "labels.csv"
    file.write_text(text)
    with pytest.raises(ConfigError) as refused:
        read_labels(file)
    assert str(refused.value).startswith(f"--labels '{file}': ")
    assert told in str(refused.value)


def test_a_missing_and_a_damaged_file_are_one_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        read_labels(tmp_path / "none.csv")
    damaged = tmp_path / "labels.csv.gz"
    damaged.write_bytes(gzip.compress(f"commit,buggy\n{ID},0\n".encode() * 100)[:-12])
    with pytest.raises(ConfigError, match="cannot be read"):
        read_labels(damaged)


def test_only_commits_with_a_label_count_and_theirs_is_known_at_once() -> None:
    rows = corpus_rows("a", changes=5)
    first, third = rows["commit"].iloc[0], rows["commit"].iloc[2]
    found = labelled_from(rows, {first: 1, third: 0, "f" * 40: 1})
    assert list(found["commit"]) == [first, third]
    assert list(found["buggy"]) == [1, 0]
    assert found["known_at"].iloc[0] == found["time"].iloc[0]
    assert found["known_at"].isna().tolist() == [False, True]
