"""What the validator says of tables, good ones and hostile ones, and what it makes of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from hyperion_hook import DataValidator, ValidationResult
from hyperion_hook.errors import ConfigError
from hyperion_hook.training.validation.checks import Limits

pytestmark = pytest.mark.train

ROWS = 40
TARGET = "risque_reel"
OUTCOMES = [0, 1] * (ROWS // 2)


def frame(**columns: object) -> pd.DataFrame:
    return pd.DataFrame({"lignes_ajoutees": np.arange(ROWS) % 37, **columns, TARGET: OUTCOMES})


def hostile() -> dict[str, object]:
    return {
        "no columns": pd.DataFrame(),
        "no rows": pd.DataFrame({"a": [], TARGET: []}),
        "a list": [1, 2],
        "nothing": None,
        "only the target": pd.DataFrame({TARGET: OUTCOMES}),
        "mixed cells": frame(a=[1, "x", None, [1], {"k": 1}, 3.5, b"q", True] * 5),
        "infinities": frame(a=[np.inf, -np.inf, 1, 2] * 10),
        "names twice": pd.DataFrame(np.arange(160).reshape(40, 4), columns=["a", "a", TARGET, TARGET]),
        "categories": frame(a=pd.Categorical(["u", "v", None, "u"] * 10)),
        "moments": frame(
            a=pd.date_range("2020", periods=ROWS),
            b=pd.date_range("2020", periods=ROWS, tz="Europe/Paris"),
            c=pd.to_timedelta(range(ROWS), unit="h"),
            d=pd.period_range("2020", periods=ROWS, freq="M"),
        ),
        "flags": frame(a=[True, False] * 20, b=pd.array([True, None] * 20, dtype="boolean")),
        "nullable": frame(
            a=pd.array([1, None, 3, 4] * 10, dtype="Int64"), b=pd.array([0.5, None] * 20, dtype="Float64")
        ),
        "huge": frame(a=[10**400, 2**70, -3, 4] * 10, b=[1e300, 1.0, 2, 3] * 10, c=[2**63] * ROWS),
        "decimals": frame(a=[Decimal("1.5"), Decimal(2)] * 20),
        "text": frame(a=["1", " 2 ", "", "nope"] * 10, b=["1.5", "-3e2", " ", "7"] * 10),
        "complex": frame(a=np.arange(ROWS) * 1j),
        "names that are no text": pd.DataFrame(np.eye(ROWS)),
        "all missing": frame(a=[np.nan] * ROWS, b=[None] * ROWS),
        "one index": frame().set_axis([0] * ROWS),
    }


@pytest.mark.parametrize("name", hostile())
def test_no_frame_raises_or_is_changed(name: str) -> None:
    given, before = hostile()[name], hostile()[name]
    validator = DataValidator()
    results = [
        validator.validate_dataframe(given, TARGET, ["la", "b"]),
        validator.validate_structure(given),
        validator.validate_features(given, ["la"]),
        validator.validate_data_quality(given),
        validator.validate_target(given, TARGET),
        validator.validate_distributions(given),
        validator.validate_and_prepare_data(given, TARGET)[1],
        validator.validate_and_prepare_data(given, TARGET, fix_issues=False)[1],
    ]
    for result in results:
        assert result.is_valid is not bool(result.errors)
    if isinstance(before, pd.DataFrame):
        pd.testing.assert_frame_equal(given, before)


def test_a_good_frame_has_no_warnings() -> None:
    data = frame(entropie_changement=np.linspace(0, 1, ROWS))
    assert DataValidator().validate_dataframe(df=data, target_column=TARGET) == ValidationResult(
        n_samples=40,
        n_features=2,
        feature_coverage={"lignes_ajoutees": 1.0, "entropie_changement": 1.0},
        feature_types={"lignes_ajoutees": "number", "entropie_changement": "number"},
        target_classes=[0, 1],
        target_balance={0: 0.5, 1: 0.5},
    )


def test_the_result_has_the_documented_fields_and_types() -> None:
    kinds = {entry.name: entry.type for entry in fields(ValidationResult)}
    assert kinds == {
        "is_valid": "bool",
        "warnings": "list[str]",
        "errors": "list[str]",
        "suggestions": "list[str]",
        "n_samples": "int",
        "n_features": "int",
        "missing_percentage": "float",
        "duplicate_percentage": "float",
        "feature_coverage": "dict[str, float]",
        "feature_types": "dict[str, str]",
        "target_classes": "list[Any]",
        "target_balance": "dict[Any, float]",
    }


def test_all_faults_are_reported_at_once() -> None:
    data = pd.DataFrame(
        {
            "la": [1.0, np.inf, np.nan, np.nan, 5.0, 5.0],
            "unknown": 3,
            "entropie_changement": [0.5, 7, 0.1, 0.2, 0.3, 0.3],
            TARGET: [1, 1, 1, None, 1, 1],
        }
    )
    result = DataValidator().validate_dataframe(data, TARGET, ["lignes_ajoutees", "nf", "entropy"])
    assert not result.is_valid
    assert result.errors == [
        "too few samples: 6; at least 10 are needed",
        "missing features: nf",
        "infinite, or larger than 32-bit floats hold (3.4e+38): la (1)",
        "target 'risque_reel': missing in 1 rows",
        "target 'risque_reel': 1 class, only 1.0; at least 2 are needed",
    ]
    assert result.warnings == [
        "duplicate rows: 1 (16.7 %) equal an earlier row",
        "unexpected features: unknown",
        "values in under 80 % of the rows: la (67 %)",
        "constant features: unknown",
        "outliers, more than 3 IQR outside of the quartiles: entropie_changement (1, 16.7 %)",
        "values that the feature cannot have: entropie_changement (1 outside of 0 to 1)",
    ]
    assert len(result.suggestions) == len(set(result.suggestions)) >= 6
    assert result.missing_percentage == pytest.approx(100 * 2 / 18)
    assert result.duplicate_percentage == pytest.approx(100 / 6)


@pytest.mark.parametrize(("rows", "valid"), [(9, False), (10, True)])
def test_ten_samples_are_enough(rows: int, valid: bool) -> None:
    data = pd.DataFrame({"a": range(rows)})
    assert DataValidator().validate_structure(data).is_valid is valid


@pytest.mark.parametrize(("missing", "valid"), [(19, True), (20, False)])
def test_a_fifth_of_missing_values_is_too_much(missing: int, valid: bool) -> None:
    data = pd.DataFrame({"a": [np.nan] * missing + [1.0] * (100 - missing)})
    result = DataValidator().validate_data_quality(data)
    assert (result.is_valid, result.missing_percentage) == (valid, float(missing))


@pytest.mark.parametrize(("value", "told"), [(6.0, False), (6.1, True)])
def test_an_outlier_lies_three_spreads_outside_of_the_quartiles(value: float, told: bool) -> None:
    # the quartiles are 2 and 3 whatever the value
    data = pd.DataFrame({"a": [2.0] * 40 + [3.0] * 40 + [value]})
    result = DataValidator().validate_distributions(data)
    assert any(line.startswith("outliers") and "a (1, 1.2 %)" in line for line in result.warnings) is told


def test_where_most_values_are_equal_the_others_are_no_outliers() -> None:
    data = pd.DataFrame({"a": [0] * 90 + [5] * 10})
    assert DataValidator().validate_distributions(data).warnings == []


def test_imbalance_and_a_feature_that_gives_the_target_away_are_told() -> None:
    target = [1] * 3 + [0] * 37
    data = pd.DataFrame({"a": np.arange(40) % 7, "fixed_later": np.array(target) * 5 + 1, TARGET: target})
    assert DataValidator().validate_target(data, TARGET).warnings == [
        "target 'risque_reel': imbalanced, class 1 has 7.5 % of the rows",
        "target 'risque_reel': follows from fixed_later, which may not be known beforehand",
    ]


@pytest.mark.parametrize("words", [{}, {0: "no", 1: "yes"}], ids=["flag", "words"])
@pytest.mark.parametrize("labels", [{}, {0: "LOW", 1: "HIGH"}], ids=["numbers", "labels"])
def test_a_column_that_all_but_equals_the_target_is_told(words: dict[int, str], labels: dict[int, str]) -> None:
    target = np.arange(200) % 2
    nearly = pd.Series(np.where(np.arange(200) < 6, 1 - target, target))
    far = pd.Series(np.where(np.arange(200) < 60, 1 - target, target))
    data = pd.DataFrame({"late": nearly, "far": far, TARGET: target})
    data = data.replace({"late": words, "far": words, TARGET: labels})
    [warning] = DataValidator().validate_target(data, TARGET).warnings
    assert warning == "target 'risque_reel': nearly follows from late (0.940)"


def test_one_text_is_no_list_of_features() -> None:
    with pytest.raises(ConfigError, match="expected_features 'lignes_code': is one text; give a list of names"):
        DataValidator().validate_features(frame(), "lignes_code")


def test_limits_can_be_set() -> None:
    assert DataValidator(Limits(min_samples=3)).validate_structure(pd.DataFrame({"a": [1, 2, 3]})).is_valid


def test_both_names_of_one_feature_are_an_error() -> None:
    result = DataValidator().validate_structure(frame(la=range(ROWS)))
    assert result.errors == ["one feature under its English and its French name: la and lignes_ajoutees"]


def test_preparing_mends_what_can_be_mended_and_says_so() -> None:
    data = frame(
        nf=["1", "2", "", "4"] * 10,
        flag=pd.array([True, False, None, True] * 10, dtype="boolean"),
        author=["x", "y"] * 20,
        wide=[np.inf, 1.0, 3.0, 8.0] * 10,
        when=pd.date_range("1970", periods=ROWS),
        same=1,
    )
    data = pd.concat([data, data.head(1)])
    clean, result = DataValidator().validate_and_prepare_data(data, TARGET)
    assert result.is_valid
    assert list(clean.columns) == ["lignes_ajoutees", "nf", "flag", "wide", "when", TARGET]
    assert clean.isna().sum().sum() == 0
    assert len(clean) == ROWS
    assert clean["nf"].tolist() == [1.0, 2.0, 2.0, 4.0] * 10
    assert clean["wide"].tolist() == [3.0, 1.0, 3.0, 8.0] * 10
    assert clean["when"].tolist() == [86_400.0 * day for day in range(ROWS)]
    assert clean["lignes_ajoutees"].dtype == np.int64
    assert [line for line in result.warnings if line.startswith("fixed")] == [
        "fixed: dropped 1 duplicate rows",
        "fixed: left out, for they are no numbers: author",
        "fixed: left out, for they are constant: same",
        "fixed: read as numbers: nf, flag, when",
        "fixed: infinite or too large, taken for missing: wide (10)",
        "fixed: missing, filled with the median: nf (10), flag (10), wide (10)",
    ]


def test_missing_values_stay_where_they_are_not_to_be_filled() -> None:
    data = frame(a=[1.0, np.nan, 2.0, 3.0] * 10)
    clean, _ = DataValidator(fill_missing=False).validate_and_prepare_data(data, TARGET)
    assert clean["a"].isna().sum() == 10


def test_rows_without_a_target_are_left_out_and_its_classes_are_plain() -> None:
    data = frame()
    data[TARGET] = pd.array([0, 1, None, 1] * 10, dtype="Int64")
    clean, result = DataValidator().validate_and_prepare_data(data, TARGET)
    assert (len(clean), clean[TARGET].dtype, result.is_valid) == (30, np.int64, True)
    assert result.target_classes == [0, 1]


def test_without_fixing_a_copy_is_returned() -> None:
    data = frame(a=[np.nan] * ROWS)
    same, result = DataValidator().validate_and_prepare_data(data, TARGET, fix_issues=False)
    pd.testing.assert_frame_equal(same, data)
    assert same is not data
    assert not result.is_valid


def test_what_cannot_be_mended_stays_an_error() -> None:
    clean, result = DataValidator().validate_and_prepare_data(frame()[["lignes_ajoutees"]], TARGET)
    assert len(clean.columns) == 1
    assert result.errors == ["target 'risque_reel': no such column; there are: lignes_ajoutees"]


@pytest.mark.parametrize(
    "form",
    [
        pd.DataFrame.to_numpy,
        lambda data: data.to_dict("records"),
        lambda data: data.to_dict("list"),
    ],
)
def test_tables_of_other_forms_are_validated_and_compared(form: Callable[[pd.DataFrame], object]) -> None:
    data = frame(entropie_changement=np.linspace(0, 1, ROWS))
    result = DataValidator().validate_dataframe(form(data))
    assert (result.is_valid, result.n_samples, result.n_features) == (True, ROWS, 3)
    assert not DataValidator().detect_data_drift(form(data), form(data)).has_drift


def test_few_rows_and_what_nearly_equals_the_target_are_told() -> None:
    target = np.array([0, 1] * 20)
    data = pd.DataFrame({"a": np.arange(40) % 7, "almost": np.where(np.arange(40) == 3, 0, target), TARGET: target})
    assert DataValidator().validate_target(data, TARGET).warnings == [
        "target 'risque_reel': nearly follows from almost (0.951)"
    ]
    assert DataValidator().validate_structure(data.head(12)).warnings[0] == (
        "few samples: 12; of so few, figures are mostly chance"
    )
