"""Training frames of the feature store."""

from __future__ import annotations

import math
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hyperion_hook.domain.vector import Missing
from hyperion_hook.errors import ConfigError, MissingExtraError
from hyperion_hook.store.feature_sets.store import FeatureStore

START = 1_700_000_000
HOUR = 3600


@pytest.fixture
def store(tmp_path: Path) -> FeatureStore:
    store = FeatureStore(tmp_path / "a", ttl_hours=24)
    for hours, features in ((30, {"la": 3, "complexite_cyclomatique": 9}), (0, {"la": 1}), (10, {"la": Missing("no")})):
        store.store_features(features, "", "r", commit=f"c{hours}", event_at=START + hours * HOUR, pinned=True)
    return store


@pytest.mark.train
def test_a_frame_holds_the_sets_oldest_first_and_nan_for_what_is_missing(store: FeatureStore) -> None:
    frame = store.training_frame("r")
    assert list(frame.columns) == ["repository", "source_file", "commit", "event_at", "la", "complexite_cyclomatique"]
    assert list(frame["commit"]) == ["c0", "c10", "c30"]
    assert [str(number) for number in frame["la"]] == ["1.0", "nan", "3.0"]
    assert frame["event_at"][0] == datetime.fromtimestamp(START, UTC)
    by_name = store.training_frame("r", feature_names=["cyclomatic_complexity"], since=START + 20 * HOUR)
    assert by_name["cyclomatic_complexity"].tolist() == [9.0]
    assert store.training_frame("none").empty


@pytest.mark.train
def test_entities_get_what_was_known_at_their_moment(store: FeatureStore) -> None:
    import pandas as pd

    entities = pd.DataFrame(
        {
            "event_timestamp": [datetime.fromtimestamp(START + hours * HOUR, UTC) for hours in (31, 5, -1, 53.9, 54)],
            "buggy": [1, 0, 1, 0, 1],
        },
        index=[5, 4, 3, 2, 1],
    )
    before = entities.copy()
    frame = store.training_frame("r", entities=entities, feature_names=["la"])
    pd.testing.assert_frame_equal(entities, before)
    assert list(frame.index) == [5, 4, 3, 2, 1]
    assert frame["la"].tolist()[:2] == [3.0, 1.0]
    assert math.isnan(frame["la"][3])
    assert frame["la"][2] == 3.0
    assert math.isnan(frame["la"][1])
    assert frame["feature_set_id"].isna().tolist() == [False, False, True, False, True]
    named = store.training_frame(entities=entities.assign(repository="r"), feature_names=["la"], within_hours=100)
    assert named["la"][1] == 3.0
    with pytest.raises(ConfigError, match="column 'repository'"):
        store.training_frame(entities=entities)
    with pytest.raises(ConfigError, match="column 'event_timestamp'"):
        store.training_frame("r", entities=entities[["buggy"]])


def test_without_pandas_one_line_says_what_to_install(store: FeatureStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "hyperion_hook.store.feature_sets.frames", raising=False)
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(MissingExtraError, match=r"pip install .*\[train\]'"):
        store.training_frame("r")
