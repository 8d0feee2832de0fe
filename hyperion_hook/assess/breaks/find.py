"""All rules together; paths and changed lines decide which of them have anything to look at."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from hyperion_hook.assess.breaks.counterparts import has_counterpart, missing_counterparts
from hyperion_hook.assess.breaks.dependencies import is_judged, weaker_dependencies
from hyperion_hook.assess.breaks.modules import missing_modules
from hyperion_hook.assess.breaks.names import may_change_signature, missing_names, takes_definitions
from hyperion_hook.assess.breaks.safety import may_switch_off, safety_off
from hyperion_hook.assess.breaks.signatures import changed_signatures
from hyperion_hook.assess.breaks.tree import TreeAfter
from hyperion_hook.domain.breaks import Break
from hyperion_hook.domain.deadline import NEVER, Deadline
from hyperion_hook.domain.vector import Missing
from hyperion_hook.features.imports.read import is_module

MOST = 20
"""Breaks that are told, the certain ones first."""


def find_breaks(tree: TreeAfter, deadline: Deadline = NEVER) -> tuple[Break, ...]:
    """Return what a change would break, the certain first, at most ``MOST``; no rule is begun after the deadline."""
    breaks: list[Break] = []
    for rule in _rules(tree):
        # what is not finished in time is not told
        result = deadline.run(lambda rule=rule: list(islice(rule, 4 * MOST)))  # type: ignore[misc]
        breaks += [] if isinstance(result, Missing) else result
    breaks.sort(key=lambda entry: not entry.is_certain)
    return tuple(dict.fromkeys(breaks))[:MOST]


def _rules(tree: TreeAfter) -> Iterator[Iterator[Break]]:
    files = tree.change.files
    if any(is_module(path) for path in tree.gone):
        yield missing_modules(tree)
    if taken := [file for file in files if takes_definitions(file)]:
        yield missing_names(tree, taken)
    if changed := [file for file in files if may_change_signature(file)]:
        yield changed_signatures(tree, changed)
    if any(is_judged(file) for file in files):
        yield weaker_dependencies(tree)
    if any(has_counterpart(file) for file in files):
        yield missing_counterparts(tree)
    if may_switch_off(tree.change):
        yield safety_off(tree)


