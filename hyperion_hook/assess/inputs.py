"""What the team configured: shares by path, and coverage reports read from files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from hyperion_hook.config.load import Config
from hyperion_hook.domain.deadline import NEVER, Deadline
from hyperion_hook.domain.files.regular import read_regular
from hyperion_hook.domain.snapshot import NO_COVERAGE, Configured
from hyperion_hook.domain.vector import Missing
from hyperion_hook.git.repository import Repository

MAX_REPORT_BYTES = 50_000_000

Coverage = Mapping[str, tuple[int, int]]


def configured(
    repository: Repository, config: Config, deadline: Deadline = NEVER
) -> tuple[Configured, tuple[str, ...]]:
    """Return the configured facts, and one warning for each coverage report that could not be read."""
    root = repository.work_tree or repository.git_dir
    before = _coverage(root, config.coverage_before, deadline)
    after = _coverage(root, config.coverage_after, deadline)
    faults = tuple(value.reason for value in (before, after) if isinstance(value, Missing) and value is not NO_COVERAGE)
    return Configured(config.traffic, config.revenue, config.criticality, before, after), faults


def _coverage(root: Path, paths: Sequence[Path], deadline: Deadline) -> Coverage | Missing:
    merged: dict[str, tuple[int, int]] = {}
    if not paths:
        return NO_COVERAGE
    from hyperion_hook.features.coverage import read_coverage

    for path in paths:
        file = path if path.is_absolute() else root / path
        try:
            data = read_regular(file, MAX_REPORT_BYTES, links=True)
        except OSError as error:
            return Missing(f"coverage report '{path}': {error.strerror or 'cannot be read'}")
        coverage = deadline.run(lambda data=data: read_coverage(data, root=str(root)))  # type: ignore[misc]
        if isinstance(coverage, Missing):
            return Missing(f"coverage report '{path}': {coverage.reason}")
        merged.update(coverage)
    return merged
