"""The name that ``go.mod``, ``Cargo.toml`` and ``package.json`` give to their folder."""

from __future__ import annotations

import re
from functools import partial

_LIMIT = 100_000
_GO_MODULE = re.compile(r"^module[ \t]+\"?([^\s\"]+)", re.MULTILINE)
_CARGO_NAME = re.compile(r"^\[package\][^\[]*?^name[ \t]*=[ \t]*[\"']([\w-]+)[\"']", re.MULTILINE)
_NPM_NAME = re.compile(r"^\s*\{(?:[^{}]*,)?\s*\"name\"\s*:\s*\"([^\"\n]{1,214})\"")


def _named(pattern: re.Pattern[str], text: str) -> list[str]:
    match = pattern.search(text[:_LIMIT])
    return [f"={match[1]}"] if match else []


read_go_mod = partial(_named, _GO_MODULE)
read_cargo = partial(_named, _CARGO_NAME)
read_npm = partial(_named, _NPM_NAME)
