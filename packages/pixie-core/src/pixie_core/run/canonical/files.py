"""Variants of the types that hold files."""

from __future__ import annotations

import binascii
import mimetypes
import re
from typing import TYPE_CHECKING, Any

from pixie_core.run.canonical.words import bare

if TYPE_CHECKING:
    from pixie_core.catalogue.base import Json
    from pixie_core.run.canonical.context import Context

__all__ = ["file", "image", "image_compare", "image_grid", "sound"]

_MAGIC = (("iVBORw0KGgo", "image/png"), ("/9j/", "image/jpeg"), ("R0lGOD", "image/gif"), ("UklGR", "image/webp"))


def image(raw: Json, ctx: Context) -> Json:
    """Base64 without its `data:` head; `src`, `url` or `data` for value."""
    if isinstance(raw, dict) and "value" not in raw:
        for key in ("data", "src", "url"):
            if isinstance(raw.get(key), str):
                ctx.note(f"the picture came as {key}; send the data URL itself")
                raw = raw[key]
                break
    raw = bare(raw, ctx)
    if isinstance(raw, str):
        for start, mime in _MAGIC:
            if raw.startswith(start):
                ctx.note("the picture came as bare base64; send a data URL (data:image/png;base64,…)")
                return f"data:{mime};base64,{raw}"
        if raw.lstrip().startswith("<svg"):
            ctx.note("the picture came as SVG source; send a data URL (data:image/svg+xml;base64,…)")
            return "data:image/svg+xml;base64," + binascii.b2a_base64(raw.encode(), newline=False).decode()
    return raw


def file(raw: Json, ctx: Context) -> Json:
    """A missing media type or name, `name`, `content` or `mime` for the fields, bare base64."""
    if isinstance(raw, str) and raw.startswith("data:"):
        ctx.note("the file came as a bare data URL; send {filename, data, mime_type}")
        raw = {"data": raw}
    if not isinstance(raw, dict):
        return raw
    value = dict(raw)
    for found, wanted in (("name", "filename"), ("content", "data"), ("value", "data"), ("mime", "mime_type")):
        if wanted not in value and found in value:
            ctx.note(f"{found} stands for {wanted}", f"$.{wanted}")
            value[wanted] = value.pop(found)
    data = value.get("data")
    if not isinstance(data, str):
        return value
    head = re.match(r"data:([\w.+-]+/[\w.+-]+)?[;,]", data)
    if "mime_type" not in value:
        guessed = mimetypes.guess_type(str(value.get("filename", "")))[0]
        value["mime_type"] = (head.group(1) if head else None) or guessed or "application/octet-stream"
        ctx.note("mime_type was missing; say it, or the browser guesses what the file is", "$.mime_type")
    if "filename" not in value:
        value["filename"] = ctx.declared.key + (mimetypes.guess_extension(str(value["mime_type"])) or ".bin")
        ctx.note("filename was missing", "$.filename")
    if not head and data and len(data) % 4 == 0 and re.fullmatch(r"[A-Za-z0-9+/]+={0,2}", data):
        ctx.note("data came as bare base64; send a data URL", "$.data")
        value["data"] = f"data:{value['mime_type']};base64,{data}"
    return value


def image_grid(raw: Json, ctx: Context) -> Json:
    """A bare list of pictures, and pictures as bare sources."""
    if isinstance(raw, list):
        ctx.note("the pictures came as a bare list; send {images: [{value, label}]}")
        raw = {"images": raw}
    if not isinstance(raw, dict) or not isinstance(raw.get("images"), list):
        return raw
    return {**raw, "images": [_labelled(each, ctx) for each in raw["images"]]}


def _labelled(each: Any, ctx: Context) -> Any:
    if isinstance(each, str):
        ctx.note("pictures came as bare sources; send {value, label} for each", "$.images")
        return {"value": image(each, ctx)}
    if not isinstance(each, dict):
        return each
    if "value" in each:
        return {**each, "value": image(each["value"], ctx)}
    source = image(each, ctx)
    if not isinstance(source, str):
        return each
    label = next((each[key] for key in ("label", "title", "caption") if isinstance(each.get(key), str)), None)
    return {"value": source} if label is None else {"value": source, "label": label}


def image_compare(raw: Json, ctx: Context) -> Json:
    """Either picture as an object or bare base64."""
    if not isinstance(raw, dict):
        return raw
    return {key: image(each, ctx) if key in {"before", "after"} else each for key, each in raw.items()}


def sound(raw: Json, ctx: Context) -> Json:
    """Of audio and video: `src`, `url` or `data` for value."""
    if isinstance(raw, dict) and "value" not in raw:
        for key in ("data", "src", "url"):
            if isinstance(raw.get(key), str):
                ctx.note(f"the source came as {key}; send the data URL itself")
                return raw[key]
    return bare(raw, ctx)
