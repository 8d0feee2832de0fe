"""Worker processes import nothing from the folder they are started in, however the program itself was started."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

pytestmark = pytest.mark.train
pytest.importorskip("joblib")

ROOT = Path(__file__).parents[2]
PROGRAM = """
import os, sys
sys.path.append({root!r})
from hyperion_hook.training.rows.distribute import in_processes
# late, because nobody can keep Python itself from importing from such folders when it starts
sys.path[:0] = {paths!r}
os.environ |= {variables!r}
os.chdir({folder!r})
before = list(sys.path), dict(os.environ)
assert list(in_processes(abs, [-1, -2, 3], 2)) == [1, 2, 3]
assert before[0] == sys.path and {{k: v for k, v in os.environ.items() if k in before[1] or "PYTHON" in k}} == before[1]
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a folder that holds a module for every name that can be imported; each leaves a trace when it is."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    trap = f"open({str(tmp_path / 'canary')!r}, 'a').write(__file__ + '\\n')\n"
    for name in {*sys.stdlib_module_names, *packages_distributions(), "sitecustomize", "usercustomize"}:
        (folder / f"{name.replace('/', '')}.py").write_text(trap)
    return folder


@pytest.mark.parametrize("is_on_the_path", [False, True], ids=["started there", "and there in every list"])
def test_workers_import_nothing_from_the_current_folder(checkout: Path, tmp_path: Path, is_on_the_path: bool) -> None:
    script = tmp_path / "script.py"
    paths = ["", ".", str(checkout)] if is_on_the_path else []
    variables = {"PYTHONPATH": os.pathsep.join(paths)} if is_on_the_path else {}
    script.write_text(PROGRAM.format(root=str(ROOT), paths=paths, variables=variables, folder=str(checkout)))
    done = subprocess.run([sys.executable, script], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    canary = tmp_path / "canary"
    assert not canary.exists(), canary.read_text()


def test_the_users_own_workers_stay_what_they_are(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("def double(x):\n    return 2 * x\n")
    code = (
        f"import sys; sys.path.append({str(ROOT)!r})\nimport joblib, mine\n"
        "from hyperion_hook.training.rows.distribute import in_processes\n"
        "assert list(in_processes(abs, [-1, -2], 2)) == [1, 2]\n"
        "assert joblib.Parallel(2)(joblib.delayed(mine.double)(x) for x in (1, 2)) == [2, 4]\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
