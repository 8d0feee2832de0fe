"""Breaks: what do the rules say of real commits, and do they see what is missing when a commit is taken apart?

usage: python benchmarks/breaks.py CLONE [CLONE ...] [--commits 500] [--skip 0] [--apart] [--kind KIND]

Lists what the rules say of the newest non-merge commits of each clone, to be judged by reading: commits that are whole
seldom break anything, so whatever is said of them is either one of the few that did or a false alarm. With ``--apart``
each file of a commit is judged as if it had been committed alone; then nothing is left that belongs together, and a
break is confirmed where the file it names was changed by the same commit (``+``; the others, ``?``, are to be read).
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from hyperion_hook.assess.breaks.find import find_breaks
from hyperion_hook.domain.breaks import Break, BreakKind
from hyperion_hook.domain.change import Change
from hyperion_hook.domain.commit import change_of_commit
from hyperion_hook.git.blobs import BlobReader
from hyperion_hook.git.log import Detail, commit_ids, read_commits
from hyperion_hook.git.repository import Repository
from hyperion_hook.git.search import search_tree
from hyperion_hook.git.sources import GitSources
from hyperion_hook.store.graphs.cache import ImportGraphs

MOST_FILES = 300


def main() -> None:
    """List breaks and count them by kind."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("clones", nargs="+", type=Path)
    parser.add_argument("--commits", type=int, default=500)
    parser.add_argument("--skip", type=int, default=0)
    parser.add_argument("--apart", action="store_true")
    parser.add_argument("--kind", choices=[kind.value for kind in BreakKind])
    options = parser.parse_args()
    counts: Counter[tuple[str, str, str]] = Counter()
    for clone in options.clones:
        for change, entry in breaks_of(clone, options.commits, options.skip, apart=options.apart):
            if options.kind not in (None, entry.kind.value):
                continue
            known = {path for file in change.files for path in (file.path, file.previous_path)}
            mark = "" if not options.apart else "+" if _named(entry) & known else "?"
            counts[entry.kind.value, entry.confidence, mark] += 1
            print(
                f"{mark:1} {clone.name} {(change.revision or '')[:10]} {entry.kind.value} {entry.confidence}:"
                f" {entry.sentence} [{entry.path}:{entry.line}] {entry.evidence}",
                flush=True,
            )
    for (kind, confidence, mark), count in sorted(counts.items()):
        print(f"{kind:20} {confidence:8} {mark:1} {count:5}")


def _named(entry: Break) -> set[str]:
    return {
        entry.path,
        *(word.rpartition(":")[0] for word in entry.evidence.replace(",", " ").split()),
        *(word.rstrip(",;") for text in (entry.sentence, entry.evidence) for word in text.split()),
    } - {""}


def breaks_of(clone: Path, commits: int, skip: int, *, apart: bool) -> Iterator[tuple[Change, Break]]:
    """Yield the whole change and each break that is found in it, or in one of its files alone."""
    repository = Repository.discover(clone)
    reader = BlobReader(repository)
    graphs = ImportGraphs(reader, None)
    head = repository.resolve("HEAD")
    ids = commit_ids(repository, [head], exclude=[], merges=False)
    ids = ids[max(0, len(ids) - commits - skip) : len(ids) - skip]
    started, judged = time.perf_counter(), 0
    for commit in read_commits(repository, ids, detail=Detail.PATCH):
        whole = change_of_commit(commit)
        if whole.base is None or len(whole.files) > MOST_FILES or (apart and len(whole.files) == 1):
            continue
        judged += 1
        for change in [replace(whole, files=(file,)) for file in whole.files] if apart else [whole]:
            base = whole.base
            known = {path for file in change.files for path in (file.path, file.previous_path)}
            for entry in find_breaks(
                change,
                GitSources(repository, change, reader),
                lambda base=base: graphs.at(base),  # type: ignore[misc]
                lambda words, base=base: search_tree(repository, base, words),  # type: ignore[misc]
            ):
                if not apart or not _named(entry) <= known:
                    yield whole if not apart else _without(whole, known), entry
    print(f"  {clone.name}: {judged} commits, {time.perf_counter() - started:.0f} s", flush=True)


def _without(change: Change, paths: set[str]) -> Change:
    return replace(change, files=tuple(file for file in change.files if file.path not in paths))


if __name__ == "__main__":
    main()
