"""The model registry under kill -9: two writers at once, killed at random moments, round after round.

usage: python benchmarks/registry_kill.py [--rounds 200] [--seed 1] [--api]

After every round each version is loaded with all its digests checked, and at most one may be in production. With
``--api`` fitted estimators are saved and promoted through ``ModelRegistry`` (needs the extra ``train``, and fork).
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from hyperion_hook.store.models.metadata import Status
from hyperion_hook.store.models.version_store import VersionStore

NAME = "risk_predictor"


def main() -> None:
    """Kill, look, and print one line of what was seen."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--api", action="store_true")
    options = parser.parse_args()
    if options.api:
        _through_the_api(options.rounds, options.seed)
        return
    rng = random.Random(options.seed)  # noqa: S311
    kept = left_over = 0
    with tempfile.TemporaryDirectory() as folder:
        for number in range(options.rounds):
            # a new registry now and then: versions only add up
            registry = VersionStore(Path(folder) / f"registry-{number // 20}")
            writers = [_start(registry.root, 10 * number + writer) for writer in (1, 2)]
            before = len(registry.versions(NAME))
            while len(registry.versions(NAME)) == before:
                if all(writer.poll() is not None for writer in writers):
                    raise SystemExit(f"round {number}: both writers ended by themselves; see what they say by hand")
                time.sleep(0.001)
            for writer in writers:
                time.sleep(rng.random() * 0.15)
                writer.kill()
            for writer in writers:
                writer.wait()
            versions = registry.versions(NAME)
            for version in versions:
                registry.folder(NAME, version)
            if list(versions.values()).count(Status.PRODUCTION) > 1:
                raise SystemExit(f"round {number}: two in production: {versions}")
            kept += len(versions) - before
            left_over += _unnamed(registry, versions)
        print(
            f"{options.rounds} rounds, {2 * options.rounds} writers killed: always loadable, never two in production;"
            f" {kept} versions kept, {left_over} rounds left something unfinished behind, which the next writer swept"
        )


def _through_the_api(rounds: int, seed: int) -> None:
    from tests.support.saving import ModelRegistry, faults, killed_writers

    with tempfile.TemporaryDirectory() as folder:
        wrong = killed_writers(Path(folder), rounds, seed)
        registries = [ModelRegistry(path) for path in sorted(Path(folder).glob("registry-*"))]
        wrong += [fault for registry in registries for fault in faults(registry)]
        statuses = [
            status
            for registry in registries
            for name in registry.names()
            for status in registry.versions(name).values()
        ]
    if wrong:
        raise SystemExit("\n".join(wrong))
    print(
        f"{rounds} rounds, {2 * rounds} writers killed in save_model and promote_model: always loadable, never two in"
        f" production; {len(statuses)} versions kept, {statuses.count(Status.PRODUCTION)} of"
        f" {len(registries)} registries with one in production"
    )


def _unnamed(registry: VersionStore, versions: dict[str, Status]) -> bool:
    named = {f"{NAME}_{version}" for version in versions} | {"lock", "lock-journal", "metadata", f"{NAME}.json"}
    return any(entry.name not in named for entry in registry.root.iterdir())


def _start(root: Path, seed: int) -> subprocess.Popen[bytes]:
    code = f"from tests.support.registering import churn; churn({str(root)!r}, {seed}, 1000)"
    return subprocess.Popen([sys.executable, "-c", code], cwd=Path(__file__).parents[1], stderr=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
