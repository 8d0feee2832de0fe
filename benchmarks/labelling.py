"""What labelling a whole history costs beside git, and whether its line origins are those of ``git blame``.

usage: python benchmarks/labelling.py REPOSITORY... [--lines N] [--no-cost]

For each git directory: CPU seconds of ``git log -M -p -U0`` and of ``hyperion-hook label`` (children included), their
ratio (limit 1.6), alternating and as medians of ``--runs``, and the peak memory of the command (limit 300 MB) without
that of git, which counts the packs it maps. Then N deleted lines of random hunks, a
quarter of them with lines that a merge itself wrote, are blamed by git; every line has to agree. They are lines of
source files, which is what ``label`` follows; with ``--all-files`` of any file, as ``label --fixes`` does.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.support import HYPERION, environment, measure
from hyperion_hook.git.repository import Repository
from hyperion_hook.training.labels.label_history import read_history
from hyperion_hook.training.labels.line_origins import ALL, SOURCES, LineOrigins, TracedHunk

COUNT_MEMORY = """
import resource, sys
from hyperion_hook.cli import main
code = main(["label"])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)
"""
LOG = ["git", "log", "-M", "-p", "-U0", "HEAD"]
MOST_OF_A_HUNK = 20


def main() -> None:
    """Measure every repository and print a row each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("repositories", nargs="+", type=Path)
    parser.add_argument("--lines", type=int, default=400, help="lines to blame in each repository")
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--all-files", action="store_true", help="blame lines of any file")
    parser.add_argument("--no-cost", action="store_true", help="only compare with git blame")
    options = parser.parse_args()
    print(
        f"{'repository':40} {'log CPU s':>9} {'label':>7} {'ratio':>6} {'peak MB':>8} {'lines':>6} {'equal':>6} merges"
    )
    for folder in options.repositories:
        cost = f"{'':33}" if options.no_cost else _cost(folder, options.runs)
        lines, equal, mixed = _agreement(folder, options.lines, sources_only=not options.all_files)
        print(f"{str(folder)[-40:]:40} {cost} {lines:6} {equal:6} {mixed:6}", flush=True)


def _cost(folder: Path, runs: int) -> str:
    logs, labels = [], []
    for _ in range(runs):  # in turns, so that other work on the machine strikes both
        logs.append(measure(LOG, folder, runs=1, warm_up=0).cpu)
        labels.append(measure([HYPERION, "label"], folder, runs=1, warm_up=0).cpu)
    done = subprocess.run(
        [sys.executable, "-c", COUNT_MEMORY], cwd=folder, capture_output=True, check=True, env=environment()
    )
    peak = int(done.stderr) / 1024
    return f"{median(logs):9.1f} {median(labels):7.1f} {median(labels) / median(logs):6.2f} {peak:8.0f}"


def _agreement(folder: Path, wanted: int, *, sources_only: bool) -> tuple[int, int, int]:
    """Return how many lines were blamed, how many agree, and how many a merge itself wrote."""
    repository = Repository.discover(folder)
    tip = repository.resolve("HEAD")
    merges: set[str] = set()
    ordinary, of_merges = _Sample(wanted), _Sample(wanted // 4)
    with LineOrigins(repository, [tip], roles=SOURCES if sources_only else ALL) as origins:
        for commit in read_history(repository, [tip], merges=True, sources_only=sources_only):
            if commit.is_merge:
                merges.add(commit.id)
            for hunk in origins.advance(commit, trace=True):
                if hunk.deleted and None not in hunk.deleted:
                    ordinary.offer((commit.parents[0], hunk))
                    if not merges.isdisjoint(hunk.deleted):
                        of_merges.offer((commit.parents[0], hunk))
    lines = equal = mixed = 0
    for parent, hunk in (*of_merges.kept, *ordinary.kept):
        if lines >= wanted:
            break
        for ours, theirs in zip(hunk.deleted, _blame(folder, parent, hunk), strict=False):
            lines += 1
            equal += ours == theirs
            mixed += ours in merges
    return lines, equal, mixed


class _Sample:
    """So many of the hunks that are offered, each with the same chance."""

    def __init__(self, size: int) -> None:
        self._size, self._seen = size, 0
        self._generator = random.Random(1)  # noqa: S311 - a sample, not a secret
        self.kept: list[tuple[str, TracedHunk]] = []

    def offer(self, item: tuple[str, TracedHunk]) -> None:
        self._seen += 1
        if len(self.kept) < self._size:
            self.kept.append(item)
        elif (place := self._generator.randrange(self._seen)) < self._size:
            self.kept[place] = item


def _blame(folder: Path, parent: str, hunk: TracedHunk) -> Iterator[str]:
    count = min(len(hunk.deleted), MOST_OF_A_HUNK)
    done = subprocess.run(
        [
            "git",
            "-c",
            "core.attributesFile=/dev/null",
            "-c",
            "diff.renameLimit=400",
            "blame",
            "--porcelain",
            f"-L{hunk.hunk.old_start},+{count}",
            parent,
            "--",
            os.fsencode(hunk.file.previous_path),
        ],
        cwd=folder,
        capture_output=True,
        check=True,
        env=environment(),
    )
    for line in done.stdout.split(b"\n"):
        word = line.split(b" ", 1)[0]
        if len(word) in (40, 64) and line[:1] != b"\t":
            yield word.decode()


if __name__ == "__main__":
    main()
