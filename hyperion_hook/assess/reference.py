"""What is usual in this repository: vectors and scores of its last 500 changes.

The message of a staged change is not written yet, so each recent change is scored twice, with and without what its
message says, and a change is compared with scores of its own kind. All or nothing: a percentile is given when every one
of the recent changes has a score, so that it does not depend on how often the tool ran before.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

from hyperion_hook.config.kinds import CONTAMINATION
from hyperion_hook.domain.deadline import NEVER, Deadline
from hyperion_hook.domain.files.digests import hex_digest
from hyperion_hook.domain.history import RECENT_CHANGES
from hyperion_hook.domain.light_dataclasses import dataclass
from hyperion_hook.domain.remedies import INDEX, Note
from hyperion_hook.domain.vector import FeatureVector, Missing, Value
from hyperion_hook.features.catalogue import CATALOGUE
from hyperion_hook.features.extract import EXTRACTOR_VERSION, LIGHT_MODULES
from hyperion_hook.features.history.process import UNCOUNTED
from hyperion_hook.scoring.anomaly import BINARY, Usual
from hyperion_hook.scoring.bundle import Bundle
from hyperion_hook.store.reference_store import ReferenceStore

LEAST = 50
PEERS = 40
"""Changes that one is compared with because they are about as large, and the fewest that touch code to compare with."""
_CODE, _SIZES = ("source_files", "test_files"), ("code_lines_added", "la", "ld")
AT_COMMIT = frozenset(feature.name for feature in CATALOGUE if feature.at_commit)
_RULE = "3: neither tests nor their data are held against a change"
"""How rows are scored beside the models; another one makes them anew."""
_UNKNOWN = Missing("not measured for the reference")


@dataclass(frozen=True, slots=True)
class Reference:
    """Recent changes, newest first: log-odds with and without message and then the values of ``names``, by commit.

    ``decisions`` are the anomaly model's, sorted, without code metrics; empty without such a model, and for a part.
    """

    rows: Mapping[str, Sequence[float]]
    names: tuple[str, ...]
    decisions: tuple[float, ...] = ()

    def percentile(self, log_odds: float, *, has_message: bool) -> float:
        """Return the share (0..100) of these changes that score lower, equal ones counted half."""
        column = 0 if has_message else 1
        return 100.0 * midrank(sorted(row[column] for row in self.rows.values()), log_odds) / len(self.rows)

    def places(self) -> Iterator[tuple[str, float, float]]:
        """Yield each change with its log-odds and the share (0..100) of the others that score lower."""
        ordered = sorted(row[0] for row in self.rows.values())
        for commit, row in self.rows.items():
            yield commit, row[0], 100.0 * midrank(ordered, row[0]) / len(ordered)

    def code(self) -> Reference:
        """Return those that touch code; all of them where those are too few to compare with."""
        columns = [self._column(name) for name in _CODE]
        touching = {commit: row for commit, row in self.rows.items() if any(row[column] > 0 for column in columns)}
        return Reference(touching, self.names) if len(touching) >= PEERS else self

    def peers(self, vector: FeatureVector) -> Reference:
        """Return those nearest to a change in added code lines, then in all lines added and deleted."""
        sizes = [(self._column(name), math.log1p(vector.number(name))) for name in _SIZES]

        def distance(commit: str) -> tuple[float, float]:
            gaps = [abs(math.log1p(self.rows[commit][column]) - size) for column, size in sizes]
            code, *others = [math.inf if math.isnan(gap) else gap for gap in gaps]
            return code, sum(others)

        nearest = sorted(self.rows, key=distance)[:PEERS]
        return Reference({commit: self.rows[commit] for commit in nearest}, self.names)

    def typical(self, names: Collection[str] | None = None) -> dict[str, float]:
        """Return the median of each feature, or of those of these names, over the changes that have a value."""
        return {name: _median(values) for name, values in self._values(names).items() if values}

    def quantiles(self) -> dict[str, tuple[float, float, float]]:
        """Return the 5 %, 50 % and 95 % points of each feature that enough recent changes have a value for."""
        return {
            name: (_quantile(values, 0.05), _quantile(values, 0.5), _quantile(values, 0.95))
            for name, values in self._values().items()
            if len(values) >= LEAST
        }

    def usual(self) -> Usual | None:
        """Return the usual decision and share of binary files for the anomaly model, ``None`` without one."""
        if not self.decisions or BINARY not in self.names:
            return None
        binary = [value for row in self.rows.values() if not math.isnan(value := row[self._column(BINARY)])]
        if not binary:
            return None
        return Usual(_quantile(self.decisions, CONTAMINATION), sum(value > 0 for value in binary) / len(binary))

    def values_of(self, wanted: Collection[str]) -> dict[str, dict[str, float]]:
        """Return wanted feature values by name of each change, NaN where missing."""
        columns = [(name, column) for column, name in enumerate(self.names, 2) if name in wanted]
        return {commit: {name: row[column] for name, column in columns} for commit, row in self.rows.items()}

    def _column(self, name: str) -> int:
        return 2 + self.names.index(name)

    def _values(self, names: Collection[str] | None = None) -> dict[str, list[float]]:
        """Return the values of each feature, sorted, without those that are missing."""
        columns = zip(*self.rows.values(), strict=True)
        return {
            name: sorted(column if not math.isnan(sum(column)) else [v for v in column if not math.isnan(v)])
            for name, column in zip(self.names, list(columns)[2:], strict=True)
            if names is None or name in names
        }


def midrank(ordered: Sequence[float], value: float) -> float:
    """Return how many of some sorted values are lower than one, equal ones counted half.

    Examples
    --------
    >>> midrank([1.0, 2.0, 2.0, 4.0], 2.0)
    2.0
    """
    return (bisect_left(ordered, value) + bisect_right(ordered, value)) / 2


def of_code(reference: Reference | Missing) -> Reference | Missing:
    """Return the recent changes that touch code, or why there is nothing to compare with."""
    return reference if isinstance(reference, Missing) else reference.code()


class ReferenceBuilder:
    """Reads the reference from the store and has what is missing measured.

    ``measure`` takes commit ids, newest first, and the features that are wanted; it gives the vector of each commit it
    could read, whole and without tests, none past ``deadline``. ``is_counted`` tells whether the lines of the whole
    history are: then what was measured before they were is measured again. ``exclusions`` names the rules by which
    files are left out.
    """

    def __init__(
        self,
        store: ReferenceStore,
        bundle: Bundle,
        measure: Callable[[Sequence[str], Collection[str]], Iterable[tuple[str, FeatureVector, FeatureVector | None]]],
        is_counted: Callable[[], bool],
        deadline: Deadline = NEVER,
        exclusions: str = "",
    ) -> None:
        self._store = store
        self._bundle = bundle
        self._measure = measure
        self._is_counted = is_counted
        self._deadline = deadline
        used = set(bundle.risk.features)
        self._names = tuple(f.name for f in CATALOGUE if f.module in LIGHT_MODULES or f.name in used)
        what = (str(EXTRACTOR_VERSION), _RULE, bundle.digest, *self._names, *filter(None, (exclusions,)))
        self._kind = hex_digest("\n".join(what).encode())[:32]
        self._provisional = f"{self._kind}-uncounted"

    def build(self, commits: Sequence[str], *, at_most: int) -> Reference | Missing:
        """Return the reference over the first ``RECENT_CHANGES`` of these commits, newest first.

        ``Missing`` with fewer than ``LEAST`` changes, with more than ``at_most`` to measure (then none is), or when the
        time for them ran out; what was measured is kept.
        """
        recent = list(commits[:RECENT_CHANGES])
        if len(recent) < LEAST:
            return Missing(f"{LEAST} earlier changes are needed; there are {len(recent)}")
        rows, provisional = self._stored(recent)
        absent = [commit for commit in recent if commit not in rows]
        if len(absent) > at_most:
            return Missing(Note("the last changes of this repository are not scored yet", run=INDEX))
        if absent or provisional:
            counted = self._is_counted()
            again = [*absent, *filter(provisional.__contains__, recent)][:at_most] if counted else absent
            rows |= self._measured(again, lasting=counted)
            if self._deadline.expired() and not rows.keys() >= set(absent):
                return self._deadline.late
            provisional = provisional - set(again) if counted else provisional | set(absent)
        if len(rows) < LEAST:
            return Missing(f"{LEAST} earlier changes are needed; {len(rows)} could be read")
        rows = {commit: rows[commit] for commit in recent if commit in rows}
        return Reference(rows, self._names, self._decisions(rows, passing=provisional))

    def extend(self, commits: Sequence[str]) -> None:
        """Measure those of the recent commits that are not measured yet, until the deadline."""
        known = self.measured(commits).rows
        if absent := [commit for commit in commits[:RECENT_CHANGES] if commit not in known]:
            self._measured(absent, lasting=self._is_counted())

    def measured(self, commits: Sequence[str]) -> Reference:
        """Return those of the recent commits that are measured already."""
        return Reference(self._stored(commits[:RECENT_CHANGES])[0], self._names)

    def forget_provisional(self) -> None:
        """Drop what was measured while lines of the history were not counted yet, once they are."""
        self._store.forget(self._provisional)

    def _stored(self, commits: Sequence[str]) -> tuple[dict[str, tuple[float, ...]], frozenset[str]]:
        """Return the rows that the store has, and which of them were measured before all lines were counted."""
        provisional, lasting = (self._store.read(kind, commits) for kind in (self._provisional, self._kind))
        rows = {commit: row for commit, row in (provisional | lasting).items() if len(row) == len(self._names) + 2}
        return rows, frozenset(rows.keys() - lasting.keys())

    def _measured(self, commits: Sequence[str], *, lasting: bool) -> dict[str, tuple[float, ...]]:
        """Measure commits; unless all is ``lasting``, what waits for lines to be counted is kept apart."""
        rows: dict[bool, dict[str, tuple[float, ...]]] = {True: {}, False: {}}
        for commit, vector, bare in self._measure(commits, self._names) if commits else ():
            rows[lasting or vector.get("file_volatility") != UNCOUNTED][commit] = self._row(vector, bare)
        self._store.write(self._kind, rows[True])
        self._store.write(self._provisional, rows[False])
        return rows[True] | rows[False]

    def _row(self, vector: FeatureVector, bare: FeatureVector | None) -> tuple[float, ...]:
        with_message = self._bundle.risk.lower_log_odds(vector, bare)
        without_message = self._bundle.risk.lower_log_odds(
            without_message_features(vector), None if bare is None else without_message_features(bare)
        )
        return (with_message, without_message, *map(vector.number, self._names))

    def _decisions(self, rows: Mapping[str, tuple[float, ...]], *, passing: Collection[str]) -> tuple[float, ...]:
        """Return the anomaly model's decisions on rows, sorted.

        They are kept, but for rows that are measured again: a row costs as much as scoring a change.
        """
        model = self._bundle.anomaly
        if model is None:
            return ()
        kind = f"{self._kind}-decisions"
        known = {commit: row[0] for commit, row in self._store.read(kind, list(rows)).items() if len(row) == 1}
        fresh = {
            commit: model.light_decision_of(dict(zip(self._names, row[2:], strict=True)))
            for commit, row in rows.items()
            if commit not in known
        }
        self._store.write(kind, {commit: (number,) for commit, number in fresh.items() if commit not in passing})
        return tuple(sorted((known | fresh).values()))


def without_message_features(vector: FeatureVector) -> FeatureVector:
    """Return the vector as it stood before its message was written."""
    hidden: dict[str, Value] = {name: _UNKNOWN if name in AT_COMMIT else value for name, value in vector.items()}
    return FeatureVector(hidden)


def _quantile(ordered: Sequence[float], share: float) -> float:
    return float(ordered[min(len(ordered) - 1, int(share * len(ordered)))])


def _median(ordered: Sequence[float]) -> float:
    middle = len(ordered) // 2
    return float(ordered[middle]) if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
