"""SHA-256 for what a hook imports: ``hashlib`` loads OpenSSL, which costs 3 ms, more than all that a hook hashes.

Python's own ``random`` asks for the small module in the same way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hashlib import sha256
else:
    try:
        from _sha2 import sha256  # Python 3.12 and later
    except ImportError:
        try:
            from _sha256 import sha256
        except ImportError:  # a Python whose hashes are OpenSSL's alone
            from hashlib import sha256


def hex_digest(data: bytes) -> str:
    """Return the SHA-256 of some bytes in 64 hexadecimal digits.

    Examples
    --------
    >>> hex_digest(b"")[:16]
    'e3b0c44298fc1c14'
    """
    return sha256(data).hexdigest()
