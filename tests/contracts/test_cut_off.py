"""Where history or content is cut off there is no level, in any command and format, and the remedy brings it."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from hyperion_hook import FeatureEngineer, ImpactAnalyzer, RepositoryChange, RiskPredictor
from hyperion_hook.errors import StoreError
from hyperion_hook.report.formats.json import SCHEMA_PATH
from tests.support.command import Outcome, hyperion
from tests.support.repo import TestRepo

SCHEMA = json.loads(SCHEMA_PATH.read_text(encoding="utf-8"))
COMMITS = 55
UNKNOWN = dict.fromkeys(("probability", "percentile", "percentile_of_size", "size_probability", "log_odds"), None) | {
    "level": "UNKNOWN",
    "raised": False,
}
ASKED = {"staged": ["--staged"], "commit": ["HEAD"], "range": ["HEAD~2..HEAD"]}
CLONES = {
    "depth": (["--depth=1"], "git fetch --unshallow"),
    "depth 50": (["--depth=50"], "git fetch --unshallow"),
    "blobless": (["--filter=blob:none"], "git fetch --refetch --no-filter"),
    "treeless": (["--filter=tree:0"], "git fetch --refetch --no-filter"),
    "shallow and blobless": (["--depth=9", "--filter=blob:none"], "git fetch --unshallow"),
}


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> TestRepo:
    """A repository with more changes than a percentile needs."""
    repo = TestRepo(tmp_path_factory.mktemp("origin") / "r")
    repo.git("config", "uploadpack.allowFilter", "true")
    for number in range(COMMITS):
        body = "".join(f"def f{at}(x):\n    return x + {at * number}\n" for at in range(number % 4 + 1))
        repo.commit({f"m{number % 5}.py": body}, f"{'Fix' if number % 4 == 1 else 'Add'} part {number}")
    return repo


def cloned(origin: TestRepo, folder: Path, *arguments: str) -> TestRepo:
    """Return a clone with something staged."""
    origin.git("clone", "-q", *arguments, f"file://{origin.path}", str(folder))
    clone = TestRepo(folder, init=False)
    clone.clock = origin.clock
    clone.stage({"m1.py": "def f0(x):\n    return x if x else 7\n"})
    return clone


def judged(done: Outcome, code: int = 0) -> dict[str, Any]:
    assert done.code == code, done.err
    document = done.json()
    jsonschema.validate(document, SCHEMA)
    return document  # type: ignore[no-any-return]


def is_unknown(document: Mapping[str, Any], remedy: str) -> None:
    assert document["risk"] == UNKNOWN
    assert document["warnings"][0].startswith(f"run '{remedy}': ")
    assert (document["explanation"], document["anomaly"], document["advice"]) == ([], None, None)


@pytest.mark.parametrize("kind", CLONES)
def test_a_cut_clone_has_no_level_in_any_format(origin: TestRepo, tmp_path: Path, kind: str) -> None:
    arguments, remedy = CLONES[kind]
    clone = cloned(origin, tmp_path / "c", *arguments)
    asked = dict(ASKED) if "=1" not in arguments[0] else {name: ASKED[name] for name in ("staged", "commit")}
    for revision in asked.values():
        done = hyperion(clone.path, "score", "--format", "json", "--fail-on", "low", *revision)
        is_unknown(judged(done), remedy)
        assert hyperion(clone.path, "score", "--strict", *revision).code == 3
    # GitLab shows no finding without a file, and of a treeless clone none is known
    for name in ("text", "markdown", "sarif", *(() if kind == "treeless" else ("gitlab",))):
        done = hyperion(clone.path, "score", "--format", name, "--fail-on", "low", "HEAD")
        assert (done.code, "UNKNOWN" in done.out, remedy in " ".join(done.out.split())) == (0, True, True), done.out
        assert not any(level in done.out for level in ("LOW", "MEDIUM for", "HIGH", "Riskier than"))
    if "range" in asked:
        lines = hyperion(clone.path, "score", "--each", "--fail-on", "low", "HEAD~2..HEAD")
        assert [json.loads(line)["risk"] for line in lines.out.splitlines()] == [UNKNOWN, UNKNOWN]
        assert lines.code == 0
        text = hyperion(clone.path, "score", "--each", "--format", "text", "HEAD~2..HEAD").out
        assert [line.split()[:3] for line in text.splitlines()] == [["UNKNOWN", "-", "-"]] * 2


@pytest.mark.parametrize("kind", ["depth", "depth 50"])
def test_what_breaks_is_told_of_what_is_staged_in_a_shallow_clone(origin: TestRepo, tmp_path: Path, kind: str) -> None:
    clone = cloned(origin, tmp_path / "c", *CLONES[kind][0])
    clone.commit({"tool.py": "def weigh(x):\n    return x\n", "use.py": "from tool import weigh\n\nweigh(1)\n"})
    clone.stage({"tool.py": "X = 1\n"})
    document = judged(hyperion(clone.path, "score", "--format", "json"))
    assert (document["risk"], [entry["rule"] for entry in document["breaks"]]) == (UNKNOWN, ["missing-name"])
    for command in (["hook", "pre-commit"], ["score", "--format", "brief"], ["score"]):
        shown = " ".join(hyperion(clone.path, *command).out.split())
        assert "UNKNOWN" in shown
        assert "use.py" in shown
    assert hyperion(clone.path, "score", "--fail-on-break").code == 1


@pytest.mark.parametrize("kind", CLONES)
def test_one_remedy_is_told_and_an_index_does_not_pass_for_one(origin: TestRepo, tmp_path: Path, kind: str) -> None:
    arguments, remedy = CLONES[kind]
    clone = cloned(origin, tmp_path / "c", *arguments)
    for attempt in range(2):
        for revision in ("HEAD", "--staged"):
            done = hyperion(clone.path, "score", revision)
            shown = " ".join(f"{done.out} {done.err}".split())
            assert set(re.findall(r"run:? '?((?:git|hyperion-hook) [^';:]*?)(?='|$| Note)", shown)) == {remedy}, shown
            assert shown.count("run") == 1, shown
        # where folders are not there an index ends at the first, and says which
        if not attempt and kind != "treeless":
            done = hyperion(clone.path, "index")
            commits = clone.git("rev-list", "--count", "HEAD").strip()
            assert done.out.startswith("1 commit indexed" if commits == "1" else f"{commits} commits indexed")
            warnings = [line for line in done.err.splitlines() if "run:" in line]
            assert len(warnings) == 1, done.err
            assert warnings[0].endswith(f"so the risk of a change stays UNKNOWN; run: {remedy}")


@pytest.mark.parametrize("kind", ["depth 50", "blobless"])
def test_hooks_and_comments_say_it_and_let_pass(origin: TestRepo, tmp_path: Path, kind: str) -> None:
    arguments, remedy = CLONES[kind]
    clone = cloned(origin, tmp_path / "c", *arguments)
    for command in (["hook", "pre-commit"], ["comment", "--forge", "none", "HEAD~1..HEAD"]):
        done = hyperion(clone.path, *command, "--fail-on", "low")
        assert (done.code, "UNKNOWN" in done.out) == (0, True), done.err
        assert remedy in " ".join(done.out.split())
        assert hyperion(clone.path, *command, "--strict", "--fail-on", "low").code == 3


@pytest.mark.parametrize("kind", ["depth 50", "blobless", "treeless"])
def test_the_remedy_brings_the_level_of_a_whole_clone(origin: TestRepo, tmp_path: Path, kind: str) -> None:
    arguments, remedy = CLONES[kind]
    whole, clone = cloned(origin, tmp_path / "w"), cloned(origin, tmp_path / "c", *arguments)
    is_unknown(judged(hyperion(clone.path, "score", "--format", "json", "HEAD")), remedy)
    clone.git(*remedy.split()[1:], "-q")
    found = judged(hyperion(clone.path, "score", "--format", "json", "HEAD"))
    if found["risk"] == UNKNOWN:  # the index knows of the files that were not there
        is_unknown(found, "hyperion-hook index --rebuild")
        assert hyperion(clone.path, "index", "--rebuild").code == 0
        found = judged(hyperion(clone.path, "score", "--format", "json", "HEAD"))
    expected = judged(hyperion(whole.path, "score", "--format", "json", "HEAD"))
    assert found["risk"] == expected["risk"]
    assert found["risk"]["level"] in {"LOW", "MEDIUM", "HIGH"}


def test_a_report_of_a_partial_clone_gives_no_levels(origin: TestRepo, tmp_path: Path) -> None:
    clone = cloned(origin, tmp_path / "c", "--filter=blob:none")
    done = hyperion(clone.path, "report", "--output", "report.html")
    assert done.code == 0, done.err
    page = (clone.path / "report.html").read_text(encoding="utf-8")
    assert "git fetch --refetch --no-filter" in page
    assert "HIGH" not in page.partition("<body")[2].partition("<script")[0]


LEARNING = (["drift"], ["label"])


@pytest.mark.parametrize("command", LEARNING, ids=" ".join)
def test_whoever_learns_from_a_partial_clone_is_warned_first(
    origin: TestRepo, tmp_path: Path, command: list[str]
) -> None:
    clone = cloned(origin, tmp_path / "c", "--filter=blob:none")
    warning = hyperion(clone.path, *command).err.splitlines()[0]
    assert "left files and folders" in warning
    assert warning.endswith("run: git fetch --refetch --no-filter")


@pytest.mark.parametrize(
    "command", [*LEARNING, ["index"], ["report"], ["comment", "--forge", "none", "HEAD~1..HEAD"]], ids=" ".join
)
def test_where_folders_are_lost_what_cannot_go_on_names_the_remedy(
    origin: TestRepo, tmp_path: Path, command: list[str]
) -> None:
    done = hyperion(cloned(origin, tmp_path / "c", "--filter=tree:0").path, *command)
    assert (done.code in {2, 3}, "git fetch --refetch --no-filter" in done.err.splitlines()[-1]) == (True, True), done


def test_an_unknown_risk_has_one_remedy_and_no_lines_that_were_not_read(origin: TestRepo, tmp_path: Path) -> None:
    clone = cloned(origin, tmp_path / "c", "--filter=blob:none")
    done = hyperion(clone.path, "score", "HEAD", env={"HYPERION_HOOK_INDEX_AUTO_LIMIT": "10"})
    assert done.out.count("run ") == 1, done.out
    assert "run:" not in done.out
    assert "1 file, lines not known" in done.out


def test_a_large_file_that_was_not_fetched_costs_its_own_changes_alone(origin: TestRepo, tmp_path: Path) -> None:
    shutil.copytree(origin.path, tmp_path / "o")
    source = TestRepo(tmp_path / "o", init=False)
    source.clock = origin.clock
    large = source.commit({"large.py": "x = 1\n" * 20_000}, "Add a table")
    source.commit({"large.py": None}, "Remove the table")
    source.commit({"m2.py": "def f0(x):\n    return x\n"}, "Simplify")
    clone = cloned(source, tmp_path / "c", "--filter=blob:limit=50k")
    for asked in (["--staged"], ["HEAD"]):
        document = judged(hyperion(clone.path, "score", "--format", "json", *asked))
        assert document["risk"]["level"] != "UNKNOWN", document["warnings"]
        assert document["risk"]["percentile"] is not None
    is_unknown(judged(hyperion(clone.path, "score", "--format", "json", large)), "git fetch --refetch --no-filter")


@pytest.mark.parametrize("kind", ["depth", "depth 50", "blobless"])
def test_python_gives_no_level_either(origin: TestRepo, tmp_path: Path, kind: str) -> None:
    arguments, remedy = CLONES[kind]
    path = cloned(origin, tmp_path / "c", *arguments).path
    row = FeatureEngineer().engineer_full_feature_set(RepositoryChange(path, "HEAD"))
    assert RiskPredictor().predict(row).tolist() == ["UNKNOWN"]
    with pytest.raises(StoreError, match=f"; run: {remedy}"):
        ImpactAnalyzer().analyze(path, "HEAD")
    whole = FeatureEngineer().engineer_full_feature_set(RepositoryChange(origin.path, "HEAD"))
    assert RiskPredictor().predict(whole).tolist() == ["LOW"]


def test_a_history_that_is_not_indexed_gives_no_level(origin: TestRepo, tmp_path: Path) -> None:
    clone = cloned(origin, tmp_path / "c")
    settings = {"HYPERION_HOOK_INDEX_AUTO_LIMIT": "10"}
    is_unknown(judged(hyperion(clone.path, "score", "--format", "json", env=settings)), "hyperion-hook index")
    assert hyperion(clone.path, "index").code == 0
    assert judged(hyperion(clone.path, "score", "--format", "json", env=settings))["risk"] != UNKNOWN


@pytest.mark.parametrize("lost", ["HEAD:m4.py", "HEAD^{tree}"])
def test_lost_objects_of_the_change_give_no_level(origin: TestRepo, tmp_path: Path, lost: str) -> None:
    shutil.copytree(origin.path, tmp_path / "c")
    clone = TestRepo(tmp_path / "c", init=False)
    name = clone.git("rev-parse", lost).strip()
    (clone.path / ".git" / "objects" / name[:2] / name[2:]).unlink()
    is_unknown(judged(hyperion(clone.path, "score", "--format", "json", "--fail-on", "low", "HEAD")), "git fsck")


@pytest.mark.parametrize("how", ["graft", "replace"])
def test_what_git_is_told_to_see_cuts_nothing_off(origin: TestRepo, tmp_path: Path, how: str) -> None:
    shutil.copytree(origin.path, tmp_path / "c")
    clone = TestRepo(tmp_path / "c", init=False)
    whole = judged(hyperion(clone.path, "score", "--format", "json", "HEAD"))["risk"]
    if how == "replace":
        clone.git("replace", "--graft", "HEAD~3")
    else:
        (clone.path / ".git" / "info" / "grafts").write_text(clone.git("rev-parse", "HEAD~3"))
    shutil.rmtree(clone.path / ".git" / "hyperion-hook")
    assert judged(hyperion(clone.path, "score", "--format", "json", "HEAD"))["risk"] == whole


@pytest.mark.parametrize("known", [False, True])
def test_a_graft_whose_commits_are_gone_gives_no_level(origin: TestRepo, tmp_path: Path, known: bool) -> None:
    shutil.copytree(origin.path, tmp_path / "c")
    clone = TestRepo(tmp_path / "c", init=False)
    stores = clone.path / ".git" / "hyperion-hook"
    shutil.rmtree(stores, ignore_errors=True)
    if known:
        # the history is indexed, and the scores of recent changes are not
        assert hyperion(clone.path, "index").code == 0
        for file in stores.glob("*"):
            if not file.name.startswith("history"):
                file.unlink()
    parent, grand = clone.git("rev-parse", "HEAD~1", "HEAD~3").split()
    (clone.path / ".git" / "info" / "grafts").write_text(parent + "\n")
    (clone.path / ".git" / "objects" / grand[:2] / grand[2:]).unlink()
    is_unknown(judged(hyperion(clone.path, "score", "--format", "json", "HEAD")), "git fsck")


def test_a_young_repository_and_a_clone_as_deep_as_its_history_are_whole(tmp_path: Path) -> None:
    young = TestRepo(tmp_path / "r")
    young.commit({"a.py": "x = 1\n"}, "Add a")
    young.commit({"a.py": "x = 2\n"}, "Change a")
    clone = cloned(young, tmp_path / "c", "--depth=9")
    for repo in (young, clone):
        for revision in ("HEAD", "HEAD~1"):
            assert judged(hyperion(repo.path, "score", "--format", "json", revision))["risk"]["level"] != "UNKNOWN"
