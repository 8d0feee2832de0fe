"""Who owns files by ``CODEOWNERS``, as of a commit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice

from hyperion_hook.domain.files.path_patterns import PathPattern, parse_pattern
from hyperion_hook.domain.vector import Missing
from hyperion_hook.git.blobs import BlobReader

_PLACES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS", ".gitea/CODEOWNERS")
_MOST_BYTES = 3_000_000
_MOST_RULES = 10_000
_MOST_TRIES = 200_000  # of a rule on a file, a second; of more files than that allows the first speak for all

_Rule = tuple[str, PathPattern, tuple[str, ...]]


def owners_of(reader: BlobReader, commit: str, paths: Iterable[str]) -> Counter[str]:
    """Return how many of the paths each owner owns; nobody where the commit has no such file.

    The last line that matches a file names its owners, and a folder's line is for all below it.
    """
    contents = (reader.read_path(commit, place, _MOST_BYTES) for place in _PLACES)
    content = next((result for result in contents if not isinstance(result, Missing)), b"")
    rules = list(_rules(content.decode("utf-8", "replace")))[-_MOST_RULES:]
    rules.reverse()
    counts: Counter[str] = Counter()
    for path in islice(paths, max(1, _MOST_TRIES // len(rules))) if rules else ():
        counts.update(next((owners for text, pattern, owners in rules if _covers(text, pattern, path)), ()))
    return counts


def _rules(content: str) -> Iterator[_Rule]:
    for line in content.splitlines():
        text, *owners = line.partition(" #")[0].replace("\\ ", "?").split() or ("#",)
        # GitLab has sections and negations, GitHub neither
        if text[0] not in "#![^" and (pattern := parse_pattern(text)) is not None:
            yield text, pattern, tuple(dict.fromkeys(owner for owner in owners if "@" in owner))


def _covers(text: str, pattern: PathPattern, path: str) -> bool:
    if pattern.matches(path):
        return True
    if text.endswith("/*"):
        return False  # only what lies directly in the folder
    end = path.rfind("/")
    while end > 0:
        if pattern.matches(path[:end], is_folder=True):
            return True
        end = path.rfind("/", 0, end)
    return False
