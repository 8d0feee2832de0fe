"""Texts that nobody would write for every reader of what strangers wrote: nothing is raised, slow or large.

usage: python benchmarks/fuzz.py [CLONE ...] [--inputs 100000] [--seed 1] [--large 0.003] [--only READER ...]

Prints a table. Each reader runs in a process of its own, whose memory is what it takes; files of the clones are further
seeds of ``source``, ``lines and tokens`` and ``imports``. Faults follow below the table, each with the text that shows
it. Needs the extras ``train`` and ``mlflow``, and a system with timers.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from hyperion_hook.config.load import Config
from hyperion_hook.domain.deadline import within
from tests.support.fuzz_readers import READERS
from tests.support.fuzz_texts import Text, texts

MOST_SECONDS = 2 * Config().deadline
"""Of the processor, for one text."""
MOST_MEGABYTES = 300
_WALL = 60.0
_OF_CODE = ("source", "lines and tokens", "imports")
_LATE = "late"


def main() -> None:
    """Try every reader and print what happened."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("clones", nargs="*", type=Path)
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--large", type=float, default=0.003, help="share of texts of 50 to 200 kB")
    parser.add_argument("--only", nargs="+", choices=READERS, default=list(READERS))
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        print(json.dumps(_tried(options)))
        return
    print("| reader | inputs | slowest, ms | peak, MB | faults |\n|---|---|---|---|---|", flush=True)
    faults: list[str] = []
    for name in options.only:
        command = [sys.executable, __file__, "--child", *sys.argv[1:]]
        done = subprocess.run([*command, "--only", name], capture_output=True, text=True, check=False)
        try:
            result = json.loads(done.stdout)
        except ValueError:
            result = {"inputs": 0, "slowest": 0, "megabytes": 0, "faults": [f"died: {done.stderr[-2_000:]}"]}
        print(
            f"| {name} | {result['inputs']:,} | {result['slowest']:,.0f} | {result['megabytes']:.0f} | "
            f"{len(result['faults'])} |",
            flush=True,
        )
        faults += [f"{name}: {fault}" for fault in result["faults"]]
    print("", *faults, sep="\n")
    raise SystemExit(bool(faults))


def _tried(options: argparse.Namespace) -> dict[str, Any]:
    (name,) = options.only
    folder = tempfile.TemporaryDirectory()
    reader = READERS[name](Path(folder.name))
    seeds = [*reader.seeds(), *(_files(options.clones) if name in _OF_CODE else ())]
    slowest, faults, count = 0.0, dict[str, str](), 0
    high = _megabytes()
    for item in islice(texts(seeds, options.seed, options.large), options.inputs):
        started = time.process_time()
        count += 1
        try:
            answer = within(_WALL, lambda item=item: reader.read(*item), _LATE)  # type: ignore[misc]
        except Exception as error:  # noqa: BLE001 - what is looked for
            step = traceback.extract_tb(error.__traceback__)[-1]
            faults.setdefault(f"{type(error).__name__} at {Path(step.filename).name}:{step.lineno}", _shown(item))
            answer = None
        took = time.process_time() - started
        slowest = max(slowest, took)
        if took > MOST_SECONDS or answer == _LATE:
            faults.setdefault(f"{took:.1f} s for {item.name}", _shown(item))
        if high < (high := _megabytes()) and high > MOST_MEGABYTES:
            faults.setdefault(f"{high:.0f} MB for {item.name}", _shown(item))
    return {
        "inputs": count,
        "slowest": 1_000 * slowest,
        "megabytes": high,
        "faults": [f"{fault}: {shown}" for fault, shown in faults.items()],
    }


def _files(clones: list[Path]) -> Iterator[Text]:
    for clone in clones:
        for path in sorted(clone.rglob("*"))[:5_000]:
            if path.is_file() and ".git" not in path.parts and path.stat().st_size < 20_000 and _is_known(path.suffix):
                yield Text(f"a{path.suffix}", path.read_text(encoding="utf-8", errors="replace"))


def _is_known(suffix: str) -> bool:
    from hyperion_hook.features.source.measure import can_measure

    return can_measure(f"a{suffix}")


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def _shown(item: Text) -> str:
    return repr((item.name, item.text if len(item.text) < 5_000 else f"{item.text[:2_000]} ... {item.text[-300:]}"))


if __name__ == "__main__":
    main()
