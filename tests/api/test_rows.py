from __future__ import annotations

import math
from decimal import Decimal

import pytest

from hyperion_hook.api.predict.rows import NO_VALUE, records, values_of, vectors_of
from hyperion_hook.domain.vector import FeatureVector, Missing
from hyperion_hook.errors import ConfigError

NAMES = ("la", "nf", "age")


def test_one_mapping_is_one_row() -> None:
    assert records({"la": 1, "mine": "x"}) == [{"la": 1, "mine": "x"}]
    assert records([]) == records({"la": []}) == []


def test_a_mapping_of_columns_is_a_table() -> None:
    assert records({"la": [1, 2], "nf": (3, 4)}) == [{"la": 1, "nf": 3}, {"la": 2, "nf": 4}]


def test_either_name_is_taken_and_the_order_is_of_no_matter() -> None:
    english = values_of({"la": 1, "nf": 2, "age": 3}, NAMES)
    assert english == values_of({"intervalle_dernier_changement": 3, "nb_fichiers": 2, "lignes_ajoutees": 1}, NAMES)
    assert list(english[0]) == list(NAMES)


def test_what_is_not_there_is_missing_with_a_reason_and_not_zero() -> None:
    [vector] = vectors_of({"la": None, "nf": math.nan}, NAMES)
    assert vector.missing == {
        "la": "no value in the row",
        "nf": "no value in the row",
        "age": "no column 'age' (intervalle_dernier_changement)",
    }


def test_a_vectors_own_reasons_are_kept() -> None:
    [vector] = vectors_of(FeatureVector({"la": 3.0, "age": Missing("no history")}), NAMES)
    assert vector["age"] == Missing("no history")
    assert vector["la"] == 3.0


def test_numbers_of_all_kinds_are_numbers() -> None:
    [values] = values_of({"la": True, "nf": Decimal("1.5"), "age": math.inf}, NAMES)
    assert values == {"la": 1.0, "nf": 1.5, "age": math.inf}


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([[1, 2]], "rows: a list in the list is no mapping"),
        ("la", "rows: a str has no names of columns; give a DataFrame"),
        (3, "rows: a int has no names of columns"),
        ({"la": [1, 2], "nf": [1]}, "rows: columns of one mapping differ in length"),
        ({"la": [1, 2], "nf": 1}, "rows: columns of one mapping differ in length"),
        ({"la": "many"}, "row 1, column 'la': 'many' is not a number"),
        ([{"la": 1}, {"lignes_ajoutees": {}}], "row 2, column 'lignes_ajoutees': '{}' is not a number"),
        ({"la": 1, "lignes_ajoutees": 1}, "rows: two columns stand for 'la' (lignes_ajoutees); drop one of them"),
        ({"mine": 1}, "row 1: no column 'la' (lignes_ajoutees), 'nf' (nb_fichiers), 'age'"),
    ],
)
def test_what_cannot_be_read_is_said_in_one_line(rows: object, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        values_of(rows, NAMES)
    assert str(caught.value).startswith(said)
    assert "\n" not in str(caught.value)


@pytest.mark.train
def test_frames_and_series_are_read() -> None:
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame({"la": [1, None], "nb_fichiers": [2, 3], "commit": ["a", "b"]}, index=["x", "y"])
    frame["age"] = pd.array([4, None], dtype="Int64")
    assert values_of(frame, NAMES) == [{"la": 1.0, "nf": 2.0, "age": 4.0}, {"la": NO_VALUE, "nf": 3.0, "age": NO_VALUE}]
    assert values_of(frame.iloc[0], NAMES) == [{"la": 1.0, "nf": 2.0, "age": 4.0}]
    with pytest.raises(ConfigError, match="column 'age' is there twice"):
        values_of(pd.concat([frame, frame], axis=1), NAMES)
    assert list(frame.columns) == ["la", "nb_fichiers", "commit", "age"]
