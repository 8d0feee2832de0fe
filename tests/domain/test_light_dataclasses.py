"""Every light data class does what the standard library's would do."""

from __future__ import annotations

import ast
import copy
import dataclasses
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from hyperion_hook.domain import light_dataclasses

PACKAGE = Path(light_dataclasses.__file__).parents[1]


def _decorated() -> Iterator[tuple[str, str, dict[str, bool]]]:
    """Yield module, class and options of each."""
    for path in sorted(PACKAGE.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if "light_dataclasses import" in text:
            module = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
            for node in ast.walk(ast.parse(text)):
                for decorator in node.decorator_list if isinstance(node, ast.ClassDef) else ():
                    made = decorator.func if isinstance(decorator, ast.Call) else decorator
                    if isinstance(made, ast.Name) and made.id == "dataclass":
                        keywords = decorator.keywords if isinstance(decorator, ast.Call) else []
                        yield module, node.name, {word.arg: word.value.value for word in keywords}


CLASSES = list(_decorated())


def _twin(cls: Any, options: dict[str, bool]) -> Any:
    """Return the class as the standard library makes it."""
    copied = ("default", "default_factory", "compare", "repr")
    fields = [
        (field.name, field.type, dataclasses.field(**{name: getattr(field, name) for name in copied}))
        for field in dataclasses.fields(cls)
    ]
    # what the class writes itself is no business of the decorator
    own = [name for name in ("__post_init__", "__repr__") if _module(vars(cls).get(name)) == cls.__module__]
    methods = {name: vars(cls)[name] for name in own}
    return dataclasses.make_dataclass(cls.__qualname__, fields, namespace=methods, **options)


def _module(method: object) -> str | None:
    return getattr(method, "__module__", None)


def _outcome(work: Callable[..., object], *values: Any, **named: Any) -> object:
    try:
        return work(*values, **named)
    except Exception as error:  # noqa: BLE001 - any; they are compared
        return type(error)


_USES: tuple[Callable[[Any, list[str]], object], ...] = (
    lambda made, _: hash(made) == hash(copy.copy(made)),
    lambda made, _: made == copy.deepcopy(made),
    lambda made, names: made == dataclasses.replace(made, **{names[0]: "another"}),
    lambda made, names: made == light_dataclasses.replace(made, **{names[0]: "another"}),
    lambda made, names: repr(light_dataclasses.replace(made, **{names[-1]: "another"})),
    lambda made, _: made == "something else",
    lambda made, names: repr(dataclasses.replace(made, **{names[-1]: "another"})),
    lambda made, names: setattr(made, names[0], "changed"),
    lambda made, names: delattr(made, names[0]),
)


def test_there_are_many() -> None:
    assert len(CLASSES) > 70


@pytest.mark.parametrize(
    ("module", "name", "options"), CLASSES, ids=[f"{module}.{name}" for module, name, _ in CLASSES]
)
def test_a_light_data_class_is_a_data_class(module: str, name: str, options: dict[str, bool]) -> None:
    light = getattr(import_module(module), name)
    standard = _twin(light, options)
    names = [field.name for field in dataclasses.fields(light)]
    values = [f"value {number}" for number in range(len(names))]
    named = dict(zip(names, values, strict=True))
    least = [value for value, field in zip(values, dataclasses.fields(standard), strict=True) if _is_needed(field)]
    calls: list[tuple[list[str], dict[str, str]]] = [
        *((values[:count], {}) for count in range(len(values) + 1)),
        ([], named),
        (values[:1], dict(list(named.items())[1:])),
        (least, {}),
        ([*values, "one more"], {}),
        (values, {names[0]: "twice"}),
        (least, {"no_such_field": "x"}),
        (least, {names[-1]: "the last alone"}),
    ]
    for given, given_names in calls:
        one, other = (_outcome(cls, *given, **given_names) for cls in (light, standard))
        if isinstance(other, type):
            assert one is other
            continue
        assert [getattr(one, name) for name in names] == [getattr(other, name) for name in names]
        assert list(dataclasses.asdict(one)) == names
        assert repr(one) == repr(other)
        for use in _USES:
            assert _outcome(use, one, names) == _outcome(use, other, names)
    assert light.__match_args__ == standard.__match_args__
    assert dataclasses.is_dataclass(light)


def _is_needed(field: dataclasses.Field[object]) -> bool:
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
