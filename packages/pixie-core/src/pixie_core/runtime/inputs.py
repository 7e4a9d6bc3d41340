"""The inputs of a run in their two forms: as they are recorded, and as the tool gets them.

A file comes as a data URL, or attached as it is. It is kept once, by its hash, and what is recorded in its place is
`{sha256, filename, mime, size}`; the tool gets a data URL all the same, or a part of a multipart form.
"""

from __future__ import annotations

import binascii
import json
import mimetypes
import re
import secrets
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, unquote_to_bytes

from attrs import field, frozen

from pixie_core.catalogue.inputs.files import Attached, FileInput, file_url
from pixie_core.errors import InputsInvalid, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pixie_core.store import Store
    from pixie_core.tool import Tool, ToolManifest

__all__ = ["Upload", "as_multipart", "as_recorded", "as_sent", "data_url"]

_DATA_URL = re.compile(r"data:([^;,]*)((?:;[^;,=]+=[^;,]*)*)(;base64)?,", re.IGNORECASE)
_MIME = re.compile(r"[\w.+-]+/[\w.+-]+", re.ASCII)


@frozen
class Upload:
    """A file in a data URL. `filename` is None when the URL has no `name` parameter."""

    mime: str
    filename: str | None
    content: bytes = field(repr=False)


def data_url(text: str) -> Upload:
    """The file in a data URL. Raises ValueError."""
    head = _DATA_URL.match(text)
    if head is None:
        raise ValueError("isn't a data URL (data:<type>;base64,…)")
    parameters = dict(part.partition("=")[::2] for part in head[2].split(";") if part)
    name = next((unquote(parameters[key]) for key in ("name", "filename") if key in parameters), None)
    body = text[head.end() :]
    try:
        content = binascii.a2b_base64(unquote(body) if "%" in body else body) if head[3] else unquote_to_bytes(body)
    except (binascii.Error, ValueError) as error:
        raise ValueError(f"isn't proper base64: {error}") from None
    mime = head[1].strip().lower()
    return Upload(mime if _MIME.fullmatch(mime) else "application/octet-stream", name or None, content)


def _files(manifest: ToolManifest, inputs: Mapping[str, Any]) -> Iterator[tuple[str, list[Any]]]:
    """The file inputs that have values, each as a list."""
    for declared in manifest.inputs:
        if isinstance(declared, FileInput) and inputs.get(declared.key) is not None:
            value = inputs[declared.key]
            yield declared.key, value if isinstance(value, list) else [value]


def _mapped(manifest: ToolManifest, inputs: Mapping[str, Any], each: Callable[[str, Any], Any]) -> dict[str, Any]:
    """The inputs with every file among them replaced."""
    changed = dict(inputs)
    for key, files in _files(manifest, inputs):
        values = [each(key, file) for file in files]
        changed[key] = values if isinstance(inputs[key], list) else values[0]
    return changed


def as_recorded(tool: Tool, inputs: Mapping[str, Any], store: Store, run_id: str) -> dict[str, Any]:
    """The inputs with every data URL and every attached file kept, and what stands for it in its place. Raises
    InputsInvalid.
    """

    def keep(key: str, value: Any) -> Any:
        if isinstance(value, Attached):
            return store.keep_input(
                run_id, tool.id, value.filename or _unnamed(key, value.mime), value.pieces(), value.mime
            )
        if not isinstance(value, str):
            return value
        try:
            upload = data_url(value)
        except ValueError as error:
            raise InputsInvalid(f"The inputs of {tool.id}", [Problem(f"$.{key}", str(error))]) from None
        filename = upload.filename or _unnamed(key, upload.mime)
        return store.keep_input(run_id, tool.id, filename, upload.content, upload.mime)

    return _mapped(tool.checked(), inputs, keep)


def _unnamed(key: str, mime: str) -> str:
    """What a file is called that came without a name."""
    return key + (mimetypes.guess_extension(mime) or ".bin")


def as_sent(
    manifest: ToolManifest, recorded: Mapping[str, Any], store: Store, *, named: bool = False
) -> dict[str, Any]:
    """Recorded inputs as the tool gets them, and as a new run takes them: files as data URLs again.

    `named` ones carry their file's name, which a new run keeps and many a tool can't read.
    Raises InputsInvalid when a file isn't kept any more.
    """

    def read(key: str, value: Any) -> Any:
        if not isinstance(value, dict) or "sha256" not in value:
            return value
        try:
            with store.open_input(value["sha256"]) as file:
                content = file.read()
        except FileNotFoundError:
            said = f"the file {value.get('filename')!r} isn't kept any more: send it again"
            raise InputsInvalid(f"The inputs of {manifest.id}", [Problem(f"$.{key}", said)]) from None
        return file_url(content, value.get("filename") if named else None, value.get("mime"))

    return _mapped(manifest, recorded, read)


def as_multipart(
    tool: Tool, recorded: Mapping[str, Any], store: Store, run_id: str, artefacts_dir: str
) -> tuple[str, bytes]:
    """Content type and body of POST /run for `input_transport: multipart`.

    `inputs` holds what isn't a file, as JSON; each file is a part under its key. Tools that aren't on the SDK get
    each value as a field of its own as well, as HTML forms send them: what is null is no field.
    """
    boundary = f"pixie-{secrets.token_hex(16)}"
    files = dict(_files(tool.checked(), recorded))
    plain = {key: value for key, value in recorded.items() if key not in files}
    about = {"run_id": run_id, "artefacts_dir": artefacts_dir}
    fields = {"run_id": run_id, "inputs": _json(plain), "_pixie": _json(about)}
    if not tool.uses_sdk:
        fields = {
            **{
                key: value if isinstance(value, str) else _json(value)
                for key, value in plain.items()
                if value is not None
            },
            **fields,
        }
    body = bytearray()
    for key, text in fields.items():
        body += _head(boundary, key, None, None) + text.encode() + b"\r\n"
    for key, values in files.items():
        for value in values:
            if isinstance(value, dict):
                with store.open_input(value["sha256"]) as file:
                    content = file.read()
                body += _head(boundary, key, value["filename"], value["mime"]) + content + b"\r\n"
    body += f"--{boundary}--\r\n".encode()
    return f"multipart/form-data; boundary={boundary}", bytes(body)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _head(boundary: str, name: str, filename: str | None, mime: str | None) -> bytes:
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="{_quoted(name)}"'
    if filename is not None:
        head += f'; filename="{_quoted(filename)}"\r\nContent-Type: {mime}'
    return f"{head}\r\n\r\n".encode()


def _quoted(text: str) -> str:
    """As browsers write names into a form (HTML, "multipart form data")."""
    return text.replace("\r", "%0D").replace("\n", "%0A").replace('"', "%22")
