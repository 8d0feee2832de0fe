"""Every kind of repository and change that is not the ordinary one: a score or one clear line, never a traceback."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest

from hyperion_hook.report.formats.json import SCHEMA_PATH
from tests.support.command import hyperion
from tests.support.repo import TestRepo

SCHEMA = json.loads(SCHEMA_PATH.read_text(encoding="utf-8"))


def plain(path: Path) -> TestRepo:
    repo = TestRepo(path)
    repo.commit({"a.py": "def f(x):\n    return x\n", "b.py": "import a\n"}, "Begin")
    repo.commit({"a.py": "def f(x):\n    if x:\n        return 1\n    return x\n"}, "Fix crash")
    return repo


def scored(folder: Path, *arguments: str) -> dict[str, object]:
    outcome = hyperion(folder, "score", *arguments, "--format", "json")
    assert outcome.code == 0, outcome.err
    document = outcome.json()
    jsonschema.validate(document, SCHEMA)
    if document["risk"]["level"] == "UNKNOWN":
        assert (document["explanation_base"], document["explanation"]) == (None, [])
        return document
    total = document["explanation_base"] + sum(entry["contribution"] for entry in document["explanation"])
    assert total == pytest.approx(document["risk"]["log_odds"], abs=1e-9)
    return document


def unborn(repo: TestRepo) -> list[str]:
    shutil.rmtree(repo.path)
    TestRepo(repo.path).stage({"a.py": "x = 1\n"})
    return ["--staged"]


def first_commit(repo: TestRepo) -> list[str]:
    return [repo.git("rev-list", "--max-parents=0", "HEAD").strip()]


def detached(repo: TestRepo) -> list[str]:
    repo.git("checkout", "-q", "--detach", "HEAD~1")
    return ["HEAD"]


def merge(repo: TestRepo) -> list[str]:
    repo.git("checkout", "-q", "-b", "side", "HEAD~1")
    repo.commit({"c.py": "y = 2\n"})
    repo.git("checkout", "-q", "main")
    return [repo.merge("side")]


def octopus(repo: TestRepo) -> list[str]:
    for name in ("one", "two"):
        repo.git("checkout", "-q", "-b", name, "main")
        repo.commit({f"{name}.py": "z = 3\n"})
    repo.git("checkout", "-q", "main")
    repo.commit({"d.py": "d = 1\n"})
    return [repo.merge("one", "two")]


def two_roots(repo: TestRepo) -> list[str]:
    repo.git("checkout", "-q", "--orphan", "other")
    repo.commit({"a.py": "unrelated = 1\n"}, "Another root")
    repo.git("checkout", "-q", "main")
    repo.git("merge", "-q", "--allow-unrelated-histories", "-s", "ours", "-m", "join", "other")
    return ["HEAD"]


def rename_copy_mode(repo: TestRepo) -> list[str]:
    repo.git("mv", "a.py", "renamed.py")
    (repo.path / "copy.py").write_bytes((repo.path / "renamed.py").read_bytes())
    (repo.path / "b.py").chmod(0o755)
    repo.git("add", "-A")
    return ["--staged"]


def symlinks(repo: TestRepo) -> list[str]:
    (repo.path / "link.py").symlink_to("/etc/passwd")
    (repo.path / "loop.py").symlink_to("loop.py")
    (repo.path / "b.py").unlink()
    (repo.path / "b.py").symlink_to("a.py")
    repo.git("add", "-A")
    return ["--staged"]


def submodule_bump(repo: TestRepo) -> list[str]:
    inner = plain(repo.path.parent / "inner")
    repo.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(inner.path), "lib")
    repo.commit({}, "Add the library")
    repo.git("-C", "lib", "checkout", "-q", "HEAD~1")
    repo.git("add", "lib")
    return ["--staged"]


def odd_files(repo: TestRepo) -> list[str]:
    repo.stage(
        {
            "empty.py": "",
            "binary.bin": bytes(range(256)),
            "nul.py": b"x = 1\0\n",
            "crlf.py": "x = 1\r\ny = 2\r\n",
            "bom.py": b"\xef\xbb\xbfx = 1\n",
            "wide.py": "x = 'é'\n".encode("utf-16"),
            "latin.py": b"x = '\xe9'\n",
            "minified.js": "var a=1;" * 5_000,
            "generated.py": "x = [\n" + "1,\n" * 50_000 + "]\n",
            "broken.py": "def (:\n",
            "broken.java": "class { { { (",
            "no_newline.py": "x = 1",
            "huge.txt": "line\n" * 400_000,
        }
    )
    return ["--staged"]


def odd_names(repo: TestRepo) -> list[str]:
    repo.stage(
        {
            "a space.py": "x = 1\n",
            'quo"te.py': "x = 1\n",
            "new\nline.py": "x = 1\n",
            "-dash.py": "x = 1\n",
            "--help": "x\n",
            "tab\tname.py": "x = 1\n",
            "\udcff\udcfe.py": "x = 1\n",
            "\x1b[31mred.py": "x = 1\n",
            "::set-output name=x::y": "x\n",
            "ünïcödé.py": "x = 1\n",
            "a/b/c/d/e/deep.py": "x = 1\n",
            "{}.py": "x = 1\n",
        }
    )
    return ["--staged"]


def hard_sources(repo: TestRepo) -> list[str]:
    repo.stage(
        {
            "nested.py": "".join("    " * n + f"def f{n}():\n" for n in range(32)) + "    " * 32 + "pass\n",
            "sum.py": "x = " + " + ".join(["1"] * 4_000) + "\n",
            "parens.py": "x = " + "(" * 5_000 + ")" * 5_000 + "\n",
            "many.java": "class A {\n" + "".join(f"void m{n}() {{ }}\n" for n in range(5_000)) + "}\n",
            "nested.js": "function f(){" * 400 + "}" * 400 + "\n",
        }
    )
    return ["--staged"]


def deletions_only(repo: TestRepo) -> list[str]:
    repo.stage({"a.py": None, "b.py": None})
    return ["--staged"]


def nothing_but_a_message(repo: TestRepo) -> list[str]:
    repo.commit({}, "An empty commit")
    return ["HEAD"]


def whole_range(repo: TestRepo) -> list[str]:
    repo.commit({"c.py": "c = 1\n"})
    return ["HEAD~2..HEAD"]


def odd_people(repo: TestRepo) -> list[str]:
    repo.commit({"c.py": "c = 1\n"}, "\x1b[2J::error::x <b>y</b> @everyone", "\x1b[31mRed <not-a-mail>")
    return ["HEAD"]


def absurd_dates(repo: TestRepo) -> list[str]:
    repo.clock = 1_000
    repo.commit({"c.py": "c = 1\n"}, "From 1970")
    repo.clock = 4_000_000_000
    repo.commit({"c.py": "c = 2\n"}, "From 2096")
    repo.clock = 1_600_200_000
    repo.commit({"c.py": "c = 3\n"}, "From 2020")
    return ["HEAD"]


GOOD: list[Callable[[TestRepo], list[str]]] = [
    unborn,
    first_commit,
    detached,
    merge,
    octopus,
    two_roots,
    rename_copy_mode,
    symlinks,
    submodule_bump,
    odd_files,
    odd_names,
    hard_sources,
    deletions_only,
    nothing_but_a_message,
    whole_range,
    odd_people,
    absurd_dates,
]


@pytest.mark.parametrize("case", GOOD, ids=lambda case: case.__name__)
def test_it_is_scored(tmp_path: Path, case: Callable[[TestRepo], list[str]]) -> None:
    repo = plain(tmp_path / "repo")
    arguments = case(repo)
    first = scored(repo.path, *arguments)
    assert 0 <= first["risk"]["probability"] <= 1  # type: ignore[index]
    text = hyperion(repo.path, "score", *arguments)
    assert text.code == 0
    assert "\x1b" not in text.out
    assert not any(line.startswith("::") for line in text.out.splitlines())
    assert hyperion(repo.path, "score", *arguments, "--format", "markdown").code == 0


def test_a_merge_says_against_what_it_was_judged(tmp_path: Path) -> None:
    repo = plain(tmp_path / "repo")
    document = scored(repo.path, *merge(repo))
    assert any("first parent" in warning for warning in document["warnings"])  # type: ignore[attr-defined]


def test_a_shallow_clone_says_so(tmp_path: Path) -> None:
    repo = plain(tmp_path / "repo")
    subprocess.run(
        ["git", "clone", "-q", "--depth", "1", f"file://{repo.path}", str(tmp_path / "shallow")],
        check=True,
        env=repo.environment(),
        capture_output=True,
    )
    document = scored(tmp_path / "shallow", "HEAD")
    assert "git fetch --unshallow" in document["warnings"][0]  # type: ignore[index]


def test_a_worktree_shares_the_index_of_its_repository(tmp_path: Path) -> None:
    repo = plain(tmp_path / "repo")
    repo.git("worktree", "add", "-q", str(tmp_path / "tree"), "HEAD")
    (tmp_path / "tree" / "a.py").write_text("def f(x):\n    return 2\n")
    TestRepo(tmp_path / "tree", init=False).git("add", "-A")
    assert scored(tmp_path / "tree", "--staged")["change"]["files"] == 1  # type: ignore[index]
    assert (repo.path / ".git" / "hyperion-hook").is_dir()


def test_a_bare_repository_scores_commits_and_refuses_the_staged_change(tmp_path: Path) -> None:
    repo = plain(tmp_path / "repo")
    subprocess.run(
        ["git", "clone", "-q", "--bare", str(repo.path), str(tmp_path / "bare")],
        check=True,
        env=repo.environment(),
        capture_output=True,
    )
    scored(tmp_path / "bare", "HEAD")
    refused = hyperion(tmp_path / "bare", "score", "--staged")
    assert refused.code == 3
    assert "bare" in refused.err


def test_a_missing_blob_costs_its_features_and_the_level_of_its_change_only(tmp_path: Path) -> None:
    repo = plain(tmp_path / "repo")
    blob = repo.git("rev-parse", "HEAD~1:a.py").strip()
    (repo.path / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    repo.commit({"b.py": "import a\nimport os\n"}, "Go on")
    assert scored(repo.path, "HEAD")["features"]["la"] == 1  # type: ignore[index]
    touching = scored(repo.path, "HEAD~1")
    assert "la" in touching["missing"]  # type: ignore[operator]
    assert touching["features"]["nf"] == 1  # type: ignore[index]
    assert touching["risk"]["level"] == "UNKNOWN"  # type: ignore[index]


def test_a_missing_tree_gives_no_level_and_one_clear_line(tmp_path: Path) -> None:
    repo = plain(tmp_path / "repo")
    tree = repo.git("rev-parse", "HEAD^{tree}").strip()
    (repo.path / ".git" / "objects" / tree[:2] / tree[2:]).unlink()
    outcome = hyperion(repo.path, "score", "--fail-on", "low", "HEAD")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.startswith("UNKNOWN risk: run 'git fsck': ")
    strict = hyperion(repo.path, "score", "--strict", "HEAD")
    assert (strict.code, strict.err) == (3, "hyperion-hook: the risk is UNKNOWN, and strict is set\n")


@pytest.mark.parametrize("named", ["1" * 40, "HEAD^{tree}"], ids=["nothing", "a folder"])
@pytest.mark.parametrize("indexed", [False, True], ids=["new", "indexed"])
def test_a_branch_whose_commit_is_lost_is_not_young(tmp_path: Path, named: str, indexed: bool) -> None:
    repo = plain(tmp_path / "repo")
    if indexed:
        assert hyperion(repo.path, "index").code == 0
    repo.stage({"b.py": "import a\nimport os\n"})
    lost = repo.git("rev-parse", named).strip()
    (repo.path / ".git" / "refs" / "heads" / "main").write_text(f"{lost}\n")
    for arguments in (["score"], ["score", "--worktree"], ["hook", "pre-commit"]):
        outcome = hyperion(repo.path, *arguments, "--fail-on", "low")
        assert (outcome.code, outcome.err) == (0, ""), arguments
        assert outcome.out.startswith("UNKNOWN risk: run 'git fsck': "), arguments
    for command in ("index", "label"):
        outcome = hyperion(repo.path, command)
        assert (outcome.code, outcome.out, len(outcome.err.splitlines())) == (3, "", 1)
        assert lost in outcome.err


@pytest.mark.parametrize(
    ("arguments", "code", "word"),
    [
        (["score", "no-such-branch"], 3, "no-such-branch"),
        (["score", "--", "--upload-pack=touch pwned"], 3, "--upload-pack"),
        (["score", "HEAD", "--models", "nowhere"], 3, "nowhere"),
        (["score", "HEAD", "--format", "pdf"], 2, "pdf"),
        (["score", "HEAD", "--fail-on", "SOME"], 2, "SOME"),
        (["score", "--each", "HEAD"], 2, "A..B"),
        (["nonsense"], 2, "nonsense"),
        (["features", "extract", "nope"], 3, "nope"),
        (["--repo", "no/such/folder", "score"], 3, "no/such/folder"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else str(value),
)
def test_a_wrong_argument_is_named(tmp_path: Path, arguments: list[str], code: int, word: str) -> None:
    repo = plain(tmp_path / "repo")
    outcome = hyperion(repo.path, *arguments)
    assert (outcome.code, outcome.out) == (code, "")
    assert word in outcome.err
    assert not (repo.path / "pwned").exists()


def test_no_repository_is_one_clear_line(tmp_path: Path) -> None:
    outcome = hyperion(tmp_path, "score")
    assert outcome.code == 3
    assert "not a git repository" in outcome.err
    assert len(outcome.err.splitlines()) == 1


def test_nothing_staged_is_said_and_passes(tmp_path: Path) -> None:
    repo = plain(tmp_path / "repo")
    outcome = hyperion(repo.path, "score")
    assert outcome.code == 0
    assert "nothing" in (outcome.out + outcome.err).lower()


def test_an_empty_repository_has_nothing_to_score(tmp_path: Path) -> None:
    TestRepo(tmp_path / "repo")
    assert hyperion(tmp_path / "repo", "score", "HEAD").code == 3
    assert hyperion(tmp_path / "repo", "score").code == 0


def test_rewritten_history_under_an_existing_index(tmp_path: Path) -> None:
    repo = plain(tmp_path / "repo")
    repo.commit({"a.py": "def f(x):\n    return 3\n"}, "Fix bug", "Grace <grace@example.org>")
    hyperion(repo.path, "index")
    repo.git("reset", "-q", "--hard", "HEAD~2")
    repo.commit({"a.py": "def f(x):\n    return 4\n"}, "Other way", "Grace <grace@example.org>")
    repo.commit({"a.py": "def f(x):\n    return 5\n"}, "Further")
    subprocess.run(
        ["git", "clone", "-q", str(repo.path), str(tmp_path / "fresh")],
        check=True,
        env=repo.environment(),
        capture_output=True,
    )
    assert scored(repo.path, "HEAD")["features"] == scored(tmp_path / "fresh", "HEAD")["features"]


def test_same_input_same_output_whatever_surrounds_it(tmp_path: Path) -> None:
    repo = plain(tmp_path / "repo")
    repo.stage({"b.py": "import a\nimport os\n", "c.py": "c = 1\n"})
    arguments = ("score", "--staged", "--format", "json")
    first = hyperion(repo.path, *arguments).without_timings()
    for env in (
        {"LC_ALL": "C.UTF-8", "TZ": "Pacific/Kiritimati"},
        {"COLUMNS": "40", "PYTHONHASHSEED": "7"},
        {"LANG": "tr_TR.UTF-8", "TZ": "America/St_Johns", "COLUMNS": "300", "PYTHONHASHSEED": "99"},
    ):
        assert hyperion(repo.path, *arguments, env=env).without_timings() == first


def test_a_read_only_git_folder_is_no_obstacle(tmp_path: Path) -> None:
    repo = plain(tmp_path / "repo")
    expected = scored(repo.path, "HEAD")["features"]
    shutil.rmtree(repo.path / ".git" / "hyperion-hook")
    # a file where the folder should be: even root cannot create it
    (repo.path / ".git" / "hyperion-hook").write_text("")
    assert scored(repo.path, "HEAD")["features"] == expected


@pytest.mark.parametrize("store", ["history-v1.sqlite", "source-v1.sqlite", "imports-v1.sqlite", "reference-v1.sqlite"])
@pytest.mark.parametrize("damage", ["garbage", "truncated", "empty", "folder"])
def test_a_damaged_store_is_rebuilt_or_done_without(tmp_path: Path, store: str, damage: str) -> None:
    repo = plain(tmp_path / "repo")
    expected = scored(repo.path, "HEAD")["features"]
    path = repo.path / ".git" / "hyperion-hook" / store
    content = path.read_bytes() if path.exists() else b"SQLite format 3\0" * 300
    path.unlink(missing_ok=True)
    if damage == "folder":
        path.mkdir()
    else:
        contents = {"garbage": os.urandom(5_000), "truncated": content[: len(content) // 2], "empty": b""}
        path.write_bytes(contents[damage])
    assert scored(repo.path, "HEAD")["features"] == expected


def test_hostile_configuration_never_runs(tmp_path: Path) -> None:
    repo = plain(tmp_path / "repo")
    canary = tmp_path / "canary"
    trap = tmp_path / "trap.sh"
    trap.write_text(f"#!/bin/sh\necho \"$0 $@\" >> '{canary}'\ncat\n")
    trap.chmod(0o755)
    for name in (
        "core.fsmonitor",
        "core.sshCommand",
        "core.pager",
        "core.editor",
        "diff.external",
        "core.askPass",
        "diff.evil.command",
        "diff.evil.textconv",
        "filter.evil.clean",
        "filter.evil.smudge",
        "filter.evil.process",
        "gpg.program",
        "credential.helper",
        "core.alternateRefsCommand",
        "uploadpack.packObjectsHook",
        "pager.log",
        "pager.diff",
        "interactive.diffFilter",
    ):
        repo.git("config", name, str(trap))
    for name in ("log", "diff", "cat-file", "rev-parse", "rev-list", "diff-index", "ls-tree"):
        repo.git("config", f"alias.{name}", f"!{trap}")
    repo.git("config", "log.showSignature", "true")
    hooks = repo.path / ".git" / "hooks"
    hooks.mkdir(exist_ok=True)
    for name in ("post-index-change", "reference-transaction", "post-checkout", "pre-commit", "fsmonitor-watchman"):
        shutil.copy(trap, hooks / name)
    repo.write({".gitattributes": "* diff=evil filter=evil merge=evil\n", "a.py": "def f(x):\n    return 9\n"})
    blob = repo.git("-c", "core.attributesFile=/dev/null", "hash-object", "-w", "--no-filters", "a.py").strip()
    repo.git(
        "-c",
        f"core.hooksPath={os.devnull}",
        "-c",
        "core.fsmonitor=false",
        "update-index",
        "--cacheinfo",
        f"100644,{blob},a.py",
    )
    canary.unlink(missing_ok=True)
    for arguments in (
        ["score", "--staged"],
        ["score", "HEAD"],
        ["score", "HEAD~1..HEAD"],
        ["index"],
        ["features", "extract", "HEAD"],
        ["config", "show"],
        ["score", "--each", "HEAD~1..HEAD"],
    ):
        outcome = hyperion(repo.path, *arguments)
        assert outcome.code == 0, outcome.err
    assert not canary.exists(), canary.read_text()


def test_each_commit_of_a_range_is_one_json_line_newest_last(tmp_path: Path) -> None:
    repo = plain(tmp_path / "repo")
    merge(repo)
    outcome = hyperion(repo.path, "score", "--each", "HEAD~2..HEAD")
    documents = [json.loads(line) for line in outcome.out.splitlines()]
    for document in documents:
        jsonschema.validate(document, SCHEMA)
    assert [d["change"]["revision"] for d in documents] == repo.git(
        "rev-list", "--no-merges", "--reverse", "--topo-order", "HEAD~2..HEAD"
    ).split()
