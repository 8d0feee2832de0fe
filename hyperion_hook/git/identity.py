"""Who git would record for a commit made now, and when."""

from __future__ import annotations

import os
import re
import time

from hyperion_hook.domain.author import Author
from hyperion_hook.domain.late_patterns import late_pattern
from hyperion_hook.domain.light_dataclasses import dataclass
from hyperion_hook.git.log import parse_time
from hyperion_hook.git.repository import Repository

_IDENTITY = late_pattern(rb"(.*?) ?<([^<>\n]*+)> (-?\d+ [+-]\d{4})\n?", re.DOTALL)
# what git takes as it stands: nothing to strip from the ends, a date in its own notation
_PLAIN = late_pattern(r"[^\W_](?:[^<>\n\0]*[^\W_])?")
_DATE = late_pattern(r"@?(\d{9,11} [+-]\d{4})")
_ROLES = ("AUTHOR", "COMMITTER")


@dataclass(frozen=True, slots=True)
class Identity:
    """A person, Unix seconds and the offset from UTC in minutes; ``author`` is ``None`` where git knows nobody."""

    author: Author | None
    time: int
    utc_offset: int


def identities_of(repository: Repository, now: int | None = None) -> tuple[Identity, Identity]:
    """Return whom git would record as author and as committer, by its environment and configuration.

    ``now`` are Unix seconds that stand for the present; a date in the environment (``git commit --amend`` sets one)
    wins.
    """
    given = {role: _given(role) for role in _ROLES}
    if not any(name.startswith(("GIT_AUTHOR_", "GIT_COMMITTER_")) for name in os.environ):
        given = _listed(repository)
    author, committer = (
        _identity(role, line or repository.own.ask("var", f"GIT_{role}_IDENT"), now) for role, line in given.items()
    )
    return author, committer


def _identity(role: str, line: bytes, now: int | None) -> Identity:
    result = _IDENTITY.fullmatch(line)
    if result is None:
        return Identity(None, int(time.time()) if now is None else now, 0)
    seconds, utc_offset = parse_time(result[3])
    if now is not None and not os.environ.get(f"GIT_{role}_DATE"):
        seconds = now
    name, email = (part.decode("utf-8", "replace") for part in result.groups()[:2])
    return Identity(Author(name, email), seconds, utc_offset)


def _listed(repository: Repository) -> dict[str, bytes]:
    """Return both answers from one list of all that git knows; empty where it might guess what is not configured."""
    answers = dict(line.partition(b"=")[::2] for line in repository.own.ask("var", "-l").split(b"\n"))
    named = [answers.get(key, b"") for key in (b"user.name", b"user.email")]
    plain = all(_PLAIN.fullmatch(os.fsdecode(part)) for part in named)
    same = plain and not any(name.startswith((b"author.", b"committer.")) for name in answers)
    lines = {role: answers.get(f"GIT_{role}_IDENT".encode(), b"") for role in _ROLES}
    # a value of several lines, such as an editor's, can look like an answer: it must name whom the settings name
    return {role: line if same and line.startswith(b"%s <%s> " % (*named,)) else b"" for role, line in lines.items()}


def _given(role: str) -> bytes:
    """Return the identity that the environment gives in full, as in hooks, so that git is not asked; else nothing."""
    name, email, date = (os.environ.get(f"GIT_{role}_{part}", "") for part in ("NAME", "EMAIL", "DATE"))
    when = _DATE.fullmatch(date)
    if when is None or not _PLAIN.fullmatch(name) or not _PLAIN.fullmatch(email):
        return b""
    return os.fsencode(f"{name} <{email}> {when[1]}")
