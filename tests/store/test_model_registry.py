from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from hyperion_hook.errors import ArtefactError, ConfigError, StoreError
from hyperion_hook.store.files.whole_files import write_whole
from hyperion_hook.store.models import version_store
from hyperion_hook.store.models.metadata import ModelMetadata, Status
from hyperion_hook.store.models.version_store import Registered, VersionStore
from hyperion_hook.store.models.versions import Lineage
from tests.support.registering import churn, draft, files_of

NAME = "risk_predictor"


@pytest.fixture
def registry(tmp_path: Path) -> VersionStore:
    return VersionStore(tmp_path / "registry")


def with_two(registry: VersionStore) -> VersionStore:
    for data in ("one", "two"):
        version = registry.register(draft(data), files_of).version
        registry.promote(NAME, version, Status.VALIDATED)
        registry.promote(NAME, version)
    return registry


def check_all(registry: VersionStore) -> None:
    for version in registry.versions(NAME):
        registry.folder(NAME, version)


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_registry_that_is_not_there_has_nothing(registry: VersionStore) -> None:
    assert (registry.names(), registry.versions(NAME), registry.production(NAME)) == ([], {}, None)
    for version in ("latest", "production", "v1.0.0"):
        with pytest.raises(ConfigError, match="no version"):
            registry.find(NAME, version)
    assert not registry.root.exists()


def test_a_registered_model_is_there_with_all_that_was_said_of_it(registry: VersionStore) -> None:
    assert registry.register(draft("one"), files_of) == Registered("v1.0.0", is_new=True)
    found = registry.find(NAME)
    assert (found.version, found.status, found.model_type) == ("v1.0.0", Status.TRAINED, "blend")
    assert (found.training_features, found.training_samples, found.f1_score) == (["la", "ld"], 1000, 0.4)
    assert found.lineage == Lineage("f", "one", "blend", "p")
    assert found.created_at is not None
    folder = registry.folder(NAME, "latest")
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == files_of("v1.0.0")
    assert folder.name == "risk_predictor_v1.0.0"
    assert (registry.root / "metadata" / "risk_predictor_v1.0.0_metadata.json").is_file()
    assert registry.names() == [NAME]


def test_the_same_model_again_is_the_version_it_was(registry: VersionStore) -> None:
    registry.register(draft("one"), files_of)
    registry.register(draft("two"), files_of)
    before = everything(registry.root)
    assert registry.register(draft("one"), files_of) == Registered("v1.0.0", is_new=False)
    assert everything(registry.root) == before
    changed = registry.register(draft("two"), lambda version: {"manifest.json": b"other bytes"})
    assert changed == Registered("v1.1.1", is_new=True)


def test_two_registries_filled_alike_hold_the_same_bytes(tmp_path: Path) -> None:
    one, other = (with_two(VersionStore(tmp_path / name)) for name in ("one", "other"))
    assert everything(one.root) == everything(other.root)


def test_promotion_deprecates_what_served_and_rollback_returns(registry: VersionStore) -> None:
    with_two(registry)
    assert registry.versions(NAME) == {"v1.0.0": Status.DEPRECATED, "v1.1.0": Status.PRODUCTION}
    assert registry.rollback(NAME) == ("v1.1.0", "v1.0.0")
    assert registry.versions(NAME) == {"v1.0.0": Status.PRODUCTION, "v1.1.0": Status.DEPRECATED}
    assert registry.rollback(NAME) == ("v1.0.0", None)
    assert registry.production(NAME) is None
    with pytest.raises(StoreError, match=r"nothing to roll back to: no version is in production$"):
        registry.rollback(NAME)


def test_an_illegal_step_is_one_line_and_changes_nothing(registry: VersionStore) -> None:
    registry.register(draft("one"), files_of)
    before = everything(registry.root)
    with pytest.raises(StoreError, match=r"^risk_predictor: v1\.0\.0 is trained and cannot become production"):
        registry.promote(NAME, "v1.0.0")
    with pytest.raises(ConfigError, match=r"no version v2\.0\.0"):
        registry.promote(NAME, "v2.0.0")
    with pytest.raises(ConfigError, match="no version like"):
        registry.promote(NAME, "../../etc")
    assert everything(registry.root) == before


def test_who_was_compared_with_another_model_than_serves_by_now_is_not_promoted(registry: VersionStore) -> None:
    with_two(registry)
    registry.register(draft("three"), files_of)
    registry.promote(NAME, "latest", Status.VALIDATED)
    with pytest.raises(StoreError, match=r"v1\.1\.0 is in production now, not v1\.0\.0"):
        registry.promote(NAME, "latest", instead_of="v1.0.0")
    with pytest.raises(StoreError, match="not none"):
        registry.promote(NAME, "latest", instead_of=None)
    registry.promote(NAME, "latest", instead_of="v1.1.0")
    assert registry.production(NAME) == "v1.2.0"


def test_a_flipped_byte_in_any_file_is_noticed(registry: VersionStore) -> None:
    with_two(registry)
    files = [path for path in registry.root.rglob("*") if path.is_file() and path.name != "lock"]
    assert len(files) == 7
    for path in files:
        data = path.read_bytes()
        for position in random.Random(1).sample(range(len(data)), min(len(data), 25)):  # noqa: S311
            path.write_bytes(data[:position] + bytes([data[position] ^ 1]) + data[position + 1 :])
            with pytest.raises(ArtefactError, match=r"^\S+: .*; (run: hyperion-hook|move the folder)"):
                check_all(registry)
        path.write_bytes(data)
    registry.folder(NAME, "v1.0.0")


@pytest.mark.parametrize("damage", ["gone", "cut", "longer", "folder", "pipe"])
def test_a_damaged_file_is_noticed_and_a_rollback_helps(registry: VersionStore, damage: str) -> None:
    with_two(registry)
    path = registry.root / "risk_predictor_v1.1.0" / "manifest.json"
    data = path.read_bytes()
    path.unlink()
    if damage == "folder":
        path.mkdir()
    elif damage == "pipe":
        os.mkfifo(path)
    elif damage != "gone":
        path.write_bytes({"cut": data[:-1], "longer": data + b" "}[damage])
    with pytest.raises(ArtefactError, match="run: hyperion-hook models rollback"):
        registry.folder(NAME, "production")
    assert registry.rollback(NAME) == ("v1.1.0", "v1.0.0")
    registry.folder(NAME, "production")


def test_nothing_damaged_is_promoted_or_rolled_back_to(registry: VersionStore) -> None:
    with_two(registry)
    registry.register(draft("three"), files_of)
    for version in ("v1.0.0", "v1.2.0"):
        (registry.root / f"{NAME}_{version}" / "manifest.json").write_bytes(b"{}")
    with pytest.raises(ArtefactError, match=r"v1\.2\.0"):
        registry.promote(NAME, "v1.2.0", Status.VALIDATED)
    with pytest.raises(ArtefactError, match=r"v1\.0\.0.*models deprecate VERSION"):
        registry.rollback(NAME)
    assert registry.production(NAME) == "v1.1.0"
    registry.deprecate(NAME, "v1.0.0")
    assert registry.rollback(NAME) == ("v1.1.0", None)


def test_a_damaged_record_keeps_no_new_version_out(registry: VersionStore) -> None:
    registry.register(draft("one"), files_of)
    (registry.root / "metadata" / "risk_predictor_v1.0.0_metadata.json").write_bytes(b"{}")
    assert registry.register(draft("one"), files_of).version == "v2.0.0"


def test_what_a_killed_writer_left_is_swept_away_and_its_number_is_used(registry: VersionStore) -> None:
    registry.register(draft("one"), files_of)
    (registry.root / "risk_predictor_v1.1.0").mkdir()
    (registry.root / "risk_predictor_v1.1.0" / "half").write_text("x")
    (registry.root / ".risk_predictor_v1.2.0.part").mkdir()
    (registry.root / ".risk_predictor.json.part").write_text("x")
    assert registry.register(draft("two"), files_of).version == "v1.1.0"
    assert sorted(path.name for path in registry.folder(NAME, "v1.1.0").iterdir()) == ["manifest.json", "x.trees"]
    assert not list(registry.root.glob(".*"))


def test_a_record_that_was_lost_is_noticed_and_nothing_takes_the_versions_place(registry: VersionStore) -> None:
    with_two(registry)
    record = registry.root / f"{NAME}.json"
    kept = record.read_bytes()
    record.unlink()
    before = everything(registry.root)
    assert registry.names() == [NAME]
    for act in (
        lambda: registry.versions(NAME),
        lambda: registry.find(NAME),
        lambda: registry.production(NAME),
        lambda: registry.rollback(NAME),
        lambda: registry.register(draft("three"), files_of),
    ):
        with pytest.raises(ArtefactError, match=r"is gone, but metadata.* and 3 more; put the file back .*, or move"):
            act()
    assert everything(registry.root) == before
    record.write_bytes(kept)
    assert registry.production(NAME) == "v1.1.0"
    assert registry.names() == [NAME]


@pytest.mark.parametrize("writes", [0, 1, 2])
def test_a_first_writer_that_is_killed_is_no_lost_record(
    registry: VersionStore, monkeypatch: pytest.MonkeyPatch, writes: int
) -> None:
    left = iter(range(writes))

    def until_killed(path: Path, data: bytes) -> None:
        if next(left, None) is None:
            raise KeyboardInterrupt
        write_whole(path, data)

    with monkeypatch.context() as patch:
        patch.setattr(version_store, "write_whole", until_killed)
        with pytest.raises(KeyboardInterrupt):
            registry.register(draft("one"), files_of)
    assert registry.versions(NAME) == {}
    assert registry.register(draft("two"), files_of).version == "v1.0.0"
    check_all(registry)


def test_a_file_of_no_plain_name_is_no_model(registry: VersionStore) -> None:
    with_two(registry)
    (registry.root / "zz top.json").write_text("{}")
    (registry.root / "notes_v1.txt").write_text("")
    (registry.root / "zz top_v1.0.0").mkdir()
    assert registry.names() == [NAME]


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".hidden", "x" * 101])
def test_a_name_that_leads_elsewhere_is_refused(registry: VersionStore, name: str) -> None:
    with pytest.raises(ConfigError, match="model name"):
        registry.find(name)


def test_a_file_that_leads_elsewhere_is_not_written(registry: VersionStore) -> None:
    with pytest.raises(ValueError, match="no plain name"):
        registry.register(draft("one"), lambda version: {"../../x": b""})
    assert registry.versions(NAME) == {}


def test_a_place_that_cannot_be_written_and_a_lock_that_is_held_are_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match=r"file.*the registry is as it was"):
        VersionStore(tmp_path / "file" / "registry").register(draft("one"), files_of)
    assert VersionStore(tmp_path / "file" / "registry").production(NAME) is None
    monkeypatch.setattr(version_store, "BUSY_SECONDS", 0.05)
    registry = VersionStore(tmp_path / "registry")

    def inner(version: str) -> Mapping[str, bytes]:
        with pytest.raises(StoreError, match="lock cannot be had"):
            VersionStore(registry.root).register(draft("two"), files_of)
        return files_of(version)

    assert registry.register(draft("one"), inner).version == "v1.0.0"


def start(root: Path, seed: int, rounds: int) -> subprocess.Popen[bytes]:
    code = f"from tests.support.registering import churn; churn({str(root)!r}, {seed}, {rounds})"
    return subprocess.Popen([sys.executable, "-c", code], cwd=Path(__file__).parents[2])


def test_two_writers_lose_nothing(registry: VersionStore) -> None:
    writers = [start(registry.root, seed, 8) for seed in (1, 2)]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    versions = registry.versions(NAME)
    assert len(versions) == 16
    assert list(versions.values()).count(Status.PRODUCTION) == 1
    check_all(registry)


def test_a_killed_writer_leaves_a_registry_that_loads(registry: VersionStore) -> None:
    rng = random.Random(3)  # noqa: S311
    for attempt in range(6):
        writer = start(registry.root, attempt, 1000)
        before = len(registry.versions(NAME))
        while len(registry.versions(NAME)) == before:
            time.sleep(0.002)
        time.sleep(rng.random() * 0.05)
        writer.send_signal(signal.SIGKILL)
        writer.wait(10)
        assert list(registry.versions(NAME).values()).count(Status.PRODUCTION) <= 1
        check_all(registry)
    churn(str(registry.root), 99, 1)
    assert registry.production(NAME) == [*registry.versions(NAME)][-1]


def test_metadata_has_every_field_of_the_specification() -> None:
    specified = {
        "name",
        "version",
        "model_type",
        "created_at",
        "created_by",
        "accuracy",
        "precision",
        "recall",
        "f1_score",
        "training_features",
        "training_samples",
        "hyperparameters",
        "status",
        "validation_results",
        "tags",
        "description",
    }
    assert specified <= set(ModelMetadata.__dataclass_fields__)
