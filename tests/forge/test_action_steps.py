"""The steps of action.yml, run as they stand on a pull request's checkout."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.forge.test_planted import EVIL
from tests.support.github import JOB_TOKEN, NUMBER, REPOSITORY, GitHubDouble, pull_json
from tests.support.pulls import Pull
from tests.support.repo import TestRepo
from tests.support.runner import Runner, StepRun

ACTION = Path(__file__).parents[2]
HOSTILE_INPUTS = [
    " ",
    "a b",
    "'",
    '"',
    "$(touch canary)",
    "`touch canary`",
    "a\ntouch canary",
    "; touch canary #",
    "& touch canary",
    "-x",
    "--repo=/",
    "--",
    "*",
    "~",
    "\\",
    "${{ github.token }}",
    "$HOME",
    "!!",
    "%0Atouch canary",
    "a\r\nb",
    "<(touch canary)",
    "true; touch canary",
    "é\u202e",
]
BRANCH = '$(touch canary)`touch canary`";touch${IFS}canary;#<b>@ada'
# makes an environment without waiting for one, keeps what it is called with, and hands the rest to the real one
PYTHON = """#!/bin/bash
printf '%s\\0' "$@" >> "{log}"
case "$2 $3" in
"-m venv") mkdir -p "$4/bin" "$4/include" "$4/lib" && cp "$0" "$4/bin/python" ;;
"-m pip") [ -z "${{GITHUB_TOKEN+x}}${{PYTHONPATH+x}}" ] ;;
*) {rest} ;;
esac
"""


@dataclass
class Job:
    """A job in which the action is called, on the checkout of a pull request."""

    pull: Pull
    runner: Runner
    python: Path
    double: GitHubDouble
    log: Path

    def run(self, event: Any = None, **inputs: str) -> StepRun:
        if event is None:
            self.double.pull = pull_json(self.pull.base, self.pull.head)
            event = {"action": "opened", "pull_request": self.double.pull}
        given = {name.replace("_", "-"): value for name, value in inputs.items()}
        done = self.runner.run(given, event, {"python": {"python-path": str(self.python)}})
        assert JOB_TOKEN not in done.log + done.summary + json.dumps(done.outputs)
        return done

    def only_record(self) -> None:
        """Let the program not run, only be called."""
        self.python.write_text(PYTHON.format(log=self.log, rest=":"))

    def arguments(self) -> list[str]:
        """Return what the program was called with."""
        called = self.log.read_bytes().decode().split("\0")[:-1]
        return called[called.index("hyperion_hook") + 1 :]


@pytest.fixture
def action(pull: Pull, github: GitHubDouble, tmp_path: Path) -> Job:
    # what actions/checkout leaves: the two merged, and no branch
    pull.repo.git("checkout", "-q", "--detach", pull.base)
    merged = pull.repo.merge("topic")
    context = {
        "token": JOB_TOKEN,
        "sha": merged,
        "run_id": "12",
        "run_attempt": "1",
        "repository": REPOSITORY,
        "event_name": "pull_request",
        "api_url": github.api,
        "server_url": "https://github.com",
        "actor": BRANCH,
        "head_ref": BRANCH,
        "ref_name": f"{NUMBER}/merge",
        "ref": f"refs/pull/{NUMBER}/merge",
    }
    runner = Runner(ACTION, tmp_path / "a runner's", pull.repo.path, context)
    python, log = tmp_path / "a python", tmp_path / "called"
    python.write_text(PYTHON.format(log=log, rest=f'exec "{sys.executable}" "$@"'))
    python.chmod(0o755)
    return Job(pull, runner, python, github, log)


def test_without_inputs_the_pull_request_is_assessed_and_told(action: Job) -> None:
    done = action.run()
    assert (done.code, len(action.double.ours())) == (0, 1), done.log
    assert set(done.outputs) == {"probability", "level", "percentile", "anomaly", "json", "comment-url"}
    assert done.outputs["level"] in {"LOW", "MEDIUM", "HIGH"}
    assert 0 < float(done.outputs["probability"]) < 1
    assert done.outputs["percentile"] == "" or 0 <= float(done.outputs["percentile"]) <= 100
    assert done.outputs["anomaly"] in {"true", "false"}
    document = json.loads(done.outputs["json"])
    assert document["change"]["base"] == action.pull.base
    assert document["risk"]["level"] == done.outputs["level"]
    assert done.outputs["comment-url"].endswith(f"/pull/{NUMBER}#issuecomment-1001")
    assert "judged by what other projects went through" in done.summary
    assert {command.name for command in done.commands} <= {"notice", "warning"}


@pytest.mark.parametrize("arguments", [["--depth=1"], ["--depth=1", "--filter=blob:none"], ["--filter=blob:none"]])
def test_what_the_checkout_left_out_is_fetched(action: Job, tmp_path: Path, arguments: list[str]) -> None:
    origin = action.pull.repo
    origin.git("config", "uploadpack.allowFilter", "true")
    origin.git("clone", "-q", *arguments, f"file://{origin.path}", str(tmp_path / "cut"))
    expected = action.run().outputs
    action.runner.github["workspace"] = str(tmp_path / "cut")
    found = action.run().outputs
    assert [found[name] for name in ("level", "probability")] == [expected[name] for name in ("level", "probability")]


def test_without_the_rest_of_the_history_there_is_no_level(action: Job, tmp_path: Path) -> None:
    origin = action.pull.repo
    origin.git("clone", "-q", "--depth=3", f"file://{origin.path}", str(tmp_path / "cut"))
    TestRepo(tmp_path / "cut", init=False).git("remote", "set-url", "origin", str(tmp_path / "gone"))
    action.runner.github["workspace"] = str(tmp_path / "cut")
    done = action.run(fail_on="low")
    assert (done.code, done.outputs["level"], done.outputs["probability"]) == (0, "UNKNOWN", ""), done.log
    assert "could not be fetched" in done.log
    assert "git fetch --unshallow" in done.summary


def test_the_index_is_kept_where_the_program_keeps_it(action: Job) -> None:
    (python, version), (cache, kept) = action.run().uses
    assert (python.partition("@")[0], cache.partition("@")[0]) == ("actions/setup-python", "actions/cache")
    assert version["update-environment"].lower() == "false"
    assert (action.runner.workspace / kept["path"] / "history-v1.sqlite").exists()
    assert kept["key"].startswith(kept["restore-keys"])


def test_a_risk_that_reaches_the_limit_fails_the_step_after_all_was_told(action: Job) -> None:
    done = action.run(fail_on="low")
    assert (done.code, len(action.double.ours())) == (1, 1)
    assert done.outputs["level"]
    assert "judged by what other projects went through" in done.summary


def test_each_input_does_what_it_says(action: Job) -> None:
    done = action.run(comment="never", labels="true", sarif="out.sarif", save="kept.json", baseline="HEAD^2~1")
    assert done.code == 0, done.log
    assert (action.double.ours(), action.double.asked, done.outputs["comment-url"]) == ([], [], "")
    assert json.loads((action.runner.workspace / "out.sarif").read_text())["version"] == "2.1.0"
    assert json.loads((action.runner.workspace / "kept.json").read_text())["number"] == NUMBER
    labelled = action.run(labels="true")
    assert f"risk: {labelled.outputs['level'].lower()}" in action.double.labels


def test_each_switch_is_a_flag(action: Job) -> None:
    action.only_record()
    action.run(labels="true", check="true", strict="true", **{"fail-on-break": "true"})
    assert action.arguments()[5:] == ["--fail-on-break", "--strict", "--labels", "--check"]
    action.log.unlink()
    action.run(labels="false", check="false", strict="false", **{"fail-on-break": "false"})
    assert action.arguments()[5:] == ["--no-fail-on-break", "--no-strict"]


def test_what_was_kept_is_posted_by_another_workflow(action: Job) -> None:
    action.run(comment="never", save="kept.json")
    action.runner.github["event_name"] = "workflow_run"
    done = action.run({"action": "completed", "workflow_run": {"head_sha": action.pull.head}}, **{"from": "kept.json"})
    assert (done.code, len(action.double.ours())) == (0, 1), done.log
    assert done.outputs["comment-url"]


@pytest.mark.parametrize(
    ("inputs", "code", "said"),
    [
        ({"token": ""}, 0, "no token was given"),
        ({"models": "none"}, 2, "models 'none': not in the base commit"),
        ({"path": "elsewhere"}, 3, "elsewhere"),
        ({"fail-on": "sometimes"}, 2, "sometimes"),
        ({"fail-above-percentile": "most"}, 2, "most"),
        ({"comment": "loudly"}, 2, "loudly"),
        ({"fail-on-break": "True"}, 2, "are true or false, not True"),
        ({"strict": "yes"}, 2, "are true or false, not yes"),
        ({"check": "1"}, 2, "are true or false, not 1"),
        ({"baseline": "nothing"}, 3, "nothing"),
    ],
)
def test_what_cannot_be_done_is_said(action: Job, inputs: dict[str, str], code: int, said: str) -> None:
    done = action.run(**inputs)
    assert (done.code, action.double.ours()) == (code, []), done.log
    assert said in done.log
    if code:
        assert done.outputs["level"] == "UNKNOWN"  # a step that asks for LOW fails closed


def test_a_gate_that_cannot_be_told_fails_closed(action: Job) -> None:
    done = action.run(comment="never", strict="true", **{"fail-above-percentile": "99"})
    assert done.code == 3, done.log
    assert "the percentile is not known, and strict is set" in done.log
    assert action.run(comment="never", **{"fail-above-percentile": "99"}).code == 0


def test_an_input_is_one_argument_whatever_it_holds(action: Job) -> None:
    action.only_record()
    names = {"fail-on", "fail-above-percentile", "comment", "models", "path", "sarif", "baseline", "save", "from"}
    top = str(action.runner.workspace)
    for value in HOSTILE_INPUTS:
        action.log.unlink(missing_ok=True)
        done = action.run(token=value, **dict.fromkeys(names, value))
        assert done.code == 0, done.log
        assert action.arguments() == [
            "--repo",
            f"{top}/{value}",
            "comment",
            "--comment",
            value,
            "--fail-on",
            value,
            "--fail-above-percentile",
            value,
            "--models",
            value,
            "--sarif",
            f"{top}/{value}",
            "--save",
            f"{top}/{value}",
            "--from",
            f"{top}/{value}",
            "--baseline",
            value,
        ]
    assert list(action.runner.folder.parent.rglob("canary*")) == []


@pytest.mark.parametrize("name", ["labels", "check", "fail-on-break", "strict"])
def test_a_switch_that_is_neither_true_nor_false_starts_nothing(action: Job, name: str) -> None:
    action.only_record()
    for value in HOSTILE_INPUTS:
        done = action.run(**{name: value})
        assert (done.code, done.outputs["level"], done.outputs["json"]) == (2, "UNKNOWN", ""), done.log
        assert [line for line in done.log.splitlines() if "are true or false, not " not in line] == []
        assert not action.log.exists()
    assert list(action.runner.folder.parent.rglob("canary*")) == []


@pytest.mark.parametrize("value", ["-x", "--repo=x", "$(touch canary)", "--"])
def test_the_program_takes_no_value_for_a_flag(action: Job, value: str) -> None:
    done = action.run(models=value)
    assert (done.code, action.double.ours()) == (2, []), done.log
    assert f"models '{value}': not in the base commit" in done.log


def plant(action: Job, mark: Path) -> None:
    """Put into the checkout whatever Python, pip or a shell likes to find, and have variables point there."""
    top = action.runner.workspace
    evil = EVIL.format(str(mark))
    names = [
        "venv.py",
        "venv/__init__.py",
        "venv/__main__.py",
        "pip/__init__.py",
        "pip/__main__.py",
        "pip.py",
        "click.py",
        "hyperion_hook/__init__.py",
        "hyperion_hook/__main__.py",
        "sitecustomize.py",
        "usercustomize.py",
        "site.py",
        "encodings/__init__.py",
        "json.py",
        "hatchling/__init__.py",
        "setup.py",
        "hatch_build.py",
    ]
    for name in names:
        (top / name).parent.mkdir(exist_ok=True)
        (top / name).write_text(evil)
    (top / "evil.pth").write_text(f"import pathlib; pathlib.Path({str(mark)!r}).touch()\n")
    (top / "pip.conf").write_text("[global]\nindex-url = http://127.0.0.1:9/\nno-index = true\n")
    (top / "setup.cfg").write_text("[install]\nprefix = /\n[easy_install]\nindex_url = http://127.0.0.1:9/\n")
    (top / "pyvenv.cfg").write_text("home = /nowhere\n")
    for name in ("python", "git", "env", "mkdir", "bin/python", "hyperion-hook/bin/python"):
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_text(f"#!/bin/sh\ntouch '{mark}'\n")
        (top / name).chmod(0o755)
    action.runner.variables |= {
        "PYTHONPATH": str(top),
        "PYTHONSTARTUP": str(top / "site.py"),
        "PYTHONUSERBASE": str(top),
        "PYTHONWARNINGS": "error",
    }


def test_nothing_in_the_checkout_is_run(action: Job, tmp_path: Path) -> None:
    expected = action.run()
    plant(action, tmp_path / "mark")
    done = action.run()
    assert (done.code, done.summary) == (0, expected.summary), done.log
    assert not (tmp_path / "mark").exists()


@pytest.mark.slow
def test_a_package_that_is_not_the_one_of_the_lock_file_is_not_installed(action: Job, tmp_path: Path) -> None:
    folder = tmp_path / "changed"
    shutil.copytree(ACTION / ".github" / "action", folder / ".github" / "action")
    lock = folder / ".github" / "action" / "requirements.txt"
    lock.write_text(re.sub(r"sha256:[0-9a-f]{64}", "sha256:" + "0" * 64, lock.read_text()))
    action.runner.github["action_path"] = str(folder)
    action.runner.variables |= {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
    action.python = Path(sys.executable)
    done = action.run()
    assert (done.code, action.double.asked) == (1, []), done.log
    assert "DO NOT MATCH THE HASHES" in done.log


@pytest.mark.slow
def test_the_whole_of_it_with_a_fresh_environment(action: Job, tmp_path: Path) -> None:
    expected = action.run().summary
    action.python = Path(sys.executable)
    plant(action, tmp_path / "mark")
    # where packages come from is for whoever set the machine up to say
    action.runner.variables |= {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
    shutil.rmtree(action.runner.temp)
    action.runner.temp.mkdir()
    done = action.run()
    assert (done.code, done.summary, len(action.double.ours())) == (0, expected, 1), done.log
    assert not (tmp_path / "mark").exists()
    assert list(action.runner.temp.glob("hyperion-hook/lib*/python*/site-packages/hyperion_hook/__init__.py"))
