"""The dashboard's own files and the libraries beside them, looked up by name and never by path."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from quart import Response, request

from pixie_server.render import static_url

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["StaticFiles"]

_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
}


class StaticFiles:
    """The files under a folder as they are at start-up, of the types that a page needs."""

    def __init__(self, folder: Path) -> None:
        self._paths = {
            path.relative_to(folder).as_posix(): path
            for path in sorted(folder.rglob("*"))
            if path.is_file() and path.suffix in _TYPES
        }

    def read(self, name: str) -> bytes | None:
        """A file's bytes, or None where there is no such file."""
        path = self._paths.get(name)
        return path.read_bytes() if path is not None else None

    def answer(self, name: str, body: bytes) -> Response:
        """A file as it is sent: kept for good by the browser where its address carries the version of its
        content.
        """
        versioned = request.full_path.rstrip("?") == static_url(name) and "?" in static_url(name)
        keep = "public, max-age=31536000, immutable" if versioned else "no-cache"
        return Response(body, content_type=_TYPES[PurePosixPath(name).suffix], headers={"Cache-Control": keep})
