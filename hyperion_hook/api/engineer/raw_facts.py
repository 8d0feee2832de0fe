"""THE table of raw facts, and a raw mapping read by it: what features are derived from where they are not given.

A mapping may hold features under either of their names, facts under any of the keys below, and both of them in the
sections that git profiles have. A feature that is given is never derived.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from hyperion_hook.api.engineer.feature_names import ALIASES, Language, language_of
from hyperion_hook.api.engineer.raw_values import (
    RawFaultError,
    count,
    given,
    is_missing,
    moment,
    number,
    person,
    shown,
)
from hyperion_hook.domain.vector import Missing, Value
from hyperion_hook.features.catalogue import feature_named, find_feature

SECTIONS = tuple(
    "features git_summary code_analysis code_metrics team_data history dependencies business_context".split()
)
"""Mappings within a mapping whose keys are read like its own; others speak of something else and are left alone."""

_LISTED = (list, tuple)


class Fact(NamedTuple):
    """What may be known: the keys it has in raw data, the first that is there wins, and how a value is read."""

    meaning: str
    keys: tuple[str, ...]
    read: Callable[[Any], object]
    kinds: tuple[type, ...] = ()
    """The types of its values; a value of another type under the key is something else. Empty for any."""


def _moments(value: object) -> list[Any]:
    return [moment(item) for item in (value if isinstance(value, _LISTED) else [value])]


def _distinct(value: object) -> float:
    return float(len(set(map(str, value)))) if isinstance(value, _LISTED) else count(value)


def _as_is(value: object) -> object:
    return value


_COUNTS = (int, float)
_START = ("first_commit", "first_commit_date")
FACTS: dict[str, Fact] = {
    "moment": Fact("the moment the features are wanted for", ("reference_date", "as_of", "date"), moment),
    "created": Fact("when the file was created", ("creation_date", "created_at", *_START), moment),
    "changed": Fact("when it was last changed", ("last_modified", "last_commit", "last_commit_date"), moment),
    "start": Fact("the first of the commits", (*_START, "creation_date", "created_at"), moment),
    "end": Fact("the last of the commits", ("last_commit", "last_commit_date", "last_modified"), moment),
    "commits": Fact("how many commits", ("commit_count", "commits", "nb_commits", "total_commits"), count, _COUNTS),
    "period_days": Fact("the days in which they were made", ("period_days", "periode_jours"), number, _COUNTS),
    "reverts": Fact("how many of them are reverts", ("reverts", "revert_count", "nb_reverts"), count),
    "history": Fact(
        "all commits, each with date, author, message, lines_added, lines_deleted",
        ("commit_history", "commits"),
        _as_is,
        _LISTED,
    ),
    "recent": Fact("the newest commits, as above", ("recent_commits",), _as_is, _LISTED),
    "contributors": Fact("who committed, or how many", ("contributors", "contributeurs"), _as_is, (*_COUNTS, *_LISTED)),
    "by_author": Fact("commits by author", ("commits_by_author", "contributors_top10"), _as_is, (Mapping, *_LISTED)),
    "author": Fact("who makes the change", ("author",), person),
    "author_since": Fact("the author's first commit", ("author_first_commit",), moment),
    "reviewers_since": Fact("the first commit of each reviewer", ("reviewers_first_commits",), _moments),
    "authored": Fact("when the change was written", ("authored_at",), moment),
    "approved": Fact("when it was approved or merged", ("approved_at", "merged_at", "committed_at"), moment),
    "message": Fact("the message of the change", ("message", "commit_message"), _as_is, (str,)),
    "files": Fact(
        "the files of the change, each with path, status, lines_added, lines_deleted, lines_before",
        ("files", "changed_files"),
        _as_is,
        _LISTED,
    ),
    "path": Fact("the path of the file", ("path", "file_path", "source_file"), _as_is, (str,)),
    "source": Fact("the text of the file after the change", ("source_code",), _as_is, (str,)),
    "source_before": Fact("the text of the file before the change", ("source_code_before",), _as_is, (str,)),
    "comment_lines": Fact("lines with comments", ("comment_lines",), count, _COUNTS),
    "complexity": Fact("cyclomatic complexity of the whole file", ("total_complexity",), count, _COUNTS),
    "lcom4": Fact("LCOM4, of one or of several classes", ("lcom4",), _as_is, (*_COUNTS, *_LISTED)),
    "npath": Fact("acyclic paths as a count", ("npath_count",), count, _COUNTS),
    "importers": Fact("modules that import this one", ("importers", "fan_in"), _distinct, (*_COUNTS, *_LISTED)),
    "imports": Fact("modules that this one imports", ("imports", "fan_out"), _distinct, (*_COUNTS, *_LISTED)),
    "manifests": Fact("texts of manifests by path", ("manifests",), _as_is, (Mapping,)),
    "packages": Fact("packages from outside", ("external_dependencies", "dependencies.external"), _distinct),
    "coverage_before": Fact("covered share before the change", ("coverage_before",), number, _COUNTS),
    "coverage_after": Fact("covered share after the change", ("coverage_after",), number, _COUNTS),
    "revenue_weight": Fact("revenue weight of the files, 0 to 1", ("revenue_weight",), number, _COUNTS),
}


FACT_KEYS = frozenset((*ALIASES, *(key for fact in FACTS.values() for key in fact.keys)))
"""Keys that something is read from, features by their names not counted."""


@dataclass
class Raw:
    """One raw mapping, read.

    ``values`` are features by canonical name: those ``given``, and in time those derived. ``notes`` is what is to be
    said of them. ``facts`` and ``keys`` are what else is known and under which key it stood, ``language`` is that of
    the names, ``unused`` are keys nobody reads, ``faults`` what is wrong, one line each.
    """

    values: dict[str, Value] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    given: frozenset[str] = frozenset()
    facts: dict[str, Any] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    language: Language = Language.CANONICAL
    unused: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def value(self, name: str) -> Value:
        """Return a feature that is known so far, ``Missing`` if it is not."""
        return self.values.get(name, NOT_GIVEN)


NOT_GIVEN = Missing("not given")


def read_raw(data: Mapping[Any, object]) -> Raw:
    """Read a raw mapping; faults are collected, one line each.

    Examples
    --------
    >>> raw = read_raw({"lignes_code": 120, "git_summary": {"commits": 9}, "license": "MIT"})
    >>> raw.values, raw.facts, raw.language.value, raw.unused
    ({'lines_of_code': 120.0}, {'commits': 9.0}, 'french', ['license'])
    """
    flat = dict(_flat(data, ""))
    raw = Raw(language=language_of(path.rpartition(".")[2] for path in flat))
    read = _read_given(flat, raw)
    raw.given = frozenset(raw.values)
    by_key = _by_key(flat)
    for name, fact in FACTS.items():
        path = _first(fact, flat, by_key)
        if path is None:
            continue
        read.add(path)
        try:
            raw.facts[name], raw.keys[name] = fact.read(flat[path]), path
        except RawFaultError as fault:
            raw.faults.append(f"{path}: {fault}")
    raw.unused = [path for path, value in flat.items() if path not in read and not is_missing(value)]
    return raw


def _flat(data: Mapping[Any, object], section: str) -> list[tuple[str, object]]:
    results: list[tuple[str, object]] = []
    for key, value in data.items():
        path = f"{section}{key}"
        if key in SECTIONS and isinstance(value, Mapping) and not section:
            results += _flat(value, f"{key}.")
        else:
            # lists come back as arrays from Parquet
            results.append((path, value.tolist() if getattr(value, "ndim", 0) else value))  # type: ignore[attr-defined]
    return results


def _read_given(flat: Mapping[str, object], raw: Raw) -> set[str]:
    """Read the features that are given and return the keys that were read."""
    read: set[str] = set()
    said_by: dict[str, str] = {}
    for path, value in flat.items():
        leaf = path.rpartition(".")[2]
        feature = feature_named(leaf)
        alias = ALIASES.get(path, ALIASES.get(leaf))
        name = feature.name if feature is not None else alias
        # 'recent_commits' may also be the commits themselves
        if name is None or (not FACT_KEYS.isdisjoint((path, leaf)) and isinstance(value, (*_LISTED, Mapping))):
            continue
        read.add(path)
        if feature is None and name in raw.values:
            continue
        try:
            read_value = given(value)
        except RawFaultError as fault:
            raw.faults.append(f"{path}: {fault}")
            continue
        if name in said_by and feature is not None and raw.values[name] != read_value:
            raw.faults.append(
                f"{said_by[name]}, {path}: are the same feature with different values, "
                f"{shown(flat[said_by[name]])} and {shown(value)}; give one of them"
            )
            continue
        raw.values[name] = read_value
        if feature is None:
            raw.notes[name] = f"given as {path}"
        else:
            said_by[name] = path
            raw.notes.pop(name, None)
        _note_range(name, read_value, raw)
    return read


def _note_range(name: str, value: Value, raw: Raw) -> None:
    feature = find_feature(name)
    if not isinstance(value, Missing) and not feature.low <= value <= feature.high:
        raw.notes[name] = (
            f"{value:g} lies outside {feature.low:g} to {feature.high:g}, the range of {name} in {feature.unit}; "
            "taken as it stands"
        )


def _by_key(flat: Mapping[str, object]) -> dict[str, list[str]]:
    """Return the paths by key: their own, and without their section."""
    results: dict[str, list[str]] = {}
    for path in flat:
        for key in dict.fromkeys((path, path.rpartition(".")[2])):
            results.setdefault(key, []).append(path)
    return results


def _first(fact: Fact, flat: Mapping[str, object], by_key: Mapping[str, list[str]]) -> str | None:
    """Return the path at which a fact stands, the first of its keys that has a value of its type."""
    for key in fact.keys:
        for path in by_key.get(key, ()):
            if not is_missing(flat[path]) and _is_of(flat[path], fact.kinds):
                return path
    return None


def _is_of(value: object, kinds: tuple[type, ...]) -> bool:
    if not kinds or isinstance(value, kinds):
        return True
    # numbers of numpy and pandas are no ints
    return int in kinds and hasattr(value, "item") and not hasattr(value, "__len__")
