"""Where a repository is, and what it says about itself."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from hyperion_hook.errors import GitError, NotARepositoryError
from hyperion_hook.git.run import Git

_OBJECT_ID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


@dataclass(frozen=True)
class Repository:
    """One repository; ``work_tree`` is ``None`` for a bare one, ``common_dir`` is shared by all its worktrees."""

    git: Git
    git_dir: Path
    common_dir: Path
    work_tree: Path | None
    is_bare: bool
    is_shallow: bool

    @classmethod
    def discover(cls, path: str | os.PathLike[str] | None = None) -> Repository:
        """Find the repository that a folder lies in.

        Parameters
        ----------
        path
            The folder; ``None`` stands for here and honours ``GIT_DIR`` and the like, as git sets them for hooks.

        Raises
        ------
        NotARepositoryError
            If there is none, or git refuses to use it.
        """
        folder = Path(os.fspath(path)) if path is not None else Path.cwd()
        environment = dict(os.environ)
        if path is not None:
            for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY",
                         "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_NAMESPACE", "GIT_PREFIX"):
                environment.pop(name, None)
        else:
            _make_absolute(environment, folder)
        found = Git(folder, environment=environment).run(
            "rev-parse", "--path-format=absolute", "--absolute-git-dir", "--git-common-dir", "--is-bare-repository",
            "--is-shallow-repository", "--show-toplevel", check=False,
        )
        lines = os.fsdecode(found).split("\n")
        if len(lines) < 5:
            raise NotARepositoryError(_refusal(folder, environment))
        git_dir, common_dir = Path(lines[0]), Path(lines[1])
        is_bare, is_shallow = lines[2] == "true", lines[3] == "true"
        top = "\n".join(lines[4:]).removesuffix("\n")
        # git hands hooks an index file relative to where it started them, and that is the top of the work tree
        if environment.get("GIT_INDEX_FILE") and path is None:
            environment["GIT_INDEX_FILE"] = os.path.join(top or folder, environment["GIT_INDEX_FILE"])  # noqa: PTH118
        git = Git(git_dir, git_dir=git_dir, environment=environment)
        return cls(git, git_dir, common_dir, Path(top) if top and not is_bare else None, is_bare, is_shallow)

    @cached_property
    def is_partial(self) -> bool:
        """Whether objects may be missing because the clone left them at its origin."""
        return bool(self.config("extensions.partialClone"))

    @cached_property
    def empty_tree(self) -> str:
        """The id of the tree without entries, in this repository's object format."""
        return self.git.run("hash-object", "-t", "tree", "--stdin").decode().strip()

    def head(self) -> str | None:
        """Return the commit that is checked out, ``None`` on a branch without commits."""
        found = self.git.run("rev-parse", "--verify", "--quiet", "HEAD^{commit}", check=False).decode().strip()
        return found or None

    def resolve(self, revision: str) -> str:
        """Return the full id of the commit a revision names.

        Raises
        ------
        GitError
            If it names none.
        """
        unknown = GitError(f"revision '{revision}': names no commit of this repository; try a branch, tag or commit id")
        if not revision or revision.startswith("-") or "\0" in revision:
            raise unknown
        found = self.git.run(
            "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}", check=False
        ).decode("ascii", "replace").strip()
        if not _OBJECT_ID.fullmatch(found):
            raise unknown
        return found

    def tree_of(self, commit: str) -> str:
        """Return the id of a commit's tree."""
        return self.git.run("rev-parse", "--verify", f"{commit}^{{tree}}").decode().strip()

    def config(self, name: str) -> str | None:
        """Return the last value of a setting, ``None`` where it is not set."""
        return self.git.config(name)

    def hooks_dir(self) -> Path:
        """Return the folder that git looks for hooks in, ``core.hooksPath`` respected."""
        configured = self.git.config("core.hooksPath")
        if configured:
            path = Path(os.path.expanduser(configured))  # noqa: PTH111 - as git does it
            return path if path.is_absolute() else (self.work_tree or self.git_dir) / path
        return self.common_dir / "hooks"


def _make_absolute(environment: dict[str, str], folder: Path) -> None:
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY"):
        if environment.get(name):
            environment[name] = str(folder / environment[name])


def _refusal(folder: Path, environment: dict[str, str]) -> str:
    try:
        Git(folder, environment=environment).run("rev-parse", "--git-dir")
    except GitError as error:
        if "dubious ownership" in str(error):
            remedy = f"git config --global --add safe.directory '{folder}'"
            return f"{folder}: git refuses a repository of another owner; run: {remedy}"
    return f"{folder}: not a git repository (or any folder above it)"
