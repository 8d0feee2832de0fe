"""Cohesion of classes (LCOM4) and depth of inheritance, from what each method uses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hyperion_hook.domain.light_dataclasses import dataclass
from hyperion_hook.domain.vector import Missing, Value
from hyperion_hook.features.code.metrics import ClassMetrics


@dataclass(frozen=True, slots=True)
class MethodUse:
    """A method that counts for cohesion, and the names of members of its own class that it uses or calls."""

    name: str
    uses: frozenset[str]


@dataclass(frozen=True, slots=True)
class ClassFacts:
    """One class as a reader found it.

    ``superclasses`` are the ``bases`` that count for the depth: interfaces do not where the language tells them apart.
    ``methods`` holds only those that count for cohesion: no constructors, no static methods, none without a body.
    """

    name: str
    start_line: int
    end_line: int
    bases: tuple[str, ...]
    superclasses: tuple[str, ...]
    method_count: int
    methods: tuple[MethodUse, ...]
    bodies_elsewhere: bool = False


def lcom4(methods: Iterable[MethodUse]) -> int:
    """Return the number of connected components of methods, 0 without methods.

    Two methods are connected if both use the same member, or if one uses the other. Overloads share their name and are
    connected by nothing but what they use.

    References
    ----------
    .. [1] M. Hitz, B. Montazeri, "Measuring coupling and cohesion in object-oriented systems", ISACC 1995.

    Examples
    --------
    >>> read, write = MethodUse("read", frozenset({"file"})), MethodUse("write", frozenset({"file"}))
    >>> lcom4([read, write, MethodUse("help", frozenset())])
    2
    """
    parents: list[int] = []
    owner: dict[str, int] = {}

    def root(index: int) -> int:
        while parents[index] != index:
            parents[index] = parents[parents[index]]
            index = parents[index]
        return index

    listed = list(methods)
    named: dict[str, list[int]] = {}
    for index, method in enumerate(listed):
        parents.append(index)
        named.setdefault(method.name, []).append(index)
    for index, method in enumerate(listed):
        for name in method.uses:
            if name in named:
                # a call by name reaches every overload: which one is meant takes types
                for other in named[name]:
                    parents[root(index)] = root(other)
            else:
                parents[root(index)] = root(owner.setdefault(name, index))
    return sum(parents[index] == index for index in range(len(parents)))


def class_metrics(classes: Iterable[ClassFacts]) -> tuple[ClassMetrics, ...]:
    """Return the metrics of the classes of one file.

    ``depth`` counts the levels above a class: 0 without a superclass, one more than its deepest superclass; a
    superclass from another file counts as a root, so the depth is a lower bound. ``lcom4`` is missing where no method
    counts.

    References
    ----------
    .. [1] S. R. Chidamber, C. F. Kemerer, "A metrics suite for object oriented design", IEEE TSE 20(6), 1994.
    """
    listed = list(classes)
    parents = {facts.name.rpartition(".")[2]: facts.superclasses for facts in reversed(listed)}
    depths: dict[str, int] = {}
    return tuple(
        ClassMetrics(
            facts.name,
            facts.start_line,
            facts.end_line,
            facts.bases,
            float(_depth(facts, parents, depths)),
            _lcom4(facts),
            facts.method_count,
        )
        for facts in listed
    )


def _lcom4(facts: ClassFacts) -> Value:
    if facts.methods:
        return float(lcom4(facts.methods))
    if facts.bodies_elsewhere:
        return Missing("the bodies of its methods are in another file")
    return Missing("it has no methods that could share anything")


def _depth(facts: ClassFacts, parents: Mapping[str, tuple[str, ...]], known: dict[str, int]) -> int:
    path = (facts.name.rpartition(".")[2],)
    return max((1 + _depth_of(base, parents, known, path) for base in facts.superclasses), default=0)


def _depth_of(name: str, parents: Mapping[str, tuple[str, ...]], known: dict[str, int], path: tuple[str, ...]) -> int:
    name = name.rpartition(".")[2]
    # a class cannot be its own ancestor; half-written code can say so
    if name not in parents or name in path:
        return 0
    if name not in known:
        above = (1 + _depth_of(base, parents, known, (*path, name)) for base in parents[name])
        known[name] = max(above, default=0)
    return known[name]
