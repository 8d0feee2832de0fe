"""The commits that ``.git-blame-ignore-revs`` names: they moved or reformatted lines, and introduced nothing."""

from __future__ import annotations

from hyperion_hook.domain.vector import Missing
from hyperion_hook.git.blobs import BlobReader

FILE_NAME = ".git-blame-ignore-revs"
_MOST_BYTES = 1_000_000


def ignored_revisions(reader: BlobReader, commit: str) -> frozenset[str]:
    """Return the ids that the file names at a commit; what is no whole id is left out, as comments are."""
    content = reader.read_path(commit, FILE_NAME, _MOST_BYTES)
    if isinstance(content, Missing):
        return frozenset()
    words = (line.partition(b"#")[0].strip().lower() for line in content.splitlines())
    return frozenset(word.decode("ascii") for word in words if len(word) in {40, 64} and word.isalnum())
