"""The limits the product promises, measured as whole processes beside git alone in the same run.

usage: python benchmarks/run.py [--repository CLONE] [--only WORD]

Without a repository a history of 14,000 commits is generated. A clone is copied first; nothing is written into it.
CPU seconds are medians; ratios carry over to other machines, seconds do not.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.support import HYPERION, Figures, build_history, git, measure, stage_edit

SCORE = [HYPERION, "score", "--staged", "--format", "json"]
SILENT = [*SCORE, "--no-explain"]
GIT_DIFF = ["git", "diff", "--cached", "-M", "--raw", "--numstat"]


def main() -> None:
    """Run the benchmarks and print one row each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repository", type=Path)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        print(f"{'what':44} {'CPU s':>8} {'peak MB':>8} {'git CPU s':>9} {'ratio':>7}  limit")
        for title, benchmark in BENCHMARKS.items():
            if options.only in title:
                for row in benchmark(scratch, options.repository):
                    print(row, flush=True)


def _row(what: str, figures: Figures, reference: Figures | None, limit: str) -> str:
    git_cpu = f"{reference.cpu:9.3f}" if reference else f"{'':9}"
    ratio = f"{figures.cpu / max(reference.cpu, 0.001):7.1f}" if reference else f"{'':7}"
    return f"{what:44} {figures.cpu:8.3f} {figures.peak_mb:8.1f} {git_cpu} {ratio}  {limit}"


def _repository(scratch: Path, source: Path | None, commits: int = 14_000) -> Path:
    name = f"history-{commits}" if source is None else "clone"
    folder = scratch / name
    if not folder.exists():
        if source is None:
            build_history(folder, commits)
        else:
            git(scratch, "clone", "-q", "--shared", str(source), str(folder))
    return folder


def _forget(folder: Path) -> None:
    shutil.rmtree(folder / ".git" / "hyperion-hook", ignore_errors=True)


def _index(scratch: Path, source: Path | None) -> Iterator[str]:
    folder = _repository(scratch, source)
    forget = ["rm", "-rf", str(folder / ".git" / "hyperion-hook")]
    names = measure(["git", "log", "-M", "--raw", "--format=%H"], folder, runs=1, warm_up=0)
    counts = measure(["git", "log", "-M", "--raw", "--numstat", "--format=%H"], folder, runs=1, warm_up=0)
    built = measure([HYPERION, "index"], folder, runs=1, warm_up=0, before=forget)
    commits = int(git(folder, "rev-list", "--count", "HEAD"))
    size = sum(file.stat().st_size for file in (folder / ".git" / "hyperion-hook").glob("history*"))
    yield _row("index, whole history (against log --raw)", built, names, "")
    yield _row("index, whole history (against log --numstat)", built, counts, "35 s for 14,000 commits")
    yield f"{'index, bytes per commit':44} {size / commits:8.0f} {'':8} {'':9} {'':7}  1,000"


def _warm(scratch: Path, source: Path | None) -> Iterator[str]:
    folder = _repository(scratch, source)
    measure([HYPERION, "index"], folder, runs=1, warm_up=0)
    stage_edit(folder, 10)
    reference = measure(GIT_DIFF, folder)
    yield _row("warm hook, 10 files, silent", measure(SILENT, folder), reference, "0.3 s, 80 MB")
    yield _row("warm hook, 10 files, explained", measure(SCORE, folder), reference, "0.6 s, 80 MB")
    forget = ["rm", "-rf", str(folder / ".git" / "hyperion-hook")]
    yield _row("no index yet, 10 files", measure(SCORE, folder, runs=3, before=forget), reference, "1 s")
    git(folder, "reset", "-q", "--hard")


def _extension(scratch: Path, source: Path | None) -> Iterator[str]:
    folder = _repository(scratch, source)
    newest = git(folder, "rev-parse", "HEAD").strip()
    git(folder, "checkout", "-q", "--detach", git(folder, "rev-list", "--first-parent", "-n", "51", newest).split()[-1])
    _forget(folder)
    measure([HYPERION, "index"], folder, runs=1, warm_up=0)
    saved, live = folder / ".git" / "saved", folder / ".git" / "hyperion-hook"
    shutil.copytree(live, saved)
    git(folder, "checkout", "-q", newest)
    restore = ["sh", "-c", f"rm -rf '{live}' && cp -r '{saved}' '{live}'"]
    reference = measure(["git", "log", "-M", "--raw", "--numstat", "-n", "50"], folder)
    extended = measure([HYPERION, "index"], folder, runs=3, warm_up=0, before=restore)
    idle = measure([HYPERION, "index"], folder, runs=3)
    shutil.rmtree(saved)
    yield _row("index, 50 new commits", extended, reference, "0.3 s beside an idle run")
    yield _row("index, nothing new", idle, reference, "")


def _flat(scratch: Path, _: Path | None) -> Iterator[str]:
    figures = []
    for commits in (1_000, 100_000):
        folder = _repository(scratch, None, commits)
        measure([HYPERION, "index"], folder, runs=1, warm_up=0)
        stage_edit(folder, 10)
        figures.append(measure(SILENT, folder, runs=9))
        yield _row(f"warm hook on {commits:,} commits", figures[-1], measure(GIT_DIFF, folder), "")
    ratio = figures[1].cpu / figures[0].cpu
    yield f"{'100,000 commits against 1,000':44} {ratio:8.2f} {'':8} {'':9} {'':7}  1.2"


def _wide(scratch: Path, _: Path | None) -> Iterator[str]:
    folder = scratch / "wide"
    build_history(folder, 2_000, files=4_000)
    stage_edit(folder, 4_000)
    figures = measure(SCORE, folder, runs=3)
    yield _row("a change of 4,000 files", figures, measure(GIT_DIFF, folder), "5 s")


BENCHMARKS: dict[str, Callable[[Path, Path | None], Iterator[str]]] = {
    "index": _index,
    "warm": _warm,
    "extension": _extension,
    "flat": _flat,
    "wide": _wide,
}

if __name__ == "__main__":
    main()
