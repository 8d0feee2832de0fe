"""Vectors of the same change by two ways: as the replay gives them, and as a checkout of the parent gives them."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from hyperion_hook.assess.store_measurer import StoreMeasurer
from hyperion_hook.config.load import Config
from hyperion_hook.domain.change import Change
from hyperion_hook.domain.commit import Commit
from hyperion_hook.domain.vector import FeatureVector
from hyperion_hook.features.catalogue import CATALOGUE
from hyperion_hook.git.changes import commit_change, staged_change
from hyperion_hook.git.repository import Repository
from hyperion_hook.store.history.open_history import update_index

AT_COMMIT = {feature.name for feature in CATALOGUE if feature.at_commit}
"""Features of the message and of the commit itself: a staged change cannot know them."""

UNHURRIED = Config(deadline=600.0, index_auto_limit=1_000_000)


def run_git(folder: Path, *arguments: str, env: Mapping[str, str] | None = None) -> str:
    """Run git without the machine's configuration."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    done = subprocess.run(
        ["git", *arguments],
        cwd=folder,
        capture_output=True,
        check=True,
        env=clean | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"} | dict(env or {}),
    )
    return done.stdout.decode("utf-8", "surrogateescape")


def stage_commit(checkout: Path, commit: Commit) -> None:
    """Put a clean checkout on the commit's parent and stage exactly what the commit changed."""
    run_git(checkout, "checkout", "-q", "--detach", "--force", commit.parents[0])
    run_git(checkout, "read-tree", commit.id)


def identity_of(commit: Commit) -> dict[str, str]:
    """Return the environment in which git would record this commit's author and times."""
    sign = "-" if commit.utc_offset < 0 else "+"
    zone = f"{sign}{abs(commit.utc_offset) // 60:02d}{abs(commit.utc_offset) % 60:02d}"
    return {
        "GIT_AUTHOR_NAME": commit.author.name,
        "GIT_AUTHOR_EMAIL": commit.author.email,
        "GIT_AUTHOR_DATE": f"{commit.authored_at} {zone}",
        "GIT_COMMITTER_NAME": commit.committer.name,
        "GIT_COMMITTER_EMAIL": commit.committer.email,
        "GIT_COMMITTER_DATE": f"{commit.committed_at} {zone}",
    }


def staged_vector(checkout: Path, commit: Commit) -> FeatureVector:
    """Return the vector the hook computes for the commit's change, staged in a checkout of its parent."""
    stage_commit(checkout, commit)
    saved = {name: os.environ.get(name) for name in identity_of(commit)}
    os.environ.update(identity_of(commit))
    try:
        repository = Repository.discover(checkout)
        return measured(repository, staged_change(repository))
    finally:
        for name, value in saved.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def recorded_vector(folder: Path, revision: str) -> FeatureVector:
    """Return the vector of a recorded commit."""
    repository = Repository.discover(folder)
    return measured(repository, commit_change(repository, revision))


def measured(repository: Repository, change: Change) -> FeatureVector:
    """Return the vector the product computes for a change, with all the time it needs."""
    measurer = StoreMeasurer(repository, UNHURRIED)
    try:
        return measurer.measure(change).vector
    finally:
        measurer.close()


def index(folder: Path) -> None:
    """Do what ``hyperion-hook index`` does for vectors: read the whole history with its lines, build the graph."""
    repository = Repository.discover(folder)
    update_index(repository)
    head = repository.head()
    measurer = StoreMeasurer(repository, UNHURRIED)
    try:
        if head is not None:
            measurer.graphs.build(head)
    finally:
        measurer.close()


def differences(one: FeatureVector, other: FeatureVector) -> dict[str, tuple[object, object]]:
    """Return the features whose values (or reasons) differ, those only known at commit left out."""
    return {name: (one[name], other[name]) for name in one if name not in AT_COMMIT and one[name] != other[name]}
