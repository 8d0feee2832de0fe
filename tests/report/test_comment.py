from __future__ import annotations

import base64
import hashlib
import json
import math
import re
import zlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperion_hook.domain.assessment import Advice, Anomaly, FileToRead, Reviewer, RiskLevel, Score, SimilarChange
from hyperion_hook.errors import HyperionError
from hyperion_hook.report.comment.brief import Brief, Place, brief_of, from_json, to_json
from hyperion_hook.report.comment.render import HTML, render_comment
from hyperion_hook.report.comment.state import MARKER, State, read_state
from hyperion_hook.report.links import GitHubLinks, GitLabLinks, Links
from tests.support.assessments import impact_naming, sample
from tests.support.changes import change, edit

BASE, HEAD, NEXT = "b" * 40, "a" * 40, "c" * 40
GITHUB = GitHubLinks("https://github.com/o/r", 7, BASE, HEAD)
HOSTILE = "<img src=x onerror=alert(1)> @ada [x](http://e.example) `rm` | ![i](j) #12 --> ::set-output\n## h\u202e"


def brief(**more: object) -> Brief:
    return brief_of(
        sample(
            reviewers=(Reviewer("Ada", "12 commits to these files"),),
            advice=(Advice("Split it", "two of 10%", "folders"),),
            similar=(SimilarChange("d" * 40, "Rewrite", "bug fix after 3 days"),),
            **more,
        )
    )


def text(of: Brief, previous: State | None = None, head: str = HEAD, links: Links = GITHUB) -> str:
    return render_comment(of, links, head=head, previous=previous)


def test_a_change_of_high_risk_is_told_in_the_order_that_helps() -> None:
    headings = re.findall(r"^(?:### .*|\*\*.*\*\*|<details>.*)$", text(brief()), re.MULTILINE)
    assert [re.sub(r"^\W+|\W+$", "", line) for line in headings] == [
        "HIGH for this repository, where 9% of code changes are later fixed",
        "Why",
        "Read first",
        "Usually changed with these, but not here",
        "What to do",
        "details><summary>Details, 1 similar change</summary",
        "More reasons",
        "Who knows this code",
        "Similar changes",
        "May affect",
        "Unusual here",
        "Notes",
    ]
    assert text(brief()).count("(x") == 2


def test_a_change_of_low_risk_is_short_and_its_rest_is_folded() -> None:
    low = brief(risk=Score(0.02, -3.9, RiskLevel.LOW, 12.0), impact=None)
    shown, folded = text(low).split("<details>")
    heading, sentence = [line for line in shown.splitlines() if line][2:]
    assert heading == "### \N{LARGE GREEN CIRCLE} LOW for this repository, where 9% of code changes are later fixed."
    assert sentence.startswith("Staged change: 2 files, +3 -1 lines. Riskier than 12% of recent code changes.")
    assert "Split it" in folded
    assert "Ada" in folded


def lines_before_the_fold(of: Brief, previous: State | None = None) -> list[str]:
    shown = text(of, previous, NEXT if previous else HEAD).partition("<details>")[0]
    return [line for line in shown.splitlines() if line and not line.startswith("<!--")]


def test_twelve_lines_come_before_the_fold_and_the_rest_after_it() -> None:
    places = tuple(Place(f"src/file{number}.py", 1, f"why {number}") for number in range(6))
    full = replace(
        brief(),
        breaks=places,
        files=places,
        left_out=places,
        reasons=brief().reasons * 3,
        advice=brief().advice * 6,
        reviewers=brief().reviewers * 6,
    )
    shown = lines_before_the_fold(full)
    # two lines above; breaks have a heading and 2, reasons one and 2, the others one and 1, while there is room
    assert len(shown) == 12
    assert [line.strip("*") for line in shown if line.startswith("**")] == [
        "Would break",
        "Why",
        "Read first",
        "What to do",
    ]
    for number in range(6):
        assert text(full).count(f"why {number}") == 3, "each of the three lists is whole"
    pushed = lines_before_the_fold(replace(full, level=RiskLevel.MEDIUM), read_state(text(full)))
    assert len(pushed) == 12
    assert pushed[2] == "**Was HIGH, now MEDIUM**."
    low = lines_before_the_fold(replace(full, level=RiskLevel.LOW))
    assert len(low) == 12
    assert [line for line in low if line.startswith("**")] == [
        "**Would break**",
        "**Usually changed with these, but not here**",
    ]


def test_every_reason_links_to_what_proves_it() -> None:
    said = text(brief())
    lines = "https://github.com/o/r/pull/7/files#diff-"
    # an address that several links lead to stands once; GitHub names a file by the SHA-256 of its path
    assert "[A change of this size: 24%, typical here 8%][1]" in said
    assert "[`src/app.py`][1]" in said
    assert f"\n\n[1]: {lines}04791d82dd15fdd480f084d7ef65a10789fa5012cb7935f76080763444d48a00R1\n" in said
    assert "peers 0][2]" in said
    assert f"\n[2]: https://github.com/o/r/commits/{BASE}/src/app.py\n" in said
    assert f"[`test_app.py`](https://github.com/o/r/blob/{HEAD}/tests/test_app.py): in 7 of" in said
    assert f"[`dddddddddd`](https://github.com/o/r/commit/{'d' * 12}) Rewrite" in said


def test_a_host_without_pages_gets_the_same_words_without_links() -> None:
    assert "](" not in text(brief(), links=Links())
    gitlab = text(brief(), links=GitLabLinks("https://gitlab.example/g/p", 3, BASE, HEAD))
    # and GitLab by the SHA-1
    name = hashlib.sha1(b"src/app.py", usedforsecurity=False).hexdigest()
    assert f"[1]: https://gitlab.example/g/p/-/merge_requests/3/diffs#{name}\n" in gitlab


def test_what_it_remembers_is_read_back() -> None:
    state = read_state(text(brief()))
    assert state == State.of(brief(), HEAD)
    assert state is not None
    assert (state.level, state.head, state.contributions["code_lines_added"]) == (RiskLevel.HIGH, HEAD, 1.25)
    assert text(brief()).startswith(MARKER + "\n")


def test_the_same_commit_again_says_the_same() -> None:
    first = text(brief())
    assert text(brief(), read_state(first)) == first
    later = text(lowered(), read_state(first), head=NEXT)
    assert text(lowered(), read_state(later), head=NEXT) == later


def lowered() -> Brief:
    before = brief()
    return replace(before, level=RiskLevel.MEDIUM, contributions={**before.contributions, "code_lines_added": 0.25})


def test_after_a_push_it_says_what_changed_and_mostly_why() -> None:
    said = text(lowered(), read_state(text(brief())), head=NEXT)
    assert "**Was HIGH, now MEDIUM**, mostly because of the size of the change (x0.37)." in said
    assert "since the last push" not in text(brief(), read_state(text(brief())), head=NEXT)


def test_ticks_survive_an_update_and_a_comment_that_is_too_long() -> None:
    ticked = text(brief()).replace("- [ ] This was not useful", "- [x] This was not useful")
    again = text(lowered(), read_state(ticked), head=NEXT)
    assert "- [x] This was not useful\n- [ ] This caused a bug later\n" in again
    huge = replace(brief(), files=tuple(Place("a" * 1900, 1, "b" * 1900) for _ in range(40)))
    assert "- [x] This was not useful" in text(huge, read_state(ticked), head=NEXT)


def test_whole_sections_are_left_out_of_what_would_be_too_long_and_named() -> None:
    huge = replace(brief(), files=tuple(Place("a" * 1900, 1, "b" * 1900) for _ in range(40)))
    said = text(huge)
    assert len(said) <= HTML.most
    assert "<sub>Left out, because a comment holds 65,536 characters: Read first (more).</sub>" in said
    assert "**Who knows this code**" in said
    worst = Brief(
        **{
            name: tuple(value * 40) if isinstance(value, tuple) and value else value
            for name, value in {field: getattr(huge, field) for field in Brief.__slots__}.items()
        }
    )
    assert len(text(worst)) <= HTML.most


def test_somebody_elses_state_counts_as_nothing() -> None:
    line = next(line for line in text(brief()).splitlines() if "state" in line)
    for wrong in ("", "<!-- hyperion-hook-state: AAAA -->", line[:60] + line[61:], line.replace("hook-state", "x")):
        assert read_state(f"{MARKER}\n{wrong}\n") is None


@given(st.binary(max_size=300))
def test_no_state_is_too_strange(data: bytes) -> None:
    for packed in (data, zlib.compress(data), zlib.compress(b'{"l":"HIGH","h":"' + data + b'","c":{},"b":null}')):
        state = read_state(f"<!-- hyperion-hook-state: {base64.urlsafe_b64encode(packed).decode()} -->")
        # what nobody could have kept is not compared with what is known now
        assert state is None or (state.level in RiskLevel and all(map(math.isfinite, state.contributions.values())))


def test_nothing_from_the_repository_acts() -> None:
    judged = change(edit("src/" + HOSTILE.replace("\n", ""), "+x"))
    said = text(
        brief_of(
            sample(
                judged,
                files_to_read=(FileToRead(judged.files[0].path, HOSTILE),),
                impact=impact_naming(HOSTILE),
                reviewers=(Reviewer(HOSTILE, HOSTILE),),
                advice=(Advice(HOSTILE, HOSTILE, HOSTILE),),
                similar=(SimilarChange("d" * 40, HOSTILE, HOSTILE),),
                warnings=(HOSTILE,),
            )
        )
    )
    assert "<img" not in re.sub(r"(`+).+?\1", "", said)
    assert not re.search(r"(?<!\\)!\[", re.sub(r"(`+).+?\1", "", said))
    assert "\n## h" not in said
    assert "\u202e" not in said
    assert "@ada" not in re.sub(r"(`+).+?\1", "", said)


def test_a_brief_survives_json() -> None:
    assert from_json(to_json(brief())) == brief()
    low = brief(risk=Score(0.02, -3.9, RiskLevel.LOW, None), anomaly=Anomaly(0.2, False))
    assert from_json(to_json(low)) == low


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("format", 1),
        ("level", "TERRIBLE"),
        ("probability", 1.5),
        ("probability", "x"),
        ("percentile", True),
        ("change", 7),
        ("files", [{"path": "x"}]),
        ("files", ["x"]),
        ("reasons", {}),
        ("contributions", {"nothing": 1}),
        ("warnings", ["x" * 3000]),
        ("warnings", ["x"] * 51),
        ("reviewers", [{"name": "a", "reason": "b", "more": "c"}]),
        ("contributions", {"la": float("inf")}),
        ("unusual", [None]),
        ("more", 1),
    ],
)
def test_a_brief_from_somewhere_else_is_checked(name: str, value: object) -> None:
    data = json.loads(to_json(brief())) | {name: value}
    with pytest.raises(HyperionError, match=r"the saved assessment cannot be used: .*; assess .* again"):
        from_json(json.dumps(data))


@given(st.text(max_size=200) | st.just("[" * 100_000) | st.just("{}") | st.just("x" * 300_000))
def test_anything_else_is_no_brief(text: str) -> None:
    with pytest.raises(HyperionError):
        from_json(text)


def test_a_file_whose_name_is_no_text_has_no_page() -> None:
    judged = change(edit("a\udcff.py", "+x"))
    said = text(brief_of(sample(judged, files_to_read=(FileToRead("a\udcff.py", "read"),), impact=None)))
    assert "- `a\\xff.py`: read" in said


def test_a_file_that_was_named_goes_by_its_last_name_where_only_one_is_called_so() -> None:
    long, other = "src/main/java/org/example/Long.java", "src/test/java/org/example/Long.java"
    said = text(
        replace(
            brief(),
            files=(Place(long, 3, "x"),),
            left_out=(),
            affected=(Place("docs", 0, f"changed with {long}"), Place(other, 0, "imported")),
            advice=(Advice(f"Test it in {other}, with 3 lines", "less", f"{other} changed with {long}"),),
        )
    )
    assert "`docs`: changed with Long.java" in said
    assert f"Test it in {other}, with 3 lines: less ({other} changed with Long.java)" in said
    both = text(
        replace(
            brief(),
            files=(Place(long, 3, "x"), Place(other, 1, "y")),
            affected=(Place("docs", 0, f"changed with {long}"),),
        )
    )
    assert f"`docs`: changed with {long}" in both
