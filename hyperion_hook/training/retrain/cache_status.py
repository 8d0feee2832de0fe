"""Whether what a back-test needs was measured before; a module of its own, because the question must cost nothing."""

from __future__ import annotations

from hyperion_hook.git.repository import Repository
from hyperion_hook.training.rows.corpus_file import own_name
from hyperion_hook.training.rows.mined_store import MinedStore
from hyperion_hook.training.rows.options import RetrainOptions


def is_at_hand(repository: Repository, options: RetrainOptions) -> bool:
    """Return whether a back-test needs no mining: rows and labels up to this very commit are kept."""
    tip = repository.resolve(options.until)
    kept = MinedStore(options.vectors, repository, own_name(repository), tip, options.replay, options.rules)
    return kept.is_whole
