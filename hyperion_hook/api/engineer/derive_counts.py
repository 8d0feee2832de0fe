"""Features from facts that are counts, dates and lists: by the functions the one extractor uses.

Each derivation says which features it gives and which facts it needs; it runs where a feature is not given and all of
the facts are there.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from hyperion_hook.api.engineer.raw_facts import Raw
from hyperion_hook.api.engineer.raw_values import RawFaultError, count, number, person, shown
from hyperion_hook.domain.vector import Missing, Value
from hyperion_hook.features.change.quality import cohesion_of, comment_share
from hyperion_hook.features.history.people import bus_factor, minor_contributors, normalised_entropy
from hyperion_hook.features.history.process import MINIMUM_COMMITS, days_between
from hyperion_hook.features.history.review import hours_between
from hyperion_hook.features.history.touched_files import month_of
from hyperion_hook.features.manifests.readers import Manifest, read_manifest
from hyperion_hook.features.source.halstead_maintainability import maintainability_index
from hyperion_hook.features.structure.business import weighted_traffic
from hyperion_hook.features.structure.coupling import fan_ratio, instability_of
from hyperion_hook.features.structure.dependencies import counts_of

WINDOW_WEEKS = 26.0
"""``commit_frequency`` looks at so many weeks: commits of a shorter life count over them all the same."""

AUTHORSHIP = ("ndev", "contributor_count", "knowledge_distribution", "bus_factor", "minor_contributor_count")
Values = Mapping[str, Value]


class Derivation(NamedTuple):
    """Which features come from which facts (and features), and how; ``said`` is what else is to be said of them.

    ``of`` gives the value, or where there are several features values by name.
    """

    gives: tuple[str, ...]
    needs: tuple[str, ...]
    of: Callable[[Raw], Values | Value]
    said: str = ""


def _frequency(raw: Raw) -> Any:
    days = raw.facts["period_days"]
    return raw.facts["commits"] / (days / 7) if days > 0 else Missing("the period has no days")


def _mean_frequency(raw: Raw) -> Any:
    end = raw.facts["end"] if "end" in raw.facts else raw.facts["moment"]
    # a shorter life than the window counts over all of it, as it does where commits are known one by one
    weeks = days_between(end.seconds, raw.facts["start"].seconds) / 7
    return raw.facts["commits"] / max(WINDOW_WEEKS, weeks)


def _author_experience(raw: Raw) -> Value:
    months = month_of(raw.facts["moment"].seconds) - month_of(raw.facts["author_since"].seconds)
    return float(max(0, months))


def _reviewer_experience(raw: Raw) -> Value:
    months = [
        max(0, month_of(raw.facts["moment"].seconds) - month_of(first.seconds))
        for first in raw.facts["reviewers_since"]
    ]
    return sum(months) / len(months) if months else Missing("no reviewer is named")


def _contributors(raw: Raw) -> Values:
    result = raw.facts["contributors"]
    # one person may be listed with several spellings of the same address
    distinct = len({person(item).identity for item in result}) if isinstance(result, list | tuple) else count(result)
    return dict.fromkeys(("contributor_count", "ndev"), float(distinct))


def _authorship(raw: Raw) -> Values:
    by_author = commits_by_author(raw)
    if isinstance(by_author, Missing):
        return dict.fromkeys(AUTHORSHIP, by_author)
    numbered = dict(enumerate(by_author.values()))
    shares = normalised_entropy(numbered), float(bus_factor(numbered)), float(minor_contributors(numbered))
    values: dict[str, Value] = dict.fromkeys(AUTHORSHIP, float(len(by_author)))
    values |= zip(AUTHORSHIP[2:], shares, strict=True)
    author = raw.facts.get("author")
    if author is not None:
        own = by_author.get(author.identity, 0)
        values |= {"author_file_commits": float(own), "author_ownership": own / sum(by_author.values())}
    return values


def commits_by_author(raw: Raw) -> Counter[str] | Missing:
    """Return commits by identity, or why a list of authors does not tell: it is empty, or not of all commits."""
    result = raw.facts.get("by_author", raw.facts.get("contributors"))
    counts: Counter[str] = Counter()
    entries: Iterable[tuple[Any, Any]]
    if isinstance(result, Mapping):
        entries = result.items()
    elif isinstance(result, list | tuple) and all(isinstance(item, Mapping) and "commits" in item for item in result):
        entries = [(item, item["commits"]) for item in result]
    else:
        return Missing("how many commits are whose is not given")
    for who, commits in entries:
        number_of_commits = count(commits)
        if not number_of_commits.is_integer():
            raise RawFaultError(f"{shown(commits)} commits of an author is no whole number")
        if number_of_commits:
            counts[person(who).identity] += int(number_of_commits)
    return _if_whole(counts, raw)


def _if_whole(counts: Counter[str], raw: Raw) -> Counter[str] | Missing:
    listed, people, commits = sum(counts.values()), raw.facts.get("contributors"), raw.facts.get("commits")
    if not counts:
        return Missing("no author has commits")
    if commits is not None and listed < commits:
        return Missing(f"the authors' commits are given of {listed} of {commits:g} commits")
    if isinstance(people, int | float) and len(counts) < people:
        return Missing(f"the commits are given of {len(counts)} of {people:g} contributors")
    return counts


def _bug_share(raw: Raw) -> Value:
    fixes, commits = raw.value("past_bug_count"), raw.facts["commits"]
    if isinstance(fixes, Missing):
        return fixes
    if commits < MINIMUM_COMMITS:
        return Missing(f"no touched file has {MINIMUM_COMMITS} commits yet")
    return _share(fixes, commits)


def _share(part: float, whole: float) -> Value:
    if not whole:
        return Missing("there are no commits")
    return part / whole if part <= whole else Missing(f"{part:g} of {whole:g} commits is more than all")


def _comments(raw: Raw) -> Value:
    code = raw.value("lines_of_code")
    return code if isinstance(code, Missing) else comment_share(raw.facts["comment_lines"], code)


def _maintainability(raw: Raw) -> Value:
    code, volume = raw.value("lines_of_code"), raw.value("halstead_volume")
    for part in (code, volume):
        if isinstance(part, Missing):
            return part
    code, comments = number(code), raw.facts["comment_lines"]
    percent = 100 * comments / code if code else 0.0
    return maintainability_index(number(volume), int(raw.facts["complexity"]), int(code), percent)


def _cohesion(raw: Raw) -> Value:
    result = raw.facts["lcom4"]
    shares = [cohesion_of(count(item)) for item in (result if isinstance(result, list | tuple) else [result])]
    known = [share for share in shares if not isinstance(share, Missing)]
    return min(known) if known else Missing("no class with methods")


def _npath(raw: Raw) -> Value:
    paths = raw.facts["npath"]
    return math.log10(paths) if paths >= 1 else Missing("a function has at least one path")


def _edges(raw: Raw) -> Values:
    importers, imports = raw.facts["importers"], raw.facts["imports"]
    lonely = Missing("no touched module imports or is imported")
    return {
        "afferent_coupling": importers,
        "efferent_coupling": imports,
        "fan_in_fan_out": fan_ratio(importers, imports),
        "instability": instability_of(importers, imports) if importers or imports else lonely,
    }


def _requirements(raw: Raw) -> Values:
    manifests: dict[tuple[str, str], Manifest] = {}
    reason: Missing | None = None
    for path, text in raw.facts["manifests"].items():
        read = read_manifest(str(path), text) if isinstance(text, str) else Missing(f"{path}: no text")
        if isinstance(read, Missing):
            reason = read
        else:
            manifests["", str(path)] = read
    if reason is not None and not manifests:
        return dict.fromkeys(("external_dependency_count", "version_conflict_count"), reason)
    return counts_of(manifests)


def _coverage(raw: Raw) -> Any:
    before, after = raw.facts["coverage_before"], raw.facts["coverage_after"]
    if not (0 <= before <= 1 and 0 <= after <= 1):
        return Missing("coverage is given as no share of 0 to 1")
    return after - before


def _between(measure: Callable[[int, int], float], later: str, earlier: str) -> Callable[[Raw], float]:
    return lambda raw: measure(raw.facts[later].seconds, raw.facts[earlier].seconds)


DERIVATIONS: tuple[Derivation, ...] = (
    Derivation(("file_age",), ("created", "moment"), _between(days_between, "moment", "created")),
    Derivation(("age",), ("changed", "moment"), _between(days_between, "moment", "changed")),
    Derivation(("commit_frequency",), ("commits", "period_days"), _frequency),
    Derivation(("commit_frequency",), ("commits", "start", "end"), _mean_frequency, "mean over the whole time"),
    Derivation(("commit_frequency",), ("commits", "start", "moment"), _mean_frequency, "mean over the whole time"),
    Derivation(("author_experience",), ("author_since", "moment"), _author_experience),
    Derivation(("reviewer_experience",), ("reviewers_since", "moment"), _reviewer_experience),
    Derivation(("approval_time",), ("authored", "approved"), _between(hours_between, "authored", "approved")),
    Derivation((*AUTHORSHIP, "author_file_commits", "author_ownership"), ("by_author",), _authorship),
    Derivation((*AUTHORSHIP, "author_file_commits", "author_ownership"), ("contributors",), _authorship),
    Derivation(("contributor_count", "ndev"), ("contributors",), _contributors),
    Derivation(("file_commits",), ("commits",), lambda raw: raw.facts["commits"]),
    Derivation(
        ("rollback_frequency",), ("reverts", "commits"), lambda raw: _share(raw.facts["reverts"], raw.facts["commits"])
    ),
    Derivation(("file_bug_share",), ("past_bug_count", "commits"), _bug_share),
    Derivation(("comment_density",), ("comment_lines", "lines_of_code"), _comments),
    Derivation(
        ("maintainability_index",),
        ("halstead_volume", "complexity", "lines_of_code", "comment_lines"),
        _maintainability,
    ),
    Derivation(("class_cohesion",), ("lcom4",), _cohesion),
    Derivation(("npath_complexity",), ("npath",), _npath),
    Derivation(
        ("afferent_coupling", "efferent_coupling", "instability", "fan_in_fan_out"), ("importers", "imports"), _edges
    ),
    Derivation(("external_dependency_count", "version_conflict_count"), ("manifests",), _requirements),
    Derivation(("external_dependency_count",), ("packages",), lambda raw: raw.facts["packages"]),
    Derivation(("test_coverage_delta",), ("coverage_before", "coverage_after"), _coverage),
    Derivation(
        ("revenue_impact",),
        ("revenue_weight", "affected_traffic"),
        lambda raw: weighted_traffic(raw.facts["revenue_weight"], raw.value("affected_traffic")),
    ),
)
"""In this order; what an earlier one gives a value to, a later one leaves alone."""
