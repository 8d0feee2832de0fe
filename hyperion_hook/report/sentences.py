"""A contribution in words: what the value is, and what is typical here. Which way it moves the risk the report says."""

from __future__ import annotations

from collections.abc import Callable
from math import inf, isfinite, isnan

from hyperion_hook.domain.late_patterns import late_pattern
from hyperion_hook.features.catalogue import find_feature
from hyperion_hook.features.feature import Feature

_LIKE = {"typical": ("as is typical", "which is not typical"), "peers": ("like its peers", "unlike its peers")}
_FILES = late_pattern(r"^(?:the files have|one of the files has|the most changed of the files has) had ")
_CHOICE = late_pattern(r"\[([^|\[\]]*)\|([^\[\]]*)\]")


def sentence(
    name: str,
    value: float | None,
    typical: float | None,
    *,
    beside: str = "typical",
    subject: tuple[str, int] | None = None,
) -> str:
    """Return a clause that a person understands, to stand after «raises the risk» or on its own.

    The feature goes by either name; its value and the typical one are ``None`` where missing. ``beside`` says whose the
    typical value is: ``typical`` or ``peers``. For what is counted over the past of files, ``subject`` is the file that
    leads, and its count.

    Examples
    --------
    >>> sentence("code_lines_added", 412.0, 18.0)
    'adds 412 code lines; typical is 18'
    >>> sentence("recent_bug_count", 11.0, 1.0, beside="peers", subject=("Coordinator.java", 11))
    'Coordinator.java had 11 bug fixes in 180 days, peers 1'
    >>> sentence("recent_bug_count", 14.0, 1.0, beside="peers", subject=("Coordinator.java", 11))
    'the files have had 14 bug fixes in 180 days (Coordinator.java 11), peers 1'
    >>> sentence("exp", 3.0, 140.0)
    'the author has made 3 commits here; typical is 140'
    >>> sentence("nf", 1.0, 1.0), sentence("fix", 1.0, 0.0), sentence("fix", 1.0, 0.0, beside="peers")
    ('touches 1 file, as is typical', 'fixes a bug, which is not typical', 'fixes a bug, unlike its peers')
    >>> sentence("age", None, 12.0)
    'not known: days since the files last changed; typical is 12 days'
    """
    feature = find_feature(name)
    if value is None or isnan(value):
        return _unknown(feature, typical)
    clause = _about(_clause(feature, value), value, subject)
    if typical is None or isnan(typical):
        return f"{clause}; what is typical is not known"
    alike, unlike = _LIKE[beside]
    if feature.unit == "flag":
        return f"{clause}, {alike if bool(value) == (typical >= 0.5) else unlike}"
    usual = _signed(feature, typical)
    if _signed(feature, value) == usual:
        return f"{clause}, {alike}"
    return f"{clause}, peers {usual}" if beside == "peers" else f"{clause}; typical is {usual}"


def size_sentence(here: float, usual: float, *, known_here: bool, little_code: bool = False) -> str:
    """Return how risky a change of this size is, beside a typical one; it may be large but for its code.

    Examples
    --------
    >>> size_sentence(0.14, 0.03, known_here=True), size_sentence(0.031, 0.029, known_here=False)
    ('a change of this size: 14%, typical here 3%', 'a change of this size: 3%, as is typical elsewhere')
    """
    where, shown = "here" if known_here else "elsewhere", _share(here)
    size = "of this size, little of it code" if little_code else "of this size"
    beside = f"as is typical {where}" if shown == _share(usual) else f"typical {where} {_share(usual)}"
    return f"a change {size}: {shown}, {beside}"


def in_words(feature: Feature, value: float) -> str:
    """Return a value with its unit as a person writes it.

    Examples
    --------
    >>> in_words(find_feature("author_ownership"), 0.354), in_words(find_feature("author_experience"), 30.0)
    ('35%', '2.5 years')
    >>> in_words(find_feature("la"), 12345.0), in_words(find_feature("npath_complexity"), 6.3)
    ('12,345', '10^6.3')
    """
    return _WRITERS.get(feature.show or feature.unit, _plain)(value)


def _clause(feature: Feature, value: float) -> str:
    shown = in_words(feature, abs(value) if feature.negative else value)
    if value == 0 and feature.zero:
        return feature.zero.format(shown)
    text = feature.negative if feature.negative and value < 0 else feature.phrase
    if value == 0 and _CHOICE.search(text):
        shown = "no"
    return _CHOICE.sub(lambda match: match[1] if shown == "1" else match[2], text).format(shown)


def _about(clause: str, value: float, subject: tuple[str, int] | None) -> str:
    """Return a clause that names the file which leads in what is counted."""
    if subject is None:
        return clause
    name, count = subject
    return _FILES.sub(lambda _: f"{name} had ", clause) if count == value else f"{clause} ({name} {_plain(count)})"


def _unknown(feature: Feature, typical: float | None) -> str:
    usual = "" if typical is None or isnan(typical) else f"; typical is {_signed(feature, typical)}"
    return f"not known: {'whether it ' if feature.unit == 'flag' else ''}{feature.title}{usual}"


def _signed(feature: Feature, value: float) -> str:
    shown = in_words(feature, value)
    return f"+{shown}" if feature.negative and value > 0 else shown


def _plain(value: float) -> str:
    """Return a number: whole from 100 on, one decimal below, two digits where it is small.

    Examples
    --------
    >>> _plain(1234.6), _plain(12.34), _plain(2.0), _plain(0.043), _plain(1e20), _plain(-0.5)
    ('1,235', '12.3', '2', '0.043', '1e+20', '-0.5')
    """
    size = abs(value)
    if not isfinite(value) or size >= 1e15:
        return f"{value:.3g}"
    if 0 < size < 0.1:
        return f"{value:.2g}"
    text = f"{value:,.0f}" if size >= 100 else f"{value:.1f}"
    return text.removesuffix(".0")


def _share(value: float) -> str:
    percent = 100 * value
    if 99 < percent < 100:
        return "over 99%"
    return f"{percent:.0f}%" if abs(percent) >= 1 or value == 0 else f"{_plain(percent)}%"


def _paths(value: float) -> str:
    """Return how many paths a logarithm stands for, as a power where nobody would count them."""
    return _plain(round(10.0**value)) if value < 6 else f"10^{_plain(value)}"


def _days(value: float) -> str:
    """Return days as a duration in the unit that fits.

    Examples
    --------
    >>> _days(0.0), _days(0.25), _days(1.0), _days(45.0), _days(90.0), _days(800.0)
    ('less than a minute', '6 hours', '24 hours', '45 days', '3 months', '2.2 years')
    """
    minutes = abs(value) * 1440
    if minutes < 1:
        return "less than a minute"
    size, unit = next((size, unit) for limit, size, unit in _SPANS if minutes < limit or limit == inf)
    number = minutes / size
    # a tenth of a year or month says something, a tenth of a minute does not
    shown = _plain(number if unit in ("month", "year") else float(round(number)))
    return f"{shown} {unit}{'' if shown == '1' else 's'}"


_SPANS = (
    (90.0, 1.0, "minute"),
    (48 * 60.0, 60.0, "hour"),
    (60 * 1440.0, 1440.0, "day"),
    (2 * 365.25 * 1440, 365.25 * 120, "month"),
    (inf, 365.25 * 1440, "year"),
)
_WEEK = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_WRITERS: dict[str, Callable[[float], str]] = {
    "flag": lambda value: "yes" if value >= 0.5 else "no",
    "share": _share,
    "days": _days,
    "months": lambda value: _days(value * 365.25 / 12),
    "hours": lambda value: _days(value / 24),
    "log10 paths": _paths,
    "day": lambda value: _WEEK[int(value) % 7],
    "hour": lambda value: f"{int(value):02d}:00",
}
