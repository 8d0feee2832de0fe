"""``python -m hyperion_hook`` and the installed command."""

from __future__ import annotations

import gc
import os
import sys

_OBJECTS_BETWEEN_COLLECTIONS = 200_000


def run() -> None:
    """Run the command line and leave with its exit code."""
    # what is imported lives to the end: looking through it for garbage every 700 objects costs more than it frees
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS, 10, 10)
    try:
        from hyperion_hook.commands.support.watchdog import supervised

        code = supervised(_main)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:  # noqa: BLE001 - Python would end with 1, which says that the risk reached --fail-on
        _tell(f"hyperion-hook: cannot be started ({type(error).__name__}: {error}); install it again\n")
        # no hook is to stop a commit because of a broken installation
        words = sys.argv[3:] if sys.argv[1:2] == ["--repo"] else sys.argv[1:]
        sys.exit(0 if words[:1] == ["hook"] and "--strict" not in words else 3)
    sys.exit(code)


def _main() -> int:
    # a process that only waits needs none of it
    from hyperion_hook.cli import main

    return main()


def _tell(line: str) -> None:
    try:
        os.write(2, line.encode("utf-8", "backslashreplace"))
    except OSError:
        return  # nobody can be told


if __name__ == "__main__":
    if not sys.flags.safe_path and os.path.dirname(os.path.dirname(__file__)) != sys.path[0]:  # noqa: PTH120
        del sys.path[0]  # the folder that "-m" was said in, which may be a checkout of strangers' code
    run()
