"""``python -m hyperion_hook`` and the installed command."""

from __future__ import annotations

import sys

from hyperion_hook.commands.supervision import supervised


def run() -> None:
    """Run the command line and leave with its exit code."""
    sys.exit(supervised(_main))


def _main() -> int:
    # a process that only waits needs none of it
    from hyperion_hook.cli import main  # noqa: PLC0415

    return main()


if __name__ == "__main__":
    run()
