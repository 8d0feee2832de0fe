"""Text from the repository in rendered Markdown: it changes what is read there, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperion_hook.domain.assessment import Advice, FileToRead, Reviewer, RiskLevel, Score, SimilarChange
from hyperion_hook.report.comment.brief import brief_of, from_json, to_json
from hyperion_hook.report.comment.render import render_comment
from hyperion_hook.report.formats.markdown import render_markdown
from hyperion_hook.report.links import GitHubLinks
from hyperion_hook.report.safe_text import markdown_code, markdown_text, printable, valid_unicode
from tests.support.assessments import CONTRIBUTIONS, impact_naming, sample
from tests.support.changes import change, edit
from tests.support.hostile_text import HOSTILE, as_path
from tests.support.rendered import Page, rendered

GITHUB = GitHubLinks("https://github.com/o/r", 7, "b" * 40, "a" * 40)
PLAIN = "plain"
MARKS = st.text(st.sampled_from("ab1 `*_[]()<>#|~!@:/.w&;\\\"'$-+=^%{}\n\r\t\u202e\u200b\udcff"), max_size=120)


def seen(text: str) -> str:
    """Return text as it is read: without what has no width, and with one space for several."""
    return " ".join(text.replace("\u200b", "").split())


def comment(text: str, level: RiskLevel, ending: str = "") -> Page:
    """Render the comment on a change with a text everywhere that a repository can put one."""
    return rendered(render_comment(from_json(to_json(brief_of(told(text, level, ending)))), GITHUB, head="a" * 40))


def told(text: str, level: RiskLevel, ending: str = ""):  # type: ignore[no-untyped-def]
    path = as_path(text) + ending
    judged = replace(change(edit("src/app.py", "+x")), message=text)
    judged = replace(judged, files=(replace(judged.files[0], path=path),))
    return sample(
        judged,
        files_to_read=(FileToRead(path, text),),
        impact=impact_naming(path),
        explanation=tuple(replace(entry, sentence=text) for entry in CONTRIBUTIONS),
        reviewers=(Reviewer(text, text),),
        advice=(Advice(text, text, text),),
        risk=Score(0.3, -0.8, level, 97.0),
        similar=(SimilarChange("d" * 40, text, text),),
        warnings=(text,),
    )


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
@pytest.mark.parametrize("shown", [markdown_text, markdown_code])
def test_it_is_read_as_it_is_shown_anywhere_else(shown: Callable[[str], str], text: str) -> None:
    page = rendered(f"- {shown(text)}: x")
    plain = rendered(f"- {shown(PLAIN)}: x")
    assert page.skeleton == plain.skeleton
    assert (page.links, page.acting, page.comments) == ([], [], [])
    assert seen(page.text) == seen(f"{printable(text)}: x")


@given(MARKS)
def test_no_text_whatever_becomes_more_than_text(text: str) -> None:
    for shown in (markdown_text, markdown_code):
        for line in ("- {}", "**x**\n\n- {}: {}", "> {}", "[{}](https://e.example) {}", "<sub>{}</sub>", "x {} y"):
            page, plain = (rendered(line.replace("{}", shown(said))) for said in (text or " ", PLAIN))
            assert (page.skeleton, page.acting) == (plain.skeleton, [])


@pytest.mark.parametrize("level", [RiskLevel.HIGH, RiskLevel.LOW])
def test_a_comment_stays_as_it_is_whatever_a_repository_says(level: RiskLevel) -> None:
    plain = comment(PLAIN, level)
    assert set(re.findall(r"<(\w+)", "".join(plain.skeleton))) == {
        "h3",
        "p",
        "strong",
        "ul",
        "li",
        "a",
        "code",
        "details",
        "summary",
        "input",
    }
    for text in HOSTILE:
        page = comment(text, level)
        # what is no UTF-8 has no page
        links = set() if valid_unicode(text) == text else {"<a href>", "</a>"}
        assert [tag for tag in page.skeleton if tag not in links] == [
            tag for tag in plain.skeleton if tag not in links
        ], ascii(text)
        assert page.acting == [], ascii(text)
        assert seen(printable(as_path(text))) in seen(page.text)
        assert len(page.comments) == 2, ascii(text)
        assert all(address.startswith("https://github.com/o/r/") for address in page.links), (ascii(text), page.links)


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_what_is_said_of_a_change_without_code_stays_as_it_is(text: str) -> None:
    for level in (RiskLevel.HIGH, RiskLevel.LOW):
        page, plain = (comment(name, level, ".png") for name in (text, PLAIN))
        assert "Not a code change" in plain.text
        links = set() if valid_unicode(text) == text else {"<a href>", "</a>"}
        assert [tag for tag in page.skeleton if tag not in links] == [tag for tag in plain.skeleton if tag not in links]
        assert (page.acting, len(page.comments)) == ([], 2)
        assert all(address.startswith("https://github.com/o/r/") for address in page.links), page.links
    page, plain = (rendered(render_markdown(told(name, RiskLevel.HIGH, ".png"))) for name in (text, PLAIN))
    assert (page.skeleton, page.links, page.acting) == (plain.skeleton, [], [])


def test_a_summary_stays_as_it_is_whatever_a_repository_says() -> None:
    plain = rendered(render_markdown(told(PLAIN, RiskLevel.HIGH)))
    for text in HOSTILE:
        page = rendered(render_markdown(told(text, RiskLevel.HIGH)))
        assert (page.skeleton, page.links, page.acting) == (plain.skeleton, [], []), ascii(text)


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_no_formula_begins_and_no_other_host_finds_a_reference(text: str) -> None:
    # GitHub and GitLab let a backslash stand for the character itself
    assert re.findall(r"(?<!\\)(?:\\\\)*[$~!^](?=\w)|(?<!\\)(?:\\\\)*%(?=\w)", markdown_text(text)) == []
