"""How far a change reaches: which components change with the touched files or import them, and what follows from it.

A component is a folder: the one that holds a file directly, ``.`` for the top level. Those that the change touches
itself are left out.

**Strength** of a component, in [0, 1]: ``1 - (1 - c)(1 - g)``. ``c`` says that it changes with at least one of the
touched files: ``1 - prod(1 - c_f)`` over them, where ``c_f`` is the share of f's commits that changed a file of the
component, new commits counting more and large ones less, as for missing co-changes. ``g = n / (n + h)`` for n of its
modules that import a touched one. What imports is a good guess while little has been changed together, and a poor one
later: h is 5 with a thin history (under 30 commits on the touched files), 60 with a rich one.

**Score**, in [0, 1]: the estimated probability that within 30 days a bug fix on one of the touched files also changes
another component. Logistic in ``ln(1 + sum of strengths)``, the share of modules that import a touched one directly or
through others, and ``ln(1 + n)`` of the commits and of the bug fixes of the last 180 days on the touched files; with
constants for each of four contexts (import graph known or not, history rich or thin), fitted on earlier changes of the
training corpus by ``benchmarks/impact.py --fit``. **Level**: the top 5 % and 20 % of those changes.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from hyperion_hook.domain.assessment import Affected, RiskLevel
from hyperion_hook.domain.co_change import PastOfFile, rule_in_words
from hyperion_hook.domain.files.paths import directory_of
from hyperion_hook.domain.light_dataclasses import dataclass
from hyperion_hook.domain.phrases import counted
from hyperion_hook.scoring.co_change import DOUBT, faded, part_of
from hyperion_hook.scoring.members import sigmoid

RICH = 30
"""Commits on the touched files from which on their history is rich."""

HALF_IMPORTERS = {"thin": 5.0, "rich": 60.0}
LEAST_STRENGTH = 0.1
MOST_AFFECTED = 5
_TELLING_CHANGES = 3
"""A file with fewer changes is evidence only where no other is: "1 of the last 2" convinces nobody."""

TERMS = ("breadth", "reach", "fixes", "commits")
CONSTANTS: Mapping[tuple[bool, bool], tuple[float, ...]] = {
    # graph known, history rich: intercept, then the weights of TERMS
    (True, True): (-3.68, 0.56, 0.79, 0.84, 0.23),
    (True, False): (-3.94, 0.25, 0.37, 1.05, 0.42),
    (False, True): (-3.57, 0.71, 0.0, 0.88, 0.20),
    (False, False): (-4.01, 0.46, 0.0, 1.06, 0.41),
}
HIGH_FROM, MEDIUM_FROM = 0.74, 0.39
"""Reached by the top 5 % and 20 % of the changes that the constants were fitted to."""


@dataclass(frozen=True, slots=True)
class ImpactEvidence:
    """What is known of a change's surroundings.

    ``names`` are the paths at the base of files that changed with the touched ones, by number. ``importers`` are the
    files that import each touched module, touched ones left out; ``None`` when the import graph is not known.
    ``reach`` is the share of modules that import a touched one, directly or through others. ``commits`` and ``fixes``
    count the commits of the last 180 days on the touched files.
    """

    paths: Sequence[str]
    pasts: Sequence[PastOfFile]
    names: Mapping[int, str]
    importers: Mapping[str, Sequence[str]] | None
    reach: float
    commits: int
    fixes: int

    @property
    def is_rich(self) -> bool:
        """Whether the touched files have enough commits to go by."""
        return sum(len(past.changes) for past in self.pasts) >= RICH


def affected_components(evidence: ImpactEvidence) -> list[Affected]:
    """Return the components that the change may affect, the strongest first."""
    own = {component_of(path) for path in evidence.paths}
    together = _together(evidence.pasts, evidence.names)
    importing = _importing(evidence.importers or {})
    half = HALF_IMPORTERS["rich" if evidence.is_rich else "thin"]
    affected = []
    for component in (together.keys() | importing.keys()) - own:
        coupling, reason = together.get(component, (0.0, ""))
        modules, target = importing.get(component, (0, ""))
        use = modules / (modules + half)
        reasons = [(coupling, reason), (use, f"imports {target} ({counted(modules, 'module')})" if modules else "")]
        reasons.sort(key=lambda entry: -entry[0])
        words = "; ".join(text for _, text in reasons if text)
        affected.append(Affected(component, words, 1.0 - (1.0 - coupling) * (1.0 - use)))
    return sorted(affected, key=lambda entry: (-entry.strength, entry.component))


def terms_of(evidence: ImpactEvidence, affected: Iterable[Affected]) -> tuple[float, ...]:
    """Return the terms of the score, in the order of ``TERMS``."""
    return (
        math.log1p(sum(entry.strength for entry in affected)),
        evidence.reach,
        math.log1p(evidence.fixes),
        math.log1p(evidence.commits),
    )


def impact_score(evidence: ImpactEvidence, affected: Iterable[Affected]) -> float:
    """Return the score; see above."""
    terms = terms_of(evidence, affected)
    return sigmoid(math.fsum(parts_of(terms, graph_known=evidence.importers is not None, is_rich=evidence.is_rich)))


def parts_of(terms: Sequence[float], *, graph_known: bool, is_rich: bool) -> tuple[float, ...]:
    """Return the intercept and what each of ``TERMS`` adds to it: they sum to the score's log-odds.

    Examples
    --------
    >>> parts_of((0.0, 0.0, 0.0, 1.0), graph_known=False, is_rich=True)
    (-3.57, 0.0, 0.0, 0.0, 0.2)
    """
    intercept, *weights = CONSTANTS[graph_known, is_rich]
    return intercept, *(weight * term for weight, term in zip(weights, terms, strict=True))


def impact_level(score: float) -> RiskLevel:
    """Return the level of a score.

    Examples
    --------
    >>> impact_level(0.0).value, impact_level(1.0).value
    ('LOW', 'HIGH')
    """
    if score >= HIGH_FROM:
        return RiskLevel.HIGH
    return RiskLevel.MEDIUM if score >= MEDIUM_FROM else RiskLevel.LOW


def component_of(path: str) -> str:
    """Return the component of a file.

    Examples
    --------
    >>> component_of("src/a/b.py"), component_of("setup.py")
    ('src/a', '.')
    """
    return directory_of(path) or "."


def _together(pasts: Sequence[PastOfFile], names: Mapping[int, str]) -> dict[str, tuple[float, str]]:
    """Return how far each component changes with the touched files, and the plainest evidence in words."""
    component = {file: component_of(path) for file, path in names.items()}
    apart: defaultdict[str, float] = defaultdict(lambda: 1.0)
    rules: dict[str, tuple[bool, float, int, int, str]] = {}
    for past in pasts:
        of_all = DOUBT
        amounts: defaultdict[str, float] = defaultdict(float)
        counts: Counter[str] = Counter()
        for change, weight in faded(past.changes):
            of_all += weight
            part = weight * part_of(len(change.files))
            for name in {component[file] for file in change.files if file in component}:
                amounts[name] += part
                counts[name] += 1
        for name, amount in amounts.items():
            apart[name] *= 1.0 - amount / of_all
            of_few = len(past.changes) < _TELLING_CHANGES
            rule = (of_few, -counts[name] / len(past.changes), -counts[name], len(past.changes), past.path)
            rules[name] = min(rules.get(name, rule), rule)
    return {
        name: (1.0 - none, f"changed {rule_in_words(-rules[name][2], *rules[name][3:])}")
        for name, none in apart.items()
    }


def _importing(importers: Mapping[str, Sequence[str]]) -> dict[str, tuple[int, str]]:
    """Return how many modules of each component import touched ones, and which of these most of them import."""
    modules: defaultdict[str, set[str]] = defaultdict(set)
    targets: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for target in sorted(importers):
        for module in importers[target]:
            modules[component_of(module)].add(module)
            targets[component_of(module)][target] += 1
    return {name: (len(users), targets[name].most_common(1)[0][0]) for name, users in modules.items()}
