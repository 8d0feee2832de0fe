"""The address at which MLflow keeps runs and models, and the files beside it."""

from __future__ import annotations

import os
import re
import sys
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

from hyperion_hook.errors import ConfigError, GitError
from hyperion_hook.git.environment.neutral import cache_folder
from hyperion_hook.git.repository import Repository
from hyperion_hook.store.files.foreign_sqlite import check_foreign_form
from hyperion_hook.store.files.sqlite_checks import UnfitError
from hyperion_hook.store.files.whole_files import real_folder

DEFAULT_URI = "sqlite:///mlflow.db"
FOLDER = Path("hyperion-hook") / "mlflow"
"""Where the default database lies in the git directory."""

_SQLITE = "sqlite:///"
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")
_NAMES = frozenset({"databricks", "databricks-uc", "uc"})
"""Addresses of MLflow's that are words; every other one without a scheme is a path."""


def placed(uri: str, folder: Path | None = None) -> str:
    """Return an address that means the same wherever it is used.

    Raises ``ConfigError`` if it is empty, or there is no place for the default. The default URI is nobody's choice of a
    folder, so its database lies in the git directory of the repository one stands in, or in the user's cache folder. A
    relative path is relative to ``folder``, by default where one stands.

    Examples
    --------
    >>> placed("file:./mlruns", Path("/work tree")), placed("sqlite:///runs.db", Path("/data"))
    ('file:///work%20tree/mlruns', 'sqlite:////data/runs.db')
    >>> placed("https://example.org")
    'https://example.org'
    """
    if not uri.strip():
        raise ConfigError("MLflow: the tracking URI is empty; set MLFLOW_TRACKING_URI, for example to file:./mlruns")
    if uri == DEFAULT_URI and folder is None:
        folder, root = _home()
        try:
            real_folder(folder, root)
            check_foreign_form(folder / DEFAULT_URI.removeprefix(_SQLITE), root)
        except (UnfitError, OSError) as error:
            reason = getattr(error, "strerror", None) or error
            raise ConfigError(f"{folder}: {reason}; set MLFLOW_TRACKING_URI to a place of yours") from None
    base = (folder or Path()).absolute()
    if uri.startswith(_SQLITE):
        path, question, more = uri.removeprefix(_SQLITE).partition("?")
        return f"{_SQLITE}{(base / path).resolve()}{question}{more}" if path and path != ":memory:" else uri
    if is_file_store(uri):
        return (base / path_of(uri)).resolve().as_uri()
    return uri


def current_uri() -> str:
    """Return where MLflow looks (``mlflow.set_tracking_uri``, ``MLFLOW_TRACKING_URI``), else our default database."""
    # importing MLflow to ask it would have it report its use; if nobody has, nobody has named it an address
    mlflow = sys.modules.get("mlflow")
    if mlflow is not None and mlflow.is_tracking_uri_set():
        return placed(mlflow.get_tracking_uri(), Path.cwd())
    named = os.environ.get("MLFLOW_TRACKING_URI")
    return placed(named, Path.cwd()) if named else placed(DEFAULT_URI)


def is_file_store(uri: str) -> bool:
    """Whether an address is a folder of files.

    Examples
    --------
    >>> is_file_store("file:./mlruns"), is_file_store("mlruns"), is_file_store("sqlite:///mlflow.db")
    (True, True, False)
    """
    return uri.startswith("file:") or not (_SCHEME.match(uri) or uri in _NAMES)


def is_server(uri: str) -> bool:
    """Whether an address is a server's."""
    return uri.startswith(("http://", "https://"))


def local_folder(uri: str) -> Path | None:
    """Return the folder of this machine that a placed address writes to, ``None`` if it is somewhere else.

    Examples
    --------
    >>> local_folder("sqlite:////data/mlflow.db"), local_folder("https://example.org")
    (PosixPath('/data'), None)
    """
    if uri.startswith(_SQLITE):
        return Path(uri.removeprefix(_SQLITE).partition("?")[0]).parent
    return path_of(uri) if is_file_store(uri) else None


def artifact_location(uri: str, experiment: str) -> str | None:
    """Return where the files of a new experiment go: beside a database, ``None`` for the store's own choice.

    MLflow would put them where one happens to stand.

    Examples
    --------
    >>> artifact_location("sqlite:////data/mlflow.db", "a/b")
    'file:///data/mlruns/a_b'
    """
    folder = local_folder(uri) if uri.startswith(_SQLITE) else None
    return None if folder is None else (folder / "mlruns" / re.sub(r"[^\w.-]|^\.+", "_", experiment)[:100]).as_uri()


def path_of(uri: str) -> Path:
    """Return the folder that the address of a store of files names."""
    if not uri.startswith("file:"):
        return Path(uri)
    path = urlsplit(uri).path
    # 'file:./mlruns' has a relative path, which has no place for a drive
    return Path(url2pathname(path)) if path.startswith("/") else Path(unquote(path))


def _home() -> tuple[Path, Path | None]:
    """Return the folder of the default database, and the one above from which on no link is followed."""
    with suppress(GitError):
        common_dir = Repository.discover(None).common_dir
        return common_dir / FOLDER, common_dir
    try:
        return cache_folder() / FOLDER.name, None
    except OSError:
        raise ConfigError("MLflow: no home folder for mlflow.db; set MLFLOW_TRACKING_URI") from None
