"""The files of a model that MLflow keeps: read by name, one at a time, none larger than the caller allows.

MLflow's own download takes whole folders of any size, follows links, and sends credentials to any address that a server
names. Nothing here runs what it reads.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

from hyperion_hook.domain.files.regular import read_regular
from hyperion_hook.report.safe_text import without_password
from hyperion_hook.training.mlflow.address import is_file_store, path_of
from hyperion_hook.training.mlflow.guarded_calls import Patience
from hyperion_hook.training.model_files.skops_audit import RefusedError

Read = Callable[[str, int], bytes]
"""Returns the file of a name, which has at most so many bytes; else raises ``RefusedError``."""


class NoFileError(RefusedError):
    """There is no file of that name."""


_CLOUD = frozenset({"s3", "gs", "wasbs", "abfss", "r2", "b2", "dbfs", "models"})
"""Storage that says how large its files are; ``models`` is a registry of Databricks, which hands out credentials."""
_SERVER = frozenset({"http", "https", "mlflow-artifacts"})
_PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,99}")
_MOST_PARTS = 4
_PORTS = {"http": 80, "https": 443}
_CHUNK = 65_536


def reader_of(location: str, uri: str, patience: Patience) -> Read:
    """Return the reader of the files below a location; raise ``RefusedError`` if the location is not read from.

    Only the server of the tracking URI is sent credentials.
    """
    scheme = "" if is_file_store(location) else location.partition(":")[0].lower()
    if scheme and scheme not in _SERVER | _CLOUD:
        raise RefusedError(f"its files are at {without_password(location)[:120]}, which is not followed")
    if not scheme:
        root = path_of(location)
        return lambda name, most: _local(root, plain_path(name), most)
    from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

    store = get_artifact_repository(location, tracking_uri=uri)
    if scheme in _CLOUD:
        return lambda name, most: _listed(store, plain_path(name), most)
    if _host(store.artifact_uri) != _host(uri):
        raise RefusedError(f"its files are at {without_password(location)[:120]}, which is another server")
    return lambda name, most: _streamed(store.artifact_uri, plain_path(name), most, patience)


def plain_path(name: Any) -> str:
    """Return a path that stays below its folder; raise ``RefusedError`` if it may not.

    Examples
    --------
    >>> plain_path("data/bundle")
    'data/bundle'
    """
    parts = name.split("/") if isinstance(name, str) else []
    if not 0 < len(parts) <= _MOST_PARTS or not all(_PART.fullmatch(part) for part in parts):
        raise RefusedError(f"a file is called {str(name)[:60]!r}")
    return str(name)


def _local(root: Path, name: str, most: int) -> bytes:
    path = root / name
    try:
        if path.resolve(strict=True) != root.resolve() / name:
            raise RefusedError(f"{name} is a link")
    except FileNotFoundError:
        raise NoFileError(f"no file {name}") from None
    except (OSError, RuntimeError) as error:
        raise RefusedError(f"{name}: {error}") from None
    return _limited(path, most)


def _limited(path: Path, most: int) -> bytes:
    try:
        return read_regular(path, most, links=True)
    except OSError as error:
        raise RefusedError(f"{path.name}: {error.strerror or 'cannot be read'}") from None


def _streamed(address: str, name: str, most: int, patience: Patience) -> bytes:
    from mlflow.utils import credentials, rest_utils

    request: Any = rest_utils.http_request
    host_of: Any = credentials.get_default_host_creds
    data, plain = bytearray(), {"Accept-Encoding": "identity"}
    with request(host_of(address), f"/{name}", "GET", stream=True, extra_headers=plain) as answer:
        if answer.status_code != 200:
            raise NoFileError(f"no file {name} (status {answer.status_code})")
        while part := answer.raw.read1(_CHUNK):
            data += part
            patience.check()
            if len(data) > most:
                raise RefusedError(f"{name} is larger than {most:,} bytes")
    return bytes(data)


def _listed(store: Any, name: str, most: int) -> bytes:
    folder = name.rpartition("/")[0]
    sizes = {file.path: file.file_size for file in store.list_artifacts(folder or None) if not file.is_dir}
    if sizes.get(name) is None:
        raise NoFileError(f"no file {name}")
    if sizes[name] > most:
        raise RefusedError(f"{name} is larger than {most:,} bytes")
    with TemporaryDirectory() as scratch:
        return _limited(Path(store.download_artifacts(name, scratch)), most)


def _host(uri: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(uri)
    return parts.scheme, parts.hostname, parts.port or _PORTS.get(parts.scheme)
