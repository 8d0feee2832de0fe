from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperion_hook.domain.assessment import FileToRead
from hyperion_hook.report.formats.markdown import render_markdown
from tests.support.assessments import impact_naming, sample
from tests.support.changes import change

HOSTILE = "<img src=x onerror=alert(1)> @ada [x](http://e.example) `rm` | ![i](j) #12"
GOLDEN = """\
**HIGH** for this repository, where 9% of code changes are later fixed.
Riskier than 97% of recent code changes, and than 84% of those about as large.
17 of the last 40 HIGH changes here were later fixed (42%, against 9% of all).

Staged change: 2 files, +3 -1 lines

**Why (peers are recent changes about as large)**

- A change of this size: 24%, typical here 8%
- lowers it: the author has made 640 commits here, peers 30 (x0.47)
- raises it: app.py had 9 bug fixes in 180 days, peers 0 (x1.6)
- This change: 31% by the model; all other reasons together x1.1

**Read first**

- `src/app.py`: +2 -1 lines, 9 earlier bug fixes
- `src/other.py`: +1 -0 lines

**Usually changed with these, but not here**

- `tests/test_app.py`: in 7 of the last 9 changes of src/app.py

**May affect**

- `tests`: changed in 8 of the last 9 changes of src/app.py; imports src/app.py (12 modules)
- `docs`: changed in 3 of the last 9 changes of src/app.py

**Unusual here**

- lines added: 3 (typical 1)

<sub>Model risk 1.2.0, trained on 9 repositories.</sub>

> a warning: x
"""


def test_nothing_changed_is_one_line() -> None:
    text = render_markdown(sample(change(), warnings=()))
    assert text.startswith("Nothing is staged: there is nothing to assess. Instead:")
    assert text.count("\n") == 1


def test_the_report_reads_well() -> None:
    assert render_markdown(sample()) == GOLDEN


def test_sections_without_content_are_left_out() -> None:
    text = render_markdown(sample(explanation=(), anomaly=None, files_to_read=(), impact=None, warnings=()))
    assert "**Why" not in text
    assert "\n\n\n" not in text


@pytest.mark.parametrize(
    "more",
    [
        {"files_to_read": (FileToRead(HOSTILE, HOSTILE),), "impact": None},
        {"files_to_read": (), "impact": replace(impact_naming(HOSTILE), affected=())},
        {"files_to_read": (), "impact": replace(impact_naming(HOSTILE), missing_co_changes=())},
    ],
)
def test_what_a_repository_says_is_shown_and_does_not_act(more: dict[str, object]) -> None:
    text = render_markdown(sample(warnings=(HOSTILE,), **more))
    outside_code = re.sub(r"(`+)(?!`).+?(?<!`)\1(?!`)", "", text, count=1)
    for active in ("<img", "@ada", "#12", "http://"):
        assert active not in outside_code.replace("\\", "")
    assert not re.search(r"(?<!\\)[\]\[`|!]", outside_code)


@given(st.text(st.characters(), max_size=60))
def test_no_path_or_warning_adds_a_line(name: str) -> None:
    plain, text = (
        render_markdown(sample(files_to_read=(FileToRead(said, said),), impact=impact_naming(said), warnings=(said,)))
        for said in ("p", name)
    )
    assert text.count("\n") == plain.count("\n")
