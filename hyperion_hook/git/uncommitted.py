"""What is not staged, seen as an index: the work tree, or a patch applied to HEAD.

A stand-in for the git directory (``neutral``) has an index and a folder of objects of its own, so whatever reads what
is staged reads this, and neither the repository nor its work tree is written to. None of the repository's programs run:
the stand-in has no settings that name filters.
"""

from __future__ import annotations

import os
import re
import shutil
import weakref
from collections.abc import Mapping, Sequence
from pathlib import Path

from hyperion_hook.domain.change import MOST_PATCH_BYTES, ChangeKind
from hyperion_hook.domain.light_dataclasses import replace
from hyperion_hook.errors import GitError
from hyperion_hook.git.environment import neutral
from hyperion_hook.git.repository import Repository
from hyperion_hook.git.run import Git

_MOST_UNTRACKED, _MOST_EDITED = 2000, 300
_MOST_FILE_BYTES = 20_000_000
_TIMEOUT = 300.0
_BOM = b"\xef\xbb\xbf"
_HEADER = re.compile(rb"^(?:\xef\xbb\xbf)?diff --git (.+)$", re.MULTILINE)
_SETTINGS = r"^core\.(autocrlf|eol|filemode|ignorecase|symlinks|precomposeunicode)$"
"""Settings without which a file that nobody touched looks edited; none of them names a program."""


def with_pending(repository: Repository, kind: ChangeKind, patch: bytes) -> tuple[Repository, tuple[str, ...]]:
    """Return the repository in which a pending change of this kind is staged, and what to warn of."""
    if kind is ChangeKind.PATCH:
        return with_patch(repository, patch), ()
    return with_work_tree(repository) if kind is ChangeKind.WORKTREE else (repository, ())


def with_work_tree(repository: Repository) -> tuple[Repository, tuple[str, ...]]:
    """Return the repository as if all edits and all new files that are not ignored were staged, and what to warn of.

    Raises ``GitError`` if the repository is bare, or the work tree cannot be read.
    """
    if repository.work_tree is None:
        raise GitError(f"{repository.git_dir}: a bare repository has no work tree; name a commit: score REV")
    folder, result = _stand_in(repository)
    index = Path(repository.own.environment.get("GIT_INDEX_FILE") or repository.git_dir / "index")
    if index.exists():
        shutil.copy2(index, folder / "index")  # by its time git sees which files may have been edited since
    exclude = repository.common_dir / "info" / "exclude"
    if exclude.exists():
        (folder / "info" / "exclude").symlink_to(exclude)
    git = _git_at(repository, folder, repository.work_tree, _variables(folder))
    edited = _listed(git, "--modified", "--deleted")
    new, warnings = _worth_reading(repository.work_tree, _listed(git, "--others", "--exclude-standard"))
    # not "add", which asks a submodule for its state and thereby heeds the submodule's settings
    names = b"".join(os.fsencode(name) + b"\0" for name in (*edited, *new))
    git.run("update-index", "--add", "--remove", "--replace", "-z", "--stdin", stdin=names, timeout=_TIMEOUT)
    return result, warnings


def with_patch(repository: Repository, patch: bytes) -> Repository:
    """Return the repository as if a unified patch were applied to HEAD and staged.

    Raises ``GitError`` if it is no patch, or does not fit.
    """
    if len(patch) > MOST_PATCH_BYTES:
        raise GitError(f"patch: larger than {MOST_PATCH_BYTES:,} bytes; score the commit instead")
    if not patch.strip():
        raise GitError("patch: nothing on stdin; write: git diff HEAD | hyperion-hook score -")
    folder, result = _stand_in(repository)
    git = _git_at(repository, folder, folder, _variables(folder))
    head = repository.head()
    if head is not None:
        git.run("read-tree", head, timeout=_TIMEOUT)
    sent, prefixes = _as_git_writes(patch)
    try:
        git.run("apply", "--cached", "--whitespace=nowarn", prefixes, "-", stdin=sent, timeout=_TIMEOUT)
    except GitError as error:
        where = f"HEAD ({head[:10]})" if head else "an empty repository"
        fault = str(error).removeprefix("git apply: ").partition(" (allow with")[0]
        raise GitError(f"patch: cannot be applied to {where}: {fault}; make it with: git diff HEAD") from None
    return result


def checkout_of(repository: Repository) -> tuple[Git, tuple[str, ...]] | None:
    """Return git that reads the work tree's files as they lie there, and those that differ from what is staged.

    ``None`` where there is no work tree, no stand-in, or too much differs to be worth it.
    """
    top = repository.work_tree
    folder = top and neutral.neutral_git_dir(repository.git_dir, repository.common_dir, repository.object_format)
    if top is None or folder is None:
        return None
    index = repository.own.environment.get("GIT_INDEX_FILE") or str(repository.git_dir / "index")
    git = _git_at(repository, folder, top, {"GIT_INDEX_FILE": index})
    weakref.finalize(git, neutral.remove, folder, os.getpid())
    # 'H' is a file as staged, if no other line says that it is edited, gone, in conflict, or not checked out
    marked = _listed(git, "-t", "--cached", "--modified", "--deleted")
    edited = tuple(dict.fromkeys(name[2:] for name in marked if name[0] != "H"))
    is_usual = len(edited) <= _MOST_EDITED and all(_size(top / name) <= _MOST_FILE_BYTES for name in edited)
    return (git, edited) if is_usual else None


def _as_git_writes(patch: bytes) -> tuple[bytes, str]:
    r"""Return a patch with line feeds, which a pipe of Windows makes two characters of, and what says its prefixes.

    Examples
    --------
    >>> _as_git_writes(b"diff --git a.py a.py\r\n")
    (b'diff --git a.py a.py\n', '-p0')
    """
    header = _HEADER.search(patch)
    if header and header[0].endswith(b"\r"):
        patch = patch.replace(b"\r\n", b"\n")
    names = header[1].rstrip(b"\r") if header else b""
    # with the setting diff.noprefix both sides have the same name
    is_bare = len(names) % 2 == 1 and names[: len(names) // 2] == names[len(names) // 2 + 1 :]
    return patch.removeprefix(_BOM), "-p0" if is_bare else "-p1"


def _stand_in(repository: Repository) -> tuple[Path, Repository]:
    folder = neutral.neutral_git_dir(repository.git_dir, repository.common_dir, repository.object_format)
    if folder is None:
        raise GitError("the work tree cannot be compared: the cache folder cannot be written; set XDG_CACHE_HOME")
    objects = folder / "objects"
    given = repository.own.environment
    shared = [str(objects.resolve()), *filter(None, (given.get("GIT_OBJECT_DIRECTORY"),))]
    objects.unlink()
    (objects / "info").mkdir(parents=True)
    (objects / "info" / "alternates").write_bytes(b"".join(_on_a_line(path) for path in shared))
    variables = _variables(folder)
    git = Git(folder, git_dir=folder, environment=given | variables)
    weakref.finalize(git, neutral.remove, folder, os.getpid())
    return folder, replace(repository, git=git)


def _on_a_line(path: str) -> bytes:
    r"""Return a path as git's list of folders of objects has it: in quotes where a line feed would end it.

    Examples
    --------
    >>> _on_a_line("/a b"), _on_a_line("/a\nb")
    (b'/a b\n', b'"/a\\nb"\n')
    """
    plain = os.fsencode(path)
    if b"\n" in plain:
        plain = b'"%s"' % plain.replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n")
    return plain + b"\n"


def _variables(folder: Path) -> dict[str, str]:
    return {"GIT_INDEX_FILE": str(folder / "index"), "GIT_OBJECT_DIRECTORY": str(folder / "objects")}


def _git_at(repository: Repository, folder: Path, work_tree: Path, variables: Mapping[str, str]) -> Git:
    answer = os.fsdecode(repository.own.ask("config", "--null", "--type=bool-or-str", "--get-regexp", _SETTINGS))
    values = (entry.partition("\n") for entry in answer.split("\0"))
    lines = [
        f"[core]\n\t{name.partition('.')[2]} = {value}\n"
        for name, _, value in values
        if value.lower() in {"true", "false", "input", "lf", "crlf", "native"}
    ]
    settings = (folder / "config").read_text().replace("bare = true", "bare = false")
    (folder / "config").write_text(settings + "".join(lines))
    return repository.own.in_work_tree(folder, work_tree, **variables)


def _listed(git: Git, *which: str) -> list[str]:
    names = git.run("ls-files", "-z", *which).split(b"\0")
    return list(dict.fromkeys(os.fsdecode(name) for name in names if name))


def _worth_reading(top: Path, names: Sequence[str]) -> tuple[list[str], tuple[str, ...]]:
    """Return the new files that are read, and a warning for those that are not."""
    if len(names) > _MOST_UNTRACKED:
        fault = f"{len(names):,} untracked files were not read, more than {_MOST_UNTRACKED:,}: ignore or stage them"
        return [], (fault,)
    sizes = {name: _size(top / name) for name in names if not name.endswith("/")}
    large = [name for name, size in sizes.items() if size > _MOST_FILE_BYTES]
    warnings = tuple(f"untracked and too large to read: {name}" for name in large)
    return [name for name in sizes if name not in large], warnings


def _size(path: Path) -> int:
    try:
        return path.lstat().st_size
    except OSError:
        return 0
