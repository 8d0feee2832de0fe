"""All that can be derived from one raw mapping, and why the rest cannot be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from hyperion_hook.api.engineer.derive_change import GIVES as FROM_HISTORY
from hyperion_hook.api.engineer.derive_change import GIVES_FROM_CHANGE, of_change
from hyperion_hook.api.engineer.derive_counts import DERIVATIONS
from hyperion_hook.api.engineer.raw_facts import FACTS, Raw
from hyperion_hook.api.engineer.raw_values import Moment, RawFaultError
from hyperion_hook.domain.vector import Missing, Value
from hyperion_hook.features.catalogue import CATALOGUE
from hyperion_hook.features.feature import Origin

TEMPORAL = frozenset(
    "file_age age commit_frequency recent_commits recent_bug_count file_volatility author_experience "
    "reviewer_experience approval_time hour_of_day day_of_week".split()
)
"""Features that need a date."""

RISK = frozenset(
    feature.name
    for feature in CATALOGUE
    if feature.module in ("quality", "coupling", "dependencies", "interface", "business")
)
"""Features of the code, of how it hangs together, and of what the change can cost."""


def derive(raw: Raw, clock: Callable[[], float]) -> dict[str, Value]:
    """Return given and derived features by canonical name; faults and notes are added to ``raw``.

    Where it names no moment, the features are those of now, and a note says so.
    """
    as_of = _settle_moment(raw, clock)
    try:
        result = of_change(raw)
        _add(result, raw, {name: _said_of_change(name) + (as_of if name in TEMPORAL else "") for name in result})
    except RawFaultError as fault:
        raw.faults.append(str(fault))
    for entry in DERIVATIONS:
        if all(need in raw.facts or need in raw.values for need in entry.needs):
            try:
                gave = entry.of(raw)
                gave = gave if isinstance(gave, Mapping) else {entry.gives[0]: gave}
            except RawFaultError as fault:
                raw.faults.append(f"{_key(entry.needs[0], raw)}: {fault}")
                continue
            note = "derived from " + " and ".join(_key(need, raw) for need in entry.needs)
            note += as_of if "moment" in entry.needs else ""
            _add(gave, raw, dict.fromkeys(gave, f"{note}, {entry.said}" if entry.said else note))
    return raw.values


def why_not(name: str) -> Missing:
    """Return the reason why a feature that is neither given nor derived is missing, and the facts that give it."""
    return _REASONS[name]


def _settle_moment(raw: Raw, clock: Callable[[], float]) -> str:
    """See to it that there is a moment, and return what to say of it where it is not the data's own."""
    if "moment" in raw.facts:
        return ""
    for fact in ("approved", "authored"):
        if fact in raw.facts:
            raw.facts["moment"] = raw.facts[fact]
            return ""
    now = int(clock())
    # features of the hour are those of a change that says when it was made
    raw.facts["moment"] = Moment(now, 0, has_time=False)
    return f", as of {datetime.fromtimestamp(now, UTC):%Y-%m-%d}: the data name no other moment"


def _add(values: Mapping[str, Value], raw: Raw, notes: Mapping[str, str]) -> None:
    """Add values where there is none yet; of two reasons the first one stays."""
    for name, value in values.items():
        if name in raw.values and (isinstance(value, Missing) or not isinstance(raw.values[name], Missing)):
            continue
        raw.values[name] = value
        if not isinstance(value, Missing):
            raw.notes[name] = notes[name]


def _said_of_change(name: str) -> str:
    for fact, names in GIVES_FROM_CHANGE.items():
        if name in names:
            return f"derived from {FACTS[fact].meaning.partition(',')[0]}"
    return "derived from the listed commits"


def _key(need: str, raw: Raw) -> str:
    return raw.keys.get(need, "now" if need == "moment" else need)


def _reason(name: str, origin: Origin) -> Missing:
    ways = [
        " + ".join(FACTS[need].keys[0] if need in FACTS else need for need in entry.needs)
        for entry in DERIVATIONS
        if name in entry.gives
    ]
    ways += [FACTS[fact].keys[0] for fact, names in GIVES_FROM_CHANGE.items() if name in names]
    if name in FROM_HISTORY:
        ways.append(FACTS["history"].keys[0])
    if ways:
        return Missing(f"not given, nor what it can be derived from: {', or '.join(dict.fromkeys(ways))}")
    if origin is Origin.FORGE:
        return Missing("not given; only a code host knows it")
    return Missing("not given; it is measured in a repository: give its path and a revision")


_REASONS = {feature.name: _reason(feature.name, feature.origin) for feature in CATALOGUE}
