"""Mined rows and labels on disk: compressed CSV and JSON, named after all they depend on.

Vectors and labels are kept apart, because better labels come more often than better features, and cost seconds where
vectors cost minutes. Rows are kept one by one in the feature store while they are measured (``row_journal``), and as a
whole at the end.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from hyperion_hook.domain.files.regular import ForeignFileError, read_regular
from hyperion_hook.domain.message.classify import CLASSIFIER_VERSION
from hyperion_hook.errors import TrainingError
from hyperion_hook.features.extract import code_versions
from hyperion_hook.git.blobs import BlobReader
from hyperion_hook.git.repository import Repository
from hyperion_hook.git.rules.exclusions import Exclusions
from hyperion_hook.store.feature_sets.writer import FILE_NAME
from hyperion_hook.store.files.whole_files import check_folder, write_whole
from hyperion_hook.training.labels.label import Finding, FoundBy, Label, Outcome
from hyperion_hook.training.labels.szz import LABELLER_VERSION, SzzRules
from hyperion_hook.training.rows.dataset import FEATURES, KEYS, read_table, write_table
from hyperion_hook.training.rows.options import RetrainOptions
from hyperion_hook.training.rows.replay import ReplayOptions, ReplaySummary
from hyperion_hook.training.rows.row_journal import PREFIX, RowJournal, RowsAt

_MOST_BYTES = 200_000_000

Table = tuple[pd.DataFrame, ReplaySummary]
"""Rows of one repository, and what the replay met."""


@dataclass(frozen=True, slots=True)
class LabelSummary:
    """Counts of what SZZ found."""

    fixes: int
    reverts: int
    traced_fixes: int
    inducing: int


@dataclass(frozen=True, slots=True)
class Labels:
    """The labels of the commits of one history that introduced bugs, by commit."""

    by_commit: Mapping[str, Label]
    summary: LabelSummary


class MinedStore:
    """Files of mined rows and labels; their names say what they depend on. Rows call the repository ``name``."""

    def __init__(
        self, folder: Path | None, repository: Repository, name: str, tip: str, options: ReplayOptions, rules: SzzRules
    ) -> None:
        self._folder = folder
        # in the repository's own folder its own feature store, else a file that no other machine writes to
        self._is_own = folder is not None and folder == own_folder(repository)
        safe = re.sub(r"[^A-Za-z0-9._-]+", "+", name)
        self.name = name
        self._repository, self._tip = repository, tip
        self._name = safe
        self._options = options
        self._versions = code_versions()
        # a clone that is deepened gets other rows and labels for the same commits
        self._boundary = "\n".join(sorted(repository.cut_off()))
        cut = f"-cut{_digest(self._boundary)}" if self._boundary else ""
        chosen = {name: value for name, value in asdict(options).items() if name != "sampled" or value is not None}
        extractor = f"{self._versions}-{_digest(chosen)}{cut}"
        labeller = f"l{LABELLER_VERSION}.{CLASSIFIER_VERSION}-{_digest([asdict(rules), *options.exclude])}{cut}"
        self._table = f"{safe}-{tip[:12]}-{extractor}.csv.gz"
        self._summary = f"{safe}-{tip[:12]}-{extractor}.json"
        self._labels = f"{safe}-{tip[:12]}-{labeller}.labels.json"

    def journal(self) -> RowJournal | None:
        """Return the rows measured so far in this way, whatever the newest commit was; ``None`` if none are kept."""
        if self._folder is None:
            return None
        options = self._options
        limits = (options.source_metrics, options.graph, options.max_file_bytes, options.bulk_files)
        with BlobReader(self._repository) as reader:
            excluded = Exclusions(reader, options.exclude, self._tip).digest(None)
        depends_on = _digest([limits, FEATURES, self._boundary, *filter(None, (excluded,))])
        return RowJournal(
            RowsAt(
                self._folder.parent / FILE_NAME if self._is_own else self._folder / f"{self._name}.{FILE_NAME}",
                self.name,
                self._versions,
                f"{PREFIX}{self._versions}-{depends_on}",
            )
        )

    @property
    def sources(self) -> Path | None:
        """The file that keeps code metrics by content, for all repositories of the folder."""
        return None if self._folder is None else self._folder / "code-metrics-v1.sqlite"

    @classmethod
    def is_whole(cls, repository: Repository, options: RetrainOptions) -> bool:
        """Return whether a repository's own rows and labels up to this very commit are kept: nothing is to be mined."""
        tip = repository.resolve(options.until)
        store = cls(options.vectors, repository, repository.name, tip, options.replay, options.rules)
        folder = store._folder
        return folder is not None and all((folder / name).is_file() for name in (store._summary, store._labels))

    def table(self) -> Table | None:
        """Return the kept rows, ``None`` where there are none."""
        summary = self._read(self._summary)
        if self._folder is None or summary is None:
            return None
        return read_table(self._folder / self._table), ReplaySummary(**summary)

    def keep_table(self, table: Table) -> None:
        """Keep rows."""
        if self._folder is not None:
            with self._writing(self._table):
                # labels are in a file of their own; columns of them would be 0 for every commit
                write_table(table[0].drop(columns=list(KEYS[3:])), self._folder / self._table)
            self._write(self._summary, asdict(table[1]))  # last: it says that the rows are whole

    def labels(self) -> Labels | None:
        """Return the kept labels, ``None`` where there are none."""
        stored = self._read(self._labels)
        if stored is None:
            return None
        labels = {
            commit: Label(
                commit,
                {
                    Outcome(outcome): Finding(known_at, FoundBy(found_by), weight)
                    for outcome, (known_at, found_by, weight) in findings.items()
                },
            )
            for commit, findings in stored["labels"].items()
        }
        return Labels(labels, LabelSummary(**stored["summary"]))

    def keep_labels(self, labels: Labels) -> None:
        """Keep labels."""
        findings = {
            commit: {
                outcome: (found.known_at, found.found_by, found.weight) for outcome, found in label.findings.items()
            }
            for commit, label in labels.by_commit.items()
        }
        self._write(self._labels, {"summary": asdict(labels.summary), "labels": findings})

    def _read(self, name: str) -> dict[str, Any] | None:
        if self._folder is None:
            return None
        path = self._folder / name
        try:
            content: dict[str, Any] = json.loads(read_regular(path, _MOST_BYTES))
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, ValueError, RecursionError) as error:
            raise TrainingError(f"{name}: cannot be read ({error}); delete it and mine again") from error
        return content

    def _write(self, name: str, content: dict[str, Any]) -> None:
        if self._folder is None:
            return
        with self._writing(name):
            self._folder.mkdir(parents=True, exist_ok=True)
            write_whole(self._folder / name, (json.dumps(content, indent=1, sort_keys=True) + "\n").encode())

    @contextmanager
    def _writing(self, name: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise TrainingError(f"{name}: cannot be written ({error.strerror}); name another --vectors") from error


def _digest(settings: object) -> str:
    return hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()[:8]


def own_folder(repository: Repository) -> Path:
    """Return the folder in a repository's git directory that is for its rows."""
    return repository.common_dir / "hyperion-hook" / "vectors"


def vectors_folder(repository: Repository) -> Path | None:
    """Return where a repository keeps its own rows, ``None`` where nothing can be written.

    Raises ``TrainingError`` if a link leads out of the git directory.
    """
    folder = own_folder(repository)
    try:
        check_folder(folder, repository.common_dir)
    except ForeignFileError as error:
        raise TrainingError(f"{error}; remove it or name another --vectors") from None
    above = next(path for path in (folder, *folder.parents) if path.exists())
    return folder if os.access(above, os.W_OK) else None
