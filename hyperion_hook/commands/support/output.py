"""Where results go: stdout, or a file that is complete or not there at all."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from hyperion_hook.errors import HyperionError, file_errors

Write = Callable[[str], object]


@contextmanager
def result_to(target: Path | None) -> Iterator[Write]:
    """Give a function that writes the result: to stdout for ``None`` or '-', else to a file in one piece.

    Raises ``HyperionError`` if the file cannot be written; what was there before is still there then.
    """
    if target is None or str(target) == "-":
        yield sys.stdout.write
        sys.stdout.flush()
        return
    with file_errors(f"--output {target}", "written"):
        # a pipe or a device is written to; nothing there could be replaced
        in_place = target.exists() and not target.is_file()
        final = target if in_place else _in_its_folder(target)
        part = final if in_place else final.with_name(f".{final.name[:100]}.{os.getpid()}.part")
        if not in_place:
            part.unlink(missing_ok=True)
        file = part.open("w" if in_place else "x", encoding="utf-8", newline="\n")

    def write(text: str) -> None:
        with file_errors(f"--output {target}", "written"):
            file.write(text)

    try:
        yield write
        with file_errors(f"--output {target}", "written"):
            file.close()
            if not in_place:
                if final.exists():
                    # who may read the file is for its owner to say, not for a new result
                    part.chmod(final.stat().st_mode & 0o7777)
                part.replace(final)
    except BaseException:
        with suppress(OSError):
            file.close()
        if not in_place:
            with suppress(OSError):
                part.unlink()
        raise


def _in_its_folder(target: Path) -> Path:
    """Return where a result goes: a link may lead to a file beside it, no further, for a checkout may bring links."""
    final, folder = target.resolve(), target.parent.resolve()
    if target.is_symlink() and final.parent != folder and folder.parts[1:2] not in (("dev",), ("proc",)):
        raise HyperionError(f"--output {target}: is a link out of its folder; name the file it leads to: {final}")
    return final
