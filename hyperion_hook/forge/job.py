"""One job of a pull request's pipeline, as the code host's variables describe it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from hyperion_hook.errors import ConfigError

COMMIT = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
NUMBER = re.compile(r"[1-9][0-9]{0,17}")


@dataclass(frozen=True, slots=True)
class Job:
    """What a pipeline says of its pull request."""

    api_url: str
    """The API, with no slash at the end."""
    pages: str
    """The repository's pages."""
    repository: str
    """What the API calls it."""
    number: int
    """The pull request."""
    base: str
    head: str
    """What it is merged into, as git names it, and the newest commit of what is merged."""


@dataclass(frozen=True, slots=True)
class Variables:
    """The environment of a job; ``what`` is the job that is needed, ``where`` how it comes about."""

    environment: Mapping[str, str]
    what: str
    where: str

    def read(self, name: str, form: re.Pattern[str] | None = None) -> str:
        """Return a variable; raise ``ConfigError`` if it is not set, or has another form."""
        text = self.environment.get(name, "")
        if text and (form is None or form.fullmatch(text)):
            return text
        fault = f"is '{text[:60]}'" if text else "is not set"
        raise ConfigError(
            f"comment: {name} {fault}, so this is no {self.what}; run it there ({self.where}), or use --forge none A..B"
        )
