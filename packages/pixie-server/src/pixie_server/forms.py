"""Forms, read strictly: what can't be read is malformed, and never an empty form or a text with holes in it.

Quart's own parser puts U+FFFD for bytes that are no UTF-8, leaves out what it doesn't understand, and takes a form that
breaks off in its middle for a whole one. A tool would then run with other inputs than were sent.

    body, files = await read_upload(StartRunBody, request, limits)

Files are written to the disk as they come, and handed on as streams.
"""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING, Any, get_origin, get_type_hints
from urllib.parse import unquote_to_bytes

from quart import Request
from quart.formparser import FormDataParser
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder, NeedData

from pixie_core.catalogue.inputs.files import Attached, attached
from pixie_core.errors import DiskFull, Problem, RequestInvalid
from pixie_core.structure import Problems, structure
from pixie_server.reading import Malformed, read_json, read_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import IO

    from quart.wrappers import Body

    from pixie_server.limits import Limits

__all__ = ["StrictRequest", "attached_files", "form_fields", "read_upload"]

_LONGEST_NAME = 4096
"""Characters of a field's name and its file's name together."""

_Fields = MultiDict[str, Any]


class _StrictForms(FormDataParser):
    async def parse(
        self, body: Body, mimetype: str, content_length: int | None, options: dict[str, str] | None = None
    ) -> tuple[_Fields, _Fields]:
        """The fields and the files. Raises Malformed."""
        if mimetype == "multipart/form-data":
            return await self._multipart(body, content_length, options or {})
        try:
            return await super().parse(body, mimetype, content_length, options)
        except UnicodeDecodeError:
            raise Malformed("The form isn't UTF-8.") from None

    async def _multipart(
        self, body: Body, content_length: int | None, options: Mapping[str, str]
    ) -> tuple[_Fields, _Fields]:
        decoder = MultipartDecoder(options.get("boundary", "").encode("ascii", "replace"), max_parts=None)
        fields: list[tuple[str, str]] = []
        files: list[tuple[str, FileStorage]] = []
        part = _Part()
        try:
            async for data in body:
                decoder.receive_data(data)
                while not isinstance(event := decoder.next_event(), NeedData | Epilogue):
                    if isinstance(event, Field | File):
                        part = _Part(event, self._stream(event, content_length))
                    elif isinstance(event, Data):
                        part.add(event.data, self.max_form_memory_size)
                        if not event.more_data:
                            part.end(fields, files)
            decoder.receive_data(None)
            ended = decoder.next_event()
        except (UnicodeDecodeError, _Unreadable):
            raise Malformed("The form isn't UTF-8.") from None
        except ValueError:
            raise Malformed("The form isn't multipart/form-data as its boundary says.") from None
        except OSError as error:
            if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
                raise
            said = "There is no room left in the folder for temporary files, where what is sent is kept first."
            raise DiskFull(f"{said} Nothing was recorded. Free some, then try again.") from error
        if not isinstance(ended, Epilogue):
            raise Malformed("The form breaks off: its closing boundary is missing.")
        return MultiDict(fields), MultiDict(files)

    def _stream(self, event: Field | File, content_length: int | None) -> IO[bytes] | None:
        if not event.name:
            raise Malformed("A part of the form has no name: each needs one in its Content-Disposition.")
        named = event.name if isinstance(event, Field) else event.name + (event.filename or "")
        if len(named) > _LONGEST_NAME:
            raise RequestEntityTooLarge
        if isinstance(event, Field):
            return None
        return self.stream_factory(content_length, event.headers.get("content-type"), event.filename, None)


class _Unreadable(Exception):
    """Bytes of a field that are no UTF-8."""


class _Part:
    """One field or file, as its bytes come."""

    def __init__(self, event: Field | File | None = None, stream: IO[bytes] | None = None) -> None:
        self._event = event
        self._stream = stream
        self._held = bytearray()

    def add(self, data: bytes | bytearray, limit: int | None) -> None:
        if self._stream is not None:
            self._stream.write(data)
            return
        self._held += data
        if limit is not None and len(self._held) > limit:
            raise RequestEntityTooLarge

    def end(self, fields: list[tuple[str, str]], files: list[tuple[str, FileStorage]]) -> None:
        assert self._event is not None  # the decoder tells of a part before its data
        name = self._event.name
        if self._stream is None:
            try:
                fields.append((name, self._held.decode("utf-8")))
            except UnicodeDecodeError:
                raise _Unreadable from None
            return
        self._stream.seek(0)
        filename = self._event.filename if isinstance(self._event, File) else None
        files.append((name, FileStorage(self._stream, filename, name, headers=self._event.headers)))


class StrictRequest(Request):
    """A request whose forms are read strictly."""

    form_data_parser_class = _StrictForms


async def form_fields(request: Request) -> dict[str, list[str]]:
    """The form's fields in order, each with all its texts. Raises Malformed for a byte that isn't UTF-8: it never
    becomes an empty form.
    """
    if request.mimetype == "application/x-www-form-urlencoded":
        raw = await request.get_data(cache=True, as_text=False, parse_form_data=False)
        try:
            unquote_to_bytes(raw).decode("utf-8")
        except UnicodeDecodeError:
            raise Malformed("The form isn't UTF-8.") from None
    form = await request.form
    return {key: form.getlist(key) for key in form}


async def attached_files(request: Request) -> dict[str, Attached | list[Attached]]:
    """The form's files by field, one or a list of several. A field that was left empty is no file."""
    made: dict[str, Attached | list[Attached]] = {}
    for key, several in (await request.files).lists():
        found = [attached(each.stream, each.filename, each.mimetype or None) for each in several if each.filename]
        if found:
            made[key] = found if len(found) > 1 else found[0]
    return made


async def read_upload(cls: type[Any], request: Request, limits: Limits) -> tuple[Any, dict[str, Any]]:
    """A multipart form as an instance of `cls`, whose fields are parts of it, and its files by the names of theirs.

    A part for what is an object is JSON, as a field or as a file; the others are texts. Raises Malformed, and
    RequestInvalid with every problem.
    """
    hints = get_type_hints(cls)
    form, files = await request.form, await attached_files(request)
    given: dict[str, Any] = {}
    problems: list[Problem] = []
    parts: dict[str, list[Any]] = {name: list(texts) for name, texts in form.lists()}
    for name in hints.keys() & files.keys():
        sent = files.pop(name)
        parts[name] = [*parts.get(name, ()), *(sent if isinstance(sent, list) else [sent])]
    for name, several in parts.items():
        try:
            given[name] = _part(name, several, hints, limits)
        except ValueError as error:
            problems.append(Problem(f"$.{name}", str(error)))
    if not problems:
        try:
            return structure(cls, given), files
        except Problems as error:
            problems.extend(error.problems)
    raise RequestInvalid("The form", problems)


def _part(name: str, several: list[Any], hints: Mapping[str, Any], limits: Limits) -> Any:
    """The value of one part. Raises ValueError for one that can't be taken."""
    if name not in hints:
        raise ValueError(
            f"is no part of this form ({', '.join(hints)}): a file needs a filename, all else goes into inputs"
        )
    if len(several) > 1:
        raise ValueError(f"comes {len(several)} times; send it once")
    (sent,) = several
    if get_origin(hints[name]) is not dict:
        if isinstance(sent, Attached):
            raise ValueError("is a file; send it as a text")
        return read_text(sent, hints[name])
    if isinstance(sent, Attached) and sent.size > limits.body_bytes:
        raise ValueError(f"has {sent.size:,} bytes; at most {limits.body_bytes:,} are read as JSON")
    source = b"".join(sent.pieces()) if isinstance(sent, Attached) else sent.encode()
    try:
        return read_json(source, limits)
    except Malformed as error:
        raise Malformed(f"The part {name!r}{error.detail.removeprefix('The body')}") from None
