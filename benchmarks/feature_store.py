"""The feature store at size: 100,000 vectors of 60 features written, read, searched and bounded.

usage: python benchmarks/feature_store.py [--sets 100000] [--singly 5000] [--commits] [--seed 1]

Values are random in all their 53 bits, which nothing can compress; every vector has a source file and tags, and with
--commits one of its own commits too. Times are CPU times of this process (of reads the median and the 99th percentile).
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from hyperion_hook.domain.vector import Missing
from hyperion_hook.store.feature_sets.feature_set import FeatureSet
from hyperion_hook.store.feature_sets.store import FeatureStore

NAMES = [f"feature_{number}" for number in range(60)]
START = 1_700_000_000
BATCH = 1_000


def main() -> None:
    """Measure, and print one line each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sets", type=int, default=100_000)
    parser.add_argument("--singly", type=int, default=5_000)
    parser.add_argument("--commits", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng = random.Random(options.seed)  # noqa: S311
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "features.sqlite"
        store = FeatureStore(path, cache_size=2 * options.sets, ttl_hours=1e6)
        ids: list[str] = []
        cpu, wall = time.process_time(), time.perf_counter()
        for batch in _batches(options.sets, rng, commits=options.commits):
            ids += store.store_many(batch)
        print(
            f"{options.sets:,} sets, {BATCH:,} at a time: {time.process_time() - cpu:.1f} CPU s,"
            f" {time.perf_counter() - wall:.1f} s of wall time (limit 60 s)"
        )
        store.close()
        size = sum(file.stat().st_size for file in Path(folder).iterdir())
        print(f"on disk: {size / 1e6:.1f} MB (limit 60 MB), {size / options.sets:.0f} bytes a set")
        store = FeatureStore(path, cache_size=2 * options.sets, ttl_hours=1e6)
        _timed("read by id (limit 1 ms)", lambda: store.get_features(rng.choice(ids)), 2_000)
        if options.commits:
            _timed("read by commit", lambda: store.get_commit("repository-7", f"{7:040x}", source_file="src/7.py"), 500)
        _timed(
            "newest at a moment",
            lambda: store.get_features_at(f"repository-{rng.randrange(100)}", START + rng.randrange(options.sets)),
            500,
        )
        searches: dict[str, Callable[[], object]] = {
            "repository and tag": lambda: store.search_features(f"repository-{rng.randrange(100)}", {"type": "risk"}),
            "repository, an hour": lambda: store.search_features(
                f"repository-{rng.randrange(100)}", since=START, until=START + 3600
            ),
            "a rare tag": lambda: store.search_features(tags={"batch": str(rng.randrange(options.sets // BATCH))}),
            "a common tag, newest 100": lambda: store.search_features(tags={"type": "risk"}, limit=100),
            "a feature name, newest 100": lambda: store.search_features(feature_names=["feature_3"], limit=100),
            "no such feature": lambda: store.search_features(feature_names=["nothing"]),
        }
        for name, search in searches.items():
            found = search()
            _timed(f"search by {name}: {len(found)} found (limit 20 ms)", search, 50)  # type: ignore[arg-type]
        _timed("statistics", store.get_feature_statistics, 5)
        cpu = time.process_time()
        more = _batches(options.singly, rng, commits=options.commits, batch=options.singly, first=options.sets)
        for given in next(more):
            store.store_many([given])
        per = 1000 * (time.process_time() - cpu) / options.singly
        print(f"one at a time, {options.sets:,} there already: {per:.3f} CPU ms each")
        store.close()
        cpu = time.process_time()
        with FeatureStore(path, cache_size=1_000, ttl_hours=1e6) as bounded:
            removed = bounded.cleanup()
        size = sum(file.stat().st_size for file in Path(folder).iterdir())
        print(
            f"cleanup to a bound of 1,000: {removed:,} removed in {time.process_time() - cpu:.1f} CPU s,"
            f" {size / 1e6:.1f} MB left"
        )


def _batches(
    count: int, rng: random.Random, *, commits: bool = False, batch: int = BATCH, first: int = 0
) -> Iterator[list[FeatureSet]]:
    for start in range(first, first + count, batch):
        yield [
            FeatureSet(
                _features(rng, number),
                f"src/{number}.py",
                f"repository-{number % 100}",
                {"type": "risk" if number % 2 else "size", "batch": str(number // BATCH)},
                commit=f"{number:040x}" if commits else None,
                event_at=START + number,
            )
            for number in range(start, start + batch)
        ]


def _features(rng: random.Random, number: int) -> dict[str, object]:
    features: dict[str, object] = {name: rng.random() for name in NAMES}
    if number % 10 == 0:
        features[NAMES[number // 10 % 60]] = Missing("no history")
    return features


def _timed(what: str, call: Callable[[], object], times: int) -> None:
    spent = []
    for _ in range(times):
        started = time.process_time()
        call()
        spent.append(1000 * (time.process_time() - started))
    spent.sort()
    print(f"{what}: {spent[times // 2]:.3f} ms, 99 % within {spent[int(times * 0.99)]:.3f} ms")


if __name__ == "__main__":
    main()
