"""The table of the specification's statements is whole, and what it names as shown is there and holds."""

from __future__ import annotations

import dataclasses
import re
import shlex
from datetime import datetime
from functools import cache
from hashlib import md5, sha256
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import click
import pytest

from hyperion_hook.commands.support.group import cli
from hyperion_hook.features.catalogue import find_feature

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
    return "file" if re.match(r"(tests|docs|models|hyperion_hook)/", what) else "expression"


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


def test_what_shows_a_feature_is_a_test_of_it() -> None:
    others = []
    for row in statements():
        for name in re.findall(r"^find_feature\('(\w+)'\)", row.shown[0]):
            path, _, function = row.shown[1].partition("::")
            text = (ROOT / path).read_text(encoding="utf-8")
            test = re.search(rf"^def {function}\(.*?(?=^def |^@|\Z)", text, re.MULTILINE | re.DOTALL)
            if test is None or not any(known in test[0] for known in (find_feature(name).name, name)):
                others.append((row.number, row.shown[1]))
    assert others == []


def stored(folder: Path) -> Any:
    from hyperion_hook import FeatureEngineer, FeatureStore

    row = {"lignes_code": 340, "nb_classes": 2}
    features = FeatureEngineer().engineer_full_feature_set(row, list(row))
    store = FeatureStore(folder / "features.sqlite")
    return store.get_metadata(
        store.store_features(features, "pyproject.toml", "requests", {"version": "1.0", "type": "risk"})
    )


def registered(folder: Path) -> Any:
    from xgboost import XGBClassifier

    from hyperion_hook import ModelRegistry

    model = XGBClassifier(n_estimators=2, max_depth=8, n_jobs=1).fit([[0, 1], [1, 0]] * 5, [0, 1] * 5)
    metadata = {
        "accuracy": 0.95,
        "f1_score": 0.93,
        "training_features": ["feature1", "feature2"],
        "training_samples": 1000,
        "validation_results": {"folds": [0.9, 0.95]},
        "tags": {"team": "a"},
    }
    registry = ModelRegistry(folder / "modeles")
    registry.save_model(model, "risk_predictor", "XGBoost", metadata)
    return registry.load_model("risk_predictor")[1]


def checked(table: Any) -> Any:
    import pandas as pd

    from hyperion_hook import DataValidator

    gaps = table.assign(lignes_code=table["lignes_code"].where(table.index % 8 > 0))
    return DataValidator().validate_dataframe(pd.concat([gaps, gaps.head(10)]), "risque_reel")


@pytest.mark.train
def test_expressions_hold(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pytest.importorskip("sklearn")
    pytest.importorskip("mlflow")
    import hyperion_hook
    from hyperion_hook.config.load import load_config
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
        "UUID": UUID,
        "datetime": datetime,
        "md5": md5,
        "sha256": sha256,
        "RECIPES": RECIPES,
        "Status": Status,
        "fields": lambda record: {field.name: field for field in dataclasses.fields(record)},
        "find_feature": find_feature,
        "frame": table,
        "load_config": load_config,
        "result": hyperion_hook.TrainingPipeline(settings).train_risk_predictor(table, bootstrap_draws=10),
        "stored": stored(tmp_path),
        "registered": registered(tmp_path),
        "checked": checked(table),
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
