"""Where the files of a model are that a URI of MLflow's names; within ``guarded_calls.calling`` only."""

from __future__ import annotations

import re
from typing import Any

from hyperion_hook.training.mlflow.guarded_calls import client_of
from hyperion_hook.training.mlflow.owner import owner_of
from hyperion_hook.training.model_files.skops_audit import RefusedError

_MODEL = re.compile(r"models:/{1,3}([^/@:]{1,256})(?:@([^/@]{1,256})|/([^/@]{1,256}))?/?")
_RUN = re.compile(r"runs:/{1,3}([A-Za-z0-9_-]{1,100})/(.{1,500})", re.DOTALL)
_DATABRICKS = ("databricks", "uc:")
_MOST_STEPS = 4


def location_of(uri: str, place: str) -> str:
    """Return the folder, address or bucket that holds a model.

    Raises ``RefusedError`` if it cannot name a model, or an alias or stage leads to a model of another repository. A
    location that is neither ``models:/...`` nor ``runs:/...`` is returned as it is.
    """
    client = None
    for _ in range(_MOST_STEPS):
        scheme = uri.partition(":")[0].lower()
        if scheme not in {"models", "runs"} or (scheme == "models" and place.startswith(_DATABRICKS)):
            return uri
        client = client or client_of(place)
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
        version = max(latest, key=lambda found: int(found.version))
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
