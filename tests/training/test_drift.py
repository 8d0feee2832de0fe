"""Drift between tables: figures as published and as scipy has them, alarms when they are due and not otherwise."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.spatial.distance import jensenshannon

from hyperion_hook import DataValidator, DriftReport
from hyperion_hook.errors import ConfigError, HyperionError
from hyperion_hook.training.drift import measures
from hyperion_hook.training.drift.measures import overall
from hyperion_hook.training.drift.text import drift_lines, verdict

pytestmark = pytest.mark.train

Draw = Callable[[np.random.Generator, int], np.ndarray]
POPULATIONS: dict[str, tuple[Draw, float]] = {
    "normal": (lambda random, rows: random.normal(size=rows), 1.0),
    "heavy tails": (lambda random, rows: random.standard_t(3, size=rows), math.sqrt(3)),
    "long tail": (lambda random, rows: random.lognormal(size=rows), math.sqrt((math.e - 1) * math.e)),
    "counts": (lambda random, rows: random.negative_binomial(0.5, 0.02, size=rows).astype(float), 35.0),
}


def table(random: np.random.Generator, name: str, rows: int, features: int, shifted: int = 0) -> pd.DataFrame:
    draw, deviation = POPULATIONS[name]
    return pd.DataFrame(
        {f"f{number}": draw(random, rows) + (deviation / 2 if number < shifted else 0.0) for number in range(features)}
    )


def compared(reference: pd.DataFrame, current: pd.DataFrame, **more: object) -> DriftReport:
    return DataValidator().detect_data_drift(reference_df=reference, current_df=current, **more)  # type: ignore[arg-type]


def binned(reference: list[int], current: list[int]) -> measures.Binned:
    return measures.Binned(tuple(map(str, range(len(reference)))), np.array(reference), np.array(current))


def test_the_stability_index_is_the_published_sum() -> None:
    # (.2-.3) ln(.2/.3) + (.5-.5) ln 1 + (.3-.2) ln(.3/.2) = .0810930
    assert measures.psi(binned([20, 50, 30], [30, 50, 20])) == pytest.approx(0.0810930216)
    # the empty bin counts as half a row: (100/100.5 of 100) against (.5/100.5)
    p, q = np.array([100, 0.5]) / 100.5, np.array([50, 50]) / 100
    assert measures.psi(binned([100, 0], [50, 50])) == pytest.approx(float(((p - q) * np.log(p / q)).sum()))


def test_the_magnitude_is_the_distance_without_chance() -> None:
    found = binned([200, 500, 300], [300, 500, 200])
    by_chance = 2 * (1 / 1000 + 1 / 1000) / (8 * math.log(2))
    distance = jensenshannon([0.2, 0.5, 0.3], [0.3, 0.5, 0.2], base=2)
    assert measures.js_distance(found) == pytest.approx(distance)
    assert measures.magnitude_of(found) == pytest.approx(math.sqrt(distance**2 - by_chance))
    assert measures.magnitude_of(binned([50, 50], [52, 48])) == 0.0
    assert measures.magnitude_of(binned([100_000, 0], [0, 100_000])) == pytest.approx(1.0, abs=1e-4)


@pytest.mark.parametrize("population", POPULATIONS)
@pytest.mark.parametrize("rows", [300, 3_000])
def test_the_figures_are_those_of_scipy(population: str, rows: int) -> None:
    random = np.random.default_rng(5)
    before, now = table(random, population, rows, 1), table(random, population, rows - 50, 1, 1)
    found = compared(before, now).features[0]
    x, y = before["f0"], now["f0"]
    smirnov = stats.ks_2samp(x, y, method="asymp")
    assert (found.ks_statistic, found.ks_p_value) == (smirnov.statistic, smirnov.pvalue)
    assert found.wasserstein == pytest.approx(stats.wasserstein_distance(x, y) / np.std(x))
    if rows < 500:
        assert found.test == "Cramér-von Mises"
        assert found.p_value == stats.cramervonmises_2samp(x, y, method="asymptotic").pvalue
    else:
        assert (found.test, found.p_value) == ("Kolmogorov-Smirnov", smirnov.pvalue)
    p, q = np.array(found.shares_reference), np.array(found.shares_current)
    p, q = (np.where(p == 0, 0.5 / len(x), p), np.where(q == 0, 0.5 / len(y), q))
    p, q = p / p.sum(), q / q.sum()
    assert found.psi == pytest.approx(float(((p - q) * np.log(p / q)).sum()))
    assert found.js_distance == pytest.approx(jensenshannon(found.shares_reference, found.shares_current, base=2))
    assert found.typical_current == pytest.approx(tuple(np.quantile(y, [0.05, 0.5, 0.95])))


def test_categories_are_compared_by_chi_square() -> None:
    before = pd.DataFrame({"language": ["java"] * 60 + ["python"] * 40, "fix": [0] * 70 + [1] * 30})
    now = pd.DataFrame({"language": ["java"] * 30 + ["python"] * 70, "fix": [0] * 70 + [1] * 30})
    language, fix = compared(before, now).features
    expected = stats.chi2_contingency([[40, 60], [70, 30]], correction=False)
    assert (language.feature, language.kind, language.test) == ("language", "category", "chi-square")
    assert (language.chi_square, language.p_value) == pytest.approx((expected.statistic, expected.pvalue))
    assert (fix.test, fix.p_value, fix.drifted) == ("chi-square", 1.0, False)


def test_rare_categories_are_taken_together_and_two_small_bins_by_fisher() -> None:
    found = measures.bin_labels(["a"] * 90 + list("bcdefghijk"), ["a"] * 100)
    assert found.names == ("a", "other (10)")
    assert (found.reference.tolist(), found.current.tolist()) == ([90, 10], [100, 0])
    few = measures.chi_square(binned([97, 3], [100, 0]))
    assert (few.name, few.p_value) == ("Fisher", pytest.approx(stats.fisher_exact([[97, 3], [100, 0]]).pvalue))


def test_values_that_go_missing_are_drift() -> None:
    random = np.random.default_rng(1)
    before, now = table(random, "normal", 400, 3), table(random, "normal", 400, 3)
    now.loc[:99, "f1"] = np.nan
    found = compared(before, now)
    assert found.drifted_features == ("f1",)
    assert found.features[0].missing_current == 0.25
    assert found.features[0].test == "chi-square of what is missing"
    assert "f1: missing in 0% of the rows before, 25% now" in "\n".join(drift_lines(found))


def test_a_constant_that_moves_either_way_is_drift() -> None:
    before = pd.DataFrame({"up": [3.0] * 200, "down": [3.0] * 200, "still": [3.0] * 200})
    now = pd.DataFrame({"up": [4.0] * 200, "down": [2.0] * 200, "still": [3.0] * 200})
    found = compared(before, now)
    assert set(found.drifted_features) == {"up", "down"}
    assert found.features[0].magnitude > 0.99
    assert found.features[2].wasserstein == 0.0


def test_p_values_are_corrected_for_their_number() -> None:
    random = np.random.default_rng(3)
    found = compared(table(random, "normal", 300, 12), table(random, "normal", 300, 12, 3))
    raw = {item.feature: item.p_value for item in found.features}
    right = dict(zip(raw, stats.false_discovery_control(list(raw.values())), strict=True))
    assert {item.feature: item.p_adjusted for item in found.features} == pytest.approx(right)


@pytest.mark.parametrize("population", POPULATIONS)
def test_alarms_are_raised_when_due_and_not_otherwise(population: str) -> None:
    random = np.random.default_rng(11)
    quiet = loud = 0
    for _ in range(12):
        before = table(random, population, 400, 10)
        quiet += compared(before, table(random, population, 400, 10), threshold=0.1).has_drift
        found = compared(before, table(random, population, 400, 10, 2), threshold=0.1)
        loud += found.has_drift
    assert quiet <= 1
    assert loud >= 11


def test_half_a_deviation_is_where_drift_becomes_significant() -> None:
    random = np.random.default_rng(2)
    before = table(random, "normal", 20_000, 10)
    found = compared(before, table(random, "normal", 20_000, 10, 2))
    assert found.drift_magnitude == pytest.approx(0.205, abs=0.01)
    assert found.features[0].psi == pytest.approx(0.24, abs=0.02)


def test_a_difference_too_small_to_matter_is_no_drift_however_many_rows_show_it() -> None:
    random = np.random.default_rng(2)
    before, now = table(random, "normal", 20_000, 1), table(random, "normal", 20_000, 1)
    found = compared(before, now + 0.1)
    assert found.features[0].p_adjusted < 1e-6
    assert not found.has_drift
    assert compared(before, now + 0.1, threshold=0.02).has_drift


def test_a_larger_shift_is_a_larger_magnitude() -> None:
    random = np.random.default_rng(8)
    before, now = table(random, "long tail", 1_000, 4), table(random, "long tail", 1_000, 4)
    found = [compared(before, now + shift).drift_magnitude for shift in (0.0, 0.2, 0.4, 0.8, 1.6, 100.0)]
    assert found == sorted(found)
    assert found[0] == 0.0
    # beyond every value of the reference: all in its last decile
    assert found[-1] == pytest.approx(jensenshannon([0.9, 0.1], [0, 1], base=2), abs=0.01)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40), st.data())
def test_the_magnitude_of_the_whole_never_falls_when_a_feature_drifts_further(
    values: list[float], data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(values) - 1))
    more = [*values[:place], data.draw(st.floats(values[place], 1)), *values[place + 1 :]]
    assert 0 <= overall(values) <= overall(more) + 1e-12 <= 1 + 1e-9


@settings(max_examples=25)
@given(st.lists(st.floats(-1e6, 1e6), min_size=30, max_size=60), st.lists(st.integers(-3, 3), min_size=30, max_size=60))
def test_any_two_samples_are_compared(x: list[float], y: list[int]) -> None:
    found = compared(pd.DataFrame({"a": x}), pd.DataFrame({"a": y}))
    item = found.features[0]
    assert 0 <= item.magnitude <= item.js_distance <= 1
    assert 0 <= item.p_value <= item.p_adjusted <= 1
    assert item.psi >= -1e-12
    assert sum(item.shares_reference) == pytest.approx(1)
    assert not compared(pd.DataFrame({"a": x}), pd.DataFrame({"a": x})).has_drift


def test_columns_are_paired_under_either_name() -> None:
    random = np.random.default_rng(4)
    before, now = table(random, "counts", 200, 2), table(random, "counts", 200, 2)
    found = compared(before.set_axis(["lignes_ajoutees", "old"], axis=1), now.set_axis(["la", "new"], axis=1))
    assert [(item.feature, item.title) for item in found.features] == [("la", "lines added")]
    french = compared(*(frame.set_axis(["lignes_ajoutees", "autre"], axis=1) for frame in (before, now)))
    assert {item.feature for item in french.features} == {"lignes_ajoutees", "autre"}
    assert (found.only_in_reference, found.only_in_current) == (("old",), ("new",))
    assert found.warnings == (
        "columns of the reference rows alone, not compared: old",
        "columns of the current rows alone, not compared: new",
    )


def test_label_and_score_are_reported_apart() -> None:
    random = np.random.default_rng(4)
    before, now = table(random, "normal", 300, 3), table(random, "normal", 300, 3)
    before, now = before.assign(buggy=[0, 1] * 150, said=0.5), now.assign(buggy=[0] * 270 + [1] * 30, said=0.5)
    found = compared(before, now, target_column="buggy", score_column="said")
    assert found.label is not None
    assert found.label.drifted
    assert found.score is not None
    assert not found.score.drifted
    assert {item.feature for item in found.features} == {"f0", "f1", "f2"}
    assert found.has_drift
    assert found.drift_magnitude == found.label.magnitude
    assert verdict(found).startswith("Drift in the label: 300 rows compared with 300; magnitude 0.3")
    assert compared(before, now.drop(columns="buggy"), target_column="buggy").label is None


@pytest.mark.parametrize("unit", [1, 1_000])
@pytest.mark.parametrize("name", ["date", "Timestamp", "committed_at"])
def test_that_time_moves_on_is_no_drift_however_it_is_written(name: str, unit: int) -> None:
    seconds = 1_600_000_000 + np.arange(200) * 86_400
    before = pd.DataFrame({name: seconds[:100] * unit, "la": 1.0})
    report = compared(before, before.assign(**{name: seconds[100:] * unit}))
    assert (report.has_drift, report.drift_magnitude) == (False, 0.0)
    assert report.warnings == (f"moments, not compared, since time moves on: {name}",)
    numbered = compared(*(rows.assign(**{name: rows[name] % 97}) for rows in (before, before)))
    assert [item.feature for item in numbered.features] == [name, "la"], "a running number is a feature"


def test_what_cannot_be_compared_is_said() -> None:
    rows = 60
    before = pd.DataFrame(
        {
            "commit": [f"{number:x}" * 4 for number in range(rows)],
            "when": pd.date_range("2020", periods=rows),
            "thin": [1.0] * 5 + [np.nan] * (rows - 5),
            "kind": [1, 2, 3] * 20,
            "far": [np.inf] + [1.0] * (rows - 1),
        }
    )
    now = before.assign(commit=before["commit"] + "x", kind=["u", "v"] * 30)
    assert compared(before, now).warnings == (
        "fewer than 30 rows with a value, values not compared: thin",
        "moments, not compared, since time moves on: when",
        "a different text in most rows, not compared: commit",
        "numbers on one side, text on the other, what is no number taken for missing: kind",
        "infinite values taken for missing: far",
    )
    few = compared(before.head(10), before)
    assert (few.features, few.has_drift, few.drift_magnitude) == ((), False, 0.0)


@pytest.mark.parametrize("text", [["x", "y"] * 150, [f"{number / 7:.2f}".replace(".", ",") for number in range(300)]])
def test_a_number_that_became_text_has_drifted(text: list[str]) -> None:
    numbers = pd.DataFrame({"a": np.random.default_rng(0).normal(50, 9, 300), "b": [1.0, 2.0] * 150})
    for before, now in ((numbers, numbers.assign(a=text)), (numbers.assign(a=text), numbers)):
        found = compared(before, now)
        assert found.drifted_features == ("a",)
        assert found.features[0].magnitude == pytest.approx(1.0, abs=0.01)
        assert "numbers on one side, text on the other, what is no number taken for missing: a" in found.warnings
    one = numbers.assign(a=["n/a", *numbers["a"].tolist()[1:]])
    assert not compared(numbers, one).has_drift


def test_a_column_without_any_value_is_no_text() -> None:
    before = pd.DataFrame({"a": np.arange(60) % 7, "b": 1.0})
    now = before.assign(a=pd.Series([None] * 60, dtype="interval[float64]"))
    assert compared(before, now).warnings == ("fewer than 30 rows with a value, values not compared: a",)


@pytest.mark.parametrize("argument", ["target_column", "score_column"])
def test_a_column_that_neither_frame_has_is_refused(argument: str) -> None:
    frame = pd.DataFrame({"la": [1.0, 2.0] * 50})
    with pytest.raises(ConfigError, match=f"^drift: {argument} 'zz' is in neither frame; "):
        DataValidator().detect_data_drift(frame, frame, **{argument: "zz"})


@pytest.mark.parametrize(
    ("reference", "current", "threshold", "said"),
    [
        ([1], pd.DataFrame({"a": [1]}), 0.1, "drift: reference_df is a list; pass a pandas.DataFrame"),
        (pd.DataFrame({"a": [1]}), None, 0.1, "drift: current_df is a NoneType; pass a pandas.DataFrame"),
        (pd.DataFrame({"a": [1]}), pd.DataFrame({"b": [1]}), 0.1, "drift: the two frames have no column in common"),
        (pd.DataFrame({"a": [1]}), pd.DataFrame({"a": [1]}), 10, "drift: threshold 10 is no share"),
    ],
)
def test_what_cannot_be_done_is_one_line(reference: object, current: object, threshold: float, said: str) -> None:
    with pytest.raises(ConfigError, match=said) as error:
        DataValidator().detect_data_drift(reference, current, threshold)  # type: ignore[arg-type]
    assert "\n" not in str(error.value)


def test_the_frames_are_not_changed() -> None:
    before = pd.DataFrame({"b": ["1", None] * 40, "a": [3, 1] * 40})
    now = before.iloc[::-1].copy()
    kept, also = before.copy(), now.copy()
    compared(before, now)
    pd.testing.assert_frame_equal(before, kept)
    pd.testing.assert_frame_equal(now, also)


def test_the_report_is_json_markdown_and_a_picture(tmp_path: Path) -> None:
    random = np.random.default_rng(6)
    before, now = table(random, "normal", 300, 7), table(random, "normal", 300, 7, 3)
    names = ["la", "a|b <img src=x> `$x$", *map(str, range(5))]
    found = compared(before.set_axis(names, axis=1), now.set_axis(names, axis=1))
    data = json.loads(found.to_json())
    assert data["has_drift"] is True
    assert data["drifted_features"] == list(found.drifted_features)
    assert [entry["feature"] for entry in data["features"]] == [item.feature for item in found.features]
    text = found.to_markdown()
    assert "| lines added | typically" in text
    assert r"a\|b \<img src=x\> \`$x$" in text
    for ending, start in (("png", b"\x89PNG"), ("svg", b"<?xml"), ("pdf", b"%PDF")):
        found.plot(tmp_path / f"drift.{ending}")
        assert (tmp_path / f"drift.{ending}").read_bytes().startswith(start)
    with pytest.raises(ConfigError, match=r"--plot .*drift\.exe: no kind of picture ends in '\.exe'"):
        found.plot(tmp_path / "drift.exe")
    with pytest.raises(HyperionError, match="No such file or directory"):
        found.plot(tmp_path / "nowhere" / "drift.png")


def test_a_report_without_drift_says_so() -> None:
    before = pd.DataFrame({"a": [1.0, 2.0, 3.0, 4.0] * 20})
    found = compared(before, before)
    assert list(drift_lines(found)) == [
        "No drift: 80 rows compared with 80 in 1 feature, no difference beyond chance that matters."
    ]
    assert (found.has_drift, found.drift_magnitude) == (False, 0.0)
