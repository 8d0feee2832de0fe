from __future__ import annotations

from pathlib import Path

import click
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hyperion_hook.commands.hook import command as hook
from hyperion_hook.commands.score import command as score
from hyperion_hook.commands.support.plain_arguments import plain_command

WORDS = st.sampled_from(
    [
        "--strict",
        "--no-strict",
        "--explain",
        "--no-explain",
        "--staged",
        "--each",
        "--fail-on",
        "--models",
        "--format",
        "--output",
        "--help",
        "-h",
        "--",
        "--stag",
        "--fail-on=high",
        "-",
        "",
        "high",
        "json",
        "HEAD",
        "A..B",
        "pre-commit",
        "commit-msg",
        "pre-push",
        "origin",
        "a b",
        "é",
    ]
)


def by_click(name: str, arguments: list[str]) -> dict[str, object] | None:
    """Return what click would pass to the command's function, ``None`` where it refuses."""
    command = hook if name == "hook" else score
    try:
        context = command.make_context(name, list(arguments))
    except (click.ClickException, click.exceptions.Exit):
        return None
    return context.params


@given(st.sampled_from(["hook", "score"]), st.lists(WORDS, max_size=5))
@settings(max_examples=1500, deadline=None)
def test_plain_arguments_mean_what_click_takes_them_to_mean(name: str, arguments: list[str]) -> None:
    called = plain_command([name, *arguments])
    if called is None:
        return
    expected = by_click(name, arguments)
    assert expected is not None
    words = called.args[1:]
    first = next(iter(words), None)
    positional = {"stage": first, "arguments": words[1:]} if name == "hook" else {"revision": first}
    assert {key: value for key, value in expected.items() if value not in (None, False, ())} == {
        key: value for key, value in {**positional, **called.keywords}.items() if value not in (None, False, ())
    }
    # what differs from the default is told from what is not given
    assert {key: expected[key] for key in called.keywords} == called.keywords


@pytest.mark.parametrize(
    "arguments",
    [
        ["hook", "pre-commit"],
        ["hook", "commit-msg", ".git/COMMIT_EDITMSG"],
        ["hook", "pre-push", "origin", "git@host:a"],
        ["hook", "pre-commit", "--fail-on", "high", "--no-explain"],
        ["score"],
        ["score", "--staged"],
        ["score", "HEAD~1"],
        ["score", "--staged", "--no-explain", "--models", "m"],
    ],
    ids=" ".join,
)
def test_what_hooks_are_run_with_is_plain(arguments: list[str]) -> None:
    called = plain_command(arguments)
    assert called is not None
    assert called.keywords.get("models") in (None, Path("m"))


@pytest.mark.parametrize("arguments", [[], ["--repo", ".", "score"], ["index"], ["hook"], ["hook", "other"]], ids=str)
def test_what_is_not_plain_is_left_to_click(arguments: list[str]) -> None:
    assert plain_command(arguments) is None
