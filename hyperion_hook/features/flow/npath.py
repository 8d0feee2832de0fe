"""NPath complexity: the number of acyclic execution paths through a function.

The rules are Nejmeh's for C. Where C has no such construct the rule that his idea suggests is used:
``docs/code-metrics.md`` lists every one.
"""

from __future__ import annotations

from hyperion_hook.features.flow.flow import Expression, Flow, Kind

_INERT = frozenset({Kind.TERNARY, Kind.FUNCTION})


def npath(block: list[Flow]) -> int:
    """Return the number of acyclic execution paths through a sequence of statements, exactly.

    At least 1; paths of consecutive statements multiply. Control structures are in order; an empty block has one path.

    References
    ----------
    .. [1] B. A. Nejmeh, "NPATH: a measure of execution path complexity and its applications", CACM 31(2), 1988.

    Examples
    --------
    >>> one_if = Flow(Kind.IF, blocks=[[]])
    >>> npath([one_if]), npath([one_if, one_if, one_if])
    (2, 8)
    """
    paths = 1
    for flow in block:
        paths *= _RULES[flow.kind](flow) if flow.kind in _RULES else 1
    return paths


def expression_paths(expression: Expression) -> int:
    """Return Nejmeh's value of an expression: its short-circuit operators, and two for each ternary operator."""
    paths = expression.operators
    for part in expression.parts:
        if part.kind is Kind.TERNARY:
            paths += 2 + expression_paths(part.head)
    return paths


def _head(flow: Flow) -> int:
    return expression_paths(flow.head) + _inner(flow.head) - 1


def _inner(expression: Expression) -> int:
    # languages in which `if` and `match` are expressions
    return npath([part for part in expression.parts if part.kind not in _INERT]) if expression.parts else 1


def _plain(flow: Flow) -> int:
    return max(1, expression_paths(flow.head)) * _inner(flow.head)


def _alternatives(flow: Flow) -> int:
    flows, otherwise = flow.chain()
    paths = sum(_head(one) + sum(map(npath, one.blocks)) for one in flows)
    return paths + (1 if otherwise is None else npath(otherwise))


def _try(flow: Flow) -> int:
    tried, *handlers = flow.blocks
    through = npath(tried) * npath(flow.otherwise or [])
    return max(1, _head(flow)) * (through + sum(npath(handler) for handler in handlers)) * npath(flow.finally_)


def _block(flow: Flow) -> int:
    return _plain(flow) * npath(flow.blocks[0])


_RULES = {
    Kind.PLAIN: _plain,
    Kind.IF: _alternatives,
    Kind.LOOP: _alternatives,
    Kind.SWITCH: _alternatives,
    Kind.TRY: _try,
    Kind.BLOCK: _block,
}
"""The other kinds add no path of their own to the statements around them."""
