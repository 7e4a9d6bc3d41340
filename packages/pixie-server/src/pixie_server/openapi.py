"""The OpenAPI 3.1 document, made from the declared routes and the attrs classes that they take and answer."""

from __future__ import annotations

import inspect
from importlib.metadata import version
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import attrs

from pixie_core.structure import key_of
from pixie_server.outcomes import outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pixie_core.errors import PixieError
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

_ANYWHERE = {
    400: "The request can't be read.",
    403: "The request comes from another site, or for another host.",
    414: "The address is too long.",
    431: "The headers are too long.",
    503: "Pixie is starting or stopping, or its data folder can't be used just now.",
}
"""What every route may answer, by the guard, the gate and the database behind it."""

_WITH_A_BODY = {
    408: "The body didn't arrive in time.",
    413: "The body is too large.",
    415: "The body is of another type, or is compressed.",
}

_FULL = "The disk is full; nothing was recorded of what was asked."

_LATER = {"Retry-After": "How many seconds to wait before asking again."}

_TAGS = {
    "service": "Pixie itself: whether it is up, what happens in it, and this document.",
    "tools": "The tools that there are, their runs, their processes and what is set for them.",
    "validation": "Whether tools do what they declare.",
    "runs": "Every run that was made, with its inputs, outputs, events and files.",
    "artefacts": "The files that runs left.",
    "disk": "What takes space, and how it is got back.",
    "settings": "What the user set for all of Pixie.",
    "workspaces": "Groups of tools.",
    "exports": "What outputs and files can become, and where they can be sent.",
    "pages": "The dashboard: HTML for people.",
    "fragments": "Parts of the dashboard's pages. The form of a tool is for programs too.",
}

_PLACES = {
    "tool_id": "The tool's id, as GET /api/tools lists it.",
    "run_id": "The run's id, or its first characters: six at least, and as many as tell it from others.",
    "artefact_id": "The file's number, as GET /api/artefacts lists it.",
    "workspace_id": "The workspace's number, as GET /api/workspaces lists it.",
    "validate-jobs/job_id": "The id that POST /api/validate-jobs answered.",
    "export-jobs/job_id": "The id that POST /api/export-jobs answered.",
    "outputs/key": "The output's key, as the tool declares it.",
    "secrets/key": "The name of the environment variable that the tool gets.",
    "name": "The destination's name.",
    "endpoint": "The input's `autocomplete`, as the tool declares it.",
}
"""What the parameters of paths mean, by their name, and by what stands before it where that isn't enough."""

_RUN_ID = {"pattern": "^[0-9A-Fa-f-]{6,36}$"}
"""A run's id, or its beginning: with fewer characters it says nothing."""


_ANY = {"application/octet-stream": "*/*"}
"""Bytes that are declared as no more than that are sent with the media type of the file."""


def document(routes: Sequence[Route], problem: type, examples: Mapping[type, Any]) -> dict[str, Any]:
    """The whole document; `problem` is the shape of every error, `examples` has one for each class that is answered."""
    schemas = _Schemas(examples)
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
        "tags": [{"name": tag, "description": _TAGS[tag]} for tag in dict.fromkeys(route.tag for route in routes)],
        "paths": paths,
        "components": {"schemas": dict(sorted(schemas.made.items()))},
    }


def _operation(route: Route, schemas: _Schemas, error: dict[str, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": route.name,
        "summary": route.summary.rstrip("."),
        "tags": [route.tag],
        "parameters": [
            *_path_parameters(route),
            *_query_parameters(route, schemas),
            *_header_parameters(route),
        ],
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
        before = route.path.split(f"/<{name}>")[0].rpartition("/")[2]
        said = _PLACES.get(f"{before}/{name}") or _PLACES[name]
        made: dict[str, Any] = {"name": name, "in": "path", "required": True, "description": said, "schema": schema}
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


def _header_parameters(route: Route) -> Iterable[dict[str, Any]]:
    for name, said in route.asks.items():
        yield {"name": name, "in": "header", "required": False, "description": said, "schema": _SCALARS[str]}


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
    if not answer.media_type.endswith("json"):
        text = answer.media_type.startswith("text/")
        return {"schema": {"type": "string"} if text else {"type": "string", "format": "binary"}}
    content: dict[str, Any] = {"schema": schemas.of(answer.holds)}
    example = answer.example if answer.example is not None else (route.example if route.body is None else None)
    if example is None:
        example = schemas.example_of(answer.holds)
    if example is not None:
        content["example"] = example
    return content


def _error_responses(route: Route, error: dict[str, Any]) -> dict[str, Any]:
    statuses: dict[int, list[str]] = {}
    examples: dict[int, dict[str, Any]] = {}
    for each in route.errors:
        known = outcome(each)
        statuses.setdefault(known.status, []).append(f"{known.title} (`{each.code}`).")
        examples.setdefault(known.status, _problem(each, known.status, known.title))
    if route.query is not None:
        statuses.setdefault(422, []).append("A parameter is wrong (`request_invalid`).")
    if route.body is not None:
        statuses.setdefault(422, []).append("The body doesn't fit (`request_invalid`).")
    everywhere = dict(_ANYWHERE)
    if route.body is not None or route.form:
        everywhere |= _WITH_A_BODY
    if route.method != "GET":
        everywhere[507] = _FULL
    for status, said in everywhere.items():
        statuses.setdefault(status, []).append(said)
    return {
        str(status): _refusal(route, status, " ".join(dict.fromkeys(said)), error, examples.get(status))
        for status, said in sorted(statuses.items())
    }


def _refusal(route: Route, status: int, said: str, error: dict[str, Any], example: Any) -> dict[str, Any]:
    problem = {"schema": error} if example is None else {"schema": error, "example": example}
    content: dict[str, Any] = {"application/problem+json": problem}
    if not route.path.startswith("/api/"):
        content["text/html"] = {"schema": _SCALARS[str]}
    made: dict[str, Any] = {"description": said, "content": content}
    if status in {429, 503}:
        made["headers"] = {name: {"description": text, "schema": _SCALARS[str]} for name, text in _LATER.items()}
    return made


def _problem(kind: type[PixieError], status: int, title: str) -> dict[str, Any]:
    """A problem of the kind; its real detail names what it is about."""
    detail = inspect.cleandoc(kind.__doc__ or title).split("\n\n", 1)[0].replace("\n", " ")
    return {
        "type": f"urn:pixie:error:{kind.code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": kind.code,
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

    def __init__(self, examples: Mapping[type, Any]) -> None:
        self.made: dict[str, dict[str, Any]] = {}
        self._examples = examples

    def example_of(self, hint: Any) -> Any:
        """An example of a class, or a list with one; None where there is none."""
        if get_origin(hint) is list:
            example = self.example_of(get_args(hint)[0])
            return None if example is None else [example]
        return self._examples.get(hint)

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
                "description": inspect.cleandoc(cls.__doc__ or "").partition("\n\n")[0].replace("\n", " "),
                "properties": properties,
                "required": [key_of(each) for each in attrs.fields(cls) if each.default is attrs.NOTHING],
            }
        return {"$ref": f"#/components/schemas/{name}"}
