"""The OpenAPI document: operations from what stands above the methods, records from their fields."""

import re
from typing import Any

from drf_spectacular.openapi import AutoSchema

from core import permissions
from core.api import ROOT
from core.api.components import name_of, schemas
from core.api.described import Json, Operation, ref
from core.models import CustomField
from core.permissions import Access

PROBLEM = {"application/problem+json": {"schema": ref("Problem")}}
PARAMETER = re.compile(r"\{(\w+)\}")
WHAT = {
    200: "Done.",
    201: "Made.",
    204: "Done; there is nothing to say.",
    304: "Nothing has changed.",
    400: "The request cannot be read.",
    401: "No token, or one that opens nothing.",
    403: "The caller's rights do not reach so far.",
    404: "There is nothing here that the caller may see.",
    409: "Somebody wrote the same in this moment.",
    412: "The record has changed; `current` is how it is now.",
    413: "The body is too large.",
    415: "Another kind of body is taken.",
    422: "Not valid, or refused; `errors` says it by field.",
    429: "Too many requests; see Retry-After.",
}


class Schema(AutoSchema):
    """One operation, made of its description."""

    def get_operation(
        self, path: str, path_regex: str, path_prefix: str, method: str, registry: Any
    ) -> Json | None:
        operation: Operation | None = getattr(
            getattr(self.view, method.lower(), None), "operation", None
        )
        if operation is None:
            return None
        found: Json = {
            "operationId": _operation_id(path, method),
            "summary": operation.summary.format(**self._words()),
            "tags": [_tag(path)],
            "parameters": [*_path_parameters(path), *operation.query, *operation.headers],
            "responses": self._answers(operation),
            "security": [{"token": self._scope(method)}, {"session": []}],
        }
        if operation.description:
            found["description"] = operation.description
        if operation.takes is not None:
            content = {operation.takes_type: {"schema": self._said(operation.takes)}}
            found["requestBody"] = {"required": True, "content": content}
        return found

    def _scope(self, method: str) -> list[str]:
        view: Any = self.view
        return [*view.scopes_for(method)[:1]]

    def _words(self) -> dict[str, str]:
        definition = getattr(self.view, "definition", None)
        if definition is None:
            return {}
        one = name_of(definition.kind).lower()
        return {"one": one, "many": definition.kind.slug}

    def _said(self, said: Any) -> Json:
        found: Json = said(self.view) if callable(said) else said
        return found

    def _answers(self, operation: Operation) -> Json:
        found: Json = {}
        for status, said in (operation.answers or {}).items():
            found[str(status)] = {"description": WHAT[status]}
            if said is not None:
                content = {operation.answer_type: {"schema": self._said(said)}}
                found[str(status)]["content"] = content
        for status in operation.fails:
            found[str(status)] = {"$ref": f"#/components/responses/Problem{status}"}
        return found


def _operation_id(path: str, method: str) -> str:
    parts = re.sub(r"[{}]", "", path.removeprefix(ROOT)).strip("/")
    return f"{method.lower()}_{re.sub(r'[^a-z_]+', '_', parts) or 'root'}"


def _tag(path: str) -> str:
    return path.removeprefix(ROOT).partition("/")[0]


def _path_parameters(path: str) -> list[Json]:
    return [
        {"name": name, "in": "path", "required": True, "schema": _part(name)}
        for name in PARAMETER.findall(path)
    ]


def _part(name: str) -> Json:
    if name in ("source", "key"):
        return {"type": "string", "minLength": 1}
    return {"type": "integer", "minimum": 1}


def with_components(result: Json, generator: Any, request: Any, public: bool) -> Json:
    """A hook of drf-spectacular: the schemas, for whoever asks."""
    user = getattr(request, "user", None)
    if user is None:
        found = schemas(Access(is_administrator=True), None)
    else:
        custom: dict[str, list[CustomField]] = {}
        for field in CustomField.objects.active():
            custom.setdefault(field.object_type, []).append(field)
        found = schemas(permissions.access_of(user), custom)
    paths = {path: item for path, item in result["paths"].items() if _is_known(item, found)}
    return {
        **result,
        "paths": paths,
        "components": {
            "schemas": found,
            "responses": {
                f"Problem{status}": {"description": what, "content": PROBLEM}
                for status, what in WHAT.items()
                if status >= 400
            },
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "bearerFormat": "rm_…"},
                "session": {"type": "apiKey", "in": "cookie", "name": "sessionid"},
            },
        },
    }


REF = re.compile(r"#/components/schemas/(\w+)")


def _is_known(item: Json, found: Json) -> bool:
    """Whether the caller sees what the operations are about."""
    return set(REF.findall(repr(item))) <= found.keys()
