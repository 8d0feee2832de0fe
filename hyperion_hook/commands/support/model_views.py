"""The views of ``models``: the list of the registry's, the configured and the bundled ones, and the card of one."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from hyperion_hook.assess.models import ModelOrigin, models_in_use
from hyperion_hook.commands import warn
from hyperion_hook.config.load import Config
from hyperion_hook.domain.phrases import number
from hyperion_hook.errors import ArtefactError, ConfigError, NotARepositoryError
from hyperion_hook.git.repository import Repository
from hyperion_hook.report.formats.json_text import json_text
from hyperion_hook.report.safe_text import printable
from hyperion_hook.scoring.bundle import Bundle, bundled_models, load_bundle
from hyperion_hook.store.models.metadata import RISK_PREDICTOR, ModelMetadata
from hyperion_hook.store.models.version_store import VersionStore

BUNDLED = "bundled"
"""Stands for the models that came with the program where a version is asked for."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of the list: where the models are, which version, how far it has come, and what is known of it.

    ``name`` is what the registry calls them; ``note`` is what keeps ``score`` from using them.
    """

    where: str
    version: str | None = None
    status: str | None = None
    in_use: bool = False
    trained_on: str | None = None
    digest: str | None = None
    fault: str | None = None
    name: str | None = None
    note: str | None = None


def common_dir_of(repo: Path | None) -> Path | None:
    """Return the git directory that the registry lies in, ``None`` outside a repository."""
    try:
        return Repository.discover(repo).common_dir
    except NotARepositoryError:
        return None


def registry_of(repo: Path | None) -> VersionStore:
    """Return the registry of a repository; raise ``NotARepositoryError`` if the folder is in none."""
    return VersionStore.of(Repository.discover(repo).common_dir)


def listed(common_dir: Path | None, config: Config) -> list[Listed]:
    """Return all models there are: those of the registry, newest first, the configured and the bundled ones."""
    try:
        used = models_in_use(config.models, common_dir)
    except ArtefactError:
        used = None
    models = [] if common_dir is None else list(_registered(common_dir, used.version if used else None))
    if config.models is not None:
        models.append(_folder("configured", lambda: load_bundle(config.models), in_use=True))
    models.append(_folder(BUNDLED, load_bundle, in_use=used is not None and used.origin is ModelOrigin.BUNDLED))
    return models


def _registered(common_dir: Path, in_use: str | None) -> Iterator[Listed]:
    registry = VersionStore.of(common_dir)
    # what score can use comes first
    for name in sorted(registry.names(), key=lambda name: (name != RISK_PREDICTOR, name)):
        try:
            versions = registry.versions(name)
        except (ArtefactError, ConfigError) as error:
            yield Listed("registry", name=name, fault=str(error))
            continue
        for version, status in reversed(versions.items()):
            entry = Listed("registry", version, status.value, name=name)
            try:
                registry.folder(name, version)
                result = registry.find(name, version)
            except ArtefactError as error:
                yield replace(entry, fault=str(error))
                continue
            main = result.files.get("manifest.json") or next(iter(result.files.values()))
            is_used = name == RISK_PREDICTOR
            count = f"{result.training_samples:,} " if result.training_samples else ""  # 0 where nobody said how many
            yield replace(
                entry,
                status=result.status.value,
                in_use=is_used and version == in_use,
                trained_on=result.description or f"{count}rows of its own",
                digest=main.sha256,
                note=f"{result.model_type} {result.not_scored}" if result.not_scored and is_used else None,
            )


def _folder(where: str, load: Callable[[], Bundle], *, in_use: bool) -> Listed:
    try:
        bundle = load()
    except ArtefactError as error:
        return Listed(where, in_use=in_use, fault=str(error))
    return Listed(where, bundle.version, None, in_use, bundle.trained_on, bundle.digest)


def shown(
    repo: Path | None, name: str, version: str | None, config: Config
) -> tuple[Bundle | None, ModelMetadata | None]:
    """Return the models of a version, and what the registry has on record of them.

    Without a version those in use of what ``score`` uses, the latest of anything else. A version that is kept as an
    estimator only has no bundle.

    Raises ``ConfigError`` if there is no such version; ``ArtefactError`` if they are damaged.
    """
    if version is None and name != RISK_PREDICTOR:
        version = "latest"
    if version is None:
        used = models_in_use(config.models, common_dir_of(repo))
        warn(used.warnings)
        if used.version is None:
            return used.bundle, None
        version = used.version
    record = None if version == BUNDLED else registry_of(repo).find(name, version)
    folder = version_folder(repo, name, version)
    return (None if record is not None and record.not_scored else load_bundle(folder)), record


def version_folder(repo: Path | None, name: str, version: str) -> Path:
    """Return the folder of a version, its files checked; ``bundled`` stands for the models that came with the program.

    Raises ``ConfigError`` if there is no such version; ``ArtefactError`` if its files are not as they were
    registered.
    """
    return bundled_models() if version == BUNDLED else registry_of(repo).folder(name, version)


def models_text(models: Sequence[Listed]) -> str:
    """Return a line for each model: the one in use with an asterisk, a damaged one with its fault."""
    rows = [
        [
            f"{'*' if model.in_use else ' '} {model.where}"
            + ("" if model.name in {None, RISK_PREDICTOR} else f" ({model.name})"),
            model.version or "-",
            model.status or "-",
            model.fault or model.note or f"trained on {model.trained_on}, digest {str(model.digest)[:12]}",
        ]
        for model in models
    ]
    return "".join(printable(line) + "\n" for line in table(rows))


def models_json(models: Sequence[Listed]) -> str:
    """Return the same as JSON."""
    return json_text([asdict(model) for model in models], indent=2)


def card_text(bundle: Bundle | None, record: ModelMetadata | None = None) -> str:
    """Return a page about models: name, origin, features and card, and their record in the registry.

    One of the two may be missing: the bundle of an estimator that ``score`` cannot use, the record of other models.
    """
    lines = []
    if bundle is not None:
        lines = [
            f"{bundle.name} {bundle.version}",
            *([] if record is None else [f"{record.status}; {_decision(record)}"]),
            f"trained on {bundle.trained_on}",
            f"digest {bundle.digest}",
            f"{len(bundle.risk.features)} features: {', '.join(bundle.risk.features)}",
            "",
            *_outline(bundle.card, 0),
        ]
    elif record is not None:
        lines = [f"{record.name} {record.version}", f"{record.status}; {_decision(record)}", record.not_scored]
    if record is not None and record.artefact:
        lines += ["", *_outline({"record": _record(record)}, 0)]
    return "".join(printable(line, most=10_000) + "\n" for line in lines)


_COLUMNS = (
    "model",
    "name",
    "roc_auc",
    "roc_auc_over_la",
    "pr_auc",
    "calibration_error",
    "share_in_top_5_percent",
    "changes",
    "predicted",
    "observed",
    "buggy",
    "fixes",
    "left out of training",
)
"""What a table of a card shows of its rows; ``--format json`` has the rest."""


def _outline(value: object, depth: int) -> Iterator[str]:
    """Yield a card's entries as an indented outline, its lists of records as tables."""
    indent = "  " * depth
    if isinstance(value, dict):
        for key, entry in value.items():
            if isinstance(entry, dict | list) and entry and not _is_flat(entry):
                yield f"{indent}{key}:"
                yield from _outline(entry, depth + 1)
            else:
                yield f"{indent}{key}: {_inline(entry)}"
    elif isinstance(value, list):
        rows = [entry for entry in value if isinstance(entry, dict)]
        columns = [column for column in _COLUMNS if any(column in row for row in rows)]
        parts = [part for row in rows for part in row.values()]
        has_records = any(isinstance(part, list) and part and isinstance(part[0], dict) for part in parts)
        if len(rows) == len(value) and columns and not has_records:
            cells = [[_inline(row.get(column)) for column in columns] for row in rows]
            yield from (indent + line for line in table([columns, *cells]))
            return
        for entry in value:
            if isinstance(entry, dict | list):
                yield from _outline(entry, depth)
                yield ""
            else:
                yield f"{indent}- {_inline(entry)}"


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return rows of cells as lines with aligned columns.

    Examples
    --------
    >>> table([["model", "AUC"], ["la", "0.7"]])
    ['model  AUC', 'la     0.7']
    """
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _is_flat(value: object) -> bool:
    """Whether a list is short enough for one line."""
    if not isinstance(value, list) or any(isinstance(entry, dict | list) for entry in value):
        return False
    return sum(len(str(entry)) for entry in value) <= 80


def _inline(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return number(value)
    if isinstance(value, list) and len(value) == 3 and all(isinstance(part, float) for part in value):
        middle, low, high = (f"{part:.3f}" for part in value)
        return f"{middle} ({low} to {high})"
    if isinstance(value, list):
        return ", ".join(_inline(entry) for entry in value)
    return json.dumps(value) if isinstance(value, dict) else str(value)


def _decision(record: ModelMetadata) -> str:
    if record.validation:
        return "validated: its files are whole, it loads, and it says the same in both forms"
    return str(record.validation_results.get("decision", "nothing is on record of why"))


def _record(record: ModelMetadata) -> dict[str, object]:
    created = None if record.created_at is None else record.created_at.isoformat()
    files = {name: {"bytes": digest.bytes, "sha256": digest.sha256} for name, digest in record.files.items()}
    return asdict(record) | {"created_at": created, "files": files, "status": record.status.value}


def card_json(bundle: Bundle | None, record: ModelMetadata | None = None) -> str:
    """Return the same as JSON; what a bundle alone has is ``null`` without one."""
    known = bundle or record
    return json_text(
        {
            "name": known and known.name,
            "version": known and known.version,
            "trained_on": bundle and bundle.trained_on,
            "digest": bundle and bundle.digest,
            "status": None if record is None else record.status,
            "decision": None if record is None else _decision(record),
            "features": list(bundle.risk.features) if bundle else record and record.training_features,
            "card": bundle and bundle.card,
            "record": None if record is None else _record(record),
        },
        indent=2,
    )
