"""The table of the specification's statements is whole, and what it names as shown is there and holds."""

from __future__ import annotations

import dataclasses
import re
import shlex
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import click
import pytest

from hyperion_hook.commands.support.group import cli

ROOT = Path(__file__).parents[2]
STATEMENTS = 267
ROW = re.compile(r"^\| (\d+) \| (.+) \| (done(?: otherwise: .+)?) \| (.+) \|$")


class Statement(NamedTuple):
    number: int
    text: str
    status: str
    shown: tuple[str, ...]


@cache
def statements() -> tuple[Statement, ...]:
    text = (ROOT / "docs" / "specification.md").read_text(encoding="utf-8")
    rows = [line for line in text.split("## Examples")[0].splitlines() if re.match(r"\| \d", line)]
    found = [ROW.fullmatch(row) for row in rows]
    assert all(found), [row for row, match in zip(rows, found, strict=True) if match is None]
    return tuple(
        Statement(int(match[1]), match[2], match[3], tuple(re.findall(r"`([^`]+)`", match[4])))
        for match in found
        if match is not None
    )


def shown(kind: str) -> list[tuple[int, str]]:
    """Return what is shown of one kind, with the number of its statement."""
    return [(row.number, what) for row in statements() for what in row.shown if kind_of(what) == kind]


def kind_of(what: str) -> str:
    if what.startswith("hyperion-hook "):
        return "command"
    return "file" if re.match(r"(tests|docs|hyperion_hook)/", what) else "expression"


def test_every_statement_is_there_once_with_something_that_shows_it() -> None:
    assert [row.number for row in statements()] == list(range(1, STATEMENTS + 1))
    assert [row for row in statements() if not row.shown or not row.text.strip()] == []


def test_files_and_tests_are_there() -> None:
    absent = []
    for number, what in shown("file"):
        path, _, name = what.partition("::")
        file = ROOT / path
        if not file.is_file() or (name and f"\ndef {name}(" not in file.read_text(encoding="utf-8")):
            absent.append((number, what))
    assert absent == []


def test_commands_and_their_options_are_there() -> None:
    absent = [(number, what) for number, what in shown("command") if not _is_there(shlex.split(what)[1:])]
    assert absent == []


def _is_there(words: list[str]) -> bool:
    command: Any = cli
    for word in words:
        if word.startswith("-"):
            return any(word in parameter.opts for parameter in command.params)
        command = command.get_command(click.Context(command), word) if isinstance(command, click.Group) else None
        if command is None:
            return False
    return True


@pytest.mark.train
def test_expressions_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("sklearn")
    pytest.importorskip("mlflow")
    import hyperion_hook
    from hyperion_hook.config.load import load_config
    from hyperion_hook.features.catalogue import find_feature
    from hyperion_hook.store.models.metadata import Status
    from hyperion_hook.training.models.fit import ANOMALY_MODULES
    from hyperion_hook.training.models.recipes import RECIPES
    from tests.specification.test_examples import frame

    monkeypatch.chdir(ROOT)
    table = frame()
    settings = hyperion_hook.MLConfig(n_jobs=1, cv_folds=2)
    names: dict[str, Any] = {name: getattr(hyperion_hook, name) for name in hyperion_hook.__all__}
    names |= {
        "ANOMALY_MODULES": ANOMALY_MODULES,
        "Path": Path,
        "RECIPES": RECIPES,
        "Status": Status,
        "fields": lambda record: {field.name: field for field in dataclasses.fields(record)},
        "find_feature": find_feature,
        "frame": table,
        "load_config": load_config,
        "result": hyperion_hook.TrainingPipeline(settings).train_risk_predictor(table, bootstrap_draws=10),
    }
    wrong = []
    for number, what in shown("expression"):
        try:
            holds, why = bool(eval(what, names)), ""  # noqa: S307 - our own document
        except Exception as error:  # noqa: BLE001 - every one is told
            holds, why = False, repr(error)
        if not holds:
            wrong.append((number, what, why))
    assert wrong == []
