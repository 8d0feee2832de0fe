"""``python -m hyperion_hook`` and the installed command."""

from __future__ import annotations

import os
import sys


def run() -> None:
    """Run the command line and leave with its exit code."""
    from hyperion_hook.cli import main  # noqa: PLC0415 - nothing may be imported before the line below has run

    sys.exit(main())


if __name__ == "__main__":
    if not sys.flags.safe_path and os.path.dirname(os.path.dirname(__file__)) != sys.path[0]:  # noqa: PTH120
        del sys.path[0]  # the folder that "-m" was said in, which may be a checkout of strangers' code
    run()
