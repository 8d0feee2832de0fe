"""The feature store: what is stored is read back as it was, for as long and as much as is promised."""

from __future__ import annotations

import hashlib
import json
import math
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperion_hook import FeatureEngineer
from hyperion_hook.domain.vector import Missing
from hyperion_hook.errors import ConfigError
from hyperion_hook.store.feature_sets.content import checked, content_hash, joined, numbers_of, packed
from hyperion_hook.store.feature_sets.feature_set import FeatureMetadata, FeatureSet
from hyperion_hook.store.feature_sets.store import FeatureStore

START = 1_700_000_000.0
HOUR = 3600
COMMIT = "0123456789abcdef" * 2 + "01234567"


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> FeatureStore:
    return FeatureStore(tmp_path / "features.sqlite", ttl_hours=24, cache_size=3, clock=clock)


def put(store: FeatureStore, number: float, **more: object) -> str:
    return store.store_features({"a": number}, "", "requests", **more)  # type: ignore[arg-type]


# -- what the specification shows --


def test_the_specifications_example_works_as_written(store: FeatureStore) -> None:
    features = {"complexite_cyclomatique": 12, "lignes_code": 340.5}
    feature_set_id = store.store_features(
        features_dict=features,
        source_file="requests/models.py",
        repository="requests",
        tags={"version": "1.0", "type": "risk"},
    )
    assert str(uuid.UUID(feature_set_id)) == feature_set_id
    assert store.get_features(feature_set_id) == features
    (found,) = store.search_features(repository="requests", tags={"type": "risk"})
    assert found.feature_set_id == feature_set_id
    assert store.get_feature_statistics()["total_feature_sets"] == 1


def test_every_field_of_the_metadata_is_the_specifications(store: FeatureStore, tmp_path: Path) -> None:
    source = tmp_path / "models.py"
    source.write_bytes(b"x = 1\n")
    feature_set_id = store.store_features(
        {"b": 2, "a": 1.5}, source, "requests", {"type": "risk"}, extraction_time_ms=12.5
    )
    canonical = json.dumps({"a": 1.5, "b": 2.0}, sort_keys=True).encode()
    assert store.get_metadata(feature_set_id) == FeatureMetadata(
        feature_set_id=feature_set_id,
        source_file=str(source),
        repository="requests",
        extracted_at=datetime.fromtimestamp(START, UTC),
        feature_names=["b", "a"],
        n_features=2,
        content_hash=hashlib.sha256(canonical).hexdigest(),
        source_hash=hashlib.md5(b"x = 1\n", usedforsecurity=False).hexdigest(),
        tags={"type": "risk"},
        extraction_time_ms=12.5,
        extraction_version="3.0.0",
        commit=None,
        event_at=datetime.fromtimestamp(START, UTC),
        pinned=False,
        source_hash_missing="",
    )


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("", "no source file was named"),
        ("not/there.py", "there is no such source file here"),
        (".", "the source file is no regular file"),
        ("a\0b", "the source file cannot be read"),
    ],
)
def test_a_source_hash_that_cannot_be_had_says_why(store: FeatureStore, source: str, reason: str) -> None:
    found = store.get_metadata(store.store_features({"a": 1}, source, "requests"))
    assert found is not None
    assert (found.source_file, found.source_hash, found.source_hash_missing) == (source, "", reason)


def test_the_settings_are_the_specifications(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FEATURE_STORE_TTL_HOURS", raising=False)
    monkeypatch.delenv("FEATURE_STORE_CACHE_SIZE", raising=False)
    with FeatureStore(tmp_path / "a") as store:
        assert (store.ttl_hours, store.cache_size) == (24, 1000)
    monkeypatch.setenv("FEATURE_STORE_TTL_HOURS", "2")
    monkeypatch.setenv("FEATURE_STORE_CACHE_SIZE", "5")
    with FeatureStore(tmp_path / "a") as store:
        assert (store.ttl_hours, store.cache_size) == (2, 5)


def test_without_a_path_it_lies_in_the_users_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with FeatureStore() as store:
        assert store.path == tmp_path / "hyperion-hook" / "features-v1.sqlite"
    with FeatureStore.of(tmp_path / ".git", cache_size=7) as store:
        assert store.path == tmp_path / ".git" / "hyperion-hook" / "features-v1.sqlite"
        assert store.cache_size == 7


# -- values and versions --


@given(st.dictionaries(st.text(min_size=1), st.floats(allow_nan=False) | st.builds(Missing, st.text()), min_size=1))
def test_values_are_read_back_to_the_last_bit(features: dict[str, float | Missing]) -> None:
    numbers, missing = packed(features)
    reasons = json.loads(missing) if missing else {}
    absent = {place: Missing(reason) for reason, places in reasons.items() for place in places}
    back = joined(list(features), numbers_of(numbers, len(features)), absent)
    assert [repr(value) for value in back.values()] == [repr(value) for value in features.values()]
    assert content_hash(back) == content_hash(dict(reversed(features.items())))


@pytest.mark.parametrize("form", ["mapping", "series", "frame"])
def test_a_row_of_pandas_and_a_path_do(store: FeatureStore, form: str) -> None:
    pandas = pytest.importorskip("pandas")
    row = {"lignes_code": 3, "taux": None}
    data = {"mapping": row, "series": pandas.Series(row), "frame": pandas.DataFrame([row])}[form]
    number = store.store_features(data, Path("a.py"), Path("the/project"))
    stored = store.get_features(number)
    assert stored is not None
    assert stored["lignes_code"] == 3.0
    assert isinstance(stored["taux"], Missing)
    assert [entry.repository for entry in store.search_features(repository=Path("the/project"))] == ["the/project"]
    with pytest.raises(ConfigError, match="features: a DataFrame is no mapping from name to value; give one, or a row"):
        store.store_features(pandas.DataFrame([row, row]), "a.py", "r")


def test_what_is_missing_keeps_its_reason(store: FeatureStore) -> None:
    given_features = {"a": Missing("no history"), "b": None, "c": math.nan, "d": -0.0, "e": math.inf, "f": True}
    found = store.get_features(store.store_features(given_features, "", "r"))
    assert found == {
        "a": Missing("no history"),
        "b": Missing("no value was given"),
        "c": Missing("not a number (NaN) was given"),
        "d": 0.0,
        "e": math.inf,
        "f": 1.0,
    }
    assert math.copysign(1, found["d"]) == -1  # type: ignore[arg-type]


def test_the_same_content_has_the_same_version(store: FeatureStore) -> None:
    first, again, other = (
        store.store_features(features, "", name)
        for features, name in (({"a": 1, "b": 2}, "x"), ({"b": 2.0, "a": 1.0}, "y"), ({"a": 1, "b": 3}, "x"))
    )
    hashes = [store.get_metadata(one).content_hash for one in (first, again, other)]  # type: ignore[union-attr]
    assert hashes[0] == hashes[1] != hashes[2]
    assert len({first, again, other}) == 3


@pytest.mark.parametrize(
    ("features", "said"),
    [
        ({"a": "12"}, "feature 'a': '12' is no number"),
        ({"a": [1]}, "is no number"),
        (None, "features: a NoneType is no mapping"),
        ([1.0], "features: a list is no mapping"),
        ({1: 2}, "name every feature"),
        ({}, "give 1 to"),
        ({"a": 10**400}, "is no number"),
        ({"a": 2**53 + 1}, "too many digits"),
    ],
)
def test_values_that_are_no_numbers_are_refused(features: dict[str, object], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        checked(features)


@pytest.mark.parametrize(
    "more",
    [
        {"tags": {"a": 1}},
        {"event_at": datetime(2024, 1, 1)},  # noqa: DTZ001 - a time without a zone is refused
        {"event_at": START * 1e9},
        {"event_at": "today"},
        {"event_at": math.nan},
        {"extraction_version": ""},
    ],
)
def test_arguments_that_are_not_valid_are_refused_and_nothing_is_stored(
    store: FeatureStore, more: dict[str, object]
) -> None:
    with pytest.raises(ConfigError):
        put(store, 1, **more)
    with pytest.raises(ConfigError):
        store.store_many([FeatureSet({"a": 1}, "", "requests"), FeatureSet({"a": "x"}, "", "requests")])
    assert store.search_features() == []


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("count", (b"r", "1")),
        ("count", ("r", 1)),
        ("extraction_versions", ({"r"},)),
        ("discard", (b"r",)),
        ("discard", ("r", 1.0)),
        ("get_commit", (b"r", "a")),
        ("get_commit", ("r", 7)),
        ("get_commit", ("r", "abc\ud800")),
        ("search_features", (5,)),
        ("search_features", (None, {"a": {1}})),
        ("search_features", (None, {1: "a"})),
        ("search_features", {"feature_names": [["la"]]}),
        ("search_features", {"feature_names": "la"}),
        ("search_features", {"extraction_version": b"1"}),
        ("search_features", {"limit": "1"}),
        ("search_features", {"limit": -1}),
        ("read_features", {"feature_names": [1]}),
        ("read_features", {"tags": {"a": 1}}),
        ("get_features_at", {"repository": 1, "moment": START}),
        ("get_features_at", {"repository": "requests", "moment": START, "source_file": 5}),
        ("get_features_at", {"repository": "requests", "moment": START, "within_hours": "1"}),
        ("get_features_at", {"repository": "requests", "moment": START, "within_hours": math.nan}),
        ("store_features", ({"a": 1}, "", "r", {"a": 1})),
        ("store_features", {"features_dict": {"a": 1}, "source_file": b"", "repository": "r"}),
        ("store_many", ([FeatureSet({"a": 1}, "", "r", commit=5)],)),  # type: ignore[arg-type]
        ("store_many", ([FeatureSet({"a": 1}, "", "r", commit="\ud800")],)),
        ("store_many", ([FeatureSet({"a": 1}, "", "r", extraction_time_ms=math.nan)],)),
        ("store_many", ([FeatureSet({"a": 1}, "", "r", extraction_time_ms="x")],)),  # type: ignore[arg-type]
        ("store_many", ([FeatureSet({"a": 1}, 5, "r")],)),  # type: ignore[arg-type]
    ],
)
def test_a_wrong_argument_is_never_called_damage(
    store: FeatureStore, name: str, arguments: tuple[object, ...] | dict[str, object]
) -> None:
    put(store, 1)
    positional, named = ((), arguments) if isinstance(arguments, dict) else (arguments, {})
    with pytest.raises(ConfigError, match=r"^[a-z_]+ [^\n]+: (is|are) (no|not) [^\n]+$"):
        list(getattr(store, name)(*positional, **named))
    assert len(store.search_features()) == 1


def test_any_number_of_hours_and_sets_is_taken(store: FeatureStore) -> None:
    put(store, 1)
    assert len(store.search_features(limit=2**70)) == 1
    assert store.get_features_at("requests", START + 1, within_hours=1e300)


@pytest.mark.parametrize(
    "more",
    [
        {"ttl_hours": -1},
        {"ttl_hours": math.nan},
        {"ttl_hours": "24"},
        {"cache_size": 0},
        {"cache_size": 1.5},
        {"cache_size": "x"},
        {"cache_size": math.inf},
    ],
)
def test_settings_out_of_range_are_refused(tmp_path: Path, more: dict[str, object]) -> None:
    with pytest.raises(ConfigError, match=next(iter(more))):
        FeatureStore(tmp_path / "a", **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["", "x", "f3a1c5de-0f6b-4c61-9a39-6d2c5f0e7a11", None])
def test_an_unknown_id_has_no_features(store: FeatureStore, text: str) -> None:
    put(store, 1)
    assert store.get_features(text) is None
    assert store.get_metadata(text) is None


# -- how long, and how much --


def test_a_set_is_served_until_its_time_is_over_and_not_a_microsecond_longer(store: FeatureStore, clock: Clock) -> None:
    feature_set_id = put(store, 1)
    clock.now = START + 24 * HOUR - 1e-6
    assert store.get_features(feature_set_id) == {"a": 1.0}
    assert len(store.search_features()) == 1
    clock.now = START + 24 * HOUR
    assert store.get_features(feature_set_id) is None
    assert store.search_features() == []
    assert store.get_features_at("requests", START) is None
    assert store.get_feature_statistics()["expired_feature_sets"] == 1
    assert store.cleanup() == 1
    assert store.get_feature_statistics()["expired_feature_sets"] == 0


def test_the_time_runs_from_the_event_not_from_the_storing(store: FeatureStore, clock: Clock) -> None:
    feature_set_id = put(store, 1, event_at=START - 23 * HOUR)
    assert store.get_features(feature_set_id) == {"a": 1.0}
    clock.now += HOUR
    assert store.get_features(feature_set_id) is None


def test_what_would_go_at_once_is_refused(store: FeatureStore) -> None:
    with pytest.raises(
        ConfigError, match=r"^event_at of a set of 'requests': is 24 hours .* or more ago, .*pinned=True"
    ):
        put(store, 1, event_at=START - 24 * HOUR)
    assert store.get_feature_statistics()["total_feature_sets"] == 0
    for more in ({"event_at": START - 24 * HOUR + 1}, {"event_at": START - 48 * HOUR, "pinned": True}):
        assert store.get_features(put(store, 1, **more)) == {"a": 1.0}


def test_what_is_too_old_goes_with_the_next_write(store: FeatureStore, clock: Clock) -> None:
    put(store, 1)
    clock.now += 25 * HOUR
    put(store, 2)
    assert store.get_feature_statistics()["expired_feature_sets"] == 0
    assert store.cleanup() == 0


def test_the_least_recently_used_goes_first(store: FeatureStore) -> None:
    one, two, three = put(store, 1), put(store, 2), put(store, 3)
    assert store.get_features(one)
    four = put(store, 4)
    assert [store.get_features(each) is not None for each in (one, two, three, four)] == [True, False, True, True]
    # read in the order one, three, four
    five = put(store, 5)
    assert [store.get_features(each) is not None for each in (one, three, four, five)] == [False, True, True, True]


def test_use_is_remembered_by_the_next_one_to_open_the_store(tmp_path: Path) -> None:
    path = tmp_path / "features.sqlite"
    with FeatureStore(path, cache_size=2) as store:
        one, two = put(store, 1), put(store, 2)
        store.get_features(one)
    with FeatureStore(path, cache_size=2) as store:
        put(store, 3)
        assert store.get_features(one) is not None
        assert store.get_features(two) is None


def test_pinned_sets_are_kept_and_do_not_count(store: FeatureStore, clock: Clock) -> None:
    pinned = [put(store, number, pinned=True, event_at=START - 10**8) for number in range(5)]
    cached = [put(store, number) for number in range(4)]
    assert all(store.get_features(each) for each in pinned)
    assert [store.get_features(each) is not None for each in cached] == [False, True, True, True]
    clock.now += 10**8
    assert store.cleanup() == 3
    assert all(store.get_features(each) for each in pinned)
    assert store.get_feature_statistics()["pinned_feature_sets"] == 5
    assert store.discard("requests") == 5
    assert store.search_features() == []


def test_many_sets_at_once_leave_the_newest(store: FeatureStore) -> None:
    ids = store.store_many([FeatureSet({"a": number}, "", "requests") for number in range(10)])
    assert [store.get_features(each) for each in ids] == [None] * 7 + [{"a": 7.0}, {"a": 8.0}, {"a": 9.0}]


def test_an_id_is_never_given_again(store: FeatureStore, clock: Clock) -> None:
    first = put(store, 1)
    clock.now += 25 * HOUR
    store.cleanup()
    assert put(store, 2) != first
    assert store.get_features(first) is None


def test_texts_nobody_needs_go_too(tmp_path: Path) -> None:
    with FeatureStore(tmp_path / "a", cache_size=5) as store:
        for number in range(3000):
            store.store_many([FeatureSet({"a": Missing(f"reason {number}")}, "", "r", {"n": str(number)})])
        ((texts,),) = store._file.connection.execute("SELECT count(*) FROM texts")
        assert texts < 3000
        store.cleanup()
        ((texts,),) = store._file.connection.execute("SELECT count(*) FROM texts")
        assert texts == 1 + 1 + 1 + 1 + 3 * 5  # repository, version, names, no source; tags, pair and reason of each
        assert len(store.search_features(tags={"n": "2999"})) == 1


# -- commits --


def test_a_commit_has_one_set_for_each_version_and_file(store: FeatureStore) -> None:
    first = put(store, 1, commit=COMMIT)
    assert put(store, 1, commit=COMMIT, tags={"x": "y"}) == first
    found = store.get_commit("requests", COMMIT)
    assert found is not None
    assert (found.metadata.commit, found.metadata.tags, found.features) == (COMMIT, {"x": "y"}, {"a": 1.0})
    second = put(store, 2, commit=COMMIT)
    assert second != first
    assert store.get_features(first) is None
    other = put(store, 3, commit=COMMIT, extraction_version="other")
    assert store.get_features(second) == {"a": 2.0}
    assert store.get_commit("requests", COMMIT, extraction_version="other").metadata.feature_set_id == other  # type: ignore[union-attr]
    assert store.get_commit("requests", COMMIT, source_file="x.py") is None
    assert store.get_commit("elsewhere", COMMIT) is None
    assert store.extraction_versions("requests") == ["3.0.0", "other"]
    assert store.discard("requests", "other") == 1
    assert store.discard("requests", "never") == 0


# -- at a moment --


def test_what_was_known_at_a_moment_is_the_newest_at_or_before_it_and_not_too_old(store: FeatureStore) -> None:
    for hours in (0, 10, 40):
        put(store, hours, event_at=START + hours * HOUR, pinned=True)

    def known_at(hours: float) -> object:
        found = store.get_features_at("requests", START + hours * HOUR)
        return found and found.features["a"]

    assert [known_at(hours) for hours in (-1e-6, 0, 9, 10, 33, 34, 39, 40, 63, 64)] == [
        None,
        0,
        0,
        10,
        10,
        None,
        None,
        40,
        40,
        None,
    ]
    assert store.get_features_at("requests", START + 39 * HOUR, within_hours=100).features == {"a": 10.0}  # type: ignore[union-attr]
    assert store.get_features_at("requests", datetime.fromtimestamp(START, UTC), within_hours=math.inf) is not None
    assert store.get_features_at("other", START) is None


def test_of_one_moment_the_one_stored_last_is_known(store: FeatureStore) -> None:
    for number in (1, 2):
        put(store, number, event_at=START, tags={"n": str(number)})
    assert store.get_features_at("requests", START).features == {"a": 2.0}  # type: ignore[union-attr]
    assert store.get_features_at("requests", START, tags={"n": "1"}).features == {"a": 1.0}  # type: ignore[union-attr]


# -- searching --


def test_a_search_fulfils_all_conditions_and_gives_the_newest_first(tmp_path: Path) -> None:
    with FeatureStore(tmp_path / "a", ttl_hours=math.inf) as store:
        for number in range(12):
            store.store_features(
                {"la": 1} | ({"complexite_cyclomatique": 2} if number % 2 else {}),
                f"{number}",
                "even" if number % 4 < 2 else "odd",
                {"n": str(number), "third": str(number % 3)},
                event_at=START + number,
            )

        def search(**conditions: object) -> list[int]:
            return [int(found.source_file) for found in store.search_features(**conditions)]  # type: ignore[arg-type]

        assert search() == list(range(11, -1, -1))
        assert search(limit=2) == [11, 10]
        assert search(repository="even") == [9, 8, 5, 4, 1, 0]
        assert search(tags={"third": "1"}) == [10, 7, 4, 1]
        assert search(repository="even", tags={"third": "1", "n": "4"}) == [4]
        assert search(tags={"third": "1", "n": "5"}) == search(tags={"none": "x"}) == search(repository="none") == []
        assert search(since=START + 3, until=datetime.fromtimestamp(START, UTC) + timedelta(seconds=5)) == [5, 4, 3]
        # by either of its names
        assert search(feature_names=["cyclomatic_complexity"]) == search(feature_names=["complexite_cyclomatique"])
        assert search(feature_names=["cyclomatic_complexity", "la"], repository="odd") == [11, 7, 3]
        assert search(feature_names=["cyclomatic_complexity", "nothing"]) == []
        assert search(extraction_version="3.0.0", limit=1) == [11]
        assert [int(stored.metadata.source_file) for stored in store.read_features("odd")] == [2, 3, 6, 7, 10, 11]


def test_statistics_count_what_is_served(store: FeatureStore) -> None:
    feature_set_id = put(store, 1, extraction_time_ms=4.0)
    store.store_features({"b": 1}, "", "other", extraction_version="x", event_at=START - 5, extraction_time_ms=2.0)
    store.get_features(feature_set_id)
    store.get_features("none")
    found = store.get_feature_statistics()
    assert found.pop("bytes") > 0
    assert found == {
        "total_feature_sets": 2,
        "pinned_feature_sets": 0,
        "expired_feature_sets": 0,
        "repositories": {"requests": 1, "other": 1},
        "extraction_versions": {"3.0.0": 1, "x": 1},
        "feature_names": ["a", "b"],
        "oldest_event": datetime.fromtimestamp(START - 5, UTC),
        "newest_event": datetime.fromtimestamp(START, UTC),
        "average_extraction_time_ms": 3.0,
        "ttl_hours": 24,
        "cache_size": 3,
        "hits": 1,
        "misses": 1,
    }


def test_names_of_any_kind_are_kept(store: FeatureStore) -> None:
    name, odd = "r\u00e9po \udcff", "caf\u00e9 \udcff\n'\"--"
    feature_set_id = store.store_features({"\udcff": 1}, odd, name, {"k\udcff": "v'"}, commit="v1.0")
    found = store.get(feature_set_id)
    assert found is not None
    assert found.features == {"\udcff": 1.0}
    metadata = found.metadata
    assert (metadata.source_file, metadata.repository, metadata.commit) == (odd, name, "v1.0")
    assert len(store.search_features(name, {"k\udcff": "v'"})) == 1


def test_a_bound_that_evicts_says_so_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with FeatureStore(tmp_path / "features.sqlite", cache_size=2) as store:
        for number in range(5):
            store.store_features({"la": number}, "", "requests")
        [line] = store.warnings
    assert [record.message for record in caplog.records] == [line]
    assert "holds 2 sets at most" in line


def test_how_long_the_extraction_took_is_measured(tmp_path: Path) -> None:
    features = FeatureEngineer().engineer_full_feature_set({"la": 3})
    with FeatureStore(tmp_path / "features.sqlite") as store:
        found = store.get_metadata(store.store_features(features, "", "requests"))
    assert found is not None
    assert found.extraction_time_ms == features.extraction_time_ms > 0
