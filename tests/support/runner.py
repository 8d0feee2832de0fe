"""A runner of GitHub Actions, as far as a composite action needs one: it runs the real steps with bash.

What it does with expressions, files and log lines is what github.com/actions/runner does: ActionCommand.cs,
FileCommandManager.cs, ScriptHandlerHelpers.cs.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import yaml

_EXPRESSION = re.compile(r"\$\{\{\s*([\w.-]+)\s*\}\}")
_COMMANDS = frozenset(
    {
        "set-env",
        "set-output",
        "save-state",
        "add-mask",
        "add-path",
        "add-matcher",
        "remove-matcher",
        "debug",
        "warning",
        "error",
        "notice",
        "group",
        "endgroup",
        "echo",
        "stop-commands",
        "internal-set-repo-path",
    }
)


class Command(NamedTuple):
    """What a log line told the runner to do."""

    name: str
    properties: dict[str, str]
    data: str


def command_in(line: str) -> Command | None:
    """Return what the runner takes a log line for, of either of the two forms it knows."""
    text = line.lstrip()
    if text.startswith("::") and "::" in text[2:]:
        told, _, data = text[2:].partition("::")
        found = _command(told, data, ",")
        if found is not None:
            return found
    _, mark, text = line.partition("##[")
    told, end, data = text.partition("]")
    return _command(told, data, ";") if mark and end else None


def _command(told: str, data: str, between: str) -> Command | None:
    name, _, rest = told.partition(" ")
    pairs = [part.partition("=") for part in rest.strip().split(between)]
    return Command(name, {key: value for key, _, value in pairs if key}, data) if name in _COMMANDS else None


def outputs_in(text: str) -> dict[str, str]:
    """Return the outputs in a file as the runner reads them.

    Raises
    ------
    ValueError
        Where the runner fails the step.
    """
    found: dict[str, str] = {}
    lines = iter(text.split("\n"))
    for line in lines:
        if not line:
            continue
        equals, here = line.find("="), line.find("<<")
        if equals >= 0 and (here < 0 or equals < here):
            name, _, value = line.partition("=")
        elif here >= 0:
            name, _, delimiter = line.partition("<<")
            value = "\n".join(iter(partial(_until, lines, delimiter), None))
        else:
            raise ValueError(f"invalid format '{line}'")
        if not name:
            raise ValueError(f"no name in '{line}'")
        found[name] = value
    return found


def _until(lines: Any, end: str) -> str | None:
    line = next(lines, None)
    if line is None:
        raise ValueError(f"'{end}' does not come")
    return None if line == end else line


@dataclass
class StepRun:
    """What the steps of an action left behind."""

    code: int = 0
    log: str = ""
    summary: str = ""
    outputs: dict[str, str] = field(default_factory=dict)
    uses: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    """Other actions that were called, with their inputs."""

    @property
    def commands(self) -> list[Command]:
        return [found for line in self.log.split("\n") if (found := command_in(line)) is not None]


class Runner:
    """Runs one composite action in a job.

    Parameters
    ----------
    action
        The folder of ``action.yml``.
    folder
        Where the runner keeps its files.
    workspace
        The checkout.
    github
        The context of that name, and by it the variables; ``token`` is in the context alone.
    """

    def __init__(self, action: Path, folder: Path, workspace: Path, github: Mapping[str, str]) -> None:
        self.definition = yaml.safe_load((action / "action.yml").read_text(encoding="utf-8"))
        self.folder, self.workspace = folder, workspace
        self.temp = folder / "temp"
        self.temp.mkdir(parents=True)
        self.github = {**github, "action_path": str(action), "workspace": str(workspace)}
        self.variables: dict[str, str] = {}
        """More that the job's environment holds."""

    def run(self, inputs: Mapping[str, str], event: Any, called: Mapping[str, Mapping[str, str]]) -> StepRun:
        """Run the steps; other actions are not run, ``called`` holds the outputs of each by the id of its step."""
        done = StepRun()
        steps: dict[str, Mapping[str, str]] = dict(called)
        given = {
            name: self._value(str(entry.get("default", "")), {}, {})
            for name, entry in self.definition["inputs"].items()
        } | dict(inputs)
        event_file = self.folder / "event.json"
        event_file.write_text(json.dumps(event), encoding="utf-8")
        for step in self.definition["runs"]["steps"]:
            if "uses" in step:
                done.uses.append(
                    (
                        step["uses"],
                        {name: self._value(str(value), given, steps) for name, value in step.get("with", {}).items()},
                    )
                )
                continue
            steps[step["id"]] = self._script(step, given, steps, event_file, done)
            if done.code:
                break
        done.outputs = {
            name: self._value(entry["value"], given, steps) for name, entry in self.definition["outputs"].items()
        }
        return done

    def _script(
        self,
        step: Mapping[str, Any],
        inputs: Mapping[str, str],
        steps: Mapping[str, Mapping[str, str]],
        event_file: Path,
        done: StepRun,
    ) -> dict[str, str]:
        assert step["shell"] == "bash"
        files = {
            name: self.folder / name.lower()
            for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_ENV", "GITHUB_PATH", "GITHUB_STATE")
        }
        for file in files.values():
            file.write_text("")
        script = self.folder / "script.sh"
        script.write_text(self._value(step["run"], inputs, steps), encoding="utf-8")
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": os.environ["HOME"],
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "RUNNER_TEMP": str(self.temp),
            "GITHUB_EVENT_PATH": str(event_file),
            **{f"GITHUB_{name.upper()}": value for name, value in self.github.items() if name != "token"},
            **{name: str(file) for name, file in files.items()},
            **self.variables,
            **{name: self._value(str(value), inputs, steps) for name, value in step.get("env", {}).items()},
        }
        ran = subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", str(script)],
            env=environment,
            check=False,
            cwd=self._value(step.get("working-directory", str(self.workspace)), inputs, steps),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        done.code, done.log = ran.returncode, done.log + ran.stdout.decode("utf-8", "backslashreplace")
        done.summary += files["GITHUB_STEP_SUMMARY"].read_text(encoding="utf-8")
        assert [files[name].read_text() for name in ("GITHUB_ENV", "GITHUB_PATH", "GITHUB_STATE")] == ["", "", ""]
        return outputs_in(files["GITHUB_OUTPUT"].read_bytes().decode())

    def _value(self, text: str, inputs: Mapping[str, str], steps: Mapping[str, Mapping[str, str]]) -> str:
        def looked_up(found: re.Match[str]) -> str:
            context, *path = found[1].split(".")
            if context == "steps":
                return steps[path[0]].get(path[2], "")
            return {"github": self.github, "inputs": inputs, "runner": {"temp": str(self.temp)}}[context][path[0]]

        return _EXPRESSION.sub(looked_up, text)
