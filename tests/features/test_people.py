"""Features of authorship and experience, computed by hand."""

from __future__ import annotations

from collections import Counter
from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperion_hook.domain.vector import Missing
from hyperion_hook.features.catalogue import CATALOGUE
from hyperion_hook.features.history.people import UNKNOWN_AUTHOR, bus_factor, measure, normalised_entropy
from hyperion_hook.features.history.touched_files import ONLY_NEW_FILES
from tests.support.lives import touching

PAST = """
700 ada Begin: lib/a.py lib/b.py
365 bob Fix crash: lib/a.py
100 bob More: lib/a.py
90 cy More: lib/a.py src/c.py
20 ada Fix bug: src/c.py
"""


def test_the_module_measures_exactly_its_features() -> None:
    expected = {feature.name for feature in CATALOGUE if feature.module == "people"}
    assert set(measure(touching("lib/a.py", PAST))) == expected
    assert set(measure(touching("+new.py", author=None))) == expected
    assert set(measure(touching("lib/a.py", PAST, reason="short"))) == expected


def test_authorship_of_the_files() -> None:
    values = measure(touching("lib/a.py src/c.py", PAST))
    assert values["ndev"] == 3
    assert values["contributor_count"] == 3
    # five commits on the two files: ada 2, bob 2, cy 1
    assert values["knowledge_distribution"] == pytest.approx((0.8 * log(2.5) + 0.2 * log(5)) / log(3))
    assert values["bus_factor"] == 2
    # ada made 1 of 4 commits on a.py and 1 of 2 on c.py
    assert values["author_ownership"] == pytest.approx((1 / 4 + 1 / 2) / 2)
    assert values["author_file_commits"] == 2
    assert values["minor_contributor_count"] == 0


def test_someone_with_less_than_a_twentieth_is_a_minor_contributor() -> None:
    drawing = "\n".join(["99 bob Once: a.py"] + [f"{n} ada More: a.py" for n in range(30, 10, -1)])
    values = measure(touching("a.py", drawing))
    assert values["minor_contributor_count"] == 1
    assert values["bus_factor"] == 1
    assert values["author_ownership"] == pytest.approx(20 / 21)


def test_experience_of_the_author() -> None:
    values = measure(touching("lib/a.py src/x.py", PAST))
    assert values["exp"] == 2
    assert values["sexp"] == pytest.approx((1 + 1) / 2)
    assert values["author_bug_share"] == pytest.approx(1 / 2)
    assert values["author_recent_commits"] == 1
    # the change lies in month 617 since 1970, the commits in months 593 and 616
    assert values["author_experience"] == 24
    assert values["rexp"] == pytest.approx(1 / (1 + 24 * 30 / 365) + 1 / (1 + 1 * 30 / 365))


def test_a_new_author_has_no_experience() -> None:
    values = measure(touching("lib/a.py", PAST, author="dee"))
    assert {
        values[name]
        for name in (
            "exp",
            "rexp",
            "sexp",
            "author_experience",
            "author_recent_commits",
            "author_ownership",
            "author_file_commits",
        )
    } == {0.0}
    assert values["author_bug_share"] == Missing("a new author: no commits here yet")


def test_an_unknown_author_is_missing_and_the_files_are_not() -> None:
    values = measure(touching("lib/a.py", PAST, author=None))
    assert values["exp"] == values["author_ownership"] == values["author_experience"] == UNKNOWN_AUTHOR
    assert values["ndev"] == 3


def test_new_files_have_no_authors() -> None:
    values = measure(touching("+new.py", PAST))
    assert values["ndev"] == values["contributor_count"] == values["minor_contributor_count"] == 0
    assert values["author_file_commits"] == 0
    assert values["knowledge_distribution"] == values["bus_factor"] == values["author_ownership"] == ONLY_NEW_FILES
    assert values["exp"] == 2


def test_a_short_history_knows_no_careers() -> None:
    values = measure(touching("lib/a.py", PAST, reason="short"))
    recent = values.pop("author_recent_commits")
    assert recent == 1
    assert set(values.values()) == {Missing("short")}
    assert measure(touching("a.py", "9 ada Begin: a.py", reason="short"))["author_recent_commits"] == Missing("short")


def test_commits_from_the_future_count_once() -> None:
    values = measure(touching("a.py", "-400 ada Begin: a.py"))
    assert values["rexp"] == 1
    assert values["author_experience"] == 0


@given(st.lists(st.integers(1, 50), min_size=1, max_size=9))
def test_entropy_and_bus_factor_keep_their_bounds(counts: list[int]) -> None:
    commits = Counter(dict(enumerate(counts)))
    assert 0 <= normalised_entropy(commits) <= 1
    factor = bus_factor(commits)
    assert 1 <= factor <= len(counts)
    largest = sorted(counts, reverse=True)
    assert sum(largest[:factor]) > sum(counts) / 2
    assert sum(largest[: factor - 1]) <= sum(counts) / 2
