"""The page in a real browser: nothing goes wrong, nothing is asked for, a keyboard suffices, axe finds no fault."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from hyperion_hook.report.page.render import render_page
from tests.report.test_page import HOSTILE
from tests.support.browser import CHROMIUM, NoBrowserError, Page, axe_source, chromium
from tests.support.overviews import HERE, model, overview

pytestmark = [
    pytest.mark.train,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium: the page is not tried in a browser; install chromium"),
]
SHOWN = "[...document.querySelectorAll('#spots-table tbody tr')].filter((row) => !row.hidden)"
FOCUSED = "document.activeElement"
AXE = """axe.run(document, { resultTypes: ["violations"] }).then((found) => JSON.stringify(
    found.violations.map((one) => [one.id, ...one.nodes.map((node) => node.html.slice(0, 200))])))"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    try:
        with chromium(tmp_path_factory.mktemp("browser")) as page:
            yield page
    except NoBrowserError as error:
        pytest.skip(f"{CHROMIUM} does not start: the page is not tried in a browser ({error})")


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("page") / "report.html"
    made.write_text(render_page(overview(), model(), HERE, version="1"), encoding="utf-8")
    return made


@pytest.fixture
def page(browser: Page, file: Path) -> Iterator[Page]:
    browser.look()
    browser.open(file)
    yield browser
    assert browser.messages == []
    assert browser.requests == [file.as_uri()], "nothing but the page itself"


def paths(page: Page) -> list[str]:
    return page.run(f"{SHOWN}.map((row) => row.cells[0].textContent)")


def visible_dots(page: Page) -> list[str]:
    return page.run(
        "[...document.querySelectorAll('circle.spot')].filter((one) =>"
        " one.getAttribute('visibility') !== 'hidden').map((one) => one.dataset.row)"
    )


@pytest.mark.parametrize(("width", "dark"), [(1100, False), (1100, True), (390, False), (390, True)])
def test_axe_finds_no_fault(page: Page, width: int, dark: bool) -> None:
    source = axe_source()
    if source is None:
        pytest.skip("no axe-core: the page is not checked for accessibility; install the group 'test'")
    page.look(width=width, dark=dark)
    page.run(f"{source}; 0")
    assert json.loads(page.run(AXE)) == []


@pytest.mark.parametrize("width", [320, 390, 1100])
@pytest.mark.parametrize("depth", [0, 20], ids=["short", "deep"])
def test_the_page_itself_never_scrolls_sideways(browser: Page, tmp_path: Path, width: int, depth: int) -> None:
    page, made = browser, tmp_path / "report.html"
    shown = overview("/very/long/folder" * depth)
    made.write_text(render_page(shown, model(), HERE, version="1"), encoding="utf-8")
    page.look(width=width)
    page.open(made)
    assert page.run("document.documentElement.scrollWidth") <= width
    for picture in ("#spots-picture", "svg.arcs"):
        assert page.run(f"document.querySelector('{picture}').getBoundingClientRect().width") <= width


def test_both_themes_are_there_and_differ(page: Page) -> None:
    colours = []
    for dark in (False, True):
        page.look(dark=dark)
        colours.append(page.run("getComputedStyle(document.body).backgroundColor"))
    assert colours == ["rgb(255, 255, 255)", "rgb(13, 17, 23)"]


def test_paper_shows_no_controls(page: Page) -> None:
    page.look(printed=True)
    for control in ("nav", ".choice"):
        assert page.run(f"getComputedStyle(document.querySelector('{control}')).display") == "none"


def test_the_first_stop_of_the_keyboard_skips_to_the_report(page: Page) -> None:
    page.press("Tab")
    assert page.run(f"{FOCUSED}.textContent") == "Skip to the report"
    assert page.run(f"{FOCUSED}.getBoundingClientRect().left") >= 0, "it is seen once it has the focus"
    page.press("Enter")
    assert page.run("location.hash") == "#main"


def test_arrow_keys_walk_the_rows_and_show_each_in_the_picture(page: Page) -> None:
    page.run(f"{SHOWN}[0].focus()")
    page.press("ArrowDown", times=2)
    assert page.run(f"{FOCUSED}.rowIndex") == 3
    assert page.run("document.querySelector('circle.chosen').dataset.row") == page.run(f"{FOCUSED}.dataset.row")
    page.press("ArrowUp", times=5)
    assert page.run(f"{FOCUSED}.rowIndex") == 1, "the first row is the end"
    page.press("End")
    assert page.run(f"{FOCUSED}.cells[0].textContent") == "src/a/notes.xyz"
    assert page.run("document.querySelectorAll('circle.chosen').length") == 0, "what is not measured is in no picture"
    page.press("Home")
    assert page.run(f"{FOCUSED}.rowIndex") == 1
    assert page.run(f"{SHOWN}.filter((row) => row.tabIndex === 0).length") == 1, "one stop for Tab"


def test_a_column_sorts_by_keyboard_and_says_so(page: Page) -> None:
    head = "document.querySelectorAll('#spots-table thead th')"
    page.run(f"{head}[2].firstElementChild.focus()")
    page.press("Enter")
    assert page.run(f"{SHOWN}.map((row) => row.cells[2].textContent)") == ["7", "6", "5", "4", "3", "2", "1", "0", "0"]
    assert page.run(f"[...{head}].map((one) => one.ariaSort)") == ["none", "none", "descending", *4 * ["none"]]
    page.press(" ")
    assert page.run(f"{head}[2].ariaSort") == "ascending"
    page.run(f"{head}[5].firstElementChild.click()")
    assert page.run(f"{SHOWN}.at(-1).cells[5].textContent") == "\N{EN DASH}", "what is not known is last"
    page.run(f"{head}[6].firstElementChild.click()")
    assert paths(page)[0] == "src/a/file0.py", "what rose most"
    page.run(f"{head}[0].firstElementChild.click()")
    assert paths(page) == sorted(paths(page)), "names begin with the first"


def test_a_filter_narrows_table_and_picture_and_says_how_many_are_left(page: Page) -> None:
    page.run("document.getElementById('filter').focus()")
    page.type("FILE3")
    assert paths(page) == ["src/b/file3.py"]
    assert visible_dots(page) == ["3"]
    assert page.run("document.getElementById('count').textContent") == "1 of 9 files"
    assert page.run("document.getElementById('count').role || 'output'") == "output", "readers say it by themselves"
    page.press("Enter")
    assert page.run("location.search") == "", "there is nothing to send"
    page.type("no such path")
    assert (paths(page), visible_dots(page)) == ([], [])
    page.run("const f = document.getElementById('filter'); f.value = ''; f.dispatchEvent(new Event('input'))")
    assert len(paths(page)) == 9
    assert page.run("document.getElementById('count').textContent") == ""


def test_a_folder_fills_the_picture(page: Page) -> None:
    places = "[...document.querySelectorAll('circle.spot')].map((one) => [one.dataset.row, +one.getAttribute('cx')])"
    before = dict(page.run(places))
    page.run("document.getElementById('folder').focus()")
    page.press("ArrowDown", times=2)
    assert page.run("document.getElementById('folder').selectedOptions[0].textContent") == "src/b (4)"
    assert paths(page) == [f"src/b/file{number}.py" for number in (1, 3, 5, 7)]
    after = dict(page.run(places))
    assert before["0"] == after["0"] == 694, "the most changed file of all is hidden where it was"
    assert before["1"] < after["1"] == 694, "the most changed one of the folder is now at the end"
    assert page.run("[...document.querySelectorAll('#spots-picture g.x text')].map((one) => one.textContent)") == [
        "0",
        "2",
        "10",
        "20",
    ]
    page.press("ArrowUp", times=2)
    assert dict(page.run(places)) == before, "drawn as it came"


def test_a_dot_leads_to_its_row(page: Page) -> None:
    page.run("document.querySelector('circle.spot[data-row=\"4\"]').dispatchEvent(new MouseEvent('click'))")
    assert page.run(f"{FOCUSED}.cells[0].textContent") == "src/a/file4.py"


@pytest.mark.parametrize("empty", [True, False])
def test_hostile_and_empty_repositories_do_no_harm(browser: Page, tmp_path: Path, empty: bool) -> None:
    name = "" if empty else "".join(HOSTILE[:-2])
    shown = overview(name, changes=0 if empty else 60, spots=0 if empty else 8)
    made = tmp_path / "report.html"
    made.write_text(render_page(shown, model({} if empty else None, name), HERE, version="1"), encoding="utf-8")
    browser.look()
    browser.open(made)
    browser.run("document.querySelectorAll('button, circle').forEach((one) => one.dispatchEvent(new Event('click')))")
    assert browser.messages == []
    assert browser.requests == [made.as_uri()]
