from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperion_hook.domain.assessment import FileToRead, RiskLevel, Score
from hyperion_hook.domain.change import ChangeKind
from hyperion_hook.report.formats.terminal import render_text, render_text_line
from hyperion_hook.report.text_width import clipped, width_of, wrapped
from tests.support.assessments import CONTRIBUTIONS, IMPACT, impact_naming, sample
from tests.support.changes import change, edit

GOLDEN = """\
HIGH for this repository, where 9% of code changes are later fixed.
Riskier than 97% of recent code changes, and than 84% of those about as large.
17 of the last 40 HIGH changes here were later fixed (42%, against 9% of all).
Staged change: 2 files, +3 -1 lines

Why (peers are recent changes about as large)
  A change of this size: 24%, typical here 8%
  - the author has made 640 commits here, peers 30  (x0.47)
  + app.py had 9 bug fixes in 180 days, peers 0  (x1.6)
  This change: 31% by the model; all other reasons together x1.1

Read first
  src/app.py    +2 -1 lines, 9 earlier bug fixes
  src/other.py  +1 -0 lines

Usually changed with these, but not here
  tests/test_app.py  in 7 of the last 9 changes of src/app.py

May affect
  tests
    changed in 8 of the last 9 changes of src/app.py; imports src/app.py (12
    modules)
  docs
    changed in 3 of the last 9 changes of src/app.py

Unusual here
  lines added: 3 (typical 1)

Note: a warning: x
"""
ESCAPE = re.compile(r"\x1b\[[0-9;]*m")


def test_nothing_staged_says_what_could_be_looked_at_and_no_verdict() -> None:
    text = render_text(sample(change(), warnings=()), width=120, colour=True)
    said = "Nothing is staged: there is nothing to assess. Instead: edits that are not staged: score --worktree"
    assert " ".join(text.split()).startswith(said)


def test_the_report_reads_well() -> None:
    assert render_text(sample(), width=80, colour=False) == GOLDEN


def test_colours_change_nothing_but_colours() -> None:
    coloured = render_text(sample(), width=80, colour=True)
    assert ESCAPE.sub("", coloured) == GOLDEN
    assert coloured.startswith("\x1b[1;31mHIGH\x1b[0m for this repository")


@pytest.mark.parametrize(("level", "code"), [("HIGH", "31"), ("MEDIUM", "33"), ("LOW", "32")])
def test_each_level_has_its_colour(level: str, code: str) -> None:
    judged = sample(risk=Score(0.1, -2.2, RiskLevel(level), 50.0))
    assert render_text(judged, width=80, colour=True).startswith(f"\x1b[1;{code}m{level}\x1b[0m for")


@pytest.mark.parametrize("width", [1, 40, 41, 57, 80, 120, 500])
def test_every_line_fits_the_width(width: int) -> None:
    for line in render_text(sample(), width=width, colour=False).splitlines():
        assert width_of(line) <= min(max(width, 40), 120)
        assert line == line.rstrip()


def test_without_a_percentile_the_verdict_says_what_it_rests_on() -> None:
    text = render_text(sample(risk=Score(0.004, -5.5, RiskLevel.LOW, None), record=None), width=80, colour=False)
    assert text.startswith("LOW, judged by what other projects went through.\nNot compared with this repository's")


def test_what_hardly_moves_the_odds_is_no_reason() -> None:
    text = render_text(sample(explanation=(CONTRIBUTIONS[2],)), width=80, colour=False)
    assert "Why" not in text


def test_the_full_explanation_has_no_rows_of_nothing_and_sums_up() -> None:
    tiny = [
        replace(CONTRIBUTIONS[2], feature=f"f{n}", contribution=amount) for n, amount in enumerate((4e-4, -4e-4, -1e-4))
    ]
    text = render_text(sample(explanation=(*CONTRIBUTIONS, *tiny)), width=80, colour=False, full=True)
    rows = re.findall(r"^ +([+-]\d+\.\d{3})  (.*)$", text, re.MULTILINE)
    assert [said for amount, said in rows if float(amount) == 0] == ["3 reasons of next to nothing"]
    assert "-0.000" not in text
    assert abs(sum(float(amount) for amount, _ in rows[:-1]) - float(rows[-1][0])) < 0.001 * len(rows)


def test_without_an_explanation_there_is_no_empty_section() -> None:
    bare = sample(explanation=(), base_log_odds=None, anomaly=None, files_to_read=(), impact=None)
    text = render_text(bare, width=80, colour=False)
    assert "Why" not in text
    assert "Read first" not in text
    assert "Unusual" not in text
    assert "May affect" not in text
    assert "Usually" not in text
    assert "\n\n\n" not in text


def test_more_unusual_values_than_fit_are_counted() -> None:
    judged = sample()
    assert judged.anomaly is not None
    many = replace(judged.anomaly, is_anomaly=False, unusual=judged.anomaly.unusual * 6)
    text = render_text(replace(judged, anomaly=many), width=80, colour=False)
    assert "Unusual here\n" in text
    assert "  and 2 more\n" in text


def test_no_more_than_three_neighbours_of_a_kind_are_told() -> None:
    many = replace(IMPACT, affected=IMPACT.affected * 4, missing_co_changes=IMPACT.missing_co_changes * 5)
    text = render_text(sample(impact=many), width=120, colour=False)
    assert text.count("tests/test_app.py") == 3
    assert text.count("changed in") == 3


@pytest.mark.parametrize("width", [40, 80])
@given(name=st.text(st.characters(), min_size=1, max_size=90))
def test_no_path_or_warning_acts_on_the_terminal_or_breaks_the_page(width: int, name: str) -> None:
    judged = sample(files_to_read=(FileToRead(name, name),), impact=impact_naming(name), warnings=(name,))
    lines = render_text(judged, width=width, colour=False).split("\n")
    assert all(line.isprintable() for line in lines)
    assert all(width_of(line) <= width for line in lines)


def test_a_list_shows_one_line_a_change() -> None:
    told = change(edit("a", "+x"), kind=ChangeKind.COMMIT, revision="ab" * 20, message="Fix\x1b[2J it\n\nbody")
    line = render_text_line(sample(told), width=80, colour=False)
    assert line == "HIGH      31%  97%  ababababab  Fix\\x1b[2J it\n"


def test_a_list_never_claims_to_be_above_all_changes() -> None:
    judged = sample(change(edit("a", "+x"), kind=ChangeKind.COMMIT, revision="ab" * 20, message="Fix"))
    line = render_text_line(replace(judged, risk=replace(judged.risk, percentile=99.7)), width=80, colour=False)
    assert " over 99%  " in line


@given(st.text(max_size=80), st.integers(10, 60))
def test_wrapping_loses_nothing_but_spaces(text: str, width: int) -> None:
    lines = wrapped(text, width)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(width_of(line) <= width or len(line) == 1 for line in lines)


@given(st.text(max_size=80), st.integers(10, 60))
def test_clipping_fits_and_keeps_both_ends(text: str, width: int) -> None:
    shown = clipped(text, width)
    assert width_of(shown) <= width
    assert shown == text if width_of(text) <= width else "..." in shown
