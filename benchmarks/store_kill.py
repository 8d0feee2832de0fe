"""Every command that writes stores under kill -9: killed at random moments, round after round.

usage: python benchmarks/store_kill.py [--seed 1] [--only index] [--rounds 60]

Prints a line for each command. After each kill nothing that was acknowledged may be lost, no file be damaged or set
aside, and the next hooks answer as if nothing had been killed. ``retrain`` needs the extra ``train``; needs fork.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.support.killing import SUBJECTS, killed

LONGEST = {"FeatureStore": 0.4, "comment": 0.6}
"""Seconds, where a run has no end of its own."""


def main() -> None:
    """Kill, look, and say what was wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--only", choices=SUBJECTS)
    options = parser.parse_args()
    failed = False
    for name in [options.only] if options.only else SUBJECTS:
        started = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            wrong, died = killed(SUBJECTS[name](Path(folder)), options.rounds, options.seed, LONGEST.get(name))
        failed |= bool(wrong)
        print(
            f"{name}: {options.rounds} rounds, {died} killed before the end, {len(wrong)} faults,"
            f" {time.monotonic() - started:.0f} s",
            *wrong[:10],
            sep="\n  ",
            flush=True,
        )
    raise SystemExit(failed)


if __name__ == "__main__":
    main()
