"""Who knows which part of a repository: who made the commits to its source files, and whether they are still here."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping

from hyperion_hook.assess.people.identities import People
from hyperion_hook.domain.author import Author
from hyperion_hook.domain.history import MONTH, FileHistory, History
from hyperion_hook.domain.light_dataclasses import dataclass
from hyperion_hook.domain.overview import Area, Knower
from hyperion_hook.features.history.people import bus_factor
from hyperion_hook.git.repository import Repository
from hyperion_hook.git.rules.mailmap import mapped

MOST_AREAS = 24
MOST_PEOPLE = 12
GONE_MONTHS = 365 / 30
_MOST_KNOWN_BY = 3
_MOST_LED = 4
_ONE_FOLDER = 0.5
"""With so much of the source in one folder, its folders are the parts of the repository."""


@dataclass(frozen=True, slots=True)
class Knowledge:
    """The whole repository, its parts, and its people, those with the largest share first."""

    whole: Area | None
    areas: tuple[Area, ...]
    people: tuple[Knower, ...]


def knowledge(names: Names, lives: Mapping[str, FileHistory], now: int) -> Knowledge:
    """Return the knowledge of people about parts of the repository.

    Whoever made no commit within the year before ``now``, Unix seconds, is gone.
    """
    made: defaultdict[str, Counter[str]] = defaultdict(Counter)
    files: Counter[str] = Counter()
    folder_of = parts(lives)
    for path, life in lives.items():
        folder = folder_of(path)
        files[folder] += 1
        for number, count in life.author_counts.items():
            person = names.of(number)
            if person is not None:
                made[folder][person] += count
    months = {person: max(0, now // MONTH - month) for person, month in names.last_month.items()}

    def area(folder: str, count: int, counts: Counter[str]) -> Area:
        total = sum(counts.values())
        shares = [(names.shown(person), made / total) for person, made in _ordered(counts)[:_MOST_KNOWN_BY]]
        lost = sum(made for person, made in counts.items() if months[person] > GONE_MONTHS) / total
        numbered = dict(enumerate(counts.values()))
        return Area(folder, count, total, len(counts), bus_factor(numbered), tuple(shares), lost)

    areas = sorted(
        (area(folder, files[folder], counts) for folder, counts in made.items()),
        key=lambda entry: (-entry.commits, entry.folder),
    )
    everything: Counter[str] = sum(made.values(), Counter())
    return Knowledge(
        area("", files.total(), everything) if everything else None,
        tuple(areas[:MOST_AREAS]),
        _people(made, everything, months, names),
    )


def _people(
    made: Mapping[str, Counter[str]], everything: Counter[str], months: Mapping[str, int], names: Names
) -> tuple[Knower, ...]:
    leads: defaultdict[str, list[tuple[int, str, float]]] = defaultdict(list)
    for folder, counts in made.items():
        person, most = _ordered(counts)[0]
        leads[person].append((-most, folder, most / counts.total()))
    return tuple(
        Knower(
            names.shown(person),
            count / everything.total(),
            tuple((folder, share) for _, folder, share in sorted(leads[person])[:_MOST_LED]),
            months[person],
        )
        for person, count in _ordered(everything)[:MOST_PEOPLE]
    )


def _ordered(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))


class Names:
    """Who is behind the authors' numbers of a history: one person may have several.

    ``last_month`` is the month (``time // MONTH``) of each person's newest commit.
    """

    def __init__(self, repository: Repository, head: str, history: History) -> None:
        log = repository.git.run("log", "--format=%an%x00%ae", head, "--", timeout=600).decode("utf-8", "replace")
        lines = dict.fromkeys(log.split("\n"))
        known = [Author(*line.split("\0")[:2]) for line in lines if "\0" in line]
        renamed = mapped(repository, known, head)
        self._people = People(renamed.get(author, author) for author in known)
        self._person: dict[int, str] = {}
        self.last_month: dict[str, int] = {}
        for author in known:
            number, person = history.author_number(author), self._people.of(renamed.get(author, author))
            if number is not None and person is not None:
                # all authors are known by now, so the key is the last one
                self._person[number] = person
                months = history.author(author)
                self.last_month[person] = max(self.last_month.get(person, 0), months[-1].month if months else 0)

    def of(self, number: int) -> str | None:
        """Return the person behind a number, ``None`` for a program."""
        return self._person.get(number)

    def shown(self, person: str) -> str:
        """Return a name without an address."""
        return self._people.name(person) or "somebody without a name"


def parts(paths: Iterable[str]) -> Callable[[str], str]:
    """Return a function from a path to its part of the repository: its top folder, or one level below.

    Examples
    --------
    >>> part = parts(["src/a/x.py", "src/b/c/y.py", "setup.py"])
    >>> part("src/b/c/y.py"), part("setup.py")
    ('src/b', '')
    """
    tops = Counter(path.partition("/")[0] if "/" in path else "" for path in paths)
    top, count = tops.most_common(1)[0] if tops else ("", 0)
    depth = 2 if top and count > _ONE_FOLDER * sum(tops.values()) else 1

    return lambda path: "/".join(path.split("/")[:-1][:depth])
