"""Whether the versions that manifests ask for can be had together.

A constraint is read as a union of intervals of versions; a package is in conflict when the intervals of all its
constraints have nothing in common. What cannot be decided (branches, URLs, pre-releases, soft versions) is no conflict.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from hyperion_hook.domain.late_patterns import late_pattern

Version = tuple[int, ...]
_SIZE = 5
LOWEST: Version = (0,) * _SIZE
HIGHEST: Version = (10**12,) * _SIZE
_NUMBER = late_pattern(r"[vV=]?(\d{1,9}(?:\.\d{1,9}){0,4})(?:\.[*xX]){0,2}$")
_CLAUSE = late_pattern(r"(===?|~=|!=|<=|>=|~>|<|>|\^|~|=)?\s*([^\s,|]+)$")
_OPERATOR_SPACE = late_pattern(r"(===?|~=|!=|<=|>=|~>|<|>|\^|~|=)\s+")


class Requirement(NamedTuple):
    """A package that a manifest asks for; ``condition`` is set where the request holds in some environments only."""

    ecosystem: str
    name: str
    constraint: str = ""
    condition: str = ""


class Interval(NamedTuple):
    """Versions from ``low`` to ``high``, each end included or not."""

    low: Version
    low_included: bool
    high: Version
    high_included: bool

    @property
    def is_empty(self) -> bool:
        """Whether no version lies between the ends."""
        return self.low > self.high or (self.low == self.high and not (self.low_included and self.high_included))


ANY = Interval(LOWEST, True, HIGHEST, True)


def intersect(one: Interval, other: Interval) -> Interval:
    """Return the intersection of two intervals, possibly empty."""
    low, low_included = max((one.low, not one.low_included), (other.low, not other.low_included))
    high, high_included = min((one.high, one.high_included), (other.high, other.high_included))
    return Interval(low, not low_included, high, high_included)


def count_conflicts(requirements: Iterable[Requirement]) -> int:
    """Return how many packages are asked for in versions that exclude each other.

    Examples
    --------
    >>> count_conflicts([Requirement("pypi", "a", ">=2"), Requirement("pypi", "a", "~=1.4"),
    ...                  Requirement("npm", "a", "^1.2"), Requirement("npm", "a", "1.9.0")])
    1
    """
    constraints: dict[tuple[str, str], list[str]] = {}
    for requirement in requirements:
        if requirement.constraint and not requirement.condition:
            constraints.setdefault((requirement.ecosystem, requirement.name), []).append(requirement.constraint)
    return sum(
        1 for (ecosystem, _), asked in constraints.items() if len(set(asked)) > 1 and _exclude(ecosystem, set(asked))
    )


def _exclude(ecosystem: str, constraints: Iterable[str]) -> bool:
    common: Sequence[Interval] = (ANY,)
    for constraint in sorted(constraints):
        intervals = parse_constraint(ecosystem, constraint)
        if intervals is None:
            continue
        common = [both for one in common for other in intervals if not (both := intersect(one, other)).is_empty][:64]
        if not common:
            return True
    return False


def parse_constraint(ecosystem: str, constraint: str) -> list[Interval] | None:
    """Return the versions a constraint allows as a union of intervals, ``None`` where that cannot be decided.

    An ecosystem is ``pypi``, ``poetry``, ``npm``, ``cargo``, ``composer``, ``rubygems``, ``maven``, ``nuget`` or
    ``go``; they differ in what a bare version and a tilde mean.

    Examples
    --------
    >>> parse_constraint("npm", "^1.2")[0][:4:2]
    ((1, 2, 0, 0, 0), (2, 0, 0, 0, 0))
    >>> parse_constraint("npm", "github:a/b") is None
    True
    """
    text = constraint.strip()
    if ecosystem in ("maven", "nuget"):
        return _bracketed(text)
    if ecosystem == "go" or len(text) > 300:
        # Go takes the highest of the minimal versions: nothing excludes anything
        return None
    union: list[Interval] = []
    for option in re.split(r"\|\|?", text):
        interval = _all_of(ecosystem, option.strip())
        if interval is None:
            return None
        union.append(interval)
    return union


def _all_of(ecosystem: str, text: str) -> Interval | None:
    hyphen = re.fullmatch(r"(\S+)\s+-\s+(\S+)", text)
    if hyphen:
        low, high = _clause(ecosystem, ">=", hyphen[1]), _clause(ecosystem, "-", hyphen[2])
        return None if low is None or high is None else intersect(low, high)
    result = ANY
    for part in re.split(r"[,\s]+", _OPERATOR_SPACE.sub(r"\1", text)):
        if part in ("", "*", "x", "X", "latest"):
            continue
        match = _CLAUSE.match(part)
        interval = None if match is None else _clause(ecosystem, match[1] or "", match[2])
        if interval is None:
            return None
        result = intersect(result, interval)
    return result


def _clause(ecosystem: str, operator: str, text: str) -> Interval | None:
    if operator == "!=":
        return ANY
    match = _NUMBER.match(text)
    if match is None:
        return None
    parts = tuple(int(part) for part in match[1].split("."))
    is_prefix = text.endswith((".*", ".x", ".X"))
    operator = operator or ("^" if ecosystem == "cargo" and not is_prefix else "=")
    if operator == "~>" and ecosystem == "npm":
        operator = "~"
    # '1.2' stands for all of 1.2: for npm and Cargo everywhere, for Composer at the end of '1.0 - 1.2'
    is_partial = len(parts) < 3 and (ecosystem in ("npm", "cargo") or operator == "-")
    operator = {"==": "=", "===": "=", "-": "<="}.get(operator, operator)
    is_partial |= operator == "=" and is_prefix
    return _ordered(ecosystem, operator, parts, is_partial=is_partial)


def _ordered(ecosystem: str, operator: str, parts: Version, *, is_partial: bool) -> Interval:
    version = _padded(parts)
    # the first version beyond, or the last one itself
    end = _next(parts, len(parts)) if is_partial else version
    ordered = {
        "=": Interval(version, True, end, not is_partial),
        ">=": Interval(version, True, HIGHEST, True),
        ">": Interval(end, is_partial, HIGHEST, True),
        "<=": Interval(LOWEST, True, end, not is_partial),
        "<": Interval(LOWEST, True, version, False),
    }
    if operator in ordered:
        return ordered[operator]
    if operator == "^":
        fixed = next((index for index, part in enumerate(parts) if part), len(parts) - 1) + 1
    elif operator in ("~=", "~>") or ecosystem == "composer":
        # the last number given may grow, the one before it may not
        fixed = max(len(parts) - 1, 1)
    else:
        fixed = min(len(parts), 2)
    return Interval(version, True, _next(parts, fixed), False)


def _padded(parts: Version) -> Version:
    return (*parts, *(0,) * (_SIZE - len(parts)))


def _next(parts: Version, size: int) -> Version:
    """Return the first version whose leading ``size`` numbers are beyond those of ``parts``."""
    return _padded((*parts[: size - 1], parts[size - 1] + 1))


def _bracketed(text: str) -> list[Interval] | None:
    """Read Maven's and NuGet's ``[1.0,2.0)``; a bare version is a wish there, not a condition."""
    union = []
    for low_mark, body, high_mark in re.findall(r"([\[(])([^\[\]()]*)([\])])", text):
        low_text, comma, high_text = (part.strip() for part in body.partition(","))
        ends = []
        for end, open_end in ((low_text, LOWEST), (high_text if comma else low_text, HIGHEST)):
            match = _NUMBER.match(end) if end else None
            if end and match is None:
                return None
            ends.append(_padded(tuple(int(part) for part in match[1].split("."))) if match else open_end)
        union.append(Interval(ends[0], low_mark == "[" or not low_text, ends[1], high_mark == "]" or not high_text))
    return union or None
