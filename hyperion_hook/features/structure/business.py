"""What the change can cost the people who use the product: traffic, revenue, criticality, coverage, the way back.

What only the team knows is read from the configuration; what the repository tells stands in where the specification
says so, and nothing is invented where it does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase

from hyperion_hook.domain.change import FileChange
from hyperion_hook.domain.files.paths import is_lock_file
from hyperion_hook.domain.vector import Missing, Value
from hyperion_hook.features.context import Context
from hyperion_hook.features.graph.import_graph import entry_share
from hyperion_hook.features.imports.read import is_module
from hyperion_hook.features.manifests.readers import is_manifest
from hyperion_hook.features.structure.breaking_changes import breaking_change_risk
from hyperion_hook.features.structure.coupling import NO_MODULE

MIGRATION_WEIGHT = 0.5
SCHEMA_WEIGHT = 0.35
LOCK_WEIGHT = 0.15
INTERFACE_WEIGHT = 0.4
BREADTH_WEIGHT = 0.4
HALF_BREADTH = 20
"""Further files at which half of the breadth's weight is reached."""

_MIGRATION = re.compile(
    r"(?:^|/)(?:migrations?|migrate|alembic/versions|flyway|liquibase|changelogs?/db|db/changelog)/[^/]"
    r"|(?:^|/)V\d(?=[\w.]*__)[^/]*\.(?:sql|java|kt)$|(?:^|/)\d{8,14}_[^/]*\.(?:rb|sql|py|php|js|ts)$",
    re.IGNORECASE,
)
_SCHEMA = re.compile(
    r"\.(?:sql|proto|thrift|avsc|avdl|graphqls?|prisma|xsd|wsdl|fbs|capnp|ddl)$"
    r"|(?:^|/)(?:schema\.(?:rb|json|ya?ml|py)|structure\.sql|(?=[^/]*(?:openapi|swagger))[^/]*\.(?:json|ya?ml)"
    r"|common/message/[^/]*\.json)$",
    re.IGNORECASE,
)


def measure(context: Context) -> dict[str, Value]:
    """Return the business features of a change, and the change in test coverage."""
    traffic = affected_traffic(context)
    return {
        "test_coverage_delta": coverage_delta(context),
        "affected_traffic": traffic,
        "revenue_impact": _revenue_impact(context, traffic),
        "module_criticality": _module_criticality(context),
        "rollback_difficulty": rollback_difficulty(context.change.files, breaking_change_risk(context)),
    }


def coverage_delta(context: Context) -> Value:
    """Return the covered share of the touched files after minus before the change, in [-1, 1]."""
    before, after = context.configured.coverage_before, context.configured.coverage_after
    if isinstance(after, Missing):
        return after
    if isinstance(before, Missing):
        return before
    files = context.change.files
    share_before = _covered_share(before, (file.previous_path for file in files if file.old_blob is not None))
    share_after = _covered_share(after, (file.path for file in files if file.new_blob is not None))
    if share_before is None or share_after is None:
        which = "before" if share_before is None else "after"
        return Missing(f"no touched file is in the coverage report from {which} the change")
    return share_after - share_before


def _covered_share(coverage: Mapping[str, tuple[int, int]], paths: Iterable[str]) -> float | None:
    results = [coverage[path] for path in set(paths) if path in coverage]
    counted = sum(count for _, count in results)
    return sum(covered for covered, _ in results) / counted if counted else None


def affected_traffic(context: Context) -> Value:
    """Return the share of traffic that passes through what is touched, in [0, 1].

    Configured shares by path come first, the largest of those that match. Else it is the share of entry points of the
    import graph from which a touched module is reached; a new module is reached from none.
    """
    configured = _largest(context.configured.traffic, context.change.files)
    if configured is not None:
        return min(max(configured, 0.0), 1.0)
    if not any(_is_touched_module(file) for file in context.change.files):
        return NO_MODULE
    if isinstance(context.graph, Missing):
        return context.graph
    touched = [file.previous_path for file in context.change.files if file.previous_path in context.graph.imports]
    if not touched:
        return 0.0
    share = entry_share(context.graph, touched)
    return Missing("the import graph has no entry point") if share is None else share


def _revenue_impact(context: Context, traffic: Value) -> Value:
    if not context.configured.revenue:
        return Missing("no revenue weights are configured")
    weight = _largest(context.configured.revenue, context.change.files)
    return 0.0 if weight is None else weighted_traffic(weight, traffic)


def weighted_traffic(weight: float, traffic: Value) -> Value:
    """Return the revenue at stake: a weight, cut to [0, 1], times the share of traffic affected."""
    return traffic if isinstance(traffic, Missing) else min(max(weight, 0.0), 1.0) * traffic


def _module_criticality(context: Context) -> Value:
    """Return 1 (a leaf) to 5 (what everything uses): configured by path, else from the rank in the import graph."""
    levels: list[float] = []
    reason: Missing = NO_MODULE
    for file in context.change.files:
        configured = _largest(context.configured.criticality, (file,))
        if configured is not None:
            levels.append(float(configured))
        elif _is_touched_module(file):
            if isinstance(context.graph, Missing):
                reason = context.graph
                continue
            rank = context.graph.rank[file.previous_path] if file.previous_path in context.graph.imports else 0.0
            levels.append(1 + 4 * rank)
    return max(levels) if levels else reason


def _is_touched_module(file: FileChange) -> bool:
    return is_module(file.path) or is_module(file.previous_path)


def _largest(weights: Mapping[str, float] | Mapping[str, int], files: Iterable[FileChange]) -> float | None:
    """Return the largest weight whose pattern matches a touched path, ``None`` when none does."""
    if not weights:
        return None
    paths = {path for file in files for path in (file.path, file.previous_path)}
    return max(
        (weight for pattern, weight in weights.items() if any(fnmatchcase(path, pattern) for path in paths)),
        default=None,
    )


def rollback_difficulty(files: Iterable[FileChange], breaking_risk: Value) -> float:
    """Return how hard the change is to take back once it is released, in [0, 1).

    What leaves traces outside the repository cannot be reverted with it. With n files and r the risk of breaking
    callers (0 where unknown): ``1 - (1 - 0.5 m)(1 - 0.35 s)(1 - 0.15 l)(1 - 0.4 r)(1 - 0.4 b)``, where m, s and l say
    whether a migration, a schema or interface definition, and a lock file or manifest is touched, and
    ``b = (n - 1) / (n + 19)`` is the breadth; one half at 21 files.
    """
    touched = list(files)
    paths = {path for file in touched for path in (file.path, file.previous_path)}
    migration = any(_MIGRATION.search(path) and _is_program_or_data(path) for path in paths)
    schema = any(_SCHEMA.search(path) and not _MIGRATION.search(path) for path in paths)
    lock = any(is_lock_file(path) or is_manifest(path) for path in paths)
    breadth = max(len(touched) - 1, 0) / (max(len(touched) - 1, 0) + HALF_BREADTH)
    risk = 0.0 if isinstance(breaking_risk, Missing) else breaking_risk
    easy = 1.0
    for weight, share in (
        (MIGRATION_WEIGHT, float(migration)),
        (SCHEMA_WEIGHT, float(schema)),
        (LOCK_WEIGHT, float(lock)),
        (INTERFACE_WEIGHT, risk),
        (BREADTH_WEIGHT, breadth),
    ):
        easy *= 1 - weight * share
    return 1 - easy


def _is_program_or_data(path: str) -> bool:
    """Return whether a file in a folder of migrations can be one; a note beside them cannot."""
    return not path.lower().endswith((".md", ".txt", ".rst", ".png", "/__init__.py"))
