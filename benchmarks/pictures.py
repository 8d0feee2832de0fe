"""Draw the README's pictures: the report page and a pull-request comment of a real repository, in headless Chromium.

usage: python benchmarks/pictures.py CLONE RANGE [--out docs/pictures]

``report.png`` is the top of ``report --evaluate`` in the light theme, down to the second of the riskiest changes;
``comment.png`` is what ``comment --forge none RANGE`` writes, rendered by GitHub's own Markdown library (``pip install
cmarkgfm``) in a frame drawn like GitHub's. Needs chromium, a font with emoji (Debian: fonts-noto-color-emoji) and the
extra ``train``. The README's were drawn with

    python benchmarks/pictures.py flask fbb6f0bc4c~1..fbb6f0bc4c
"""

from __future__ import annotations

import argparse
import io
import subprocess
import sys
import tempfile
from pathlib import Path

import cmarkgfm
from cmarkgfm.cmark import Options
from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.support.browser import Page, chromium

WIDTH = 1000
COLOURS = 256
"""As many as these pictures need; so they are half as large."""
FRAME = """<!doctype html><meta charset="utf-8"><style>
body {{ margin: 0; padding: 16px; background: #fff; color: #1f2328; width: 800px;
  font: 14px/1.5 system-ui, sans-serif; }}
.comment {{ border: 1px solid #d1d9e0; border-radius: 6px; }}
.head {{ background: #f6f8fa; border-bottom: 1px solid #d1d9e0; border-radius: 6px 6px 0 0; padding: 8px 16px;
  color: #59636e; }}
.head b {{ color: #1f2328; }}
.body {{ padding: 4px 16px 8px; }}
h3 {{ font-size: 1.25em; margin: 16px 0; }} p, ul {{ margin: 0 0 16px; }} ul {{ padding-left: 2em; }}
li + li {{ margin-top: 0.25em; }} details {{ margin-bottom: 16px; }}
code {{ background: #eff1f3; border-radius: 6px; padding: 0.2em 0.4em; font: 85% ui-monospace, monospace; }}
a {{ color: #0969da; }} li:has(> input) {{ list-style: none; margin-left: -1.5em; }}
</style><div class="comment"><div class="head"><b>github-actions</b> commented</div>
<div class="body">{html}</div></div>"""
COMMAND = Path(sys.executable).with_name("hyperion-hook")


def main() -> None:
    """Draw both pictures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("clone", type=Path)
    parser.add_argument("range")
    parser.add_argument("--out", type=Path, default=Path("docs/pictures"))
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, chromium(Path(folder)) as page:
        report = Path(folder) / "report.html"
        subprocess.run([COMMAND, "report", "--evaluate", "--output", report], cwd=arguments.clone, check=True)
        draw(page, report, arguments.out / "report.png", "document.querySelectorAll('.changes > li')[1]")
        comment = Path(folder) / "comment.html"
        comment.write_text(FRAME.format(html=rendered(arguments.clone, arguments.range)), encoding="utf-8")
        draw(page, comment, arguments.out / "comment.png", "document.querySelector('.comment')", width=832)


def rendered(clone: Path, revisions: str) -> str:
    """Return the comment on a range as GitHub renders it."""
    said = subprocess.run(
        [COMMAND, "comment", "--forge", "none", revisions], cwd=clone, check=True, capture_output=True, text=True
    ).stdout
    return cmarkgfm.github_flavored_markdown_to_html(said, options=Options.CMARK_OPT_UNSAFE)


def draw(page: Page, file: Path, target: Path, last: str, *, width: int = WIDTH) -> None:
    """Draw a page down to an element."""
    page.look(width=width)
    page.open(file)
    height = page.run(f"{last}.getBoundingClientRect().bottom + scrollY") + 16
    drawn = io.BytesIO(page.picture(clip={"x": 0, "y": 0, "width": width, "height": round(height)}))
    Image.open(drawn).convert("RGB").quantize(COLOURS, Image.Quantize.MAXCOVERAGE).save(target, optimize=True)
    print(f"{target}: {target.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
