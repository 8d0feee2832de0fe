"""All rules together; paths and changed lines decide which of them have anything to look at.

A hook must not pay for rules that have nothing to say: they are imported only where a path or a changed line calls for
them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from importlib import import_module
from itertools import islice
from typing import TYPE_CHECKING

from hyperion_hook.domain.change import Change, FileStatus
from hyperion_hook.domain.deadline import NEVER, Deadline
from hyperion_hook.domain.late_patterns import late_pattern
from hyperion_hook.domain.snapshot import ImportGraph, Sources
from hyperion_hook.domain.vector import Missing

if TYPE_CHECKING:
    from hyperion_hook.assess.breaks.tree import Search, TreeAfter
    from hyperion_hook.domain.breaks import Break

_GONE = (FileStatus.DELETED, FileStatus.RENAMED)
MOST = 20
"""Breaks that are told, the certain ones first."""
_DEFINITION = late_pattern(
    rb"^-(?:[^\n]*\b(?:def|class|func|function|interface|enum|record|struct|type|define|fun|const|let|var|val"
    rb"|exports?)\b"
    rb"|[ \t]*+(?:[\w<>\[\],.?@]++[ \t*&]++)+\w++[ \t]*+\(|\w++[ \t]*+(?::[^\n=]++)?="
    rb"|[^\n]*\b[A-Z][A-Z0-9_]{3,}[ \t]*+=)",
    re.MULTILINE,
)
"""Deleted lines that may define something."""
_PARAMETER = late_pattern(
    rb"^[+-](?![ \t]*+(?:return|if|else|for|while)\b)(?=[^\n]*\w)(?:[^\n;]*[,)]|[^\n]*[^; \t\r\n][ \t\r]*+$)",
    re.MULTILINE,
)
"""Changed lines that may be part of a list of parameters, however it is laid out: no plain statement by its ends."""
_SWITCH = late_pattern(
    rb"^\+[^\n]*(?:[vV]erif|VERIF|rejectUnauthorized|REJECT_UNAUTH|CERT_NONE|check_hostname|HOSTNAME|Hostname"
    rb"|accept_invalid|\.only|\bfit\b|fdescribe|skip|@Ignore|@Disabled|\bx(?:it|describe|test)\b|except\b|\bcatch\b)",
    re.MULTILINE,
)
_MANIFEST = late_pattern(
    r"(?:^|/)(?:pom\.xml|package\.json|go\.mod|Cargo\.toml|Gemfile|composer\.json|pyproject\.toml|setup\.cfg|Pipfile"
    r"|Directory\.\w+\.props)$"
    r"|\.(?:gradle|kts|gemspec|\w\wproj|proto)$|(?:^|/)requirements/|require[^/\n]{0,60}$"
)


def _has_manifest(change: Change, _: Sequence[bytes]) -> bool:
    return any(_MANIFEST.search(file.path) for file in change.files)


_RULES: tuple[tuple[Callable[[Change, Sequence[bytes]], bool], str, str], ...] = (
    (lambda change, _: any(file.status in _GONE for file in change.files), "modules", "missing_modules"),
    (lambda _, hunks: any(map(_DEFINITION.search, hunks)), "names", "missing_names"),
    (lambda _, hunks: any(map(_PARAMETER.search, hunks)), "signatures", "changed_signatures"),
    (_has_manifest, "dependencies", "weaker_dependencies"),
    (_has_manifest, "counterparts", "missing_counterparts"),
    (lambda _, hunks: any(map(_SWITCH.search, hunks)), "safety", "safety_off"),
)
"""Whether a rule has anything to look at in a change and its hunks; its module, and its function."""


def find_breaks(
    change: Change,
    sources: Sources,
    graph: Callable[[], ImportGraph | Missing],
    search: Search,
    deadline: Deadline = NEVER,
) -> tuple[Break, ...]:
    """Return the breaks of a change, the certain first, at most ``MOST``; what the deadline cuts off is left out.

    Parameters are those of ``TreeAfter``.
    """
    hunks = [hunk.body for file in change.files for hunk in file.hunks or ()]
    breaks: list[Break] = []
    tree: TreeAfter | None = None
    for is_asked, module, name in _RULES:
        if not is_asked(change, hunks):
            continue
        if tree is None:
            from hyperion_hook.assess.breaks.tree import TreeAfter

            tree = TreeAfter(change, sources, graph, search)
        rule = getattr(import_module(f"hyperion_hook.assess.breaks.{module}"), name)
        result = deadline.run(lambda rule=rule, tree=tree: list(islice(rule(tree), 4 * MOST)))  # type: ignore[misc]
        breaks += [] if isinstance(result, Missing) else result
    breaks.sort(key=lambda entry: not entry.is_certain)
    return tuple(dict.fromkeys(breaks))[:MOST]
