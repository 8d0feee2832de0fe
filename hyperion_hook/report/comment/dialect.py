"""What a code host makes of a comment: how much it holds, and whether HTML in it is markup or text."""

from __future__ import annotations

import re

from hyperion_hook.domain.light_dataclasses import dataclass

_HIDDEN = re.compile(r"<!-- ([^<\n]*) -->")
_FOLDED = re.compile(r"<details><summary>([^<\n]*)</summary>")
_LEFT = re.compile(r"\n{0,2}</details>|</?sub>")


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a comment is written."""

    most: int = 65_536
    """Characters that a comment holds."""
    html: bool = True
    """Whether HTML is markup; where it is text, nothing is folded, and what is hidden is an address that no link leads
    to."""

    def spelled(self, text: str) -> str:
        r"""Return Markdown as the host shows it.

        Examples
        --------
        >>> Dialect(html=False).spelled("<!-- x -->\n<details><summary>More</summary>\n\ny\n\n</details>")
        '[//]: # (x)\n**More**\n\ny'
        """
        if self.html:
            return text
        return _LEFT.sub("", _FOLDED.sub(r"**\1**", _HIDDEN.sub(r"[//]: # (\1)", text)))
