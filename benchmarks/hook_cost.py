"""What the warm hook costs against another installation: paired, processor time, the same staged change.

usage: python -m benchmarks.hook_cost OTHER CLONE [--runs 15] [--files 10] [--commit ID]

``OTHER`` is the other ``hyperion-hook``. Each installation gets a clone of its own with an index, in which the newest
commit that changes so many files is staged, or the one that is named. The two run in turn: a busy machine slows both.
Medians are compared.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import tempfile
from pathlib import Path
from statistics import median

from benchmarks.support import HYPERION, environment, git

KINDS = {"silent": ["score", "--staged", "--no-explain"], "explained": ["score", "--staged"]}


def main() -> None:
    """Print a line for each kind of run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("other")
    parser.add_argument("clone", type=Path)
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--files", type=int, default=10)
    parser.add_argument("--commit")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        sides = [(options.other, Path(name, "other")), (HYPERION, Path(name, "this"))]
        for program, folder in sides:
            _prepare(program, options.clone, folder, options.commit or _newest(options.clone, options.files))
        for kind, arguments in KINDS.items():
            # uncounted: compiles and fills stores
            for program, folder in sides * 2:
                _cpu(program, folder, arguments)
            pairs = [[_cpu(program, folder, arguments) for program, folder in sides] for _ in range(options.runs)]
            other, this = (median(column) for column in zip(*pairs, strict=True))
            ratio = median(mine / theirs for theirs, mine in pairs)
            print(f"{kind}: other {other:.3f} s, this {this:.3f} s, ratio {ratio:.2f}", flush=True)


def _newest(clone: Path, files: int) -> str:
    for commit in git(clone, "rev-list", "--no-merges", "-n", "500", "HEAD").split():
        if len(git(clone, "diff-tree", "-r", "--name-only", f"{commit}^", commit).splitlines()) == files:
            return commit
    raise SystemExit(f"{clone}: none of the newest 500 commits changes {files} files; give another --files")


def _prepare(program: str, clone: Path, folder: Path, commit: str) -> None:
    git(folder.parent, "clone", "-q", "--shared", "--no-checkout", str(clone.resolve()), str(folder))
    git(folder, "checkout", "-q", "--detach", f"{commit}^")
    git(folder, "read-tree", commit)
    subprocess.run([program, "index"], cwd=folder, check=True, capture_output=True, env=environment())


def _cpu(program: str, folder: Path, arguments: list[str]) -> float:
    # both with compiled modules, wherever they are installed
    more = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(folder.parent / "compiled")}
    child = subprocess.Popen([program, *arguments], cwd=folder, stdout=subprocess.DEVNULL, env=environment() | more)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{program} {' '.join(arguments)}: exit {child.returncode}")
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main()
