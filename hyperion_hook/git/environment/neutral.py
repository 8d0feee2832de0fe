"""A stand-in for a git directory: the same objects and refs, but none of the repository's settings.

Three things in a git directory change what git reads and cannot be outranked on the command line: ``info/attributes``
and the ``.gitattributes`` of the index (what is a binary), and promisor remotes (missing objects are fetched, before
git 2.45 whatever the environment says). Where one of them is there, git is pointed at a folder of links, which lies in
the user's cache folder while it is needed. Such a folder can also say which files git need not compare.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

_PREFIX = "hyperion-hook-git-"
_FORGOTTEN = 86_400  # seconds: no process works on one repository that long
_SHARED = ("objects", "refs", "packed-refs", "shallow", "reftable")
EVERY_FILE = "* !diff\n"
"""Attributes of the highest rank: nothing else can say any more what is a text or which program shows it."""


def neutral_git_dir(git_dir: Path, common_dir: Path, object_format: str, attributes: str = EVERY_FILE) -> Path | None:
    """Return a new folder that serves as git directory, ``None`` where links cannot be made.

    ``object_format`` is ``sha1`` or ``sha256``. ``attributes`` are what git is to know of files; nothing else in the
    repository has a say.
    """
    import tempfile

    folder: Path | None = None
    try:
        cache = cache_folder()
        cache.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=cache))
        _sweep(folder)
        for source in (*(common_dir / name for name in _SHARED), *git_dir.glob("sharedindex.*")):
            if source.exists():
                (folder / source.name).symlink_to(source)
        (folder / "info").mkdir()
        (folder / "info" / "attributes").write_text(attributes)
        (folder / "HEAD").write_bytes((git_dir / "HEAD").read_bytes())
        (folder / "config").write_text(_settings(object_format, reftable=(common_dir / "reftable").exists()))
    except OSError:
        if folder is not None:
            remove(folder)
        return None
    return folder


def cache_folder() -> Path:
    """Return the user's cache folder of this program; raise ``OSError`` if the user has no home."""
    base = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA") or os.path.expanduser("~/.cache")  # noqa: PTH111
    if not Path(base).is_absolute():
        raise OSError(0, "no home folder", base)
    return Path(base) / "hyperion-hook"


def remove(folder: Path, owner: int | None = None) -> None:
    """Remove a stand-in, not what its links lead to; with an ``owner`` only in the process of that number."""
    if owner not in (None, os.getpid()):
        return  # a fork goes and its parent still works
    import shutil

    with suppress(OSError):
        shutil.rmtree(folder)


def _sweep(own: Path) -> None:
    """Remove the folders of processes that were killed; they hold nothing but links."""
    now = own.stat()
    for other in own.parent.glob(f"{_PREFIX}*"):
        with suppress(OSError):
            result = other.lstat()
            if result.st_uid == now.st_uid and result.st_mtime < now.st_mtime - _FORGOTTEN and not other.is_symlink():
                remove(other)


def wanted(common_dir: Path) -> bool:
    """Whether something in a git directory changes results and cannot be outranked otherwise."""
    return (common_dir / "info" / "attributes").exists() or has_promised_objects(common_dir)


def has_promised_objects(common_dir: Path) -> bool:
    """Whether some objects came from a remote that promised to hand out the missing ones later (a partial clone)."""
    try:
        with os.scandir(common_dir / "objects" / "pack") as packs:
            return any(pack.name.endswith(".promisor") for pack in packs)
    except OSError:
        return False


def _settings(object_format: str, *, reftable: bool) -> str:
    storage = "\trefStorage = reftable\n" if reftable else ""
    return (
        "[core]\n\trepositoryformatversion = 1\n\tbare = true\n"
        f"[extensions]\n\tobjectFormat = {object_format}\n{storage}"
    )
