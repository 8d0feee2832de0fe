"""``dataclass(frozen=True, slots=True)`` whose ``__init__`` is compiled when the first instance is made.

The standard decorator compiles six functions for each class, half a millisecond: the eighty classes of a hook took a
sixth of its time, and most of them it never fills. Behaviour is that of ``dataclasses``, whose ``fields``, ``replace``
and ``asdict`` work on these classes; classes with bases are left to it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar

_Class = TypeVar("_Class", bound=type)
_OF_THE_COMPILER = frozenset({"__dict__", "__weakref__"})


def _lazy_dataclass(*, frozen: bool, slots: bool) -> Callable[[_Class], _Class]:
    if not (frozen and slots):
        raise TypeError("a lazy dataclass is frozen and has slots; use dataclasses.dataclass")
    return _with_slots


def _with_slots(plain: _Class) -> _Class:
    if plain.__bases__ != (object,):
        raise TypeError(f"{plain.__name__} has a base; use dataclasses.dataclass")
    names = tuple(name for name, kind in plain.__annotations__.items() if "ClassVar" not in str(kind))
    body = {name: value for name, value in vars(plain).items() if name not in _OF_THE_COMPILER}
    defaults = {name: body.pop(name) for name in names if name in body}
    shared = {"__init__": _first_init, "__dataclass_fields__": _Fields(plain, defaults), "__match_args__": names,
              "__slots__": names, "__setattr__": _refuse_to_assign, "__delattr__": _refuse_to_delete,
              "__getstate__": _state, "__setstate__": _restore, **_comparing(names, defaults)}
    lasting: _Class = type(plain)(plain.__name__, (), shared | body)
    return lasting


class _Fields:
    """Stands for ``__dataclass_fields__``, and completes the class when they are asked for."""

    def __init__(self, plain: type, defaults: dict[str, Any]) -> None:
        self._plain = plain
        self._defaults = defaults

    def __get__(self, instance: object, owner: type) -> dict[str, dataclasses.Field[Any]]:
        made = next(cls for cls in owner.__mro__ if vars(cls).get("__dataclass_fields__") is self)
        complete: type = dataclasses.dataclass(frozen=True, eq=False, repr=False)(self._plain)
        for name in ("__init__", "__dataclass_params__", "__dataclass_fields__"):
            setattr(made, name, vars(complete)[name])
        return vars(made)["__dataclass_fields__"]  # type: ignore[no-any-return]


def _first_init(self: Any, *values: Any, **named: Any) -> None:
    dataclasses.fields(self)
    self.__init__(*values, **named)


def _comparing(names: tuple[str, ...], defaults: dict[str, Any]) -> dict[str, Any]:
    def which(choice: str) -> list[str]:
        return [name for name in names if getattr(defaults.get(name), choice, True)]

    compared, shown = which("compare"), which("repr")
    key: Callable[[object], object] = attrgetter(*compared) if compared else lambda _: ()

    def equal(self: object, other: object) -> bool:
        return key(self) == key(other) if other.__class__ is self.__class__ else NotImplemented

    def text(self: object) -> str:
        return f"{type(self).__qualname__}({', '.join(f'{name}={getattr(self, name)!r}' for name in shown)})"

    return {"__eq__": equal, "__hash__": lambda self: hash(key(self)), "__repr__": text}


def _refuse_to_assign(self: object, name: str, value: object) -> None:  # noqa: ARG001 - the shape of the method
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_to_delete(self: object, name: str) -> None:  # noqa: ARG001 - the shape of the method
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")


def _state(self: Any) -> list[Any]:
    return [getattr(self, field.name) for field in dataclasses.fields(self)]


def _restore(self: Any, state: list[Any]) -> None:
    for field, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, field.name, value)


if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass  # noqa: PLC0414 - exported
else:
    dataclass = _lazy_dataclass
