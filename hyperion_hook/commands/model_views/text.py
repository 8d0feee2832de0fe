"""What ``models`` shows: the list, and what is known of one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from hyperion_hook.domain.phrases import number
from hyperion_hook.report.formats.json_text import json_text
from hyperion_hook.report.safe_text import printable
from hyperion_hook.store.models.metadata import RISK_PREDICTOR

if TYPE_CHECKING:
    from hyperion_hook.scoring.bundle import Bundle
    from hyperion_hook.store.models.metadata import ModelMetadata


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of the list: where the models are, which version, how far it has come, and what is known of it.

    ``name`` is what the registry calls them; ``note`` is what keeps ``score`` from using them.
    """

    where: str
    version: str | None
    status: str | None
    in_use: bool
    trained_on: str | None = None
    digest: str | None = None
    fault: str | None = None
    name: str | None = None
    note: str | None = None


def models_text(models: Sequence[Listed]) -> str:
    """Return a line for each model: the one in use with an asterisk, a damaged one with its fault."""
    rows = [
        [
            f"{'*' if model.in_use else ' '} {_where(model)}",
            model.version or "-",
            model.status or "-",
            model.fault or model.note or f"trained on {model.trained_on}, digest {str(model.digest)[:12]}",
        ]
        for model in models
    ]
    return "".join(printable(line) + "\n" for line in table(rows))


def _where(model: Listed) -> str:
    return model.where if model.name in {None, RISK_PREDICTOR} else f"{model.where} ({model.name})"


def models_json(models: Sequence[Listed]) -> str:
    """Return the same as JSON."""
    return json_text([asdict(model) for model in models], indent=2)


def card_text(bundle: Bundle | None, record: ModelMetadata | None = None) -> str:
    """Return what is known of models: name, origin, features and card, and what the registry has on record of them.

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
        if len(rows) == len(value) and not any(_has_records(row) for row in rows) and columns:
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


def _has_records(row: Mapping[str, object]) -> bool:
    return any(isinstance(part, list) and part and isinstance(part[0], dict) for part in row.values())


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
    """Return all that is known of a version, as data."""
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
