"""What is derived from raw facts: by hand, beside the repository they describe, and under every drawn profile."""

from __future__ import annotations

import math
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hyperion_hook import FeatureEngineer
from hyperion_hook.api.engineer.derive_change import GIVES
from hyperion_hook.api.engineer.derive_counts import DERIVATIONS
from hyperion_hook.api.engineer.feature_names import ALIASES
from hyperion_hook.api.engineer.raw_facts import FACTS
from hyperion_hook.errors import ConfigError
from hyperion_hook.features.catalogue import CATALOGUE, find_feature
from hyperion_hook.features.extract import LIGHT_MODULES
from hyperion_hook.features.history.people import bus_factor, normalised_entropy
from tests.support.parity import index, recorded_vector
from tests.support.profiles import file_history
from tests.support.repo import TestRepo

NAMES = {feature.name for feature in CATALOGUE}


def derived(raw: dict[str, Any]) -> Any:
    return FeatureEngineer(clock=lambda: 0).engineer_full_feature_set(raw)


def test_every_derivation_gives_features_and_needs_facts_or_features() -> None:
    for entry in DERIVATIONS:
        assert set(entry.gives) <= NAMES
        assert set(entry.needs) <= NAMES | FACTS.keys()
    assert set(ALIASES.values()) <= NAMES
    assert set(GIVES) <= NAMES


def test_authorship_by_hand() -> None:
    features = derived(
        {"commits_by_author": {"Ada": 5, "Grace": 3, "Linus <l@example.org>": 2, "Zed": 0}, "author": "GRACE"}
    )
    assert (features["contributor_count"], features["ndev"], features["bus_factor"]) == (3.0, 3.0, 2.0)
    shares = [0.5, 0.3, 0.2]
    assert features["knowledge_distribution"] == pytest.approx(-sum(p * math.log(p) for p in shares) / math.log(3))
    assert (features["author_file_commits"], features["author_ownership"]) == (3.0, 0.3)
    assert features["minor_contributor_count"] == 0.0


def test_authors_of_a_part_of_the_commits_do_not_tell_how_knowledge_is_spread() -> None:
    top = [{"name": "Ada", "commits": 9}]
    features = derived({"contributors_top10": top, "contributors": 45, "commits": 12})
    assert features["contributor_count"] == 45.0
    assert features.missing["bus_factor"] == "the authors' commits are given of 9 of 12 commits"
    features = derived({"contributors_top10": top, "contributors": 45})
    assert features.missing["bus_factor"] == "the commits are given of 1 of 45 contributors"


def test_one_person_with_two_spellings_is_one_contributor() -> None:
    people = ["Ada <ada@example.org>", {"name": "ada", "email": "ADA@example.org"}, "Grace"]
    assert derived({"contributors": people})["contributor_count"] == 2.0


def test_frequencies_by_hand() -> None:
    assert derived({"commits": 14, "period_days": 7})["commit_frequency"] == 14.0
    # a year of 52 weeks and a day
    assert derived({"commits": 365, "first_commit": "2023-01-01", "last_commit": "2024-01-01"})[
        "commit_frequency"
    ] == pytest.approx(7.0)
    # half a year is the window of the feature, and a shorter life counts over all of it
    assert (
        derived({"commits": 13, "first_commit": "2024-01-01", "reference_date": "2024-01-08"})["commit_frequency"]
        == 0.5
    )
    assert derived({"commits": 3, "period_days": 0}).missing["commit_frequency"] == "the period has no days"


def test_experience_and_approval_by_hand() -> None:
    features = derived(
        {
            "reference_date": "2024-12-31",
            "author_first_commit": "2024-01-01",
            "reviewers_first_commits": ["2024-12-31", "2024-01-01"],
            "authored_at": "2024-12-30T12:00:00Z",
            "approved_at": "2024-12-31T00:00:00Z",
        }
    )
    assert (features["author_experience"], features["reviewer_experience"]) == (12.0, 6.0)
    assert features["approval_time"] == 12.0


def test_shares_of_commits_by_hand() -> None:
    features = derived({"commits": 20, "bug_fixes": 5, "reverts": 2, "hotfixes": 1})
    assert (
        features["past_bug_count"],
        features["file_bug_share"],
        features["rollback_frequency"],
        features["hotfix_count"],
        features["file_commits"],
    ) == (5.0, 0.25, 0.1, 1.0, 20.0)
    few = derived({"commits": 4, "bug_fixes": 1, "reverts": 5})
    assert few.missing["file_bug_share"] == "no touched file has 5 commits yet"
    assert few.missing["rollback_frequency"] == "5 of 4 commits is more than all"


def test_a_history_by_hand() -> None:
    features = derived({"commit_history": file_history(), "reference_date": "2024-06-11", "author": "ada@example.org"})
    expected = {
        "file_commits": 6.0,
        "file_age": 162.0,
        "age": 10.0,
        "commit_frequency": 6 / 26,
        "recent_commits": 3.0,
        "ndev": 3.0,
        "contributor_count": 3.0,
        "bus_factor": 2.0,
        "past_bug_count": 2.0,
        "hotfix_count": 1.0,
        "rollback_frequency": 1 / 6,
        "file_bug_share": 2 / 6,
        "author_file_commits": 3.0,
        "author_ownership": 0.5,
        "file_volatility": (100 + 25 + 5 + 40 + 2 + 40) / 6,
    }
    assert {name: features[name] for name in expected} == pytest.approx(expected)


def test_commits_after_the_moment_were_not_known_then() -> None:
    raw = {"commit_history": file_history(), "reference_date": "2024-03-15"}
    assert derived(raw)["file_commits"] == 3.0
    assert derived(raw)["hotfix_count"] == 0.0


def test_what_not_every_commit_says_is_missing_and_the_rest_is_not() -> None:
    commits = file_history()
    del commits[0]["author"], commits[1]["message"], commits[2]["lines_deleted"]
    features = derived({"commit_history": commits, "reference_date": "2024-06-11"})
    assert features["file_commits"] == 6.0
    assert features.missing["bus_factor"] == "not every commit of the list has its author"
    assert features.missing["past_bug_count"] == "not every commit of the list has its message"
    assert features.missing["file_volatility"] == "not every commit of the list has its lines"


def test_recent_commits_tell_what_they_cover() -> None:
    features = derived({"recent_commits": file_history(), "reference_date": "2024-06-11"})
    # the oldest listed is of January: ninety days are covered, half a year is not
    assert features["recent_commits"] == 3.0
    assert features.missing["commit_frequency"] == "only recent commits are listed"
    assert features.missing["file_age"] == "only recent commits are listed"


def test_sections_of_profiles_are_read_like_the_profile_itself() -> None:
    raw = {"recent_commits": file_history(), "creation_date": "2024-01-01"}
    top, nested = (derived(found | {"reference_date": "2024-06-11"}) for found in (raw, {"history": raw}))
    assert dict(top) == dict(nested)
    assert top.present


def test_an_entry_that_cannot_be_read_is_named() -> None:
    with pytest.raises(ConfigError, match="commits: entry 2 is 'x'; give its date"):
        derived({"commit_history": [{"date": "2024-01-01"}, "x"]})
    with pytest.raises(ConfigError, match=r"files: a\.py: status 'Z' is none"):
        derived({"files": [{"path": "a.py", "status": "Z"}]})
    with pytest.raises(ConfigError, match="files: entry 1"):
        derived({"files": [{"lines_added": 3}]})
    with pytest.raises(ConfigError, match="contributors: 7 names nobody"):
        derived({"contributors": [7]})


def test_files_and_message_tell_size_spread_and_purpose() -> None:
    features = derived(
        {
            "files": [
                {"path": "src/a.py", "status": "added", "lines_added": 10, "lines_deleted": 0},
                {"path": "tests/test_a.py", "lines_added": 5, "lines_deleted": 5, "lines_before": 40},
            ],
            "message": "Fix crash (#12)",
            "authored_at": "2024-12-30T13:30:00+02:00",
        }
    )
    expected = {
        "la": 15.0,
        "ld": 5.0,
        "nf": 2.0,
        "nd": 2.0,
        "ns": 2.0,
        "entropy": 1.0,
        "files_added": 1.0,
        "test_files": 1.0,
        "source_lines_added": 10.0,
        "test_change_ratio": 0.5,
        "lt": 20.0,
        "relative_churn": 20 / 55,
        "fix": 1.0,
        "issue_references": 1.0,
        "is_revert": 0.0,
        "hour_of_day": 13.0,
        "day_of_week": 0.0,
    }
    assert {name: features[name] for name in expected} == pytest.approx(expected)
    assert features["rollback_difficulty"] == pytest.approx(0.4 / 21)


def test_the_hour_of_a_day_without_time_and_the_lines_of_unread_files_are_missing() -> None:
    features = derived({"files": ["a.py"], "date": "2024-12-30"})
    assert features["nf"] == 1.0
    assert {"hour_of_day", "lt", "relative_churn"} <= features.missing.keys()
    assert "hour_of_day" in derived({"message": "Fix"}).missing


def test_source_code_is_measured_as_everywhere() -> None:
    text = "class A:\n    def f(self, x):\n        if x:\n            return 1\n        return 2\n"
    features = derived({"source_code": text, "path": "a.py"})
    assert (features["cyclomatic_complexity"], features["method_count"], features["class_count"]) == (2.0, 1.0, 1.0)
    assert features["npath_complexity"] == pytest.approx(math.log10(2))
    assert features.missing["cyclomatic_delta"] == "the source before the change is not given"
    assert derived({"source_code": text, "source_code_before": "", "path": "a.py"})["cyclomatic_delta"] == 2.0
    assert "ending" in derived({"source_code": text}).missing["class_count"]


def test_manifests_and_packages() -> None:
    manifests = {"requirements.txt": "click>=8\nrequests==2\n", "setup.cfg": "[options]\ninstall_requires = click<8\n"}
    features = derived({"manifests": manifests})
    assert (features["external_dependency_count"], features["version_conflict_count"]) == (2.0, 1.0)
    assert derived({"external_dependencies": ["a", "b", "a"]})["external_dependency_count"] == 2.0


def test_raw_facts_of_a_file_give_what_the_repository_gives(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path / "repo")
    people = ["Ada <ada@example.org>", "Grace <grace@example.org>", "Linus <linus@example.org>"]
    messages = [
        "Begin",
        "Fix crash on empty input",
        "Improve",
        "hotfix: guard against bug 7",
        'Revert "Improve"',
        "Fix race (#9)",
        "Add more",
    ]
    commits, text = [], ""
    for place, message in enumerate(messages):
        text += f"x{place} = {place}\n" * (place + 1)
        repo.commit({"a.py": text}, message, people[place % 3], days=20)
        commits.append(
            {
                "date": repo.clock,
                "author": people[place % 3],
                "message": message,
                "lines_added": place + 1,
                "lines_deleted": 0,
            }
        )
    lines = text.count("\n")
    repo.commit({"a.py": text + "y = 1\n"}, "Fix typo in the code\n\nCloses #3", people[0], days=3)
    index(repo.path)
    measured = recorded_vector(repo.path, "HEAD")
    written = datetime.fromtimestamp(repo.clock, UTC)
    raw = derived(
        {
            "commit_history": commits,
            "author": people[0],
            "date": written,
            "authored_at": written,
            "message": "Fix typo in the code\n\nCloses #3",
            "files": [{"path": "a.py", "lines_added": 1, "lines_deleted": 0, "lines_before": lines}],
        }
    )
    light = {feature.name for feature in CATALOGUE if feature.module in LIGHT_MODULES}
    compared = light & raw.present.keys()
    assert {name: raw[name] for name in compared} == {name: measured[name] for name in compared}
    assert set(GIVES) <= compared
    assert len(compared) > 35


# -- properties -------------------------------------------------------------------------------------------------------

PEOPLE = st.sampled_from(["Ada", "Grace <g@example.org>", "Linus", "Zed"])
MOMENTS = st.integers(0, 2_000_000_000)
COMMITS = st.fixed_dictionaries(
    {"date": MOMENTS},
    optional={
        "author": PEOPLE,
        "message": st.sampled_from(["Fix crash", "Add", 'Revert "Add"']),
        "lines_added": st.integers(0, 99),
        "lines_deleted": st.integers(0, 99),
    },
)
COUNTS = st.integers(0, 1_000)
PROFILES = st.fixed_dictionaries(
    {},
    optional={
        "commits": COUNTS | st.lists(COMMITS, max_size=6),
        "recent_commits": st.lists(COMMITS, max_size=6),
        "creation_date": MOMENTS,
        "last_modified": MOMENTS,
        "reference_date": MOMENTS,
        "authored_at": MOMENTS,
        "approved_at": MOMENTS,
        "author_first_commit": MOMENTS,
        "period_days": st.floats(-9, 1e9),
        "author": PEOPLE,
        "contributors": COUNTS | st.lists(PEOPLE, max_size=5),
        "commits_by_author": st.dictionaries(PEOPLE, COUNTS),
        "reverts": COUNTS,
        "bug_fixes": COUNTS,
        "code_lines": COUNTS,
        "comment_lines": COUNTS,
        "lcom4": COUNTS,
        "halstead_volume": st.floats(0, 1e9),
        "total_complexity": COUNTS,
        "npath_count": COUNTS,
        "importers": COUNTS,
        "imports": COUNTS,
        "coverage_before": st.floats(-1, 2),
        "coverage_after": st.floats(-1, 2),
        "revenue_weight": st.floats(-1, 2),
        "affected_traffic": st.floats(0, 1),
        "message": st.text(max_size=30),
        "files": st.lists(
            st.fixed_dictionaries(
                {"path": st.sampled_from(["a.py", "tests/b.py", "c/d.sql", "e.md"]), "lines_added": COUNTS},
                optional={"lines_deleted": COUNTS, "status": st.sampled_from("AMDRC"), "lines_before": COUNTS},
            ),
            max_size=4,
        ),
    },
)


@settings(max_examples=60, deadline=None)
@given(PROFILES)
def test_what_is_derived_lies_in_its_range_and_is_the_same_again(profile: dict[str, Any]) -> None:
    features = derived(profile)
    for name, value in features.present.items():
        feature = find_feature(name)
        assert feature.low <= value <= feature.high, (name, value)
    assert all(features.missing.values())
    assert dict(features) == dict(derived(dict(reversed(profile.items()))))


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from("abcdefgh"), st.integers(1, 50), min_size=1))
def test_authorship_is_that_of_the_extractors_functions(commits: dict[str, int]) -> None:
    features = derived({"commits_by_author": commits})
    numbered = Counter(dict(enumerate(commits.values())))
    assert features["bus_factor"] == float(bus_factor(numbered))
    assert features["knowledge_distribution"] == normalised_entropy(numbered)
    by_list = derived({"contributors": [{"name": name, "commits": count} for name, count in commits.items()]})
    assert {name: by_list[name] for name in ("bus_factor", "ndev")} == {
        name: features[name] for name in ("bus_factor", "ndev")
    }
