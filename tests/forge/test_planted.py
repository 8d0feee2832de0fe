"""A pull request has no say in how it is judged, whatever it plants in the checkout."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hyperion_hook.commands.pull_request.base_settings import trusted_settings
from hyperion_hook.errors import ConfigError
from hyperion_hook.git.repository import Repository
from tests.support.github import GitHubDouble
from tests.support.github_job import GitHubJob
from tests.support.pulls import Pull

EVIL = "import pathlib\npathlib.Path({!r}).touch()\n"


def plant(pull: Pull, mark: Path) -> str:
    """Commit everything that programs like to read from a checkout, and return the commit."""
    evil, run = EVIL.format(str(mark)), f"#!/bin/sh\ntouch '{mark}'\n"
    planted = {
        ".hyperion-hook.toml": 'fail-on = "low"\nmodels = "models"\nalert-high = 0.99\nalert-medium = 1.0\n',
        "pyproject.toml": '[tool.hyperion-hook]\nfail-on = "low"\nno-such-setting = 1\n',
        "models/manifest.json": "{}",
        ".gitattributes": "* binary diff=evil filter=evil\n*.py -text linguist-generated\n",
        ".mailmap": "Root <root@example.org> <ada@example.org>\n",
        ".gitmodules": f'[submodule "x"]\n\turl = {mark}\n',
        ".githooks/post-checkout": run,
        "evil.pth": evil,
        "sitecustomize.py": evil,
        "usercustomize.py": evil,
        "hyperion_hook/__init__.py": evil,
        "click.py": evil,
        "json.py": evil,
        "conftest.py": evil,
        "git": run,
        ".lgtm": "x",
        "CODEOWNERS": "* @eve\n",
    }
    pull.repo.stage(planted)
    (pull.repo.path / "bundled_models").symlink_to("models")
    for name in ("git", ".githooks/post-checkout"):
        (pull.repo.path / name).chmod(0o755)
    return pull.repo.commit({"app.py": "x = 1\n"}, "Plant")


def test_what_a_pull_request_plants_changes_nothing_in_its_assessment(
    job: GitHubJob, pull: Pull, github: GitHubDouble, tmp_path: Path
) -> None:
    mark = tmp_path / "mark"
    head = plant(pull, mark)
    job.in_process = False
    job.folder = pull.repo.path / "runner"  # and even started inside of the checkout
    there = job.pull(pull.base, head)
    pull.repo.git("checkout", "-q", "--force", pull.base)
    away = job.pull(pull.base, head)
    assert (there.code, there.err, away.code, away.err) == (0, "", 0, "")
    strip = {name: value.partition('"timing_ms"')[0] for name, value in there.outputs.items()}
    assert strip == {name: value.partition('"timing_ms"')[0] for name, value in away.outputs.items()}
    assert (there.out, there.summary) == (away.out, away.summary)
    assert not mark.exists()
    assert len(github.ours()) == 1


def test_settings_and_models_of_the_base_are_in_force(job: GitHubJob, pull: Pull, github: GitHubDouble) -> None:
    pull.repo.git("checkout", "-q", "main")
    base = pull.repo.commit({".hyperion-hook.toml": 'fail-on = "low"\n'})
    pull.repo.git("checkout", "-q", "topic")
    assert job.pull(base, pull.head).code == 1
    head = plant(pull, pull.repo.path / "mark")
    done = job.pull(base, head, "opened", "--models", str(pull.repo.path / "models"))
    assert (done.code, done.outputs) == (2, {"level": "UNKNOWN"})
    assert f"models 'models': not in the base commit {base[:10]}" in done.err


@pytest.mark.parametrize(
    "way",
    [
        "models",
        "./models/",
        "sub/../models",
        "link/models",
        "{top}/models",
        "{alias}/models",
        "{into}",
        "linked-models",
    ],
)
def test_no_way_leads_to_the_models_of_the_checkout(pull: Pull, tmp_path: Path, way: str) -> None:
    top = pull.repo.path
    pull.repo.commit({"models/manifest.json": "{}", "sub/x": "x"})
    (tmp_path / "evil").mkdir()
    (top / "linked-models").symlink_to(tmp_path / "evil")
    (top / "link").symlink_to(".")
    (tmp_path / "alias").symlink_to(top)
    (tmp_path / "into").symlink_to(top / "models")
    path = way.format(top=top, alias=tmp_path / "alias", into=tmp_path / "into")
    repository = Repository.discover(top)
    with (
        pytest.raises(ConfigError, match="not in the base commit"),
        trusted_settings(repository, pull.base, pull.head, os.environ, {"models": top / path}),
    ):
        pass


def test_models_outside_of_the_checkout_are_used_as_they_are(pull: Pull, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    with trusted_settings(
        Repository.discover(pull.repo.path), pull.base, pull.head, os.environ, {"models": tmp_path / "mine"}
    ) as loaded:
        assert loaded.config.models == tmp_path / "mine"


def test_models_of_the_base_are_copied_for_the_time_they_are_used(pull: Pull) -> None:
    pull.repo.git("checkout", "-q", "main")
    base = pull.repo.commit({"models/manifest.json": "of the base", ".hyperion-hook.toml": 'models = "models"\n'})
    pull.repo.git("checkout", "-q", "topic")
    pull.repo.commit({"models/manifest.json": "planted"})
    with trusted_settings(Repository.discover(pull.repo.path), base, base, os.environ, {}) as loaded:
        folder = loaded.config.models
        assert folder is not None
        assert (folder / "manifest.json").read_text() == "of the base"
    assert not folder.exists()
