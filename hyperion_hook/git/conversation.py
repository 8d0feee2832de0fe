"""A long-running git that answers questions: one process instead of one a question."""

from __future__ import annotations

from typing import Self

from hyperion_hook.errors import GitError
from hyperion_hook.git.run import Git, Process


class Conversation:
    """A context manager; git is started at the first question, and anew at the next one after it broke off."""

    def __init__(self, git: Git, *arguments: str) -> None:
        self._git, self._arguments = git, arguments
        self._process: Process | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End git."""
        process, self._process = self._process, None
        if process is not None:
            process.end()

    def asked(self, question: bytes) -> Process:
        """Put a question and return the process, whose output is the answer.

        Raises ``GitError`` if git cannot be started or has broken off.
        """
        if self._process is None:
            self._process = self._git.start(*self._arguments)
        try:
            self._process.stdin.write(question)
            self._process.stdin.flush()
        except OSError:
            raise self.broken() from None
        return self._process

    def broken(self) -> GitError:
        """End git, and return the error to raise."""
        self.close()
        return GitError(f"git {self._arguments[0]}: broke off; an object may be missing or damaged, run: git fsck")
