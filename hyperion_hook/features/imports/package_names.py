"""The name that ``go.mod``, ``Cargo.toml`` and ``package.json`` give to their folder."""

from __future__ import annotations

import re

_LIMIT = 100_000
_GO_MODULE = re.compile(r"^module[ \t]+\"?([^\s\"]+)", re.MULTILINE)
_CARGO_NAME = re.compile(r"^\[package\][^\[]*?^name[ \t]*=[ \t]*[\"']([\w-]+)[\"']", re.MULTILINE)
_NPM_NAME = re.compile(r"^\s*\{(?:[^{}]*,)?\s*\"name\"\s*:\s*\"([^\"\n]{1,214})\"")


def read_go_mod(text: str) -> list[str]:
    """Return the declared module path."""
    return _named(_GO_MODULE, text)


def read_cargo(text: str) -> list[str]:
    """Return the declared crate name."""
    return _named(_CARGO_NAME, text)


def read_npm(text: str) -> list[str]:
    """Return the declared package name."""
    return _named(_NPM_NAME, text)


def _named(pattern: re.Pattern[str], text: str) -> list[str]:
    match = pattern.search(text[:_LIMIT])
    return [f"={match[1]}"] if match else []
