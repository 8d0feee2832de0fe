"""Advice, reviewers and similar changes in every report."""

from __future__ import annotations

import json

import jsonschema
import pytest

from hyperion_hook.domain.assessment import Advice, Assessment, Reviewer, SimilarChange
from hyperion_hook.report.formats.json import SCHEMA_PATH, render_json
from hyperion_hook.report.formats.markdown import render_markdown
from hyperion_hook.report.formats.terminal import render_text
from tests.support.assessments import sample

HOSTILE = "Eve\x1b[2J <script>@everyone ![x](http://evil)\n"


def told(name: str = "Grace") -> Assessment:
    return sample(
        advice=(
            Advice(
                "Split it into 2 parts: a.py (5%); b.py (9%)",
                "the riskiest part scores 9% instead of 31%",
                "nothing ties the parts",
            ),
        ),
        reviewers=(Reviewer(name, "12 commits to these files, 2 reviews; active this month"),),
        similar=(SimilarChange("a" * 40, f"Add x by {name}", "no bug fix in its files since (40 days)"),),
    )


def test_nothing_is_shown_of_what_was_not_computed_or_is_empty() -> None:
    for assessment in (sample(), sample(advice=(), reviewers=(), similar=())):
        for text in (render_text(assessment, width=80, colour=False), render_markdown(assessment)):
            assert not any(word in text for word in ("lower the risk", "Who knows", "Similar"))


def test_text_tells_all_three_after_the_files() -> None:
    text = render_text(told(), width=80, colour=False)
    assert text.index("Read first") < text.index("What to do") < text.index("Who knows this code")
    assert "  Grace  12 commits to these files, 2 reviews; active this month\n" in text
    assert "Similar changes\n  aaaaaaaaaa Add x by Grace  no bug fix in its files since (40 days)\n" in text
    assert "  Split it into 2 parts: a.py (5%); b.py (9%)\n" in text


@pytest.mark.parametrize("width", [40, 80, 120])
def test_text_stays_within_its_width_and_prints_nothing_that_acts(width: int) -> None:
    text = render_text(told(HOSTILE), width=width, colour=False)
    assert max(map(len, text.splitlines())) <= width
    assert "\x1b" not in text


def test_markdown_tells_all_three_and_nothing_in_them_acts() -> None:
    text = render_markdown(told(HOSTILE))
    assert "**What to do**" in text
    assert "**Who knows this code**" in text
    assert "**Similar changes**" in text
    assert "<script>" not in text
    assert "@everyone" not in text
    assert "![x](" not in text


def test_json_tells_what_was_not_computed_from_what_is_empty() -> None:
    nothing, empty, full = (
        json.loads(render_json(assessment))
        for assessment in (sample(), sample(advice=(), reviewers=(), similar=()), told(HOSTILE))
    )
    assert [nothing[part] for part in ("advice", "reviewers", "similar")] == [None] * 3
    assert [empty[part] for part in ("advice", "reviewers", "similar")] == [[]] * 3
    assert full["advice"][0].keys() == {"action", "effect", "evidence"}
    jsonschema.validate(full, json.loads(SCHEMA_PATH.read_text()))
