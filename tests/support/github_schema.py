"""Checks requests and answers against GitHub's own description of its API, cut down by ``cut_openapi``."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote

from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from tests.support.web import Asked

FILE = Path(__file__).parents[1] / "schemas" / "github-api.json"
_BASIC_ERROR = "/components/schemas/basic-error"


class Description:
    """GitHub's description of its API."""

    def __init__(self) -> None:
        document = json.loads(FILE.read_text(encoding="utf-8"))
        self._paths: dict[str, Any] = document["paths"]
        self._schemas: dict[str, Any] = document["components"]["schemas"]
        self._registry: Registry[Any] = Registry().with_resource("urn:github", DRAFT202012.create_resource(document))
        self._forms = {
            template: re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(template)))
            for template in self._paths
        }

    def template(self, asked: Asked) -> tuple[str, dict[str, str]] | None:
        """Return the template of the path with its values, ``None`` for a request that is not described."""
        for template, form in self._forms.items():
            found = form.fullmatch(asked.path)
            if found and asked.method.lower() in self._paths[template]:
                return template, found.groupdict()
        return None

    def faults_of_request(self, asked: Asked) -> list[str]:
        """Return what is wrong with a request."""
        where = f"{asked.method} {asked.path}"
        found = self.template(asked)
        if found is None:
            return [f"{where}: not described"]
        template, values = found
        operation = self._paths[template][asked.method.lower()]
        given = {name: unquote(value) for name, value in values.items()}
        given |= {name: value[-1] for name, value in parse_qs(asked.query, keep_blank_values=True).items()}
        faults = [f"{where}: unknown parameter {name}" for name in set(given) - set(operation["parameters"])]
        for name in set(given) & set(operation["parameters"]):
            schema = operation["parameters"][name]["schema"]
            value: Any = int(given[name]) if schema.get("type") == "integer" else given[name]
            faults += self._faults(
                f"{where}: {name}", value, _pointer(template, asked.method, "parameters", name, "schema")
            )
        if operation["body"] is None:
            faults += [f"{where}: a body"] if asked.body is not None else []
        elif asked.body is None:
            faults.append(f"{where}: no body")
        else:
            faults += self._faults(where, asked.body, _pointer(template, asked.method, "body"))
        return faults

    def faults_of_answer(self, asked: Asked, status: int, body: Any) -> list[str]:
        """Return what is wrong with an answer; a status that is not described must carry GitHub's usual error."""
        found = self.template(asked)
        assert found is not None
        answers = self._paths[found[0]][asked.method.lower()]["answers"]
        where = f"{asked.method} {asked.path}: {status}"
        if str(status) not in answers:
            return [f"{where}: not described"] if status < 400 else self._faults(where, body, _BASIC_ERROR)
        if answers[str(status)] is None:
            return [f"{where}: a body"] if body is not None else []
        return self._faults(where, body, _pointer(found[0], asked.method, "answers", str(status)))

    def sample(self, name: str, /, **more: Any) -> dict[str, Any]:
        """Return the smallest object that a schema allows, with other values where they are given."""
        made = self._sample({"$ref": f"#/components/schemas/{name}"})
        assert isinstance(made, dict)
        return made | more

    def _sample(self, schema: dict[str, Any]) -> Any:
        if "$ref" in schema:
            return self._sample(self._schemas[schema["$ref"].rpartition("/")[2]])
        kind = schema.get("type", "object" if "properties" in schema else "null")
        if "enum" in schema:
            return schema["enum"][0]
        if "anyOf" in schema or "oneOf" in schema:
            return None if "anyOf" in schema else self._sample(schema["oneOf"][0])
        if isinstance(kind, list) or kind == "null":
            return None
        if kind == "object":
            return {name: self._sample(schema["properties"][name]) for name in schema.get("required", ())}
        return {"string": "x", "integer": 1, "number": 1, "boolean": False, "array": []}[kind]

    def _faults(self, where: str, value: Any, pointer: str) -> list[str]:
        errors = self._validator(pointer).iter_errors(value)
        return [f"{where}: {error.json_path}: {error.message[:300]}" for error in errors]

    @cache  # noqa: B019 - there is one description
    def _validator(self, pointer: str) -> Draft202012Validator:
        return Draft202012Validator({"$ref": f"urn:github#{pointer}"}, registry=self._registry)


def _pointer(template: str, method: str, *parts: str) -> str:
    escaped = template.replace("~", "~0").replace("/", "~1").replace("{", "%7B").replace("}", "%7D")
    return "/".join(("/paths", escaped, method.lower(), *parts))


@cache
def description() -> Description:
    return Description()
