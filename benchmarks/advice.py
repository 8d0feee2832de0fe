"""Whether advice is true: each promised score against what ``score`` says when the part is committed alone.

usage: python benchmarks/advice.py CLONE [CLONE ...] [--changes 200] [--staged]

Of every clone's newest large changes that fall into parts, each part is committed alone on the same base with plumbing
(``read-tree``, ``update-index``, ``write-tree``, ``commit-tree``) under the same author, dates and message, in a clone
of its own that shares objects and holds the same history index. The commit is then assessed by the command's own code,
and its probability compared with the promised one to 1e-12. With ``--staged`` the whole is staged without a message,
then each part, as a pre-commit hook sees them.

The message is the whole change's: that of a part is not written yet. A staged change and its parts have none.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.support import environment, git
from hyperion_hook.assess import Assessor
from hyperion_hook.assess.guidance.advice import Part
from hyperion_hook.assess.guidance.parts import is_worth_splitting
from hyperion_hook.config.load import Config
from hyperion_hook.domain.assessment import Assessment
from hyperion_hook.domain.change import Change, FileChange
from hyperion_hook.git.changes import commit_change
from hyperion_hook.git.log import Detail, commit_ids, read_commits
from hyperion_hook.git.repository import Repository

TOLERANCE = 1e-12


def main() -> None:
    """Promise, commit, score, compare; print one line a repository and every difference."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("clones", nargs="+", type=Path)
    parser.add_argument("--changes", type=int, default=200, help="over all clones")
    parser.add_argument("--staged", action="store_true")
    options = parser.parse_args()
    left, total = options.changes, Counter[str]()
    for number, clone in enumerate(options.clones):
        wanted = -(-left // (len(options.clones) - number))
        with tempfile.TemporaryDirectory() as name:
            counts = _check(clone, Path(name) / "clone", wanted, staged=options.staged)
        left -= counts["changes"]
        total += counts
        print(f"{clone}: {dict(counts)}", flush=True)
    print(f"in all: {dict(total)}")


def _check(clone: Path, scratch: Path, wanted: int, *, staged: bool) -> Counter[str]:
    git(clone.parent, "clone", "-q", "--shared", "--no-checkout", str(clone), str(scratch))
    counts: Counter[str] = Counter()
    config = replace(Config(), explain=False, deadline=60.0)
    with Assessor.open(scratch, config) as assessor:
        assessor.build_index(rebuild=False)
    with Assessor.open(scratch, config) as assessor:
        for change in _large_changes(scratch):
            if counts["changes"] >= wanted:
                break
            promised = _promise(assessor, scratch, config, change, staged=staged)
            if not promised:
                continue
            counts["changes"] += 1
            for part in promised:
                counts["parts"] += 1
                scored = _score_alone(scratch, config, change, part, staged=staged)
                gap = abs(scored.risk.probability - part.probability)
                if gap <= TOLERANCE:
                    counts["equal"] += 1
                else:
                    counts["different"] += 1
                    print(
                        f"  {change.revision} {part.files[0].path}: promised {part.probability}, "
                        f"scored {scored.risk.probability}",
                        flush=True,
                    )
    return counts


def _large_changes(folder: Path) -> Iterator[Change]:
    """Yield the newest recorded changes that are large enough to be parted, newest first."""
    repository = Repository.discover(folder)
    ids = commit_ids(repository, [repository.head() or ""], newest=6_000, merges=False)[::-1]
    for commit in read_commits(repository, ids, detail=Detail.COUNTS):
        lines = sum((file.lines_added or 0) + (file.lines_deleted or 0) for file in commit.files)
        if commit.parents and len(commit.files) >= 2 and lines >= 50:
            change = commit_change(repository, commit.id)
            if is_worth_splitting(change):
                yield change


def _promise(assessor: Assessor, folder: Path, config: Config, change: Change, *, staged: bool) -> tuple[Part, ...]:
    if not staged:
        return assessor.parts(change.revision)
    _plumb(folder, change, "read-tree", str(change.revision))
    _plumb(folder, change, "update-ref", "--no-deref", "HEAD", str(change.base))
    # git is asked for the identity in the environment of its start
    with _as_author(change), Assessor.open(folder, config) as anew:
        return anew.parts(None)


def _score_alone(folder: Path, config: Config, change: Change, part: Part, *, staged: bool) -> Assessment:
    _plumb(folder, change, "read-tree", str(change.base))
    _plumb(folder, change, "update-index", "-z", "--index-info", stdin=_entries(part.files))
    if staged:
        with _as_author(change), Assessor.open(folder, config) as assessor:
            return assessor.staged()
    tree = _plumb(folder, change, "write-tree").strip()
    message = _plumb(folder, change, "log", "-1", "--format=%B", str(change.revision))
    commit = _plumb(folder, change, "commit-tree", tree, "-p", str(change.base), stdin=message.encode()).strip()
    with Assessor.open(folder, config) as assessor:
        return assessor.commit(commit)


def _entries(files: Sequence[FileChange]) -> bytes:
    lines = []
    for file in files:
        if file.old_path is not None and file.status == "R":
            lines.append(f"0 {'0' * 40}\t{file.old_path}")
        if file.new_blob is None:
            lines.append(f"0 {'0' * 40}\t{file.path}")
        else:
            lines.append(f"{file.new_mode:o} {file.new_blob}\t{file.path}")
    return "".join(line + "\0" for line in lines).encode("utf-8", "surrogateescape")


class _as_author:  # noqa: N801 - reads like a statement
    """The environment in which git would record the change again: same people, same times."""

    def __init__(self, change: Change) -> None:
        self._variables = _identity(change)
        self._before: dict[str, str | None] = {}

    def __enter__(self) -> None:
        self._before = {name: os.environ.get(name) for name in self._variables}
        os.environ.update(self._variables)

    def __exit__(self, *_: object) -> None:
        for name, value in self._before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _identity(change: Change) -> Mapping[str, str]:
    assert change.author is not None
    assert change.committer is not None
    sign, minutes = ("-" if change.utc_offset < 0 else "+"), abs(change.utc_offset)
    zone = f"{sign}{minutes // 60:02}{minutes % 60:02}"
    return {
        "GIT_AUTHOR_NAME": change.author.name,
        "GIT_AUTHOR_EMAIL": change.author.email,
        "GIT_AUTHOR_DATE": f"@{change.authored_at} {zone}",
        "GIT_COMMITTER_NAME": change.committer.name,
        "GIT_COMMITTER_EMAIL": change.committer.email,
        "GIT_COMMITTER_DATE": f"@{change.time} {zone}",
    }


def _plumb(folder: Path, change: Change, *arguments: str, stdin: bytes | None = None) -> str:
    done = subprocess.run(
        ["git", *arguments],
        cwd=folder,
        input=stdin,
        capture_output=True,
        check=True,
        env=environment() | dict(_identity(change)),
    )
    return done.stdout.decode(errors="replace")


if __name__ == "__main__":
    main()
