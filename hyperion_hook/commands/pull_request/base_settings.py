"""Settings and models of a pull request's base: the pull request itself has no say in how it is judged.

The work tree of a job is the pull request's, so nothing is read from it: neither a configuration file, nor a folder of
models that lies in it, nor what a link in it leads to. Only a coverage report may lie there, where the job wrote it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hyperion_hook.commands.support.baseline import MOST_BYTES, SUFFIXES, Baseline, read_baseline
from hyperion_hook.config.file import FILE_NAME, MAX_BYTES, PROJECT_FILE_NAME
from hyperion_hook.config.load import LoadedConfig, load_config
from hyperion_hook.domain.files.regular import read_regular
from hyperion_hook.domain.vector import Missing
from hyperion_hook.errors import ConfigError, GitError, file_errors
from hyperion_hook.git.blobs import NO_FILE, BlobReader
from hyperion_hook.git.environment.neutral import cache_folder
from hyperion_hook.git.repository import Repository
from hyperion_hook.git.trees import list_tree

_MOST_MODEL_FILES = 100
_MOST_MODEL_BYTES = 50_000_000


@contextmanager
def trusted_settings(
    repository: Repository, base: str, head: str, environment: Mapping[str, str], flags: Mapping[str, object]
) -> Iterator[LoadedConfig]:
    """Give the settings in force as of a commit; models that lie in the repository are those of that commit, too.

    Coverage reports that ``head``, the commit under judgement, brings along are left out with a warning.

    Raises ``ConfigError`` if a setting is wrong, or the models are not there at the base.
    """
    top = repository.work_tree or repository.git_dir
    with closing(BlobReader(repository)) as reader:
        texts = {}
        for name in (FILE_NAME, PROJECT_FILE_NAME):
            content = reader.read_path(base, name, MAX_BYTES)
            if not isinstance(content, Missing):
                texts[name] = content
            elif content is not NO_FILE:
                raise ConfigError(f"{name} of {base[:10]}: {content.reason}; run: git fetch --refetch --no-filter")
        loaded = _without_brought_reports(load_config(top, environment, flags, texts), repository, reader, head)
        models = loaded.config.models
        inside = None if models is None else _below(models, top)
        if inside is None:
            yield loaded
            return
        with TemporaryDirectory(prefix="hyperion-hook-models-", dir=_folder_for_models()) as folder:
            _copy_models(repository, reader, base, inside, Path(folder))
            yield replace(loaded, config=replace(loaded.config, models=Path(folder)))


def _without_brought_reports(
    loaded: LoadedConfig, repository: Repository, reader: BlobReader, head: str
) -> LoadedConfig:
    top, commits = repository.work_tree or repository.git_dir, {head, repository.head() or head}

    def is_brought(path: Path) -> bool:
        inside = _below(path, top)
        if inside is None:
            return False
        is_linked = Path(os.path.realpath(top / path)) != Path(os.path.realpath(top)) / inside
        return is_linked or any(reader.entry(commit, inside) is not NO_FILE for commit in commits)

    reports = {name: getattr(loaded.config, name) for name in ("coverage_before", "coverage_after")}
    brought = {path for paths in reports.values() for path in paths if is_brought(path)}
    others: dict[str, Any] = {
        name: tuple(path for path in paths if path not in brought) for name, paths in reports.items()
    }
    faults = (f"coverage report '{path}': tracked or linked, so left out; let the job write it" for path in brought)
    return replace(loaded, config=replace(loaded.config, **others), warnings=(*loaded.warnings, *sorted(faults)))


def base_of(repository: Repository, commit: str) -> str:
    """Return the tree of the settings for a commit that is assessed alone: its first parent's, or the empty one."""
    try:
        return repository.resolve(f"{commit}^")
    except GitError:
        return repository.empty_tree


def baseline_in(name: str | None, repository: Repository, base: str) -> Baseline | None:
    """Return the baseline of a file, ``None`` for a revision or nothing; one in the repository is that of the base.

    Raises ``ConfigError`` if it cannot be read.
    """
    if name is None or not name.endswith(SUFFIXES):
        return None
    # what is opened must be what was looked at
    path = Path.cwd() / name
    inside = _below(path, repository.work_tree or repository.git_dir)
    if inside is None:
        with file_errors(f"baseline '{name}'", remedy="; name the SARIF file of one run", kind=ConfigError):
            content = read_regular(path, MOST_BYTES, links=True)
        return read_baseline(content.decode("utf-8", "replace"), name)
    with closing(BlobReader(repository)) as reader:
        blob = reader.read_path(base, inside, MOST_BYTES)
    if blob is NO_FILE:
        raise ConfigError(f"baseline '{name}': not in the base commit {base[:10]}; a pull request cannot bring its own")
    if isinstance(blob, Missing):
        raise ConfigError(f"baseline '{name}' of {base[:10]}: {blob.reason}")
    return read_baseline(blob.decode("utf-8", "replace"), name)


def revision_in(name: str | None) -> str | None:
    """Return the revision that a baseline is, ``None`` where it is a file or there is none."""
    return None if name is None or name.endswith(SUFFIXES) else name


def _below(path: Path, top: Path) -> str | None:
    """Return a path below a folder, ``None`` where it is not.

    No link below the folder is followed, for those are the work tree's; the ways that lead there may be links.
    """
    full, real_top = Path(os.path.normpath(top / path)), os.path.realpath(top)
    for parent in reversed((full, *full.parents)):
        # seen from the root, so what comes before the first folder inside lies outside
        real = Path(os.path.realpath(parent))
        if real.is_relative_to(real_top):
            return (real.relative_to(real_top) / full.relative_to(parent)).as_posix()
    return None


def _folder_for_models() -> Path | None:
    with suppress(OSError):  # a job without a home has a temporary folder
        folder = cache_folder()
        folder.mkdir(parents=True, exist_ok=True)
        return folder
    return None


def _copy_models(repository: Repository, reader: BlobReader, base: str, path: str, folder: Path) -> None:
    prefix = "" if path == "." else f"{path}/"
    files = {
        name.removeprefix(prefix): entry
        for name, entry in list_tree(repository, base).items()
        if name.startswith(prefix) and "/" not in name.removeprefix(prefix) and entry.is_regular
    }
    if not files:
        raise ConfigError(f"models '{path}': not in the base commit {base[:10]}; a pull request cannot bring its own")
    room = _MOST_MODEL_BYTES
    for name, entry in list(files.items())[:_MOST_MODEL_FILES]:
        content = reader.read(entry.blob, room)
        if isinstance(content, Missing):
            raise ConfigError(f"models '{path}/{name}' of {base[:10]}: {content.reason}")
        room -= len(content)
        (folder / name).write_bytes(content)
