"""Functions and decisions in constructs that a reader easily takes for something else."""

from __future__ import annotations

import json
import time

import pytest

from hyperion_hook.domain.vector import Missing
from hyperion_hook.features.source.measure import measure_source


def functions(path: str, text: str) -> dict[str, int]:
    metrics = measure_source(path, text)
    assert not isinstance(metrics, Missing), metrics.reason
    return {item.name.rpartition("::")[2]: item.cyclomatic for item in metrics.functions}


DECISIONS = {
    "a body that is a condition, Kotlin": ("a.kt", "fun f(x: Int) = if (x > 1) 1 else 2\n", 2),
    "arms that hold a condition, Kotlin": (
        "a.kt",
        "fun f(x: Int) = when {\n  x > 1 -> if (y) 1 else 2\n  else -> 3\n}\n",
        3,
    ),
    "a body that is a condition, Scala": (
        "a.scala",
        "object A:\n  def f(x: Int): Int =\n    if x > 1 then 1\n    else 2\n",
        2,
    ),
    "a body that is a loop, Scala": ("a.scala", "object A { def f = for (a <- b) yield a }\n", 2),
    "closures without parameters, Rust": ("a.rs", "fn f() { g(|| 1); let h = move || 2; return || 3; }\n", 1),
    "a choice between values, Rust": ("a.rs", "fn f() -> bool { a() || b[0] || c || x? || 'y' == z }\n", 6),
    "a loop over values, C#": ("a.cs", "class A { void f() { foreach (var x in y) { } } }\n", 2),
    "a refusal, Ruby": ("a.rb", "def f(x)\n  return 1 unless x\n  2\nend\n", 2),
    "members named like statements, JavaScript": ("a.js", "function f(p) { return p.then(g).catch(h) }\n", 1),
    "keys named like statements, JavaScript": ("a.js", "function f(p) { return { if: 1, catch: p.for }; }\n", 1),
    "words for operators, PHP": ("a.php", "<?php function f($a) { if ($a and b() or $a->or(c)) { } }\n", 4),
    "arms that give a value, PHP": (
        "a.php",
        "<?php function f($a) { return match($a) { 1, 2 => 'x', 3 => $b->match(4), default => 5 }; }\n",
        3,
    ),
    "arms that give a value, C#": (
        "a.cs",
        (
            "class A { int f(int x) => x switch { 1 => 2, > 3 when x < 5 => 3, _ => 4 };\n"
            "void g(int x) { switch (x) { case 1: h(y => y); break; } } }\n"
        ),
        3,
    ),
    "patterns of conditions, Swift": (
        "a.swift",
        "func f() {\n  guard case .a = x, case .b = y else { return }\n  for case let z? in w { }\n  switch v { case .c: g() }\n}\n",
        4,
    ),
    "a jump to a label, C#": (
        "a.cs",
        "class A { void f(int x) { switch (x) { case 1: goto case 2; case 2: break; } } }\n",
        3,
    ),
    "patterns, Ruby": (
        "a.rb",
        "def f(x)\n  case x\n  in {a: Integer => n} if n > 1 then 1\n  in [1, *] then 2\n  end\n  x in [y]\nend\n",
        4,
    ),
    "handlers of a body that is a try, C++": ("a.cpp", "void f() try { g(); } catch (A& a) { } catch (...) { }\n", 3),
    "a property that is computed, Swift": (
        "a.swift",
        "struct S {\n  var f: String {\n    if a { return 1 }\n    return b ? 2 : 3\n  }\n}\n",
        3,
    ),
    "members named like statements, PHP": (
        "a.php",
        "<?php function f($p) { return $p->catch(g(...))->for(A::if()); }\n",
        1,
    ),
}


@pytest.mark.parametrize("kind", DECISIONS)
def test_decisions_are_counted_where_they_are(kind: str) -> None:
    path, text, expected = DECISIONS[kind]
    assert functions(path, text)["f"] == expected


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        (
            "a.go",
            "package a\nfunc f(g func(a) b) func(c, d) error {\n\treturn func(c, d) error { return nil }\n}\n",
            {"f", "anonymous__0"},
        ),
        (
            "a.go",
            "package a\nfunc f() map[string]func() { return nil }\nfunc g() []func(int) func() { return nil }\n",
            {"f", "g"},
        ),
        (
            "a.go",
            "package a\nfunc f() (func() error, error) { return nil, nil }\nvar g func(int) func() = nil\n",
            {"f"},
        ),
        (
            "A.java",
            "@interface A { String[] x() default {}; int[] y() default { 1, 2 }; }\nclass B { void f() { } }\n",
            {"f"},
        ),
        ("a.c", "#if 0\nint old() { { it's\n#endif\nint f(int x) { return x; }\n", {"f"}),
        (
            "a.c",
            "#if 0 /* not yet */\nint old() { {\n#else\nint f(int x) {\n#endif\n  return x; }\nint g() { return 1; }\n",
            {"f", "g"},
        ),
        ("a.c", "#if 0\nint old(void) { return 1; }\n#endif\nint f(int x) { return x; }\n", {"old", "f"}),
        ("a.c", "int (*f(void))(int) { return 0; }\nint (*g)(int) = 0;\nt_t (*const *h)(void);\n", {"f"}),
        (
            "a.c",
            "void (*f(int s, void (*func)(int)))(int) { return 0; }\nint (*g(int x))[3] { return 0; }\n",
            {"f", "g"},
        ),
        ("a.js", "if (a(b)) /re}`/.test(c);\nfunction f() { while (x) /{/.exec(y); }\n", {"f"}),
        ("a.js", "for await (const x of y) /`/.test(x); o.if(1) / 2 / g`}`; function f() { }\n", {"f"}),
        ("a.js", "function f() { }\n/[`{]/.test(x);\nfunction g() { return (a) / b / `}` }\n", {"f", "g"}),
        ("a.js", "#!/usr/bin/env node `\nfunction f() { }\n", {"f"}),
        (
            "a.m",
            (
                "#import <F/F.h>\nBEGIN\ntypedef NS_ENUM(NSInteger, E) {\n  EA = 1 << 0,\n};\n@interface A () <P> {\n  int _x;\n}\n"
                "@property (copy) void (^block)(int);\n- (void)declared;\n@end\n@implementation A\n#pragma mark - it's\n"
                "- (BOOL)f:(SEL)a for:(Class __nonnull)class {\n  return [self.x[C(class)] y:a for:1];\n}\n"
                '+ (B<C *> *)g:(int)a\n         h:(void (^)(int))b\n{\n  run(q, ^{ for (id x in @[ @1, @{ @"k": a } ]) { } });\n}\n'
                "-(id)init { return a - (b); }\nstatic int e(int a) { return 1; }\n@end\n"
                "int main(void) { @autoreleasepool { return 0; } }\nvoid (^k)(int) = ^(int a) { };\n"
            ),
            {"f:for:", "g:h:", "init", "e", "main"},
        ),
        ("a.rb", "class A\n  def `(command); end\n  def f; 1; end\nend\n", {"_`", "f"}),
        (
            "a.js",
            "<!-- it`s\nfunction f() { }\n  /* a */ --> it`s\nfunction g() { return `<!-- ${a} -->` }\n",
            {"f", "g"},
        ),
        (
            "a.js",
            "function f(n) { while (n --> 0) g(/<!--`/, '<!--') }\nconst h = () => <p a='<!--'>b</p>\n",
            {"f", "h"},
        ),
        (
            "a.js",
            (
                "/**\n * @flow strict-local\n */\nimport type {A} from 'a';\nfunction f(a: ?string, ...b: Array<?A>): ?{x: ?A} {\n"
                "  return a ? b : (a: any);\n}\nexport type B = {| a: ?A |};\nclass C<+T> {\n  +x: ?T;\n  m(): ?T { return null; }\n}\n"
                "const g = async (x: A): Promise<?A> => x;\nfunction h(x: mixed): boolean %checks {\n  return !x;\n}\n"
            ),
            {"f", "m", "g", "h"},
        ),
        (
            "a.js",
            "const a = { if() { }, for(x) { if (x) { } }, f() { }, while() { }, g: 1 }\n",
            {"if", "for", "f", "while"},
        ),
        (
            "a.cpp",
            "auto f [[maybe_unused]] (int a) -> int { return a; }\nint (A::B::*g())(int) { return 0; }\n",
            {"f", "g"},
        ),
        (
            "a.cs",
            (
                "class A {\n  public int P { get { return 1; } private set => x = value; }\n  int Q { get; init; } = 3;\n"
                "  [B] public C<D> R => E;\n  F this[int i] => i;\n  event G H { add { } remove { } }\n  int x = 1, y;\n"
                "  Func<int, int> I = a => a;\n  (int, int) J { [K] internal get => L; }\n}\nrecord struct M { int N() => 1; }\n"
            ),
            {"get_P", "set_P", "get_R", "get_Item", "add_H", "remove_H", "get_J", "N"},
        ),
        (
            "a.php",
            (
                "<?php class A { public ?B $c { get { return 1; } set(D $e) => f($e); }\n"
                "public int $g = 1 { final &get => h(); }\nfunction i() { return ['get' => 1, get => 2]; } }\n"
            ),
            {"get", "set", "i"},
        ),
        ("a.rb", "a = ??; b = [?`, ?\"]\ndef f\n  c ? ?': ?d\nend\n", {"f"}),
        (
            "a.swift",
            (
                'let a = /b{2}["`]/, c = #/ d / { " /#, e = g / 2 / h, i = [1, 2].reduce(1, /), j = 2 / 3\n'
                "let k = l.split(separator: /{/)\nfunc f() { }\n"
            ),
            {"f"},
        ),
        (
            "a.swift",
            (
                "protocol P { var a: Int { get }\n  var b: [String: Int] { get set } }\n"
                "struct S {\n  var c: Int = 1 { didSet { } }\n  var d: Int = { 1 }()\n  var e: some View { V { W() } }\n"
                "  private(set) var g: A<B, C>?\n  var h: Int {\n    @inlinable get { 1 }\n  }\n  static var i: () -> Void { { } }\n"
                "  func j() { var k: Int; for var l: Int in m { } ; var n: Int { 2 } }\n}\n"
            ),
            {"didSet", "e", "get", "i", "j", "n"},
        ),
        ("a.js", "class A { static { f() } #g() { } get h() { return 1 } static { } i() { } }\n", {"#g", "get h", "i"}),
        (
            "a.ts",
            (
                "class A {\n  a: Map<string, B>\n  f() { }\n  b = c as D<E>\n  get g() { return 1 }\n"
                "  d = () => e as D<E>\n  h() { }\n}\n"
            ),
            {"f", "get g", "d", "h"},
        ),
        ("a.ts", "const a = b as C<D>\nconst f = () => 1\nlet d: C<D>\nconst g = (x: C<D>) => x\n", {"f", "g"}),
        ("a.ts", "class A {\n  a = b >\n    c(d)\n  f() { return a >\n b ? c : d }\n}\n", {"f"}),
        (
            "A.java",
            "class A { Operator operator() { return operator; } void f(int operator) { } }\n",
            {"operator", "f"},
        ),
        (
            "a.cs",
            (
                "class A { void F() { int G(int x) => x; static int H(int a = 1) { return 1; } async Task I(B c = new()) { }\n"
                "var d = new B { C = 1 }; foreach (var e in new[] { 1 }) { } unsafe static byte J() => 1; } }\n"
            ),
            {"F", "G", "H", "I", "J"},
        ),
        (
            "a.rs",
            (
                "trait A { fn a(&self) -> fn(u8) -> u8; }\nfn f(x: Option<fn()>) -> Vec<fn(u8)> { g(|x| x) }\n"
                'fn g() -> B<{ C + 1 }> { if a { } }\nfn h() -> unsafe extern "C" fn() { x }\n'
            ),
            {"f", "g", "h"},
        ),
    ],
)
def test_functions_are_told_from_what_looks_like_them(path: str, text: str, expected: set[str]) -> None:
    assert set(functions(path, text)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "type A[T] = list[T]\nclass B:\n    def f(self): return 1\n    def g(self): return 2\n",
        'print "old"\ndef f(): return 1\nclass A:\n    def g(self): return 3\n    def h(self): return 4\n',
    ],
)
def test_python_that_cannot_be_parsed_loses_no_function_silently(text: str) -> None:
    metrics = measure_source("a.py", text)
    assert isinstance(metrics, Missing) or len(metrics.functions) == text.count("def ")


@pytest.mark.parametrize("path", ["a.py", "a.gd"])
@pytest.mark.parametrize("quotes", ['"""', "'''"])
def test_escapes_in_a_string_that_never_ends_take_no_time(path: str, quotes: str) -> None:
    started = time.process_time()
    for start in ("", f"x = 'a{quotes[0]}'\n"):
        assert isinstance(measure_source(path, f"{start}def f():\n    {quotes}" + "\\n a " * 40), Missing)
    assert time.process_time() - started < 2


def notebook(*cells: str, language: str = "python") -> str:
    rows = [{"cell_type": "code", "source": cell.splitlines(keepends=True), "metadata": {}} for cell in cells]
    return json.dumps({"cells": rows, "metadata": {"language_info": {"name": language}}, "nbformat": 4}, indent=1)


def test_a_cell_that_ipython_times_is_python_and_one_of_a_shell_is_not() -> None:
    cells = ("%%time\ndef f(): pass\n", "\n%%capture out\ndef g(): pass\n", "%%bash\ndef h(): pass\n", "%%timeout\n(\n")
    assert set(functions("a.ipynb", notebook(*cells))) == {"f", "g"}


@pytest.mark.parametrize(
    "line",
    ["x?", "x.y??", "?x", "a, b[1] = !ls {c}", "d = %time e()", "pip install f", "  !ls", "    g = %sql select h"],
)
def test_what_ipython_makes_of_a_line_loses_no_function(line: str) -> None:
    cell = "if a:\n    b = c % d != e\n"
    assert set(functions("a.ipynb", notebook(f"{line}\n", cell, "def f(): pass\n"))) == {"f"}


@pytest.mark.parametrize("language", ["julia", "polyglot-notebook"])
def test_a_notebook_of_another_language_is_no_python(language: str) -> None:
    metrics = measure_source("a.ipynb", notebook("def f(): pass\n", language=language))
    assert isinstance(metrics, Missing)
    assert language in metrics.reason.lower()


@pytest.mark.parametrize("path", ["a.vue", "a.svelte"])
def test_a_script_that_is_commented_out_is_no_code(path: str) -> None:
    text = (
        "<!-- it's\n<script>function f() {}</script> -->\n<script>\nfunction g() { return '<!--' }\n</script>\n<!--\n"
    )
    assert functions(path, text) == {"g": 1}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (
            "a.cs",
            "public class A {\n  public int P => 1;\n  public int Q { get { return 1; } set { } }\n  public void F() { }\n}\n",
        ),
        (
            "a.swift",
            "public struct A {\n  public var p: Int { 1 }\n  public var q: Int { get { 1 } set { } }\n  public func F() { }\n}\n",
        ),
        ("a.php", "<?php class A { public int $p { get => 1; }\n public function F() { } }\n"),
    ],
)
def test_a_property_that_is_computed_is_no_function_of_an_interface(path: str, text: str) -> None:
    metrics = measure_source(path, text)
    assert not isinstance(metrics, Missing)
    assert len(metrics.functions) > 1
    assert [item.name.rpartition("::")[2] for item in metrics.functions if item.is_public] == ["F"]
