"""A changed list of parameters is looked at in every language that is checked, however the list is laid out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product
from pathlib import Path
from typing import NamedTuple

import pytest

from hyperion_hook.domain.breaks import BreakKind
from tests.assess.breaks.test_breaks import found


class Writing(NamedTuple):
    """How a language writes a function of two parameters, what is added to them, and a file that calls it."""

    path: str
    definition: str
    parameters: tuple[str, str]
    added: str
    others: dict[str, str]
    comment: str = "//"
    may_end_in_comma: bool = True
    must_end_in_comma: bool = False


WRITINGS = {
    "Python": Writing(
        "app/core.py",
        "import os\n\n\ndef weigh{} -> X | ft.Y:\n    return 1\n",
        ("first: dict[str, int]", "second: Callable[[int], str]"),
        "retry: bool",
        {"app/__init__.py": "", "app/user.py": "from app.core import weigh\n\nweigh(1, 2)\n"},
        "#",
    ),
    "Python method": Writing(
        "core.py",
        "class Tool:\n    async def weigh{}:\n        return 1\n\n    def run(self):\n        self.weigh(2)\n",
        ("self", "second"),
        "retry: bool",
        {},
        "#",
    ),
    "Java": Writing(
        "p/Tool.java",
        "package p;\npublic class Tool {\n  public static int weigh{}\n      throws IOException {\n    return 1;\n  }\n}\n",
        ("final Map<String, List<Integer>> first", '@Named("a, b") int second'),
        "boolean retry",
        {"p/User.java": "package p;\nclass User {\n  int run() {\n    return Tool.weigh(null, 2);\n  }\n}\n"},
        may_end_in_comma=False,
    ),
    "Java without a body": Writing(
        "p/Tool.java",
        "package p;\npublic class Tool {\n  static native long weigh{};\n}\n",
        ("final Map<String, List<Integer>> first", '@Named("a, b") int second'),
        "boolean retry",
        {"p/User.java": "package p;\nclass User {\n  long run() {\n    return Tool.weigh(null, 2);\n  }\n}\n"},
        may_end_in_comma=False,
    ),
    "Go": Writing(
        "lib/a.go",
        "package lib\n\nfunc Weigh{} (int, error) {\n\treturn 1, nil\n}\n",
        ("first map[string]int", "second func(int) error"),
        "retry bool",
        {"go.mod": "module example.org/m\n\ngo 1.22\n", "lib/b.go": "package lib\n\nvar x, _ = Weigh(nil, nil)\n"},
        must_end_in_comma=True,
    ),
    "C": Writing(
        "tool.c",
        "#include <stdio.h>\n\nint weigh{}\n{\n  return 1;\n}\n",
        ("const char *first", "int (*second)(int)"),
        "int retry",
        {"main.c": "int main(void) {\n  return weigh(0, 0);\n}\n"},
        may_end_in_comma=False,
    ),
    "TypeScript": Writing(
        "src/tool.ts",
        "export function weigh{}: Promise<void> {\n  return 1;\n}\n",
        ("first: Map<string, number>", "second: (value: number) => void"),
        "retry: boolean",
        {"src/user.ts": "import { weigh } from './tool';\n\nweigh(a, b);\n"},
    ),
}

Layout = Callable[[Sequence[str], str], str]
LAYOUTS: dict[str, Layout] = {
    "one line": lambda names, _: f"({', '.join(names)})",
    "a line of their own": lambda names, _: f"(\n    {', '.join(names)}\n)",
    "a line of their own, comma": lambda names, _: f"(\n    {', '.join(names)},\n)",
    "closed at their end": lambda names, _: f"(\n    {', '.join(names)})",
    "one each": lambda names, _: "(\n    " + ",\n    ".join(names) + "\n)",
    "one each, comma": lambda names, _: "(\n    " + "".join(f"{name},\n    " for name in names) + ")",
    "hanging": lambda names, _: "(" + ",\n          ".join(names) + ")",
    "comma first": lambda names, _: "(\n    " + "\n    , ".join(names) + "\n)",
    "blank lines": lambda names, _: "(\n\n    " + ",\n\n    ".join(names) + "\n\n)",
    "comments": lambda names, mark: "(" + "".join(f"\n    {mark} see f);\n    {name}," for name in names)[:-1] + "\n)",
    "a comment each, comma": lambda names, mark: "(" + "".join(f"\n    {n}, {mark} or: (f" for n in names) + "\n)",
    "far apart": lambda names, mark: (
        "(\n    " + f",\n    {mark} word\n    {mark} {'word ' * 90}\n    ".join(names) + ")"
    ),
}


def _can_write(writing: Writing, layout: str) -> bool:
    ends_in_comma = LAYOUTS[layout](["a", "b"], "//").count(",") == 2
    if ends_in_comma:
        return writing.may_end_in_comma
    return not writing.must_end_in_comma or layout in ("one line", "closed at their end", "hanging", "far apart")


CASES = [
    (language, layout) for language, layout in product(WRITINGS, LAYOUTS) if _can_write(WRITINGS[language], layout)
]


@pytest.mark.parametrize("place", ["second", "last"])
@pytest.mark.parametrize(("language", "layout"), CASES)
def test_an_added_parameter_is_noticed(tmp_path: Path, language: str, layout: str, place: str) -> None:
    writing, lay_out = WRITINGS[language], LAYOUTS[layout]
    parameters = list(writing.parameters)
    base = writing.definition.replace("{}", lay_out(parameters, writing.comment))
    parameters.insert(1 if place == "second" else 2, writing.added)
    staged = writing.definition.replace("{}", lay_out(parameters, writing.comment))
    told = found(tmp_path, {writing.path: base, **writing.others}, {writing.path: staged})
    assert [entry.sentence.partition(" ")[0].lower() for entry in told if entry.kind is BreakKind.SIGNATURE] == [
        "weigh"
    ]


@pytest.mark.parametrize(("language", "layout"), CASES)
def test_a_parameter_less_is_noticed(tmp_path: Path, language: str, layout: str) -> None:
    writing, lay_out = WRITINGS[language], LAYOUTS[layout]
    base = writing.definition.replace("{}", lay_out(writing.parameters, writing.comment))
    staged = writing.definition.replace("{}", lay_out(writing.parameters[:1], writing.comment))
    told = found(tmp_path, {writing.path: base, **writing.others}, {writing.path: staged})
    assert [entry.sentence.partition(" ")[0].lower() for entry in told if entry.kind is BreakKind.SIGNATURE] == [
        "weigh"
    ]


@pytest.mark.parametrize("language", WRITINGS)
def test_another_layout_is_no_other_signature(tmp_path: Path, language: str) -> None:
    writing = WRITINGS[language]
    base, *staged = (
        writing.definition.replace("{}", LAYOUTS[layout](writing.parameters, writing.comment))
        for layout in ("one line", "hanging")
    )
    assert not found(tmp_path, {writing.path: base, **writing.others}, {writing.path: staged[0]})
