"""What a page remembers for the next one, and what is made of a file that somebody else may have written."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperion_hook.domain.assessment import Record, RiskLevel
from hyperion_hook.domain.overview import Overview
from hyperion_hook.report.page.render import render_page
from hyperion_hook.report.page.since_last_report import Summary, block, changed, last_report, summary_of
from tests.report.test_page import HOSTILE, Reader, outline
from tests.support.overviews import NOW, change, model, overview

pytestmark = pytest.mark.train
OLD, NEW = "e" * 40, "f" * 40
SUMMARY = summary_of(overview(), "risk 1.0")
LAST = Summary(OLD, NOW - 30 * 86_400, "risk 1.0", 50, {f"{9:040x}": False}, ("src/a/file0.py", "gone.py"), 3)


def page(of: Overview | None = None, last: Summary | None = None) -> str:
    return render_page(of or overview(), model(), version="1", last=last)


def test_a_summary_holds_what_is_compared() -> None:
    files = ("file0", "file1", "file2", "file3", "file4", "file5", "file6", "file7")
    assert (
        Summary(
            NEW,
            NOW,
            "risk 1.0",
            50,
            {f"{9:040x}": True, f"{0:040x}": False},
            (*(f"src/{'ab'[number % 2]}/{name}.py" for number, name in enumerate(files)), "src/a/notes.xyz"),
            2,
        )
        == SUMMARY
    )


def test_a_page_of_another_head_is_what_the_next_one_is_compared_with() -> None:
    assert last_report(page(), OLD) == SUMMARY
    assert last_report(page(last=LAST), OLD) == SUMMARY, "not with the one before that"


def test_a_page_of_the_same_head_passes_on_what_it_was_compared_with() -> None:
    assert last_report(page(), NEW) is None
    assert last_report(page(last=LAST), NEW) == LAST
    first = page(last=LAST)
    assert page(last=last_report(first, NEW)) == first, "however often it is written"


def test_what_changed_is_told_in_words() -> None:
    now = replace(SUMMARY, hottest=("src/a/file0.py", "src/b/file1.py"))
    new = [f"{number:040x}" for number in range(30)]
    assert changed(replace(LAST, model="risk 0.9"), now, overview(), [*new, "a" * 40]) == [
        ("report of", "2023-10-15, at commit eeeeeeeeee"),
        ("models then", "risk 0.9"),
        # however old they are: numbers 0 to 29, of which 0 and 9 are HIGH
        ("changes since", "30, of them 2 HIGH (7%)"),
        ("HIGH", "4% of the recent code changes, 2% then"),
        ("fixed since, of 1 HIGH change", "0000000000 Change 9"),
        ("new among the ten hottest files", "src/b/file1.py"),
        ("no longer among them", "gone.py"),
        ("bus factor", "2, 3 then"),
    ]
    text = " ".join(" ".join(Reader(page(last=LAST)).text).split())
    assert "fixed since, of 1 HIGH change 0000000000 Change 9" in text
    assert "Since the last report" not in page()


def test_what_is_the_same_is_told_as_such() -> None:
    same = replace(SUMMARY, head=OLD)
    assert changed(same, SUMMARY, overview(), ()) == [
        ("report of", "2023-11-14, at commit eeeeeeeeee"),
        ("changes since", "0, of them 0 HIGH"),
        ("HIGH", "4% of the recent code changes, as then"),
        ("the ten hottest files", "the same as then"),
        ("bus factor", "2, as then"),
    ]


def test_many_are_counted() -> None:
    fixed = tuple(change(number, 0.5, RiskLevel.HIGH, fixed_by=(NEW,)) for number in range(8))
    now = replace(overview(), changes=fixed, outcomes=(Record(RiskLevel.HIGH, 8, 8, 1.0),))
    last = replace(LAST, high=dict.fromkeys((one.commit for one in fixed), False), hottest=tuple("abcdefgh"))
    rows = dict(changed(last, summary_of(now, "risk 1.0"), now, [one.commit for one in fixed]))
    assert rows["changes since"] == "at least 8, of them 8 HIGH (100%)"
    assert rows["fixed since, of 8 HIGH changes"].endswith("Change it and 3 more")
    assert rows["no longer among them"] == "a, b, c, d, e and 3 more"


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_names_are_data_in_a_page_and_text_in_the_next_one(name: str) -> None:
    made = page(overview(name))
    last = last_report(made, OLD)
    assert last is not None
    assert last == summary_of(overview(name), model().name)
    plain = replace(LAST, model="another", hottest=("gone",))
    assert outline(page(overview(name), replace(plain, model=name[:4_096]))) == outline(page(overview("x"), plain))
    inside = made.partition('id="summary">')[2].partition("</script>")[0]
    assert not set("<>&") & set(inside)


def data() -> dict[str, Any]:
    return json.loads(block(SUMMARY, LAST).partition(">")[2].partition("<")[0])


WRONG: list[Callable[[dict[str, Any]], object]] = [
    lambda data: data.update(format=2),
    lambda data: data.update(more=1),
    lambda data: data.pop("last"),
    lambda data: data.update(report=None),
    lambda data: data.update(report=[]),
    lambda data: data.update(last={}),
    lambda data: data["last"].update(head="f" * 39),
    lambda data: data["report"].update(head="--output=x"),
    lambda data: data["report"].update(head=7),
    lambda data: data["report"].update(time=1.5),
    lambda data: data["report"].update(time=10**15),
    lambda data: data["report"].update(time=float("nan")),
    lambda data: data["report"].update(changes=True),
    lambda data: data["report"].update(changes=-1),
    lambda data: data["report"].update(model="x" * 5_000),
    lambda data: data["report"].update(bus_factor="2"),
    lambda data: data["report"].update(hottest="abc"),
    lambda data: data["report"].update(hottest=["a"] * 11),
    lambda data: data["report"].update(hottest=[["a"]]),
    lambda data: data["report"].update(high=[]),
    lambda data: data["report"].update(high={"f" * 40: 1}),
    lambda data: data["report"].update(high={"<b>": True}),
    lambda data: data["report"].update(high={f"{number:040x}": True for number in range(501)}),
]


@pytest.mark.parametrize("spoil", WRONG, ids=range(len(WRONG)))
def test_what_is_not_as_a_report_writes_it_is_no_report(spoil: Callable[[dict[str, Any]], object]) -> None:
    spoiled = data()
    spoil(spoiled)
    with pytest.raises(ValueError, match=r"\w"):
        last_report(f'<script type="application/json" id="summary">{json.dumps(spoiled)}</script>', OLD)


@given(st.text(max_size=200) | st.sampled_from(["[" * 100_000, "9" * 10_000, "null", '"x"', "{}", "1"]))
def test_any_text_is_refused_in_one_way(text: str) -> None:
    assert last_report(text, OLD) is None, "somebody else's file"
    with pytest.raises(ValueError, match=r"\w"):
        last_report(f'<script type="application/json" id="summary">{text}</script>', OLD)
    with pytest.raises(ValueError, match=r"\w"):
        last_report(f'<script type="application/json" id="summary">{text.replace("<", "")}', OLD)
