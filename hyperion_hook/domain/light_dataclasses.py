"""Data classes that cost next to nothing to define: ``dataclass``, ``field`` and ``replace`` of the standard library.

The standard decorator compiles six functions for each class, half a millisecond, and imports the parser of Python: for
the seventy classes of a hook that was a fifth of its time. Here nothing is compiled; what classes have in common is
shared. ``dataclasses`` works on them (``fields``, ``asdict``, ``is_dataclass``), but is imported only then. A class
with bases, or with options that are not named here, is left to it.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar

_Class = TypeVar("_Class", bound=type)
_OF_THE_COMPILER = frozenset({"__dict__", "__weakref__"})
_ABSENT: Any = object()


class _Field:
    """What ``field`` says of one: the arguments of the standard library's, under their names."""

    default = default_factory = _ABSENT
    compare = repr = True

    def __init__(self, **options: Any) -> None:
        vars(self).update(options)


def _light_dataclass(
    cls: _Class | None = None, *, frozen: bool = False, slots: bool = False
) -> _Class | Callable[[_Class], _Class]:
    return _made(cls, frozen, slots) if cls is not None else lambda plain: _made(plain, frozen, slots)


def _made(plain: _Class, frozen: bool, slots: bool) -> _Class:
    if plain.__bases__ != (object,):
        raise TypeError(f"{plain.__name__} has a base; use dataclasses.dataclass")
    body = {name: value for name, value in vars(plain).items() if name not in _OF_THE_COMPILER}
    fields: dict[str, _Field] = {}
    for name, kind in plain.__annotations__.items():
        if "ClassVar" not in str(kind):
            default = body.get(name, _ABSENT)
            fields[name] = default if isinstance(default, _Field) else _Field(default=default)
    own = {
        "__match_args__": tuple(fields),
        "__dataclass_fields__": _StandardFields(fields, frozen=frozen),
        **_comparing(fields, frozen=frozen),
    }
    if frozen:
        own |= _FROZEN
    cls: Any = plain
    if slots:
        own |= {"__slots__": tuple(fields), "__getstate__": _state, "__setstate__": _restore}
        own |= {name: value for name, value in body.items() if name not in fields}
        cls = type(plain)(plain.__name__, (), own)
    else:
        for name, value in own.items():
            if name not in body:
                setattr(cls, name, value)
        for name, entry in fields.items():
            if entry.default is _ABSENT and name in body:
                delattr(cls, name)
    cls.__init__ = _initialiser(cls, fields, slots=slots)
    return cls  # type: ignore[no-any-return]


def _initialiser(cls: Any, fields: dict[str, _Field], *, slots: bool) -> Callable[..., None]:
    names, count = tuple(fields), len(fields)
    # the defaults of the last fields, as far as they are values
    usual: tuple[Any, ...] = ()
    for entry in reversed(fields.values()):
        if entry.default is _ABSENT:
            break
        usual = (entry.default, *usual)
    setters = tuple(vars(cls)[name].__set__ for name in names) if slots else ()
    finish: Callable[[object], None] | None = vars(cls).get("__post_init__")

    def initialise(self: object, *values: Any, **named: Any) -> None:
        if not named and count - len(usual) <= len(values) < count:
            values += usual[len(values) - count :]
        elif named or len(values) != count:
            values = _bound(cls, fields, values, named)
        if slots:
            for assign, value in zip(setters, values, strict=True):
                assign(self, value)
        else:
            vars(self).update(zip(names, values, strict=True))
        if finish is not None:
            finish(self)

    return initialise


def _bound(cls: type, fields: dict[str, _Field], values: tuple[Any, ...], named: dict[str, Any]) -> tuple[Any, ...]:
    """Return the values of all fields.

    Raises ``TypeError`` if there are too many, one twice, one of no field, or none for a field without default.
    """
    names, row = tuple(fields), list(values)
    for name in names[len(values) :]:
        entry = fields[name]
        usual = entry.default if entry.default_factory is _ABSENT or name in named else entry.default_factory()
        value = named.pop(name, usual)
        if value is _ABSENT:
            raise TypeError(f"{cls.__qualname__}: no value for '{name}'")
        row.append(value)
    if twice := [name for name in named if name in fields]:
        raise TypeError(f"{cls.__qualname__}: two values for '{twice[0]}'")
    if named or len(row) > len(names):
        fault = f"no field '{next(iter(named))}' to set" if named else f"{len(row)} values for {len(names)} fields"
        raise TypeError(f"{cls.__qualname__}: {fault}")
    return tuple(row)


class _StandardFields:
    """Stands for ``__dataclass_fields__`` until the standard library asks for it."""

    def __init__(self, fields: dict[str, _Field], *, frozen: bool) -> None:
        self._fields, self._frozen = fields, frozen

    def __get__(self, instance: object, owner: type) -> dict[str, Any]:
        import dataclasses

        made = next(cls for cls in owner.__mro__ if vars(cls).get("__dataclass_fields__") is self)
        body: dict[str, Any] = {"__annotations__": made.__annotations__, "__module__": made.__module__}
        for name, entry in self._fields.items():
            options = {key: value for key, value in vars(entry).items() if value is not _ABSENT}
            body[name] = dataclasses.field(**options)
        standard: Any = dataclasses.dataclass(frozen=self._frozen, repr=False, eq=False)(type(made.__name__, (), body))
        for name in ("__dataclass_params__", "__dataclass_fields__"):
            type.__setattr__(made, name, getattr(standard, name))
        return standard.__dataclass_fields__  # type: ignore[no-any-return]


def _comparing(fields: dict[str, _Field], *, frozen: bool) -> dict[str, Any]:
    compared = [name for name, entry in fields.items() if entry.compare]
    shown = [name for name, entry in fields.items() if entry.repr]
    key: Callable[[object], object] = attrgetter(*compared) if compared else lambda _: ()

    def equal(self: object, other: object) -> bool:
        return key(self) == key(other) if other.__class__ is self.__class__ else NotImplemented

    def text(self: object) -> str:
        return f"{type(self).__qualname__}({', '.join(f'{name}={getattr(self, name)!r}' for name in shown)})"

    return {"__eq__": equal, "__hash__": (lambda self: hash(key(self))) if frozen else None, "__repr__": text}


def _refusal(action: str) -> Callable[..., None]:
    def refuse(self: object, name: str, *_: object) -> None:  # noqa: ARG001 - the shape of the methods
        from dataclasses import FrozenInstanceError

        raise FrozenInstanceError(f"cannot {action} field {name!r}")

    return refuse


_FROZEN = {"__setattr__": _refusal("assign to"), "__delattr__": _refusal("delete")}


def _state(self: Any) -> list[Any]:
    return [getattr(self, name) for name in self.__match_args__]


def _restore(self: Any, state: list[Any]) -> None:
    for name, value in zip(self.__match_args__, state, strict=True):
        object.__setattr__(self, name, value)


def _replace(record: Any, /, **changes: Any) -> Any:
    return type(record)(**{name: getattr(record, name) for name in record.__match_args__} | changes)


if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass  # noqa: PLC0414 - exported
    from dataclasses import field as field  # noqa: PLC0414 - exported
    from dataclasses import replace as replace  # noqa: PLC0414 - exported
else:
    dataclass, field, replace = _light_dataclass, _Field, _replace
