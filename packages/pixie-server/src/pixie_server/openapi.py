"""The OpenAPI 3.1 document, made from the declared routes and the attrs classes that they take and answer."""

from __future__ import annotations

from importlib.metadata import version
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import attrs

from pixie_core.structure import key_of
from pixie_server.outcomes import outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pixie_server.routing import Answer, Route

__all__ = ["document"]

_SCALARS: dict[Any, dict[str, Any]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    NoneType: {"type": "null"},
    Any: {},
    dict: {"type": "object", "additionalProperties": True},
}

_GUARD = {
    400: "The request can't be read.",
    403: "The request comes from another site, or for another host.",
}
"""What the guard may answer on every route."""

_RUN_ID = {"pattern": "^[0-9A-Fa-f-]{6,36}$"}
"""A run's id, or its beginning: with fewer characters it says nothing."""


_ANY = {"application/octet-stream": "*/*"}
"""Bytes that are declared as no more than that are sent with the media type of the file."""


def document(routes: Sequence[Route], problem: type) -> dict[str, Any]:
    """The whole document; `problem` is the shape of every error."""
    schemas = _Schemas()
    error = schemas.of(problem)
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(route.template, {})[route.method.lower()] = _operation(route, schemas, error)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Pixie",
            "version": version("pixie-server"),
            "summary": "One page for each small Python tool, and every run of it kept.",
            "description": "Loopback only; no accounts. Errors are problem details (RFC 9457).",
        },
        "servers": [{"url": "http://127.0.0.1:7860"}],
        "tags": [{"name": tag} for tag in dict.fromkeys(route.tag for route in routes)],
        "paths": paths,
        "components": {"schemas": dict(sorted(schemas.made.items()))},
    }


def _operation(route: Route, schemas: _Schemas, error: dict[str, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": route.name,
        "summary": route.summary.rstrip("."),
        "tags": [route.tag],
        "parameters": [*_path_parameters(route), *_query_parameters(route, schemas)],
        "responses": {**_responses(route, schemas), **_error_responses(route, error)},
    }
    if route.description:
        operation["description"] = route.description
    if route.body is not None:
        content: dict[str, Any] = {"schema": schemas.taken(route.body)}
        if route.example is not None:
            content["example"] = route.example
        kinds = {"application/json": content}
        if route.upload:
            kinds["multipart/form-data"] = {"schema": schemas.uploaded(route.body)}
        operation["requestBody"] = {"required": not route.body_optional, "content": kinds}
    elif route.form:
        form = {"type": "object", "additionalProperties": {"type": "string"}}
        ways = ("application/x-www-form-urlencoded", "multipart/form-data")
        operation["requestBody"] = {"required": False, "content": {way: {"schema": form} for way in ways}}
    return operation


def _path_parameters(route: Route) -> Iterable[dict[str, Any]]:
    for kind, name in route.parameters:
        schema = {"type": "integer", "minimum": 0} if kind == "int" else {"type": "string"}
        if name == "run_id":
            schema |= _RUN_ID
        made: dict[str, Any] = {"name": name, "in": "path", "required": True, "schema": schema}
        if name in route.path_examples:
            text = route.path_examples[name]
            made["example"] = int(text) if kind == "int" else text
        yield made


def _query_parameters(route: Route, schemas: _Schemas) -> Iterable[dict[str, Any]]:
    if route.query is None:
        return
    hints = get_type_hints(route.query)
    for each in attrs.fields(route.query):
        members = [member for member in get_args(hints[each.name]) if member is not NoneType]
        hint = members[0] if len(members) == 1 else hints[each.name]
        yield {
            "name": key_of(each),
            "in": "query",
            "required": False,
            "description": each.metadata["help"],
            "schema": {**schemas.of(hint), **_bounds(each), **_default(each)},
        }


def _responses(route: Route, schemas: _Schemas) -> dict[str, Any]:
    responses: dict[str, Any] = {}
    for answer in route.answers:
        known = responses.setdefault(str(answer.status), {"description": _describe(route, answer)})
        if answer.holds is not None or answer.media_type != "application/json":
            content = known.setdefault("content", {})
            content[_ANY.get(answer.media_type, answer.media_type)] = _content(route, answer, schemas)
        if answer.headers:
            headers = {name: {"description": said, "schema": _SCALARS[str]} for name, said in answer.headers.items()}
            known.setdefault("headers", {}).update(headers)
    return responses


def _describe(route: Route, answer: Answer) -> str:
    return answer.description or route.summary


def _content(route: Route, answer: Answer, schemas: _Schemas) -> dict[str, Any]:
    if answer.media_type == "text/event-stream":
        return {}  # OpenAPI 3.1 has no schema for the events of a stream
    if answer.media_type != "application/json":
        text = answer.media_type.startswith("text/")
        return {"schema": {"type": "string"} if text else {"type": "string", "format": "binary"}}
    content: dict[str, Any] = {"schema": schemas.of(answer.holds)}
    example = answer.example if answer.example is not None else (route.example if route.body is None else None)
    if example is not None:
        content["example"] = example
    return content


def _error_responses(route: Route, error: dict[str, Any]) -> dict[str, Any]:
    statuses: dict[int, list[str]] = {}
    for each in route.errors:
        known = outcome(each)
        statuses.setdefault(known.status, []).append(f"{known.title} (`{each.code}`).")
    if route.query is not None:
        statuses.setdefault(422, []).append("A parameter is wrong (`request_invalid`).")
    if route.body is not None:
        statuses.setdefault(422, []).append("The body doesn't fit (`request_invalid`).")
        statuses.setdefault(413, []).append("The body is too large.")
        statuses.setdefault(415, []).append("The body isn't application/json.")
    for status, said in _GUARD.items():
        statuses.setdefault(status, []).append(said)
    content: dict[str, Any] = {"application/problem+json": {"schema": error}}
    if not route.path.startswith("/api/"):
        content["text/html"] = {"schema": {"type": "string"}}
    return {
        str(status): {"description": " ".join(dict.fromkeys(said)), "content": content}
        for status, said in sorted(statuses.items())
    }


def _bounds(each: attrs.Attribute[Any]) -> dict[str, Any]:
    names = {"minimum": each.metadata.get("minimum"), "maximum": each.metadata.get("maximum")}
    return {key: value for key, value in names.items() if value is not None}


def _default(each: attrs.Attribute[Any]) -> dict[str, Any]:
    plain = isinstance(each.default, bool | int | float | str)
    return {"default": each.default} if plain else {}


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    members = [each for each in schema.get("anyOf", ()) if each != _SCALARS[NoneType]]
    return {**members[0], **{key: schema[key] for key in schema if key != "anyOf"}} if len(members) == 1 else schema


class _Schemas:
    """The schemas of classes, each made once and referred to by name."""

    def __init__(self) -> None:
        self.made: dict[str, dict[str, Any]] = {}

    def taken(self, cls: type) -> dict[str, Any]:
        """The schema of a body that is taken: what it doesn't name is refused."""
        made = self.of(cls)
        self.made[cls.__name__]["additionalProperties"] = False
        return made

    def uploaded(self, cls: type) -> dict[str, Any]:
        """The schema of the same body as a multipart form: its fields are parts, objects among them as JSON, and any
        other part is a file. A part that says nothing isn't sent: there is no null.
        """
        self.of(cls)
        name, made = f"{cls.__name__}WithFiles", self.made[cls.__name__]
        self.made[name] = {
            **made,
            "description": f"{made['description']} Files are parts named by their inputs.",
            "properties": {key: _without_null(each) for key, each in made["properties"].items()},
            "additionalProperties": {"type": "string", "format": "binary"},
        }
        return {"$ref": f"#/components/schemas/{name}"}

    def of(self, hint: Any) -> dict[str, Any]:
        """The schema of an annotation."""
        if hint in _SCALARS:
            return dict(_SCALARS[hint])
        origin, args = get_origin(hint), get_args(hint)
        if origin is Annotated:
            return self.of(args[0])
        if origin is Literal:
            return {"type": "string", "enum": list(args)}
        if origin is list:
            return {"type": "array", "items": self.of(args[0])}
        if origin is dict:
            return {"type": "object", "additionalProperties": self.of(args[1]) or True}
        if origin in {Union, UnionType}:
            return {"anyOf": [self.of(each) for each in args]}
        return self._object(hint)

    def _object(self, cls: type) -> dict[str, Any]:
        name = cls.__name__
        if name not in self.made:
            self.made[name] = {}
            hints = get_type_hints(cls, include_extras=True)
            properties = {
                key_of(each): {**self.of(hints[each.name]), **_bounds(each), "description": each.metadata["help"]}
                for each in attrs.fields(cls)
            }
            self.made[name] = {
                "type": "object",
                "description": (cls.__doc__ or "").split("\n", 1)[0],
                "properties": properties,
                "required": [key_of(each) for each in attrs.fields(cls) if each.default is attrs.NOTHING],
            }
        return {"$ref": f"#/components/schemas/{name}"}
