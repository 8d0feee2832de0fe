"""Where a repository is, and what it says about itself."""

from __future__ import annotations

import os
import weakref
from collections.abc import Mapping
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any

from hyperion_hook.domain.files.regular import read_regular
from hyperion_hook.domain.late_patterns import late_pattern
from hyperion_hook.domain.light_dataclasses import dataclass, replace
from hyperion_hook.errors import GitError, NotARepositoryError
from hyperion_hook.git.environment import neutral
from hyperion_hook.git.environment.variables import trusted_folders
from hyperion_hook.git.rules.source_attributes import SOURCES_ONLY
from hyperion_hook.git.run import REMEDY, Git, complaint

_MOST_BYTES = 20_000_000  # of a file in a git directory: a list of commits, or settings
_OBJECT_ID = late_pattern(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_NAME = late_pattern(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,99}$")
_REMEDY = late_pattern(rb"git config --global --add safe\.directory [^\n]+")
_ONE_REPOSITORY = tuple(
    "GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_COMMON_DIR GIT_OBJECT_DIRECTORY GIT_NAMESPACE "
    "GIT_ALTERNATE_OBJECT_DIRECTORIES GIT_QUARANTINE_PATH GIT_PREFIX GIT_CONFIG_PARAMETERS GIT_CONFIG_COUNT".split()
)
"""What git tells the programs it starts about the repository it works on."""
_QUESTIONS = (
    "--absolute-git-dir",
    "--git-common-dir",
    "--is-bare-repository",
    "--is-shallow-repository",
    "--show-object-format",
    "--show-toplevel",
)
_HEAD = "HEAD^{commit}"
_EMPTY_TREES = {
    "sha1": "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
    "sha256": "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
}


@dataclass(frozen=True)
class Repository:
    """One repository; ``work_tree`` is ``None`` for a bare one, ``common_dir`` is shared by all its worktrees.

    ``git`` reads objects and history, ``own`` answers what depends on the repository's settings and HEAD. They are the
    same unless the repository holds attributes of its own or is a partial clone (see ``neutral``).
    """

    git: Git
    own: Git
    git_dir: Path
    common_dir: Path
    work_tree: Path | None
    is_bare: bool
    is_shallow: bool
    object_format: str
    head_at_discovery: str | None = None
    """The commit that was checked out then; ``None`` where there was none, or git did not say."""

    @classmethod
    def discover(cls, path: Any = None, program: type[Git] = Git) -> Repository:
        """Find the repository that a folder lies in.

        Raises ``NotARepositoryError`` if there is none, or git refuses to use it. ``path`` is a folder or a
        ``git.Repo``; ``None`` stands for here and honours ``GIT_DIR`` and the like, as git sets them for hooks.
        """
        if path is not None and not isinstance(path, Path):
            from hyperion_hook.git.objects import folder_of

            path = folder_of(path)
        folder = Path(os.fspath(path)).absolute() if path is not None else Path.cwd()
        if not folder.is_dir():
            raise NotARepositoryError(f"{path}: no such folder; name one inside a git repository")
        environment = dict(os.environ)
        if path is not None:
            trusted = trusted_folders(environment)
            for name in _ONE_REPOSITORY:
                environment.pop(name, None)
            environment |= trusted
        _make_absolute(environment, folder)
        answers = _ask_where(folder, environment, program)
        git_dir, common_dir = Path(answers[0]), Path(answers[1])
        is_bare = answers[2] == "true"
        top = Path(answers[5]) if answers[5] and not is_bare else None
        # git hands hooks an index file relative to where it started them, and that is the top of the work tree
        if environment.get("GIT_INDEX_FILE"):
            environment["GIT_INDEX_FILE"] = str((top or folder) / environment["GIT_INDEX_FILE"])
        own = program(git_dir, git_dir=git_dir, environment=environment)
        is_shallow, head = answers[3] == "true", answers[6] if _OBJECT_ID.fullmatch(answers[6]) else None
        repository = cls(own, own, git_dir, common_dir, top, is_bare, is_shallow, answers[4] or "sha1", head)
        return replace(repository, git=repository.git_without_attributes) if neutral.wanted(common_dir) else repository

    @cached_property
    def git_without_attributes(self) -> Git:
        """Git on which no attributes and no settings of the repository act; ``own`` where links cannot be made."""
        if self.git is not self.own:
            return self.git
        return self._git_with(neutral.EVERY_FILE) or self.own

    def comparing_sources(self) -> Repository:
        """Return this repository through a git that compares the lines of source files alone, and of a few others.

        The rest it reports as binary. Where links cannot be made it compares all: this saves time, and nobody may rely
        on what is left out.
        """
        git = self._git_with(SOURCES_ONLY)
        return self if git is None else replace(self, git=git)

    def _git_with(self, attributes: str) -> Git | None:
        folder = neutral.neutral_git_dir(self.git_dir, self.common_dir, self.object_format, attributes)
        if folder is None:
            return None
        git = self.own.at(folder, index=self.git_dir / "index")
        # the folder goes with the last one who could use it, at the latest with the process
        weakref.finalize(git, neutral.remove, folder, os.getpid())
        return git

    @cached_property
    def name(self) -> str:
        """What the repository is called in its own models and rows: what it was cloned by, wherever the clone lies."""
        address = (self.config("remote.origin.url") or "").rstrip("/").removesuffix("/.git").removesuffix(".git")
        name = _NAME.search(address)
        return name[0] if name else "this repository"

    @cached_property
    def is_partial(self) -> bool:
        """Whether objects may be missing because the clone left them at its origin."""
        if neutral.has_promised_objects(self.common_dir):
            return True
        # git takes it from this file alone, so most clones need not ask
        with suppress(OSError):
            if b"partialclone" not in read_regular(self.common_dir / "config", _MOST_BYTES, links=True).lower():
                return False
        return bool(self.config("extensions.partialClone"))

    @property
    def empty_tree(self) -> str:
        """The id of the tree without entries, which git knows without having it."""
        return _EMPTY_TREES[self.object_format]

    def cut_off(self) -> frozenset[str]:
        """Return the commits at which a shallow clone begins: they seem to have no parents and to add all files."""
        return frozenset(self.ids_in(self.common_dir / "shallow"))

    def ids_in(self, path: Path, most: int = _MOST_BYTES) -> tuple[str, ...]:
        """Return the ids that a file of at most so many bytes in a git directory lists; none where it is no such."""
        try:
            return tuple(read_regular(path, most, links=True).decode("ascii").split())
        except (OSError, UnicodeDecodeError):
            return ()

    def head(self) -> str | None:
        """Return the commit that is checked out, ``None`` on a branch without commits.

        Raises ``GitError`` if it is named and not there: that is no young repository, but a damaged one.
        """
        commit = self._commit("HEAD")
        if commit is None and (named := self._object("HEAD")):
            raise GitError(f"HEAD: bad object {named}; {REMEDY}")
        return commit

    def resolve(self, revision: str) -> str:
        """Return the full id of the commit a revision names; raise ``GitError`` if it names none."""
        commit = None
        if revision and revision[0] != "-" and "\0" not in revision:
            # what searches for a text takes all that follows for the text: so what it finds is looked at by itself
            commit = self._commit(self._object(revision) or "" if ":/" in revision else revision)
        if commit is None:
            raise GitError(f"revision '{revision}': names no commit of this repository; try a branch, tag or commit id")
        return commit

    def _commit(self, revision: str) -> str | None:
        return self._object(f"{revision}^{{commit}}") if revision else None

    def _object(self, name: str) -> str | None:
        answer = self.own.run("rev-parse", "--verify", "--quiet", "--end-of-options", name, check=False)
        identity = answer.decode("ascii", "replace").strip()
        return identity if _OBJECT_ID.fullmatch(identity) else None

    def tree_of(self, commit: str) -> str:
        """Return the id of a commit's tree; raise ``GitError`` if the commit is not there."""
        return self.git.run("rev-parse", "--verify", "--end-of-options", f"{commit}^{{tree}}").decode().split()[-1]

    def config(self, name: str) -> str | None:
        """Return the last value of a setting, ``None`` where it is not set."""
        return self.own.config(name)

    def hooks_dir(self) -> Path:
        """Return the folder that git looks for hooks in, ``core.hooksPath`` respected."""
        configured = self.own.config("core.hooksPath")
        if configured:
            path = Path(os.path.expanduser(configured))  # noqa: PTH111 - as git does it
            return path if path.is_absolute() else (self.work_tree or self.git_dir) / path
        return self.common_dir / "hooks"


def _make_absolute(environment: dict[str, str], folder: Path) -> None:
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY", "GIT_QUARANTINE_PATH"):
        if environment.get(name):
            environment[name] = str(folder / environment[name])
    name = "GIT_ALTERNATE_OBJECT_DIRECTORIES"
    if environment.get(name):
        # an entry in quotes is one whose separators are no separators: git makes those absolute itself
        parts = [environment[name]] if '"' in environment[name] else environment[name].split(os.pathsep)
        environment[name] = os.pathsep.join(part if part[:1] == '"' else str(folder / part) for part in parts)


def _ask_where(folder: Path, environment: Mapping[str, str], program: type[Git]) -> list[str]:
    """Return git's answers to all questions and HEAD, '' for the top of a work tree and HEAD where there is none."""
    git = program(folder, environment=environment)
    # asked for the top of a bare repository, or for a HEAD without commits, git ends with an error after the others
    lines = os.fsdecode(git.run("rev-parse", "--path-format=absolute", *_QUESTIONS, _HEAD, check=False)).split("\n")
    if len(lines) < len(_QUESTIONS):
        raise NotARepositoryError(_refusal(git, folder))
    head = "".join(lines[len(_QUESTIONS) :])
    is_head = head == _HEAD or _OBJECT_ID.fullmatch(head) is not None
    expected = len(_QUESTIONS) + 2 if is_head else len(_QUESTIONS) + 1
    if len(lines) <= expected and {lines[2], lines[3]} <= {"true", "false"}:
        return [*lines[: len(_QUESTIONS)], head]
    # a line feed in a path: ask one by one
    parts = [git.run("rev-parse", "--path-format=absolute", question, check=False) for question in _QUESTIONS]
    return [*(os.fsdecode(part.removesuffix(b"\n")) for part in parts), ""]


def _refusal(git: Git, folder: Path) -> str:
    message = git.error_of("rev-parse", "--git-dir")
    # git names the folder to trust, which is the top of the work tree, and quotes it for the shell
    owner = _REMEDY.search(message)
    if owner is not None:
        return f"{folder}: git refuses a repository of another owner; run: {os.fsdecode(owner[0])}"
    fault = complaint(message)
    if message and "not a git repository" not in fault:
        return f"{folder}: git refuses the repository: {fault}"
    return f"{folder}: not a git repository (nor any folder above it); name one with --repo"
