"""Contents of objects through one long-running ``git cat-file``."""

from __future__ import annotations

from types import TracebackType

from hyperion_hook.domain.vector import Missing
from hyperion_hook.errors import GitError
from hyperion_hook.git.repository import Repository
from hyperion_hook.git.run import Process

ABSENT = Missing("the object is missing from this clone")


class BlobReader:
    """Reads blobs by id or path; git is started at the first question."""

    def __init__(self, repository: Repository) -> None:
        self._git = repository.git
        self._process: Process | None = None

    def __enter__(self) -> BlobReader:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End git."""
        process, self._process = self._process, None
        if process is not None:
            process.end()

    def read(self, blob: str, limit: int) -> bytes | Missing:
        """Return a blob's content, ``Missing`` where it is absent, no blob or larger than ``limit`` bytes."""
        return self._ask(blob.encode(), limit)

    def read_path(self, treeish: str, path: str, limit: int) -> bytes | Missing:
        """Return the content of a file of a commit or tree."""
        name = path.encode("utf-8", "surrogateescape")
        # one question is one line
        if b"\n" in name:
            return Missing("a path with a line feed cannot be asked for")
        return self._ask(treeish.encode() + b":" + name, limit)

    def _ask(self, name: bytes, limit: int) -> bytes | Missing:
        process = self._started()
        try:
            process.stdin.write(name + b"\n")
            process.stdin.flush()
            header = process.stdout.readline()
            fields = header.rsplit(b" ", 2)
            if len(fields) < 3 or not fields[2].strip().isdigit():
                if not header:
                    raise OSError
                return ABSENT
            size = int(fields[2])
            if size > limit or fields[1] != b"blob":
                # reading past a large object costs more than starting anew
                if size > 8_000_000:
                    self.close()
                else:
                    process.stdout.read(size + 1)
                return Missing(f"larger than {limit:,} bytes" if fields[1] == b"blob" else "no file")
            content = process.stdout.read(size + 1)
        except OSError:
            self.close()
            return ABSENT
        if len(content) != size + 1:
            self.close()
            raise GitError("git cat-file: ended in the middle of an object; run: git fsck")
        return content[:-1]

    def _started(self) -> Process:
        if self._process is None:
            self._process = self._git.start("cat-file", "--batch")
        return self._process
