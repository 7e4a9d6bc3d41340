"""multipart/form-data, read block by block: files go to disk as they come, never whole into memory (RFC 7578)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from pixie_tool_sdk.http1 import BadRequest, Body
from pixie_tool_sdk.uploads import Upload

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["Form", "read_form"]

_MOST_PARTS: Final = 500
_LARGEST_FIELD: Final = 64 * 1024 * 1024
_LARGEST_PART_HEAD: Final = 16 * 1024

_BOUNDARY: Final = re.compile(r'boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))', re.IGNORECASE)
_PARAMETER: Final = re.compile(r';\s*([a-z*]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*))', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Form:
    """The parts of a form: fields by name, and files by name, several under one name in their order."""

    fields: dict[str, bytes]
    files: dict[str, list[Upload]]


def read_form(content_type: str, body: Body, folder: Path) -> Form:
    """Read a form whose files are written into `folder`, under names of our own. Raises `BadRequest` for a broken
    one.
    """
    matched = _BOUNDARY.search(content_type)
    if matched is None:
        raise BadRequest(400, "the multipart form names no boundary")
    parts = _Parts(body, (matched[1] or matched[2]).encode())
    form = Form({}, {})
    for index, head in enumerate(parts.heads()):
        if index >= _MOST_PARTS:
            raise BadRequest(413, f"the form has more than {_MOST_PARTS} parts")
        name, filename, mime_type = _described(head)
        if filename is None:
            form.fields[name] = _field(name, parts.content())
            continue
        path = folder / f"{index:03d}.part"
        with path.open("wb") as file:
            for block in parts.content():
                file.write(block)
        form.files.setdefault(name, []).append(Upload(filename=filename or name, mime_type=mime_type, path=path))
    return form


def _field(name: str, blocks: Iterator[bytes]) -> bytes:
    content = bytearray()
    for block in blocks:
        content += block
        if len(content) > _LARGEST_FIELD:
            raise BadRequest(413, f"the form's field {name} has more than {_LARGEST_FIELD} bytes")
    return bytes(content)


class _Parts:
    """The parts of a body, one after the other: `heads` steps to the next, `content` reads it to its end."""

    def __init__(self, body: Body, boundary: bytes) -> None:
        self._body = body
        # Every boundary stands at the start of a line; so does the first, if the body is given a line's end before it.
        self._mark = b"\r\n--" + boundary
        self._held = b"\r\n"
        self._within = True

    def heads(self) -> Iterator[bytes]:
        for _ in self.content():
            # What stands before the first boundary belongs to nobody.
            pass
        while True:
            self._fill(2)
            if self._held[:2] == b"--":
                while self._body.read():
                    pass
                return
            head = self._until(b"\r\n\r\n")
            self._within = True
            yield head
            for _ in self.content():
                pass

    def content(self) -> Iterator[bytes]:
        while self._within:
            at = self._held.find(self._mark)
            if at >= 0:
                block, self._held = self._held[:at], self._held[at + len(self._mark) :]
                self._within = False
            else:
                # The tail may be the start of a boundary.
                safe = max(0, len(self._held) - len(self._mark))
                block, self._held = self._held[:safe], self._held[safe:]
                if not self._more():
                    raise BadRequest(400, "the form ends before its last boundary")
            if block:
                yield block

    def _until(self, end: bytes) -> bytes:
        while (at := self._held.find(end)) < 0:
            if len(self._held) > _LARGEST_PART_HEAD or not self._more():
                raise BadRequest(400, "a part of the form has no proper head")
        head, self._held = self._held[:at], self._held[at + len(end) :]
        return head

    def _fill(self, count: int) -> None:
        while len(self._held) < count:
            if not self._more():
                raise BadRequest(400, "the form ends before its last boundary")

    def _more(self) -> bool:
        block = self._body.read()
        self._held += block
        return bool(block)


def _described(head: bytes) -> tuple[str, str | None, str]:
    try:
        lines = head.decode().split("\r\n")
    except UnicodeDecodeError:
        raise BadRequest(400, "the head of a part of the form isn't UTF-8") from None
    fields = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}
    disposition = fields.get("content-disposition", "")
    parameters = {
        match[1].lower(): re.sub(r"\\(.)", r"\1", match[2]) if match[2] is not None else match[3]
        for match in _PARAMETER.finditer(disposition)
    }
    if not disposition.lower().startswith("form-data") or not parameters.get("name"):
        raise BadRequest(400, "a part of the form has no name")
    filename = parameters.get("filename")
    if "filename*" in parameters:
        charset, _, rest = parameters["filename*"].partition("'")
        if charset.lower() == "utf-8":
            filename = unquote(rest.partition("'")[2])
    if filename is not None:
        # Browsers write a quotation mark so (HTML, "multipart form data").
        filename = filename.replace("%22", '"')
        filename = re.split(r"[/\\]", filename)[-1]
    return parameters["name"], filename, fields.get("content-type", "application/octet-stream")
