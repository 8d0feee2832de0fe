"""What reading a history costs, per 1,000 commits, stage by stage, beside git alone in the same run.

usage: python benchmarks/scale.py CLONE [CLONE ...] [--code 300]

CPU seconds of this process and of the git it starts. ``git``: ``git log -M -p -U0`` of the whole history, thrown away.
``labels``: fixes and line origins alone. ``rows``: the replay with labels, as ``retrain`` does it for the risk model.
``code``: the newest commits once more with code metrics and import graph, as for the anomaly detector.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from hyperion_hook.git.repository import Repository
from hyperion_hook.training.rows.mine import Mined, label, mine
from hyperion_hook.training.rows.options import RetrainOptions


def main() -> None:
    """Measure, and print a table of CPU seconds per 1,000 commits."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("clones", nargs="+", type=Path)
    parser.add_argument("--code", type=int, default=300)
    arguments = parser.parse_args()
    options = RetrainOptions(code_commits=arguments.code)
    print("| history | commits | git | labels | rows | rows / git | code, per 1,000 measured |")
    print("|---|---|---|---|---|---|---|")
    sums = dict.fromkeys(("commits", "git", "labels", "rows", "code", "measured"), 0.0)
    for clone in arguments.clones:
        repository = Repository.discover(clone)
        tip = repository.resolve("HEAD")
        commits = int(repository.git.run("rev-list", "--count", tip))
        git = cost(
            lambda place=clone: subprocess.run(
                ["git", "-C", str(place), "log", "-M", "-p", "-U0", "--pretty=raw"],
                stdout=subprocess.DEVNULL,
                check=True,
            )
        )
        labels = cost(lambda found=repository, at=tip: label(found, at))
        rows = cost(lambda place=clone: mine(place, options=options.replay))
        mined: list[Mined] = []
        code = cost(lambda place=clone, into=mined: into.append(mine(place, options=options.code_replay)))
        measured = len(mined[0].rows)
        row = {"commits": commits, "git": git, "labels": labels, "rows": rows, "code": code, "measured": measured}
        sums = {name: value + row[name] for name, value in sums.items()}
        print(line(clone.resolve().name, row), flush=True)
    print(line("all", sums))


def line(name: str, row: dict[str, float]) -> str:
    """Return one row of the table; ``code`` is what its pass costs beyond git's own."""
    per = 1_000 / row["commits"]
    code = (row["code"] - row["git"]) * 1_000 / row["measured"]
    return (
        f"| {name} | {row['commits']:,.0f} | {row['git'] * per:.2f} | {row['labels'] * per:.2f} |"
        f" {row['rows'] * per:.2f} | {row['rows'] / row['git']:.2f} | {code:.0f} |"
    )


def cost(work: Callable[[], object]) -> float:
    """Return the CPU seconds of this process and its children while it works."""
    before = _spent()
    work()
    return _spent() - before


def _spent() -> float:
    return sum(
        usage.ru_utime + usage.ru_stime
        for usage in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


if __name__ == "__main__":
    main()
