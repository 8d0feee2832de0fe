"""The output of the real executable: valid by the schema, the same everywhere, whatever the repository holds."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path

import jsonschema
import pytest

from hyperion_hook.report.formats.json import SCHEMA_PATH
from tests.support.command import hyperion
from tests.support.history import tangled_history
from tests.support.repo import TestRepo

SCHEMA = jsonschema.Draft202012Validator(json.loads(SCHEMA_PATH.read_text(encoding="utf-8")))
HOSTILE_NAMES = (
    b"a\nb.py",
    b"\x1b[31mred.py",
    b"caf\xe9.py",
    b"-n.py",
    b"'q\" `$(x)`.py",
    b"@ada #1 [x](y).py",
    b"\xe2\x80\xaegnp.py",
    b"sp ace.py",
)


@pytest.fixture(scope="module")
def repo(tmp_path_factory: pytest.TempPathFactory) -> TestRepo:
    made = tangled_history(tmp_path_factory.mktemp("output") / "r", rounds=3)
    made.stage({"pkg/mod0.py": "import json\n\n\ndef run(value):\n    return json.dumps(value) if value else 1\n"})
    return made


@pytest.mark.parametrize(
    "arguments",
    [
        ["--staged"],
        ["HEAD"],
        ["HEAD~4..HEAD"],
        ["--each", "HEAD~6..HEAD"],
        ["--no-explain"],
        ["--format", "jsonl", "HEAD~1"],
    ],
    ids=" ".join,
)
def test_every_way_to_score_gives_valid_json_whose_contributions_sum_up(repo: TestRepo, arguments: list[str]) -> None:
    lines = [] if {"--each", "--format"} & set(arguments) else ["--format", "json"]
    done = hyperion(repo.path, "score", *arguments, *lines)
    assert done.code == 0, done.err
    documents = [json.loads(done.out)] if lines else [json.loads(line) for line in done.out.splitlines()]
    assert documents
    for document in documents:
        SCHEMA.validate(document)
        if "--no-explain" in arguments:
            assert (document["explanation_base"], document["explanation"]) == (None, [])
            continue
        total = document["explanation_base"] + math.fsum(entry["contribution"] for entry in document["explanation"])
        assert abs(total - document["risk"]["log_odds"]) < 1e-9


def test_each_gives_every_commit_once_newest_last(repo: TestRepo) -> None:
    done = hyperion(repo.path, "score", "--each", "HEAD~6..HEAD")
    given = [json.loads(line)["change"]["revision"] for line in done.out.splitlines()]
    listed = repo.git("rev-list", "--no-merges", "HEAD~6..HEAD").split()
    assert sorted(given) == sorted(listed)
    assert given[-1] == repo.head()


@pytest.mark.parametrize(
    "environment",
    [
        {"LC_ALL": "C", "TZ": "Asia/Kathmandu", "COLUMNS": "40", "FORCE_COLOR": "1"},
        {"LC_ALL": "de_DE.ISO-8859-1", "PYTHONUTF8": "0", "PYTHONHASHSEED": "7"},
    ],
    ids=str,
)
@pytest.mark.parametrize("revision", ["--staged", "HEAD", "HEAD~4..HEAD"])
def test_the_same_change_gives_the_same_json_everywhere(
    repo: TestRepo, revision: str, environment: dict[str, str]
) -> None:
    first = hyperion(repo.path, "score", revision, "--format", "json")
    other = hyperion(repo.path, "score", revision, "--format", "json", env=environment)
    assert first.without_timings() == other.without_timings()


def test_hostile_names_messages_and_people_act_in_no_format(tmp_path: Path) -> None:
    made = TestRepo(tmp_path / "r")
    made.commit({"README": "x"})
    for name in HOSTILE_NAMES:
        Path(os.fsdecode(os.fsencode(made.path) + b"/" + name)).write_text("def f(x):\n    return x\n" * 5)
    made.commit({}, "\x1b[2Jclear ::set-output name=x::y <script>@ada", author="\x1b[31mEve `x` <e@e>")
    for revision in ("HEAD", "HEAD~1..HEAD"):
        text = hyperion(made.path, "score", revision).out
        assert all(line.isprintable() for line in text.split("\n"))
        document = hyperion(made.path, "score", revision, "--format", "json")
        assert document.out.isascii()
        SCHEMA.validate(document.json())
        markdown = hyperion(made.path, "score", revision, "--format", "markdown").out
        assert all(line.isprintable() or "\u200b" in line for line in markdown.split("\n"))
    listed = hyperion(made.path, "score", "--each", "--format", "text", "HEAD~1..HEAD").out
    assert listed.count("\n") == 1
    assert "\\x1b[2Jc" in listed


def test_a_limit_that_is_reached_is_exit_code_1_and_the_result_is_still_there(repo: TestRepo) -> None:
    done = hyperion(repo.path, "score", "--fail-on", "low", "--format", "json")
    assert done.code == 1
    SCHEMA.validate(done.json())
    assert "fail-on is LOW" in done.err


def test_features_are_given_with_unit_origin_and_reason(repo: TestRepo) -> None:
    document = hyperion(repo.path, "features", "extract", "HEAD", "--format", "json").json()
    entries = document["features"]
    assert document["change"]["revision"] == repo.head()
    assert entries["la"] == {"value": 0.0, "missing": None, "unit": "lines", "origin": "git"}
    assert entries["discussion_count"]["value"] is None
    assert entries["discussion_count"]["missing"]
    text = hyperion(repo.path, "features", "extract").out
    assert "Staged change: 1 file" in text
    assert "missing: " in text
    assert len([line for line in text.splitlines() if line.startswith("la ")]) == 1


def test_the_index_is_built_once_and_then_extended(repo: TestRepo) -> None:
    first = hyperion(repo.path, "index", "--rebuild")
    assert first.code == 0, first.err
    again = hyperion(repo.path, "index")
    assert " 0 of them new" in again.out


def test_the_models_say_what_they_were_trained_on(repo: TestRepo) -> None:
    version = hyperion(repo.path, "--version").out.splitlines()
    assert version[0].startswith("hyperion-hook ")
    assert " trained on " in version[1]
    assert hyperion(repo.path, "models", "list").out.startswith("* bundled ")
    shown = hyperion(repo.path, "models", "show", "--format", "json").json()
    assert shown["features"]
    assert f"trained on {shown['trained_on']}"[:40] in hyperion(repo.path, "models", "show").out
