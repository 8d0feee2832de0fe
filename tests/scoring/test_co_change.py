"""The formula that ranks missing co-changes, computed by hand and by its properties."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperion_hook.domain.co_change import ChangeSet, CoChange, KnownFile, PastOfFile
from hyperion_hook.scoring.co_change import NONE, WEIGHTS, likeness, rank_co_changes, words_of

DAY = 86_400
NOW = 1_000 * DAY
NAMES = {1: "src/app.py", 2: "tests/test_app.py", 3: "docs/guide.md", 4: "src/other.py"}


def past(file: int, *changes: tuple[int, ...], first: int = 0) -> PastOfFile:
    """Return the life of a touched file, newest commit first, each commit given by its other files."""
    sets = [
        ChangeSet(first + number, NOW - (number + 1) * DAY, 1, 0, frozenset(others))
        for number, others in enumerate(changes)
    ]
    return PastOfFile(NAMES[file], file, tuple(sets))


def known(files: Iterable[int]) -> Mapping[int, KnownFile]:
    return {file: KnownFile(NAMES[file], NOW - DAY) for file in files if file in NAMES}


def ranked(*pasts: PastOfFile, paths: tuple[str, ...] = ()) -> list[CoChange]:
    return rank_co_changes(pasts, known, paths or tuple(entry.path for entry in pasts), NOW)


def test_without_a_past_nothing_is_missing() -> None:
    assert ranked() == []
    assert ranked(past(1)) == []
    assert ranked(past(1, (), ())) == []


def test_the_probability_is_the_documented_formula() -> None:
    [found] = ranked(past(1, (2,), ()))
    fade, age = 0.5 ** (1 / 20), 0.5 ** (1 / 730)
    confidence = 1 / (1 + 1 + fade)
    resemblance = (1 / 2 * age) / (0.3 + 1 / 2 * age)
    logit = (
        WEIGHTS["log_mean_confidence"] * math.log(0.01 + confidence)
        + WEIGHTS["log_resemblance"] * math.log(0.01 + resemblance)
        + WEIGHTS["any_confidence"] * confidence
        + WEIGHTS["log_support"] * math.log(2)
        + WEIGHTS["same_stem"]
        + WEIGHTS["log_days"] * math.log(2)
    )
    assert found.probability == pytest.approx(math.exp(logit) / (math.exp(logit) + math.exp(NONE)))
    assert (found.path, found.beside, found.support, found.commits, found.confidence) == (
        "tests/test_app.py",
        "src/app.py",
        1,
        2,
        0.5,
    )


def test_the_rule_told_is_that_of_the_touched_file_it_goes_with_most() -> None:
    found = ranked(past(1, (3,), (), ()), past(4, (3,), (3,), (), first=10))
    assert (found[0].beside, found[0].support, found[0].commits) == ("src/other.py", 2, 3)


def test_touched_files_and_what_is_gone_are_not_missing() -> None:
    assert ranked(past(1, (4, 99)), past(4, (1, 99), first=10)) == []
    assert ranked(past(1, (2,)), paths=("src/app.py", "tests/test_app.py")) == []


def test_new_small_commits_say_more_than_old_and_large_ones() -> None:
    found = ranked(past(1, (3,), (2,)), paths=("src/unlike.py",))
    assert [entry.path for entry in found] == ["docs/guide.md", "tests/test_app.py"]
    crowd = tuple(range(100, 140))
    found = ranked(past(1, (2, *crowd), (3,)), paths=("src/unlike.py",))
    assert [entry.path for entry in found] == ["docs/guide.md", "tests/test_app.py"]


@given(st.lists(st.sets(st.sampled_from((2, 3, 4))).map(tuple), max_size=12))
def test_probabilities_are_shares_of_less_than_one_and_order_by_rank(
    changes: list[tuple[int, ...]],
) -> None:
    found = ranked(past(1, *changes))
    assert sum(entry.probability for entry in found) < 1
    assert [entry.probability for entry in found] == sorted((e.probability for e in found), reverse=True)
    assert {entry.path for entry in found} == {NAMES[file] for files in changes for file in files}
    for entry in found:
        assert 1 <= entry.support <= entry.commits == len(changes)


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("src/http_client.py", "tests/test_http_client.py", 1.0),
        ("src/HttpClient.h", "src/HttpClient.cpp", 1.0),
        ("lib/user.rb", "spec/user_spec.rb", 1.0),
        ("a/HttpClient.java", "a/HttpClientFactory.java", 0.25 + 0.5 * 2 / 3),
        ("a/Http.java", "a/HttpClientFactory.java", 0.2),
        ("src/index.js", "test/index.js", 0.0),
        ("src/a.py", "src/b.py", 0.0),
    ],
)
def test_names_that_belong_together_are_alike(one: str, other: str, alike: float) -> None:
    assert likeness(words_of(one), words_of(other)) == pytest.approx(alike)
    assert likeness(words_of(other), words_of(one)) == pytest.approx(alike)
