"""The recipes of docs/action.md, each run in the double of a job as it stands on the page."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.forge.test_action_steps import Job
from tests.forge.test_action_steps import action as action_fixture
from tests.support.github import NUMBER, REPOSITORY, pull_json
from tests.support.pulls import commit_many

action = action_fixture
PAGE = (Path(__file__).parents[2] / "docs" / "action.md").read_text(encoding="utf-8")
GH = """#!/bin/sh
[ "$1 $2 $3" = "api --paginate repos/o/r/pulls/7/reviews" ] && [ -n "$GH_TOKEN" ] && cat "{folder}/logins"
"""


def recipes(heading: str) -> list[Mapping[Any, Any]]:
    """Return the workflows under a heading of the page."""
    section = re.split(r"^##+ ", PAGE[PAGE.index(f"# {heading}\n") + 2 :], maxsplit=1, flags=re.MULTILINE)[0]
    blocks = re.findall(r"^```yaml\n(.*?)^```", section, re.DOTALL | re.MULTILINE)
    return [yaml.load(block, yaml.BaseLoader) for block in blocks]  # noqa: S506 - loads text alone


class Workflow:
    """Runs one job of a workflow: the Action's steps really, scripts with bash, other actions not at all."""

    def __init__(self, action: Job, folder: Path, workflow: Mapping[Any, Any]) -> None:
        self.action, self.folder, self.on = action, folder, workflow["on"]
        (self.job,) = workflow["jobs"].values()
        self.outputs: dict[str, str] = {}
        self.log = ""
        folder.mkdir(exist_ok=True)
        (folder / "gh").write_text(GH.format(folder=folder))
        (folder / "gh").chmod(0o755)

    def run(self, name: str, event: Any, **logins: list[str]) -> int:
        """Run the job for an event, and return the code of the first step that fails."""
        assert name in self.on
        (self.folder / "logins").write_text("".join(f"{login}\n" for login in logins.get("approved", [])))
        self.action.runner.github["event_name"] = name
        for step in self.job["steps"]:
            if "hyperion-hook@" in step.get("uses", ""):
                done = self.action.run(event, **step.get("with", {}))
                code, self.outputs, self.log = done.code, done.outputs, done.log
            elif "run" in step:
                code = self._script(step)
            else:
                continue
            if code:
                return code
        return 0

    def _script(self, step: Mapping[str, Any]) -> int:
        values = {
            "github.token": "t",
            "github.repository": REPOSITORY,
            "github.event.pull_request.number": str(NUMBER),
        } | {f"steps.risk.outputs.{name}": value for name, value in self.outputs.items()}
        environment = {
            name: re.sub(r"\$\{\{ ([\w.-]+) \}\}", lambda found: values[found[1]], text)
            for name, text in step["env"].items()
        }
        path = f"{self.folder}{os.pathsep}{os.environ['PATH']}"
        command = ["bash", "-e", "-o", "pipefail", "-c", step["run"]]
        return subprocess.run(command, env=environment | {"PATH": path}, check=False).returncode


def opened(action: Job, head: str | None = None) -> dict[str, Any]:
    action.double.pull = pull_json(action.pull.base, head or action.pull.head)
    return {"action": "opened", "pull_request": action.double.pull}


def with_history(action: Job) -> str:
    """Give the base enough of a history for percentiles, and return a commit of the branch that is larger than any."""
    repo = action.pull.repo
    stamp = repo.clock
    commits = "".join(
        f"commit refs/heads/main\ncommitter Ada <ada@example.org> {stamp + 600 * number} +0000\ndata 4\nTiny\n"
        + (f"from {action.pull.base}\n" if not number else "")
        + f"M 100644 inline s{number}.py\ndata 6\nx = 1\n\n"
        for number in range(60)
    )
    repo.git("fast-import", "--quiet", "--force", stdin=commits.encode())
    repo.git("checkout", "-q", "-B", "topic", "main")
    repo.clock += 86_400
    body = "\n".join(f"def f{part}(x):\n    if x:\n        return eval(x)\n    return {part}\n" for part in range(60))
    head = commit_many(repo, {f"deep/d{number}/m{number}.py": body for number in range(25)})
    repo.git("checkout", "-q", "--force", "--detach", head)
    return head


def test_every_recipe_is_tried_here() -> None:
    section = PAGE[PAGE.index("\n## Recipes") :].partition("\n## Code scanning")[0]
    headings = re.findall("^### (.*)", section, re.MULTILINE)
    assert len(headings) >= 6
    assert [name for name in headings if f"test_{name.lower().replace(' ', '_')}" not in globals()] == []


def test_block_above_the_99th_percentile(action: Job, tmp_path: Path) -> None:
    (workflow,) = recipes("Block above the 99th percentile")
    job = Workflow(action, tmp_path / "bin", workflow)
    assert job.run("pull_request", opened(action)) == 3  # nobody can tell a percentile of so few
    head = with_history(action)
    base = action.pull.repo.git("rev-parse", "main").strip()
    action.double.pull = pull_json(base, head)
    event = {"action": "opened", "pull_request": action.double.pull}
    assert job.run("pull_request", event) == 1, job.log
    assert "fail-above-percentile is 99" in job.log


def test_label_by_level(action: Job, tmp_path: Path) -> None:
    (workflow,) = recipes("Label by level")
    job = Workflow(action, tmp_path / "bin", workflow)
    assert job.job["permissions"]["issues"] == "write"
    assert job.run("pull_request", opened(action)) == 0
    assert f"risk: {job.outputs['level'].lower()}" in action.double.labels


@pytest.mark.parametrize(
    ("level", "approved", "code"),
    [
        (None, ["ada"], 0),
        (None, [], 1),
        ("MEDIUM", ["ada"], 1),
        ("MEDIUM", ["ada", "ada"], 1),
        ("MEDIUM", ["ada", "lin"], 0),
        ("UNKNOWN", ["ada"], 1),
        ("", ["ada"], 1),
    ],
)
def test_low_risk_needs_no_second_reviewer(
    action: Job, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, level: str | None, approved: list[str], code: int
) -> None:
    (workflow,) = recipes("Low risk needs no second reviewer")
    job = Workflow(action, tmp_path / "bin", workflow)
    if level is not None:
        # only what the step after it makes of the level is tried
        action.only_record()
        script = job._script
        monkeypatch.setattr(job, "_script", lambda step: (job.outputs.update(level=level), script(step))[1])
    assert job.run("pull_request", opened(action), approved=approved) == code
    if level is None:
        assert job.outputs["level"] == "LOW"


def test_merge_queue(action: Job, tmp_path: Path) -> None:
    (workflow,) = recipes("Merge queue")
    job = Workflow(action, tmp_path / "bin", workflow)
    assert job.run("pull_request", opened(action)) == 0
    group = {"action": "checks_requested", "merge_group": {"base_sha": action.pull.base, "head_sha": action.pull.head}}
    asked = len(action.double.asked)
    assert job.run("merge_group", group) == 0
    assert job.outputs["level"] == "LOW"
    assert len(action.double.asked) == asked  # there is no pull request to be told


def test_only_what_is_new(action: Job, tmp_path: Path) -> None:
    (workflow,) = recipes("Only what is new")
    job = Workflow(action, tmp_path / "bin", workflow)
    repo = action.pull.repo
    known = action.run(sarif="out.sarif", comment="never")
    assert known.code == 0
    repo.git("checkout", "-q", "--force", "--detach", action.pull.base)
    base = repo.commit({"known.sarif": (action.runner.workspace / "out.sarif").read_text()}, "Keep what is known")
    repo.git("rm", "-q", "app.py")
    head = repo.commit({"new.py": "x = 1\n"}, "Remove a module")
    action.double.pull = pull_json(base, head)
    assert job.run("pull_request", {"action": "opened", "pull_request": action.double.pull}) == 1, job.log
    assert [check["conclusion"] for check in action.double.checks] == ["failure"]


def test_several_parts_in_one_repository(action: Job, tmp_path: Path) -> None:
    (workflow,) = recipes("Several parts in one repository")
    job = Workflow(action, tmp_path / "bin", workflow)
    assert job.on["pull_request"]["paths"] == ["services/payment/**"]
    assert job.run("pull_request", opened(action)) == 0


def test_pull_requests_from_forks(action: Job, tmp_path: Path) -> None:
    assess, comment = recipes("Pull requests from forks")
    first = Workflow(action, tmp_path / "bin", assess)
    assert (first.job["permissions"], first.run("pull_request", opened(action))) == ({"contents": "read"}, 0)
    assert (action.double.ours(), action.double.written()) == ([], [])
    event = {"action": "completed", "workflow_run": {"head_sha": action.pull.head, "event": "pull_request"}}
    second = Workflow(action, tmp_path / "bin", comment)
    assert second.run("workflow_run", event) == 0
    assert len(action.double.ours()) == 1
    assert second.outputs["comment-url"]
