"""JSON Schemas (draft 2020-12) of tool.json and of values, derived from the declarations in the catalogue.

They are for editors, for the API's description and for other languages. Pixie itself checks with
`pixie_core.structure`, whose verdict on shapes is the same; only what one entry says of another (unique keys,
`show_if`) and what a type's own `check` finds is beyond a schema.
"""

from __future__ import annotations

from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import attrs

from pixie_core.catalogue import INPUT_TYPES, OUTPUT_TYPES, InputDeclaration, OutputDeclaration
from pixie_core.catalogue.base import LATITUDES, LONGITUDES, Leaf, Nested, Pairs, Records
from pixie_core.tool.manifest import ID_PATTERN, RESERVED_INPUT_KEYS, ToolManifest

__all__ = ["DIALECT", "input_schema", "output_schema", "tool_schema"]

DIALECT = "https://json-schema.org/draft/2020-12/schema"

Schema = dict[str, Any]


def tool_schema() -> Schema:
    """The schema of tool.json, the spellings of tools in the wild included.

    Each type's fields stand under `if` its name `then`: an editor then complains of the field that is wrong,
    where `oneOf` would complain of 28 types.
    """
    definitions: dict[str, Schema] = {}
    top = _object(ToolManifest, definitions, without={"raw", "inputs", "outputs"})
    properties = {
        "$schema": {"description": "the address of this schema, for editors"},
        **top["properties"],
    }
    properties["id"] |= {"pattern": f"^{ID_PATTERN}$", "maxLength": 100}
    properties["name"] |= {"pattern": r"\S"}
    properties["entrypoint"] |= _INSIDE
    # What a secret is goes into its description.
    definitions["Secret"]["properties"]["label"] = False
    for name, entry in (("inputs", _input_entry(definitions)), ("outputs", _output_entry(definitions))):
        said = attrs.fields_dict(ToolManifest)[name].metadata["help"]
        properties[name] = {"description": said, "type": "array", "minItems": 1, "items": entry}
    return {
        "$schema": DIALECT,
        "title": "tool.json",
        "description": "What a Pixie tool declares of itself.",
        **top,
        "properties": properties,
        "required": ["id", "name", "inputs", "outputs"],
        "additionalProperties": False,
        "$defs": definitions,
    }


def input_schema(type: str) -> Schema:
    """The schema of one entry of `inputs`, of this type. Raises KeyError for a type that there isn't."""
    definitions: dict[str, Schema] = {}
    entry = _declared_input(INPUT_TYPES[type], definitions)
    return _document(entry, definitions, {"properties": {"type": {"const": type}}, "required": ["type"]})


def output_schema(type: str) -> Schema:
    """The schema of the value of an output of this type. Raises KeyError for a type that there isn't.

    A type that has a `value` also comes as the bare scalar.
    """
    definitions: dict[str, Schema] = {}
    cls = OUTPUT_TYPES[type]
    whole = _object(cls, definitions)
    if "value" in attrs.fields_dict(cls):
        whole = {"anyOf": [whole["properties"]["value"], whole]}
    return _document({"description": _summary(cls), **whole, "examples": [cls.example]}, definitions)


def _document(schema: Schema, definitions: dict[str, Schema], also: Schema | None = None) -> Schema:
    parts = {"allOf": [also]} if also else {}
    return {"$schema": DIALECT, **schema, **parts, **({"$defs": definitions} if definitions else {})}


_INSIDE = {
    # A relative path that never climbs: no root, no backslash, no `..` between slashes, and not blank.
    "pattern": r"^(?!/)(?!(.*/)?\.\.(/|$))[^\\]*[^\\\s][^\\]*$",
}


def _input_entry(definitions: dict[str, Schema]) -> Schema:
    for name, cls in INPUT_TYPES.items():
        definitions[f"input_{name}"] = _declared_input(cls, definitions)
    return _by_type({name: {"$ref": f"#/$defs/input_{name}"} for name in INPUT_TYPES}, INPUT_TYPES, InputDeclaration)


def _output_entry(definitions: dict[str, Schema]) -> Schema:
    definitions["output"] = _object(OutputDeclaration, definitions)
    entry = _by_type({}, OUTPUT_TYPES, OutputDeclaration)
    return {"$ref": "#/$defs/output", **entry}


def _by_type(then: dict[str, Schema], known: Any, root: Any) -> Schema:
    """An object whose `type` is known, and meets what its type says."""
    about = "\n".join(f"{name}: {_summary(cls)}" for name, cls in known.items())
    typed = {"enum": list(known), "description": f"one of the types of {root.__name__}\n{about}"}
    entry: Schema = {"type": "object", "properties": {"type": typed}, "required": ["type"]}
    if then:
        entry["allOf"] = [
            {"if": {"properties": {"type": {"const": name}}, "required": ["type"]}, "then": schema}
            for name, schema in then.items()
        ]
    return entry


def _declared_input(cls: type[InputDeclaration], definitions: dict[str, Schema]) -> Schema:
    """An entry of `inputs`, with the other spellings that its `canonical` reads."""
    entry = _object(cls, definitions)
    properties = entry["properties"]
    properties["key"] |= {"not": {"enum": sorted(RESERVED_INPUT_KEYS)}}
    for name, wider in _SPELLINGS.items():
        if name in properties:
            properties[name] = wider(properties[name])
    return {"description": _summary(cls), **entry, "examples": [cls.example]}


def _bare_options(options: Schema) -> Schema:
    """Options may be bare strings, numbers and booleans; there is at least one."""
    item = options["items"]
    return {**options, "minItems": 1, "items": {"anyOf": [{"type": ["string", "number", "boolean"]}, item]}}


def _bare_columns(columns: Schema) -> Schema:
    """Columns may be bare strings."""
    either = [
        {**each, "items": {"anyOf": [{"type": "string"}, each["items"]]}} if each.get("type") == "array" else each
        for each in columns["anyOf"]
    ]
    return {**columns, "anyOf": either}


def _one_string(accept: Schema) -> Schema:
    """Endings may be one string, with commas between them."""
    return {**accept, "anyOf": [{"type": "string"}, *accept["anyOf"]]}


def _pair_or_object(center: Schema) -> Schema:
    """A place may be {lat, lng}."""
    degrees = [{"type": "number", "minimum": -most, "maximum": most} for most in (90, 180)]
    pair = {"type": "array", "prefixItems": degrees, "items": False, "minItems": 2}
    written = [
        {"type": "object", "properties": {lat: degrees[0], lng: degrees[1]}, "required": [lat, lng]}
        for lat in ("lat", "latitude")
        for lng in ("lng", "lon", "long", "longitude")
    ]
    return {**center, "anyOf": [pair, *written, {"type": "null"}]}


def _endpoint(endpoint: Schema) -> Schema:
    """A bare name will do."""
    return {**endpoint, "pattern": r"^/*(autocomplete/)?[\w-]*[^\W_][\w-]*/*$"}


def _positive(size: Schema) -> Schema:
    either = [{**each, "exclusiveMinimum": 0} if each.get("type") == "number" else each for each in size["anyOf"]]
    return {**size, "anyOf": either}


_SPELLINGS = {
    "options": _bare_options,
    "columns": _bare_columns,
    "accept": _one_string,
    "default_center": _pair_or_object,
    "endpoint": _endpoint,
    "max_size_mb": _positive,
}
"""Fields of inputs that tools write in other shapes, or that have bounds of their own."""


def _object(cls: Any, definitions: dict[str, Schema], without: frozenset[str] | set[str] = frozenset()) -> Schema:
    """The schema of an attrs class: keys that it doesn't know are let through, as the strict check warns of them."""
    hints = get_type_hints(cls, include_extras=True)
    fields = [each for each in attrs.fields(cls) if each.name not in without]
    properties = {}
    for each in fields:
        schema = _bounded(_of(hints[each.name], definitions), each.metadata)
        # A reference may stand beside a description since draft 2019-09.
        properties[each.name] = {"description": each.metadata["help"], **schema}
        if isinstance(each.default, str | int | float):
            properties[each.name]["default"] = each.default
    required = [each.name for each in fields if each.default is attrs.NOTHING]
    return {"type": "object", "properties": properties, **({"required": required} if required else {})}


def _bounded(schema: Schema, metadata: Any) -> Schema:
    """The schema with the field's bounds at the numbers in it."""
    bounds = {name: metadata[name] for name in ("minimum", "maximum") if metadata.get(name) is not None}
    if not bounds:
        return schema
    if "anyOf" in schema:
        return {**schema, "anyOf": [_bounded(each, metadata) for each in schema["anyOf"]]}
    return {**schema, **bounds} if schema.get("type") in {"number", "integer"} else schema


_SCALARS: dict[Any, Schema] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    type(None): {"type": "null"},
    dict: {"type": "object"},
    list: {"type": "array"},
    Any: {},
}


def _of(kind: Any, definitions: dict[str, Schema]) -> Schema:
    """The schema of an annotation."""
    if kind in _SCALARS:
        return dict(_SCALARS[kind])
    origin, args = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _marked(args[1], definitions)
    if origin is Literal:
        return {"enum": list(args)}
    if origin in {Union, UnionType}:
        return {"anyOf": [_of(each, definitions) for each in args]}
    if origin is list:
        return {"type": "array", "items": _of(args[0], definitions)}
    if origin is dict:
        return {"type": "object", "additionalProperties": _of(args[1], definitions)}
    if attrs.has(kind):
        return _reference(kind, definitions)
    raise TypeError(f"there is no schema of {kind!r}")


def _marked(mark: Any, definitions: dict[str, Schema]) -> Schema:
    """The schema of a list that is checked in bulk."""
    match mark:
        case Leaf(kinds=kinds):
            items = [_SCALARS[kind] for kind in kinds if kind is not int or float not in kinds]
            return {"type": "array", "items": dict(items[0]) if len(items) == 1 else {"anyOf": items}}
        case Pairs():
            degrees = [{"type": "number", "minimum": a, "maximum": b} for a, b in (LATITUDES, LONGITUDES)]
            pair = {"type": "array", "prefixItems": degrees, "items": False, "minItems": 2}
            return {"type": "array", "items": pair}
        case Records(of=of):
            return {"type": "array", "items": _reference(of, definitions)}
        case Nested(of=of):
            node = _reference(of, definitions)
            definitions[of.__name__]["properties"]["children"] = {
                "description": "the nodes under it, each of the same kind",
                "type": "array",
                "items": node,
            }
            return node
        case _:
            raise TypeError(f"there is no schema of {mark!r}")


def _reference(cls: Any, definitions: dict[str, Schema]) -> Schema:
    """A reference to the schema of a class, which stands among the definitions once."""
    if cls.__name__ not in definitions:
        definitions[cls.__name__] = {}
        definitions[cls.__name__] = {"description": _summary(cls), **_object(cls, definitions)}
    return {"$ref": f"#/$defs/{cls.__name__}"}


def _summary(cls: Any) -> str:
    """The first sentence of a class's docstring."""
    return str(cls.__doc__).strip().split("\n")[0]
