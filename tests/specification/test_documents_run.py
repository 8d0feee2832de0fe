"""Every Python block of README and docs runs when pasted in order, page by page, in a fresh repository."""

from __future__ import annotations

import math
import re
import shutil
import textwrap
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.train
pytest.importorskip("sklearn")

from tests.support.buggy import buggy_history  # noqa: E402
from tests.support.command import hyperion  # noqa: E402
from tests.support.mlflow_server import mlflow_server  # noqa: E402

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^( *)```python\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
OF_ITS_OWN = "specification.md"
"""Its examples take names as given; ``test_examples`` runs them."""


def blocks(path: Path) -> list[str]:
    return [textwrap.dedent(code) for _, code in BLOCK.findall(path.read_text(encoding="utf-8"))]


PAGES = sorted(
    path.relative_to(ROOT).as_posix()
    for path in (ROOT / "README.md", *(ROOT / "docs").glob("*.md"))
    if path.name != OF_ITS_OWN and blocks(path)
)


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with the table that ``features table`` writes of it."""
    path = tmp_path_factory.mktemp("documents") / "project"
    repo = buggy_history(path, commits=260)
    assert hyperion(repo.path, "features", "table", "--jobs", "1").code == 0
    return path


@pytest.fixture
def place(history: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "project"
    shutil.copytree(history, path)
    for name in ("MLFLOW_TRACKING_URI", "MLFLOW_EXPERIMENT_NAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ML_N_JOBS", "1")
    monkeypatch.setenv("MPLBACKEND", "agg")
    monkeypatch.chdir(path)
    return path


def run(page: str, address: str | None = None) -> dict[str, Any]:
    """Run the blocks of a page in one namespace; in place of its ``address`` another one."""
    names: dict[str, Any] = {"__name__": page}
    for number, code in enumerate(blocks(ROOT / page), 1):
        pasted = code if address is None else re.sub(r'(?m)^address = "[^"]*"', f'address = "{address}"', code)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exec(compile(pasted, f"{page}, block {number}", "exec"), names)  # noqa: S102 - our own document
    return names


def test_pages_with_code_are_known() -> None:
    assert {"docs/python.md", "docs/pipeline.md", "docs/mlflow.md", "docs/drift.md"} <= set(PAGES)


@pytest.mark.parametrize("page", [page for page in PAGES if page not in {"docs/python.md", "docs/mlflow.md"}])
def test_the_blocks_of_a_page_run_in_order(page: str, place: Path) -> None:
    run(page)


def test_the_walkthrough_ends_with_a_model_that_was_tested_on_bugs(place: Path) -> None:
    (place / "features.csv").unlink()
    names = run("docs/python.md")
    assert math.isfinite(names["best"]["roc_auc"])
    assert names["result"]["split"]["kind"] == "time"
    assert names["registry"].production("risk_predictor") == names["version"]
    assert f"{names['version']}" in hyperion(place, "score", "HEAD", "--format", "json").out


@pytest.fixture(params=["as written", "file:./mlruns", "a server of its own"])
def address(
    request: pytest.FixtureRequest, tmp_path: Path, empty_mlflow: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str | None]:
    """Where the page's runs go; ``None``: where it says itself."""
    if request.param == "a server of its own":
        (tmp_path / "server").mkdir()
        with mlflow_server(tmp_path / "server", empty_mlflow) as uri:
            yield uri
        return
    if request.param == "file:./mlruns":
        monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")  # as the page says for whoever reads it with MLflow
    yield None if request.param == "as written" else request.param


def test_mlflow(address: str | None, place: Path) -> None:
    mlflow = pytest.importorskip("mlflow")
    try:
        names = run("docs/mlflow.md", address)
    finally:
        mlflow.set_tracking_uri(None)  # the environment names the place again, for the tests that follow
    assert len(names["runs"]) >= 4
    assert hasattr(names["model"], "predict")
