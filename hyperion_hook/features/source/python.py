"""Python: the syntax tree is built once; radon reads cyclomatic complexity and Halstead's volume off it."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Iterator

from radon.metrics import h_visit_ast, mi_compute
from radon.visitors import ComplexityVisitor, Function

from hyperion_hook.features.classes.cohesion import class_metrics
from hyperion_hook.features.classes.read_python import python_classes
from hyperion_hook.features.code.lines_python import PythonLines, python_lines
from hyperion_hook.features.code.metrics import FunctionMetrics, SourceMetrics
from hyperion_hook.features.code.python_tree import python_tree
from hyperion_hook.features.flow.cognitive import cognitive_complexity
from hyperion_hook.features.flow.flow import nesting_depth
from hyperion_hook.features.flow.npath import npath
from hyperion_hook.features.flow.python import FunctionNode, PythonFlows, PythonFunction

_WORD = re.compile(r"\w+|[^\w\s]")


def measure_python(text: str) -> SourceMetrics:
    """Measure a Python module.

    Cyclomatic complexity, Halstead volume (bits) and maintainability index (0..100) are radon's but for two faults of
    it: handlers of ``except*`` count like those of ``except``, and code without operators, for which the index jumps to
    100, gets the value with a volume of 1.

    Raises ``SyntaxError`` if this interpreter's grammar does not fit the text; ``TooSlowError`` if there are too
    many tokens; ``RecursionError`` if expressions or statements are nested too deeply.
    """
    tree = python_tree(text)
    lines = python_lines(text)
    flows = PythonFlows(tree)
    visitor = ComplexityVisitor.from_ast(tree)
    complexities = {(block.lineno, block.col_offset): block.complexity for block in _functions(visitor)}
    rows = text.split("\n")
    functions = tuple(_function(function, complexities, lines, rows) for function in flows.functions)
    missed = sum(function.starred_handlers for function in flows.functions)
    volume = float(h_visit_ast(tree).total.volume)
    return SourceMetrics(
        language="Python",
        lines=lines.lines,
        code_lines=lines.code,
        comment_lines=lines.comment,
        blank_lines=lines.blank,
        functions=functions,
        classes=class_metrics(python_classes(flows.classes)),
        maintainability=_maintainability(volume, visitor.total_complexity + missed, lines),
        halstead_volume=volume,
    )


def _maintainability(volume: float, complexity: int, lines: PythonLines) -> float:
    share = (lines.comments + lines.multi) / lines.source * 100 if lines.source else 0
    return float(mi_compute(max(volume, 1.0), complexity, lines.logical, share))


def _functions(visitor: ComplexityVisitor) -> Iterator[Function]:
    pending = list(visitor.functions)
    classes = list(visitor.classes)
    while classes:
        result = classes.pop()
        pending += result.methods
        classes += result.inner_classes
    while pending:
        function = pending.pop()
        pending += function.closures
        yield function


def _function(
    function: PythonFunction, complexities: dict[tuple[int, int], int], lines: PythonLines, rows: list[str]
) -> FunctionMetrics:
    node = function.node
    start, end = node.lineno, node.end_lineno or node.lineno
    complexity = complexities.get((start, node.col_offset))
    if complexity is None:
        # radon does not look into classes within functions
        complexity = ComplexityVisitor.from_ast(node).functions[0].complexity
    first = min([start, *(decorator.lineno for decorator in node.decorator_list)])
    return FunctionMetrics(
        name=function.name,
        start_line=first,
        end_line=end,
        code_lines=lines.code_before[end] - lines.code_before[start - 1],
        cyclomatic=complexity + function.starred_handlers,
        cognitive=float(_cognitive(function)),
        npath=math.log10(npath(function.flow)),
        nesting=float(nesting_depth(function.flow)),
        parameters=_parameter_count(node.args),
        tokens=len(_WORD.findall("\n".join(rows[start - 1 : end]))),
        is_public=not any(_is_private(part) for part in function.name.split(".")),
        signature=_signature(node.args),
    )


def _cognitive(function: PythonFunction) -> int:
    has_docstring = ast.get_docstring(function.node, clean=False) is not None
    body = function.node.body[has_docstring:]
    if len(body) == 2 and isinstance(body[0], FunctionNode) and isinstance(body[1], ast.Return):
        # the white paper's exception for decorators: what they wrap is not nested in them
        return cognitive_complexity(function.flow[0].blocks[0], recursive=function.recursive)
    return cognitive_complexity(function.flow, recursive=function.recursive)


def _is_private(name: str) -> bool:
    return name.startswith("_") and not (name.startswith("__") and name.endswith("__"))


def _parameter_count(arguments: ast.arguments) -> int:
    named = len(arguments.posonlyargs) + len(arguments.args) + len(arguments.kwonlyargs)
    return named + (arguments.vararg is not None) + (arguments.kwarg is not None)


def _signature(arguments: ast.arguments) -> str:
    """Return the parameters in a normal form: names, kinds, and ``=`` where there is a default."""
    positional = [*arguments.posonlyargs, *arguments.args]
    required = len(positional) - len(arguments.defaults)
    parts = [argument.arg + ("=" if index >= required else "") for index, argument in enumerate(positional)]
    if arguments.posonlyargs:
        parts.insert(len(arguments.posonlyargs), "/")
    if arguments.vararg:
        parts.append("*" + arguments.vararg.arg)
    elif arguments.kwonlyargs:
        parts.append("*")
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        parts.append(argument.arg + ("" if default is None else "="))
    if arguments.kwarg:
        parts.append("**" + arguments.kwarg.arg)
    return f"({', '.join(parts)})"
