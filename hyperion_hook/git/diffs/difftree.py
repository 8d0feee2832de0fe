"""Differences of single commits through one long-running ``git diff-tree``, and which objects are there to compare."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hyperion_hook.domain.change import SUBMODULE_MODE, FileChange
from hyperion_hook.git.diffs.diff import MAX_PATCH_BYTES, parse_difference
from hyperion_hook.git.run import Conversation, Git

OPTIONS = ("-r", "--root", "--no-commit-id", "--no-color", "--no-abbrev", "--full-index")
RENAMES, SAME_CONTENT = "-M", "-M100%"
"""How renames are found: by similar content, or by equal object ids alone, for which no content is read."""

_END = b"~"
_CHUNK = 1 << 18
_ASKED_AT_ONCE = 400  # their ids and the answers fit into the pipes, so that neither side waits for the other


class DiffTree(Conversation):
    """Compares commits with their first parents, merges too.

    ``detail`` are options that say what is printed: ``--raw`` alone, or with ``--numstat`` or ``-p -U0``; ``renames``
    is ``RENAMES`` or ``SAME_CONTENT``.
    """

    def __init__(self, git: Git, detail: Sequence[str], renames: str = RENAMES) -> None:
        super().__init__(git, "diff-tree", "--stdin", renames, *OPTIONS, *detail)

    def files(self, commit: str, parent: str | None) -> tuple[FileChange, ...]:
        """Return what a commit changes against a parent, a root (``None``) against nothing.

        Raises ``GitError`` if git breaks off, as it does at a missing object; the next question starts it anew.
        """
        # git repeats a line that is no commit, and no line of its own begins like this one: so the answer has an end
        process = self.asked(f"{commit} {parent}\n".encode().replace(b" None", b"") + _END + b"\n")
        parts: list[bytes] = []
        size, tail = 0, b"\n"
        while not tail.endswith(b"\n" + _END + b"\n"):
            chunk = process.stdout.read1(_CHUNK)
            if not chunk:
                raise self.broken()
            tail = (tail + chunk)[-3:]
            size += len(chunk)
            if size <= 2 * MAX_PATCH_BYTES:
                parts.append(chunk)
        text = b"".join(parts)
        is_whole = size == len(text)
        return parse_difference(text[:-2] if is_whole else text, is_whole=is_whole)


class Presence(Conversation):
    """Tells which objects are in the repository; nothing is fetched."""

    def __init__(self, git: Git) -> None:
        super().__init__(git, "cat-file", "--batch-check")

    def has_all(self, files: Iterable[FileChange]) -> bool:
        """Whether both sides of all files can be read."""
        sides = [(file.old_mode, file.old_blob) for file in files] + [(file.new_mode, file.new_blob) for file in files]
        blobs = list(dict.fromkeys(blob for mode, blob in sides if blob and mode != SUBMODULE_MODE))
        return all(self._has(blobs[start : start + _ASKED_AT_ONCE]) for start in range(0, len(blobs), _ASKED_AT_ONCE))

    def _has(self, blobs: Sequence[str]) -> bool:
        process = self.asked("\n".join((*blobs, "")).encode())
        answers = [process.stdout.readline() for _ in blobs]
        if not all(answers):
            raise self.broken()
        return not any(answer.endswith(b" missing\n") for answer in answers)
