"""The most complex functions of the hottest files, with what their lines went through lately."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from hyperion_hook.assess.guidance.functions_to_read import MOST_EVENTS, past_of, positions_of
from hyperion_hook.assess.store_measurer import StoreMeasurer
from hyperion_hook.domain.history import FileHistory
from hyperion_hook.domain.overview import HotFunction
from hyperion_hook.features.code.metrics import FunctionMetrics

MOST_FILES = 10
MOST_FUNCTIONS = 3
"""Of a file."""
LEAST_COMPLEXITY = 5
"""Simpler functions are no reason to look at a file."""


def hot_functions(
    measurer: StoreMeasurer,
    head: str,
    files: Sequence[tuple[str, Sequence[FunctionMetrics]]],
    lives: Mapping[str, FileHistory],
) -> tuple[HotFunction, ...]:
    """Return the most complex functions of the first files, file by file."""
    report, past = measurer.stage("following functions"), measurer.past(head)
    rows: list[HotFunction] = []
    for done, (path, functions) in enumerate(files[:MOST_FILES]):
        report(done, MOST_FILES)
        chosen = most_complex(functions)
        events = lives[path].events[:MOST_EVENTS]
        positions = positions_of(measurer, path, past, events) if chosen else {}
        for function in chosen:
            touches = past_of(function.start_line, function.end_line, events, positions)
            rows.append(
                HotFunction(
                    path,
                    function.name.replace("::", "."),
                    function.start_line,
                    function.cyclomatic,
                    function.end_line - function.start_line + 1,
                    touches.commits,
                    touches.fixes,
                    # a commit in which the file was called otherwise is not followed
                    sum(bool(positions.get(event.commit)) for event in events),
                )
            )
    return tuple(rows)


def most_complex(functions: Iterable[FunctionMetrics]) -> list[FunctionMetrics]:
    """Return the functions of a file that are worth a look, the most complex first."""
    complex_ones = [function for function in functions if function.cyclomatic >= LEAST_COMPLEXITY]
    return sorted(complex_ones, key=lambda function: (-function.cyclomatic, function.start_line))[:MOST_FUNCTIONS]
