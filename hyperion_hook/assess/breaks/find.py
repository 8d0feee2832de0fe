"""All rules together; paths and changed lines decide which of them have anything to look at.

A hook must not pay for rules that have nothing to say: they are imported only where a path or a changed line calls for
them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
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

    Rule = Callable[[TreeAfter], Iterator[Break]]

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


def find_breaks(
    change: Change,
    sources: Sources,
    graph: Callable[[], ImportGraph | Missing],
    search: Search,
    deadline: Deadline = NEVER,
) -> tuple[Break, ...]:
    """Return what a change would break, the certain first, at most ``MOST``; what the deadline cuts off is not told.

    Parameters are those of ``TreeAfter``.
    """
    breaks: list[Break] = []
    tree: TreeAfter | None = None
    for rule in _rules(change):
        if tree is None:
            from hyperion_hook.assess.breaks.tree import TreeAfter

            tree = TreeAfter(change, sources, graph, search)
        result = deadline.run(lambda rule=rule, tree=tree: list(islice(rule(tree), 4 * MOST)))  # type: ignore[misc]
        breaks += [] if isinstance(result, Missing) else result
    breaks.sort(key=lambda entry: not entry.is_certain)
    return tuple(dict.fromkeys(breaks))[:MOST]


def _rules(change: Change) -> Iterator[Rule]:  # each is imported where it has something to look at
    hunks = [hunk.body for file in change.files for hunk in file.hunks or ()]
    is_gone = any(file.status in (FileStatus.DELETED, FileStatus.RENAMED) for file in change.files)
    if is_gone:
        from hyperion_hook.assess.breaks.modules import missing_modules

        yield missing_modules
    if any(map(_DEFINITION.search, hunks)):
        from hyperion_hook.assess.breaks.names import missing_names

        yield missing_names
    if any(map(_PARAMETER.search, hunks)):
        from hyperion_hook.assess.breaks.signatures import changed_signatures

        yield changed_signatures
    if any(_MANIFEST.search(file.path) for file in change.files):
        from hyperion_hook.assess.breaks.counterparts import missing_counterparts
        from hyperion_hook.assess.breaks.dependencies import weaker_dependencies

        yield weaker_dependencies
        yield missing_counterparts
    if any(map(_SWITCH.search, hunks)):
        from hyperion_hook.assess.breaks.safety import safety_off

        yield safety_off
