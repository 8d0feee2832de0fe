"""What people ticked in comments, kept in the repository's own data: a small file that is whole or not there."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from hyperion_hook.domain.assessment import RiskLevel
from hyperion_hook.domain.feedback import TICKS, Feedback
from hyperion_hook.domain.files.regular import read_regular
from hyperion_hook.errors import StoreError
from hyperion_hook.store.files.sqlite import exclusive
from hyperion_hook.store.files.whole_files import check_folder, write_whole

FORMAT = 1
MOST_CHANGES = 5_000
"""Of more pull requests the oldest numbers are forgotten."""
_MOST_BYTES = 4_000_000
_MOST_COMMITS = 2
_WAIT_SECONDS = 10.0
_COMMIT = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")


class FeedbackStore:
    """Feedback of one repository by the number of the pull request.

    From ``root``, the folder above it, on no link is followed; by default that is the file's own.
    """

    def __init__(self, path: Path, root: Path | None = None) -> None:
        self._path = path
        self._root = root

    @classmethod
    def of(cls, common_dir: Path) -> FeedbackStore:
        """Return the feedback of the repository with this git directory."""
        return cls(common_dir / "hyperion-hook" / "feedback.json", common_dir)

    def read(self) -> dict[int, Feedback]:
        """Return all there is, nothing where nothing was kept yet.

        Raises ``StoreError`` if the file cannot be read or is damaged.
        """
        try:
            check_folder(self._path.parent, self._root)
            data = json.loads(read_regular(self._path, _MOST_BYTES))
            if data["format"] != FORMAT:
                raise StoreError(f"{self._path}: of format {str(data['format'])[:20]}, which this version cannot read")
            return {int(number): _feedback(int(number), entry) for number, entry in data["changes"].items()}
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise StoreError(f"{self._path}: {error.strerror or 'cannot be read'}") from None
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise StoreError(f"{self._path}: damaged; delete it, and comments that are updated fill it anew") from None

    def keep(self, number: int, level: RiskLevel, commits: tuple[str, ...], ticked: Collection[str], at: int) -> None:
        """Take down what a comment says and what is ticked in it; what was ticked before keeps its time.

        Raises ``StoreError`` if the file is damaged or cannot be written.

        Parameters
        ----------
        commits
            The commit that was assessed, and what it became.
        ticked
            Names of what is ticked now; what is not is forgotten.
        at
            When it was seen, Unix seconds.
        """
        try:
            with exclusive(self._path.with_name("feedback.lock"), _WAIT_SECONDS, self._root):
                there = self.read()
                before = there.get(number)
                since = before.ticks if before is not None else {}
                ticks = {name: since.get(name, at) for name in TICKS if name in ticked}
                if before is not None and before.ticks and ticks:
                    level = before.level  # what people ticked was about that
                now = Feedback(number, level, commits[:_MOST_COMMITS], ticks)
                if now != before:
                    newest = sorted({**there, number: now}.items())[-MOST_CHANGES:]
                    write_whole(self._path, _as_json(dict(newest)))
        except OSError as error:
            raise StoreError(f"{self._path}: cannot be written ({error.strerror or error})") from None


def _as_json(feedback: Mapping[int, Feedback]) -> bytes:
    changes = {
        str(number): {"level": entry.level.value, "commits": list(entry.commits), "ticks": dict(entry.ticks)}
        for number, entry in feedback.items()
    }
    return (json.dumps({"format": FORMAT, "changes": changes}, separators=(",", ":")) + "\n").encode()


def _feedback(number: int, entry: Mapping[str, Any]) -> Feedback:
    commits, ticks = tuple(entry["commits"]), dict(entry["ticks"])
    if len(commits) > _MOST_COMMITS or not all(_COMMIT.fullmatch(commit) for commit in commits):
        raise ValueError("no commits")
    if not set(ticks) <= set(TICKS) or not all(type(since) is int for since in ticks.values()):
        raise ValueError("no ticks")
    return Feedback(number, RiskLevel(entry["level"]), commits, ticks)
