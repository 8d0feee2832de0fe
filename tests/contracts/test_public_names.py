"""The Python interfaces: every name is there, costs nothing until it is asked for, and says which extra it needs."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import hyperion_hook
from hyperion_hook.errors import pip_install

MISSING = f"RiskPredictor: needs the package 'numpy', which is not installed; run: {pip_install('train')}"


@pytest.mark.train
def test_every_public_name_is_there() -> None:
    pytest.importorskip("sklearn")
    for name in hyperion_hook.__all__:
        assert getattr(hyperion_hook, name).__class__ is not None
        assert name in dir(hyperion_hook)


def test_type_checkers_see_each_name_where_it_is_imported_from() -> None:
    stub = (Path(hyperion_hook.__file__).parent / "__init__.pyi").read_text(encoding="utf-8")
    imports = {
        (entry.name, f"{node.module}", entry.asname)
        for node in ast.walk(ast.parse(stub))
        if isinstance(node, ast.ImportFrom)
        for entry in node.names
    }
    assert imports == {(name, f"hyperion_hook.{home}", name) for name, home in hyperion_hook._HOME.items()}


def test_a_name_that_is_none_is_no_attribute() -> None:
    assert not hasattr(hyperion_hook, "RiskPredicter")


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("import hyperion_hook; print(sorted({'numpy', 'dataclasses', 'click'} & set(sys.modules)))", "[]"),
        ("from hyperion_hook import MLConfig; print(MLConfig().cv_folds, 'numpy' in sys.modules)", "5 False"),
        ("sys.modules['numpy'] = None; from hyperion_hook import RiskPredictor", f"MissingExtraError: {MISSING}"),
    ],
    ids=["nothing", "core", "extra"],
)
def test_a_name_costs_what_it_needs(code: str, said: str) -> None:
    done = subprocess.run([sys.executable, "-c", f"import sys; {code}"], capture_output=True, text=True, check=False)
    assert (done.stdout + done.stderr).splitlines()[-1].removeprefix("hyperion_hook.errors.") == said
