"""What is fitted: beside scikit-learn, under drawn values, and as JSON that somebody touched."""

from __future__ import annotations

import json
import math
import sys
from statistics import median
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from hyperion_hook.api.engineer.fitted_state import Fitted, Options, fit, from_json, scaled
from hyperion_hook.errors import ArtefactError

NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
COLUMN = st.lists(st.floats(-1e9, 1e9) | st.just(math.nan), min_size=1, max_size=20)


def test_nothing_is_fitted_of_columns_without_values() -> None:
    assert fit({"la": [math.nan, math.inf]}, 2) == Fitted(2, {}, ("la",))


@given(COLUMN)
def test_ranges_and_medians_are_of_the_known_values(column: list[float]) -> None:
    known = [value for value in column if not math.isnan(value)]
    assume(known)
    found = fit({"la": column}, len(column)).features["la"]
    assert (found.low, found.high, found.fill) == (min(known), max(known), median(known))
    assert (found.known, found.missing) == (len(known), len(column) - len(known))


@given(NUMBERS, NUMBERS, NUMBERS)
def test_a_scaled_value_lies_in_0_to_1_and_keeps_the_order(value: float, one: float, other: float) -> None:
    low, high = sorted((one, other))
    found = scaled(value, low, high)
    assert 0.0 <= found <= 1.0
    assert scaled(math.nextafter(value, math.inf), low, high) >= found
    if low < high:
        assert (scaled(low, low, high), scaled(high, low, high)) == (0.0, 1.0)


@given(st.lists(NUMBERS, min_size=1, max_size=9))
def test_values_at_the_end_of_floats_are_fitted(column: list[float]) -> None:
    found = fit({"la": column}, len(column)).features["la"]
    assert found.low <= found.fill <= found.high


def test_the_range_of_the_largest_numbers() -> None:
    top = sys.float_info.max
    assert scaled(0.0, -top, top) == 0.5
    assert fit({"la": [top, top]}, 2).features["la"].fill == top


@pytest.mark.train
@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=20, unique=True), st.floats(-2e6, 2e6))
def test_scaling_is_that_of_scikit_learn(column: list[float], value: float) -> None:
    from sklearn.preprocessing import MinMaxScaler

    assume(max(column) - min(column) > 1e-6)
    scaler = MinMaxScaler(clip=True).fit([[number] for number in column])
    found = fit({"la": column}, len(column)).features["la"]
    assert scaled(value, found.low, found.high) == pytest.approx(scaler.transform([[value]])[0][0], abs=1e-9)


@given(st.dictionaries(st.sampled_from(["la", "nf", "fix", "la * nf", "file_age"]), COLUMN), st.booleans())
def test_json_gives_the_same_again(columns: dict[str, list[float]], flag: bool) -> None:
    rows = max(map(len, columns.values()), default=0)
    fitted, options = fit(columns, rows), Options(impute=flag, interactions=not flag)
    assert from_json(fitted.to_json(options)) == (fitted, options)


def document() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(fit({"la": [1.0, 2.0, 9.0]}, 4).to_json(Options()))
    return found


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"kind": "other"}, "holds no fitted features"),
        ({"format": 2}, "format is 2, this version reads 1"),
        ({"extractor_version": 0}, "extractor_version is 0"),
        ({"rows": -1}, "rows is -1"),
        ({"rows": True}, "rows is True"),
        ({"features": []}, "there are no features"),
        ({"features": {"mine": {}}}, "feature 'mine' is not in the catalogue"),
        ({"features": {"la": {"low": 1}}}, "feature 'la' has not the parts of one"),
        ({"empty": ["mine"]}, "empty is"),
        ({"options": {"impute": 1, "normalize": False, "interactions": False}}, "options are"),
        ({"options": None}, "options are None"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_document_that_does_not_fit_is_refused(change: dict[str, Any], said: str) -> None:
    with pytest.raises(ArtefactError, match=r"fit again") as caught:
        from_json(json.dumps(document() | change), "kept.json")
    assert str(caught.value).startswith("kept.json: ")
    assert said in str(caught.value)


@pytest.mark.parametrize(
    "entry",
    [
        {"low": 3.0},
        {"fill": "2"},
        {"high": math.nan},
        {"high": math.inf},
        {"known": 0},
        {"missing": -1},
        {"how": "guess"},
        {"low": True},
        {"high": 10**400},
    ],
    ids=str,
)
def test_a_feature_that_does_not_fit_is_refused(entry: dict[str, Any]) -> None:
    found = document()
    found["features"]["la"] |= entry
    with pytest.raises(ArtefactError, match="feature 'la' has values that do not fit together"):
        from_json(json.dumps(found))


def test_all_faults_of_a_document_are_told() -> None:
    with pytest.raises(ArtefactError) as caught:
        from_json(json.dumps(document() | {"rows": "x", "features": {"mine": 1}, "empty": 7}))
    assert len(str(caught.value).split("\n")) == 3


@pytest.mark.parametrize("text", ["", "[]", "nonsense", "[" * 100_000, '"text"'], ids=lambda text: text[:8])
def test_what_is_no_document_is_refused(text: str) -> None:
    with pytest.raises(ArtefactError):
        from_json(text)
