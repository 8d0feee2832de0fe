from __future__ import annotations

from pathlib import Path

import pytest

from hyperion_hook.errors import ConfigError
from hyperion_hook.training.rows.corpus import CorpusEntry, entries_of, read_corpus


def corpus(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "corpus.toml"
    file.write_text(text)
    for name in ("one", "two", "mirrors/owner/three"):
        (tmp_path / name).mkdir(parents=True)
    return file


def test_paths_lie_beside_the_file_and_names_under_the_root(tmp_path: Path) -> None:
    file = corpus(
        tmp_path,
        f'[[repository]]\nname = "a/one"\npath = "one"\nhead = "abc"\n'
        f'[[repository]]\nname = "two"\nleft_out = true\nlicence = "MIT"\n'
        f'[[repository]]\nname = "b"\npath = "{tmp_path}/mirrors/owner/three"\n',
    )
    assert read_corpus(file) == [
        CorpusEntry("a/one", tmp_path / "one", "abc"),
        CorpusEntry("two", tmp_path / "two", left_out=True),
        CorpusEntry("b", tmp_path / "mirrors/owner/three"),
    ]


def test_the_root_is_where_names_are_looked_for(tmp_path: Path) -> None:
    file = corpus(tmp_path, 'root = "mirrors"\n[[repository]]\nname = "owner/three"\n')
    assert [entry.path for entry in read_corpus(file)] == [tmp_path / "mirrors/owner/three"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", r"names no \[\[repository\]\]"),
        ("repository = 3", r"names no \[\[repository\]\]"),
        ("x = ", "no TOML"),
        ("[[repository]]\npath = 'one'", "repository 1: 'name' must be there"),
        ("[[repository]]\nname = 'one'\nhead = 3", "repository 1: 'name' must be there"),
        ("[[repository]]\nname = 'four'", "'four': no folder .*four; give its 'path'"),
        ("[[repository]]\nname = 'one'\n[[repository]]\nname = 'one'", "'one': named twice"),
    ],
)
def test_a_wrong_corpus_is_said(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        read_corpus(corpus(tmp_path, text))


def test_all_faults_are_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        read_corpus(corpus(tmp_path, "[[repository]]\nname = 'x'\n[[repository]]\nname = 'y'\n"))
    assert len(str(caught.value).splitlines()) == 2


def test_a_corpus_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="No such file"):
        read_corpus(tmp_path / "none.toml")


def test_folders_of_one_name_are_told_apart() -> None:
    entries = entries_of([Path("/a/core"), Path("/b/core/.git")], "HEAD")
    assert [entry.name for entry in entries] == ["core", "core-2"]
