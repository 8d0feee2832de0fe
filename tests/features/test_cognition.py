"""Cognitive complexity against the examples of the white paper, retold in several languages."""

from __future__ import annotations

import ast

import pytest
from cognitive_complexity.api import get_cognitive_complexity

from hyperion_hook.domain.vector import Missing
from hyperion_hook.features.code.metrics import FunctionMetrics
from hyperion_hook.features.source.measure import measure_source


def function(path: str, text: str, name: str | None = None) -> FunctionMetrics:
    metrics = measure_source(path, text)
    assert not isinstance(metrics, Missing), metrics
    found = [item for item in metrics.functions if name is None or item.name.endswith(name)]
    assert found, [item.name for item in metrics.functions]
    return found[0]


PRIMES = {
    "a.java": "class A { int primes(int max) { int total = 0; OUT: for (int i = 1; i <= max; ++i) {"
    " for (int j = 2; j < i; ++j) { if (i % j == 0) { continue OUT; } } total += i; } return total; } }",
    "a.js": "function primes(max) { let total = 0; out: for (let i = 1; i <= max; ++i) {\n for (let j = 2; j < i; ++j) {"
    " if (i % j === 0) { continue out } }\n total += i }\n return total }",
    "a.ts": "function primes(max: number): number { let total = 0\n out: for (let i = 1; i <= max; ++i) {\n"
    " for (let j = 2; j < i; ++j) { if (i % j === 0) { continue out } }\n total += i }\n return total }",
    "a.go": "package a\nfunc primes(max int) int {\n total := 0\nOUT:\n for i := 1; i <= max; i++ {\n"
    "  for j := 2; j < i; j++ {\n   if i%j == 0 {\n    continue OUT\n   }\n  }\n  total += i\n }\n return total\n}\n",
    "a.rs": "fn primes(max: u32) -> u32 { let mut total = 0; 'out: for i in 1..max { for j in 2..i {"
    " if i % j == 0 { continue 'out; } } total += i; } total }",
    "a.kt": "fun primes(max: Int): Int {\n var total = 0\n out@ for (i in 1..max) {\n for (j in 2 until i) {\n"
    " if (i % j == 0) {\n continue@out\n }\n }\n total += i\n }\n return total\n}\n",
    "a.c": "int primes(int max) { int total = 0; for (int i = 1; i <= max; ++i) { for (int j = 2; j < i; ++j) {"
    " if (i % j == 0) { goto next; } } total += i; next: ; } return total; }",
    "a.cpp": "int primes(int max) { int total = 0; for (int i = 1; i <= max; ++i) { for (int j = 2; j < i; ++j) {"
    " if (i % j == 0) { goto next; } } total += i; next: ; } return total; }",
    "a.php": "<?php function primes($max) { $total = 0; for ($i = 1; $i <= $max; ++$i) { for ($j = 2; $j < $i; ++$j) {"
    " if ($i % $j == 0) { goto next; } } $total += $i; next: ; } return $total; }",
}


@pytest.mark.parametrize("path", PRIMES)
def test_two_loops_an_if_and_a_jump_to_a_label_cost_seven(path: str) -> None:
    assert function(path, PRIMES[path], "primes").cognitive == 7


WORDS = {
    "a.java": 'class A { String words(int n) { switch (n) { case 1: return "one"; case 2: return "two";'
    ' default: return "lots"; } } }',
    "a.c": 'const char *words(int n) { switch (n) { case 1: return "one"; case 2: return "two"; default: return "x"; } }',
    "a.cs": 'class A { string words(int n) { return n switch { 1 => "one", 2 => "two", _ => "lots" }; } }',
    "a.kt": 'fun words(n: Int): String {\n return when (n) {\n 1 -> "one"\n 2 -> "two"\n else -> "lots"\n }\n}\n',
    "a.rs": 'fn words(n: u32) -> &\'static str { match n { 1 => "one", 2 => "two", _ => "lots" } }',
    "a.go": 'package a\nfunc words(n int) string {\n switch n {\n case 1:\n  return "one"\n default:\n  return "lots"\n }\n}\n',
    "a.swift": 'func words(n: Int) -> String {\n switch n {\n case 1: return "one"\n default: return "lots"\n }\n}\n',
    "a.scala": 'object A {\n def words(n: Int): String = {\n n match {\n case 1 => "one"\n case _ => "lots"\n }\n }\n}\n',
    "a.py": "def words(n):\n    match n:\n        case 1:\n            return 'one'\n        case _:\n            return 'lots'\n",
}


@pytest.mark.parametrize("path", WORDS)
def test_a_switch_costs_one_whatever_its_cases(path: str) -> None:
    assert function(path, WORDS[path], "words").cognitive == 1


NESTED_IN_TRY = {
    "a.java": "class A { void go() { try { if (a) { for (int i = 0; i < 9; i++) { while (b) { } } } }"
    " catch (X | Y e) { if (c) { } } } }",
    "a.js": "function go() { try { if (a) { for (let i = 0; i < 9; i++) { while (b) { } } } } catch (e) { if (c) { } } }",
    "a.cpp": "void go() { try { if (a) { for (int i = 0; i < 9; i++) { while (b) { } } } } catch (X e) { if (c) { } } }",
    "a.cs": "class A { void go() { try { if (a) { foreach (var i in x) { while (b) { } } } } catch (X e) { if (c) { } } } }",
    "a.php": "<?php function go() { try { if ($a) { foreach ($x as $i) { while ($b) { } } } } catch (X $e) { if ($c) { } } }",
    "a.kt": "fun go() {\n try {\n if (a) {\n for (i in x) {\n while (b) { }\n }\n }\n } catch (e: X) {\n if (c) { }\n }\n}\n",
    "a.swift": "func go() {\n do {\n if a {\n for i in x {\n while b { }\n }\n }\n } catch {\n if c { }\n }\n}\n",
    "a.py": "def go():\n    try:\n        if a:\n            for i in x:\n                while b:\n                    pass\n"
    "    except X:\n        if c:\n            pass\n",
}


@pytest.mark.parametrize("path", NESTED_IN_TRY)
def test_a_try_adds_nothing_and_a_catch_nests(path: str) -> None:
    assert function(path, NESTED_IN_TRY[path], "go").cognitive == 9


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.java", "class A { void go() { Runnable r = () -> { if (a) { b(); } }; } }"),
        ("a.cs", "class A { void go() { Action r = () => { if (a) { b(); } }; } }"),
        ("a.cpp", "void go() { auto r = [&](int a) { if (a) { b(); } }; }"),
        ("a.go", "package a\nfunc go() {\n r := func() {\n  if a {\n   b()\n  }\n }\n}\n"),
        ("a.rs", "fn go() { let r = |a| { if a { b(); } }; }"),
        ("a.kt", "fun go() {\n val r = { if (a) { b() } }\n}\n"),
        ("a.swift", "func go() {\n let r = { if a { b() } }\n}\n"),
        ("a.php", "<?php function go() { $r = function () { if ($a) { b(); } }; }"),
        ("a.py", "def go():\n    x = 1\n    def r():\n        if a:\n            b()\n    return r, x\n"),
    ],
)
def test_a_function_within_a_function_nests(path: str, text: str) -> None:
    assert function(path, text, "go").cognitive == 2


@pytest.mark.parametrize(
    ("condition", "points"),
    [
        ("a", 1),
        ("a && b && c", 2),
        ("a && b && c || d || e && f", 4),
        ("a && !(b && c)", 3),
        ("a || (b || c)", 2),
        ("a && (b || c) && d", 4),
        ("f(a && b) && c", 3),
        ("a == (b && c) || d", 3),
    ],
)
@pytest.mark.parametrize("path", ["a.java", "a.c", "a.js", "a.cs"])
def test_a_run_of_like_operators_costs_one(path: str, condition: str, points: int) -> None:
    body = f"void go() {{ if ({condition}) {{ g(); }} }}"
    text = {
        "a.java": f"class A {{ {body} }}",
        "a.cs": f"class A {{ {body} }}",
        "a.js": body.replace("void", "function"),
    }
    assert function(path, text.get(path, body)).cognitive == points


@pytest.mark.parametrize(
    ("condition", "points"),
    [("a", 1), ("a and b and c", 2), ("a or b and c or d", 4), ("a and not (b and c)", 3), ("f(a and b) and c", 3)],
)
def test_a_run_of_like_operators_costs_one_in_python(condition: str, points: int) -> None:
    assert function("a.py", f"def go():\n    if {condition}:\n        pass\n").cognitive == points


@pytest.mark.parametrize(
    ("path", "text", "points"),
    [
        ("a.java", "class A { int go() { return a ? 1 : b ? 2 : 3; } }", 3),
        ("a.js", "function go() { return a ? 1 : b ? 2 : 3 }", 3),
        ("a.c", "int go() { f(a ? 1 : 2, b ? 1 : 2); }", 2),
        ("a.py", "def go():\n    return 1 if a else 2 if b else 3\n", 3),
        ("a.ts", "function go(a?: number, b?: string) { const x: Map<string, number> = a?.b ?? c; return x }", 0),
        ("a.cs", "class A { int? go(int? a) { int? x = a?.b ?? 1; return x; } }", 0),
        ("a.kt", "fun go(a: Int?): Int? {\n val x: Int? = a?.b ?: 1\n return x\n}\n", 0),
        ("a.rs", "fn go(a: A) -> R { let x = a.b()?.c()?; x }", 0),
        ("a.swift", "func go(a: Int?) -> Int? {\n let x = a?.b ?? c\n return x\n}\n", 0),
    ],
)
def test_only_a_real_ternary_counts(path: str, text: str, points: int) -> None:
    assert function(path, text, "go").cognitive == points


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.java", "class A { void go() { if (a) { x(); } else if (b) { y(); } else { z(); } } }"),
        ("a.java", "class A { void go() { if (a) x(); else if (b) y(); else z(); } }"),
        ("a.c", "void go(void) { if (a) return; else if (b) goto_(); else { z(); } }"),
        ("a.js", "function go() { if (a) x()\n else if (b) y()\n else z() }"),
        ("a.go", "package a\nfunc go() {\n if x := f(); x {\n  x()\n } else if b {\n  y()\n } else {\n  z()\n }\n}\n"),
        ("a.rs", "fn go() { if let Some(x) = a { x(); } else if b { y(); } else { z(); } }"),
        ("a.rs", "fn go() -> u32 { let v = if a { 1 } else if b { 2 } else { 3 }; v }"),
        ("a.kt", "fun go() {\n val v = if (a) 1 else if (b) 2 else 3\n}\n"),
        ("a.swift", "func go() {\n if let x = a {\n x()\n } else if b {\n y()\n } else {\n z()\n }\n}\n"),
        ("a.scala", "object A {\n def go() = {\n if (a) x() else if (b) y() else z()\n }\n}\n"),
        ("a.php", "<?php function go() { if ($a) { x(); } elseif ($b) { y(); } else { z(); } }"),
        ("a.php", "<?php function go() { if ($a): x(); elseif ($b): y(); else: z(); endif; }"),
        ("a.pl", "sub go { if ($a) { x(); } elsif ($b) { y(); } else { z(); } }"),
        ("a.py", "def go():\n    if a:\n        x()\n    elif b:\n        y()\n    else:\n        z()\n"),
    ],
)
def test_each_branch_of_a_chain_costs_one_without_nesting(path: str, text: str) -> None:
    assert function(path, text).cognitive == 3


def test_an_if_in_an_else_block_is_nested_and_an_elif_is_not() -> None:
    assert (
        function("a.py", "def go():\n    if a:\n        x()\n    else:\n        if b:\n            y()\n").cognitive
        == 4
    )


@pytest.mark.parametrize(
    ("path", "text", "points"),
    [
        ("a.java", "class A { int go(int n) { return n < 2 ? 1 : n * go(n - 1); } }", 2),
        ("a.java", "class A { int go(int n) { return go(n, 1); } int go(int n, int m) { return n; } }", 0),
        ("a.java", "class A { int go(int n) { return other.go(n); } }", 0),
        ("a.py", "def go(n):\n    return 1 if n < 2 else n * go(n - 1)\n", 2),
        ("a.py", "class A:\n    def go(self, n):\n        return self.go(n - 1)\n", 1),
        ("a.py", "class A:\n    def go(self, n):\n        return go(n - 1)\n", 0),
        ("a.js", "function go(n) { return n < 2 ? 1 : n * go(n - 1) }", 2),
    ],
)
def test_recursion_costs_one(path: str, text: str, points: int) -> None:
    assert function(path, text, "go").cognitive == points


@pytest.mark.parametrize(
    ("path", "text", "points"),
    [
        ("a.java", "class A { void go() { new Thread() { public void go() { } }; } }", 0),
        ("a.java", "class A { List<B> go() { return new L() { List<B> go() { return b; } }; } }", 0),
        ("a.java", "class A { B[] go() { return new L() { @O B[] go() throws C { return b; } }; } }", 0),
        ("a.java", "class A { void go() { new T() { void go() { } }; if (a) { go(); } else go(); } }", 3),
        ("a.cs", "class A { void go() { int go() { return 1; } } }", 0),
        ("a.js", "function go() { return { go() { return 1 } } }", 0),
        ("a.js", "function go() { return { x: 1, async go() { return 1 } } }", 0),
        ("a.js", "function go() { return { x: 1, go() { return 1 } } }", 0),
        ("a.js", "function go() { if (a) { go() } }", 2),
        ("a.js", "const go = n => go(n - 1)", 1),
        ("a.js", "const go = (n) => go(n - 1)", 1),
        ("a.js", "const go = function (n) { return go(n - 1) }", 1),
        ("a.rb", "def go\n  go()\nend", 1),
        ("a.lua", "function go()\n  return go()\nend", 1),
        ("a.ts", "function go(): A { return { go(): B { return 1 } } }", 0),
        ("a.kt", "fun go() { val x = object : B { override fun go() { } } }", 0),
        ("a.kt", "fun go() { go() }", 1),
        ("a.scala", "object A { def go() = { new B { def go() = 1 } } }", 0),
        ("a.swift", "func go() { class B { func go() { } } }", 0),
        ("a.swift", "func go() { if go() { b() } }", 2),
        ("a.go", "package a\nfunc go2() { if go2() { } }", 2),
        ("a.go", "package a\nfunc Go() { var b interface{ Go() int; C() int } }", 0),
        ("a.php", "<?php function go() { return new class { public function go() { return 1; } }; }", 0),
        ("a.rs", "fn go() { struct B; impl B { fn go() { } } }", 0),
        ("a.rs", "fn go() -> bool { if go() { return go() } else { go() } }", 3),
        ("a.cpp", "int go() { struct B { int go() { return 1; } }; return 1; }", 0),
        ("a.java", "class A { B self; boolean go() { return self.go(); } }", 0),
        ("a.swift", "class A { func go() { self.go() } }", 1),
        ("a.go", "package a\nfunc (n N) Go() bool { return Go(n) }", 0),
        ("a.go", "package a\nfunc (n N) Go() bool { return n.Go() }", 1),
        ("a.go", "package a\nfunc (N) Go() bool { return N.Go() }", 0),
    ],
)
def test_what_declares_the_same_name_within_is_no_recursion(path: str, text: str, points: int) -> None:
    metrics = measure_source(path, text)
    assert not isinstance(metrics, Missing), metrics
    assert max(metrics.functions, key=lambda item: item.tokens).cognitive == points


@pytest.mark.parametrize(
    ("path", "head"),
    [
        ("a.go", 'for _, b := range []string{"b"}'),
        ("a.go", "for i, b := range []struct {\n\ta int\n}{\n\t{1},\n\t{2},\n}"),
        ("a.go", "for _, b := range map[string]int{}"),
        ("a.go", "if b == (c{}) && func() bool { return d }()"),
        ("a.go", "if b := []int{1}.len(); b > 1"),
        ("a.rs", "if unsafe { b() }"),
        ("a.rs", "while let Some(c) = { b() }"),
    ],
)
def test_a_brace_within_a_head_begins_no_body(path: str, head: str) -> None:
    begin = "package a\nfunc go2()" if path.endswith(".go") else "fn go2()"
    text = f"{begin} {{\n{head} {{\nif x {{ y() }}\n}}\n}}\n"
    assert function(path, text).cognitive == 3 + ("&&" in head)
    assert function(path, text).nesting == 2


def test_a_decorator_does_not_nest_what_it_wraps() -> None:
    text = "def go(f):\n    def inner(*a):\n        if a:\n            b()\n    return inner\n"
    assert function("a.py", text).cognitive == 1
    assert function("a.py", text.replace(":\n", ':\n    """Say."""\n', 1)).cognitive == 1


def test_a_module_function_of_javascript_does_not_nest_what_it_holds() -> None:
    text = "function go() {\n  function inner(a) { if (a) { b() } }\n  return inner\n}\n"
    assert function("a.js", text, "go").cognitive == 0
    assert function("a.js", text, "inner").cognitive == 1


def test_the_anonymous_class_nests_its_methods_once() -> None:
    text = "class A { void go() { run(new Runnable() { public void run() { if (a) { b(); } } }); } }"
    assert function("a.java", text, "go").cognitive == 2


def test_a_class_without_a_name_nests_once_whatever_types_it_is_made_of() -> None:
    text = "class A { void go() { new B<List<Map<C, D>>, E>() { void f() { if (a) { b(); } } }; } }"
    assert function("a.java", text, "go").cognitive == 2


@pytest.mark.parametrize(
    ("path", "text", "points"),
    [
        ("a.kt", "fun go(x: Int) = when (x) {\n 1 -> if (a) b() else c()\n else -> d()\n}", 4),
        ("a.java", "class A { int go(int a) { return switch (a) { case 1 -> switch (b) { default -> 4; }; }; } }", 3),
        ("a.java", "class A { int go(int n) { return f(() -> go(n - 1)); } }", 1),
        ("a.java", "class A { void go() { if (a) { f(() -> { if (b) { c(); } }); } } }", 4),
        ("a.cpp", "int go(A* a) { return a->go(); }", 0),
        ("a.php", "<?php class A { function go() { return $b->go(); } }", 0),
    ],
)
def test_an_arrow_is_no_access_to_a_member_but_where_it_is(path: str, text: str, points: int) -> None:
    assert function(path, text, "go").cognitive == points


def test_a_guard_and_a_let_else_cost_one() -> None:
    assert function("a.swift", "func go() {\n guard let x = y else {\n return\n }\n z(x)\n}\n").cognitive == 1
    assert function("a.rs", "fn go() { let Some(x) = y else { return; }; z(x); }").cognitive == 1


def test_a_postfix_condition_of_perl_costs_one() -> None:
    assert function("a.pl", "sub go { return 1 if $a && $b; foo() unless $c; }").cognitive == 3


PYTHON_SAMPLES = """
def one(a, b):
    for x in a:
        if x and b:
            continue
        elif x:
            while b:
                b -= 1
        else:
            try:
                f(x)
            except ValueError:
                if a:
                    return 1
    return [y for y in a if y]


async def two(a):
    async with a as b:
        async for c in b:
            if c is None or c < 0:
                raise ValueError(c if c else a)
    else_ = lambda q: q or a
    return else_


def three(n):
    if n == 1:
        return 1
    return n * three(n - 1)


def four(a):
    while a:
        a -= 1
    else:
        return 2
"""


@pytest.mark.parametrize("name", ["one", "three", "four"])
def test_python_agrees_with_the_package_cognitive_complexity(name: str) -> None:
    node = next(item for item in ast.parse(PYTHON_SAMPLES).body if getattr(item, "name", "") == name)
    assert isinstance(node, ast.FunctionDef)
    assert function("a.py", PYTHON_SAMPLES, name).cognitive == get_cognitive_complexity(node)


def test_asynchronous_statements_count_like_the_others() -> None:
    # the package leaves `async for` out: loop 1, if nested 2, `or` 1, ternary nested 3, lambda's `or` 1
    assert function("a.py", PYTHON_SAMPLES, "two").cognitive == 8


def test_nesting_counts_structures_and_not_what_stands_beside_them() -> None:
    text = "def go():\n    x = 1 if a else 2\n    if b if c else d:\n        for e in f:\n            pass\n    elif g:\n        pass\n"
    assert function("a.py", text).nesting == 2
    assert function("a.py", "def go():\n    return 1 if a else 2\n").nesting == 0
    assert function("a.rs", "fn go() { let v = if a { if b { 1 } else { 2 } } else { 3 }; }").nesting == 2
    assert function("a.java", "class A { void go() { try { while (a) { } } finally { if (b) { } } } }").nesting == 2
