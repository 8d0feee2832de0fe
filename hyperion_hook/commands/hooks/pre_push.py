"""What a push adds to a remote: from pre-commit's environment, or from the lines that git gives a pre-push hook."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from hyperion_hook.domain.light_dataclasses import dataclass

Git = Callable[..., bytes]
"""Runs git with arguments and returns its output."""

Resolve = Callable[[str], str]
"""Turns a ref into a commit id; refuses what is none."""

_HEX = frozenset("0123456789abcdef")


@dataclass(frozen=True, slots=True)
class Pushed:
    """One ref that is pushed: all that ``end`` adds to ``start``, the newest commit below it that the remote has.

    Where the whole history is new, ``start`` is its root, which has nothing before it to be compared with. ``known``:
    the other commits below it that the remote has, as after a merge of its main branch.
    """

    name: str
    start: str
    end: str
    from_root: bool = False
    known: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RefUpdate:
    """One line of git's: a local ref, and what the remote has in its place."""

    name: str
    local: str
    remote: str


def ref_updates(text: str) -> list[RefUpdate]:
    r"""Return the updates in the lines ``<local ref> <local id> <remote ref> <remote id>``; deletions are left out.

    Examples
    --------
    >>> ref_updates("refs/heads/x 12 refs/heads/x 34\n(delete) 00 refs/heads/y 56\n")
    [RefUpdate(name='refs/heads/x', local='12', remote='34')]
    """
    results = []
    for line in text.splitlines():
        parts = line.rsplit(maxsplit=3)
        if len(parts) == 4 and not _is_zero(parts[1]) and _HEX.issuperset(parts[1] + parts[3]):
            results.append(RefUpdate(parts[0], parts[1], parts[3]))
    return results


def pushed_by_pre_commit(environment: Mapping[str, str], git: Git, resolve: Resolve) -> list[Pushed]:
    """Return the refs that pre-commit's framework says are pushed, none when it runs by hand on all files.

    Its range begins at the remote's old commit, whatever else the remote has; it is taken as it is where no remote is
    named. There is none when a history goes to a remote for the first time.
    """
    name, remote = environment.get("PRE_COMMIT_LOCAL_BRANCH", ""), environment.get("PRE_COMMIT_REMOTE_NAME", "")
    start, end = environment.get("PRE_COMMIT_FROM_REF", ""), environment.get("PRE_COMMIT_TO_REF", "")
    if start and end and not remote:
        return [Pushed(name or end, start, end)]
    tip = end or name
    return _new_to(remote, RefUpdate(name or end, resolve(tip), start and resolve(start)), git) if tip else []


def pushed_refs(updates: Sequence[RefUpdate], remote: str, git: Git) -> list[Pushed]:
    """Return the commits that each update adds to the remote, without those that it has already.

    ``remote`` is its name, or its address where it has none; ``git`` is asked only what the lines do not say.
    """
    return [pushed for update in updates for pushed in _new_to(remote, update, git)]


def _new_to(remote: str, update: RefUpdate, git: Git) -> list[Pushed]:
    """Return a ref's commits that no branch of the remote has; of all remotes if it has no name."""
    # a name may hold slashes, an address has no branches here
    is_address = "/" in remote or ":" in remote
    is_named = not is_address or git("for-each-ref", "--count=1", f"refs/remotes/{remote}/", check=False)
    known = [f"--remotes={remote}" if remote and is_named else "--remotes"]
    # the old commit of a branch that somebody else pushed by force is not here
    if not _is_zero(update.remote) and git("cat-file", "-t", update.remote, check=False).strip() == b"commit":
        known.append(update.remote)
    answer = git("rev-list", "--topo-order", "--reverse", "--boundary", update.local, "--not", *known)
    lines = answer.decode("ascii").split()
    new = [line for line in lines if line[0] != "-"]
    if not new:
        return []
    heads = _newest_first([line[1:] for line in lines if line[0] == "-"], git)
    # compared with what the branch merged, lines of others do not count in files that both changed
    start, *others = sorted(heads, key=lambda commit: commit == update.remote) or [new[0]]
    return [Pushed(update.name, start, update.local, from_root=start == new[0], known=tuple(others))]


def _newest_first(commits: Sequence[str], git: Git) -> list[str]:
    """Return the commits that none of the others contains."""
    if len(commits) > 1:
        heads = git("merge-base", "--independent", *commits).decode("ascii").split()
        commits = git("rev-list", "--no-walk=sorted", *heads).decode("ascii").split()
    return list(commits)


def _is_zero(commit: str) -> bool:
    return not commit.strip("0")
