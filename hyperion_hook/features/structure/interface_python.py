"""What a Python module offers to others, and which changes to it break them.

The kinds of breakage are those of griffe's API check, read from the syntax tree of a single file; what a module imports
is not part of its own interface unless ``__all__`` lists it or ``*`` takes over all that another offers.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from enum import StrEnum
from functools import lru_cache

from hyperion_hook.domain.light_dataclasses import dataclass, field
from hyperion_hook.features.code.limits import TooSlowError
from hyperion_hook.features.code.python_tree import python_tree
from hyperion_hook.features.structure.breakage_kinds import Breakage

MAX_CHARACTERS = 400_000
"""Longer files are data or generated; their syntax tree costs a second and more."""


class Kind(StrEnum):
    """How a parameter is passed."""

    POSITIONAL = "positional only"
    EITHER = "positional or keyword"
    ARGS = "variadic positional"
    KEYWORD = "keyword only"
    KWARGS = "variadic keyword"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter; ``default`` is its text, ``None`` without one."""

    name: str
    kind: Kind
    default: str | None

    @property
    def is_required(self) -> bool:
        """Whether a caller must pass it."""
        return self.default is None and self.kind not in (Kind.ARGS, Kind.KWARGS)


@dataclass(slots=True)
class Member:
    """A name of a module or class: ``class``, ``function``, ``attribute``, ``alias`` (imported) or ``wildcard``."""

    kind: str
    parameters: tuple[Parameter, ...] = ()
    returns: bool = False
    bases: tuple[str, ...] = ()
    members: dict[str, Member] = field(default_factory=dict)


@dataclass(slots=True)
class Interface:
    """The names of a module; ``exports`` is its ``__all__`` where it has one."""

    members: dict[str, Member]
    exports: frozenset[str] | None


_SURFACE = re.compile(
    # a signature ends with the line that ends with a colon; what is scanned in vain is consumed, so time stays linear
    r"^[ \t]*(?:(?:async[ \t]+)?def|class)\b(?:[\s\S]{0,20000}?:[ \t]*(?:\#[^\n]*)?$|[\s\S]{0,20000})"
    r"|^[ \t]*@[^\n]*|^(?: {4}|\t)?[^\W\d][\w, \t]*[:=]|^[ \t]+self\.\w+[^\n=]{0,200}=|^[ \t]*from\b[^\n*]*\*",
    re.MULTILINE,
)


def has_same_surface(before: str, after: str) -> bool:
    """Return whether two versions agree in every line that can declare anything: then nothing broke, unparsed."""
    if "__all__" in before or "__all__" in after:
        return before == after
    return _SURFACE.findall(before) == _SURFACE.findall(after)


@lru_cache(maxsize=256)
def breakages(before: str, after: str) -> tuple[Breakage, ...] | None:
    """Return the breakages for users of a module, sorted; ``None`` when one of the versions does not parse.

    Examples
    --------
    >>> [breakage.value for breakage in breakages("def f(a, b=1): ...", "def f(a, b): ...")]
    ['parameter made required']
    """
    if has_same_surface(before, after):
        return ()
    old, new = _read(before), _read(after)
    if old is None or new is None:
        return None
    try:
        return tuple(sorted(_of_module(old, new)))
    except RecursionError:
        return None


def _read(text: str) -> Interface | None:
    if len(text) > MAX_CHARACTERS:
        return None
    try:
        tree = python_tree(text)
        members: dict[str, Member] = {}
        _collect(tree.body, members)
        return Interface(members, _exports(tree.body))
    except (SyntaxError, ValueError, RecursionError, MemoryError, TooSlowError):
        return None


def _collect(body: list[ast.stmt], members: dict[str, Member]) -> None:  # noqa: C901, PLR0912 - a branch a kind
    for node in body:
        if isinstance(node, ast.ClassDef):
            member = Member("class", bases=tuple(ast.unparse(base) for base in node.bases))
            _collect(node.body, member.members)
            members[node.name] = member
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            _collect_function(node, members)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            for name in (name for target in _targets(node) for name in _assigned(target)):
                members[name] = Member("attribute")
        elif isinstance(node, ast.ImportFrom) and node.names[0].name == "*":
            members[f"{'.' * node.level}{node.module or ''}/*"] = Member("wildcard")
        elif isinstance(node, ast.Import | ast.ImportFrom):
            for alias in node.names:
                members[alias.asname or alias.name.partition(".")[0]] = Member("alias")
        elif isinstance(node, ast.If):
            _collect(node.body, members)
            _collect(node.orelse, members)
        elif isinstance(node, ast.Try):
            _collect(node.body, members)
            for part in (*(handler.body for handler in node.handlers), node.orelse, node.finalbody):
                # what a handler defines stands in for what could not be had
                spare: dict[str, Member] = {}
                _collect(part, spare)
                for name, member in spare.items():
                    members.setdefault(name, member)
        elif isinstance(node, ast.With):
            _collect(node.body, members)


def _collect_function(node: ast.FunctionDef | ast.AsyncFunctionDef, members: dict[str, Member]) -> None:
    decorators = {ast.unparse(decorator).rpartition(".")[2] for decorator in node.decorator_list}
    if decorators & {"overload", "setter", "deleter"}:
        return
    if decorators & {"property", "cached_property"}:
        members[node.name] = Member("attribute")
        return
    members[node.name] = Member("function", parameters=_parameters(node.args), returns=node.returns is not None)
    if node.name == "__init__":
        assigned = (statement for statement in ast.walk(node) if isinstance(statement, ast.Assign | ast.AnnAssign))
        for target in (target for statement in assigned for target in _targets(statement)):
            if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) and target.value.id == "self":
                members.setdefault(target.attr, Member("attribute"))


def _targets(node: ast.stmt) -> list[ast.expr]:
    if isinstance(node, ast.Assign):
        return node.targets
    return [node.target] if isinstance(node, ast.AnnAssign | ast.AugAssign) else []


def _assigned(target: ast.expr) -> Iterator[str]:
    if isinstance(target, ast.Name):
        yield target.id
    elif isinstance(target, ast.Tuple | ast.List):
        for part in target.elts:
            yield from _assigned(part)


def _parameters(arguments: ast.arguments) -> tuple[Parameter, ...]:
    listed = [(argument, Kind.POSITIONAL) for argument in arguments.posonlyargs]
    listed += [(argument, Kind.EITHER) for argument in arguments.args]
    defaults: list[ast.expr | None] = [None] * (len(listed) - len(arguments.defaults))
    defaults += arguments.defaults
    if arguments.vararg:
        listed.append((arguments.vararg, Kind.ARGS))
        defaults.append(None)
    listed += [(argument, Kind.KEYWORD) for argument in arguments.kwonlyargs]
    defaults += arguments.kw_defaults
    if arguments.kwarg:
        listed.append((arguments.kwarg, Kind.KWARGS))
        defaults.append(None)
    return tuple(
        Parameter(argument.arg, kind, None if default is None else ast.unparse(default))
        for (argument, kind), default in zip(listed, defaults, strict=True)
    )


def _exports(body: list[ast.stmt]) -> frozenset[str] | None:
    names: set[str] = set()
    for node in body:
        if any(isinstance(target, ast.Name) and target.id == "__all__" for target in _targets(node)):
            value = getattr(node, "value", None)
            constants = (item.value for item in ast.walk(value) if isinstance(item, ast.Constant)) if value else ()
            names.update(item for item in constants if isinstance(item, str))
    return frozenset(names) or None


def _is_public(name: str, exports: frozenset[str] | None) -> bool:
    if exports is not None:
        return name in exports
    return not name.startswith("_") or (name.startswith("__") and name.endswith("__"))


def _of_module(old: Interface, new: Interface) -> Iterator[Breakage]:
    for name, member in old.members.items():
        # what a module imported is its own only where it says so
        if not _is_public(name, old.exports) or (member.kind == "alias" and old.exports is None):
            continue
        other = new.members.get(name)
        if other is None:
            yield Breakage.OBJECT_REMOVED
        else:
            yield from _of_member(member, other, old, new)


def _of_member(old: Member, new: Member, before: Interface, after: Interface) -> Iterator[Breakage]:
    if "alias" in (old.kind, new.kind):
        return
    if old.kind != new.kind:
        yield Breakage.OBJECT_KIND
    elif old.kind == "class":
        if len(new.bases) < len(old.bases):
            yield Breakage.BASE_REMOVED
        present = _all_members(new, after, 0)
        for name, member in old.members.items():
            if _is_public(name, None) and member.kind != "alias":
                if name not in present:
                    yield Breakage.OBJECT_REMOVED
                else:
                    yield from _of_member(member, present[name], before, after)
    elif old.kind == "function":
        yield from _of_function(old, new)


def _all_members(member: Member, interface: Interface, depth: int) -> dict[str, Member]:
    """Return the members of a class with those of its bases in the same file."""
    results: dict[str, Member] = {}
    for base in reversed(member.bases):
        parent = interface.members.get(base)
        if parent is not None and parent is not member and parent.kind == "class" and depth < 20:
            results |= _all_members(parent, interface, depth + 1)
    return results | member.members


def _of_function(old: Member, new: Member) -> Iterator[Breakage]:
    positions: dict[str, tuple[int, Parameter]] = {}
    for position, parameter in enumerate(new.parameters):
        positions.setdefault(parameter.name, (position, parameter))
    kinds = {parameter.kind for parameter in new.parameters}
    for position, parameter in enumerate(old.parameters):
        if parameter.name not in positions:
            if not _is_swallowed(parameter.kind, kinds):
                yield Breakage.PARAMETER_REMOVED
            continue
        new_position, other = positions[parameter.name]
        yield from _of_parameter(parameter, other, kinds, moved=position != new_position)
    known = {parameter.name for parameter in old.parameters}
    for parameter in new.parameters:
        if parameter.name not in known and parameter.is_required:
            yield Breakage.PARAMETER_ADDED
    if old.returns and not new.returns:
        yield Breakage.RETURN_TYPE


def _is_swallowed(kind: Kind, kinds: set[Kind]) -> bool:
    if kind is Kind.KEYWORD:
        return Kind.KWARGS in kinds
    if kind is Kind.POSITIONAL:
        return Kind.ARGS in kinds
    return kind is Kind.EITHER and {Kind.ARGS, Kind.KWARGS} <= kinds


def _of_parameter(old: Parameter, new: Parameter, kinds: set[Kind], *, moved: bool) -> Iterator[Breakage]:
    if new.is_required and not old.is_required:
        yield Breakage.PARAMETER_REQUIRED
    if moved and {old.kind, new.kind} <= {Kind.POSITIONAL, Kind.EITHER}:
        yield Breakage.PARAMETER_MOVED
    if old.kind is not new.kind and _is_narrower(old.kind, new.kind, kinds):
        yield Breakage.PARAMETER_KIND
    # what takes the rest has no default
    if None not in (old.default, new.default) and old.default != new.default:
        yield Breakage.PARAMETER_DEFAULT


def _is_narrower(old: Kind, new: Kind, kinds: set[Kind]) -> bool:
    """Return whether calls that were right before a change of kind are wrong after it."""
    return (
        (old is Kind.POSITIONAL and new is Kind.KEYWORD)
        or (old is Kind.KEYWORD and new is Kind.POSITIONAL)
        or (old is Kind.EITHER and new in (Kind.POSITIONAL, Kind.KEYWORD))
        or (new is Kind.KWARGS and old is not Kind.KEYWORD and Kind.ARGS not in kinds)
        or (new is Kind.ARGS and old is not Kind.POSITIONAL and Kind.KWARGS not in kinds)
    )
