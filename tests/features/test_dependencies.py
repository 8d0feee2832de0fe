from __future__ import annotations

from dataclasses import replace

from hyperion_hook.domain.change import FileStatus
from hyperion_hook.domain.vector import Missing
from hyperion_hook.features import dependencies
from hyperion_hook.features.graph import build_graph
from tests.support.changes import change, context, edit

PYPROJECT = '[project]\nname = "shop"\ndependencies = ["click>=8", "rich"]\n'


def test_without_a_manifest_the_imported_packages_are_counted() -> None:
    judged = change(edit("a.py", "+x"))
    assert dependencies.measure(context(judged)) == {
        "external_dependency_count": dependencies.NO_MANIFEST, "version_conflict_count": dependencies.NO_MANIFEST,
    }
    graph = build_graph({"a.py": ("yaml", "os"), "b.py": ("yaml", "click:echo", "a")})
    assert dependencies.measure(context(judged, graph=graph)) == {
        "external_dependency_count": 2, "version_conflict_count": dependencies.NO_MANIFEST,
    }


def test_manifests_at_the_top_count_without_being_touched() -> None:
    before = {"pyproject.toml": PYPROJECT, "requirements.txt": "Click==8.1\npytest\n", "sub/package.json": '{"a": 1}'}
    values = dependencies.measure(context(change(edit("a.py", "+x")), before=before))
    assert values == {"external_dependency_count": 3, "version_conflict_count": 0}


def test_the_touched_manifest_counts_as_the_change_leaves_it() -> None:
    judged = change(edit("pyproject.toml", "+x"), edit("web/package.json", "+x", FileStatus.ADDED))
    after = {"pyproject.toml": PYPROJECT.replace("click>=8", "click<8"),
        "web/package.json": '{"dependencies": {"vue": "3"}}'}
    before = {"pyproject.toml": PYPROJECT, "requirements.txt": "click==8.1\n"}
    values = dependencies.measure(context(judged, before=before, after=after))
    assert values == {"external_dependency_count": 3, "version_conflict_count": 1}


def test_a_deleted_or_renamed_manifest_is_gone() -> None:
    before = {"pyproject.toml": PYPROJECT, "requirements.txt": "six\n"}
    judged = change(edit("requirements.txt", "-six", FileStatus.DELETED))
    assert dependencies.measure(context(judged, before=before))["external_dependency_count"] == 2
    moved = change(edit("docs/old.txt", "", old_path="requirements.txt"))
    assert dependencies.measure(context(moved, before=before))["external_dependency_count"] == 2


def test_a_manifest_that_cannot_be_read_is_named() -> None:
    judged = change(edit("package.json", "+x"))
    values = dependencies.measure(context(judged, after={"package.json": "{"}))
    assert values["external_dependency_count"] == Missing("package.json: is not valid JSON")
    assert values["version_conflict_count"] == Missing("package.json: is not valid JSON")


def test_a_manifest_that_is_a_link_is_not_followed() -> None:
    judged = change(replace(edit("package.json", "+x"), new_mode=0o120000))
    assert dependencies.measure(context(judged, after={"package.json": "../x"}))["version_conflict_count"] == (
        dependencies.NO_MANIFEST
    )


def test_the_same_package_of_two_tools_counts_once() -> None:
    before = {"pyproject.toml": '[tool.poetry.dependencies]\nclick = "^8"\n', "requirements.txt": "click\n"}
    assert dependencies.measure(context(change(edit("a.py")), before=before))["external_dependency_count"] == 1
