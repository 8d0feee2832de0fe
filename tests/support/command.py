"""The real executable, as a user starts it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.repo import TestRepo

EXECUTABLE = Path(sys.executable).with_name("hyperion-hook")


@dataclass(frozen=True)
class Outcome:
    """What a run of the executable left behind."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        """Return standard output as JSON."""
        return json.loads(self.out)

    def without_timings(self) -> str:
        """Return the JSON on standard output without its timings, to compare runs."""
        document = self.json()
        document.pop("timing_ms")
        return json.dumps(document)


def hyperion(folder: Path, *arguments: str, stdin: str = "", env: Mapping[str, str] | None = None) -> Outcome:
    """Run ``hyperion-hook`` in a folder with a clean environment and a fixed identity."""
    done = subprocess.run(
        [EXECUTABLE, *arguments],
        cwd=folder,
        input=stdin.encode(),
        capture_output=True,
        check=False,
        env=TestRepo(folder, init=False).environment() | dict(env or {}),
    )
    out, err = done.stdout.decode("utf-8", "strict"), done.stderr.decode("utf-8", "backslashreplace")
    assert "Traceback" not in err, err
    return Outcome(done.returncode, out, err)
