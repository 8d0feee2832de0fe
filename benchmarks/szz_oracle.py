"""How well the inducing commits of fixes are found, on fixes whose cause developers named themselves.

usage: python benchmarks/szz_oracle.py ORACLE MIRRORS [--jobs N] [--misses]

ORACLE is a JSON list of {"repository": "owner/name", "fix": id, "bugs": [ids]}; MIRRORS holds the repositories as
owner+name, owner+name/repo or owner+name/repo/.git. Pairs (fix, inducing commit) are pooled over all entries:
precision = hits / identified, recall = hits / actual. Printed with the references of messages believed and ignored,
with an interval by bootstrap over repositories, and with ``--misses`` every entry whose cause was not found.

The misses are counted by where the cause was to be found at the fix's parent: among the lines that the fix touches
("touched"), in a file that it touches ("same file"), or nowhere near ("elsewhere").
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.support import environment
from hyperion_hook.git.repository import Repository
from hyperion_hook.training.labels.label_history import label_history
from hyperion_hook.training.labels.szz import SzzRules

ROUNDS = 10_000


@dataclass(frozen=True, slots=True)
class Traced:
    """One entry with the commits that were found with and without believing the message."""

    repository: str
    fix: str
    bugs: frozenset[str]
    believed: frozenset[str]
    ignored: frozenset[str]


def main() -> None:
    """Trace every entry and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("oracle", type=Path)
    parser.add_argument("mirrors", type=Path)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--misses", action="store_true")
    options = parser.parse_args()
    entries: dict[str, list[Mapping[str, list[str]]]] = defaultdict(list)
    for entry in json.loads(options.oracle.read_bytes()):
        entries[entry["repository"]].append(entry)
    places = {name: place(options.mirrors, name) for name in entries}
    with ProcessPoolExecutor(options.jobs) as pool:
        found = list(pool.map(trace, entries, places.values(), entries.values()))
    traced = [one for several in found for one in several]
    report("references believed", traced, "believed")
    report("references ignored", traced, "ignored")
    misses = Counter(
        f"{cause}, {'another' if one.ignored else 'none'} blamed"
        for one in traced
        for bug in one.bugs - one.ignored
        for cause in [where(places[one.repository], one.fix, bug)]
    )
    print(f"misses, references ignored: {sum(misses.values())}")
    for cause, count in misses.most_common():
        print(f"  {count:4} {cause}")
    if options.misses:
        for one in traced:
            if one.bugs - one.ignored:
                print(
                    one.repository,
                    one.fix[:12],
                    "cause",
                    *(name[:12] for name in sorted(one.bugs)),
                    "blamed",
                    *(name[:12] for name in sorted(one.ignored)),
                )


def place(mirrors: Path, name: str) -> Path:
    """Return the git directory of a mirror."""
    folder = mirrors / name.replace("/", "+")
    for candidate in (folder / "repo" / ".git", folder / "repo", folder / ".git", folder):
        if (candidate / "objects").is_dir():
            return candidate
    raise SystemExit(f"{folder}: no repository")


def trace(name: str, folder: Path, entries: Sequence[Mapping[str, str | list[str]]]) -> list[Traced]:
    """Trace the fixes of one repository."""
    repository = Repository.discover(folder)
    fixes = [str(entry["fix"]) for entry in entries]
    rules = SzzRules(use_named=False, exhaustive=True, max_files=None)
    labeller = label_history(repository, fixes, rules, given=fixes)
    named = {fix.id: frozenset(fix.named) for fix in labeller.fixes}
    causes: dict[str, set[str]] = defaultdict(set)
    for cause in labeller.inducing:
        causes[cause.fix].add(cause.id)
    return [
        Traced(name, fix, frozenset(entry["bugs"]), named[fix] or frozenset(causes[fix]), frozenset(causes[fix]))
        for fix, entry in zip(fixes, entries, strict=True)
    ]


def report(title: str, traced: Sequence[Traced], which: str) -> None:
    """Print precision, recall and F1 with its 95 % interval."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for one in traced:
        names = getattr(one, which)
        counts[one.repository] += Counter(hits=len(names & one.bugs), identified=len(names), actual=len(one.bugs))
    generator = random.Random(1)  # noqa: S311 - figures, not secrets
    repositories = list(counts)
    scores = sorted(
        f1(counts[name] for name in generator.choices(repositories, k=len(repositories))) for _ in range(ROUNDS)
    )
    total = sum(counts.values(), Counter())
    print(
        f"{title}: precision {total['hits'] / total['identified']:.3f} recall {total['hits'] / total['actual']:.3f} "
        f"F1 {f1([total]):.3f} [{scores[ROUNDS // 40]:.3f}, {scores[-ROUNDS // 40]:.3f}] "
        f"({total['hits']}/{total['identified']}/{total['actual']} hits/identified/actual)"
    )


def f1(counts: Iterator[Counter[str]] | Sequence[Counter[str]]) -> float:
    """Return F1 over pooled counts."""
    total = sum(counts, Counter())
    return 2 * total["hits"] / max(1, total["identified"] + total["actual"])


def where(folder: Path, fix: str, bug: str) -> str:
    """Return where the cause of a fix was to be found at the fix's parent."""
    changed = _git(folder, "diff", "--name-only", "--no-renames", "--diff-filter=MD", f"{fix}^", fix).splitlines()
    for path in changed:
        hunks = _git(folder, "diff", "-U1", "--no-renames", f"{fix}^", fix, "--", path)
        for line in hunks.splitlines():
            if line.startswith("@@ "):
                start, _, count = line.split()[1][1:].partition(",")
                span = f"-L{start},+{count or 1}"
                if count != "0" and bug in _git(folder, "blame", "--porcelain", span, f"{fix}^", "--", path):
                    return "touched"
    touched = _git(folder, "diff-tree", "-r", "--no-commit-id", "--root", "--name-only", bug).splitlines()
    return "same file" if set(changed) & set(touched) else "elsewhere"


def _git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, check=True, env=environment())
    return done.stdout.decode("utf-8", "replace")


if __name__ == "__main__":
    main()
