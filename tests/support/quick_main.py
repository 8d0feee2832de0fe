"""``hyperion-hook`` with so little to learn that a training takes seconds; a program of its own, started by its path.

usage: quick_main.py COMMAND... [+ COMMAND...]...
"""

from __future__ import annotations

import functools
import sys

from hyperion_hook.cli import main
from hyperion_hook.training.bugs import evaluate as bugs
from hyperion_hook.training.evaluation import evaluate, promotion
from hyperion_hook.training.rows import options

if __name__ == "__main__":
    bugs._DRAWS = evaluate._DRAWS = 5
    promotion._DRAWS = 50
    few = functools.partial(options.RetrainOptions, code_commits=30, parity_rows=50, pool_rows=0)
    options.RetrainOptions = few  # type: ignore[assignment, misc]
    for command in " ".join(sys.argv[1:]).split(" + "):
        if code := main(command.split()):
            raise SystemExit(code)
