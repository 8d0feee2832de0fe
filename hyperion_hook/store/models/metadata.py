"""What the registry keeps beside a model's files: version, origin, figures. Nothing in it depends on the clock."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from hyperion_hook.domain.light_dataclasses import dataclass, field
from hyperion_hook.store.models.versions import Lineage, Version

FORMAT_VERSION = 2
"""The first had neither ``extra`` nor ``artefact``; it is read as if they were empty."""
RISK_PREDICTOR = "risk_predictor"
"""The model that ``score`` uses: a bundle."""
NOT_MEASURED = "not_measured"
"""In ``extra``: the figures that were not defined on the rows it was tested on, which had one class only."""
ESTIMATOR = "model.skops"
"""The file of a version that holds the estimator, where there is one."""
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")


class Status(StrEnum):
    """How far a version has come."""

    TRAINED = "trained"
    VALIDATED = "validated"
    PRODUCTION = "production"
    DEPRECATED = "deprecated"


class FileDigest(NamedTuple):
    """Length and SHA-256 of a file."""

    bytes: int
    sha256: str


def digests(files: Mapping[str, bytes]) -> dict[str, FileDigest]:
    """Return length and digest of each file."""
    return {file: digest_of(data) for file, data in files.items()}


def digest_of(data: bytes) -> FileDigest:
    """Return length and digest of a file's content.

    Examples
    --------
    >>> digest_of(b"")[1][:8]
    'e3b0c442'
    """
    return FileDigest(len(data), hashlib.sha256(data).hexdigest())


@dataclass(frozen=True, slots=True)
class ModelMetadata:
    """The specification's record of a model, with what it came from and the digests of its files.

    ``version`` and ``files`` are filled in when the model is registered. ``status``, ``validation`` and ``created_at``
    are no part of the stored record: the first two are the registry's to say, the last is the time of the file.

    Attributes
    ----------
    accuracy, precision, recall, f1_score
        Shares in [0, 1]; ``None`` where not known.
    training_features
        Names, in the order of the model's columns.
    training_samples
        Rows the model was fitted on.
    validation_results
        Of cross-validation, or of the comparison that decided on a promotion.
    extra
        What else was said of the model when it was saved, under names that the specification does not have.
    artefact
        What the registry found out when it saved the model: the estimator's class, versions of the libraries, and
        how far the bundle that ``score`` reads is from it (``parity``), or why there is none (``not_scored``).
    validation
        What was checked when the version became validated; empty before, and where a person vouched for it.
    """

    name: str
    model_type: str
    lineage: Lineage
    version: str = ""
    created_by: str = "hyperion-ml"
    accuracy: float | None = None
    precision: float | None = None
    recall: float | None = None
    f1_score: float | None = None
    training_features: list[str] = field(default_factory=list)
    training_samples: int = 0
    hyperparameters: Mapping[str, Any] = field(default_factory=dict)
    validation_results: Mapping[str, Any] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    description: str | None = None
    files: Mapping[str, FileDigest] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)
    artefact: Mapping[str, Any] = field(default_factory=dict)
    status: Status = Status.TRAINED
    created_at: datetime | None = None
    validation: Mapping[str, Any] = field(default_factory=dict)

    @property
    def not_scored(self) -> str:
        """Why ``score`` cannot use this version; empty where it can."""
        return str(self.artefact.get("not_scored", ""))

    @property
    def main_digest(self) -> str | None:
        """The SHA-256 of the file that is the model: the estimator, else the bundle's manifest."""
        main = self.files.get(ESTIMATOR) or self.files.get("manifest.json")
        return None if main is None else main.sha256


FIGURES = ("accuracy", "precision", "recall", "f1_score")
"""The fields that hold shares."""
_TABLES = ("hyperparameters", "validation_results", "tags", "extra", "artefact")
_NOT_STORED = ("status", "created_at", "validation")


def encode(metadata: ModelMetadata) -> bytes:
    """Return the stored form: JSON, the same bytes for the same record."""
    values = {name: value for name, value in asdict(metadata).items() if name not in _NOT_STORED}
    values["files"] = {name: digest._asdict() for name, digest in metadata.files.items()}
    text = json.dumps({"format_version": FORMAT_VERSION} | values, indent=1, sort_keys=True, allow_nan=False)
    return (text + "\n").encode("ascii")


def decode(
    data: bytes, *, status: Status, created_at: datetime, validation: Mapping[str, Any] | None = None
) -> ModelMetadata:
    """Return the record that ``encode`` stored.

    Raises ``ValueError``, ``KeyError``, ``TypeError`` or ``AttributeError`` if a part is missing or of the wrong
    kind.
    """
    values = json.loads(data)
    if values.pop("format_version") not in {1, FORMAT_VERSION}:
        raise ValueError("another format")
    metadata = ModelMetadata(
        **values
        | {
            "lineage": Lineage(**values["lineage"]),
            "training_features": list(_texts(values["training_features"])),
            "files": {plain(name, dots=True): FileDigest(**entry) for name, entry in values["files"].items()},
            "status": status,
            "created_at": created_at,
            "validation": dict(validation or {}),
        }
    )
    Version.parse(metadata.version)
    _texts([metadata.name, metadata.model_type, metadata.created_by, *asdict(metadata.lineage).values()])
    figures = [getattr(metadata, name) for name in FIGURES]
    _of_kind([figure for figure in figures if figure is not None], (int, float))
    _of_kind([metadata.training_samples, *(part.bytes for part in metadata.files.values())], (int,))
    _of_kind([getattr(metadata, name) for name in _TABLES], (dict,))
    return metadata


def plain(name: str, *, dots: bool = False) -> str:
    """Return a name that may stand in a file name; raise ``ValueError`` if it may not.

    Examples
    --------
    >>> plain("risk_predictor"), plain("manifest.json", dots=True)
    ('risk_predictor', 'manifest.json')
    """
    is_text = isinstance(name, str)
    if not is_text or not _PLAIN.fullmatch(name.replace(".", "-") if dots and name[:1] != "." else name):
        raise ValueError(f"'{str(name)[:40]}' is no plain name")
    return name


def _texts(values: Sequence[Any]) -> Sequence[str]:
    _of_kind(values, (str,))
    return values


def _of_kind(values: Iterable[Any], kinds: tuple[type, ...]) -> None:
    for value in values:
        if isinstance(value, bool) or not isinstance(value, kinds):
            raise TypeError(f"{str(value)[:40]!r} is no {kinds[0].__name__}")
