"""What a shallow or partial clone cannot know, said before its history is labelled or learned from."""

from __future__ import annotations

from hyperion_hook.assess.cut_off import is_cut_off
from hyperion_hook.commands import say
from hyperion_hook.git.repository import Repository


def say_what_is_cut_off(repository: Repository) -> None:
    """Say what a shallow clone, or one without all its files, costs; nothing of a whole one."""
    cut_off = sorted(repository.cut_off())
    if cut_off:
        more = f" and {len(cut_off) - 1:,} more" if len(cut_off) > 1 else ""
        say(
            f"warning: shallow clone: its history begins at {cut_off[0][:10]}{more}, so bugs introduced there or before"
            " are not traced, and these commits are not learned from; run: git fetch --unshallow"
        )
    elif cut := is_cut_off(repository, repository.head()):
        say(f"warning: {cut.cause}, so most figures rest on lines that were not read; run: {cut.remedy}")
