"""Where words stand in the files of a commit, by one ``git grep`` over its tree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from hyperion_hook.errors import GitError
from hyperion_hook.git.repository import Repository
from hyperion_hook.git.run import PATIENT_SECONDS

_MOST_BYTES = 8_000_000


class Hit(NamedTuple):
    """One line of a file that holds a word; ``line`` counts from 1."""

    path: str
    line: int
    text: str


def search_tree(
    repository: Repository, treeish: str, words: Sequence[str], *, seconds: float = PATIENT_SECONDS
) -> list[Hit] | None:
    """Return every line of a commit's text files that holds one of the words as a whole word, case and all.

    ``None`` where git does not answer in time, or the words are so common that the answer is too long to be of use.
    """
    patterns = [part for word in words for part in ("-e", word)]
    try:
        output = repository.git.run(
            "grep",
            "-I",
            "-n",
            "-z",
            "-w",
            "-F",
            "--full-name",
            "--no-color",
            "--no-column",
            "--no-recurse-submodules",
            *patterns,
            treeish,
            "--",
            timeout=seconds,
            check=False,
        )
    except GitError:
        return None
    return None if len(output) > _MOST_BYTES else list(_hits(output, len(treeish) + 1))


def _hits(output: bytes, start: int) -> Iterator[Hit]:
    for row in output.split(b"\n"):
        name, _, rest = row.partition(b"\0")
        number, _, text = rest.partition(b"\0")
        if number.isdigit():
            yield Hit(name[start:].decode("utf-8", "surrogateescape"), int(number), text.decode("utf-8", "replace"))
