"""Cuts GitHub's OpenAPI description down to what is asked of it here, as JSON Schema. Run by hand, from the top:

    npm pack @octokit/openapi && tar xzf octokit-openapi-*.tgz
    python tests/support/cut_openapi.py package/generated/api.github.com.json tests/schemas/github-api.json

Kept are the operations of ``OPERATIONS`` with every schema that they reach; left out is what only people read.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

ISSUE = "/repos/{owner}/{repo}/issues/{issue_number}"
PULL = "/repos/{owner}/{repo}/pulls/{pull_number}"
COMMENT = "/repos/{owner}/{repo}/issues/comments/{comment_id}"
CHECKS = "/repos/{owner}/{repo}/check-runs"
OPERATIONS = (
    (PULL, "get"),
    (f"{PULL}/reviews", "get"),
    (f"{ISSUE}/comments", "get"),
    (f"{ISSUE}/comments", "post"),
    (COMMENT, "patch"),
    (COMMENT, "delete"),
    (f"{ISSUE}/labels", "get"),
    (f"{ISSUE}/labels", "post"),
    (f"{ISSUE}/labels/{{name}}", "delete"),
    ("/user", "get"),
    (CHECKS, "post"),
    (f"{CHECKS}/{{check_run_id}}", "patch"),
)
_FOR_PEOPLE = {"description", "example", "examples", "title", "summary", "externalDocs", "deprecated"}
_NOT_SCHEMA = {"discriminator", "xml", "readOnly", "writeOnly"}


def cut(document: dict[str, Any]) -> dict[str, Any]:
    """Return the operations and the components that they reach."""
    paths: dict[str, Any] = {}
    for path, method in OPERATIONS:
        paths.setdefault(path, {})[method] = _operation(document, document["paths"][path][method])
    schemas: dict[str, Any] = {}
    waiting = sorted(_names(paths))
    while waiting:
        name = waiting.pop()
        if name not in schemas:
            schemas[name] = _schema(document["components"]["schemas"][name])
            waiting += sorted(_names(schemas[name]))
    return {"version": document["info"]["version"], "paths": paths, "components": {"schemas": schemas}}


def _operation(document: dict[str, Any], operation: dict[str, Any]) -> dict[str, Any]:
    parameters = [_resolved(document, entry) for entry in operation.get("parameters", ())]
    body = operation.get("requestBody")
    return {
        "parameters": {entry["name"]: {"in": entry["in"], "schema": _schema(entry["schema"])} for entry in parameters},
        "body": _content(body) if body else None,
        "answers": {status: _content(_resolved(document, answer)) for status, answer in operation["responses"].items()},
    }


def _content(part: dict[str, Any]) -> Any:
    found = part.get("content", {}).get("application/json")
    return None if found is None else _schema(found["schema"])


def _resolved(document: dict[str, Any], entry: dict[str, Any]) -> dict[str, Any]:
    found: Any = entry
    while "$ref" in found:
        place = found["$ref"].removeprefix("#/").split("/")
        found = document
        for name in place:
            found = found[name]
    return found  # type: ignore[no-any-return]


def _schema(schema: Any, *, names: bool = False) -> Any:
    """Return JSON Schema; ``names`` says that the keys are names of properties and not words of the schema."""
    if isinstance(schema, list):
        return [_schema(entry) for entry in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {
        key: _schema(value, names=key == "properties" and not names)
        for key, value in schema.items()
        if names or (key not in _FOR_PEOPLE | _NOT_SCHEMA and not key.startswith("x-"))
    }
    if names or not kept.pop("nullable", False):
        return kept
    if "enum" in kept and None not in kept["enum"]:
        kept["enum"] = [*kept["enum"], None]
    if isinstance(kept.get("type"), str):
        return {**kept, "type": [kept["type"], "null"]}
    return {"anyOf": [kept, {"type": "null"}]} if kept else {}


def _names(part: Any) -> set[str]:
    if isinstance(part, list):
        return set().union(*map(_names, part)) if part else set()
    if not isinstance(part, dict):
        return set()
    own = {part["$ref"].rpartition("/")[2]} if isinstance(part.get("$ref"), str) else set()
    return own.union(*map(_names, part.values()))


if __name__ == "__main__":
    source, target = map(Path, sys.argv[1:])
    text = json.dumps(cut(json.loads(source.read_text(encoding="utf-8"))), separators=(",", ":"), sort_keys=True)
    target.write_text(text + "\n", encoding="utf-8")
