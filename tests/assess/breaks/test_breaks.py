"""What each rule says of small changes staged in real repositories, the ones that break nothing first."""

from __future__ import annotations

import resource
from collections.abc import Mapping
from pathlib import Path

import pytest

from hyperion_hook.assess.breaks.definitions import arguments_after
from hyperion_hook.assess.breaks.find import find_breaks
from hyperion_hook.assess.breaks.signatures import split_arguments
from hyperion_hook.assess.breaks.tree import code_of
from hyperion_hook.domain.breaks import Break, BreakKind
from hyperion_hook.git.blobs import BlobReader
from hyperion_hook.git.changes import staged_change
from hyperion_hook.git.repository import Repository
from hyperion_hook.git.search import search_tree
from hyperion_hook.git.sources import GitSources
from hyperion_hook.store.graphs.cache import ImportGraphs
from tests.support.command import hyperion
from tests.support.repo import TestRepo

Files = Mapping[str, str | bytes | None]

PYTHON = {
    "app/__init__.py": "",
    "app/core.py": "LIMIT = 3\n\n\ndef parse_all(text, depth):\n    return text * depth\n\n\n"
    "def outer(text):\n    return parse_all(text, 1)\n",
    "app/a.py": "from app.core import parse_all\n\nprint(parse_all('x', 2))\n",
    "app/b.py": "from .core import (\n    LIMIT,\n    parse_all,\n)\nparse_all('x', depth=LIMIT)\n",
    "app/c.py": "import app.core\n",
}
JAVA = {
    "p/Tool.java": "package p;\npublic class Tool {\n  public static int weigh(int a, int b) {\n    return a + b;\n  }\n}\n",
    "p/User.java": "package p;\nclass User {\n  int run() {\n    return Tool.weigh(1, 2);\n  }\n}\n",
}
GO = {
    "go.mod": "module example.org/m\n\ngo 1.22\n",
    "lib/a.go": "package lib\n\nfunc Weigh(a int, b int) int {\n\treturn a + b\n}\n",
    "lib/b.go": "package lib\n\nfunc Twice() int {\n\treturn Weigh(1, 2)\n}\n",
    "main.go": 'package main\n\nimport "example.org/m/lib"\n\nfunc main() {\n\tprintln(lib.Weigh(1, 2))\n}\n',
}
GO_LOG = {
    "go.mod": "module example.org/app\n",
    "app.go": "package app\n\nfunc Dial(a int) int {\n\treturn a\n}\n",
    "log/a.go": "package log\n\nfunc Level(a int) int {\n\treturn a\n}\n",
    "plug/v2/a.go": "package plug\n\nfunc Connect(a int) int {\n\treturn a\n}\n",
}
"""A package at the top, one whose name ends that of another's, one called otherwise than its folder."""
GO_USES = (
    'package main\n\nimport (\n\tzl "github.com/rs/zerolog"\n\t"example.org/app"\n\t"example.org/app/log" // why\n'
    '\t"example.org/app/plug/v2"\n)\n\nfunc main() {\n\tzl.Level(1)\n\tpool(1).Dial(2)\n'
)
SCRIPT = {
    "src/tool.ts": "export function weigh(a: number, b: number) {\n  return a + b;\n}\nexport const LIMIT = 3;\n",
    "src/user.ts": "import { weigh } from './tool';\n\nweigh(1, 2);\n",
}
C = {
    "tool.h": "int weigh(int a, int b);\n",
    "tool.c": '#include "tool.h"\nint weigh(int a, int b) {\n  return a + b;\n}\n',
    "main.c": '#include "tool.h"\nint main(void) {\n  return weigh(1, 2);\n}\n',
}


def found(tmp_path: Path, base: Files, staged: Files) -> tuple[Break, ...]:
    repo = TestRepo(tmp_path / "repo")
    repo.commit(base)
    repo.stage(staged)
    repository = Repository.discover(repo.path)
    change = staged_change(repository, now=repo.clock)
    reader = BlobReader(repository)
    graphs = ImportGraphs(reader, None)
    try:
        return find_breaks(
            change,
            GitSources(repository, change, reader),
            lambda: graphs.at(change.base),
            lambda words: search_tree(repository, change.base or "", words),
        )
    finally:
        reader.close()
        graphs.close()


HARMLESS: dict[str, tuple[Files, Files]] = {
    "a line added": (PYTHON, {"app/core.py": PYTHON["app/core.py"] + "x = 1\n"}),
    "a body changed": (PYTHON, {"app/core.py": PYTHON["app/core.py"].replace("text * depth", "depth * text")}),
    "a rename with all its users": (
        PYTHON,
        {name: text.replace("parse_all", "read_all") for name, text in PYTHON.items() if "parse_all" in text},
    ),
    "a module deleted with all its users": (PYTHON, dict.fromkeys(["app/core.py", "app/a.py", "app/b.py", "app/c.py"])),
    "a module that becomes a package": (PYTHON, {"app/core.py": None, "app/core/__init__.py": PYTHON["app/core.py"]}),
    "a name that only a comment and a string still hold": (
        PYTHON,
        {name: text.replace("parse_all", "read_all") for name, text in PYTHON.items()}
        | {"app/d.py": "# parse_all is gone\nx = 'parse_all(1)'\n"},
    ),
    "a name handed on from elsewhere": (
        PYTHON,
        {"app/core.py": "from app.other import parse_all, outer, LIMIT\n", "app/other.py": PYTHON["app/core.py"]},
    ),
    "a parameter with a default": (
        PYTHON,
        {"app/core.py": PYTHON["app/core.py"].replace("(text, depth)", "(text, depth, more=None)")},
    ),
    "an import of what may be missing": (
        PYTHON | {"app/d.py": "try:\n    from app.core import LIMIT\nexcept ImportError:\n    LIMIT = 1\n"},
        {"app/a.py": "print(1)\n"},
    ),
    "an unused method": (JAVA, {"p/Tool.java": "package p;\npublic class Tool {\n}\n", "p/User.java": None}),
    "an overridden method": (
        JAVA
        | {
            "p/Sub.java": "package p;\nclass Sub extends Tool {\n  @Override\n  public int size() {"
            "\n    return 1;\n  }\n}\n",
            "p/Use.java": "package p;\nclass Use {\n  int x(Sub s) {\n    return s.size();\n  }\n}\n",
        },
        {"p/Sub.java": "package p;\nclass Sub extends Tool {\n}\n"},
    ),
    "a method of a type from elsewhere": (
        JAVA
        | {
            "p/Other.java": "package p;\nclass Other {\n  int f(java.util.List l) {"
            "\n    return l.weigh(1, 2);\n  }\n}\n",
            "p/User.java": "package p;\n",
        },
        {"p/Tool.java": "package p;\npublic class Tool {\n}\n"},
    ),
    "a Go local of the same name": (
        GO
        | {
            "lib/b.go": "package lib\n\nfunc Twice(Weigh func(int) int) int {\n\treturn Weigh(1)\n}\n",
            "main.go": "package main\n",
        },
        {"lib/a.go": "package lib\n"},
    ),
    "an export that a star replaces": (SCRIPT, {"src/tool.ts": "export * from './other';\n"}),
    "a definition behind an attribute": (
        C,
        {"tool.c": C["tool.c"].replace("int weigh(", "__attribute__ ((noinline)) int weigh(")},
    ),
    "a definition that gets an attribute": (
        C,
        {"tool.c": C["tool.c"].replace("int weigh(", "int __attribute__((unused)) weigh(")},
    ),
    "a macro that stood in for a function": (
        C
        | {
            "sys.h": "#define printf(...) shown(__VA_ARGS__)\n",
            "a.c": '#include "sys.h"\nint f(void) {\n  printf("x");\n}\n',
        },
        {"sys.h": "int more;\n"},
    ),
    "a method that another class defines in itself": (
        {
            "a.cpp": '#include "a.h"\nvoid Meter::timerEvent(int x) {\n  more(x);\n}\nint y;\n',
            "a.h": "class Meter {\n  void timerEvent(int x);\n};\n",
            "b.cpp": '#include "a.h"\nclass Other {\n  void timerEvent(int *) { more(1); }\n};\n',
        },
        {"a.cpp": "int y;\n", "a.h": "class Meter {\n};\n"},
    ),
    "an option that switches a check off when asked": (
        GO,
        {
            "lib/b.go": 'package lib\n\nfunc Set(word string) {\n\tswitch word {\n\tcase "tls_insecure_skip_verify":\n'
            "\t\tif x {\n\t\t\treturn\n\t\t}\n\t\ttls.InsecureSkipVerify = true\n\t}\n}\n"
        },
    ),
    "a parameter that could switch a check off": (
        {"a.py": "x = 1\n"},
        {"a.py": "def fetch(url,\n          verify=False, more=1):\n    return url\n"},
    ),
    "a switch of Python that a linter names": (
        {"a.rs": "fn f() {}\n"},
        {"a.rs": 'fn f() {}\nconst BAD: &str = "_create_unverified_context";\n'},
    ),
    "a namespace of C#": (
        {"a/List.cs": "namespace System.More { class List {} }\n", "a/Use.cs": "using System.More;\nclass Use {}\n"},
        {"a/List.cs": None},
    ),
    "versions of a crate side by side": (
        {"Cargo.toml": '[dependencies]\na = "0.17"\n'},
        {"Cargo.toml": '[dependencies]\na = "0.17"\n[dev-dependencies]\na = "0.18"\n'},
    ),
    "a crate whose version the workspace says": (
        {"x/Cargo.toml": '[dependencies]\na = "0.17"\n'},
        {"x/Cargo.toml": "[dependencies]\na.workspace = true\n"},
    ),
    "brackets below a name of C": (
        C,
        {"tool.c": '#include "tool.h"\nint weigh\n(\n  int a, int b) {\n  return a + b;\n}\n'},
    ),
    "a name that a tool binds": (
        {"a.py": "Creator = make()\nprint(Creator)\n"},
        {"a.py": "Import('Creator')\nprint(Creator)\n"},
    ),
    "a block of another object in Kotlin": (
        {"p/A.kt": "package p\nclass A {\n  fun replace(x: Int) = x\n  fun f(m: M) = m.commit { replace(1) }\n}\n"},
        {"p/A.kt": "package p\nclass A {\n  fun f(m: M) = m.commit { replace(1) }\n}\n"},
    ),
    "a definition that moves into a namespace": (
        C,
        {"tool.c": '#include "tool.h"\nnamespace n {\n  inline int weigh(int a, int b) {\n    return a + b;\n  }\n}\n'},
    ),
    "a function that becomes a variable": (
        C,
        {"tool.c": '#include "tool.h"\nint (*weigh)(int a, int b);\nint weigh_plain(int a, int b) {\n  return a;\n}\n'},
    ),
    "a function of the same name as the standard's": (
        C | {"main.c": '#include "tool.h"\nint main(void) {\n  return std::weigh(1, 2);\n}\n'},
        {"tool.c": "int y;\n", "tool.h": "int y;\n"},
    ),
    "an enumeration that is told in Kotlin": (
        {
            "p/Tool.java": "package p;\ninterface Tool {\n  enum Step { ONE, TWO, THREE, FOUR }\n  void run(Step step);\n}\n",
            "p/User.kt": "package p\nfun go(step: Step) = step\n",
        },
        {
            "p/Tool.java": None,
            "p/Tool.kt": "package p\ninterface Tool {\n  enum class Step { ONE, TWO, THREE, FOUR }\n  fun run(step: Step)\n}\n",
        },
    ),
    "a method that a class from elsewhere may have": (
        {
            "p/Tool.java": "package p;\npublic class Tool extends Base {\n  String source() {\n    return x;\n  }\n}\n",
            "p/User.java": "package p;\nclass User {\n  void f(Tool tool) {\n    tool.source();\n  }\n}\n",
        },
        {"p/Tool.java": "package p;\npublic class Tool extends Base {\n}\n"},
    ),
    "a method that an interface from elsewhere has": (
        {
            "p/Store.java": "package p;\ninterface Store extends Base<Tool, Integer> {\n  void keep(Tool tool);\n}\n",
            "p/User.java": "package p;\nclass User {\n  void f(Store store) {\n    store.keep(null);\n  }\n}\n",
        },
        {"p/Store.java": "package p;\ninterface Store extends Wide<Tool, Integer> {\n}\n"},
    ),
    "a method that a class takes from a new base": (
        {
            "p/Tool.java": "package p;\npublic class Tool {\n  String source() {\n    return x;\n  }\n}\n",
            "p/User.java": "package p;\nclass User {\n  void f(Tool tool) {\n    tool.source();\n  }\n}\n",
        },
        {"p/Tool.java": "package p;\npublic class Tool extends Base {\n}\n"},
    ),
    "a method that is annotated among its modifiers": (
        {
            "p/Tool.java": "package p;\npublic class Tool {\n  public final Object read() {\n    return x;\n  }\n"
            "  public static <T> T made() {\n    return x;\n  }\n  final Object kept = x;\n}\n",
            "p/User.java": "package p;\nclass User {\n  void f(Tool tool) {\n    tool.read();\n    Tool.made();\n"
            "    use(tool.kept);\n  }\n}\n",
        },
        {
            "p/Tool.java": "package p;\npublic class Tool {\n  public final @Nullable Object read() {\n    return x;\n  }\n"
            "  public static <T> @Nullable T made() {\n    return x;\n  }\n  final @Named(1) Object kept = x;\n}\n",
        },
    ),
    "a class of Kotlin that gets a name between quotes": (
        {
            "p/Tool.kt": "package p\ninternal class Tool(val x: Int)\n",
            "p/User.kt": "package p\nfun use() = Tool(1)\n",
        },
        {
            "p/Tool.kt": "package p\ninternal class `-Tool`(val x: Int)\n",
            "p/User.kt": "package p\nfun use() = `-Tool`(1)\n",
        },
    ),
    "a class that a file of Kotlin is now": (
        {
            "p/Tool.java": "package p;\npublic class Tool {\n  static int size() {\n    return 1;\n  }\n}\n",
            "p/User.java": "package p;\nclass User {\n  int f() {\n    return Tool.size();\n  }\n}\n",
        },
        {
            "p/Tool.java": None,
            "p/Tool.kt": '@file:JvmName("Tool")\n\npackage p\n\nfun size(): Int = 1\n',
        },
    ),
    "a method whose name gets a line of its own": (
        {
            "p/Tool.java": "package p;\npublic class Tool {\n  static int size() {\n    return 1;\n  }\n}\n",
            "p/User.java": "package p;\nclass User {\n  int f() {\n    return Tool.size();\n  }\n}\n",
        },
        {
            "p/Tool.java": "package p;\npublic class Tool {\n  static\n  @Deprecated int\n      size() {\n    return 1;\n  }\n}\n",
        },
    ),
    "a release of Go after a version that has only digits": (
        {"go.mod": "module m\n\nrequire a.org/b v1.1.11-0.20210813005559-691160354723\n"},
        {"go.mod": "module m\n\nrequire a.org/b v1.1.11\n"},
    ),
    "a function that becomes an extension": (
        {
            "p/Laws.kt": "package p\n\nobject Laws {\n    fun run() = check(1)\n    fun <F> check(a: Of<F, Int>): Unit = a.go()\n}\n"
        },
        {
            "p/Laws.kt": "package p\n\nobject Laws {\n    fun run() = check(1)\n    fun <F> Of<F, Int>.check(): Unit = go()\n}\n"
        },
    ),
    "a script that becomes a folder": (
        SCRIPT | {"src/tool/index.ts": "export function weigh() {}\n"},
        {"src/tool.ts": None, "src/tool/sums.ts": SCRIPT["src/tool.ts"].replace("weigh", "total")},
    ),
    "a release of packages of one repository": (
        {
            "yarn.lock": "lodash@^1.0.0:\n  version 1\nb@^0.9.0:\n  version 0.9.0\n",
            "packages/a/package.json": '{"name": "a", "version": "1.0.0", "dependencies": {"b": "1.0.0", "c": "1.0.0"}}\n',
            "packages/b/package.json": '{"name": "b", "version": "1.0.0"}\n',
            "packages/b/index.js": "exports.x = 1;\n",
        },
        {
            "packages/a/package.json": '{"name": "a", "version": "1.1.0", "dependencies": {"b": "1.1.0", "c": "1.1.0", "d": "1"}}\n',
            "packages/d/package.json": '{"name": "d", "version": "1.0.0"}\n',
        },
    ),
    "only one test of a project that tests read": (
        {"e2e/focused/__tests__/a.js": "const x = 1;\n"},
        {"e2e/focused/__tests__/a.js": "const x = 1;\nit.only('one', () => {});\n"},
    ),
    "a template of a script": (
        SCRIPT | {"src/tool.ts": SCRIPT["src/tool.ts"] + "const t = 1;\n"},
        {
            "src/tool.ts": "const t = `it's ${'`'} \"`;\n"
            + SCRIPT["src/tool.ts"].replace("(a: number", "(\n  a: number")
        },
    ),
    "a newer version": ({"requirements.txt": "requests==2.0\n"}, {"requirements.txt": "requests==2.1\n"}),
    "an example's manifest": (
        {"examples/package.json": '{"dependencies": {"a": "2.0.0"}}\n'},
        {"examples/package.json": '{"dependencies": {"a": "1.0.0"}}\n'},
    ),
    "a manifest with its lock": (
        {"go.mod": "module m\n", "go.sum": ""},
        {"go.mod": "module m\n\nrequire a.org/b v1.0.0\n", "go.sum": "a.org/b v1.0.0 h1:x=\n"},
    ),
    "a check switched off in a test": ({"tests/test_a.py": "x = 1\n"}, {"tests/test_a.py": "get(u, verify=False)\n"}),
    "a Go name that an import or a list of variables has now": (
        {
            "go.mod": "module example.org/m\n",
            "p/a.go": "package p\n\nvar json = 1\n\nfunc Check() {}\n\nvar file = 2\n",
            "p/b.go": "package p\n\nfunc B() int { return json.N + file }\n",
            "p/c_test.go": "package p\n\nfunc C() { Check() }\n",
        },
        {
            "p/a.go": "package p\n\nvar (\n\tfile, more int\n)\n",
            "p/b.go": 'package p\n\nimport "example.org/m/json"\n\nfunc B() int { return json.N + file }\n',
            "p/c_test.go": 'package p\n\nimport . "example.org/m/testutils"\n\nfunc C() { Check() }\n',
        },
    ),
    "a Scala name that comes from elsewhere now": (
        {
            "src/p/A.scala": "package p\n\nclass Config {\n  def x = 1\n}\n\nclass Pipe {\n  def y = 1\n}\n",
            "src/p/B.scala": "package p\n\nclass B(c: Config)\n",
            "src/p/C.scala": "package p\n\nclass C(c: Pipe)\n",
        },
        {
            "src/p/A.scala": "package p\n",
            "src/p/B.scala": "package p\n\nimport other.{Config, More}\n\nclass B(c: Config)\n",
            "src/p/D.scala": "package object p {\n  type Pipe = Int\n}\n",
        },
    ),
    "a value that is set without a look at it": (
        {"a.py": "x = 1\n"},
        {"a.py": "x = 1\ntarget.set_sysfile_value('/sys/a', 1, verify=False)\n"},
    ),
    "a program that yarn keeps": (
        {".yarn/releases/yarn.cjs": "x = 1\n"},
        {".yarn/releases/yarn.cjs": "x = {rejectUnauthorized: false}\n"},
    ),
    "a module that became a package": (
        {
            "build.py": "def Env():\n    return 1\n\n\nLIMIT = 1\nMORE = 2\nLESS = 3\n",
            "a.py": "from build import Env\n",
        },
        {
            "build.py": None,
            "build/__init__.py": "from build.own import Env\n",
            "build/own.py": "LIMIT = 1\nMORE = 2\nLESS = 3\n",
            "build/env.py": "def Env():\n    return 1\n",
        },
    ),
    "a check switched off in a comment": ({"a.py": "x = 1\n"}, {"a.py": "# get(u, verify=False)\n"}),
    "a new test that is skipped": (
        {"tests/test_a.py": "x = 1\n"},
        {"tests/test_a.py": "x = 1\n@pytest.mark.skip\ndef test_new():\n    pass\n"},
    ),
    "Java calls with comparisons and generics": (
        JAVA
        | {
            "p/User.java": "package p;\nclass User {\n  void run(int i, int n) {\n    Tool.weigh(i<n, n>i);\n"
            "    Tool.weigh(new M<A, L<B>>(), (M<A, B>) n);\n    Tool.weigh(L.<A, B>of(i), n);\n  }\n}\n"
        },
        {"p/Tool.java": JAVA["p/Tool.java"].replace("int a, int b", "M<A, B> a, L<B> b")},
    ),
    "Python comparisons that are still two arguments": (
        {"a.py": "def check_all(a, b=1):\n    return a\n\n\ndef run(i, n, j, m):\n    return check_all(i<n, j>m)\n"},
        {"a.py": "def check_all(a, b):\n    return a\n\n\ndef run(i, n, j, m):\n    return check_all(i<n, j>m)\n"},
    ),
    "Go comparisons that are still two arguments": (
        GO | {"lib/b.go": "package lib\n\nfunc Twice(i, n int) bool {\n\treturn Weigh(i<n, n>i)\n}\n", "main.go": ""},
        {"lib/a.go": GO["lib/a.go"].replace("a int, b int", "a, b int")},
    ),
    "a Go name of a package whose path ends alike": (
        GO_LOG | {"cmd/main.go": GO_USES + "}\n"},
        {"log/a.go": "package log\n"},
    ),
    "a Go method called like a function at the top": (
        GO_LOG | {"cmd/main.go": GO_USES + "}\n"},
        {"app.go": "package app\n"},
    ),
    "a Java class of a package that begins alike": (
        {
            "com/acme/Tool.java": "package com.acme;\npublic class Tool {\n}\n",
            "com/acme/User.java": "package com.acme;\nimport com.acmecorp.Tool;\nclass User {\n  Tool tool;\n}\n",
            "com/acme/More.java": "package com.acme;\nimport com.acme.more.Tool;\nclass More {\n  Tool tool;\n}\n",
        },
        {"com/acme/Tool.java": None},
    ),
    "a module that the build makes": (
        PYTHON
        | {
            "version.py": "version = 1\n",
            "lib/a.h": "int a;\n",
            "lib/a.c": '#include "a.h"\nint b;\n',
            "use.py": "from version import version\n",
        },
        {
            "version.py": None,
            ".gitignore": "build/\n/version.py\n",
            "lib/a.h": None,
            "lib/a.h.in": "int a = @A@;\n",
        },
    ),
    "a header that a system has as well": (
        {
            "lib/security.h": "int a;\n",
            "lib/more.h": "int a;\n",
            "lib/a.c": '#include <security.h>\n#ifdef _WIN32\n#include "more.h"\n#endif\n',
        },
        {"lib/security.h": None, "lib/more.h": None},
    ),
    "classes that a package answers for now": (
        {
            "composer.json": '{"autoload": {"psr-4": {"G\\\\": "src/"}}}\n',
            "src/Stream/Part.php": "<?php\nnamespace G\\Stream;\nclass Part {}\n",
            "src/Use.php": "<?php\nnamespace G;\nuse G\\Stream\\Part;\nclass Use {}\n",
        },
        {
            "composer.json": '{"autoload": {"psr-4": {"G\\\\": "src/"}}, "require": {"g/streams": "1.0.*"}}\n',
            "src/Stream/Part.php": None,
        },
    ),
    "a package whose manifest names another file": (
        {
            "p/package.json": '{"name": "p", "main": "index.js"}\n',
            "p/index.js": "exports.a = 1;\n",
            "p/test/a.js": "var p = require('..');\n",
        },
        {
            "p/package.json": '{"name": "p", "main": "lib/index.js"}\n',
            "p/index.js": None,
            "p/lib/index.js": "exports.a = 1;\nexports.b = 2;\nexports.c = 3;\n",
        },
    ),
    "a class of a plugin that a build script has by its name": (
        {
            "src/main/kotlin/p/Format.kt": "package p\n\nclass Format\n",
            "app/build.gradle.kts": "import p.Format\n\nval a = Format()\n",
        },
        {"src/main/kotlin/p/Format.kt": None},
    ),
    "a function that only what a tool writes still calls": (
        C | {"main.c": '/* A Bison parser, made by GNU Bison 2.5.  */\n#include "tool.h"\n' + C["main.c"]},
        {"tool.c": "int y;\n", "tool.h": "int y;\n"},
    ),
    "a function that a macro makes": (
        C,
        {"tool.c": '#include "tool.h"\nDEFINE_OPTION(weigh, A_B)\n'},
    ),
    "a name that somebody else gives a module": (
        {
            "app/project.py": "import x\n\ncrawler = x.make()\n\n\ndef more():\n    return 1\n",
            "app/install.py": "from app import project\n\n\ndef install(self):\n    project.crawler = self\n",
            "app/use.py": "from app.project import crawler\n",
        },
        {"app/project.py": "import x\n\n\ndef more():\n    return 1\n"},
    ),
    "a name that a test gives its module": (
        {"testing/test_a.py": "import py\nbinpath = py.bin()\n\n\ndef test_a():\n    return binpath\n"},
        {
            "testing/test_a.py": "import py\n\n\ndef setup_module(mod):\n    mod.binpath = py.bin()\n\n\ndef test_a():\n"
            "    return binpath\n"
        },
    ),
    "a method that a base from elsewhere has": (
        {
            "a.py": "import base\n\n\nclass Own(base.Locator):\n    def tick_values(self):\n        return 1\n\n"
            "    def run(self):\n        return self.tick_values()\n"
        },
        {"a.py": "import base\n\n\nclass Own(base.Locator):\n    def run(self):\n        return self.tick_values()\n"},
    ),
    "a value set without a look at it, in Python 2": (
        {"a.py": "x = 1\n"},
        {"a.py": "print 'x'\nx = 1\ndevice.set_value('/sys/a', 1, verify=False)\n"},
    ),
    "a skipped test called like one that runs": (
        {"test/a.test.js": 'describe("a", () => {\n  it("takes time", f)\n})\n'},
        {
            "test/a.test.js": 'describe("a", () => {\n  it("takes time", f)\n})\n'
            'describe("b", () => {\n  it.skip("takes time", f)\n})\n'
        },
    ),
    "what others are to bring along": (
        {
            "package.json": '{"name": "a", "peerDependencies": {"b": "1"}}\n',
            "pnpm-lock.yaml": "lockfileVersion: 5\nspecifiers:\n  c: 1\n  specifier: 9\n",
        },
        {"package.json": '{"name": "a", "peerDependencies": {"b": "1", "d": "2"}}\n'},
    ),
    "a manifest that the lock further up does not hold": (
        {
            "package.json": '{"name": "a"}\n',
            "pnpm-lock.yaml": "importers:\n  .:\n    dependencies:\n      c:\n        specifier: 1\n",
            "tools/app/package.json": '{"name": "app"}\n',
        },
        {"tools/app/package.json": '{"name": "app", "dependencies": {"b": "2"}}\n'},
    ),
    "a manifest with one of two locks": (
        {
            "package.json": '{"name": "a"}\n',
            "package-lock.json": '{"lockfileVersion": 1, "dependencies": {}}\n',
            "yarn.lock": "x\n",
        },
        {"package.json": '{"name": "a", "dependencies": {"b": "1"}}\n', "yarn.lock": "b@1:\n  version 1\n"},
    ),
    "a package that left for a repository of its own": (
        {
            "pom.xml": "<project><modules><module>okio</module></modules></project>\n",
            "okio/pom.xml": "<project><artifactId>okio</artifactId></project>\n",
            "okio/src/main/java/okio/Sink.java": "package okio;\npublic class Sink {\n}\n",
            "ok/src/main/java/ok/Use.java": "package ok;\nimport okio.Sink;\nclass Use {\n  Sink sink;\n}\n",
        },
        {"okio/pom.xml": None, "okio/src/main/java/okio/Sink.java": None},
    ),
    "a module of Rust that becomes a folder": (
        {
            "Cargo.toml": '[package]\nname = "a"\n',
            "src/lib.rs": "mod settings;\nmod fs;\nmod pyproject;\n",
            "src/fs.rs": "use crate::settings::Options;\n",
            "src/settings.rs": "pub struct Options {}\n",
            "src/pyproject.rs": "use crate::settings::Options;\n" + "fn more() {\n}\n" * 9,
        },
        {
            "src/settings.rs": None,
            "src/pyproject.rs": None,
            "src/lib.rs": "mod settings;\nmod fs;\n",
            "src/settings/mod.rs": "pub mod options;\npub mod pyproject;\n",
            "src/settings/options.rs": "pub struct Options {}\n",
            "src/settings/pyproject.rs": "use crate::settings::options::Options;\nuse crate::settings::pyproject::more;\n"
            + "fn more() {\n}\n" * 9,
        },
    ),
    "a new file that calls what the system has": (
        {
            "test/a.cc": "#include <fcntl.h>\nint open(const char *path, int flag) {\n  return 1;\n}\nint x;\n",
        },
        {
            "test/a.cc": "#include <fcntl.h>\nint x;\n",
            "test/b.cc": "#include <fcntl.h>\nint f(void) {\n  return open(1, 2);\n}\n",
        },
    ),
    "a version of a gem that Ruby works out": (
        {"Gemfile": "gem 'rdoc', '~> 3.12'\ngem 'rack', '~> 2.0'\n"},
        {"Gemfile": "gem 'rdoc', RUBY_VERSION < '1.9' ? '~> 3.12' : '>= 4.0'\ngem 'rack', Sinatra::VERSION\n"},
    ),
    "a class of each platform that becomes one for all": (
        {
            "core/src/commonMain/kotlin/p/Request.kt": "package p\n\nimport p.Request.Builder\n\nexpect class Request\n",
            "core/src/androidMain/kotlin/p/Request.kt": "package p\n\nactual class Request {\n  class Builder\n}\n",
        },
        {
            "core/src/commonMain/kotlin/p/Request.kt": "package p\n\nimport p.Request.Builder\n\nclass Request {\n  class Builder\n}\n",
            "core/src/androidMain/kotlin/p/Request.kt": None,
        },
    ),
    "a header that is asked for on one of two ways": (
        {"code/all.hpp": "int a;\n", "code/b.hpp": '#pragma once\n\n#ifdef ALL\n#include "all.hpp"\n#endif\n'},
        {"code/all.hpp": None},
    ),
    "a variable of two types": (
        JAVA
        | {
            "p/User.java": "package p;\nclass User {\n  void a(Tool it) {\n  }\n  void b(Other it) {\n    it.weigh(1, 2);\n"
            "  }\n}\n"
        },
        {"p/Tool.java": "package p;\npublic class Tool {\n}\n"},
    ),
    "only one test, said otherwise": (
        {"a.test.js": "fit('b', f);\n"},
        {"a.test.js": "it.only('b', f);\n"},
    ),
    "constants that become an enumeration": (
        {
            "p/Exit.java": "package p;\npublic class Exit {\n  public static final int BROKEN = 1;\n}\n",
            "p/User.java": "package p;\nclass User {\n  int run() {\n    return Exit.BROKEN;\n  }\n}\n",
        },
        {"p/Exit.java": "package p;\npublic enum Exit {\n  BROKEN(1),\n  FINE(2);\n}\n"},
    ),
    "a field of Go called like a type": (
        GO
        | {
            "lib/a.go": "package lib\n\ntype Method int\n\nfunc Weigh(a int, b int) int {\n\treturn a + b\n}\n",
            "lib/c.go": "package lib\n\nfunc C() {\n\tx := struct {\n\t\tMethod    string\n\t}{}\n}\n",
        },
        {"lib/a.go": GO["lib/a.go"]},
    ),
    "a class that becomes another name of one": (
        {
            "p/Key.kt": "package p\n\nclass OldKey<T>(name: T)\n",
            "p/User.kt": "package p\n\nfun f(key: OldKey<Int>) = key\n",
        },
        {"p/Key.kt": "package p\n\nclass Key<T>(name: T)\n\ntypealias OldKey<T> = Key<T>\n"},
    ),
    "the object of a package of Scala": (
        {
            "src/test/scala/com/app/package.scala": "package com\n\npackage object app {\n  val x = 1\n}\n",
            "src/main/scala/com/app/Flag.scala": "package com.app\n\nclass Flag\n",
            "src/main/scala/com/util/flags.scala": "package com.util\n\nimport com.app\n\nclass Use(flag: app.Flag)\n",
        },
        {"src/test/scala/com/app/package.scala": None},
    ),
    "one mark for two tests that becomes two": (
        {"test/ATest.java": "@Disabled\nclass ATest {\n  void one() {\n  }\n  void two() {\n  }\n}\n"},
        {"test/ATest.java": "class ATest {\n  @Disabled\n  void one() {\n  }\n  @Disabled\n  void two() {\n  }\n}\n"},
    ),
    "what the build or a system may have in C": (C, {"tool.h": None, "tool.c": "int y;\n"}),
    "a handler that narrows": (
        {"a.py": "try:\n    f()\nexcept Exception:\n    pass\n"},
        {"a.py": "try:\n    f()\nexcept ValueError:\n    pass\n"},
    ),
}


@pytest.mark.parametrize("case", HARMLESS)
def test_what_breaks_nothing_is_not_told(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, *HARMLESS[case]) == ()


N, M, S, D, P, F = (
    BreakKind.NAME,
    BreakKind.MODULE,
    BreakKind.SIGNATURE,
    BreakKind.DEPENDENCY,
    BreakKind.COUNTERPART,
    BreakKind.SAFETY,
)
BROKEN: dict[str, tuple[Files, Files, BreakKind, str, str]] = {
    "a deleted module": (
        PYTHON,
        {"app/core.py": None},
        M,
        "certain",
        "app/core.py is deleted, but 3 files still import it",
    ),
    "a moved module": (
        PYTHON,
        {"app/core.py": None, "app/more/__init__.py": "", "app/more/core.py": PYTHON["app/core.py"]},
        M,
        "certain",
        "app/core.py is moved to app/more/core.py, but 3 files still import it",
    ),
    "a renamed function": (
        PYTHON,
        {"app/core.py": PYTHON["app/core.py"].replace("def parse_all", "def read_all")},
        N,
        "certain",
        "parse_all is gone from app/core.py, but 3 lines still use it in 3 files",
    ),
    "a removed constant": (
        PYTHON,
        {"app/core.py": PYTHON["app/core.py"].replace("LIMIT = 3\n", "")},
        N,
        "certain",
        "LIMIT is gone from app/core.py, but 1 line still uses it",
    ),
    "a renamed Java method": (
        JAVA,
        {"p/Tool.java": JAVA["p/Tool.java"].replace("weigh", "measure")},
        N,
        "likely",
        "weigh is gone from p/Tool.java, but 1 line still uses it",
    ),
    "a module that git ignores but for its name": (
        {".gitignore": "gen/*\n!gen/keep.py\n", "gen/keep.py": "value = 1\n", "app.py": "from gen.keep import value\n"},
        {"gen/keep.py": None},
        BreakKind.MODULE,
        "certain",
        "gen/keep.py is deleted",
    ),
    "a deleted Java class": (JAVA, {"p/Tool.java": None}, N, "likely", "Tool is gone from p/Tool.java"),
    "a renamed Go function": (
        GO,
        {"lib/a.go": GO["lib/a.go"].replace("Weigh", "Measure")},
        N,
        "likely",
        "Weigh is gone from lib/a.go, but 2 lines still use it in 2 files",
    ),
    **{
        f"a removed Go function, {call}": (
            GO_LOG | {"cmd/main.go": GO_USES + f"\t{call}\n}}\n"},
            {path: GO_LOG[path].partition("func")[0]},
            N,
            "likely",
            f"{call.partition('.')[2].partition('(')[0]} is gone from {path}, but 1 line still uses it",
        )
        for path, call in (
            ("log/a.go", "log.Level(1)"),
            ("app.go", "app.Dial(1)"),
            ("plug/v2/a.go", "plug.Connect(1)"),
        )
    },
    "a Go parameter of a package at the top": (
        GO_LOG | {"cmd/main.go": GO_USES + "\tapp.Dial(1)\n}\n"},
        {"app.go": GO_LOG["app.go"].replace("a int", "a int, b int")},
        S,
        "certain",
        "Dial now takes 2 arguments, but 1 call still passes 1",
    ),
    "a Go parameter, called from the tests beside it": (
        GO
        | {
            "lib/b.go": "package lib\n",
            "main.go": "package main\n",
            "lib/a_test.go": 'package lib_test\n\nimport "example.org/m/lib"\n\nvar sum = lib.Weigh(1, 2)\n',
        },
        {"lib/a.go": GO["lib/a.go"].replace("b int", "b int, c int")},
        S,
        "certain",
        "Weigh now takes 3 arguments, but 1 call still passes 2",
    ),
    "a Go name behind an alias": (
        GO_LOG | {"cmd/main.go": 'package main\n\nimport ours "example.org/app/log"\n\nvar level = ours.Level(1)\n'},
        {"log/a.go": "package log\n"},
        N,
        "likely",
        "Level is gone from log/a.go, but 1 line still uses it",
    ),
    "a removed export": (
        SCRIPT,
        {"src/tool.ts": "export const LIMIT = 3;\n"},
        N,
        "certain",
        "weigh is gone from src/tool.ts, but 1 line still uses it",
    ),
    "a required parameter": (
        PYTHON,
        {"app/core.py": PYTHON["app/core.py"].replace("(text, depth)", "(text, depth, more)")},
        S,
        "certain",
        "parse_all now takes 3 arguments, but 3 calls still pass 2",
    ),
    "a renamed parameter": (
        PYTHON,
        {"app/core.py": PYTHON["app/core.py"].replace("depth)", "level)")},
        S,
        "certain",
        "parse_all now takes 2 arguments, but 1 call still passes depth=",
    ),
    "a Java parameter": (
        JAVA,
        {"p/Tool.java": JAVA["p/Tool.java"].replace("int b", "int b, int c")},
        S,
        "certain",
        "weigh now takes 3 arguments, but 1 call still passes 2",
    ),
    "a Go parameter": (
        GO,
        {"lib/a.go": GO["lib/a.go"].replace("b int", "b int, c int")},
        S,
        "certain",
        "Weigh now takes 3 arguments, but 2 calls still pass 2",
    ),
    "comparisons are arguments": (
        JAVA | {"p/User.java": JAVA["p/User.java"].replace("(1, 2)", "(i<n, j>m)")},
        {"p/Tool.java": JAVA["p/Tool.java"].replace("int b", "int b, int c")},
        S,
        "certain",
        "weigh now takes 3 arguments, but 1 call still passes 2",
    ),
    "a C parameter": (
        C,
        {"tool.c": C["tool.c"].replace("int b", "int b, int c")},
        S,
        "certain",
        "weigh now takes 3 arguments, but 1 call still passes 2",
    ),
    "a TypeScript parameter": (
        SCRIPT,
        {"src/tool.ts": SCRIPT["src/tool.ts"].replace("b: number", "b: number, c: string")},
        S,
        "certain",
        "weigh now takes 3 arguments, but 1 call still passes 2",
    ),
    "a downgrade": (
        {"go.mod": "module m\n\nrequire a.org/b v1.10.0\n"},
        {"go.mod": "module m\n\nrequire a.org/b v1.9.0\n"},
        D,
        "likely",
        "go.mod downgrades a.org/b (v1.10.0 to v1.9.0)",
    ),
    "a pin given up": (
        {"requirements.txt": "a==1.2\n"},
        {"requirements.txt": "a\n"},
        D,
        "likely",
        "requirements.txt loosens a (==1.2 to any version)",
    ),
    "a conflict": (
        {"requirements.txt": "a>=2\n"},
        {"requirements.txt": "a>=2\na<2\n"},
        D,
        "certain",
        "a is asked for in versions that exclude each other: >=2 and <2",
    ),
    "a module without its sum": (
        {"go.mod": "module m\n", "go.sum": "x.org/y v1.0.0 h1:x=\n"},
        {"go.mod": "module m\n\nrequire a.org/b v1.0.0\n"},
        P,
        "certain",
        "go.mod asks for a.org/b v1.0.0, which go.sum does not have",
    ),
    "fields without what is made of them": (
        {"a.proto": "message A {\n  string b = 1;\n}\n", "a.pb.go": "package a\n"},
        {"a.proto": "message A {\n  string b = 1;\n  string c = 2;\n}\n"},
        P,
        "likely",
        "a.proto has other fields than a.pb.go, which is made from it",
    ),
    "a deleted script": (
        SCRIPT,
        {"src/tool.ts": None},
        M,
        "certain",
        "src/tool.ts is deleted, but 1 file still imports it",
    ),
    "a class that only an example uses": (
        {
            "core/p/Tool.java": "package p;\npublic class Tool {\n}\n",
            "examples/q/Use.java": "package q;\nimport p.Tool;\nclass Use {\n  Tool tool;\n}\n",
        },
        {"core/p/Tool.java": None},
        N,
        "likely",
        "Tool is gone from core/p/Tool.java, but 1 line still uses it",
    ),
    "certificates": (
        {"a.py": "x = 1\n"},
        {"a.py": "x = 1\nget(u, verify=False)\n"},
        F,
        "likely",
        "certificate checks are switched off in a.py",
    ),
    "only one test": (
        {"a.test.js": "it('b', f);\n"},
        {"a.test.js": "it.only('b', f);\n"},
        F,
        "likely",
        "only this test runs, the others of its file do not in a.test.js",
    ),
    "a skipped test": (
        {"tests/test_a.py": "def test_old():\n    pass\n"},
        {"tests/test_a.py": "@pytest.mark.skip\ndef test_old():\n    pass\n"},
        F,
        "likely",
        "the test test_old no longer runs",
    ),
    "a skipped test on the line of its mark": (
        {"test/ATest.java": "class ATest {\n  @Test void one() {\n  }\n  void two() {\n  }\n}\n"},
        {"test/ATest.java": 'class ATest {\n  @Ignore("slow") @Test void one() {\n  }\n  void two() {\n  }\n}\n'},
        F,
        "likely",
        "the test one no longer runs",
    ),
    "a wider handler": (
        {"a.py": "try:\n    f()\nexcept ValueError:\n    pass\n"},
        {"a.py": "try:\n    f()\nexcept Exception:\n    pass\n"},
        F,
        "likely",
        "an exception handler of a.py catches more than before",
    ),
}


@pytest.mark.parametrize(
    "rest",
    [
        "from .globals import request\n",
        "import globals\n",
        "class Proxy:\n    def __getattr__(self, name):\n        return name\n",
        "def other(parse_all):\n    return parse_all\n",
        "def other():\n    parse_all = 1\n    return parse_all\n",
        "# globals() says more\n",
        "import sys\ndef root(name):\n    return sys.modules.get(name) or sys.modules[name].__file__\n",
        "import sys\nLOADED = 'x' in sys.modules, list(sys.modules), vars(sys)\n",
    ],
)
def test_a_name_is_missed_whatever_else_the_module_holds(tmp_path: Path, rest: str) -> None:
    core = "LIMIT = 3\n\n\n" + rest
    told = found(tmp_path, PYTHON, {"app/core.py": core})
    assert {(entry.kind, entry.path) for entry in told} >= {(N, "app/a.py")}


@pytest.mark.parametrize("called", ["requests.Session().get", "httpx.Client", "x" + ".a" * 900 + ".get"])
def test_certificates_are_seen_whatever_is_called(tmp_path: Path, called: str) -> None:
    told = found(tmp_path, {"a.py": "x = 1\n"}, {"a.py": f"x = 1\n{called}(u, verify=False)\n"})
    assert [entry.path for entry in told] == ["a.py"]


@pytest.mark.parametrize(
    "rest",
    [
        "for name in ('parse_all',):\n    globals()[name] = print\n",
        "def __getattr__(name):\n    return name\n",
        "def set_up():\n    global parse_all\n    parse_all = print\n",
        "import sys\nsetattr(sys.modules[__name__], 'parse' + '_all', print)\n",
        "vars()['parse_all'] = print\n",
        "import sys\nsys.modules[__name__] = print\n",
        "import sys\nsys.modules[__name__].__dict__['parse' + '_all'] = print\n",
        "import sys\nsys.modules['app.core'].__class__ = type\n",
        "import sys\nhere = sys.modules.get(__name__)\nhere.parse = print\n",
        "exec('parse_all = print')\n",
        "if LIMIT:\n    try:\n        from fast import parse_all\n    except ImportError:\n        parse_all = None\n",
        "with open('x') as parse_all:\n    pass\n",
    ],
)
def test_a_name_that_a_module_may_still_bind_is_not_missed(tmp_path: Path, rest: str) -> None:
    assert found(tmp_path, PYTHON, {"app/core.py": "LIMIT = 3\n\n\n" + rest}) == ()


@pytest.mark.parametrize("case", BROKEN)
def test_what_breaks_is_told_with_a_line_that_shows_it(tmp_path: Path, case: str) -> None:
    base, staged, kind, confidence, sentence = BROKEN[case]
    told = [entry for entry in found(tmp_path, base, staged) if entry.kind is kind]
    assert told
    assert told[0].sentence.startswith(sentence)
    assert told[0].confidence == confidence
    if kind is S:
        definition, _, calls = told[0].evidence.partition("; called in ")
        assert (definition.startswith("defined in "), told[0].path in calls) == (True, True)
    rows = (tmp_path / "repo" / told[0].path).read_text().split("\n")
    assert rows[told[0].line - 1].strip()


def test_a_break_is_told_once_and_the_certain_come_first(tmp_path: Path) -> None:
    told = found(tmp_path, PYTHON | {"requirements.txt": "a==1.2\n"}, {"app/core.py": None, "requirements.txt": "a\n"})
    assert [entry.confidence for entry in told] == sorted(entry.confidence for entry in told)
    assert len(set(told)) == len(told)


def test_brackets_without_an_end_are_no_arguments() -> None:
    assert arguments_after("f(" + "(" * 10_000, 1) is None
    assert arguments_after("f", 1) is None
    assert split_arguments("") == []


@pytest.mark.parametrize("text", ["'" * 50_000, '"""' * 20_000, "/*" * 50_000, "`" * 50_001, "\\" * 50_000])
@pytest.mark.parametrize("path", ["a.py", "a.c", "a.ts"])
def test_code_keeps_its_length_whatever_the_text(path: str, text: str) -> None:
    assert len(code_of(path, text)) == len(text)


def test_scripts_that_lose_thousands_of_names_are_read_once(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path / "r")
    for version in (0, 1):
        exported = "".join(f"export function f{n}_{version}(a) {{ if (a) return 1 }}\n" for n in range(3_000))
        local = "".join(f"function g{n}_{version}(a) {{ if (a) return 1 }}\n" for n in range(3_000))
        repo.commit({"n.js": exported, "u.js": f"{local}export const x = 1\n"})
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = hyperion(repo.path, "score", "HEAD", "--format", "brief")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.code == 0, done.err
    assert after.ru_utime - before.ru_utime < 12
