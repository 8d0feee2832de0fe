"""What a program writes to a terminal."""

from __future__ import annotations

import os


def read_terminal(master: int) -> str:
    """Return everything that is written to the other end of a pseudo-terminal until nobody holds it, and close this end."""
    chunks = []
    while True:
        try:
            chunk = os.read(master, 65_536)
        except OSError:
            # Linux reports the closed other end of a terminal as an error
            break
        if not chunk:
            break
        chunks.append(chunk)
    os.close(master)
    return b"".join(chunks).decode()
