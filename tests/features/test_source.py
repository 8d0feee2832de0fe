"""The adapter to lizard and radon: the same numbers as theirs, and an answer to anything at all."""

from __future__ import annotations

import ast
import inspect
import json.decoder
import subprocess
import sys
import textwrap
import time

import lizard
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from radon.complexity import cc_visit
from radon.metrics import h_visit, mi_compute, mi_visit

from hyperion_hook.domain.vector import Missing
from hyperion_hook.features.code.limits import Limits
from hyperion_hook.features.code.metrics import FunctionMetrics, SourceMetrics
from hyperion_hook.features.source.halstead_maintainability import maintainability_index
from hyperion_hook.features.source.measure import can_measure, measure_source

JAVA = """
package a;

/** A class. */
public class Basket<T extends Item> {
    private final List<T> items = new ArrayList<>();

    public int total(int limit, Map<String, Integer> prices) throws IOException {
        int total = 0;
        for (T item : items) {
            if (item.price() > limit && item.isKnown() || item == null) { // odd
                continue;
            }
            total += item.sale() ? item.price() / 2 : item.price();
        }
        try {
            check(total);
        } catch (RuntimeException e) {
            log("failed {}", e);
        }
        return total;
    }

    protected void each(Consumer<? super T> consumer) { items.forEach(x -> { if (x != null) consumer.accept(x); }); }

    private Runnable later() {
        return new Runnable() {
            @Override public void run() { while (true) { step(); } }
        };
    }
}
"""
C = """
#include <stdio.h>
#define MAX(a, b) \\
    ((a) > (b) ? (a) : (b))

static int helper(const char *text, int n) {
#ifdef DEBUG
    printf("%s", text);
#endif
    switch (n) {
    case 1: return 1;
    case 2: /* two */ return 2;
    default: break;
    }
    do { n--; } while (n > 0 && text[n]);
    return n;
}

int run(void) { return helper("a", 3) ? 1 : 0; }
"""
SCRIPT = """
import { a } from 'b'

export const sum = (xs) => xs.reduce((s, x) => s + x, 0)

export function load(url, options = {}) {
  const regex = /["'{]/g
  if (!url || options.skip) {
    return Promise.reject(new Error(`no ${url ? 'url' : "thing"}`))
  }
  return fetch(url).then(function (response) {
    for (const part of response.parts) { if (part) { use(part) } }
  })
}

class Loader { async go(x) { return await load(x) } }
"""
GO = """
package a

func (s *Server) Serve(ctx context.Context, n int) (int, error) {
	for i := 0; i < n; i++ {
		if err := s.step(i); err != nil {
			return 0, err
		}
	}
	go func() { s.done <- true }()
	return n, nil
}

func local(m map[string]int) {}
"""
RUST = """
pub fn open(path: &str) -> Result<File, Error> {
    let file = match File::open(path) {
        Ok(f) => f,
        Err(e) if e.kind() == NotFound => return Err(e),
        Err(e) => panic!("{:?}", e),
    };
    Ok(file)
}
fn hidden<'a>(x: &'a str) -> &'a str { x }
"""
RUBY = """
# Greets.
class Greeter
  def greet(name, loud = false)
    return if name.nil?
    text = "hello #{name}"
    loud ? text.upcase : text
  end
end
"""
SAMPLES = {"a.java": JAVA, "a.c": C, "a.cpp": C, "a.js": SCRIPT, "a.ts": SCRIPT, "a.go": GO, "a.rs": RUST, "a.rb": RUBY}


def measured(path: str, text: str) -> SourceMetrics:
    metrics = measure_source(path, text)
    assert isinstance(metrics, SourceMetrics), metrics
    return metrics


def by_name(metrics: SourceMetrics) -> dict[str, FunctionMetrics]:
    return {item.name: item for item in metrics.functions}


# -- the same numbers as the libraries --------------------------------------------------------------------------------


MISREAD = {
    # lizard counts the name of a method twice: for itself and for the function around it
    "a.java": {"Basket::later": ("Basket::later", 26, 30, 5, 1, 17, 0)},
    # it gives arrow functions no parameters, lets them run on, and misses the first token of a method
    "a.js": {
        "(anonymous)4": ("(anonymous)", 4, 4, 1, 1, 9, 2),
        "sum": ("sum", 4, 4, 1, 1, 13, 1),
        "load": ("load", 6, 14, 7, 4, 56, 2),
        "go": ("go", 16, 16, 1, 1, 12, 1),
    },
}
MISREAD["a.ts"] = MISREAD["a.js"]


@pytest.mark.parametrize("path", SAMPLES)
def test_functions_are_those_of_lizard_with_the_same_numbers(path: str) -> None:
    direct = lizard.analyze_file.analyze_source_code(path, SAMPLES[path]).function_list
    assert direct
    corrected = MISREAD.get(path, {})
    assert sorted(
        (item.name, item.start_line, item.end_line, item.code_lines, item.cyclomatic, item.tokens, item.parameters)
        for item in measured(path, SAMPLES[path]).functions
    ) == sorted(
        corrected.get(item.name)
        or corrected.get(f"{item.name}{item.start_line}")
        or (
            item.name,
            item.start_line,
            item.end_line,
            item.nloc,
            item.cyclomatic_complexity,
            item.token_count,
            item.parameter_count,
        )
        for item in direct
    )


@pytest.mark.parametrize("module", [ast, json.decoder, textwrap, inspect, lizard])
def test_a_python_module_has_the_numbers_of_radon(module: object) -> None:
    text = inspect.getsource(module)  # type: ignore[arg-type]
    metrics = measured("a.py", text)
    assert metrics.maintainability == pytest.approx(mi_visit(text, multi=True), abs=1e-9)
    assert metrics.halstead_volume == pytest.approx(h_visit(text).total.volume, abs=1e-9)
    direct = {(block.lineno, block.name): block.complexity for block in cc_visit(text) if block.letter in "FM"}
    own = {(item.start_line, item.name.rpartition(".")[2]): item.cyclomatic for item in metrics.functions}
    decorated = {key for key in direct if key not in own}
    assert len(decorated) < len(direct) / 2
    assert all(own[key] == value for key, value in direct.items() if key in own)


@given(st.floats(1, 1e7), st.integers(0, 3000), st.integers(1, 50_000), st.floats(0, 100))
def test_the_maintainability_index_is_radons_formula(volume: float, complexity: int, code: int, share: float) -> None:
    ours = maintainability_index(volume, complexity, code, share)
    assert ours == pytest.approx(mi_compute(volume, complexity, code, share), abs=1e-9)
    assert 0 <= ours <= 100


def test_what_radon_does_not_see_is_counted_all_the_same() -> None:
    handlers = "def f():\n    try:\n        g()\n    except* A:\n        pass\n    except* B:\n        pass\n"
    assert by_name(measured("a.py", handlers))["f"].cyclomatic == 3
    local = "def f():\n    class A:\n        def g(self):\n            if a or b:\n                pass\n"
    assert by_name(measured("a.py", local))["f.A.g"].cyclomatic == 3


def test_code_without_operators_is_not_perfectly_maintainable() -> None:
    text = "".join(f"def f{i}():\n    if g():\n        h()\n" for i in range(200))
    assert mi_visit(text, multi=True) == 100
    metrics = measured("a.py", text)
    assert metrics.halstead_volume == 0
    assert isinstance(metrics.maintainability, float)
    assert metrics.maintainability < 50


def test_an_empty_file_has_nothing_and_is_maintainable() -> None:
    for path in ("a.py", "a.java"):
        metrics = measured(path, "")
        assert (metrics.lines, metrics.functions, metrics.maintainability) == (0, (), 100)


# -- what is public, and with which parameters ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "public", "hidden"),
    [
        ("a.java", {"Basket::total"}, {"Basket::each", "Basket::later"}),
        ("a.c", {"run"}, {"helper"}),
        ("a.js", {"sum", "load", "go"}, {"(anonymous)"}),
        ("a.go", {"Serve"}, {"local"}),
        ("a.rs", {"open"}, {"hidden"}),
        ("a.rb", {"greet"}, set()),
    ],
)
def test_what_can_be_called_from_elsewhere_is_public(path: str, public: set[str], hidden: set[str]) -> None:
    functions = measured(path, SAMPLES[path]).functions
    assert public <= {item.name for item in functions if item.is_public}
    assert hidden <= {item.name for item in functions if not item.is_public}


@pytest.mark.parametrize(
    ("path", "text", "is_public"),
    [
        ("a.py", "def f(): pass", True),
        ("a.py", "def _f(): pass", False),
        ("a.py", "def __len__(): pass", True),
        ("a.py", "class _A:\n    def f(self): pass", False),
        ("a.cs", "class A { public int F() { return 1; } }", True),
        ("a.cs", "class A { int F() { return 1; } }", False),
        ("a.kt", "class A {\n fun f() { }\n}\n", True),
        ("a.kt", "class A {\n private fun f() { }\n}\n", False),
        ("a.php", "<?php class A { private function f() { } }", False),
        ("a.php", "<?php function f() { }", True),
        ("a.swift", "public func f() { }\n", True),
        ("a.swift", "func f() { }\n", False),
        ("a.ts", "export class A { f() { return 1 } }", True),
        ("a.ts", "export const x = 1\nfunction f() { }", False),
        ("a.ts", "export class A { private f() { return 1 } }", False),
    ],
)
def test_each_language_has_its_own_convention(path: str, text: str, is_public: bool) -> None:
    assert [item.is_public for item in measured(path, text).functions] == [is_public]


def test_signatures_show_names_kinds_and_defaults() -> None:
    text = "def f(a, b: int = 1, /, c=2, *args, d, e=3, **rest): pass\ndef g(a, *, b): pass\n"
    found = by_name(measured("a.py", text))
    assert found["f"].signature == "(a, b=, /, c=, *args, d, e=, **rest)"
    assert found["f"].parameters == 7
    assert found["g"].signature == "(a, *, b)"
    assert by_name(measured("a.c", C))["helper"].signature == "(const char * text, int n)"


def test_line_ends_and_byte_order_marks_change_nothing() -> None:
    for path, text in {**SAMPLES, "a.py": "def f(a):\n    if a:\n        return 1\n"}.items():
        plain = measured(path, text)
        assert measured(path, text.replace("\n", "\r\n")) == plain
        assert measured(path, "\ufeff" + text) == plain


# -- what a source can do to be a nuisance ----------------------------------------------------------------------------


def test_a_language_without_a_reader_is_missing_by_name() -> None:
    assert measure_source("a.hs", "main = 1") == Missing("no reader for Haskell")
    assert measure_source("a.txt", "x") == Missing("this kind of file is not measured")
    assert not can_measure("Makefile")


@pytest.mark.parametrize(
    ("path", "text", "reason"),
    [
        ("a.js", "x=1;" * 300_000, "larger than"),
        ("a.c", "é" * 600_000, "larger than"),
        ("a.js", "function f(){if(a){b()}}" * 900, "characters"),
        ("a.js", "\n" * 50 + "x=1;" * 6_000, "a line is longer than"),
        ("a.py", "x = 1\0\n", "NUL"),
        ("a.go", "// Code generated by protoc. DO NOT EDIT.\npackage a\n", "generated"),
        ("a.java", "/* This file was automatically generated by a tool */\nclass A {}\n", "generated"),
        ("a.py", "x = (" + "1 +\n" * 3000 + "1)\n", "nested too deeply"),
        ("a.py", "x = " + "(\n" * 250 + ")" * 250, "Python cannot parse it"),
        ("a.py", "def f(:\n", "Python cannot parse it"),
        ("a.js", "function f() {\n" * 400 + "}\n" * 400, "nested too deeply"),
        ("a.java", "class A {\n" * 5_000, "nested too deeply"),
        ("a.cpp", "namespace a { void f() {}\n" * 3_000, "nested too deeply"),
        ("a.java", "int a; /* b\n" * 40_000, "never end"),
        ("a.ts", ("a < " + "b ? " * 4_000 + "\n") * 20, "characters"),
        ("a.m", 'R"(\n' * 30_000, "never end"),
        ("a.swift", "/* \n" * 90_000, "never ends"),
        ("a.rs", 'r#" ' * 50_000, "characters"),
        ("a.rs", 'r#" \n' * 50_000, "never ends"),
        ("a.php", "<?php\n" + "<<<A\n" * 50_000, "never ends"),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else None,
)
def test_what_cannot_be_read_is_missing_with_its_reason(path: str, text: str, reason: str) -> None:
    metrics = measure_source(path, text)
    assert isinstance(metrics, Missing), path
    assert reason in metrics.reason


@pytest.mark.parametrize(
    ("path", "text"),
    [("a.java", ("a <" + " extends" * 40 + "? ;\n") * 3 + ">"), ("a.vue", "<a\n" * 60_000)],
    ids=["Java", "Vue"],
)
def test_what_made_a_pattern_backtrack_is_answered_in_time(path: str, text: str) -> None:
    started = time.thread_time()
    assert measured(path, text).functions == ()
    assert time.thread_time() - started < 2


def test_a_file_that_takes_too_long_is_given_up() -> None:
    text = "class A {" + "".join(f"void m{i}(int a) {{ if (a > {i}) b(); }}\n" for i in range(3_000)) + "}"
    metrics = measure_source("a.java", text, limits=Limits(steps=5_000))
    assert metrics == Missing("reading it takes more than 5,000 steps")
    assert measure_source("a.py", "a;" * 9 + "\n" + "a\n" * 130_000) == Missing("more than 250,000 tokens of Python")


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.f90", "\n".join("function(){" * 25 for _ in range(40))),
        ("a.gd", "".join(" " * level + f"func f{level}():\n" for level in range(90)) + " " * 90 + "pass\n"),
        ("a.py", "print 'old'\n" + "".join(" " * level + "def f():\n" for level in range(90)) + " " * 90 + "pass\n"),
    ],
    ids=["Fortran", "GDScript", "Python"],
)
def test_what_takes_twice_as_long_with_every_level_is_given_up_in_time(path: str, text: str) -> None:
    metrics = measure_source(path, text)
    assert isinstance(metrics, Missing)


def test_python_that_only_lizard_can_read_gives_what_lizard_knows() -> None:
    text = "print 'old'\ndef f(a):\n    if a: return 1\n    return 2\n"
    metrics = measured("a.py", text)
    assert by_name(metrics)["f"].cyclomatic == 2
    for value in (by_name(metrics)["f"].npath, by_name(metrics)["f"].cognitive, metrics.maintainability):
        assert isinstance(value, Missing)
        assert "Python cannot parse it" in value.reason
    assert metrics.classes is None


def test_comments_are_no_code_in_python_that_only_lizard_can_read() -> None:
    text = (
        '# -*- coding: utf-8 -*-\nclass ${Name}:\n    # Why.\n    def f(self):\n        """Say."""\n        return 1\n'
    )
    metrics = measured("a.py.tmpl", text)
    assert (metrics.code_lines, metrics.comment_lines) == (3, 3)


def test_one_function_nested_too_deeply_does_not_hide_the_others() -> None:
    deep = "void f() { " + "if (a) { " * 200 + "}" * 200 + " }\n"
    found = by_name(measured("a.java", "class A {\n" + deep + "void g() { if (a) b(); }\n}"))
    assert found["A::f"].cyclomatic == 201
    assert isinstance(found["A::f"].npath, Missing)
    assert found["A::g"].cognitive == 1


def test_comments_cannot_hide_a_function() -> None:
    text = "// #lizard forgives\n/* GENERATED CODE */\nint f(int a) { // #lizard forgive\n if (a) b(); return 1; }\n"
    assert [item.name for item in measured("a.c", text).functions] == ["f"]


def test_code_outside_all_functions_is_no_function() -> None:
    names = [item.name for item in measured("a.cs", "class A { int F(int a) => a + 1; }").functions]
    assert names == ["A::F"]


PATHS = [
    "a.py",
    "a.java",
    "a.kt",
    "a.scala",
    "a.js",
    "a.ts",
    "a.tsx",
    "a.vue",
    "a.go",
    "a.rs",
    "a.c",
    "a.cpp",
    "a.cs",
    "a.m",
    "a.swift",
    "a.rb",
    "a.php",
    "a.pl",
    "a.lua",
    "a.r",
    "a.erl",
    "a.f90",
    "a.sol",
    "a.zig",
    "a.sql",
    "a.gd",
]
SCRAPS = """if else for while do switch case default try catch finally class def fn func fun function return => -> {
} ( ) [ ] ; : , . ? && || and or not end then elsif match when new this self x y = == < > ! | & " ' ` /* */ // # \\ @ $
${ async await let var val goto break continue yield lambda in of with import <?php ?> begin rescue unless until"""
WORDS = st.sampled_from([*SCRAPS.split(), "\n", "\n    ", "\t", "é", "\ud800", "\r", "0x1", "1.5", "\u2028"])


@pytest.mark.parametrize("path", PATHS)
@settings(max_examples=25, deadline=None)
@given(words=st.lists(WORDS, max_size=60), joint=st.sampled_from([" ", ""]))
def test_any_text_gets_an_answer(path: str, words: list[str], joint: str) -> None:
    metrics = measure_source(path, joint.join(words))
    if isinstance(metrics, SourceMetrics):
        assert metrics.lines == metrics.code_lines + metrics.comment_lines + metrics.blank_lines
        for function in metrics.functions:
            assert function.cyclomatic >= 0
            for value in (function.cognitive, function.npath, function.nesting):
                assert isinstance(value, Missing) or value >= 0


def test_a_file_that_ends_with_an_arrow_is_read() -> None:
    assert isinstance(measure_source("a.js", "=> if =>"), SourceMetrics | Missing)


def test_measuring_twice_gives_the_same() -> None:
    for path, text in SAMPLES.items():
        assert measure_source(path, text) == measure_source(path, text)


# -- what it costs ----------------------------------------------------------------------------------------------------


def loaded(path: str, text: str) -> set[str]:
    script = (
        "import sys; from hyperion_hook.features.source.measure import measure_source;"
        f"measure_source({path!r}, {text!r}); print('\\n'.join(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return {name.partition(".")[0] for name in done.stdout.split()}


def test_python_does_not_load_lizard_and_java_does_not_load_radon() -> None:
    of_python = loaded("a.py", "def f(): pass\n")
    assert "radon" in of_python
    assert not of_python & {"lizard", "lizard_languages", "numpy", "pandas"}
    of_java = loaded("a.java", "class A {}")
    assert "lizard_languages" in of_java
    assert not of_java & {"radon", "lizard", "numpy", "pandas"}
