"""Replay against hook, and whole history against cut history, on real repositories.

usage: python benchmarks/parity.py CLONE [CLONE ...] [--sample 67] [--cut 34] [--newest 2000]

Of each clone, commits are sampled evenly from the newest; the replayed vector is compared feature by feature with that
of a clean checkout of the parent with the change staged, and the recorded vector with that of a clone without later
history.
Features of the message and of the commit itself are left out of the first comparison and listed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from hyperion_hook.git.repository import Repository
from hyperion_hook.training.rows.replay import ReplayedCommit, ReplayOptions, replay
from tests.support.parity import AT_COMMIT, differences, index, recorded_vector, run_git, staged_vector


def main() -> None:
    """Compare, print one line a repository and every feature that differed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("clones", nargs="+", type=Path)
    parser.add_argument("--sample", type=int, default=67)
    parser.add_argument("--cut", type=int, default=34)
    parser.add_argument("--newest", type=int, default=2_000)
    options = parser.parse_args()
    print(f"left out of the first comparison: {', '.join(sorted(AT_COMMIT))}")
    for clone in options.clones:
        replayed = list(replay(Repository.discover(clone), options=ReplayOptions(max_commits=options.newest)))
        usable = [item for item in replayed if item.commit.parents]
        with tempfile.TemporaryDirectory() as name:
            _compare_staged(clone, _spread(usable, options.sample), Path(name))
            _compare_cut(clone, _spread(usable, options.cut), Path(name))


def _compare_staged(clone: Path, sample: Sequence[ReplayedCommit], scratch: Path) -> None:
    checkout = scratch / "checkout"
    run_git(scratch, "clone", "-q", "--shared", "--no-checkout", str(clone), str(checkout))
    run_git(checkout, "checkout", "-q", "--detach", sample[0].commit.id)
    index(checkout)
    different: Counter[str] = Counter()
    equal = 0
    for item in sample:
        found = differences(item.vector, staged_vector(checkout, item.commit))
        equal += not found
        different.update(found.keys())
        for name, (replayed, staged) in found.items():
            print(f"  {item.commit.id[:12]} {name}: replayed {replayed}, staged {staged}")
    summary = dict(different) or "none differs"
    print(f"{clone.name}: {equal} of {len(sample)} replayed vectors equal the staged ones; {summary}")


def _compare_cut(clone: Path, sample: Sequence[ReplayedCommit], scratch: Path) -> None:
    equal = 0
    index(clone)
    for number, item in enumerate(sample):
        cut = scratch / f"cut{number}"
        cut.mkdir()
        run_git(cut, "init", "-q")
        (cut / ".git" / "objects" / "info" / "alternates").write_text(
            f"{Repository.discover(clone).common_dir / 'objects'}\n"
        )
        # a branch of its own and no other: nothing later can be reached
        run_git(cut, "update-ref", "refs/heads/only", item.commit.id)
        run_git(cut, "symbolic-ref", "HEAD", "refs/heads/only")
        index(cut)
        equal += recorded_vector(cut, item.commit.id) == recorded_vector(clone, item.commit.id)
    print(f"{clone.name}: {equal} of {len(sample)} vectors are identical without all later history")


def _spread(items: Sequence[ReplayedCommit], count: int) -> list[ReplayedCommit]:
    step = max(1, len(items) // max(1, count))
    return list(items[::-1][::step][:count])


if __name__ == "__main__":
    main()
