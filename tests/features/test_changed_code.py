"""Code is read in every language of the table, or missing with the reason; what holds no code counts nothing."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from hyperion_hook.domain.files.languages import BY_ENDING, LANGUAGES, Language, is_build_file, language_of
from hyperion_hook.domain.files.paths import FileRole, role_of
from hyperion_hook.domain.vector import FeatureVector, Missing
from hyperion_hook.features.change import quality, tokens
from hyperion_hook.features.change.changed_code import BINARY
from hyperion_hook.features.change.code_lines import code_in
from hyperion_hook.features.change.tokens import NAMES
from hyperion_hook.features.code.actual_language import EMBEDDING
from hyperion_hook.features.code.limits import IN_LFS
from hyperion_hook.features.code.notebooks import NAME as NOTEBOOK
from tests.support.changes import change, context, edit
from tests.support.parity import recorded_vector
from tests.support.repo import TestRepo

DOCUMENT = Path(__file__).parents[2] / "docs" / "code-metrics.md"
CODE = "alpha = beta"


@pytest.fixture(scope="module")
def repo(tmp_path_factory: pytest.TempPathFactory) -> TestRepo:
    repo = TestRepo(tmp_path_factory.mktemp("languages") / "repo")
    repo.commit({"README.md": "x\n"})
    return repo


def vector_of(repo: TestRepo, **files: str | bytes | None) -> FeatureVector:
    """Return the vector of a commit that changes files; ``__`` in a name stands for a point."""
    repo.commit({name.replace("__", "."): text for name, text in files.items()})
    return recorded_vector(repo.path, "HEAD")


def paths_of(language: Language) -> list[str]:
    return [*(f"src/file.{ending}" for ending in language.endings), *(f"lib/{name}" for name in language.names)]


def source_in(language: Language) -> tuple[str, int]:
    """Return two lines of code among comments of every kind that the language has."""
    comments = language.comments
    assert comments is not None
    lines = [CODE, "", *(f"{mark} remark" for mark in comments.lines)]
    for start, end in comments.blocks:
        lines += [f"{start} remark", "over lines", end, f"  {start} one {end}"]
    return "\n".join([*lines, f"  {CODE} 2", ""]), 2


@pytest.mark.parametrize("language", LANGUAGES.values(), ids=lambda language: language.name)
def test_every_path_of_a_language_is_told_and_has_a_role_of_code(language: Language) -> None:
    for path in paths_of(language):
        assert language_of(path) == language_of(path.upper()) == language.name
        is_build = language.is_build or path.startswith("lib/")
        assert is_build_file(path) == is_build
        roles = {FileRole.CONFIGURATION} if is_build else {FileRole.SOURCE, FileRole.TEST}
        assert role_of(path) in roles, path


def test_no_ending_belongs_to_two_languages() -> None:
    endings = [ending for language in LANGUAGES.values() for ending in language.endings]
    assert sorted(endings) == sorted(BY_ENDING)


@pytest.mark.parametrize(
    "language", [language for language in LANGUAGES.values() if language.comments], ids=lambda language: language.name
)
def test_comments_of_every_language_are_no_code(language: Language) -> None:
    text, count = source_in(language)
    assert len(code_in([text.encode()], language.name)) == count


@pytest.mark.parametrize("language", LANGUAGES.values(), ids=lambda language: language.name)
def test_code_of_every_language_is_counted_or_missing_by_name(language: Language) -> None:
    no_reader = Missing(f"no reader for {language.name}")
    for path in paths_of(language):
        role = role_of(path)
        if role is FileRole.TEST or language.name == NOTEBOOK:
            continue
        text, count = source_in(language) if language.comments else (CODE, 0)
        judged = context(change(edit(path, "".join(f"+{line}\n" for line in text.split("\n") if line))))
        values = tokens.measure(judged)
        if language.comments:
            assert values["code_lines_added"] == count
            assert values["tokens_added"] == 7
        else:
            assert set(values.values()) == {no_reader}
        if not language.reader:
            reason = no_reader if role is FileRole.SOURCE else quality.NO_SOURCE
            assert set(quality.measure(judged).values()) == {reason}


SCRIPTS = {
    "#!/bin/sh\n": "Shell",
    "#! /usr/bin/env bash\n": "Shell",
    "#!/usr/bin/env -S python3.11 -u\n": "Python",
    "#!/usr/bin/perl -w\n": "Perl",
    "#!/usr/bin/env VAR=1 node\n": "JavaScript",
    "#!/opt/x/Rscript\n": "R",
    "#!/usr/bin/env pwsh\n": "PowerShell",
    "#!/usr/bin/lua5.4\n": "Lua",
    "#!/usr/bin/make -f\n": "Makefile",
}


@pytest.mark.parametrize(("line", "language"), SCRIPTS.items())
@pytest.mark.parametrize("path", ["bin/deploy", "bin/tool-1.2", "bin/run.local"])
def test_a_script_is_known_by_its_first_line(repo: TestRepo, line: str, language: str, path: str) -> None:
    comments = LANGUAGES[language].comments
    mark = comments.lines[0] if comments else ""
    vector_of(repo, **{path: f"{line}{CODE}\n{mark} remark\nend\n"})
    # the first line is not in the difference
    vector = vector_of(repo, **{path: f"{line}{CODE}\n{mark} remark\nmore\n{mark} remark\nend\n"})
    assert (vector["code_lines_added"], vector["source_files"], vector["source_lines_added"]) == (1.0, 1.0, 2.0)
    vector = vector_of(repo, **{path: None})
    assert vector["code_lines_deleted"] == 3.0 if mark == "#" else 4.0


def test_a_script_for_an_unknown_interpreter_is_missing(repo: TestRepo) -> None:
    vector = vector_of(repo, **{"bin/odd": "#!/opt/frobnicate\nx\n"})
    assert {vector[name] for name in NAMES} == {Missing("no reader for the interpreter its first line names")}


def test_an_ending_that_nobody_knows_is_missing_unless_other_code_is_read(repo: TestRepo) -> None:
    vector = vector_of(repo, a__frob="x\n")
    assert {vector[name] for name in (*NAMES, "source_files", "source_lines_added")} == {
        Missing("no reader for files ending in .frob")
    }
    vector = vector_of(repo, a__frob="y\n", b__py="x = 1\n")
    assert (vector["code_lines_added"], vector["source_files"], vector["source_lines_added"]) == (1.0, 1.0, 1.0)


@pytest.mark.parametrize(
    "path",
    [
        "README.md",
        "LICENSE",
        "docs/a.rst",
        "data/rows.csv",
        "a.json",
        "package-lock.json",
        "Cargo.lock",
        "go.sum",
        "a.svg",
        "js/lib.min.js",
        "api_pb2.py",
        "vendor/a.go",
        "po/de.po",
        "a/__snapshots__/b.snap",
        "man/a.1",
        ".gitignore",
        "VERSION",
        "style.css",
        "a.patch",
        "logo.bin",
    ],
)
def test_what_holds_no_code_counts_nothing(repo: TestRepo, path: str) -> None:
    vector = vector_of(repo, **{path: f"{path}\n"})
    assert {vector[name] for name in NAMES} == {0.0}
    assert vector["source_files"] == vector["source_lines_added"] == 0.0


def test_a_binary_file_of_any_ending_holds_no_code(repo: TestRepo) -> None:
    vector = vector_of(repo, a__blob=b"\0\1\2", b__ipynb=b"\0\1", c=b"\0#!/bin/sh")
    assert {vector[name] for name in NAMES} == {0.0}


@pytest.mark.parametrize("side", ["before", "after", "both"])
def test_code_with_a_nul_is_not_no_code(repo: TestRepo, side: str) -> None:
    texts = ["x = 'a line that ends here'\n" * 9, "x = 'a line that ends here'\n" * 8 + "y = '\0'\n"]
    before = texts[1] + "z = 1\n" if side == "both" else texts[side == "before"]
    repo.commit({"a.py": before})
    vector = vector_of(repo, a__py=texts[side != "before"])
    assert vector["code_lines_added"] == BINARY
    assert isinstance(vector["method_count"], Missing)


@pytest.mark.parametrize(
    ("path", "text", "language"),
    [
        ("f.m", "% Say why, it's short.\nfunction y = f(x)\nif x > 1\n  y = 1;\nend\nend\n", "MATLAB"),
        ("C.m", "classdef C\n  methods\n    function o = g(o)\n    end\n  end\nend % it's\n", "MATLAB"),
        ("a.pl", ":- module(a, [f/1]).\nf(X) :- X > 1, !.\nf(_).\n% it's\n", "Prolog"),
        ("de.ts", "<?xml version='1.0'?>\n<!DOCTYPE TS>\n<TS>\n<translation>it's</translation>\n</TS>\n", "XML"),
    ],
)
def test_a_language_that_shares_its_ending_is_told_by_the_text(
    repo: TestRepo, path: str, text: str, language: str
) -> None:
    repo.commit({path: text.replace("it's", "its")})
    vector = vector_of(repo, **{path.replace(".", "__"): text})
    assert vector["code_lines_added"] == (Missing("no reader for MATLAB") if language == "MATLAB" else 0.0)
    assert vector["method_count"] == Missing(f"no reader for {language} ({path})")


def test_the_language_of_the_ending_stays_where_the_text_is_written_in_it(repo: TestRepo) -> None:
    texts = {"a.m": "// %\n@implementation A\n- (int)f { return 1; }\n@end\n", "a.pl": "use A;\nsub f { 1 }\n"}
    texts["a.ts"] = "const a = '<translation>'\nfunction f() { }\n"
    for path, text in texts.items():
        vector = vector_of(repo, **{path.replace(".", "__"): text})
        assert vector["method_count"] == 1.0


@pytest.mark.parametrize("has_code", [False, True])
def test_a_pointer_of_git_lfs_is_no_code(repo: TestRepo, has_code: bool) -> None:
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize 12345\n"
    repo.commit({"a.py": pointer.format("a" * 64)})
    vector = vector_of(repo, a__py=pointer.format("b" * 64), **({"b.py": "def f(): pass\n"} if has_code else {}))
    if has_code:
        assert (vector["code_lines_added"], vector["method_count"]) == (1.0, 1.0)
    else:
        assert vector["code_lines_added"] == IN_LFS
        assert vector["method_count"] == Missing(f"{IN_LFS.reason} (a.py)")


def test_code_in_utf_16_is_not_no_code(repo: TestRepo) -> None:
    vector = vector_of(repo, a__cs="class A { void F() { } }\n".encode("utf-16"))
    assert isinstance(vector["code_lines_added"], Missing)
    assert isinstance(vector["method_count"], Missing)


# -- notebooks --------------------------------------------------------------------------------------------------------


def notebook(*cells: object, language: str = "python", old: bool = False) -> str:
    """Return a notebook as Jupyter writes it: a text that is a list of lines, or one string, or with an output."""
    written = []
    for cell in cells:
        kind, source, output = cell if isinstance(cell, tuple) else ("code", cell, None)
        written.append(
            {"cell_type": kind, "metadata": {}, "input" if old else "source": source}
            | (
                {"outputs": [{"output_type": "stream", "name": "stdout", "text": output or []}]}
                if kind == "code"
                else {}
            )
        )
    top = {"worksheets": [{"cells": written}]} if old else {"cells": written}
    return json.dumps(top | {"metadata": {"language_info": {"name": language}}, "nbformat": 4}, indent=1) + "\n"


def lines(text: str) -> list[str]:
    return [f"{line}\n" for line in text.split("\n")[:-1]]


FUNCTION = lines("def f(x):\n    if x and x > 2:\n        return 1\n\n    # why\n    return 2\n")


@pytest.mark.parametrize("old", [False, True])
@pytest.mark.parametrize("source", [FUNCTION, "".join(FUNCTION)], ids=["lines", "one string"])
def test_the_code_of_a_notebook_is_that_of_its_cells(repo: TestRepo, source: object, old: bool) -> None:
    cells = ("markdown", ["def no():\n", "    pass\n"], None), ("code", source, ["if this were code\n"])
    vector_of(repo, a__ipynb=None) if (repo.path / "a.ipynb").exists() else None
    vector = vector_of(repo, a__ipynb=notebook(*cells, old=old))
    assert (vector["code_lines_added"], vector["control_flow_added"]) == (4.0, 2.0)
    assert (vector["source_files"], vector["source_lines_added"]) == (1.0, 6.0)
    if isinstance(source, list):
        assert (vector["cyclomatic_complexity"], vector["functions_touched"]) == (3.0, 1.0)
    else:
        assert vector["cyclomatic_complexity"] == Missing("its cells are not stored line by line (a.ipynb)")


def test_only_the_changed_lines_of_cells_count(repo: TestRepo) -> None:
    other = ["def g():\n", "    return 1\n"]
    vector_of(repo, b__ipynb=notebook(FUNCTION, ["%matplotlib inline\n", "import os\n"], other))
    changed = [*FUNCTION[:2], "        return 7\n", *FUNCTION[3:]]
    vector = vector_of(repo, b__ipynb=notebook(changed, ["%matplotlib inline\n", "import os\n"], other))
    assert (vector["code_lines_added"], vector["code_lines_deleted"]) == (1.0, 1.0)
    assert (vector["functions_touched"], vector["method_count"]) == (1.0, 2.0)
    outputs = notebook(("code", changed, ["100\n", "200\n"]), ["%matplotlib inline\n", "import os\n"], other)
    vector = vector_of(repo, b__ipynb=outputs)
    assert (vector["code_lines_added"], vector["tokens_added"], vector["source_lines_added"]) == (0.0, 0.0, 0.0)
    vector = vector_of(repo, b__ipynb=None)
    assert vector["code_lines_deleted"] == 8.0


def test_a_notebook_has_the_language_it_names(repo: TestRepo) -> None:
    text = notebook(["// remark\n", "# code\n"], language="scala")
    assert vector_of(repo, c__ipynb=text)["code_lines_added"] == 1.0
    vector = vector_of(repo, d__ipynb=notebook(["x = 1\n"], language="julia"))
    assert vector["code_lines_added"] == 1.0
    assert vector["cyclomatic_complexity"] == Missing("no reader for Julia (d.ipynb)")


@pytest.mark.parametrize("text", ["", "{", "[]", "<<<<<<< a\n{}\n", "x = 1\n", '{"a": ' * 100_000, '{"cells": [1'])
def test_a_notebook_that_cannot_be_read_is_missing(repo: TestRepo, text: str) -> None:
    vector = vector_of(repo, e__ipynb=text or "\n")
    reason = "it is no notebook that can be read"
    assert vector["code_lines_added"] == Missing(reason)
    assert vector["cyclomatic_complexity"] == Missing(f"{reason} (e.ipynb)")


def test_of_svelte_the_script_has_functions_and_all_is_code(repo: TestRepo) -> None:
    text = "<!-- remark -->\n<p>{a}</p>\n<script>\n// why\nfunction f(a) {\n  if (a) { return 1; }\n}\n</script>\n"
    vector_of(repo, A__svelte=text)
    vector = vector_of(repo, A__svelte=text.replace("return 1", "return 2"))
    assert (vector["cyclomatic_complexity"], vector["functions_touched"], vector["code_lines_added"]) == (2.0, 1.0, 1.0)


def test_the_document_lists_every_language() -> None:
    listed = re.findall(r"^\| ([^|]+) \| `([^|]*)` \| ([^|]+) \| ([^|]+) \|$", DOCUMENT.read_text(), re.MULTILINE)
    assert listed == [row(language) for language in LANGUAGES.values()]


def row(language: Language) -> tuple[str, str, str, str]:
    files = " ".join([*(f".{ending}" for ending in language.endings), *language.names])
    counted = "its cells" if language.name in EMBEDDING and language.comments is None else "yes"
    return language.name, files, counted if language.comments or counted != "yes" else "no", language.reader or "no"
