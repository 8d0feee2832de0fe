"""FeatureEngineer as the specification uses it, and on every form of raw data."""

from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path

import pytest

import hyperion_hook
from hyperion_hook import FeatureEngineer, FeatureStore
from hyperion_hook.api.engineer.interactions import INTERACTIONS
from hyperion_hook.domain.vector import Missing
from hyperion_hook.errors import ArtefactError, ConfigError, MissingExtraError
from hyperion_hook.features.catalogue import CATALOGUE, SPECIFIED
from tests.support.profiles import file_history, git_profile


def test_nothing_gives_every_feature_with_the_reason_why_it_is_missing() -> None:
    features = FeatureEngineer().engineer_full_feature_set({})
    assert list(features) == [feature.name for feature in CATALOGUE]
    assert features.present == {}
    assert all(features.missing.values())


def test_the_names_are_public() -> None:
    assert {"FeatureEngineer", "RepositoryChange"} <= set(hyperion_hook.__all__)


# -- the specification's code -----------------------------------------------------------------------------------------


def test_the_block_of_feature_engineering_runs_as_written(capsys: pytest.CaptureFixture[str]) -> None:
    git_profile_data = git_profile()

    engineer = FeatureEngineer()

    # Feature engineering complet
    features = engineer.engineer_full_feature_set(
        raw_data=git_profile_data,
        requested_features=[
            "complexite_cyclomatique",
            "frequence_commits",
            "estimation_trafic_affecte",
            "age_fichier_jours",
            "nb_dependances_circulaires",
        ],
    )

    print(f"✅ Extracted {len(features)} features")

    assert capsys.readouterr().out == "✅ Extracted 5 features\n"
    days = 5065  # 13 February 2011 to 26 December 2024
    assert dict(features) == {
        "complexite_cyclomatique": 12.0,
        "frequence_commits": 1250 / (days / 7),
        "estimation_trafic_affecte": 0.3,
        "age_fichier_jours": float(days),
        "nb_dependances_circulaires": 1.0,
    }


@pytest.mark.train
def test_the_blocks_of_practical_use_run_as_written(capsys: pytest.CaptureFixture[str]) -> None:
    from sklearn.ensemble import RandomForestClassifier

    named = pytest.importorskip("hyperion_hook.api.predict.named_estimator")
    raw_git_data, new_git_data = git_profile(), git_profile()

    # 1. Feature Engineering
    engineer = FeatureEngineer()
    features = engineer.engineer_full_feature_set(raw_git_data)
    assert len(features) >= 35

    columns = ["complexite_npath", "frequence_commits", "age_fichier_jours"]
    rows = [features.frame(columns).iloc[0].tolist(), [9.0, 9.0, 9.0]] * 4
    model = named.NamedEstimator(RandomForestClassifier(5, random_state=42).fit(rows, [0, 1] * 4), columns)

    # Prédire sur nouvelles données
    new_features = engineer.engineer_full_feature_set(new_git_data)
    predictions = model.predict(new_features)
    probabilities = model.predict_proba(new_features)

    print(f"Risk prediction: {predictions[0]}")
    print(f"Confidence: {max(probabilities[0]):.2%}")
    assert capsys.readouterr().out == f"Risk prediction: 0\nConfidence: {probabilities[0][0]:.2%}\n"


def test_what_is_engineered_can_be_stored_with_its_reasons(tmp_path: Path) -> None:
    stores = pytest.importorskip("hyperion_hook.store.feature_sets.store")
    features = FeatureEngineer().engineer_full_feature_set(git_profile())

    store = stores.FeatureStore(tmp_path / "features.sqlite")
    feature_set_id = store.store_features(
        features_dict=features,
        source_file="repo/file.py",
        repository="requests",
        tags={"version": "1.0", "type": "risk"},
    )

    assert dict(store.get_features(feature_set_id)) == dict(features)
    store.close()


def test_every_feature_of_the_specification_is_answered_by_its_french_name() -> None:
    names = [feature.french for feature in SPECIFIED]
    assert len(names) == 35
    given = {name: number / 35 + 1 for number, name in enumerate(names)}
    features = FeatureEngineer().engineer_full_feature_set(given, requested_features=names)
    assert dict(features) == given
    assert list(FeatureEngineer().engineer_full_feature_set({}, names)) == names


# -- names ------------------------------------------------------------------------------------------------------------


def test_answers_stand_under_the_names_that_were_asked_for() -> None:
    features = FeatureEngineer().engineer_full_feature_set({"la": 3}, ["lignes_ajoutees", "la", "la * nf", "la"])
    assert dict(features) == {"lignes_ajoutees": 3.0, "la": 3.0, "la * nf": features["la * nf"]}
    assert features.missing == {"la * nf": "nf: not given, nor what it can be derived from: files"}


def test_unknown_names_are_all_named_with_the_nearest() -> None:
    with pytest.raises(ConfigError) as caught:
        FeatureEngineer().engineer_full_feature_set({}, ["facteur_buss", "la", "zzzz"])
    first, second = str(caught.value).split("\n")
    assert first == "feature 'facteur_buss': not in the catalogue; did you mean 'facteur_bus'?"
    assert second == "feature 'zzzz': not in the catalogue; run: hyperion-hook features list"


def test_blanks_may_stand_around_a_sign_alone() -> None:
    features = FeatureEngineer().engineer_full_feature_set({"la": 3, "nf": 2}, ["la", " la  *nf "])
    assert dict(features) == {"la": 3.0, " la  *nf ": 6.0}
    for name in (" la", "la ", "\tla\n"):
        with pytest.raises(ConfigError, match="not in the catalogue"):
            FeatureEngineer().engineer_full_feature_set({"la": 3}, [name])


def test_one_text_is_no_list_of_names() -> None:
    with pytest.raises(ConfigError, match="give a list"):
        FeatureEngineer().engineer_full_feature_set({}, "la")


def test_a_french_profile_is_answered_in_french() -> None:
    french = FeatureEngineer(interactions=True).engineer_full_feature_set({"lignes_ajoutees": 3, "nb_fichiers": 2})
    assert french["lignes_ajoutees * nb_fichiers"] == 6.0
    assert "la" not in list(french)
    assert french["la"] == french["lignes_ajoutees"] == 3.0
    assert "la" in FeatureEngineer().engineer_full_feature_set({"lignes_ajoutees": 3, "nf": 2})


# -- given values -----------------------------------------------------------------------------------------------------


def test_a_given_value_is_not_derived_and_one_given_as_missing_is() -> None:
    facts = {"comment_lines": 10, "lines_of_code": 30}
    engineer = FeatureEngineer()
    assert engineer.engineer_full_feature_set(facts | {"comment_density": 0.9})["comment_density"] == 0.9
    assert engineer.engineer_full_feature_set(facts | {"comment_density": None})["comment_density"] == 0.25


@pytest.mark.parametrize("nothing", [None, math.nan, Missing("the tool failed")], ids=str)
def test_what_is_given_as_missing_is_missing_for_its_reason_and_never_zero(nothing: object) -> None:
    features = FeatureEngineer().engineer_full_feature_set({"la": nothing}, ["la"])
    assert features.missing == {"la": nothing.reason if isinstance(nothing, Missing) else "given as missing"}


def test_all_that_cannot_be_read_is_said_at_once() -> None:
    raw = {
        "la": "many",
        "nf": math.inf,
        "creation_date": "yesterday",
        "git_summary": {"commits": -1},
        "lignes_code": 1,
        "lines_of_code": 2,
    }
    with pytest.raises(ConfigError) as caught:
        FeatureEngineer().engineer_full_feature_set(raw)
    assert str(caught.value).split("\n") == [
        "la: 'many' is no finite number",
        "nf: inf is no finite number",
        "lignes_code, lines_of_code: are the same feature with different values, 1 and 2; give one of them",
        "creation_date: 'yesterday' is no date; write 2024-12-31, 2024-12-31T18:00:00+01:00 or Unix seconds",
        "git_summary.commits: -1 is less than 0",
    ]


def test_columns_are_no_row() -> None:
    with pytest.raises(ConfigError, match=r"la: \[1, 2\] is no finite number"):
        FeatureEngineer().engineer_full_feature_set({"la": [1, 2]})


def test_a_value_outside_the_catalogues_range_is_kept_and_said() -> None:
    features = FeatureEngineer().engineer_full_feature_set({"estimation_trafic_affecte": 12.5}, ["affected_traffic"])
    assert features["affected_traffic"] == 12.5
    assert "12.5 lies outside 0 to 1" in features.notes["affected_traffic"]


def test_keys_that_nobody_reads_are_told() -> None:
    features = FeatureEngineer().engineer_full_feature_set(git_profile())
    assert features.unused == ("service", "repositories", "metrics")
    # a repository's test files are not those that a change touches
    assert "test_files" in features.missing


# -- the other six methods --------------------------------------------------------------------------------------------


def test_the_three_parts_make_up_the_whole() -> None:
    engineer = FeatureEngineer()
    raw = git_profile() | {"commit_history": file_history()}
    parts = [
        engineer.extract_basic_features(raw),
        engineer.engineer_temporal_features(raw),
        engineer.engineer_risk_features(raw),
    ]
    together = {name: value for part in parts for name, value in part.present.items()}
    assert together == engineer.engineer_full_feature_set(raw).present
    assert all(part.present for part in parts)


def test_dates_are_one_moment_or_more_dates_or_those_of_all_commits() -> None:
    engineer = FeatureEngineer()
    created = {"creation_date": "2024-01-01"}
    assert engineer.engineer_temporal_features(created, "2024-01-11")["file_age"] == 10.0
    assert engineer.engineer_temporal_features(created, {"as_of": "2024-01-21"})["file_age"] == 20.0
    commits = engineer.engineer_temporal_features({"reference_date": "2024-01-31"}, ["2024-01-01", "2024-01-30"])
    assert (commits["file_age"], commits["age"], commits["recent_commits"]) == (30.0, 1.0, 2.0)
    with pytest.raises(ConfigError, match="dates: 'soon' is no date"):
        engineer.engineer_temporal_features(created, "soon")
    np, pd = pytest.importorskip("numpy"), pytest.importorskip("pandas")
    index = pd.to_datetime(["2024-01-01", "2024-01-30"])
    for dates in (index, pd.Series(index), index.to_numpy(), index.to_numpy().astype("datetime64[ns]")):
        assert engineer.engineer_temporal_features({"reference_date": "2024-01-31"}, dates).present == commits.present
    assert engineer.engineer_temporal_features(created, np.datetime64("2024-01-11", "ns"))["file_age"] == 10.0


@pytest.mark.parametrize("method", ["create_interaction_features", "normalize_features", "handle_missing_features"])
@pytest.mark.parametrize("wrong", [None, 5, object()])
def test_what_takes_features_says_that_it_takes_no_raw_data(method: str, wrong: object) -> None:
    with pytest.raises(ConfigError, match=r"^features .+: give a mapping, .* such as extract_basic_features returns$"):
        getattr(FeatureEngineer(), method)(wrong)


def test_where_no_moment_is_named_it_is_now_and_a_note_says_so() -> None:
    engineer = FeatureEngineer(clock=lambda: 1_704_067_200 + 86_400)  # 2 January 2024
    features = engineer.engineer_temporal_features({"creation_date": "2024-01-01"})
    assert features["file_age"] == 1.0
    assert features.notes["file_age"] == (
        "derived from creation_date and now, as of 2024-01-02: the data name no other moment"
    )


def test_code_metrics_give_risk_features() -> None:
    risk = FeatureEngineer().engineer_risk_features(
        {
            "cyclomatic_complexity": 7,
            "halstead_volume": 1000,
            "total_complexity": 10,
            "code_lines": 100,
            "comment_lines": 20,
            "lcom4": [1, 4],
            "npath_count": 1000,
            "importers": ["a", "b", "a"],
            "imports": 1,
            "coverage_before": 0.5,
            "coverage_after": 0.75,
            "affected_traffic": 0.5,
            "revenue_weight": 0.4,
        }
    )
    assert risk["maintainability_index"] == pytest.approx(57.4, abs=0.01)
    assert {
        name: risk[name]
        for name in (
            "cyclomatic_complexity",
            "comment_density",
            "class_cohesion",
            "npath_complexity",
            "afferent_coupling",
            "efferent_coupling",
            "instability",
            "fan_in_fan_out",
            "test_coverage_delta",
            "revenue_impact",
        )
    } == {
        "cyclomatic_complexity": 7.0,
        "comment_density": 20 / 120,
        "class_cohesion": 0.25,
        "npath_complexity": pytest.approx(3.0),
        "afferent_coupling": 2.0,
        "efferent_coupling": 1.0,
        "instability": 1 / 3,
        "fan_in_fan_out": 1.5,
        "test_coverage_delta": 0.25,
        "revenue_impact": 0.2,
    }


def test_interactions_are_those_of_the_features_that_are_named() -> None:
    made = FeatureEngineer().create_interaction_features({"la": 10, "nf": 3, "lt": 0, "ld": None, "other": 9})
    assert made["la * nf"] == 30.0
    assert made.missing == {"la / lt": "lt is 0", "ld / lt": "ld: given as missing"}
    assert list(made) == ["la * nf", "la / lt", "ld / lt"]


def test_every_interaction_is_of_the_catalogue_and_has_a_reason() -> None:
    names = {feature.name for feature in CATALOGUE}
    assert all({entry.left, entry.right} <= names and entry.reason for entry in INTERACTIONS)
    assert len({entry.name for entry in INTERACTIONS}) == len(INTERACTIONS)


# -- fitting ----------------------------------------------------------------------------------------------------------

TRAINING = [
    {"la": 1, "nf": 1, "fix": 1},
    {"la": 5, "nf": 3, "fix": None},
    {"la": 9, "nf": None, "fix": 1},
    {"la": 3, "nf": 5, "fix": 0},
]


def test_normalising_uses_the_range_of_training_and_says_what_it_clips() -> None:
    engineer = FeatureEngineer().fit(TRAINING)
    scaled = engineer.normalize_features({"la": 5, "nf": 99, "lignes_supprimees": 4})
    assert (scaled["la"], scaled["nf"]) == (0.5, 1.0)
    assert scaled.notes == {"nf": "99 clipped to 1 to 5, the range of training"}
    assert scaled.missing == {"lignes_supprimees": "not normalised, it has no fixed range: no value in 4 training rows"}


def test_without_fit_only_bounds_of_the_catalogue_serve_and_that_is_said() -> None:
    scaled = FeatureEngineer().normalize_features({"module_criticality": 3, "la": 5})
    assert scaled["module_criticality"] == 0.5
    assert scaled.notes["module_criticality"] == (
        "scaled by 1 to 5, the range of the catalogue: nothing was fitted; call fit() with training data"
    )
    assert "call fit()" in scaled.missing["la"]


def test_gaps_are_filled_with_the_median_and_marked_and_said() -> None:
    engineer = FeatureEngineer().fit(TRAINING)
    filled = engineer.handle_missing_features({"la": None, "nf": None, "fix": Missing("no message"), "ld": None})
    assert {name: filled[name] for name in ("la", "nf", "fix")} == {"la": 4.0, "nf": 3.0, "fix": 1.0}
    marks = {name: filled[name] for name in filled if name.endswith("_missing")}
    assert marks == {"nf_missing": 1.0, "fix_missing": 1.0}
    assert filled.notes["fix"] == "missing (no message); filled with 1, the most frequent value of 3 training values"
    assert filled.notes["la"].endswith("the median of 4 training values; never missing there, so no column tells")
    assert filled.notes["ld"] == "missing (given as missing); left so: no value in 4 training rows"
    assert "ld" in filled.missing


def test_filling_again_changes_nothing() -> None:
    engineer = FeatureEngineer().fit(TRAINING)
    once = engineer.handle_missing_features({"la": None, "nf": None, "fix": 0})
    assert dict(engineer.handle_missing_features(once)) == dict(once)


def test_without_fit_gaps_stay_and_are_marked() -> None:
    filled = FeatureEngineer().handle_missing_features({"lignes_ajoutees": None, "nb_fichiers": 2})
    assert filled["lignes_ajoutees_manquant"] == 1.0
    assert "nb_fichiers_manquant" not in filled
    assert "left so: nothing was fitted" in filled.notes["lignes_ajoutees"]


def test_filling_and_scaling_in_one_need_training_data() -> None:
    with pytest.raises(ConfigError, match=r"impute and normalize need training data; call fit\(\) first"):
        FeatureEngineer(impute=True, normalize=True).engineer_full_feature_set({})
    with pytest.raises(ConfigError, match="single row"):
        FeatureEngineer().fit({"la": 1})
    with pytest.raises(ConfigError, match="no rows"):
        FeatureEngineer().fit([])


def test_the_whole_pipeline_after_fit() -> None:
    engineer = FeatureEngineer(impute=True, normalize=True, interactions=True).fit(TRAINING)
    features = engineer.engineer_full_feature_set({"la": 9})
    assert (features["la"], features["nf"], features["nf_missing"], features["fix_missing"]) == (1.0, 0.5, 1.0, 1.0)
    assert all(0 <= value <= 1 for value in features.present.values())
    # training: 1, 15 and 15, one unknown
    assert features["la * nf"] == 1.0
    assert list(engineer.engineer_full_feature_set({"la": 9}, ["nb_fichiers"])) == ["nb_fichiers"]


def test_fitting_does_not_look_at_the_rows_it_is_applied_to() -> None:
    engineer = FeatureEngineer().fit(TRAINING)
    alone = engineer.normalize_features({"la": 4})
    among = engineer.normalize_features([{"la": 4}, {"la": 1_000_000}])[0]
    assert dict(alone) == dict(among)


def test_what_was_fitted_is_kept_as_data_and_is_the_same_again(tmp_path: Path) -> None:
    engineer = FeatureEngineer(interactions=True, impute=True).fit(TRAINING)
    engineer.save(tmp_path / "fitted.json")
    again = FeatureEngineer.load(tmp_path / "fitted.json")
    assert again.fitted == engineer.fitted
    assert again.options == engineer.options
    assert again.to_json() == engineer.to_json()
    assert dict(again.engineer_full_feature_set({"la": 2})) == dict(engineer.engineer_full_feature_set({"la": 2}))
    assert [path.name for path in tmp_path.iterdir()] == ["fitted.json"]


def test_a_file_that_is_not_there_or_no_text_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    for name in ("absent", "bytes"):
        with pytest.raises(ArtefactError, match="fit again"):
            FeatureEngineer.load(tmp_path / name)


# -- forms of raw data ------------------------------------------------------------------------------------------------


def test_a_list_gives_a_list_and_names_the_row_of_a_fault() -> None:
    rows = FeatureEngineer().engineer_full_feature_set([{"la": 1}, {"lignes_ajoutees": 2}], ["la"])
    assert [dict(row) for row in rows] == [{"la": 1.0}, {"la": 2.0}]
    with pytest.raises(ConfigError) as caught:
        FeatureEngineer().engineer_full_feature_set([{"la": "x"}, {"la": 1}, {"nf": "y"}])
    assert str(caught.value).split("\n") == ["row 1: la: 'x' is no finite number", "row 3: nf: 'y' is no finite number"]


@pytest.mark.parametrize("thing", [7, None, object(), [3]], ids=["number", "nothing", "object", "list"])
def test_what_is_no_raw_data_is_refused(thing: object) -> None:
    with pytest.raises(ConfigError, match="give a mapping"):
        FeatureEngineer().engineer_full_feature_set(thing)


def test_raw_data_are_not_changed() -> None:
    raw = git_profile() | {"commit_history": file_history()}
    before = repr(raw)
    FeatureEngineer().engineer_full_feature_set(raw)
    assert repr(raw) == before


def test_without_pandas_rows_are_made_and_a_table_names_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    features = FeatureEngineer().fit(TRAINING).normalize_features({"la": 5})
    assert features["la"] == 0.5
    with pytest.raises(MissingExtraError, match=r"pip install .*\[train\]'"):
        features.frame()


def test_a_row_needs_none_of_the_heavy_packages() -> None:
    code = (
        "import sys; from hyperion_hook import FeatureEngineer; "
        "FeatureEngineer().fit([{'la': 1}, {'la': 2}]).engineer_full_feature_set({'la': 1}); "
        "print(sorted({'numpy', 'pandas', 'sklearn', 'xgboost'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.train
def test_a_row_for_an_estimator_has_the_columns_in_its_order() -> None:
    features = FeatureEngineer().engineer_full_feature_set({"la": 3, "nf": None})
    row = features.frame(["nb_fichiers", "la"])
    assert list(row.columns) == ["nb_fichiers", "la"]
    assert math.isnan(row.iloc[0, 0])
    assert row.iloc[0, 1] == 3.0
    with pytest.raises(ConfigError, match="feature 'mine': is not among these"):
        features.frame(["mine", "la"])


@pytest.mark.parametrize("language", ["name", "french"])
def test_features_and_what_is_stored_of_them_answer_to_both_names(language: str, tmp_path: Path) -> None:
    names = [getattr(feature, language) for feature in CATALOGUE]
    features = FeatureEngineer().engineer_full_feature_set(dict.fromkeys(names, 0.5), names)
    with FeatureStore(tmp_path / "features.sqlite") as store:
        stored = store.get_features(store.store_features(features, "a.py", "requests"))
    assert stored is not None
    for held in (features, stored):
        assert list(held) == names
        for feature in CATALOGUE:
            assert held[feature.name] == held[feature.french] == held.get(feature.name) == held.get(feature.french)
            assert feature.name in held
            assert feature.french in held
