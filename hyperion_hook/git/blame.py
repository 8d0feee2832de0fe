"""Who introduced the lines of one file, asked of git."""

from __future__ import annotations

import re

from hyperion_hook.git.run import Git

# a line of content has a tab before it, and no other line begins with an id
_LINE = re.compile(rb"^([0-9a-f]{40}(?:[0-9a-f]{24})?) \d+ \d+", re.MULTILINE)


def blamed(git: Git, commit: str, path: str) -> list[str]:
    """Return for each line of a file as of a commit the commit that introduced it.

    Raises ``GitError`` if there is no such file, or an object is missing.
    """
    # the empty name forgets the files of commits to pass over that the repository's settings name
    result = git.run("blame", "--porcelain", "--ignore-revs-file=", commit, "--", path, timeout=600)
    return [name.decode("ascii") for name in _LINE.findall(result)]
