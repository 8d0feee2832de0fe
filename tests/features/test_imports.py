from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperion_hook.features.imports.read import LANGUAGES, MAX_SPECS, import_language, is_module, read_imports

CASES = {
    "an empty file": ("a.py", "", ()),
    "python, plain and dotted": ("a.py", "import os, a.b as c\nimport x.y.z\n", ("os", "a.b", "x.y.z")),
    "python, from": ("a.py", "from a.b import c as d, e\nfrom x import *\n", ("a.b:c,e", "x:*")),
    "python, relative": (
        "p/a.py",
        "from . import b\nfrom ..c.d import e\nfrom .. import (f)\n",
        (".:b", "..c.d:e", "..:f"),
    ),
    "python, over several lines": (
        "a.py",
        "from a import (  # why\n    b,  # c, d\n    e as f,\n)\nfrom g import h, \\\n    i\n",
        ("a:b,e", "g:h,i"),
    ),
    "python, indented and for type checkers": (
        "a.py",
        "if TYPE_CHECKING:\n    from a import b\ndef f():\n\timport c\n",
        ("a:b", "c"),
    ),
    "python, after a semicolon": ("a.py", "import a; import b\n", ("a", "b")),
    "python, not in strings and comments": (
        "a.py",
        ('"""Example\n\nimport no\nfrom no import way\n"""\n# import never\nx = "import nothing"\nimport yes\n'),
        ("yes",),
    ),
    "python, not what looks like prose": ("a.py", "x = 1\nimport this is prose\nfrom here to there\n", ()),
    "java": (
        "a/B.java",
        (
            "/* import not.This; */\npackage org.x;\n\nimport java.util.List;\nimport static org.y.C.m;\n"
            'import org.z.*;\n// import org.no.No;\n\npublic class B { String s = "import org.no.Never;"; }\n'
        ),
        ("=org.x", "java.util.List", "org.y.C.m", "org.z.*"),
    ),
    "kotlin": (
        "a/b.kt",
        (
            "package org.x\n\nimport org.y.C as D\nimport org.`in`.e\nimport org.z.*\n"
            "internal sealed class D\n@A(1) fun <T> List<T>.second(): T = x\nval e get() = 1\n    fun inner() = 2\n"
        ),
        ("=org.x", "=:D", "=:second", "=:e", "org.y.C", "org.in.e", "org.z.*"),
    ),
    "groovy": ("a/b.groovy", "package org.x\nimport org.y.C\n", ("=org.x", "org.y.C")),
    "scala": (
        "a/B.scala",
        "package org.x\npackage y\n\nimport a.b.{C, D => E, F => _}\nimport g._, h.I\n\nclass B {\n  import j.K\n}\n",
        ("=org.x.y", "=:B", "a.b.C", "a.b.D", "a.b.F", "g.*", "h.I", "j.K"),
    ),
    "javascript, modules": (
        "a.js",
        (
            "import a from './a'\nimport {b,\n  c as d} from \"../b\";\nimport './side'\nexport * from './e'\n"
            "export { f } from './f'\nconst from = 'x'\nexport const g = 'h'\n"
        ),
        ("./a", "../b", "./side", "./e", "./f"),
    ),
    "javascript, calls": (
        "a.mjs",
        (
            "const a = require('a'), b = require(\"./b\")\nconst c = await import('./c')\nx.require('no')\n"
            "require(variable)\nrequire(`./t`)\n"
        ),
        ("a", "./b", "./c", "./t"),
    ),
    "javascript, not in comments": (
        "a.js",
        ("// import x from 'no'\n// require('never')\n/*\n * import y from 'nothing'\n */\nimport z from 'yes'\n"),
        ("yes",),
    ),
    "javascript, not in text": ("a.js", "const s = \"text from 'nowhere'\"\nlet t = 'it is required (\"no\")'\n", ()),
    "typescript": (
        "a.ts",
        (
            "import type { A } from './a'\nimport b = require('./b')\nimport c, * as d from '@scope/c'\n"
            "/** @type {import('./t').T} */\nexport type { E } from './e.js'\n"
        ),
        ("./a", "./b", "@scope/c", "./t", "./e.js"),
    ),
    "vue": ("a.vue", "<script setup>\nimport A from './A.vue'\n</script>\n<template><a/></template>\n", ("./A.vue",)),
    "minified javascript": ("a.js", 'var a=1;import b from"b";import"c";var d=require("d");', ("b", "c", "d")),
    "go": (
        "a.go",
        (
            'package a\n\nimport "fmt"\nimport (\n\t"os"\n\t. "github.com/x/y"\n\tz "github.com/x/z/v2" // why\n'
            '\t// "no"\n)\n'
            'var s = "import"\n'
        ),
        ("fmt", "os", "github.com/x/y", "github.com/x/z/v2"),
    ),
    "go, after a comment with brackets that is longer than the rest": (
        "a.go",
        f'package a\n\nimport (\n\t"os"\n\t// (one)\n\t// {"x" * 600}\n\t_ "github.com/x/y"\n)\n',
        ("os", "github.com/x/y"),
    ),
    "rust": (
        "src/a.rs",
        (
            "use std::io;\npub(crate) use crate::a::{b, c::{self, d as e}, f::*};\nmod g;\npub mod h;\n"
            "#[cfg(test)]\nmod i {\n    use super::j;\n}\n"
            'extern crate k;\n#[path = "other.rs"]\nmod l;\n/// use not::this;\n'
        ),
        (
            "std::io",
            "crate::a::b",
            "crate::a::c::self",
            "crate::a::c::d",
            "crate::a::f::*",
            "mod g",
            "mod h",
            "self::j",
            "k",
            "mod ./other.rs",
        ),
    ),
    "c": ("a.c", '#include <stdio.h>\n#  include "a/b.h"\n/*\n#include "no.h"\n*/\nint x;\n', ("<stdio.h", '"a/b.h')),
    "c++": ("a.cpp", '#include <vector>\n#include "b.hpp" // why\n', ("<vector", '"b.hpp')),
    "objective-c": ("a.m", '#import "b.h"\n', ('"b.h',)),
    "ruby": (
        "a.rb",
        ("require 'set'\nrequire_relative \"b/c\"\nrequire(\"d\")\nautoload :E, 'x/e'\n# require 'no'\nx = \"#{y}\"\n"),
        ("set", "./b/c", "d", "x/e"),
    ),
    "php": (
        "a.php",
        (
            "<?php\nnamespace A\\B;\nuse C\\D;\nuse E\\{F, G as H};\nuse function I\\j;\nuse K\\L as M, N\\O;\n"
            "/* use No\\Way; */\nrequire_once __DIR__ . '/p.php';\ninclude 'q.php';\n"
            "$f = function () use ($x) { return 1; };\n"
        ),
        ("=A\\B", "C\\D", "E\\F", "E\\G", "I\\j()", "K\\L", "N\\O", "./p.php", "./q.php"),
    ),
    "c#": (
        "a.cs",
        (
            "\ufeffusing System;\nglobal using A.B;\nusing static C.D;\nusing E = F.G;\nnamespace H.I\n{\n    using J;\n"
            "    class K { void L() { using var m = n(); using (o) {} } }\n}\n"
        ),
        ("=H.I", "System", "A.B", "!C.D", "!F.G", "J"),
    ),
    "go.mod": ("x/go.mod", "module github.com/a/b\n\ngo 1.22\n", ("=github.com/a/b",)),
    "Cargo.toml": ("Cargo.toml", '[package]\nname = "my-crate"\n[dependencies]\nname = "no"\n', ("=my-crate",)),
    "package.json": ("package.json", '{\n  "version": "1",\n  "name": "@a/b"\n}', ("=@a/b",)),
}


@pytest.mark.parametrize(("path", "text", "specs"), CASES.values(), ids=CASES)
def test_imports_are_read_as_written(path: str, text: str, specs: tuple[str, ...]) -> None:
    assert read_imports(path, text) == specs


def test_files_that_are_not_ours_and_other_languages_have_no_imports() -> None:
    assert read_imports("vendor/a/b.go", 'package b\nimport "fmt"\n') == ()
    assert read_imports("notes.txt", "import os\n") == ()
    assert import_language("node_modules/x/package.json") is None
    assert not is_module("go.mod")
    assert is_module("a/b.PY")


def test_a_specification_is_kept_once_and_their_number_is_bounded() -> None:
    assert read_imports("a.py", "import a\nimport a\n") == ("a",)
    assert len(read_imports("a.py", "".join(f"import m{n}\n" for n in range(MAX_SPECS + 10)))) == MAX_SPECS


@pytest.mark.parametrize(
    "path",
    [
        "a.py",
        "a.java",
        "a.scala",
        "a.js",
        "a.ts",
        "a.go",
        "a.rs",
        "a.c",
        "a.rb",
        "a.php",
        "a.kt",
        "a.groovy",
        "a.vue",
        "a.m",
        "a.cs",
        "package.json",
        "Cargo.toml",
        "go.mod",
    ],
)
@pytest.mark.parametrize(
    "text",
    [
        "import " * 20_000,
        "from a import (" * 5_000,
        "export " * 20_000,
        "/*" * 50_000,
        '"""' * 30_000,
        "use a::{" * 10_000,
        "import {" + "a, " * 30_000,
        " " * 200_000 + "import",
        "use \\" * 20_000,
        "#include " * 20_000,
        "{" * 100_000,
        "import a.b.{" + "c => d," * 20_000,
        "\n" * 200_000,
        "require(" * 20_000,
        "package a\nimport (" + '"' * 50_000,
    ],
    ids=range(15),
)
def test_no_text_takes_long(path: str, text: str) -> None:
    started = time.process_time()
    read_imports(path, text)
    assert time.process_time() - started < 5


@given(
    path=st.sampled_from(["a.py", "B.java", "c.scala", "d.ts", "e.go", "f.rs", "g.h", "h.rb", "i.php", "j.cs"]),
    text=st.text(st.sampled_from("import from use require package {}()[];:,.*'\"\\/#=\n\taB_")),
)
def test_any_text_gives_plain_specifications(path: str, text: str) -> None:
    specs = read_imports(path, text)
    assert all(spec and "\0" not in spec for spec in specs)
    assert specs == read_imports(path, text)


def test_every_language_has_a_case() -> None:
    covered = {import_language(path) for path, _, _ in CASES.values()}
    assert covered >= LANGUAGES
