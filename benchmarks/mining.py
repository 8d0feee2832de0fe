"""What mining costs beside git alone: CPU seconds of both in turn, their ratio, peak memory and a profile.

usage: python benchmarks/mining.py CLONE [CLONE ...] [--runs 3] [--code N] [--profile]

Mining is what ``retrain`` does for the risk model: git, features without code metrics, labels. git alone is
``git log -p -U0`` of the same history. Both run in turn, and the least of each counts: on a busy machine CPU seconds
grow, the least of several runs hardly. ``--code N`` measures the code of the newest N commits too.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.support import Figures, measure
from hyperion_hook.training.rows.mine import mine
from hyperion_hook.training.rows.replay import ReplayOptions

GIT = ["git", "log", "-p", "-U0", "HEAD"]
CHILD = (
    "import sys; from pathlib import Path; from benchmarks import mining;"
    " mining.mine_one(Path(sys.argv[1]), int(sys.argv[2]))"
)
LIMIT = 2.0


def mine_one(clone: Path, code_commits: int = 0) -> None:
    """Mine as ``retrain`` does, or with the code metrics and the import graph of the newest commits."""
    light = ReplayOptions(source_metrics=False, graph=False)
    mine(clone, options=ReplayOptions(max_commits=code_commits) if code_commits else light)


def main() -> None:
    """Print one row a repository."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("clones", nargs="+", type=Path)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--code", type=int, default=0, metavar="N")
    parser.add_argument("--profile", action="store_true")
    options = parser.parse_args()
    root = Path(__file__).parents[1]
    imports = measure([sys.executable, "-c", "from benchmarks import mining"], root, runs=options.runs)
    print(f"{'repository':40} {'commits':>8} {'CPU s':>8} {'git CPU s':>9} {'ratio':>6} {'peak MB':>8}  limit {LIMIT}")
    for clone in [path.resolve() for path in options.clones]:
        alone, mined = [], []
        for _ in range(options.runs):
            alone.append(measure(GIT, clone, runs=1, warm_up=0))
            command = [sys.executable, "-c", CHILD, str(clone), str(options.code)]
            mined.append(measure(command, root, runs=1, warm_up=0))
        count = subprocess.run(["git", "rev-list", "--count", "HEAD"], cwd=clone, capture_output=True, check=True)
        print(_row(clone, int(count.stdout), _least(alone), _least(mined), imports.cpu), flush=True)
        if options.profile:
            _profile(clone, options.code)


def _least(figures: list[Figures]) -> Figures:
    return Figures(min(item.cpu for item in figures), max(item.peak_mb for item in figures))


def _row(clone: Path, commits: int, alone: Figures, mined: Figures, imports: float) -> str:
    cpu = mined.cpu - imports
    name = clone.parent.name if clone.name in ("repo", ".git") else clone.name
    return f"{name:40} {commits:8,} {cpu:8.2f} {alone.cpu:9.2f} {cpu / alone.cpu:6.2f} {mined.peak_mb:8.1f}"


def _profile(clone: Path, code_commits: int) -> None:
    profile = cProfile.Profile()
    profile.runcall(mine_one, clone, code_commits)
    pstats.Stats(profile).sort_stats("tottime").print_stats(30)


if __name__ == "__main__":
    main()
