"""What reports for people say: whole words where there is room, and figures that agree with each other."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperion_hook.domain.assessment import (
    Advice,
    Assessment,
    BugForecast,
    Contribution,
    FileForecast,
    FileToRead,
    FunctionToRead,
    Record,
    Reviewer,
    RiskLevel,
    Score,
    SimilarChange,
    Unknown,
)
from hyperion_hook.domain.breaks import Break, BreakKind
from hyperion_hook.domain.change import ChangeKind
from hyperion_hook.domain.deadline import Deadline
from hyperion_hook.domain.phrases import percent
from hyperion_hook.domain.remedies import INDEX, PERCENTILE, Note
from hyperion_hook.domain.vector import FeatureVector, Missing
from hyperion_hook.report.comment.brief import brief_of
from hyperion_hook.report.comment.render import render_comment
from hyperion_hook.report.formats.brief import brief
from hyperion_hook.report.formats.findings import findings
from hyperion_hook.report.formats.markdown import render_markdown
from hyperion_hook.report.formats.terminal import render_short, render_text, render_text_line
from hyperion_hook.report.links import Links
from hyperion_hook.report.reasons import reasons
from hyperion_hook.report.text_width import width_of
from hyperion_hook.report.wording import change_line, comparison, placed, record_line
from tests.support.assessments import impact_naming, sample
from tests.support.changes import change, edit

LONG = "/".join(f"a_rather_long_folder_{number}" for number in range(9)) + "/a_long_name_of_a_file.py"


def with_long_names(level: RiskLevel, *, certain: bool = False) -> Assessment:
    broken = Break(BreakKind.NAME, f"{LONG} is gone, and still used", f"used in {LONG}:3", "a.py", 3, certain)
    return sample(
        risk=Score(0.3, -0.8, level, 50.0, share_of_level=0.8),
        files_to_read=(FileToRead(LONG, "+1 -0 lines", (FunctionToRead("f" * 130, 7, "complexity 5"),)),),
        impact=impact_naming(LONG),
        bugs=BugForecast(0.9, (FileForecast(LONG, 0.8),)),
        reviewers=(Reviewer("Ada " * 30, "12 commits"),),
        similar=(SimilarChange("d" * 40, "Rewrite " * 20 + LONG, "no bug fix"),),
        breaks=(broken,),
    )


def names_in(assessment: Assessment) -> list[str]:
    impact, bugs = assessment.impact, assessment.bugs
    assert impact is not None
    assert bugs is not None
    return [assessment.breaks[0].sentence, "f" * 130, impact.affected[0].component, bugs.files[0].path, LONG]


@pytest.mark.parametrize("level", [RiskLevel.LOW, RiskLevel.MEDIUM, RiskLevel.HIGH])
def test_without_a_terminal_nothing_is_cut(level: RiskLevel) -> None:
    judged = with_long_names(level)
    shown = " ".join(render_text(judged, width=None, colour=False).split())
    assert [name for name in names_in(judged) if name not in shown] == []
    assert "..." not in shown
    for lines, more in ((1, "more, once committed: hyperion-hook score HEAD"), (5, LONG)):
        short = render_short(judged, width=None, colour=False, lines=lines)
        assert judged.breaks[0].sentence in short
        assert more in short
        assert "..." not in short
    listed = change(edit("a", "+x"), kind=ChangeKind.COMMIT, revision="ab" * 20, message="Word " * 30)
    assert ("Word " * 30).strip() in render_text_line(sample(listed), width=None, colour=False)


@pytest.mark.parametrize("width", [40, 60, 80, 120])
@pytest.mark.parametrize("lines", [1, 5])
@pytest.mark.parametrize("certain", [True, False])
def test_on_a_terminal_lines_are_cut_after_a_word_if_at_all(width: int, lines: int, certain: bool) -> None:
    broken = Break(BreakKind.NAME, "run_all is gone, and 5 calls still pass " * 4, "run.py:3", "a.py", 3, certain)
    judged = sample(breaks=(broken,))
    whole = render_short(judged, width=None, colour=False, lines=lines).splitlines()
    for line in render_short(judged, width=width, colour=False, lines=lines).splitlines():
        assert width_of(line) <= width
        # of a break that is cut the place is told first
        beginning = line.removesuffix("...").replace(": a.py:3: ", ": ", 1)
        assert any(re.match(rf"{re.escape(beginning)}(\W|$)", other) for other in (*whole, *judged.warnings)), line


@pytest.mark.parametrize(("certain", "begins"), [(True, "Would break: "), (False, "Likely to break: ")])
def test_what_a_change_breaks_has_a_line_of_its_own(certain: bool, begins: str) -> None:
    judged = with_long_names(RiskLevel.LOW, certain=certain)
    first, second, *_ = render_short(judged, width=80, colour=False, lines=1).splitlines()
    assert first.startswith("LOW, as 80% of recent changes are")
    assert second.startswith(begins)


@pytest.mark.parametrize(("certain", "begins"), [(True, "Would break: "), (False, "Likely to break: ")])
def test_one_line_that_is_piped_names_what_breaks_before_why(certain: bool, begins: str) -> None:
    judged = with_long_names(RiskLevel.MEDIUM, certain=certain)
    [broken] = judged.breaks
    line = brief(judged)
    assert f"{begins}{broken.sentence} ({broken.evidence})." in line
    assert line.find(begins) < (line.find(" Why: ") if " Why: " in line else len(line))


def test_one_line_without_other_reasons_names_the_size() -> None:
    judged = with_long_names(RiskLevel.MEDIUM, certain=False)
    size = Contribution("size", "size", None, None, 0.4, "a change of this size: 23%, typical here 8%", group="size")
    assert " Why: a change of this size: 23%, typical here 8%. " in brief(replace(judged, explanation=(size,)))
    low = replace(with_long_names(RiskLevel.LOW, certain=False), explanation=(size,))
    assert " Why: " not in brief(low)


def test_of_documents_there_is_no_more_to_be_told() -> None:
    judged = sample(change(edit("README.md", "+x"), kind=ChangeKind.STAGED))
    line = render_short(replace(judged, breaks=()), width=None, colour=False, lines=1).splitlines()[0]
    assert line.endswith(". Not a code change")


def test_a_verdict_that_leaves_no_room_keeps_its_words_and_not_the_hint() -> None:
    judged = sample(change(edit("a.py", "+x"), message="Fix the thing"))
    line = render_short(judged, width=60, colour=False, lines=1).splitlines()[0]
    assert line == "HIGH, as 81% of recent changes are; fixes a bug"


@pytest.mark.parametrize(
    ("kind", "command"),
    [
        (ChangeKind.STAGED, "more, once committed: hyperion-hook score HEAD"),
        (ChangeKind.RANGE, "more: hyperion-hook score bbbbbbbbbb..aaaaaaaaaa"),
        (ChangeKind.COMMIT, "more: hyperion-hook score aaaaaaaaaa"),
        (ChangeKind.WORKTREE, "more: hyperion-hook score --worktree"),
    ],
)
def test_the_command_that_tells_more_still_does_when_it_is_run(kind: ChangeKind, command: str) -> None:
    revision = None if kind in {ChangeKind.STAGED, ChangeKind.WORKTREE} else "a" * 40
    judged = sample(replace(change(edit("a.py", "+x"), kind=kind, revision=revision), base="b" * 40))
    for lines in (1, 5):
        assert command in render_short(judged, width=None, colour=False, lines=lines).replace("More", "more")


def odds(probability: float) -> float:
    return probability / (1 - probability)


def bounds(shown: str) -> tuple[float, float]:
    """Return the odds or factors that are written like this."""
    if shown.startswith("x"):
        digits = len(shown.partition(".")[2])
        half = 0.5 * 10.0**-digits
        return float(shown[1:].replace(",", "")) - half, float(shown[1:].replace(",", "")) + half
    open_ended = {"under 1%": (0.0, 0.01), "under 0.1%": (0.0, 0.001), "over 99%": (0.99, 1 - 1e-12)}
    half = 0.0005 if "." in shown else 0.005
    low, high = open_ended.get(shown) or (float(shown[:-1]) / 100 - half, float(shown[:-1]) / 100 + half)
    return odds(max(low, 0.0)), odds(min(high, 1 - 1e-12))


AMOUNTS = st.floats(-2.0, 2.0, allow_subnormal=False)


@given(
    size=st.floats(-3.5, 1.5),
    amounts=st.lists(st.tuples(AMOUNTS, st.sampled_from(["history", "people", "content", "other"]), st.booleans())),
)
def test_the_shown_steps_multiply_up_in_odds_to_the_changes_own_risk(
    size: float, amounts: list[tuple[float, str, bool]]
) -> None:
    here = 1 / (1 + math.exp(-size))
    explanation = (
        Contribution("s", "", 1.0, 1.0, 0.4, f"a change of this size: {percent(here)}, typical here 8%", "size"),
        *(
            Contribution(f"f{number}", "", 1.0 if is_known else None, 1.0, amount, f"reason {number}", group)
            for number, (amount, group, is_known) in enumerate(amounts)
        ),
    )
    log_odds = size + math.fsum(amount for amount, _, _ in amounts)
    own = 1 / (1 + math.exp(-log_odds))
    judged = sample(risk=Score(own, log_odds, RiskLevel.LOW, 50.0, None, here), explanation=explanation)
    for text in (render_text(judged, width=None, colour=False), render_markdown(judged).replace("\\", "")):
        why = text.partition("Why")[2].partition("Read first")[0]
        share = r"(?:under |over )?[\d.]+%"
        start = bounds(re.search(rf"of this size: ({share})", why)[1])  # type: ignore[index]
        end = bounds(re.search(rf"This change: ({share})", why)[1])  # type: ignore[index]
        factors = [bounds(factor) for factor in re.findall(r"x[\d.,]+", why)]
        low, high = (math.prod([start[at], *(factor[at] for factor in factors)]) for at in (0, 1))
        assert low <= end[1] * (1 + 1e-9)
        assert high >= end[0] * (1 - 1e-9)
        assert (
            re.search("all (?:other reasons )?together", " ".join(why.split()))
            or len(factors) <= len(reasons(explanation, 5)) + 1
        )


@pytest.mark.parametrize("percentile", [0.0, 100.0])
@pytest.mark.parametrize("of_size", [None, 0.0, 100.0, 50.0])
def test_none_and_all_are_said_in_words(percentile: float, of_size: float | None) -> None:
    sentence = comparison(Score(0.1, -2.2, RiskLevel.LOW, percentile, of_size))
    assert re.search(r"\b(0|100)%", sentence) is None
    assert sentence.startswith("Riskier than none of the" if percentile == 0.0 else "Riskier than all recent")


@pytest.mark.parametrize("how", ["breaks", "floor"])
def test_a_level_that_the_score_did_not_give_stands_beside_nothing_of_another_level(how: str) -> None:
    risk = Score(0.01, -4.6, RiskLevel.MEDIUM, 0.0, 3.0, 0.01, raised=how == "breaks")
    judged = sample(risk=risk, record=Record(RiskLevel.LOW, 200, 3, 0.09))
    comment = render_comment(brief_of(judged), Links(), head="a" * 40)
    finding = findings(judged)[0].message
    for text in (render_text(judged, width=None, colour=False), render_markdown(judged), comment, finding):
        shown = " ".join(text.split())
        assert "The score alone is LOW: riskier than none of the recent code changes" in shown
        assert "LOW changes here" not in shown
    if risk.raised:
        line = render_short(judged, width=80, colour=False, lines=1)
        assert line.startswith("MEDIUM, raised from LOW; more")


@given(count=st.integers(1, 500), data=st.data(), level=st.sampled_from([RiskLevel.LOW, RiskLevel.HIGH]))
def test_a_record_names_its_own_share_beside_that_of_all(count: int, data: st.DataObject, level: RiskLevel) -> None:
    fixed = data.draw(st.integers(0, count))
    line = record_line(Record(level, count, fixed, 0.03))
    assert "against 3% of all)" in line
    assert re.search(r"\b(0|1) were\b|\b1 changes\b", line) is None
    if 0 < fixed < count:
        assert line.startswith(f"{fixed:,} of the last {count:,} {level.value} changes here ")
        assert f"({percent(fixed / count)}, against 3% of all)" in line


def test_what_is_said_of_a_function_stands_further_in_than_its_name() -> None:
    lines = render_text(with_long_names(RiskLevel.HIGH), width=80, colour=False).splitlines()
    at = lines.index("Read first")
    block = lines[at + 1 : lines.index("", at)]
    assert [len(line) - len(line.lstrip(" ")) for line in block] == [2, 4, 4, 4, 6]


@pytest.mark.parametrize("kind", list(ChangeKind))
@pytest.mark.parametrize("message", [None, "Add x"])
def test_a_change_without_its_message_says_that_it_counts(kind: ChangeKind, message: str | None) -> None:
    judged = sample(change(edit("a.py", "+x"), kind=kind, revision="a" * 40, message=message))
    clause = "its message can change the score"
    expected = judged.change.is_pending and message is None
    assert (clause in " ".join(render_text(judged, width=80, colour=False).split())) is expected
    assert (clause in render_markdown(judged)) is expected
    assert clause not in render_short(judged, width=None, colour=False, lines=1)
    document = sample(change(edit("README.md", "+x"), kind=kind, revision="a" * 40, message=message))
    assert clause not in render_text(document, width=80, colour=False)


@pytest.mark.parametrize("is_unknown", [True, False])
def test_a_remedy_is_told_once(is_unknown: bool) -> None:
    late = Missing(Note("lines are not counted yet", run=INDEX))
    slow = Deadline(2).late
    whole = Note("no percentile: it needs the whole history", run=INDEX)
    warnings = (Note("no index yet", run=INDEX), "by itself", whole)
    judged = sample(features=FeatureVector({"la": 1.0, "age": late, "exp": late, "nf": slow}), warnings=warnings)
    if is_unknown:
        judged = replace(judged, risk=Unknown(INDEX, "no index yet"))
    comment = render_comment(brief_of(judged), Links(), head="a" * 40)
    for text in (render_text(judged, width=80, colour=False), render_markdown(judged), comment):
        shown = " ".join(text.replace("\\", "").replace("run '", "run: ").split())
        assert shown.count(f"run: {INDEX}") == 1
        assert "by itself" in shown
        assert ("raise the setting 'deadline'" in shown) is not is_unknown


def test_notes_stand_apart_from_the_list_above() -> None:
    for risk in (Score(0.31, -0.8, RiskLevel.HIGH, 97.2), Unknown("git fsck", "objects are missing")):
        lines = render_text(sample(risk=risk, warnings=("one", "two")), width=80, colour=False).splitlines()
        assert lines[-3:] == ["", "Note: one", "Note: two"]


def test_the_comment_gives_the_changes_own_risk_beside_that_of_its_size() -> None:
    shown = render_comment(brief_of(sample()), Links(), head="a" * 40).partition("<details>")[0]
    assert "A change of this size: 24%, typical here 8%; this change, by all reasons: 31%" in shown
    assert placed(Unknown("x", "y"), None) == []


def test_the_page_on_reading_a_verdict_explains_every_section() -> None:
    judged = replace(with_long_names(RiskLevel.HIGH), advice=(Advice("Split it", "two of 10%", "folders"),))
    text = render_text(judged, width=80, colour=False)
    sections = re.findall(r"\n\n(\w[^\n:]*)(?=\n  |: )", text)
    assert len(sections) == 11
    page = (Path(__file__).parents[2] / "docs" / "reading-a-verdict.md").read_text(encoding="utf-8")
    assert [section for section in sections if f"**{section.partition(' (')[0]}**" not in page] == []


def test_a_change_that_moves_no_lines_counts_none() -> None:
    moved = change(replace(edit("a.py"), lines_added=0, lines_deleted=0, hunks=()))
    binary = change(replace(edit("a.png"), lines_added=None, lines_deleted=None, hunks=None, is_binary=True))
    assert [change_line(judged).partition(", ")[2] for judged in (moved, binary)] == ["no lines of text changed"] * 2


@pytest.mark.parametrize("level", [RiskLevel.LOW, RiskLevel.MEDIUM, RiskLevel.HIGH])
def test_where_no_fix_is_known_nothing_is_said_of_what_became_of_changes(level: RiskLevel) -> None:
    """Fixes may be there, but told in words that nobody here reads."""
    record = Record(level, 55, 0, 0.0)
    assert not record.is_poor
    judged = sample(risk=Score(0.1, -2.2, level, 50.0), record=record)
    for text in (render_text(judged, width=80, colour=False), render_comment(brief_of(judged), Links(), head="a" * 40)):
        shown = " ".join(text.split())
        assert f"{level.value} for this repository." in shown
        assert "so the level has no record yet" in shown
        assert "later fixed" not in shown


def test_documents_are_not_told_that_they_are_compared_with_nothing() -> None:
    judged = sample(
        change(edit("README.md", "+x")),
        warnings=(Note("no percentile: 50 earlier changes are needed", kind=PERCENTILE),),
    )
    assert "percentile" not in render_text(judged, width=80, colour=False)
