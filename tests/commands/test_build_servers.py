"""Nothing that comes from a repository is a command to a build server, whatever the command and the format."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.support.command import hyperion
from tests.support.repo import TestRepo
from tests.support.runner import command_in

NAMES = [
    "##vso[task.setvariable variable=PATH]x.py",
    "##[error]y.py",
    "::set-output name=level::LOW.py",
    "::error::z.py",
    "##teamcity[buildStatus status='SUCCESS'].py",
    "a ##vso[task.complete result=Succeeded]DONE.py",
    "section_start:1700000000:build\r\x1b[0Kb.py",
    "\x1b[2J\x1b]0;t\x07c.py",
    "travis_fold:start:a\rd.py",
    "\x7fe.py",
    "x" * 70 + "::error::w.py",
    "y" * 76 + " ::warning::w.py",
    "é##[group]f.py",
    "###[x]g.py",
    "####vso[a]h.py",
    "::group::i\u2028::error::j.py",
    "\n::error::k.py",
    "\r::error::l.py",
    "--- m.py",
    "^^^ +++.py",
]
AUTHOR = "::error::Eve ##vso[task.setvariable variable=a]b <eve@example.org>"
_OBEYED = re.compile(r"##\w*\[|section_(?:start|end):\d+:[^\n]*\r|[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
CONFIGURATION = """
coverage-before = ["##vso[task.complete]a.xml"]

[traffic]
"::set-output name=a::b" = 0.5
"""


@pytest.fixture(scope="module")
def repo(tmp_path_factory: pytest.TempPathFactory) -> TestRepo:
    """A history in which every name, message and author is a command."""
    repo = TestRepo(tmp_path_factory.mktemp("build") / "##vso[a]r")
    for number in range(3):
        for name in NAMES[number::3]:
            code = f"def f(x):\n    return x + {number}\n"
            repo.commit({name: code}, f"Fix crash {name}\n\n{name}", author=AUTHOR)
            repo.commit({name: code.replace("+", "-")}, f"{name}\n\nReviewed-by: {AUTHOR}", author=AUTHOR)
    repo.commit(dict.fromkeys(NAMES, "def f(x):\n    return 1 / x\n"), "Fix ##[error] ::error::a", author=AUTHOR)
    repo.stage(dict.fromkeys(NAMES, "def f(x):\n    if x:\n        return 2 / x\n"))
    return repo


def assert_obeyed_nowhere(text: str) -> None:
    for line in re.split(r"[\n\r]", text):
        assert command_in(line) is None, line
        assert not _OBEYED.search(line), line
        assert not re.match(r"\s*(?:::|##\w*\[)\S", line), line


@pytest.mark.parametrize(
    "arguments",
    [
        *(
            ["score", *what, "--format", form]
            for form in ("json", "jsonl", "text", "brief", "sarif", "gitlab", "rdjson", "markdown")
            for what in ([], ["HEAD"])
        ),
        ["score", "--each", "HEAD~6..HEAD"],
        ["features", "extract", "HEAD", "--format", "json"],
        ["features", "extract", "HEAD"],
        ["features", "list"],
        ["features", "list", "--format", "json"],
        ["label"],
        ["label", "--format", "csv"],
        ["config", "show"],
        ["config", "show", "--format", "json"],
        ["models", "list"],
        ["models", "list", "--format", "json"],
        ["models", "show"],
        ["models", "show", "--format", "json"],
        ["index"],
        ["comment", "--forge", "none", "HEAD~3..HEAD"],
        ["hook", "pre-commit"],
        ["hook", "agent"],
        pytest.param(["report", "--output", "-"], marks=pytest.mark.train),
        ["--version"],
        ["score", "::error::x"],
        ["score", "--models", "##vso[a]b"],
        ["::error::a"],
        ["score", "--format", "##[error]x"],
        ["label", "--fixes", "##vso[a]b"],
        ["score", "HEAD..##[error]"],
        ["models", "promote", "##vso[a]"],
    ],
    ids=" ".join,
)
def test_no_line_is_a_command(repo: TestRepo, arguments: list[str]) -> None:
    done = hyperion(repo.path, *arguments)
    assert_obeyed_nowhere(done.out)
    assert_obeyed_nowhere(done.err)
    if "json" in arguments:
        json.loads(done.out)


def test_the_same_json_is_read(repo: TestRepo) -> None:
    document = hyperion(repo.path, "score", "HEAD", "--format", "json").json()
    listed = {entry["path"] for entry in document["files_to_read"]}  # type: ignore[index,union-attr]
    assert listed
    assert listed <= set(NAMES)
    assert any("##" in name or "::" in name for name in listed)
    uris = hyperion(repo.path, "score", "HEAD", "--format", "sarif")
    assert_obeyed_nowhere(uris.out)


@pytest.mark.parametrize("text", [CONFIGURATION, "##vso[a] = 1\n", '"::error::a" = 1\n', "fail-on = '##[error]'\n"])
@pytest.mark.parametrize("arguments", [["config", "show", "--format", "json"], ["config", "show"], ["score"]])
def test_no_setting_is_a_command(tmp_path: Path, text: str, arguments: list[str]) -> None:
    repo = TestRepo(tmp_path)
    repo.commit({"a.py": "x = 1\n", ".hyperion-hook.toml": text})
    done = hyperion(repo.path, *arguments)
    assert_obeyed_nowhere(done.out)
    assert_obeyed_nowhere(done.err)
