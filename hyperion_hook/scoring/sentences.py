"""A contribution in words: what the value is, what is typical, which way it moves the risk."""

from __future__ import annotations

from collections.abc import Callable

from hyperion_hook.features.catalogue import Feature, find_feature

NOTHING = 0.005
"""Log-odds below which a contribution is not worth the word «raises» or «lowers»."""


def sentence(name: str, value: float | None, typical: float | None, contribution: float) -> str:
    """Return one line that a person understands.

    Parameters
    ----------
    name
        The feature, by either name.
    value, typical
        The change's value and the typical one; ``None`` where missing.
    contribution
        What the feature adds to the log-odds.

    Examples
    --------
    >>> sentence("code_lines_added", 412.0, 18.0, 0.9)
    'Code lines added: 412, typically 18: raises the risk'
    >>> sentence("fix", 1.0, 0.0, 0.2)
    'Fixes a bug, typically not: raises the risk'
    >>> sentence("age", None, 12.0, -0.1)
    'Days since the files last changed: not known, typically 12 days: lowers the risk'
    """
    feature = find_feature(name)
    title = feature.title[0].upper() + feature.title[1:]
    if feature.unit == "flag" and value is not None:
        said = _flag(title, bool(value), typical)
    else:
        shown = "not known" if value is None else in_words(feature, value)
        usual = "" if typical is None else f", typically {in_words(feature, typical)}"
        said = f"{title}: {shown}{usual}"
    return f"{said}: {_effect(contribution)}"


def in_words(feature: Feature, value: float) -> str:
    """Return a value with its unit as a person writes it.

    Examples
    --------
    >>> in_words(find_feature("author_ownership"), 0.354), in_words(find_feature("author_experience"), 30.0)
    ('35 %', '2.5 years')
    >>> in_words(find_feature("la"), 12345.0), in_words(find_feature("npath_complexity"), 6.3)
    ('12,345', '10^6.3')
    """
    writer = _WRITERS.get(feature.unit)
    return _plain(value) if writer is None else writer(value)


def _flag(title: str, value: bool, typical: float | None) -> str:
    if value:
        return title if typical is None or typical >= 0.5 else f"{title}, typically not"
    return f"{title}: no" if typical is None or typical < 0.5 else f"{title}: no, typically yes"


def _span(value: float, small: str, many: float, large: str) -> str:
    number, unit = (value, small) if abs(value) < 2 * many else (value / many, large)
    shown = _plain(number)
    return f"{shown} {unit}{'' if shown == '1' else 's'}"


def _plain(value: float) -> str:
    if value == int(value):
        return f"{int(value):,}"
    return f"{value:,.1f}" if abs(value) >= 0.1 else f"{value:.2f}"


def _share(value: float) -> str:
    return f"{100 * value:.0f} %" if abs(value) >= 0.01 or value == 0 else f"{100 * value:.1f} %"


_WEEK = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_WRITERS: dict[str, Callable[[float], str]] = {
    "flag": lambda value: "yes" if value else "no",
    "share": _share,
    "days": lambda value: _span(value, "day", 365.25, "year"),
    "months": lambda value: _span(value, "month", 12.0, "year"),
    "hours": lambda value: _span(value, "hour", 24.0, "day"),
    "log10 paths": lambda value: f"10^{value:.1f}",
    "day": lambda value: _WEEK[int(value) % 7],
    "hour": lambda value: f"{int(value):02d}:00",
    "commits/week": lambda value: f"{_plain(value)} a week",
    "lines/commit": lambda value: f"{_plain(value)} lines a commit",
}


def _effect(contribution: float) -> str:
    if abs(contribution) < NOTHING:
        return "hardly matters"
    return "raises the risk" if contribution > 0 else "lowers the risk"
