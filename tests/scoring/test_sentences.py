"""Every feature reads well for every value a person may meet."""

from __future__ import annotations

import re
from math import inf, nan

import pytest

from hyperion_hook.features.catalogue import CATALOGUE
from hyperion_hook.features.feature import Feature
from hyperion_hook.report.sentences import sentence

VALUES = (None, 0.0, 0.004, 0.5, 1.0, 2.0, 3.7, 5.0, 18.0, 140.0, 412.0, 12_345.0, 3.4e38, -1.0, -0.25, -30.0)

# what a sentence must not contain, whatever the value
MISTAKES = {
    "a mark of the table": re.compile(r"[{}\[\]|]"),
    "two spaces": re.compile(r"  "),
    "one of several": re.compile(r"(?<![\d.,])\b1 (top-level )?(files|lines|commits|people|folders|functions|times)\b"),
    "several of one": re.compile(r"(?<![\d.,])\b(0|[2-9]|\d\d+) (file|line|commit|person|folder|function|time)\b"),
    "a needless decimal": re.compile(r"\d\.0\b"),
    "a negative count of nothing": re.compile(r"-0\b(?!\.)"),
}


@pytest.mark.parametrize("feature", CATALOGUE, ids=lambda feature: feature.name)
def test_a_feature_reads_well_for_any_value(feature: Feature) -> None:
    kept = [value for value in VALUES if value is None or feature.low <= value <= feature.high]
    if feature.unit == "flag":
        kept = [None, 0.0, 1.0]
    for value in kept:
        for typical in kept:
            said = sentence(feature.name, value, typical)
            assert said.isprintable()
            assert said[0].islower() or said[0].isdigit() or said[0] == "-", said
            assert said[-1] not in ".;:, ", said
            assert len(said) < 160, said
            for mistake, pattern in MISTAKES.items():
                assert not pattern.search(said), f"{mistake}: {said}"
            if value is not None and typical == value:
                assert said.endswith(", as is typical")


def test_no_clause_speaks_of_tokens() -> None:
    spoken = [text for feature in CATALOGUE for text in (feature.title, feature.phrase, feature.zero, feature.negative)]
    assert [text for text in spoken if text and "token" in text] == []


def test_no_two_features_say_the_same() -> None:
    said = [text for feature in CATALOGUE for text in {feature.phrase, feature.zero} if text]
    assert len(said) == len(set(said))


@pytest.mark.parametrize("feature", CATALOGUE, ids=lambda feature: feature.name)
def test_a_french_name_says_the_same(feature: Feature) -> None:
    assert sentence(feature.french, 1.0, 2.0) == sentence(feature.name, 1.0, 2.0)


@pytest.mark.parametrize("feature", CATALOGUE, ids=lambda feature: feature.name)
@pytest.mark.parametrize("value", [inf, -inf, nan, 1e300, -1e300, 5e-324])
def test_no_number_breaks_a_sentence(feature: Feature, value: float) -> None:
    if feature.unit in ("hour", "day") and abs(value) == inf:
        value = 23.0
    if feature.unit == "log10 paths":
        value = min(value, 300.0)
    assert sentence(feature.name, value, 1.0)
    assert sentence(feature.name, 1.0, value)


@pytest.mark.parametrize(
    ("name", "value", "typical", "said"),
    [
        ("code_lines_added", 412.0, 18.0, "adds 412 code lines; typical is 18"),
        ("code_lines_added", 1.0, 18.0, "adds 1 code line; typical is 18"),
        ("code_lines_added", 0.0, 18.0, "adds no code lines; typical is 18"),
        ("code_lines_added", 18.0, 0.0, "adds 18 code lines; typical is 0"),
        ("code_lines_added", 18.0, None, "adds 18 code lines; what is typical is not known"),
        ("code_lines_added", None, 18.0, "not known: code lines added; typical is 18"),
        ("code_lines_added", None, None, "not known: code lines added"),
        ("exp", 0.0, 140.0, "this is the author's first commit here; typical is 140"),
        ("ndev", 1.0, 3.0, "1 person has worked on the files before; typical is 3"),
        ("ndev", 3.0, 1.0, "3 people have worked on the files before; typical is 1"),
        ("author_ownership", 0.354, 0.9, "35% of the commits on the files are the author's; typical is 90%"),
        ("file_bug_share", 0.004, 0.0, "0.4% of the commits on one of the files were bug fixes; typical is 0%"),
        ("author_experience", 30.0, 6.0, "the author's first commit here was 2.5 years ago; typical is 6 months"),
        ("age", 0.5, 400.0, "the files last changed 12 hours ago, on average; typical is 13.1 months"),
        ("approval_time", 0.25, 30.0, "was approved 15 minutes after it was written; typical is 30 hours"),
        ("cyclomatic_delta", -4.0, 2.0, "takes 4 off the complexity of the files; typical is +2"),
        ("test_coverage_delta", -0.05, 0.0, "lowers test coverage by 5%; typical is 0%"),
        ("npath_complexity", 2.0, 9.25, "a touched function has 100 execution paths; typical is 10^9.2"),
        ("fix", 1.0, 0.0, "fixes a bug, which is not typical"),
        ("fix", 0.0, 1.0, "fixes no bug, which is not typical"),
        ("fix", 0.0, 0.0, "fixes no bug, as is typical"),
        ("fix", None, 0.0, "not known: whether it fixes a bug; typical is no"),
        ("day_of_week", 0.0, 4.0, "was made on a Monday; typical is Friday"),
        ("hour_of_day", 0.0, 14.0, "was made at 00:00; typical is 14:00"),
    ],
)
def test_what_is_said(name: str, value: float | None, typical: float | None, said: str) -> None:
    assert sentence(name, value, typical) == said
