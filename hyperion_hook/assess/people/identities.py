"""People behind names and addresses: the same person commits from several machines and is named in trailers."""

from __future__ import annotations

from collections.abc import Iterable

from hyperion_hook.domain.author import Author
from hyperion_hook.domain.message.programs import is_program, without_agent

_NOBODY = frozenset(("", "root", "unknown", "none", "noreply", "your name", "user", "admin", "github"))
"""Names and addresses that many people or none have."""

_HOSTS_OWN = "noreply@github.com"
"""The committer of what was merged on the host's site."""


class People:
    """Tells persons apart by mail address and by name: whoever shares one of both is the same person.

    Examples
    --------
    >>> people = People([Author("Ada", "ada@example.org"), Author("Ada L.", "ada@example.org"), Author("ada l.", "")])
    >>> people.of(Author("Ada", "")) == people.of(Author("ADA L.", "other@example.org"))
    True
    >>> people.of(Author("GitHub", "noreply@github.com")) is None
    True
    """

    def __init__(self, known: Iterable[Author] = ()) -> None:
        self._above: dict[str, str] = {}
        self._names: dict[str, str] = {}
        self._read: dict[tuple[str, str], tuple[str, list[str]]] = {}
        for author in known:
            self.of(author)

    def of(self, author: Author) -> str | None:
        """Return a key of the person, ``None`` for a program and for nobody in particular.

        The key may change when more is learned, so ask again after the last author.
        """
        given = author.name, author.email
        shown, keys = self._read.get(given) or self._read.setdefault(given, _keys_of(author))
        if not keys:
            return None
        name, first = shown.lower(), self.root(keys[0])
        for key in keys[1:]:
            other = self.root(key)
            if other != first:
                self._above[other] = first
        if name not in _NOBODY and "@" not in name:
            self._names.setdefault(first, shown)
        return first

    def name(self, key: str) -> str | None:
        """Return the name first seen of a person, ``None`` where only an address is known."""
        root = self.root(key)
        return next((name for known, name in self._names.items() if self.root(known) == root), None)

    def root(self, key: str) -> str:
        """Return the key that stands for a person by now."""
        while (above := self._above.get(key)) is not None:
            key = above
        return key


def _keys_of(author: Author) -> tuple[str, list[str]]:
    """Return the name to show and what tells a person, nothing for a program and for nobody in particular."""
    email = author.email.lower().strip()
    if is_program(author) or email == _HOSTS_OWN:
        return "", []
    shown = " ".join(without_agent(author.name).split())
    known = (("name", shown.lower()), ("email", email))
    return shown, [f"{kind}:{text}" for kind, text in known if text not in _NOBODY]
