"""Geometry of the page's pictures, by hand: a chart is 720 wide with 52..704 to draw in, and 300 high with 14..260."""

from __future__ import annotations

import pytest

from hyperion_hook.domain.assessment import RiskLevel
from hyperion_hook.domain.overview import HotSpot
from hyperion_hook.domain.phrases import day
from hyperion_hook.report.page import charts
from tests.support.overviews import DAY, NOW, change


def spot(path: str, changes: int, complexity: int | None, *, fixes: int = 0, lines: int | None = 100) -> HotSpot:
    return HotSpot(path, changes, fixes, 1, complexity, lines)


def test_a_scale_spreads_small_values_and_keeps_to_its_bounds() -> None:
    even, root = charts.Scale(0, 100, 0, 200), charts.Scale(0, 100, 0, 200, root=True)
    assert [even(value) for value in (0, 25, 100, 300, -1)] == [0, 50, 200, 200, 0]
    assert [root(value) for value in (0, 25, 100)] == [0, 100, 200]
    assert charts.Scale(5, 5, 10, 20)(5) == 10, "no span: all lie at the start"


def test_risk_over_time_runs_from_the_oldest_to_the_newest_and_from_nought_to_the_highest() -> None:
    chart = charts.risk_over_time([change(20, 0.0), change(10, 0.16), change(0, 0.64, RiskLevel.HIGH)])
    assert [(dot.x, dot.y, dot.kind) for dot in chart.dots] == [
        (52, 260, "low"),
        (378, 137, "low"),
        (704, 14, "high"),
    ], "halfway in time; the root of a quarter is halfway up"
    assert chart.dots[2].title == "2023-11-14 Change it: 64%"
    assert [tick.label for tick in chart.y_ticks] == ["1%", "5%", "10%", "20%", "30%", "50%"]
    assert [tick.label for tick in chart.x_ticks] == [
        "2023-10-25",
        "2023-10-29",
        "2023-11-02",
        "2023-11-06",
        "2023-11-10",
        "2023-11-14",
    ]


def test_the_line_is_the_median_of_each_thirty_days() -> None:
    month = NOW // (30 * DAY) * 30 * DAY
    days = (NOW - month) // DAY
    chart = charts.risk_over_time(
        [
            change(days + 301, 0.0),
            change(days, 0.04),
            change(days - 1, 0.16),
            change(days - 2, 0.64),
        ]
    )
    points = chart.line.split()
    assert len(points) == 2
    assert points[0].endswith(",260.0")
    assert points[1] == "704.0,137.0", "the median of the second is .16, a quarter of the highest"


def test_a_short_history_has_its_median_by_the_week() -> None:
    short, long = [change(20, 0.1), change(0, 0.1)], [change(301, 0.1), change(0, 0.1)]
    assert (charts.median_days(short), charts.median_days(long), charts.median_days([])) == (7, 30, 7)
    assert len(charts.risk_over_time([change(number, 0.1) for number in range(20, -1, -1)]).line.split()) in {3, 4}


@pytest.mark.parametrize("probability", [0.0, 0.004, 1.0])
def test_a_single_change_is_a_picture_too(probability: float) -> None:
    chart = charts.risk_over_time([change(0, probability)])
    assert len(chart.dots) == len(chart.x_ticks) == 1
    assert all(52 <= dot.x <= 704 and 14 <= dot.y <= 260 for dot in chart.dots)
    assert chart.y_ticks


def test_hot_spots_lie_by_changes_and_complexity_with_the_largest_below() -> None:
    chart = charts.hot_spots(
        [
            spot("small.py", 25, 100, fixes=10, lines=25),
            spot("large.py", 100, 25, fixes=15),
            spot("no.xyz", 9, None),
        ]
    )
    large, small = chart.dots
    assert (large.x, large.y, large.r, large.kind, large.key) == (694, 142, 18, "warm", 1)
    assert (small.x, small.y, small.r, small.kind, small.key) == (373, 24, 11, "hot", 0)
    assert small.title == "small.py: 25 changes, 10 of them fixes, complexity 100"
    assert [tick.label for tick in chart.x_ticks] == ["0", "25", "100"]
    assert charts.hot_spots([spot("no.xyz", 9, None)]).dots == ()
    assert len(charts.hot_spots([spot("a.py", 1, 0, lines=0)]).dots) == 1


@pytest.mark.parametrize(
    ("changes", "fixes", "expected"), [(0, 0, "cool"), (100, 14, "cool"), (100, 15, "warm"), (5, 2, "hot")]
)
def test_heat_is_the_share_of_fixes(changes: int, fixes: int, expected: str) -> None:
    assert charts.heat(spot("a.py", changes, 1, fixes=fixes)) == expected


def test_calibration_has_the_same_scale_both_ways() -> None:
    chart = charts.calibration([(0.0, 0.1, 10), (0.1, 0.4, 1000)])
    assert [(dot.x, dot.y) for dot in chart.dots] == [(52, 137), (378, 14)]
    assert chart.line == "52.0,260.0 704.0,14.0"
    assert chart.dots[1].title == "of 1,000 changes 10.0% were expected to introduce a bug, 40.0% did"
    assert charts.calibration([(0.0, 0.0, 1)]).y_ticks


def test_dates_before_the_epoch_and_long_spans_are_named() -> None:
    assert day(-DAY) == "1969-12-31"
    ticks = charts.time_ticks(0, 3650 * DAY, charts.Scale(0, 3650 * DAY, 0, 100))
    assert [tick.label for tick in ticks] == ["Jan 1970", "Jan 1972", "Dec 1973", "Dec 1975", "Dec 1977", "Dec 1979"]
