"""On the site, links to files beside the documents lead to the repository."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any


def on_page_markdown(markdown: str, *, config: Mapping[str, Any], **_: object) -> str:
    """Return a page whose links out of its folder are addresses."""
    return re.sub(r"\]\(\.\./([^)]+)\)", rf"]({config['repo_url']}/blob/main/\1)", markdown)
