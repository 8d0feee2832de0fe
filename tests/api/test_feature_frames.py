"""FeatureEngineer on tables."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from hyperion_hook import FeatureEngineer
from hyperion_hook.domain.vector import Missing
from hyperion_hook.errors import ConfigError
from hyperion_hook.features.catalogue import SPECIFIED
from tests.support.profiles import file_history

pytestmark = pytest.mark.train


def french() -> pd.DataFrame:
    """Return a table with the specification's names, as people have it, with its target."""
    return pd.DataFrame(
        {
            "lignes_ajoutees": [10.0, None, 30.0],
            "nb_fichiers": [1, 2, 3],
            "complexite_cyclomatique": [5, 0, 7],
            "projet": ["a", "b", "c"],
            "risque_reel": [0, 1, 0],
        },
        index=["x", "y", "z"],
    )


def test_french_columns_stay_as_they_stand() -> None:
    frame = french()
    features = FeatureEngineer().engineer_full_feature_set(frame)
    assert list(features.columns) == ["nb_fichiers", "lignes_ajoutees", "complexite_cyclomatique"]
    assert list(features.index) == ["x", "y", "z"]
    assert features["lignes_ajoutees"].tolist()[::2] == [10.0, 30.0]
    assert math.isnan(features["lignes_ajoutees"]["y"])
    pd.testing.assert_frame_equal(frame, french())


def test_requested_names_are_the_columns_in_their_order() -> None:
    asked = ["la", "nb_fichiers", "la * nf", "age_fichier_jours"]
    features = FeatureEngineer().engineer_full_feature_set(french(), requested_features=asked)
    assert list(features.columns) == asked
    assert features["la * nf"].tolist()[::2] == [10.0, 90.0]
    assert features["age_fichier_jours"].isna().all()
    assert "creation_date" in features.attrs["missing"]["age_fichier_jours"]


def test_all_thirty_five_by_french_name() -> None:
    names = [feature.french for feature in SPECIFIED]
    frame = pd.DataFrame(np.arange(70.0).reshape(2, 35), columns=names)
    pd.testing.assert_frame_equal(FeatureEngineer().engineer_full_feature_set(frame, names), frame)


def test_a_table_and_its_rows_give_the_same() -> None:
    frame = pd.DataFrame(
        {
            "creation_date": ["2024-01-01", "2024-02-01", None],
            "reference_date": pd.to_datetime(["2024-03-01"] * 3),
            "commits": [10, 20, 30],
            "reverts": [1, 2, np.nan],
            "lignes_ajoutees": [1.5, np.nan, 3.0],
            "commit_history": [file_history(), None, None],
        }
    )
    engineer = FeatureEngineer()
    table = engineer.engineer_full_feature_set(frame)
    rows = engineer.engineer_full_feature_set(frame.to_dict("records"))
    assert table["age_fichier_jours"].tolist()[:2] == [60.0, 29.0]
    for name in table.columns:
        np.testing.assert_array_equal(table[name].to_numpy(), [row.number(name) for row in rows])


def test_a_feature_that_is_named_but_never_known_stays_a_column() -> None:
    frame = pd.DataFrame({"lignes_ajoutees": [None, None], "creation_date": ["2024-01-01"] * 2})
    for table in (frame, frame[["lignes_ajoutees"]]):
        features = FeatureEngineer(clock=lambda: 1_704_153_600).engineer_full_feature_set(table)
        assert features["lignes_ajoutees"].isna().all()
        assert features.attrs["missing"]["lignes_ajoutees"]


def test_lists_that_became_arrays_are_lists() -> None:
    frame = pd.DataFrame({"contributors": [np.array(["Ada", "Grace"]), np.array(["Ada"])]})
    assert FeatureEngineer().engineer_full_feature_set(frame, ["ndev"])["ndev"].tolist() == [2.0, 1.0]


def test_one_row_of_a_table_is_a_row() -> None:
    row = FeatureEngineer().engineer_full_feature_set(french().iloc[0], ["la", "nf"])
    assert dict(row) == {"la": 10.0, "nf": 1.0}


def test_missing_values_of_every_kind_are_missing() -> None:
    frame = pd.DataFrame(
        {
            "la": pd.array([1, None], dtype="Int64"),
            "nf": [2, Missing("the tool failed")],
            "ld": [1.0, math.inf],
        }
    )
    features = FeatureEngineer().engineer_full_feature_set(frame)
    assert features.isna().sum().to_dict() == {"nf": 1, "la": 1, "ld": 1}


def test_all_faults_of_a_table_are_told() -> None:
    with pytest.raises(ConfigError) as caught:
        FeatureEngineer().engineer_full_feature_set(pd.DataFrame({"la": ["a"], "nf": ["b"]}))
    assert [line.split(":")[0] for line in str(caught.value).split("\n")] == ["column 'la'", "column 'nf'"]
    with pytest.raises(ConfigError, match="columns 'la' and 'lignes_ajoutees': are the same feature"):
        FeatureEngineer().engineer_full_feature_set(pd.DataFrame({"la": [1], "lignes_ajoutees": [1]}))
    with pytest.raises(ConfigError) as caught:
        FeatureEngineer().engineer_full_feature_set(pd.DataFrame({"creation_date": ["soon"] * 30}))
    lines = str(caught.value).split("\n")
    assert (len(lines), lines[-1]) == (21, "and 10 more faults")


def test_values_outside_the_catalogues_range_stay_and_are_told() -> None:
    features = FeatureEngineer().engineer_full_feature_set(pd.DataFrame({"entropie_changement": [0.5, 2.0, 3.0]}))
    assert features["entropie_changement"].tolist() == [0.5, 2.0, 3.0]
    assert features.attrs["notes"]["entropie_changement"].startswith("2 of 3 values lie outside 0 to 1")


def test_dates_of_a_table_are_a_column_or_one_for_each_row() -> None:
    frame = pd.DataFrame({"creation_date": ["2024-01-01", "2024-01-01"], "moment": ["2024-01-02", "2024-01-03"]})
    engineer = FeatureEngineer()
    assert engineer.engineer_temporal_features(frame, "moment")["file_age"].tolist() == [1.0, 2.0]
    assert engineer.engineer_temporal_features(frame, frame["moment"])["file_age"].tolist() == [1.0, 2.0]
    assert engineer.engineer_temporal_features(frame, "2024-01-11")["file_age"].tolist() == [10.0, 10.0]


def test_filling_and_scaling_keep_what_is_no_feature() -> None:
    engineer = FeatureEngineer().fit(french())
    filled = engineer.handle_missing_features(french())
    assert filled["lignes_ajoutees"].tolist() == [10.0, 20.0, 30.0]
    assert filled["lignes_ajoutees_manquant"].tolist() == [0.0, 1.0, 0.0]
    assert filled["projet"].tolist() == ["a", "b", "c"]
    scaled = engineer.normalize_features(filled)
    assert scaled["lignes_ajoutees"].tolist() == [0.0, 0.5, 1.0]
    assert scaled["risque_reel"].tolist() == [0, 1, 0]
    assert "median of 2 training values" in scaled.attrs["notes"]["lignes_ajoutees"]
    pd.testing.assert_frame_equal(engineer.handle_missing_features(filled), filled)
    new = engineer.normalize_features(french().assign(nb_fichiers=[1, 2, 9]))
    assert new.attrs["notes"]["nb_fichiers"] == "1 of 3 values clipped to 1 to 3, the range of training"


def test_a_table_is_completed_as_its_rows_are() -> None:
    engineer = FeatureEngineer(impute=True, normalize=True, interactions=True).fit(french())
    table = engineer.engineer_full_feature_set(french())
    for place, row in enumerate(engineer.engineer_full_feature_set(french().to_dict("records"))):
        for name in table.columns:
            assert table[name].iloc[place] == row[name], name


def test_interactions_of_a_table() -> None:
    made = FeatureEngineer().create_interaction_features(french())
    assert list(made.columns) == ["lignes_ajoutees * nb_fichiers", "lignes_ajoutees * complexite_cyclomatique"]
    by_row = [FeatureEngineer().create_interaction_features(row) for row in french().to_dict("records")]
    assert made.iloc[2].tolist() == [by_row[2][name] for name in made.columns] == [90.0, 210.0]


def test_an_empty_table_is_a_table() -> None:
    features = FeatureEngineer().engineer_full_feature_set(french().iloc[:0], ["la"])
    assert list(features.columns) == ["la"]
    assert features.empty
    with pytest.raises(ConfigError, match="no rows"):
        FeatureEngineer().fit(french().iloc[:0])
