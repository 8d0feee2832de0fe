"""``python -m hyperion_hook`` and the installed command."""

from __future__ import annotations

import sys

from hyperion_hook.cli import main


def run() -> None:
    """Run the command line and leave with its exit code."""
    sys.exit(main())


if __name__ == "__main__":
    run()
