"""Process features, computed by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hyperion_hook.domain.vector import Missing
from hyperion_hook.features.catalogue import CATALOGUE
from hyperion_hook.features.history.process import measure
from hyperion_hook.features.history.touched_files import ONLY_NEW_FILES
from tests.support.lives import touching

PAST = """
400 ada Begin: a.py+10-0 b.py+5-0
300 bob Fix crash: a.py+2-2
170 bob Revert "Begin": a.py+1-3
100 cy Hotfix: stop the leak: a.py+4-0 b.py+1-1
50 ada More: a.py+6-2
10 ada Fix regression: b.py+3-1
"""


def test_the_module_measures_exactly_its_features() -> None:
    expected = {feature.name for feature in CATALOGUE if feature.module == "process"}
    assert set(measure(touching("a.py", PAST))) == expected
    assert set(measure(touching("+new.py"))) == expected
    assert set(measure(touching("a.py", PAST, reason="short"))) == expected


def test_only_new_files_have_counts_of_zero_and_no_means() -> None:
    values = measure(touching("+new.py", PAST))
    assert {
        name: values[name]
        for name in ("nuc", "file_commits", "past_bug_count", "hotfix_count", "recent_commits", "recent_bug_count")
    } == dict.fromkeys(
        ("nuc", "file_commits", "past_bug_count", "hotfix_count", "recent_commits", "recent_bug_count"), 0.0
    )
    for name in ("age", "file_age", "commit_frequency", "file_volatility", "rollback_frequency"):
        assert values[name] == ONLY_NEW_FILES
    assert values["file_bug_share"] == Missing("no touched file has 5 commits yet")


def test_the_past_of_two_files() -> None:
    values = measure(touching("a.py b.py +new.py", PAST))
    assert values["age"] == pytest.approx((50 + 10) / 2)
    assert values["file_age"] == pytest.approx(400)
    assert values["nuc"] == 2
    assert values["file_commits"] == 5
    # "Fix crash" and the hotfix on a.py; the hotfix and "Fix regression" on b.py
    assert values["past_bug_count"] == 2
    assert values["hotfix_count"] == 1
    assert values["rollback_frequency"] == pytest.approx(1 / 6)
    assert values["file_bug_share"] == pytest.approx(2 / 5)
    assert values["recent_commits"] == 1 + 1
    assert values["recent_bug_count"] == 1 + 2
    # in 26 weeks (182 days): a.py at 170, 100 and 50 days, b.py at 100 and 10
    assert values["commit_frequency"] == pytest.approx((3 / 26 + 2 / 26) / 2)
    assert values["file_volatility"] == pytest.approx(((4 + 4 + 8) / 3 + (2 + 4) / 2) / 2)


def test_files_changed_last_by_one_commit_come_from_one_change() -> None:
    assert measure(touching("a.py b.py", "9 ada Begin: a.py b.py"))["nuc"] == 1


def test_a_file_at_rest_is_not_volatile() -> None:
    values = measure(touching("a.py", "400 ada Begin: a.py+50-50"))
    assert values["file_volatility"] == 0
    assert values["commit_frequency"] == 0


def test_lines_that_were_not_counted_make_volatility_missing_and_binary_files_are_left_out() -> None:
    mixed = "9 ada Begin: a.py+?\n8 ada More: a.py+1-0 logo.png+?"
    assert measure(touching("a.py", mixed))["file_volatility"] == Missing(
        "lines of earlier commits are not counted yet; run: hyperion-hook index"
    )
    binary = "9 ada Begin: a.py+3-1 logo.png+?"
    judged = touching("a.py logo.png", binary)
    files = tuple(replace(file, is_binary=file.path == "logo.png") for file in judged.change.files)
    assert measure(replace(judged, change=replace(judged.change, files=files)))["file_volatility"] == 4


def test_a_text_whose_lines_are_not_counted_is_not_taken_for_one_at_rest() -> None:
    lives = "400 ada Begin: old.py+5-0\n9 ada More: new.py+?"
    assert isinstance(measure(touching("new.py old.py", lives))["file_volatility"], Missing)


def test_a_renamed_file_keeps_its_past() -> None:
    values = measure(touching("b.py>c.py", "30 ada Begin: a.py\n20 ada Move: a.py>b.py"))
    assert values["file_commits"] == 2
    assert values["age"] == pytest.approx(20)
    assert values["file_age"] == pytest.approx(30)


def test_a_file_that_comes_back_has_a_past() -> None:
    assert measure(touching("+a.py", "30 ada Begin: a.py\n20 ada Drop: !a.py"))["file_commits"] == 2


def test_clocks_that_run_backwards_give_no_negative_ages() -> None:
    values = measure(touching("a.py", "-40 ada From the future: a.py"))
    assert values["age"] == values["file_age"] == 0
    assert values["recent_commits"] == 1


def test_folders_and_repository_are_seen_by_months() -> None:
    drawing = """
    800 ada Fix crash: lib/a.py
    390 ada Begin: lib/b.py
    100 ada Fix crash: lib/a.py
    90 bob More: lib/a.py src/x.py
    5 bob Else: top.py
    """
    values = measure(touching("lib/a.py src/x.py", drawing))
    assert values["directory_bug_share"] == pytest.approx((2 / 4 + 0) / 2)
    assert values["directory_commits"] == pytest.approx((2 + 1) / 2)
    assert values["repository_bug_share"] == pytest.approx(1 / 3)
    fresh = measure(touching("new/a.py", drawing))
    assert fresh["directory_bug_share"] == Missing("only new folders")
    assert fresh["directory_commits"] == 0
    assert measure(touching("a.py"))["repository_bug_share"] == Missing("no commits in the last year")


def test_a_short_history_gives_what_it_covers_and_misses_the_rest() -> None:
    short = Missing("short")
    values = measure(touching("a.py b.py", "300 ada Old: b.py\n50 ada Fix crash: a.py", reason="short"))
    for name in (
        "file_age",
        "file_commits",
        "past_bug_count",
        "hotfix_count",
        "rollback_frequency",
        "file_bug_share",
        "directory_bug_share",
        "directory_commits",
        "repository_bug_share",
    ):
        assert values[name] == short
    assert values["age"] == pytest.approx((300 + 50) / 2)
    assert values["nuc"] == 2
    assert values["recent_commits"] == 1
    assert values["recent_bug_count"] == 1
    assert values["commit_frequency"] == pytest.approx((1 / 26 + 0) / 2)
    unseen = measure(touching("a.py never.py", "300 ada Old: b.py\n50 ada Fix crash: a.py", reason="short"))
    assert unseen["age"] == unseen["nuc"] == short
    assert unseen["recent_commits"] == 1
    too_short = measure(touching("a.py", "92 ada Old: a.py", reason="short"))
    assert too_short["recent_commits"] == too_short["commit_frequency"] == too_short["recent_bug_count"] == short


def test_a_short_history_knows_that_a_new_file_has_no_past() -> None:
    values = measure(touching("+new.py", "5 ada Begin: a.py", reason="short"))
    assert values["file_commits"] == values["recent_commits"] == values["nuc"] == 0
    assert values["age"] == ONLY_NEW_FILES
