"""Files that came as inputs."""

from __future__ import annotations

import binascii
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from pixie_tool_sdk.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Upload", "data_url_bytes"]


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came as an input: `run.uploads("photo")[0].read_bytes()`.

    `path` lies in a temporary folder that goes away when the run ends. `filename` is the name that the caller gave
    (never a path of this machine), or the input's key when there was none; `mime_type` is what the caller said.
    """

    filename: str
    mime_type: str
    path: Path

    @property
    def size(self) -> int:
        """How many bytes it holds."""
        return self.path.stat().st_size

    def read_bytes(self) -> bytes:
        """All of it."""
        return self.path.read_bytes()

    def open(self) -> BinaryIO:
        """Opened for reading, as bytes."""
        return self.path.open("rb")


def data_url_bytes(value: object, key: str) -> tuple[str, bytes]:
    """The MIME type and the bytes of a data URL in base64. Raises `InputError` naming `key` for anything else."""
    if not isinstance(value, str) or not value.startswith("data:"):
        raise InputError(key, "expected a file as a data URL (data:<type>;base64,...)")
    head, comma, body = value[len("data:") :].partition(",")
    if not comma or not head.endswith(";base64"):
        raise InputError(key, "expected a data URL in base64 (data:<type>;base64,...)")
    try:
        content = binascii.a2b_base64(body, strict_mode=True) if body else b""
    except (binascii.Error, ValueError) as error:
        raise InputError(key, f"the data URL isn't proper base64: {error}") from None
    return head.split(";", 1)[0] or "application/octet-stream", content
