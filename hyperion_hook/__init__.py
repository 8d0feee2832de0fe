"""hyperion-hook: how risky a change is, why, and what would make it safer."""

from __future__ import annotations

__version__ = "0.1.0"
