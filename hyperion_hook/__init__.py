"""hyperion-hook: how risky a change is, why, and what would make it safer.

The names of ``__all__`` are the Python interfaces of the machine-learning side (docs/python.md). Each is imported when
it is first asked for, so that a hook pays for none of them.
"""

from __future__ import annotations

from importlib import import_module

__version__ = "0.1.0"

_HOME: dict[str, str] = {
    "MLFlowConfig": "training.tracking",
    "MLFlowTracker": "training.tracking",
    "compare_runs": "training.tracking_compare",
}

__all__ = [
    "MLFlowConfig",
    "MLFlowTracker",
    "__version__",
    "compare_runs",
]


def __getattr__(name: str) -> object:
    """Import a public name when it is first asked for (PEP 562)."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
