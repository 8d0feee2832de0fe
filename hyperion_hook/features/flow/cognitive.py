"""Cognitive complexity: how hard the control flow of a function is to follow (SonarSource)."""

from __future__ import annotations

from hyperion_hook.features.flow.flow import Expression, Flow, Kind


def cognitive_complexity(body: list[Flow], *, recursive: bool = False) -> int:
    """Return the cognitive complexity of a function.

    Points, 0 for straight code: one for every break in the linear flow, and one more for each level of nesting. A
    function that calls itself (``recursive``) costs one point more.

    References
    ----------
    .. [1] G. A. Campbell, "Cognitive Complexity: a new way of measuring understandability", SonarSource, 2018.

    Examples
    --------
    >>> nested = Flow(Kind.LOOP, blocks=[[Flow(Kind.IF, blocks=[[]], otherwise=[])]])
    >>> cognitive_complexity([nested])
    4
    """
    return _block(body, 0) + recursive


def own_complexity(body: list[Flow]) -> int:
    """Return the points of a function without those of the functions within it."""
    return _block(body, 0, functions=False)


def _block(block: list[Flow], nesting: int, functions: bool = True) -> int:
    points = 0
    for flow in block:
        kind = flow.kind
        if kind is Kind.IF:
            points += _branches(flow, nesting, functions)
            continue
        if flow.head.sequences or flow.head.parts:
            points += _expression(flow.head, nesting + (kind is Kind.TERNARY), functions)
        if kind is Kind.PLAIN:
            continue
        if kind is Kind.FUNCTION:
            if functions:
                for inner in flow.blocks:
                    points += _block(inner, nesting + 1)
        elif kind is Kind.JUMP:
            points += 1
        elif kind is Kind.TRY:
            points += _try(flow, nesting, functions)
        elif kind is Kind.BLOCK:
            points += _block(flow.blocks[0], nesting, functions)
        else:
            points += 1 + nesting + _structure(flow, nesting + 1, functions)
    return points


def _structure(flow: Flow, nesting: int, functions: bool) -> int:
    points = sum(_block(block, nesting, functions) for block in flow.blocks)
    if flow.otherwise is not None:
        # the `else` of a loop breaks the flow once more; a `default` is one of the cases
        points += _block(flow.otherwise, nesting, functions) + (flow.kind is Kind.LOOP)
    return points


def _branches(flow: Flow, nesting: int, functions: bool) -> int:
    flows, otherwise = flow.chain()
    points = nesting + len(flows)
    for one in flows:
        points += _expression(one.head, nesting, functions) + _block(one.blocks[0], nesting + 1, functions)
    return points if otherwise is None else points + 1 + _block(otherwise, nesting + 1, functions)


def _try(flow: Flow, nesting: int, functions: bool) -> int:
    tried, *handlers = flow.blocks
    points = _block(tried, nesting, functions) + _block(flow.finally_, nesting, functions)
    points += _block(flow.otherwise or [], nesting, functions)
    for handler in handlers:
        points += 1 + nesting + _block(handler, nesting + 1, functions)
    return points


def _expression(expression: Expression, nesting: int, functions: bool) -> int:
    return expression.sequences + (_block(expression.parts, nesting, functions) if expression.parts else 0)
