"""The page as text: whole, the same each time, and nothing from a repository or a card acts in it."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from hyperion_hook.domain.assessment import RiskLevel
from hyperion_hook.domain.overview import Coupling
from hyperion_hook.report.links import links_of
from hyperion_hook.report.page.render import TEMPLATES, Here, folders, glance, render_page
from tests.support.overviews import HERE, change, model, overview

pytestmark = pytest.mark.train

VOID = {"meta", "input", "link", "br", "wbr"}
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</style></title></svg></textarea>",
    "' onmouseover='alert(1)",
    "{{ 7 * 7 }}{% raw %}",
    "javascript:alert(1)",
    "https://evil.example/x.png",
    "&lt;b&gt;",
    "\x1b[31m\x07",
    "\u202egnp.exe",
    "a\nb\r\nc\0",
    "\udcff\udc80",
    "\u2028\u2029",
    "]]>--><!--",
    "x" * 100_000,
    "\U0001f600",
)


class Reader(HTMLParser):
    """Reads a page strictly: every element closed where it was opened."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def outline(page: str) -> list[tuple[str, tuple[str, ...]]]:
    # a long path may be broken at its folders
    return [(tag, tuple(attributes)) for tag, attributes in Reader(page).elements if tag != "wbr"]


def test_an_empty_repository_has_a_page_too() -> None:
    bare = replace(
        overview(),
        changes=(),
        riskiest=(),
        hot_spots=(),
        whole=None,
        areas=(),
        people=(),
        warnings=(),
        commits=1,
        outcomes=(),
        functions=(),
        coupling=Coupling(),
    )
    page = render_page(bare, model({}), version="1")
    assert glance(bare, Here()) == []
    for said in (
        "There are too few changes to score yet.",
        "Not measured.",
        "The model says nothing of how it was measured.",
        "after 1 commit that",
    ):
        assert said in page, said
    chapters = re.findall(r'<section id="(\w+)"', page)
    assert chapters == re.findall(r'<li><a href="#(\w+)">', page) == ["risk", "quality", "card"], "no empty chapter"
    tags = {tag for tag, _ in Reader(page).elements}
    assert not tags & {"svg", "table", "form"}


def test_everything_that_is_known_is_shown() -> None:
    page = render_page(overview(), model(), HERE, version="1.2.3")
    text = " ".join(" ".join(Reader(page).text).split())
    for said in (
        "At commit ffffffffff of 2023-11-14, after 1,234 commits",
        "2 HIGH, 1 MEDIUM",
        "60% Change 0",
        "adds 400 lines; typical is 10 (x3.5)",
        "src/a/file0.py",
        "the whole repository",
        "Ada 80%",
        "2 years ago",
        "Drift in 1 of 46 features.",
        "magnitude 0.23 of 1; 500 changes compared with 1,000",
        "lines added: typically 12 before, 40 now",
        "changes that introduced a bug: 60 of 1,200 changes",
        "0.840 0.800 to 0.880",
        "the future of the same repositories",
        "It knows no tests.",
        "hyperion-hook 1.2.3",
        "1 of the last 2 HIGH changes here was later fixed (50%, against 4% of all).",
        # 7 days from the ninth day before the end to the second, 32 from the fortieth to the eighth: the median is 19.5
        "Half of the fixes came within 20 days; 1 HIGH change without a fix is younger.",
        "LOW 47 1 2%",
        "all 50 2 4%",
        "Change 9 2023-11-05, 0000000000 fixed after 7 days by 0000000000 , 0000000000",
        "Change 0 2023-11-14, 0000000000 too new to tell (0 days old)",
        "rising : 40 changes in the last year, 4 in the year before",
        "Parser.read line 12 17 88 9 of 31 commits 4",
        "write line 3 8 20 \N{EN DASH} \N{EN DASH}",
        "file0.py and src/ b/ file1.py 12 of 16 commits 75% apart",
        "6 of 24 commits 25% near",
    ):
        assert said in text, said
    assert page.count("Observed against expected") == 2, "here, and as of the card"
    for tile in (
        "Recently HIGH",
        "Fixed later",
        "Hottest file",
        "Bus factor",
        "Knowledge lost",
        "Ranking here",
        "Drift",
    ):
        assert any(one.what == tile for one in glance(overview(), HERE)), tile


def test_recent_is_a_month_where_that_holds_enough_changes() -> None:
    daily = replace(overview(), changes=tuple(change(number, 0.1) for number in range(60, -1, -1)))
    (tile,) = (one for one in glance(daily, Here()) if one.section == "risk")
    assert (tile.value, tile.note) == ("0 of 30", "in 30 days; of the last 61 changes 0%")


def test_the_recent_share_of_high_is_told_beside_the_usual_one() -> None:
    some = replace(
        overview(),
        changes=(change(200, 0.1, RiskLevel.HIGH), change(150, 0.1), change(89, 0.1, RiskLevel.HIGH), change(0, 0.1)),
    )
    (tile,) = (one for one in glance(some, Here()) if one.section == "risk")
    assert (tile.value, tile.note) == ("1 of 2", "in 90 days; of the last 4 changes 50%")


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_names_are_text(name: str) -> None:
    here = replace(
        HERE,
        drift=replace(HERE.drift, verdict=name, compared=name, features=((name, name),)),
        why_not=name,
        why_no_drift=name,
    )
    card = {
        "trained_on": name,
        "training": {name: name},
        "limits": [name],
        "calibration": [],
        "evaluations": [{"on": name, "models": [{"model": name, "roc_auc": [0.5, 0.5, 0.5]}]}],
        "importance": [{"feature": name, "roc_auc_lost": 0.1}],
    }
    page = render_page(overview(name), model(card, name), here, version="1")
    plain = render_page(overview("x"), model({**card, "training": {"a": "b"}, "limits": ["x"]}), here, version="1")
    assert outline(page) == outline(plain), "the same elements with the same attributes"
    assert len(page) < 400_000
    assert not re.search(r"[\0\x07\x1b\u202e\u2028\udc80-\udcff]", page)
    page.encode("utf-8")


def test_a_page_asks_for_nothing_and_runs_only_its_own_script() -> None:
    page = render_page(overview("https://evil.example"), model(), HERE, version="1")
    for tag, attributes in Reader(page).elements:
        assert not set(attributes) & {"src", "srcset", "style", "action", "data", "poster", "xlink:href"}, tag
        assert not any(name.startswith("on") for name in attributes), tag
        assert (attributes.get("href") or "#").startswith("#")
    policy = next(a["content"] or "" for _, a in Reader(page).elements if "http-equiv" in a)
    assert policy.startswith("default-src 'none'; ")
    for tag, name in (("script", "page.js"), ("style", "page.css")):
        inside = page.partition(f"<{tag}>")[2].partition(f"</{tag}>")[0]
        assert inside == (TEMPLATES / name).read_text(encoding="utf-8")
        digest = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    kinds = [a.get("type") for tag, a in Reader(page).elements if tag == "script"]
    assert kinds == ["application/json", None], "data, which is not run, and the script"
    assert "url(" not in page
    assert "@import" not in page


def test_commits_and_functions_lead_to_a_known_host_and_only_there() -> None:
    def pages(address: str) -> list[str]:
        page = render_page(overview("#x y"), model(), HERE, version="1", links=links_of(address, "f" * 40))
        hrefs = [attributes["href"] or "" for tag, attributes in Reader(page).elements if tag == "a"]
        return [href for href in hrefs if not href.startswith("#")]

    found = pages("git@github.com:o/r.git")
    assert f"https://github.com/o/r/commit/{'f' * 12}" in found, "the head"
    assert found.count(f"https://github.com/o/r/commit/{'0' * 12}") == 6, "two riskiest, two HIGH ones, two fixes"
    assert f"https://github.com/o/r/blob/{'f' * 40}/src/a/file0.py%23x%20y#L12" in found
    assert all(href.startswith("https://github.com/o/r/") for href in found)
    assert pages("https://git.example.org/o/r") == pages("https://github.com.evil.example/o/r") == pages("") == []


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://github.com/o/r", "https://github.com/o/r/commit/"),
        ("https://ada:secret@github.com:443/o/r.git/", "https://github.com/o/r/commit/"),
        ("ssh://git@GitHub.com:22/o/r.js.git", "https://github.com/o/r.js/commit/"),
        ("git@gitlab.com:group/part/r.git", "https://gitlab.com/group/part/r/-/commit/"),
        ("github.com:o/r", "https://github.com/o/r/commit/"),
        ("https://github.com/o", None),
        ("https://github.com/o/r/x", None),
        ("https://github.com/o/..", None),
        ("https://github.com//o/r", None),
        ('https://github.com/o/r"onclick="x', None),
        ("https://github.com/o/r?x", None),
        ("https://github.com/o/r\n", None),
        ("https://github.com@evil.example/o/r", None),
        ("https://github.com\\@evil.example/o/r", None),
        ("git@evil.example:github.com/o/r", None),
        ("javascript:github.com/o/r", None),
        ("/srv/github.com/o/r", None),
        ("file:///github.com/o/r", None),
        (f"https://github.com/{'a' * 600}/r", None),
    ],
)
def test_only_a_repository_of_a_known_host_has_pages(address: str, expected: str | None) -> None:
    commit = links_of(address, "f" * 40).commit("b" * 40)
    assert commit == (None if expected is None else f"{expected}{'b' * 12}")


def test_the_same_overview_gives_the_same_bytes() -> None:
    assert render_page(overview(), model(), HERE, version="1") == render_page(overview(), model(), HERE, version="1")


def test_links_lead_to_what_is_there_and_names_are_used_once() -> None:
    elements = Reader(render_page(overview(), model(), HERE, version="1")).elements
    ids = [attributes["id"] for _, attributes in elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    for _, attributes in elements:
        named = [attributes.get(name) or "" for name in ("aria-labelledby", "href", "for")]
        for wanted in " ".join(named).replace("#", "").split():
            assert wanted in ids


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        ([], []),
        (["a.py"], []),
        (["a.py", "b.py"], []),
        (["src/a.py", "src/b.py"], []),
        (["src/a.py", "src/b.py", "c.py"], [("src", 2)]),
        (["x/y/a", "x/y/b", "x/c", "d"], [("x", 3), ("x/y", 2)]),
    ],
)
def test_folders_that_one_can_look_into(paths: list[str], expected: list[tuple[str, int]]) -> None:
    assert folders(paths) == expected


def test_many_folders_are_cut_to_the_largest() -> None:
    found = folders(f"f{number:03}/{file}" for number in range(200) for file in range(2 + (number == 150)))
    assert len(found) == 60
    assert ("f150", 3) in found


THEMES = re.findall(r":root \{(.*?)\}", (TEMPLATES / "page.css").read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.parametrize("theme", THEMES, ids=["light", "dark"])
def test_every_colour_of_text_stands_out_from_what_is_behind_it(theme: str) -> None:
    colours = dict(re.findall(r"--(\w+): (#[0-9a-f]+)", theme))
    assert len(THEMES) == 2
    for text in ("text", "soft", "link", "high", "medium", "low", "accent"):
        for back in ("back", "panel"):
            assert contrast(colours[text], colours[back]) >= 4.5, (text, back)


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours (WCAG 2.2, 1..21)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_the_contrast_of_black_and_white_is_21() -> None:
    assert contrast("#000", "#ffffff") == pytest.approx(21)
