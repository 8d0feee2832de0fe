"""Where a bundle is written nothing else is lost, whatever goes wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from hyperion_hook.errors import TrainingError
from hyperion_hook.scoring.bundle import MANIFEST, load_bundle
from hyperion_hook.training.export import folder as bundle_folder
from tests.support.models import write_bundle


def listing(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_a_folder_that_is_empty_or_not_there_is_filled(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for name in ("empty", "deep/down"):
        write_bundle(tmp_path / name)
        assert load_bundle(tmp_path / name).name == "test"


@pytest.mark.parametrize(
    "files", [["main.py"], ["src/main.py"], ["notes.md"], ["manifest.json", "thesis.tex"], [".git/HEAD"], ["data.json"]]
)
def test_a_folder_of_something_else_is_left_alone(tmp_path: Path, files: list[str]) -> None:
    folder = tmp_path / "work"
    for name in files:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("precious")
    before = listing(tmp_path)
    with pytest.raises(TrainingError, match="no part of a bundle"):
        write_bundle(folder)
    assert listing(tmp_path) == before


def test_a_file_in_the_place_of_the_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "models").write_text("precious")
    with pytest.raises(TrainingError, match="not a folder"):
        write_bundle(tmp_path / "models")
    assert listing(tmp_path) == {"models": b"precious"}


def test_a_bundle_is_replaced_but_its_readme_stays(tmp_path: Path) -> None:
    folder = tmp_path / "models"
    write_bundle(folder)
    (folder / "README.md").write_text("what this is")
    (folder / "MODEL_CARD.md").write_text("an older card")
    write_bundle(folder)
    assert (folder / "README.md").read_text() == "what this is"
    assert not (folder / "MODEL_CARD.md").exists()
    assert load_bundle(folder).name == "test"


def test_a_failure_in_the_middle_leaves_the_old_bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "models"
    write_bundle(folder)
    before = listing(tmp_path)
    whole = Path.replace

    def fail_at_the_last_step(self: Path, target: Path) -> Path:
        if Path(target) == folder and self.name == "new" and (self / MANIFEST).exists():
            raise OSError(28, "No space left on device")
        return whole(self, target)

    monkeypatch.setattr(bundle_folder.Path, "replace", fail_at_the_last_step)
    with pytest.raises(TrainingError, match="No space left on device"):
        write_bundle(folder)
    assert listing(tmp_path) == before
