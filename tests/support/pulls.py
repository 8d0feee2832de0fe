"""A repository with a pull request in it, small enough to be copied for each test."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from tests.support.repo import TestRepo

_APP = "import os\n\n\ndef size(path):\n    if path:\n        return os.stat(path).st_size\n    return 0\n"


@dataclass(frozen=True)
class Pull:
    """A repository whose branch ``topic`` is checked out; ``base`` is the newest commit of ``main``."""

    repo: TestRepo
    base: str
    head: str

    def copy(self, folder: Path) -> Pull:
        shutil.copytree(self.repo.path, folder, symlinks=True)
        repo = TestRepo(folder, init=False)
        repo.clock = self.repo.clock
        return Pull(repo, self.base, self.head)


def build_pull(folder: Path) -> Pull:
    """Build twelve commits and one of a branch."""
    repo = TestRepo(folder)
    for number in range(12):
        functions = "\n\n".join(f"def f{part}(x):\n    return x + {part * number}" for part in range(number + 2))
        repo.commit(
            {"app.py": functions + "\n", f"part{number % 3}.py": f"import app\n\nX = app.f0({number})\n"},
            f"{'Fix the bug' if number % 4 == 1 else 'Add a part'} {number}",
        )
    base = repo.head()
    repo.git("checkout", "-q", "-b", "topic")
    return Pull(repo, base, repo.commit({"app.py": _APP}, "Rewrite the size"))


def commit_many(repo: TestRepo, files: dict[str, str]) -> str:
    """Commit many files on the branch without writing them to the work tree, and return the commit's id."""
    who = f"committer Ada <ada@example.org> {repo.clock + 86_400} +0000"
    stream = f"commit refs/heads/topic\n{who}\ndata 4\nMany\nfrom {repo.head()}\n" + "".join(
        f"M 100644 inline {name}\ndata {len(text)}\n{text}\n" for name, text in files.items()
    )
    repo.git("fast-import", "--quiet", stdin=stream.encode())
    return repo.head()
