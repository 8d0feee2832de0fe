"""Who still uses a name that a Python module no longer has, read from syntax trees."""

from __future__ import annotations

import ast
import io
import re
from collections.abc import Iterator, Sequence

from hyperion_hook.assess.breaks.tree import TreeAfter, Use
from hyperion_hook.domain.change import FileChange
from hyperion_hook.features.code.limits import TooSlowError
from hyperion_hook.features.code.python_tree import python_tree

MOST_CHARACTERS = 400_000

_NAMESPACES = frozenset({"globals", "exec"})
_OWN_WITHOUT_ARGUMENT = frozenset({"vars", "locals"})
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
_BUILT_IN = (str, bytes, list, dict, set, int, float, BaseException, io.TextIOWrapper, io.BytesIO)


def parsed(text: str) -> ast.Module | None:
    """Return the syntax tree of a text, ``None`` where it does not parse or is too long."""
    if len(text) > MOST_CHARACTERS:
        return None
    try:
        return python_tree(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError, TooSlowError):
        return None


def bound_names(tree: ast.AST) -> set[str]:
    """Return every name that anything in a tree binds, in whatever scope."""
    return {name for node in ast.walk(tree) for name in _binds(node)}


def module_names(module: ast.Module) -> set[str]:
    """Return the names that a module binds for those who import it; ``*`` where it may bind any.

    It may with a star import, with ``__getattr__`` of its own, and where it looks its namespace up by name.
    """
    names = {name for node in _outside_scopes(module) for name in _binds(node)}
    for node in ast.walk(module):
        if isinstance(node, ast.Global):
            names.update(node.names)
        elif _reaches_namespace(node):
            names.add("*")
    return names | {"*"} if "__getattr__" in names else names


def _reaches_namespace(node: ast.AST) -> bool:
    """Return whether the namespace of the module may be written to by strings; looking at another's is nothing."""
    match node:
        case ast.Name(id=name):
            return name in _NAMESPACES
        case ast.Subscript(value=value, slice=index, ctx=context):
            return _is_sys_modules(value) and (not isinstance(context, ast.Load) or _is_own_name(index))
        case ast.Attribute(value=ast.Subscript(value=value), attr=attribute):
            return attribute in {"__dict__", "__class__"} and _is_sys_modules(value)
        case ast.Call(func=ast.Attribute(value=value, attr=method), args=arguments):
            return _is_sys_modules(value) and (method != "get" or any(map(_is_own_name, arguments[:1])))
        case ast.Call(func=ast.Name(id=name), args=[]):
            return name in _OWN_WITHOUT_ARGUMENT
        case ast.Call(func=ast.Name(id="setattr"), args=[ast.Subscript(value=value), *_]):
            return _is_sys_modules(value)
    return False


def _is_sys_modules(node: ast.AST) -> bool:
    match node:
        case ast.Attribute(value=ast.Name(id="sys"), attr="modules"):
            return True
    return False


def _is_own_name(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and node.id == "__name__"


def _outside_scopes(module: ast.Module) -> Iterator[ast.AST]:
    """Yield the nodes of a module without what stands in functions and classes."""
    waiting: list[ast.AST] = list(module.body)
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, _SCOPES):
            waiting.extend(ast.iter_child_nodes(node))


def _binds(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name) | ast.arg(arg=name):
            yield name
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            yield name
        case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
            yield name
        case ast.alias():
            yield (node.asname or node.name).partition(".")[0]
        case ast.Global() | ast.Nonlocal():
            yield from node.names


def top_level_uses(after: TreeAfter, file: FileChange, name: str, paths: Sequence[str]) -> Iterator[Use]:
    """Yield where a name is imported from a module that no longer binds it, and where the module itself loads it."""
    module = parsed(after.text(file.path)) if file.new_blob else None
    if module is None:
        # a module that is gone is missed as a whole
        return
    package = f"{file.previous_path.removesuffix('.py')}/__init__.py"
    if file.path != file.previous_path and after.text(package):
        # the package of its name answers for it now
        return
    offered = module_names(module)
    if name in offered or "*" in offered or _is_asked_for(module, name):
        return
    # what a function or class of the module binds itself may be what it loads
    for node in ast.walk(module) if name not in bound_names(module) else ():
        if isinstance(node, ast.Name) and node.id == name:
            yield Use(file.path, node.lineno, True)
    for path in paths:
        user = parsed(after.text(path)) if path != file.path else None
        if user is not None:
            yield from _imports_of(after, user, path, file.previous_path, name)


def _is_asked_for(module: ast.Module, name: str) -> bool:
    """Return whether a call gets a name as a string, and so may bind it."""
    calls = (node for node in ast.walk(module) if isinstance(node, ast.Call))
    return any(
        isinstance(argument, ast.Constant) and argument.value == name for call in calls for argument in call.args
    )


def lines_that_pass(text: str, name: str, value: object, to: re.Pattern[str]) -> set[int]:
    """Return the lines on which calls to such names pass a value by name, none where the text cannot be read."""
    module = parsed(text)
    calls = (
        node
        for node in (ast.walk(module) if module else ())
        if isinstance(node, ast.Call) and to.search(_called(node.func))
    )
    words = (word for call in calls for word in call.keywords if word.arg == name)
    return {word.lineno for word in words if isinstance(word.value, ast.Constant) and word.value.value is value}


def _called(function: ast.expr) -> str:
    """Return the dotted name of a called function, without calls and arguments within it."""
    names: list[str] = []
    node: ast.AST = function
    # a chain may be longer than Python recurses
    while isinstance(node, ast.Attribute | ast.Call):
        if isinstance(node, ast.Attribute):
            names.append(node.attr)
        node = node.func if isinstance(node, ast.Call) else node.value
    return ".".join(reversed([*names, node.id] if isinstance(node, ast.Name) else names))


def _imports_of(after: TreeAfter, user: ast.Module, path: str, module: str, name: str) -> Iterator[Use]:
    firm = {id(node) for node in user.body}
    for node in ast.walk(user):
        if isinstance(node, ast.ImportFrom):
            spec = "." * node.level + (node.module or "")
            for alias in node.names:
                if alias.name == name and after.imports(path, f"{spec}:{name}") == (module,):
                    yield Use(path, node.lineno, id(node) in firm)


def method_uses(after: TreeAfter, file: FileChange, name: str, paths: Sequence[str]) -> Iterator[Use]:
    """Yield where a method is called on ``self`` in its own file, where nothing in the tree defines the name."""
    if file.path not in paths or any(hasattr(kind, name) for kind in _BUILT_IN):
        return
    trees = {path: tree for path in paths if (tree := parsed(after.text(path))) is not None}
    if file.path not in trees or any(name in bound_names(tree) or _sets(tree, name) for tree in trees.values()):
        return
    for owner in ast.walk(trees[file.path]):
        if isinstance(owner, ast.ClassDef):
            # a class from elsewhere may have it
            is_own = all(isinstance(base, ast.Name) and base.id == "object" for base in owner.bases)
            for node in ast.walk(owner) if is_own and not owner.keywords else ():
                match node:
                    case ast.Attribute(value=ast.Name(id="self"), attr=attribute) if attribute == name:
                        yield Use(file.path, node.lineno, True)


def _sets(tree: ast.AST, name: str) -> bool:
    """Return whether an attribute of this name is set, or the name stands in a string."""
    return any(
        (isinstance(node, ast.Attribute) and node.attr == name and not isinstance(node.ctx, ast.Load))
        or (isinstance(node, ast.Constant) and node.value == name)
        for node in ast.walk(tree)
    )
