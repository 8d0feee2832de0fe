"""Functions are found where they are, in each language and for each construct that once hid them, or not at all."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path

import pytest

from benchmarks.functions_found import GRAMMARS, opinion_of, ours, parser_of
from hyperion_hook.domain.vector import Missing
from hyperion_hook.features.code.limits import Clock
from hyperion_hook.features.code.metrics import SourceMetrics
from hyperion_hook.features.functions.read import read_functions
from hyperion_hook.features.source.measure import measure_source
from tests.support.parity import recorded_vector
from tests.support.repo import TestRepo

C_TAIL = "int tail(int a) {\n  return a > 1 && a < 9 ? 1 : 0;\n}\n"
JAVA_TAIL = "  int tail(int a) {\n    return a > 1 && a < 9 ? 1 : 0;\n  }\n}\n"
SCRIPT_TAIL = "function tail(a) {\n  return a > 1 && a < 9 ? 1 : 0\n}\n"
SAMPLES: dict[str, tuple[str, str, dict[str, int]]] = {
    "C, a brace in both branches": (
        "a.c",
        "#ifdef A\nint f(int a) {\n#else\nint f(void) {\n#endif\n  return 1;\n}\n" + C_TAIL,
        {"f": 2, "tail": 8},
    ),
    "C, parameters of old": ("a.c", "int f(a)\n  int a;\n{\n  return a;\n}\n" + C_TAIL, {"f": 1, "tail": 6}),
    "C++, a raw string": (
        "a.cpp",
        'auto s = R"x({ " )" ( )x";\nnamespace n { void f() {} }\n' + C_TAIL,
        {"f": 2, "tail": 3},
    ),
    "C++, members": (
        "a.cpp",
        "A::A() : a{1}, b(2) {}\ntemplate <class T> T B<T>::g() const { return {}; }\n" + C_TAIL,
        {"A": 1, "g": 2, "tail": 3},
    ),
    "Java, a text block": (
        "a.java",
        'class A {\n  String s = """\n    { " (\n    """;\n  <T> void f() {}\n' + JAVA_TAIL,
        {"f": 5, "tail": 6},
    ),
    "Java, a record": (
        "a.java",
        "record A(int a) {\n  A {\n    a = 1;\n  }\n" + JAVA_TAIL,
        {"A": 2, "tail": 5},
    ),
    "C#, constraints": (
        "a.cs",
        "class A {\n  void F<T>(T a) where T : class, new() {\n    if (a is T) { while (true) { } }\n  }\n"
        "  int? G(int? a) => a;\n" + JAVA_TAIL,
        {"F": 2, "G": 5, "tail": 6},
    ),
    "C#, a result of two": (
        "a.cs",
        'class A {\n  public (int, int) F() { return (1, $"{"}"}{2}".Length); }\n' + JAVA_TAIL,
        {"F": 2, "tail": 3},
    ),
    "JavaScript, a back-tick in a regular expression": (
        "a.js",
        "const a = /[`/\"]/\nconst b = { c: 1 << 0, d() { return `${a ? '}' : `{`}` } }\n" + SCRIPT_TAIL,
        {"d": 2, "tail": 3},
    ),
    "JavaScript, comments in tags": (
        "a.jsx",
        "const A = () => <a // it's {`\n  b={1}>can't</a>\n" + SCRIPT_TAIL,
        {"A": 1, "tail": 3},
    ),
    "TypeScript, shifts and generic functions": (
        "a.ts",
        "enum E { A = 1 << 0, B = 1 << 1 }\n"
        "function f<T extends { a: () => void }>(a: T): a is T {\n  return 1\n}\n"
        "const g = async <T,>(a?: T): Promise<T> => a\n" + SCRIPT_TAIL,
        {"f": 2, "g": 5, "tail": 6},
    ),
    "TypeScript, members": (
        "a.ts",
        "class A<T> {\n  get b(): T { return 1 }\n  private c = (a?: T): void => {}\n  abstract d(): void\n}\n"
        + SCRIPT_TAIL,
        {"b": 2, "tail": 6},
    ),
    "TSX, generic components": (
        "a.tsx",
        "export const A = <T extends object>({ a }: P<T>) => <B<T> c={a ? 1 : 2}>it's</B>\n" + SCRIPT_TAIL,
        {"A": 1, "tail": 2},
    ),
    "Go, a result that is a function": (
        "a.go",
        (
            "package a\n\nfunc f[T any](a T) func(int) error {\n\treturn func(b int) error { return nil }\n}\n\n"
            'var s = `{ " `\n\nfunc (a *A[T]) tail(b int) int {\n\tif b > 1 && b < 9 || b == 0 {\n\t\treturn 1\n\t}\n'
            "\treturn 0\n}\n"
        ),
        {"f": 3, "tail": 9},
    ),
    "Rust, a raw string in a macro": (
        "a.rs",
        (
            "fn f<'a>(a: &'a str) -> &'a str { println!(r#\"{ \" }}\"#); "
            "'x: loop { break 'x; } a }\n"
            "fn tail(a: i32) -> i32 {\n  if a > 1 && a < 9 || a == 0 { 1 } else { 0 }\n}\n"
        ),
        {"f": 1, "tail": 2},
    ),
    "Ruby, methods without an end": (
        "a.rb",
        (
            "class A\n  def f(a) = a.begin if a\n  def g\n    a = <<~B\n      end {\n    B\n"
            "    a[0]\n    /[(]/.match?(a)\n"
            "  end\n  def self.tail(a)\n    return 1 if a && a > 1 || a.end\n    0\n  end\nend\n"
        ),
        {"f": 2, "g": 3, "tail": 10},
    ),
    "PHP, types and here-documents": (
        "a.php",
        (
            "<p>{</p>\n<?php\nfunction f(?int $a, A|B $b): ?int { return <<<X\n  { '\n  X; }\n"
            "class A {\n  public function tail(?int $a): ?int {\n    return $a > 1 && $a < 9 ? 1 : 0;\n  }\n}\n"
        ),
        {"f": 3, "tail": 7},
    ),
    "Kotlin, extensions": (
        "a.kt",
        (
            'fun <T> List<T>.f(): Int = 1\nfun A?.g(a: Int?) { "${if (a == 1) "}" else "{"}" }\n'
            "fun tail(a: Int): Int {\n  return if (a > 1 && a < 9 || a == 0) 1 else 0\n}\n"
        ),
        {"f": 1, "g": 2, "tail": 3},
    ),
    "Scala, no parameters and indentation": (
        "a.scala",
        (
            'object A:\n  def f = 1\n  def g: Int =\n    val a = """{ " """\n    a.size\n\n'
            "  def h[T](a: T)(b: Int): T = { a }\n"
            "  def tail(a: Int): Int =\n    if (a > 1 && a < 9 || a == 0) 1 else 0\n"
        ),
        {"f": 2, "g": 3, "h": 7, "tail": 8},
    ),
    "Swift, strings and closures": (
        "a.swift",
        (
            'struct A {\n  let s = #"{ " "#\n  func f<T>(_ a: T?) -> T where T: B { return "\\(a ?? ")")" }\n'
            "  func tail(a: Int) -> Int {\n    if a > 1 && a < 9 || a == 0 { return 1 }\n    return 0\n  }\n}\n"
        ),
        {"f": 3, "tail": 4},
    ),
}
CYCLOMATIC_OF_TAIL = {"go": 4, "rs": 4, "rb": 4, "scala": 4, "kt": 4, "swift": 4}
"""``if`` with ``&&`` and ``||``; elsewhere ``&&`` and ``?``: 3."""


def measured(path: str, text: str) -> SourceMetrics:
    metrics = measure_source(path, text)
    assert isinstance(metrics, SourceMetrics), metrics
    return metrics


def language_of(path: str) -> str:
    names = {
        "c": "C",
        "cpp": "C++",
        "java": "Java",
        "cs": "C#",
        "js": "JavaScript",
        "jsx": "TSX",
        "ts": "TypeScript",
        "tsx": "TSX",
        "go": "Go",
        "rs": "Rust",
        "rb": "Ruby",
        "php": "PHP",
        "kt": "Kotlin",
        "scala": "Scala",
        "swift": "Swift",
    }
    return names[path.rpartition(".")[2]]


@pytest.mark.parametrize("name", SAMPLES)
def test_functions_are_where_they_are_written(name: str) -> None:
    path, text, expected = SAMPLES[name]
    ending = path.rpartition(".")[2]
    listed, missing = ours(language_of(path), path, text)
    assert not missing
    assert expected.items() <= dict(listed).items()
    tail = measured(path, text).functions[-1]
    assert tail.name.replace("::", ".").endswith("tail")
    assert tail.cyclomatic == CYCLOMATIC_OF_TAIL.get(ending, 3)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_second_reader_sees_the_same_functions(name: str) -> None:
    path, text, _ = SAMPLES[name]
    language = language_of(path)
    opinion = opinion_of(parser_of(language), language, text)
    if "both branches" in name:
        # the grammar reads both branches one after the other: two heads and one body
        assert opinion.has_error
        return
    assert not opinion.has_error
    listed, _ = ours(language, path, text)
    assert set(opinion.named) <= set(listed)
    assert [item for item in listed if item not in opinion.named and item[1] not in opinion.lines] == []


def test_every_grammar_has_a_sample() -> None:
    assert {language_of(path) for path, *_ in SAMPLES.values()} == set(GRAMMARS)


def test_the_script_of_a_vue_component_has_functions() -> None:
    template = '<template>\n  <a b="it\'s {">{{ `</a>\n</template>\n'
    (tail,) = measured("a.vue", template + f'<script setup lang="ts">\n{SCRIPT_TAIL}</script>\n').functions
    assert (tail.name, tail.start_line, tail.cyclomatic) == ("tail", 5, 3)


# -- where the way was lost -------------------------------------------------------------------------------------------

LOST = [
    ("a.c", "int f(void) {\n  g();\n", "brackets do not match"),
    ("a.c", "int f(void) {\n  return 1;\n}\n}\n", "brackets do not match"),
    ("a.c", "int f(void) {\n  g();\n}\nif (a) {\n  b();\n}\n", "line 4"),
    ("a.cpp", "namespace n {\nwhile (a) {\n}\n}\n", "line 2"),
    ("a.java", "class A {\n  void f() {}\n  if (a) {\n  }\n}\n", "line 3"),
    ("a.java", 'class A {\n  String s = """\n', "never ends"),
    ("a.cs", "class A {\n  void F() {}\n  foreach (var a in b) {\n  }\n}\n", "line 3"),
    ("a.js", "const a = {\n  if (b) { c() }\n}\n", "line 2"),
    ("a.js", "function f(a)\n  return 1\n", "line 1"),
    ("a.js", "const a = `${b\n", "never ends"),
    ("a.js", "class A {\n  f(): ?B { return 1 }\n}\n", "line 2"),
    ("a.ts", "class A { f() { `} }\n", "never ends"),
    ("a.tsx", "const a = () => <a>{b</a>\n", "never ends"),
    ("a.vue", "<script>\nfunction f() {\n</script>\n", "brackets do not match"),
    ("a.go", "package a\n\nfunc f()\n{\n}\n", "line 3"),
    ("a.rs", "fn f()\nfn g() {}\n", "line 1"),
    ("a.rb", "class A\n  def f\n    if a\n  end\nend\n", "has no end"),
    ("a.rb", "def f\nend\nend\n", "line 3"),
    ("a.pl", 'sub f {\n  print $a if /"/;\n}\nsub g {\n  return "1";\n}\n__END__\nsub h {\n', "line 4"),
    ("a.php", "<?php\nfunction f()\nfunction g() {}\n", "line 2"),
    ("a.kt", "fun f\nfun g() {}\n", "line 1"),
    ("a.scala", "object A {\n  def = 1\n}\n", "line 2"),
    ("a.swift", "func f(\nfunc g() {}\n", "brackets do not match"),
    ("a.swift", "func\n", "line 1"),
]


@pytest.mark.parametrize(("path", "text", "reason"), LOST)
def test_a_file_in_which_the_way_was_lost_is_missing_with_the_reason(path: str, text: str, reason: str) -> None:
    metrics = measure_source(path, text)
    assert isinstance(metrics, Missing), metrics.functions
    assert reason in metrics.reason


UNREADABLE = {
    "bad.java": "record None() {}\nclass X()\n{ if }}\n",
    "bad.js": "const a = `<p>${b\n",
    "bad.rb": "def f\n",
}


@pytest.mark.parametrize("bad", UNREADABLE)
def test_a_file_that_cannot_be_read_costs_itself_by_name(tmp_path: Path, bad: str) -> None:
    good = "def f(a):\n    if a:\n        return 1\n"
    alone, together = TestRepo(tmp_path / "alone"), TestRepo(tmp_path / "together")
    alone.commit({"good.py": good})
    together.commit({"good.py": good, bad: UNREADABLE[bad]})
    vectors = [recorded_vector(repo.path, "HEAD") for repo in (alone, together)]
    reason = vectors[1]["cyclomatic_complexity"]
    assert isinstance(reason, Missing) or vectors[0]["cyclomatic_complexity"] == reason
    if isinstance(reason, Missing):
        assert bad in reason.reason
    assert vectors[1]["source_files"] == 2.0


# -- no text takes longer than its length -----------------------------------------------------------------------------

ADVERSARIAL = [
    "/* ",
    "<",
    "< a ",
    "a<b",
    "`",
    "${",
    '"',
    "'",
    "(",
    "{",
    "[",
    "${`",
    "<a ",
    "<a>",
    "?",
    "a ? ",
    "=>",
    "a =>",
    ": ",
    "(a): ",
    "class A ",
    "function f",
    "func f() func ",
    "fn f<",
    "fun <",
    "def f",
    "def f(",
    "fun A.",
    "operator ",
    "a(b) ",
    "#if a\n",
    "#if a\n{\n#else\n",
    "<<~A ",
    "<<<A\n",
    "%q(",
    'r#"',
    '"""',
    "@a(",
    "if a do ",
    "case ",
    "type A = ",
    "as a<",
    "get ",
    "init<",
    "match ",
    "when ",
    "::",
    "new A<",
    "a {",
    "f(a) ",
    "extends ",
    "where ",
    "\\\n",
]
ENDINGS = ["c", "cpp", "java", "cs", "js", "ts", "tsx", "vue", "go", "rs", "rb", "php", "kt", "scala", "swift"]


def seconds(path: str, text: str) -> float:
    syntax = "Vue" if path.endswith(".vue") else language_of(path)
    started = time.thread_time()
    with suppress(RecursionError):
        read_functions(path, syntax, text, frozenset({"if", "?", "&&"}), Clock(100_000_000))
    return time.thread_time() - started


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_time_grows_with_the_text_alone(ending: str) -> None:
    before = {"php": "<?php\n", "vue": "<script lang=ts>\n"}.get(ending, "")
    for part in ADVERSARIAL:
        short, long = (before + f"{part * 20}\n" * rows for rows in (5, 20))
        path = f"a.{ending}"
        once = seconds(path, short)
        assert seconds(path, long) < max(12 * once, 0.1), part
