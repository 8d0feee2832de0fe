"""Where words stand in the files of a commit, by one ``git grep`` over its tree or over a checkout of it."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Sequence

from hyperion_hook.domain.light_dataclasses import dataclass
from hyperion_hook.errors import GitError
from hyperion_hook.git.repository import Repository
from hyperion_hook.git.run import PATIENT_SECONDS, Git

_MOST_BYTES = 8_000_000


@dataclass(frozen=True, slots=True)
class Hit:
    """One line of a file that holds a word; ``line`` counts from 1."""

    path: str
    line: int
    text: str


def search_tree(
    repository: Repository,
    treeish: str,
    words: Sequence[str],
    *,
    paths: Collection[str] = (),
    seconds: float = PATIENT_SECONDS,
) -> list[Hit] | None:
    """Return every line of a commit's text files that holds one of the words as a whole word, case and all.

    ``None`` where git does not answer in time or cannot read a file, or the words are so common that the answer is too
    long to be of use.
    With ``paths`` only these files are looked at.
    """
    return _grep(repository.git, words, treeish, *paths, seconds=seconds)


def search_staged(
    repository: Repository,
    base: str,
    words: Sequence[str],
    elsewhere: Collection[str] = (),
    *,
    seconds: float = PATIENT_SECONDS,
) -> list[Hit] | None:
    """Return the hits of ``search_tree`` in the commit that a change is staged on, read from the checkout.

    Files that lie there plainly take a fifth of the time that unpacking them from objects does. What is edited and not
    staged is read from the commit, as are the files ``elsewhere``; what the change touches may be read from either.
    """
    # most changes search for nothing: they are spared the import
    from hyperion_hook.git.uncommitted import checkout_of

    checkout = checkout_of(repository)
    if checkout is None:
        return search_tree(repository, base, words, seconds=seconds)
    git, edited = checkout
    apart = {*edited, *elsewhere}
    plain = _grep(git, words, seconds=seconds)
    more = search_tree(repository, base, words, paths=sorted(apart), seconds=seconds) if apart else []
    if plain is None or more is None:
        return None
    hits = [hit for hit in plain if hit.path not in apart] + more
    return sorted(hits, key=lambda hit: (os.fsencode(hit.path), hit.line))


def _grep(git: Git, words: Sequence[str], *where: str, seconds: float) -> list[Hit] | None:
    options = "-I -n -z -w -F --full-name --no-color --no-column --no-recurse-submodules".split()
    patterns = [part for word in words for part in ("-e", word)]
    try:
        output = git.search("grep", *options, *patterns, *where[:1], "--", *where[1:], timeout=seconds)
    except GitError:
        return None
    return None if len(output) > _MOST_BYTES else list(_hits(output, len(where[0]) + 1 if where else 0))


def _hits(output: bytes, start: int) -> Iterator[Hit]:
    for row in output.split(b"\n"):
        name, _, rest = row.partition(b"\0")
        number, _, text = rest.partition(b"\0")
        if number.isdigit():
            # a checkout may end lines otherwise
            line = text.removesuffix(b"\r").decode("utf-8", "replace")
            yield Hit(name[start:].decode("utf-8", "surrogateescape"), int(number), line)
