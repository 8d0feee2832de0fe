"""MLflow's registered models beside our registry: the same versions, in the same state, under the same names.

MLflow numbers versions itself, so ours is a tag. Where a version stands is told three times: by a tag, by an alias
(``models:/risk_predictor@production``), and by the stage that older programs ask for
(``models:/risk_predictor/production``).
"""

from __future__ import annotations

from typing import Any

from hyperion_hook.store.model_metadata import Status
from hyperion_hook.training.tracking_run import EXISTS

VERSION_TAG = "version"
STATUS_TAG = "status"
_STAGES = {
    Status.TRAINED: "None", Status.VALIDATED: "Staging", Status.PRODUCTION: "Production", Status.DEPRECATED: "Archived",
}
_ALIASED = (Status.VALIDATED, Status.PRODUCTION)


def register(client: Any, model_id: str, run_id: str, name: str, version: str) -> str:
    """Make a logged model a version of a registered model, and return MLflow's number of it.

    A version of ours that MLflow has already is not made again.

    Parameters
    ----------
    client
        MLflow's.
    model_id, run_id
        Of the logged model.
    name, version
        As in our registry.
    """
    from mlflow.exceptions import MlflowException  # noqa: PLC0415 - takes seconds

    try:
        client.create_registered_model(name)
    except MlflowException as error:
        if error.error_code not in EXISTS:
            raise
    found = _version(client, name, version)
    if found is None:
        found = client.create_model_version(
            name, source=client.get_logged_model(model_id).artifact_location, run_id=run_id, model_id=model_id,
            tags={VERSION_TAG: version, STATUS_TAG: Status.TRAINED.value}, await_creation_for=0,
            description=f"{name} {version} of hyperion-hook",
        )
    return str(found.version)


def mirror(client: Any, name: str, version: str, status: str) -> bool:
    """Have a version where our registry has it; ``False`` if MLflow does not know the version.

    What was in production before is deprecated, as in our registry.
    """
    now = Status(status)
    found = _version(client, name, version)
    if found is None:
        return False
    aliases = dict(client.get_registered_model(name).aliases)
    before = aliases.get(Status.PRODUCTION.value)
    if now is Status.PRODUCTION and before is not None and str(before) != str(found.version):
        _set(client, name, str(before), Status.DEPRECATED, aliases)
    _set(client, name, str(found.version), now, aliases)
    return True


def _set(client: Any, name: str, number: str, status: Status, aliases: dict[str, Any]) -> None:
    client.set_model_version_tag(name, number, STATUS_TAG, status.value)
    if status in _ALIASED:
        client.set_registered_model_alias(name, status.value, number)
    for other in _ALIASED:
        if other is not status and str(aliases.get(other.value)) == number:
            client.delete_registered_model_alias(name, other.value)
    # announced to go one day; then the aliases remain
    stage = getattr(client, "transition_model_version_stage", None)
    if stage is not None:
        stage(name, number, _STAGES[status])


def _version(client: Any, name: str, version: str) -> Any:
    wanted = f"name = '{name}' AND tags.{VERSION_TAG} = '{version}'"
    return next(iter(client.search_model_versions(wanted)), None)
