"""What somebody is told to install, by where the program came from."""

from __future__ import annotations

import importlib.metadata
import json

import pytest

from hyperion_hook.errors import pip_install


@pytest.mark.parametrize(
    ("origin", "command"),
    [
        (None, "pip install 'hyperion-hook[train]'"),
        ("{", "pip install 'hyperion-hook[train]'"),
        ("[]", "pip install 'hyperion-hook[train]'"),
        (json.dumps({"url": "https://a.example/x.whl", "archive_info": {}}), "pip install 'hyperion-hook[train]'"),
        (json.dumps({"url": "file:///src/my%20hook", "dir_info": {}}), "pip install '/src/my hook[train]'"),
        (json.dumps({"url": "file:///src/h", "dir_info": {"editable": True}}), "pip install -e '/src/h[train]'"),
    ],
)
def test_an_extra_is_installed_from_where_the_program_was(
    monkeypatch: pytest.MonkeyPatch, origin: str | None, command: str
) -> None:
    class Distribution:
        def read_text(self, name: str) -> str | None:
            assert name == "direct_url.json"
            return origin

    monkeypatch.setattr(importlib.metadata, "distribution", lambda _name: Distribution())
    assert pip_install("train") == command
