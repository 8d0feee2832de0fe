"""Halstead volume from tokens, and the maintainability index by radon's formula, for languages other than Python."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable


def halstead_volume(tokens: Iterable[str]) -> float:
    """Return Halstead's volume of a token sequence.

    Every token is an operator or an operand; which one it is does not matter for the volume. ``N * log2(n)`` in bits,
    with N tokens of which n are distinct; 0.0 without tokens. There are no comments and no white space among the
    tokens.

    References
    ----------
    .. [1] M. H. Halstead, "Elements of software science", Elsevier, 1977.

    Examples
    --------
    >>> halstead_volume("a = a + 1 ;".split()) == 6 * math.log2(5)
    True
    """
    counts = Counter(tokens)
    length = counts.total()
    return length * math.log2(len(counts)) if length else 0.0


def maintainability_index(volume: float, complexity: int, code_lines: int, comment_percent: float) -> float:
    """Return the maintainability index, on radon's scale.

    0 (worst) to 100; 100.0 for a file without code. A volume (Halstead's, in bits) below 1 counts as 1.

    References
    ----------
    .. [1] P. Oman, J. Hagemeister, "Metrics for assessing a software system's maintainability", ICSM 1992.

    Examples
    --------
    >>> maintainability_index(0, 0, 0, 0), round(maintainability_index(1000, 10, 100, 20), 2)
    (100.0, 57.4)
    """
    if code_lines <= 0:
        return 100.0
    index = (
        171
        - 5.2 * math.log(max(volume, 1.0))
        - 0.23 * complexity
        - 16.2 * math.log(code_lines)
        + 50 * math.sin(math.sqrt(2.46 * math.radians(comment_percent)))
    )
    return min(max(0.0, index * 100 / 171), 100.0)
