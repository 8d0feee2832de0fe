"""What became of changes is traced fix by fix and kept; the answer depends on neither order nor haste."""

from __future__ import annotations

from pathlib import Path

from hyperion_hook.assess.assessor import Assessor
from hyperion_hook.config.load import Config
from hyperion_hook.domain.assessment import Record
from tests.support.repo import TestRepo

LAG = 211


def grown(folder: Path, commits: int, lag: int) -> TestRepo:
    """Return a repository in which every other change from ``lag`` on repairs the one so many commits before."""
    repo = TestRepo(folder)
    texts: dict[str, str] = {}
    for number in range(commits):
        if number >= lag and number % 2:
            name = f"part{(number - lag) % 5}.py"
            texts[name] = texts[name].replace(f"value{number - lag} = compute", f"value{number - lag} = careful")
            repo.commit({name: texts[name]}, f"Fix the crash in step {number - lag}")
        else:
            name = f"part{number % 5}.py"
            texts[name] = texts.get(name, "") + f"value{number} = compute({number})\nif value{number}: show()\n"
            repo.commit({name: texts[name]}, f"Add step {number}")
    return repo


def records(repo: TestRepo, *revisions: str) -> dict[str, Record | None]:
    with Assessor.open(repo.path, Config()) as assessor:
        assessor.build_index(rebuild=False)
        return {revision: assessor.commit(revision).record for revision in revisions}


def test_a_record_is_the_same_whatever_was_asked_before(tmp_path: Path) -> None:
    """A fix lies in windows of recent changes that hold what it repairs, and in later ones that do not."""
    late_first, as_it_grew = (grown(tmp_path / name, commits=760, lag=LAG) for name in ("late", "grew"))
    newest, middle = late_first.head(), late_first.git("rev-parse", "HEAD~180").strip()
    as_it_grew.git("reset", "-q", "--hard", middle)
    then = records(as_it_grew, middle)
    as_it_grew.git("reset", "-q", "--hard", newest)
    assert records(as_it_grew, newest) | then == records(late_first, newest, middle)
    record = then[middle]
    assert record is not None
    assert record.base_rate > 0.2


def test_new_fixes_are_traced_along_with_a_staged_change_a_few_at_a_time(tmp_path: Path) -> None:
    repo = grown(tmp_path / "r", commits=130, lag=31)
    records(repo)
    for number in range(16):
        repo.commit({f"part{number % 4}.py": f"late{number} = 1\n"}, f"Fix the late crash {number}")
    repo.stage({"part0.py": "if total:\n    stop(total)\n"})
    found = []
    for _ in range(2):
        with Assessor.open(repo.path, Config()) as assessor:
            found.append(assessor.staged().record)
    assert found[0] is None, "ten of some sixty are left"
    assert found[1] is not None


def test_the_background_traces_what_a_hook_leaves(tmp_path: Path) -> None:
    repo = grown(tmp_path / "r", commits=130, lag=31)
    with Assessor.open(repo.path, Config()) as assessor:
        assessor.extend(60.0)
        record = assessor.staged().record
    assert record is not None
    with Assessor.open(repo.path, Config()) as assessor:
        assessor.build_index(rebuild=False)
        assert assessor.staged().record == record
