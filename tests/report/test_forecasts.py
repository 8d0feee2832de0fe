"""Bugs to expect, in every report."""

from __future__ import annotations

import json

import jsonschema
import pytest

from hyperion_hook.domain.assessment import BugForecast, FileForecast
from hyperion_hook.report.formats.json import SCHEMA_PATH, render_json
from hyperion_hook.report.formats.markdown import render_markdown
from hyperion_hook.report.formats.terminal import render_text
from hyperion_hook.report.wording import LIKELY
from tests.support.assessments import sample

HOSTILE = "caf\udce9\n\x1b[31m<b>.py"
LIKELY_FILES = tuple(FileForecast(f"src/f{n}.py", share) for n, share in enumerate((0.71, 0.44, 0.305, 0.304, 0.02)))


def text(bugs: BugForecast | None, width: int = 80) -> str:
    return render_text(sample(bugs=bugs), width=width, colour=False)


def test_what_is_no_news_is_not_told() -> None:
    calm = BugForecast(0.35, (FileForecast("src/a.py", LIKELY - 0.01),))
    for bugs in (None, calm):
        assert "within 30 days" not in text(bugs)
        assert "within 30 days" not in render_markdown(sample(bugs=bugs))
    assert text(calm) == text(None)


def test_the_likeliest_three_are_told() -> None:
    bugs = BugForecast(0.8, LIKELY_FILES)
    rows = "  src/f0.py  71%\n  src/f1.py  44%\n  src/f2.py  30%\n\n"
    assert f"\n\nLikely to need a fix within 30 days\n{rows}" in text(bugs)
    rows = "- `src/f0.py`: 71%\n- `src/f1.py`: 44%\n- `src/f2.py`: 30%\n\n"
    assert f"**Likely to need a fix within 30 days**\n\n{rows}" in render_markdown(sample(bugs=bugs))


@pytest.mark.parametrize("width", [40, 120])
def test_no_path_acts_or_breaks_the_page(width: int) -> None:
    bugs = BugForecast(0.8, (FileForecast(HOSTILE + "x" * 200, 0.7),))
    shown = text(bugs, width)
    assert "\x1b" not in shown
    assert all(len(line) <= width for line in shown.splitlines())
    assert "<b>" not in render_markdown(sample(bugs=bugs)).replace(f"`{HOSTILE}", "").split("`")[0]


@pytest.mark.parametrize(
    "bugs", [None, BugForecast(0.8, LIKELY_FILES), BugForecast(0.1, (FileForecast(HOSTILE, 0.0),))]
)
def test_all_of_it_is_in_the_json_by_the_schema(bugs: BugForecast | None) -> None:
    found = json.loads(render_json(sample(bugs=bugs)))
    jsonschema.Draft202012Validator(json.loads(SCHEMA_PATH.read_text(encoding="utf-8"))).validate(found)
    if bugs is None:
        assert found["bugs"] is None
    else:
        assert found["bugs"]["probability_30d"] == bugs.probability
        assert [entry["probability"] for entry in found["bugs"]["files"]] == [file.probability for file in bugs.files]
