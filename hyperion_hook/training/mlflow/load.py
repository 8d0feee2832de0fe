"""A model that MLflow keeps, loaded without MLflow's loaders: those unpickle, and import what a model names.

The ``MLmodel`` file is read as data. What it may name is one of our bundles, a skops file or XGBoost's JSON; every
estimator passes the audit of ``model_files.skops_audit``, whatever types the model itself calls trusted.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hyperion_hook.errors import ArtefactError, ConfigError, HyperionError
from hyperion_hook.report.safe_text import printable, without_password
from hyperion_hook.scoring.bundle import MANIFEST, MAX_FILE_BYTES, MAX_FILES, MAX_MANIFEST_BYTES, Bundle, load_bundle
from hyperion_hook.training.mlflow.address import current_uri
from hyperion_hook.training.mlflow.guarded_calls import Patience, bounded, client_of, in_one_line, need_mlflow
from hyperion_hook.training.mlflow.model_downloads import NoFileError, Read, plain_path, reader_of
from hyperion_hook.training.mlflow.models import AUDITED, LOADER
from hyperion_hook.training.mlflow.owner import owner_of
from hyperion_hook.training.model_files.skops_audit import MAX_BYTES, RefusedError
from hyperion_hook.training.model_files.skops_files import unpacked
from hyperion_hook.training.model_files.xgboost_audit import boosted

LOAD_SECONDS = 120.0
"""How long a model may take to come."""

DESCRIPTION = "MLmodel"
_MODEL = re.compile(r"models:/{1,3}([^/@:]{1,256})(?:@([^/@]{1,256})|/([^/@]{1,256}))?/?")
_RUN = re.compile(r"runs:/{1,3}([A-Za-z0-9_-]{1,100})/(.{1,500})", re.DOTALL)
_DATABRICKS = ("databricks", "uc:")
_MOST_STEPS = 4
"""From one name to another."""
_MOST_OF_A_DESCRIPTION = 256_000
_MOST_DEPTH = 12
_NONE = frozenset({"", "null", "~"})
_CLASSES = {f"xgboost.sklearn.{name}": name for name in ("XGBClassifier", "XGBRegressor")}
_FORMS = (
    "skops files of trusted types, XGBoost's JSON and this program's bundles are; log the model with MLFlowTracker, or "
    "name another as models:/NAME@ALIAS"
)


def load_model(uri: str) -> tuple[Bundle | Any, tuple[str, ...]]:
    """Return a model that MLflow keeps, and the columns that its signature names.

    The address is ``models:/NAME@ALIAS``, ``models:/NAME/VERSION``, ``models:/ID``, ``runs:/ID/NAME``, or a model's
    folder.

    Raises ``MissingExtraError`` without the extra ``mlflow``; ``ConfigError`` if there is no such model, or it has
    another form.
    """
    need_mlflow("from_mlflow")
    patience = Patience(LOAD_SECONDS)
    tracking_uri = current_uri()
    try:
        return bounded(
            tracking_uri, lambda: _loaded(reader_of(_location_of(uri, tracking_uri), tracking_uri, patience))
        )
    except HyperionError as error:
        remedy = _FORMS if isinstance(error, RefusedError) else "set MLFLOW_TRACKING_URI to where it is"
        reason = in_one_line(error)
    shown = printable(without_password(uri), most=200)
    raise ConfigError(f"MLflow: '{shown}' cannot be loaded ({reason}); {remedy}")


def _location_of(uri: str, tracking_uri: str) -> str:
    """Return the folder, address or bucket that holds a model.

    Raises ``RefusedError`` if it cannot name a model, or an alias or stage leads to a model of another repository. A
    location that is neither ``models:/...`` nor ``runs:/...`` is returned as it is.
    """
    client = None
    for _ in range(_MOST_STEPS):
        scheme = uri.partition(":")[0].lower()
        if scheme not in {"models", "runs"} or (scheme == "models" and tracking_uri.startswith(_DATABRICKS)):
            return uri
        client = client or client_of(tracking_uri)
        uri = _of_model(client, uri) if scheme == "models" else _of_run(client, uri)
    raise RefusedError("it leads from one name to another")


def _of_model(client: Any, uri: str) -> str:
    match = _MODEL.fullmatch(uri)
    if match is None:
        raise RefusedError("it is no name of a model")
    name, alias, suffix = match.groups()
    if alias is None and suffix is None:
        return str(client.get_logged_model(name).artifact_location)
    if suffix is not None and suffix.isdecimal():
        # a version that is named by its number is wanted, whosever it is
        return str(client.get_model_version_download_uri(name, suffix))
    if alias is not None:
        version = client.get_model_version_by_alias(name, alias)
    else:
        latest = client.get_latest_versions(name, None if suffix.lower() == "latest" else [suffix])
        if not latest:
            raise RefusedError(f"no version of {name} has the stage {suffix}")
        version = max(latest, key=lambda entry: int(entry.version))
    owner = owner_of()
    if owner.is_stranger(version.tags):
        raise RefusedError(
            f"it is version {version.version} of {name}, which {owner.described(version.tags)}; to load it all the "
            f"same: models:/{name}/{version.version}"
        )
    return str(client.get_model_version_download_uri(name, str(version.version)))


def _of_run(client: Any, uri: str) -> str:
    match = _RUN.fullmatch(uri)
    if match is None:
        raise RefusedError("it is no name of a run's model")
    run_id, path = match.groups()
    run = client.get_run(run_id)
    for output in getattr(run.outputs, "model_outputs", None) or ():
        logged = client.get_logged_model(output.model_id)
        if logged.name == path.strip("/"):
            return str(logged.artifact_location)
    if ".." in path.split("/"):
        raise RefusedError("it leads out of its run")
    return f"{run.info.artifact_uri.rstrip('/')}/{path.strip('/')}"


def _loaded(read: Read) -> tuple[Bundle | Any, tuple[str, ...]]:
    try:
        description = described(read(DESCRIPTION, _MOST_OF_A_DESCRIPTION))
    except NoFileError:
        # a bundle that was logged as files
        for folder in ("data/", ""):
            with suppress(NoFileError):
                return _bundle(read, folder), ()
        raise
    flavours = _mapping(description.get("flavors"))
    for name, flavour in flavours.items():
        if _mapping(flavour).get("code", "") not in _NONE:
            raise RefusedError(f"its flavour {name[:40]} brings code of its own, which is not run")
    own = _mapping(flavours.get("python_function", {}))
    if own.get("loader_module") == LOADER:
        return _bundle(read, plain_path(own.get("data")) + "/"), ()
    return _estimator(read, flavours), _columns(description)


def described(data: bytes) -> Mapping[str, Any]:
    """Return an ``MLmodel`` file as mappings, lists and texts: YAML without tags, which make types, and anchors.

    Raises ``RefusedError`` if it is no YAML, or has tags, anchors or more than a dozen levels.
    """
    import yaml

    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    depth = 0
    try:
        text = data.decode()
        for event in yaml.parse(text, Loader=loader):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) or getattr(event, "tag", None):
                raise RefusedError(f"{DESCRIPTION} has tags or anchors")
            if depth > _MOST_DEPTH:
                raise RefusedError(f"{DESCRIPTION} is nested too deeply")
        return _mapping(yaml.load(text, Loader=loader))  # noqa: S506 - makes texts, lists and mappings only
    except (yaml.YAMLError, ValueError) as error:
        raise RefusedError(f"{DESCRIPTION} is no YAML: {in_one_line(error)}") from None


def _estimator(read: Read, flavours: Mapping[str, Any]) -> Any:
    """Return the estimator of the first form that is there: ours, which holds all of it, then MLflow's."""
    ours, skops, boosting = (_mapping(flavours.get(name, {})) for name in (AUDITED, "sklearn", "xgboost"))
    if ours:
        return unpacked(read(plain_path(ours.get("estimator")), MAX_BYTES))
    if boosting.get("model_format") == "json" and boosting.get("model_class") in _CLASSES:
        from xgboost.core import XGBoostError

        text = read(plain_path(boosting.get("data")), MAX_FILE_BYTES)
        try:
            return boosted(_CLASSES[boosting["model_class"]], text)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError, XGBoostError) as error:
            raise RefusedError(f"its trees are not whole ({in_one_line(error)})") from None
    if skops.get("serialization_format") == "skops":
        return unpacked(read(plain_path(skops.get("pickled_model")), MAX_BYTES))
    kinds = {name: _mapping(flavour).get("serialization_format", "") for name, flavour in sorted(flavours.items())}
    raise RefusedError(
        "its flavours are " + (", ".join(f"{name[:40]} {kind[:40]}".strip() for name, kind in kinds.items()) or "none")
    )


def _bundle(read: Read, folder: str) -> Bundle:
    """Return a bundle; it is put together in a folder of ours, where ``load_bundle`` checks it file by file."""
    manifest = read(folder + MANIFEST, MAX_MANIFEST_BYTES)
    try:
        names = list(json.loads(manifest)["files"])
    except (ValueError, KeyError, TypeError, RecursionError):
        raise RefusedError(f"its {MANIFEST} is no manifest of models") from None
    if len(names) > MAX_FILES:
        raise RefusedError(f"its {MANIFEST} names {len(names)} files")
    with TemporaryDirectory() as scratch:
        Path(scratch, MANIFEST).write_bytes(manifest)
        for name in names:
            # a name with a slash would lead out of the folder
            Path(scratch, plain_path(name).replace("/", "-")).write_bytes(read(folder + name, MAX_FILE_BYTES))
        try:
            return load_bundle(Path(scratch))
        except ArtefactError as error:
            raise RefusedError(error.cause.replace(f"{scratch}/", "")) from None


def _columns(description: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the names of a signature's columns, none where there is no signature of named columns."""
    signature = description.get("signature")
    text = signature.get("inputs") if isinstance(signature, Mapping) else None
    if not isinstance(text, str) or text in _NONE:
        return ()
    try:
        columns = json.loads(text)
        names = tuple(str(column["name"]) for column in columns if "name" in column)
    except (ValueError, KeyError, TypeError, RecursionError):
        raise RefusedError("its signature cannot be read") from None
    return names if len(names) == len(columns) else ()


def _mapping(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise RefusedError(f"{DESCRIPTION} has a part of the wrong kind")
    return value
