"""Sixty pairs of changes of which any engineer knows the riskier, and the histories they happen in."""

from __future__ import annotations

from .billing import BILLING
from .changes import Change, Pair
from .histories import HISTORIES
from .ledger import LEDGER
from .netlib import NETLIB
from .queues import QUEUE
from .shop import SHOP
from .webapp import WEBAPP

__all__ = ["HISTORIES", "PAIRS", "Change", "Pair"]

PAIRS: list[Pair] = [*SHOP, *LEDGER, *WEBAPP, *QUEUE, *NETLIB, *BILLING]
