"""MLflow's registered models beside our registry: the same versions, in the same state, under the same names.

MLflow numbers versions itself, so ours is a tag; the digest of the model's main file is another, since two clones that
learn apart number alike. Where a version stands is said three times: by a tag, by an alias
(``models:/risk_predictor@production``), and by the stage that older programs ask for
(``models:/risk_predictor/production``). Only versions of the own repository are found or changed
(``mlflow.owner``), and an alias or stage that another's version holds stays with it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hyperion_hook.errors import HyperionError
from hyperion_hook.store.models.metadata import Status
from hyperion_hook.training.mlflow.owner import Owner
from hyperion_hook.training.mlflow.run import EXISTS, LoggedRun

VERSION_TAG, STATUS_TAG, DIGEST_TAG = "version", "status", "digest"
_STAGES = {
    Status.TRAINED: "None",
    Status.VALIDATED: "Staging",
    Status.PRODUCTION: "Production",
    Status.DEPRECATED: "Archived",
}
_ALIASED = (Status.VALIDATED, Status.PRODUCTION)
_NAME = re.compile(r"[\w.+-][\w.+ -]{0,199}")
_PAGE, _MOST_PAGES = 1_000, 20
_REMEDY = "give this repository's models a name of their own by the setting mlflow-model-prefix"


class RegistrationError(HyperionError):
    """What MLflow has already stands in the way; nothing of it was changed."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A version of ours in MLflow: the registered model, our version, whose it is, and the digest where it is known."""

    name: str
    version: str
    owner: Owner
    digest: str | None = None

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


def register(client: Any, logged: LoggedRun, entry: Entry) -> str:
    """Make a logged model a version of a registered model, and return MLflow's number of it.

    A version of the same owner, number and content that MLflow has already is not made again.

    Raises ``RegistrationError`` if the name cannot be one of a registered model, or is something else's.
    """
    from mlflow.exceptions import MlflowException

    name = _checked(entry)
    try:
        client.create_registered_model(name)
    except MlflowException as error:
        if error.error_code not in EXISTS:
            raise
        try:
            client.get_registered_model(name)
        except MlflowException:
            # prompts for language models have names of the same kind
            raise RegistrationError(f"{entry} is not registered: {name} is no model there; {_REMEDY}") from None
    same = _matching(_versions(client, name), entry)
    if same:
        return _number(same[-1])
    tags = {VERSION_TAG: entry.version, STATUS_TAG: Status.TRAINED.value, **entry.owner.tags}
    if entry.digest:
        tags[DIGEST_TAG] = entry.digest
    created = client.create_model_version(
        name,
        source=client.get_logged_model(logged.model_id).artifact_location,
        run_id=logged.run_id,
        model_id=logged.model_id,
        tags=tags,
        await_creation_for=0,
        description=f"{entry} of hyperion-hook",
    )
    return _number(created)


def mirror(client: Any, entry: Entry, status: str) -> bool:
    """Have a version where our registry has it; ``False`` if MLflow does not have the version.

    What of the same repository was in production before is deprecated, as in our registry. What was only trained stays
    as it is, since nothing returns to that.

    Raises ``RegistrationError`` if a version that is not this repository's has the alias or stage; then the tag
    alone says the new status.
    """
    now, name = Status(status), _checked(entry)
    versions = _versions(client, name)
    same = _matching(versions, entry)
    if not same:
        return False
    if len({version.tags.get(DIGEST_TAG) for version in same}) > 1:
        numbers = ", ".join(map(_number, same))
        raise RegistrationError(f"{entry} is several versions of this repository there ({numbers}); pass its digest")
    number = _number(same[-1])
    if now is Status.TRAINED:
        return True
    aliases = {alias: str(holder) for alias, holder in client.get_registered_model(name).aliases.items()}
    client.set_model_version_tag(name, number, STATUS_TAG, now.value)
    own = {_number(version): version for version in versions if entry.owner.owns(version.tags)}
    if now in _ALIASED:
        foreign = [version for version in versions if _number(version) not in own]
        _check_free(now, entry, aliases.get(now.value), foreign)
    if now is Status.PRODUCTION:
        for other, version in own.items():
            serves = version.tags.get(STATUS_TAG) == now.value or aliases.get(now.value) == other
            if serves and other != number:
                _set(client, name, other, Status.DEPRECATED, aliases)
    _set(client, name, number, now, aliases)
    return True


def _check_free(status: Status, entry: Entry, holder: str | None, foreign: list[Any]) -> None:
    """Raise ``RegistrationError`` if a version of another owner has the alias, or the stage, of a status."""
    for version in foreign:
        if _number(version) == holder or getattr(version, "current_stage", None) == _STAGES[status]:
            raise RegistrationError(
                f"{entry} does not become {status.value} there: models:/{entry.name}@{status.value} is version "
                f"{_number(version)}, which {entry.owner.described(version.tags)}; {_REMEDY}, or take alias and stage "
                "from that version in MLflow"
            )


def _set(client: Any, name: str, number: str, status: Status, aliases: Mapping[str, str]) -> None:
    """Set tag, alias and stage of a version that is this repository's."""
    client.set_model_version_tag(name, number, STATUS_TAG, status.value)
    if status in _ALIASED:
        client.set_registered_model_alias(name, status.value, number)
    for other in _ALIASED:
        if other is not status and aliases.get(other.value) == number:
            client.delete_registered_model_alias(name, other.value)
    # announced to go one day; then the aliases remain
    stage = getattr(client, "transition_model_version_stage", None)
    if stage is not None:
        stage(name, number, _STAGES[status])


def _versions(client: Any, name: str) -> list[Any]:
    """Return every version of a registered model, the oldest first."""
    results: list[Any] = []
    token = None
    for _ in range(_MOST_PAGES):
        page = client.search_model_versions(f"name = '{name}'", max_results=_PAGE, page_token=token)
        results += [version for version in page if version.name == name]
        token = page.token
        if not token:
            return sorted(results, key=lambda version: int(version.version))
    raise RegistrationError(f"{name} has more than {_PAGE * _MOST_PAGES:,} versions there; {_REMEDY}")


def _matching(versions: list[Any], entry: Entry) -> list[Any]:
    return [
        version
        for version in versions
        if version.tags.get(VERSION_TAG) == entry.version
        and (entry.digest is None or version.tags.get(DIGEST_TAG) == entry.digest)
        and entry.owner.owns(version.tags)
    ]


def _checked(entry: Entry) -> str:
    for word in (entry.name, entry.version):
        if not _NAME.fullmatch(word):
            raise RegistrationError(f"'{word[:60]}' cannot be a name there; use letters, digits, _, - and .")
    return entry.name


def _number(version: Any) -> str:
    return str(version.version)
