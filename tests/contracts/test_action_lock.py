"""What the Action installs beside its token: every package pinned by hash, nothing left to choose."""

from __future__ import annotations

import re
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOCK = ROOT / ".github" / "action" / "requirements.txt"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
BUILD = PROJECT["build-system"]["requires"]
_ENTRY = re.compile(r"([a-z0-9-]+)==([\w.]+)((?: ; [^\\\n]+)?)((?: \\\n    --hash=sha256:[0-9a-f]{64})+)\n")


def locked() -> dict[str, str]:
    """Return the versions by name."""
    return {name: version for name, version, _, _ in _ENTRY.findall(LOCK.read_text(encoding="ascii"))}


def test_the_file_holds_pinned_packages_with_hashes_and_nothing_else() -> None:
    text = LOCK.read_text(encoding="ascii")
    assert _ENTRY.sub("", text) == ""
    assert len(locked()) == text.count("==") > 10


@pytest.mark.parametrize("wanted", [*PROJECT["project"]["dependencies"], *BUILD])
def test_it_satisfies_what_the_project_needs(wanted: str) -> None:
    requirement = Requirement(wanted)
    assert locked()[canonicalize_name(requirement.name)] in requirement.specifier


@pytest.mark.parametrize("name", locked())
def test_it_covers_what_each_package_needs_on_every_system(name: str) -> None:
    try:
        needed = metadata.requires(name) or []
    except metadata.PackageNotFoundError:
        pytest.skip("not installed here")
    for text in needed:
        requirement = Requirement(text)
        environments = [
            {
                "sys_platform": system,
                "platform_system": system.capitalize(),
                "extra": "",
                "python_version": "3.13",
                "python_full_version": "3.13.0",
                "implementation_name": "cpython",
            }
            for system in ("linux", "darwin", "win32", "windows")
        ]
        if requirement.marker is None or any(map(requirement.marker.evaluate, environments)):
            assert canonicalize_name(requirement.name) in locked(), text


def test_the_group_that_it_is_made_with_is_what_builds() -> None:
    assert PROJECT["dependency-groups"]["build"] == BUILD


def test_the_command_that_makes_it_is_written_down_and_a_robot_keeps_it_fresh() -> None:
    command = "uv pip compile pyproject.toml --group build --universal --generate-hashes"
    assert command in (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    updates = yaml.safe_load((ROOT / ".github" / "dependabot.yml").read_text(encoding="utf-8"))["updates"]
    watched = {(entry["package-ecosystem"], entry["directory"]) for entry in updates}
    assert watched == {
        ("pip", "/.github/action"),
        ("pip", "/.github/release"),
        ("docker", "/"),
        ("github-actions", "/"),
    }


def test_the_action_installs_by_that_file_alone() -> None:
    steps = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))["runs"]["steps"]
    (script,) = [step["run"] for step in steps if "pip" in step.get("run", "")]
    calls = [line.strip() for line in script.splitlines() if '"${install[@]}"' in line]
    assert "--no-deps" in next(line for line in script.splitlines() if line.strip().startswith("install=("))
    assert script.count("pip install") == 1
    by_lock, of_tool = calls
    assert by_lock.endswith('--require-hashes --only-binary=:all: -r "$ACTION/.github/action/requirements.txt"')
    assert of_tool.endswith('--no-index --no-build-isolation "$ACTION"')
    assert all(call.startswith("env -u GITHUB_TOKEN ") for call in calls)
