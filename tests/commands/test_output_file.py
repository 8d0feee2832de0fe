from __future__ import annotations

from pathlib import Path

from hyperion_hook.commands.output import result_to


def test_a_result_keeps_the_permissions_of_the_file_it_replaces(tmp_path: Path) -> None:
    file = tmp_path / "result.json"
    file.write_text("old")
    file.chmod(0o640)
    with result_to(file) as write:
        write("new")
    assert file.read_text() == "new"
    assert file.stat().st_mode & 0o777 == 0o640
