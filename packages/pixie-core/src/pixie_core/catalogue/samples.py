"""Small files that examples and probes are made of: a picture, a tone, silence, a film of one second.

They are computed where that is short, so that nothing binary stands in the source but the film's few bytes.
"""

from __future__ import annotations

import io
import math
import struct
import wave
import zlib
from base64 import b64encode
from functools import cache

__all__ = ["FILM", "picture", "silence", "tone"]


def picture(start: tuple[int, int, int], end: tuple[int, int, int], width: int = 48, height: int = 32) -> str:
    """A PNG that runs from one colour to the other, as a data URL."""
    rows = bytearray()
    for y in range(height):
        rows.append(0)  # PNG filter 0: the bytes as they are
        for x in range(width):
            share = (x / (width - 1) + y / (height - 1)) / 2
            rows += bytes(round(a + (b - a) * share) for a, b in zip(start, end, strict=True))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(rows), 9)), (b"IEND", b""))
    return _url("image/png", b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, body) for name, body in chunks))


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def tone(hertz: float = 440, seconds: float = 0.25) -> str:
    """A WAV of one tone, fading out, as a data URL: 8 000 samples a second of 8 bits."""
    length = int(8_000 * seconds)
    return _wav(
        bytes(128 + round(90 * (1 - at / length) * math.sin(math.tau * hertz * at / 8_000)) for at in range(length))
    )


@cache
def silence() -> str:
    """A WAV of one silent second, as a data URL."""
    return _wav(b"\x80" * 8_000)


def _wav(samples: bytes) -> str:
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(1)
        written.setframerate(8_000)
        written.writeframes(samples)
    return _url("audio/wav", file.getvalue())


def _url(mime: str, content: bytes) -> str:
    return f"data:{mime};base64,{b64encode(content).decode()}"


FILM = (
    "data:video/webm;base64,"
    "GkXfo59ChoEBQveBAULygQRC84EIQoKEd2VibUKHgQJChYECGFOAZwEAAAAAAAI0EU2bdLpNu4tTq4QVSalmU6yBoU27i1OrhBZU"
    "rmtTrIHYTbuMU6uEElTDZ1OsggEbTbuMU6uEHFO7a1OsggIe7AEAAAAAAABZAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAVSalmsirXsYMPQkBNgI1M"
    "YXZmNjIuMTIuMTAyV0GNTGF2ZjYyLjEyLjEwMkSJiECPQAAAAAAAFlSua76uAQAAAAAAADXXgQFzxYiVDMQ1BkXg4JyBACK1nIN1"
    "bmSIgQCGhVZfVlA5g4EBI+ODhAvrwgDghrCBILqBGBJUw2fYc3OgY8CAZ8iaRaOHRU5DT0RFUkSHjUxhdmY2Mi4xMi4xMDJzc7Jj"
    "wItjxYiVDMQ1BkXg4GfIoUWjiERVUkFUSU9ORIeTMDA6MDA6MDEuMDAwMDAwMDAwAB9DtnVAoOeBAKPFgQAAgIJJg0IAAfABdhA4"
    "JBwZIgAAMHAAAHZ6/yqCmUXAKFe35xCjjZp5iUaa/V5o6Lf8vE1tiHQy9sbDhwIeio8bCaNAo5WBAMgAhgBAkhwgW4AAAyAAAEyh"
    "ywCjk4EBkACGAECSHCBagAADIAAAQ0Cjk4ECWACGAECSHCBbgAADIAAAQ0Cjk4EDIACGAECSHCBZQAADIAAAQ0AcU7trkbuPs4EA"
    "t4r3gQHxggF48IED"
)
"""A second of an orange square that crosses a blue ground: VP9 in WebM, five frames of 32 by 24."""
