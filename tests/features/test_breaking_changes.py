from __future__ import annotations

import time
from collections import Counter
from pathlib import Path

import griffe
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hyperion_hook.domain.change import Change, FileStatus
from hyperion_hook.domain.vector import Missing
from hyperion_hook.features.code.metrics import ClassMetrics, FunctionMetrics, SourceMetrics
from hyperion_hook.features.context import Context
from hyperion_hook.features.graph.import_graph import build_graph
from hyperion_hook.features.structure import breaking_changes as interface
from hyperion_hook.features.structure.breakage_kinds import Breakage
from hyperion_hook.features.structure.interface_python import breakages, has_same_surface
from tests.support.changes import NO_GRAPH, NO_METRICS, change, context, edit

KINDS = {
    "OBJECT_REMOVED": Breakage.OBJECT_REMOVED,
    "OBJECT_CHANGED_KIND": Breakage.OBJECT_KIND,
    "PARAMETER_REMOVED": Breakage.PARAMETER_REMOVED,
    "PARAMETER_ADDED_REQUIRED": Breakage.PARAMETER_ADDED,
    "PARAMETER_CHANGED_REQUIRED": Breakage.PARAMETER_REQUIRED,
    "PARAMETER_MOVED": Breakage.PARAMETER_MOVED,
    "PARAMETER_CHANGED_KIND": Breakage.PARAMETER_KIND,
    "PARAMETER_CHANGED_DEFAULT": Breakage.PARAMETER_DEFAULT,
    "RETURN_CHANGED_TYPE": Breakage.RETURN_TYPE,
    "CLASS_REMOVED_BASE": Breakage.BASE_REMOVED,
}


def by_griffe(before: str, after: str) -> Counter[Breakage]:
    old, new = (griffe.visit("m", filepath=Path("m.py"), code=code) for code in (before, after))
    return Counter(KINDS[found.kind.name] for found in griffe.find_breaking_changes(old, new))


EXAMPLES = {
    "nothing changed": ("def f(a): ...\n", "def f(a): ...\n", []),
    "a body changed": ("def f(a):\n    return a\n", "def f(a):\n    return a + 1\n", []),
    "a function is gone": ("def f(): ...\ndef g(): ...\n", "def g(): ...\n", [Breakage.OBJECT_REMOVED]),
    "a private function is gone": ("def _f(): ...\n", "", []),
    "a special method is gone": (
        "class A:\n    def __eq__(self, o): ...\n",
        "class A: ...\n",
        [Breakage.OBJECT_REMOVED],
    ),
    "a class became a function": ("class A: ...\n", "def A(): ...\n", [Breakage.OBJECT_KIND]),
    "a method became a property": (
        "class A:\n    def x(self): ...\n",
        "class A:\n    @property\n    def x(self): ...\n",
        [Breakage.OBJECT_KIND],
    ),
    "a constant is gone": ("A = 1\nB: int = 2\n", "B = 2\n", [Breakage.OBJECT_REMOVED]),
    "a parameter is gone": ("def f(a, b): ...\n", "def f(a): ...\n", [Breakage.PARAMETER_REMOVED]),
    "what a module takes over as a whole is gone": ("import os\nfrom .a import *\n", "", [Breakage.OBJECT_REMOVED]),
    "what a module takes over as a whole comes from elsewhere": (
        "from a import *\n",
        "from b import *\n",
        [Breakage.OBJECT_REMOVED],
    ),
    "a required parameter came": ("def f(a): ...\n", "def f(a, b): ...\n", [Breakage.PARAMETER_ADDED]),
    "an optional parameter came": ("def f(a): ...\n", "def f(a, b=1, *c, **d): ...\n", []),
    "a default is gone": ("def f(a=1): ...\n", "def f(a): ...\n", [Breakage.PARAMETER_REQUIRED]),
    "a default changed": ("def f(a=1): ...\n", "def f(a=2): ...\n", [Breakage.PARAMETER_DEFAULT]),
    "parameters changed places": ("def f(a, b): ...\n", "def f(b, a): ...\n", [Breakage.PARAMETER_MOVED] * 2),
    "a parameter must be named": ("def f(a): ...\n", "def f(*, a): ...\n", [Breakage.PARAMETER_KIND]),
    "a parameter cannot be named": ("def f(a): ...\n", "def f(a, /): ...\n", [Breakage.PARAMETER_KIND]),
    "a parameter is swallowed": ("def f(a): ...\n", "def f(*args, **kwargs): ...\n", []),
    "a return type is gone": ("def f() -> int: ...\n", "def f(): ...\n", [Breakage.RETURN_TYPE]),
    "a base is gone": ("class A(B, C): ...\n", "class A(B): ...\n", [Breakage.BASE_REMOVED]),
    "a method is gone": ("class A:\n    def f(self): ...\n", "class A:\n    pass\n", [Breakage.OBJECT_REMOVED]),
    "an attribute set by __init__ is gone": (
        "class A:\n    def __init__(self):\n        self.x = 1\n",
        "class A:\n    def __init__(self):\n        pass\n",
        [Breakage.OBJECT_REMOVED],
    ),
    "__all__ decides": (
        "__all__ = ['_f']\ndef _f(): ...\ndef g(): ...\n",
        "__all__ = ['_f']\n",
        [Breakage.OBJECT_REMOVED],
    ),
    "an imported name is not ours": ("from x import y\n", "", []),
    "an exported import is": ("from x import y\n__all__ = ['y']\n", "__all__ = ['y']\n", [Breakage.OBJECT_REMOVED]),
    "the other branch keeps it": ("if a:\n    def f(): ...\n", "try:\n    x\nexcept E:\n    def f(): ...\n", []),
    "a coroutine is a function": ("async def f(a): ...\n", "def f(a, b): ...\n", [Breakage.PARAMETER_ADDED]),
    "overloads are no versions": (
        "@overload\ndef f(a): ...\n@overload\ndef f(a, b): ...\ndef f(a, b=1): ...\n",
        "def f(a, b=1): ...\n",
        [],
    ),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_breakages_are_found_and_are_griffes(name: str) -> None:
    before, after, expected = EXAMPLES[name]
    assert sorted(breakages(before, after) or ()) == sorted(expected)
    assert by_griffe(before, after) == Counter(expected)


@pytest.mark.parametrize("line", ["def\n", "class A\n", "@\n", "a, \n", "    self.x\n", "def f(a,\n", "self.", "a "])
def test_no_text_takes_long_to_compare(line: str) -> None:
    started = time.process_time()
    assert breakages(line * (390_000 // len(line)), "def f(a): ...\n") in (None, ())
    assert time.process_time() - started < 5


def test_names_assigned_together_are_names_which_griffe_does_not_see() -> None:
    assert breakages("A, B = 1, 2\n", "A = 1\n") == (Breakage.OBJECT_REMOVED,)


def test_a_method_that_moved_to_a_base_in_the_file_is_still_there() -> None:
    before = "class B: ...\nclass A(B):\n    def f(self): ...\n"
    after = "class B:\n    def f(self): ...\nclass A(B): ...\n"
    assert breakages(before, after) == ()
    assert breakages("class A(A):\n    x = 1\n", "class A(A): ...\n") == (Breakage.OBJECT_REMOVED,)


NAMES = st.sampled_from(["a", "b", "c", "_d"])
DEFAULTS = st.sampled_from(["", "=1", "=2", "=None"])


@st.composite
def parameter_lists(draw: st.DrawFn, first: str = "") -> str:
    names = draw(st.lists(NAMES, unique=True, max_size=4))
    kinds = sorted(draw(st.sampled_from([0, 1, 3])) for _ in names)
    parts = [first] if first else []
    optional = False
    star = False
    before_slash = [name for name, kind in zip(names, kinds, strict=True) if kind == 0]
    for name, kind in zip(names, kinds, strict=True):
        default = draw(DEFAULTS)
        if kind == 3 and not star:
            parts.append(draw(st.sampled_from(["*", "*args"])))
            star = True
        if kind < 3:
            default = default or ("=0" if optional else "")
            optional = bool(default)
        parts.append(name + default)
        if before_slash and name == before_slash[-1]:
            parts.append("/")
    if not star and draw(st.booleans()):
        parts.append("*args")
    if draw(st.booleans()):
        parts.append("**kwargs")
    return ", ".join(parts)


@st.composite
def functions(draw: st.DrawFn, indent: str = "", first: str = "") -> str:
    name = draw(st.sampled_from(["f", "g", "_h", "__call__"]))
    decorator = draw(st.sampled_from(["", "", "", "@property\n", "@staticmethod\n"])) if first else ""
    returns = draw(st.sampled_from(["", " -> int", " -> None"]))
    return f"{indent}{decorator}{indent if decorator else ''}def {name}({draw(parameter_lists(first))}){returns}: ...\n"


@st.composite
def modules(draw: st.DrawFn) -> str:
    parts = draw(
        st.lists(
            st.one_of(
                functions(),
                st.sampled_from(
                    ["A = 1\n", "B: int = 2\n", "_C = 3\n", "g = 4\n", "import os\n", "from .m import *\n"]
                ),
            ),
            max_size=4,
        )
    )
    for name in draw(st.lists(st.sampled_from(["K", "L"]), unique=True)):
        bases = draw(st.sampled_from(["", "(x.M)", "(x.M, x.N)"]))
        members = draw(
            st.lists(st.one_of(functions("    ", "self"), st.sampled_from(["    x = 1\n", "    _y = 2\n"])), max_size=3)
        )
        parts.append(f"class {name}{bases}:\n" + ("".join(members) or "    pass\n"))
    return "".join(parts)


@pytest.mark.slow
@given(modules(), modules())
@settings(max_examples=400, deadline=None)
def test_breakages_equal_griffes_on_generated_pairs(before: str, after: str) -> None:
    assert Counter(breakages(before, after) or ()) == by_griffe(before, after)


@given(modules(), modules())
@settings(max_examples=200, deadline=None)
def test_the_same_surface_breaks_nothing(before: str, after: str) -> None:
    if has_same_surface(before, after):
        assert not by_griffe(before, after)


@pytest.mark.parametrize(
    "text",
    [
        "def f(:\n",
        "x = " + "(" * 500,
        "\0",
        "a" * 1_000_001 + "\ndef f(): ...",
        "x = " + "-" * 100_000 + "1",
        "class A:\n    def f(x=" + "[" * 150 + "]" * 150 + "): ...",
    ],
    ids=range(6),
)
def test_a_text_that_does_not_parse_is_unknown_or_unbroken(text: str) -> None:
    assert breakages(text, "def f(): ...\n") in (None, (Breakage.OBJECT_REMOVED,), ())


def metrics(*functions: tuple[str, str, bool], classes: tuple[str, ...] = ()) -> SourceMetrics:
    return SourceMetrics(
        "Java",
        1,
        1,
        0,
        0,
        tuple(
            FunctionMetrics(name, 1, 1, 1, 1, 0.0, 0.0, 0.0, 0, 1, public, signature)
            for name, signature, public in functions
        ),
        tuple(ClassMetrics(name, 1, 1, (), 0.0, 1.0, 1) for name in classes),
        100.0,
        1.0,
    )


def risk_of(before: SourceMetrics, after: SourceMetrics, users: int = 0) -> object:
    graph = build_graph({"A.java": ("=p",), **{f"U{number}.java": ("p.A",) for number in range(users)}})
    texts = {"before": {"A.java": "before"}, "after": {"A.java": "after"}}
    return interface.measure(
        context(
            change(edit("A.java", "+x")),
            graph=graph,
            **texts,
            measure_source=lambda path, blob, text: before if text == "before" else after,
        )
    )["breaking_change_risk"]


def test_other_languages_are_compared_by_names_and_signatures() -> None:
    one = metrics(("A.f", "(int a)", True), ("A.g", "()", False), ("A.f", "(String s)", True), classes=("A", "B"))
    assert risk_of(one, one) == 0
    hidden = metrics(("A.f", "(int a)", True), ("A.f", "(String s)", True), classes=("A", "B"))
    assert risk_of(one, hidden) == 0
    changed = metrics(("A.f", "(int a)", True), ("A.f", "(Object s)", True), classes=("A", "B"))
    assert risk_of(one, changed) == pytest.approx(0.6 / 4)
    gone = metrics(classes=("A",))
    assert risk_of(one, gone) == pytest.approx(1 - (1 - 0.9 / 4) ** 3)


def test_the_risk_grows_with_users_that_are_left_behind() -> None:
    one, other = metrics(("A.f", "()", True)), metrics()
    risks = [risk_of(one, other, users) for users in (0, 1, 5, 50)]
    assert risks == [pytest.approx(0.9 * (users + 1) / (users + 4)) for users in (0, 1, 5, 50)]


def python_context(judged: Change, old: str, new: str, **more: object) -> Context:
    graph = build_graph({"p/a.py": (), "p/b.py": ("p.a",), "p/c.py": ("p.a",)})
    texts = {"before": {"p/a.py": old, "p/b.py": ""}, "after": {"p/a.py": new, "p/b.py": "x"}}
    return context(judged, **({"graph": graph} | texts | more))  # type: ignore[arg-type]


def test_users_that_the_change_touches_do_not_count() -> None:
    before, after = "def f(): ...\n", "def g(): ...\n"
    alone = interface.measure(python_context(change(edit("p/a.py", "+x")), before, after))
    assert alone["breaking_change_risk"] == pytest.approx(0.9 * 3 / 6)
    both = interface.measure(python_context(change(edit("p/a.py", "+x"), edit("p/b.py", "+x")), before, after))
    assert both["breaking_change_risk"] == pytest.approx(0.9 * 2 / 5)


def test_new_files_documents_and_tests_break_nothing() -> None:
    judged = change(edit("p/new.py", "+x", FileStatus.ADDED), edit("README.md", "+x"), edit("tests/test_a.py", "-x"))
    assert interface.measure(context(judged)) == {"breaking_change_risk": 0.0}


def test_a_deleted_module_takes_everything_with_it() -> None:
    judged = change(edit("p/a.py", "-x", FileStatus.DELETED))
    found = interface.measure(python_context(judged, "def f(): ...\ndef g(): ...\n", ""))
    assert found["breaking_change_risk"] == pytest.approx(1 - (1 - 0.9 / 2) ** 2)


def test_a_module_that_moves_breaks_its_users() -> None:
    judged = change(edit("p/z.py", "+x", old_path="p/a.py"))
    after = {"p/z.py": "x = 1\n"}
    found = interface.measure(python_context(judged, "x = 1\n", "", after=after))
    assert found["breaking_change_risk"] == pytest.approx(0.6 / 2)


def test_what_cannot_be_compared_is_missing_with_its_reason() -> None:
    judged = change(edit("p/a.py", "+x"))
    assert interface.measure(context(judged))["breaking_change_risk"] == Missing("p/a.py is not there")
    # does not parse: left to the metrics, which this test does not have
    assert interface.measure(python_context(judged, "def f(:", "x = 1"))["breaking_change_risk"] == NO_METRICS
    broken = interface.measure(python_context(judged, "def f(): ...\n", "", graph=NO_GRAPH))
    assert broken["breaking_change_risk"] == NO_GRAPH
    whole = interface.measure(python_context(judged, "def f(): ...\n", "def f(): ...\n", graph=NO_GRAPH))
    assert whole["breaking_change_risk"] == 0
