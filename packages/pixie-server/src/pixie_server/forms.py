"""Forms, read strictly: what can't be read is malformed, and never an empty form or a text with holes in it.

Quart's own parser puts U+FFFD for bytes that are no UTF-8, leaves out what it doesn't understand, and takes a form that
breaks off in its middle for a whole one. A tool would then run with other inputs than were sent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quart import Request
from quart.formparser import FormDataParser
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder, NeedData

from pixie_server.reading import Malformed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import IO

    from quart.wrappers import Body

__all__ = ["StrictRequest"]

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
