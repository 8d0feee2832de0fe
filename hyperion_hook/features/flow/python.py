"""Flow of Python functions, from the syntax tree in one walk."""

from __future__ import annotations

import ast
from itertools import pairwise

from hyperion_hook.domain.light_dataclasses import dataclass, field
from hyperion_hook.features.flow.flow import NOTHING, Expression, Flow, Kind

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
_TRY = (ast.Try, ast.TryStar)


@dataclass(slots=True)
class PythonFunction:
    """A function, its control flow and what radon does not count: handlers of ``except*``."""

    node: FunctionNode
    name: str
    owner: str | None
    flow: list[Flow] = field(default_factory=list)
    recursive: bool = False
    starred_handlers: int = 0


class PythonFlows:
    """Reads every function and class of a module; ``functions`` and ``classes`` are in the order of the source."""

    def __init__(self, tree: ast.Module) -> None:
        self.functions: list[PythonFunction] = []
        self.classes: list[tuple[str, ast.ClassDef]] = []
        self._open: list[PythonFunction] = []
        self._scope: list[str] = []
        self._in_class = False
        self.module_flow = self._block(tree.body)

    def _block(self, statements: list[ast.stmt]) -> list[Flow]:
        flows: list[Flow] = []
        for statement in statements:
            flow = self._statement(statement)
            if flow is not None:
                flows.append(flow)
        return flows

    def _statement(self, node: ast.stmt) -> Flow | None:  # noqa: PLR0911 - one for each kind
        kind = node.__class__
        if kind is ast.If:
            return self._if(node)  # type: ignore[arg-type]
        if kind is ast.FunctionDef or kind is ast.AsyncFunctionDef:
            return self._function(node)  # type: ignore[arg-type]
        if kind is ast.ClassDef:
            return self._class(node)  # type: ignore[arg-type]
        if isinstance(node, ast.For | ast.AsyncFor):
            return self._loop(node, self._expression(node.target, node.iter))
        if isinstance(node, ast.While):
            return self._loop(node, self._expression(node.test))
        if isinstance(node, _TRY):
            return self._try(node)
        if isinstance(node, ast.With | ast.AsyncWith):
            return Flow(Kind.BLOCK, self._expression(*node.items), [self._block(node.body)])
        if isinstance(node, ast.Match):
            return self._match(node)
        expression = self._expression(node)
        return None if expression is NOTHING else Flow(Kind.PLAIN, expression)

    def _if(self, node: ast.If) -> Flow:
        first = flow = Flow(Kind.IF, self._expression(node.test), [self._block(node.body)])
        while node.orelse:
            following = node.orelse[0]
            # `elif` stands in the column of its `if`; the `if` of an `else` block is further right
            if not (isinstance(following, ast.If) and following.col_offset == node.col_offset):
                flow.otherwise = self._block(node.orelse)
                break
            head = self._expression(following.test)
            chained = Flow(Kind.IF, head, [self._block(following.body)], chained=True)
            flow.otherwise = [chained]
            flow, node = chained, following
        return first

    def _loop(self, node: ast.For | ast.AsyncFor | ast.While, head: Expression) -> Flow:
        body = self._block(node.body)
        return Flow(Kind.LOOP, head, [body], self._block(node.orelse) if node.orelse else None)

    def _try(self, node: ast.Try | ast.TryStar) -> Flow:
        if isinstance(node, ast.TryStar) and self._open:
            self._open[-1].starred_handlers += len(node.handlers) + bool(node.orelse)
        blocks = [self._block(node.body), *(self._block(handler.body) for handler in node.handlers)]
        otherwise = self._block(node.orelse) if node.orelse else None
        return Flow(Kind.TRY, NOTHING, blocks, otherwise, self._block(node.finalbody))

    def _match(self, node: ast.Match) -> Flow:
        guards = [case.guard for case in node.cases if case.guard is not None]
        flow = Flow(Kind.SWITCH, self._expression(node.subject, *guards))
        for case in node.cases:
            catches_all = case.guard is None and isinstance(case.pattern, ast.MatchAs) and case.pattern.pattern is None
            flow.add_case(self._block(case.body), is_default=catches_all)
        return flow

    def _function(self, node: FunctionNode) -> Flow:
        owner = ".".join(self._scope) if self._in_class else None
        function = PythonFunction(node, ".".join([*self._scope, node.name]), owner)
        self.functions.append(function)
        in_class, self._in_class = self._in_class, False
        self._scope.append(node.name)
        self._open.append(function)
        function.flow = self._block(node.body)
        self._open.pop()
        self._scope.pop()
        self._in_class = in_class
        return Flow(Kind.FUNCTION, self._expression(node.args, *node.decorator_list), [function.flow])

    def _class(self, node: ast.ClassDef) -> Flow:
        in_class, self._in_class = self._in_class, True
        self._scope.append(node.name)
        self.classes.append((".".join(self._scope), node))
        body = self._block(node.body)
        self._scope.pop()
        self._in_class = in_class
        return Flow(Kind.FUNCTION, blocks=[body])

    def _expression(self, *nodes: ast.AST) -> Expression:
        """Return the operators and parts of expressions; walks with a stack, because sums can be thousands deep."""
        result: Expression | None = None
        stack: list[object] = [*nodes]
        while stack:
            node = stack.pop()
            kind = node.__class__
            if kind is ast.BoolOp:
                result = result or Expression()
                operators: list[type] = []
                self._flatten(node, operators, stack)  # type: ignore[arg-type]
                result.operators += len(operators)
                result.sequences += 1 + sum(a is not b for a, b in pairwise(operators))
                continue
            if kind is ast.IfExp:
                result = result or Expression()
                inner = self._expression(node.test, node.body, node.orelse)  # type: ignore[attr-defined]
                result.parts.append(Flow(Kind.TERNARY, inner))
                continue
            if kind is ast.Lambda:
                inner = self._expression(node.body)  # type: ignore[attr-defined]
                if inner is not NOTHING:
                    result = result or Expression()
                    result.parts.append(Flow(Kind.FUNCTION, blocks=[[Flow(Kind.PLAIN, inner)]]))
                continue
            if kind is ast.Call and self._open:
                self._note_call(node.func)  # type: ignore[attr-defined]
            for name in node._fields:  # type: ignore[attr-defined]
                value = getattr(node, name, None)
                if isinstance(value, ast.AST):
                    if value._fields:
                        stack.append(value)
                elif value.__class__ is list:
                    stack += [item for item in value if isinstance(item, ast.AST)]
        return result or NOTHING

    def _flatten(self, node: ast.BoolOp, operators: list[type], others: list[object]) -> None:
        """Append the operators of nested boolean expressions in the order in which they are read."""
        for index, value in enumerate(node.values):
            if index:
                operators.append(node.op.__class__)
            if isinstance(value, ast.BoolOp):
                self._flatten(value, operators, others)
            else:
                others.append(value)

    def _note_call(self, called: ast.expr) -> None:
        if isinstance(called, ast.Name):
            for function in self._open:
                if function.node.name == called.id and function.owner is None:
                    function.recursive = True
        elif isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name):
            for function in self._open if called.value.id in ("self", "cls") else ():
                if function.node.name == called.attr and function.owner is not None:
                    function.recursive = True
