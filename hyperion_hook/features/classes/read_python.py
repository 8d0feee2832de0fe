"""Classes of a Python module: bases, methods, and which members each method uses."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from hyperion_hook.features.classes.cohesion import ClassFacts, MethodUse

_CONSTRUCTORS = frozenset({"__init__", "__new__", "__post_init__", "__del__", "__init_subclass__"})
_NO_SUPERCLASS = frozenset({"object", "Generic", "Protocol", "ABC"})
_UNBOUND = frozenset({"staticmethod", "classmethod", "overload", "abstractmethod"})


def python_classes(classes: Iterable[tuple[str, ast.ClassDef]]) -> list[ClassFacts]:
    r"""Return the facts of every class, given with its qualified name.

    Markers such as ``Generic`` and ``Protocol`` add no level of inheritance.

    Examples
    --------
    >>> tree = ast.parse("class A(B):\n    def f(self):\n        return self.x\n")
    >>> facts = python_classes([("A", tree.body[0])])[0]
    >>> facts.bases, facts.methods[0].uses
    (('B',), frozenset({'x'}))
    """
    return [_facts(name, node) for name, node in classes]


def _facts(name: str, node: ast.ClassDef) -> ClassFacts:
    bases = tuple(filter(None, (_dotted(base) for base in node.bases)))
    methods = [item for item in node.body if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef)]
    start = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    return ClassFacts(
        name=name,
        start_line=start,
        end_line=node.end_lineno or node.lineno,
        bases=bases,
        superclasses=tuple(base for base in bases if base.rpartition(".")[2] not in _NO_SUPERCLASS),
        method_count=len(methods),
        methods=tuple(MethodUse(method.name, _uses(method)) for method in methods if _counts(method)),
    )


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Subscript):
        node = node.value
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    return ".".join(reversed([*names, node.id])) if isinstance(node, ast.Name) else ""


def _counts(method: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    if method.name in _CONSTRUCTORS or not (method.args.posonlyargs or method.args.args):
        return False
    if any(_dotted(decorator).rpartition(".")[2] in _UNBOUND for decorator in method.decorator_list):
        return False
    return any(not _is_empty(statement) for statement in method.body)


def _is_empty(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Pass):
        return True
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _uses(method: ast.FunctionDef | ast.AsyncFunctionDef) -> frozenset[str]:
    receiver = (method.args.posonlyargs or method.args.args)[0].arg
    used = set()
    for statement in method.body:
        for node in ast.walk(statement):
            if node.__class__ is ast.Attribute:
                value = node.value
                if value.__class__ is ast.Name and value.id == receiver:
                    used.add(node.attr)
    # the class object and the namespace belong to every instance and say nothing of what two methods share
    return frozenset(used - {"__class__", "__dict__"})
