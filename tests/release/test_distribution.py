"""What is handed out: the same bytes whoever builds them, whole, typed, and small."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from email import message_from_bytes
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import hyperion_hook

ROOT = Path(__file__).parents[2]
MOST_BYTES = 25_000_000
"""Of the core with its dependencies, once Python has compiled them."""
OURS_COMPILED, THEIRS_COMPILED = 1.8, 1.0
"""How large bytecode is beside its source, as measured; much of theirs is tables."""


def built(source: Path, target: Path) -> Path:
    """Build source distribution and wheel of a folder into another."""
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-d", str(target)],
        cwd=source,
        env=os.environ | {"SOURCE_DATE_EPOCH": "1700000000"},
        check=True,
        capture_output=True,
    )
    return target


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(ROOT, tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="module")
def wheel(dist: Path) -> zipfile.ZipFile:
    return zipfile.ZipFile(next(dist.glob("*.whl")))


def test_it_is_the_same_bytes_twice_also_from_its_own_source(dist: Path, tmp_path: Path) -> None:
    (sdist,) = dist.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    # there is no git, no tag and no ignored file here, and everything was written just now
    (source,) = tmp_path.iterdir()
    again = built(source, tmp_path / "again")
    assert {path.name: path.read_bytes() for path in again.iterdir()} == {
        path.name: path.read_bytes() for path in dist.iterdir()
    }


def test_the_wheel_has_all_that_it_needs_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    names = set(wheel.namelist())
    assert {f"hyperion_hook/{name}" for name in ("py.typed", "glossary.md", "bundled_models/corpus.npz")} <= names
    assert {name.partition("/")[0].partition("-")[0] for name in names} == {"hyperion_hook"}
    assert not [name for name in names if name.endswith((".pyc", ".orig", ".rej"))]
    ours = {path.relative_to(ROOT).as_posix() for path in (ROOT / "hyperion_hook").rglob("*.py")}
    assert ours <= names


def test_it_says_what_it_is(wheel: zipfile.ZipFile) -> None:
    (name,) = [name for name in wheel.namelist() if name.endswith(".dist-info/METADATA")]
    said = message_from_bytes(wheel.read(name))
    assert said["Version"] == hyperion_hook.__version__
    assert said["Requires-Python"] == ">=3.11"
    assert "Typing :: Typed" in said.get_all("Classifier", [])
    assert {url.partition(",")[0] for url in said.get_all("Project-URL", [])} == {
        "Repository",
        "Documentation",
        "Changelog",
        "Issues",
    }


def test_the_core_is_small(wheel: zipfile.ZipFile) -> None:
    ours = {item.filename: item.file_size for item in wheel.infolist()}
    theirs: dict[str, int] = {}
    names, waiting = set[str](), ["hyperion-hook"]
    while waiting:
        for text in metadata.requires(waiting.pop()) or []:
            needed = Requirement(text)
            if needed.name not in names and (needed.marker is None or needed.marker.evaluate({"extra": ""})):
                names.add(needed.name)
                waiting.append(needed.name)
    assert {"click", "lizard", "radon"} <= names
    for name in names:
        files = [Path(file.locate()) for file in metadata.files(name) or [] if file.suffix != ".pyc"]
        theirs |= {str(file): file.stat().st_size for file in files if file.is_file()}
    assert with_bytecode(ours, OURS_COMPILED) + with_bytecode(theirs, THEIRS_COMPILED) < MOST_BYTES


def with_bytecode(sizes: dict[str, int], factor: float) -> float:
    return sum(size * (1 + factor * name.endswith(".py")) for name, size in sizes.items())
