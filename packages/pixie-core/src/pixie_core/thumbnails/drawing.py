"""A thumbnail from a picture or a film: upright, its longer edge no longer than asked for, as WebP.

What shines through still does; of what moves it is the first picture that shows something. An SVG gets none: it is
small, and browsers draw it well and safely within `<img>`. What the file says of itself (place, camera, comments) isn't
taken along.
"""

from __future__ import annotations

import io
import time
from itertools import islice
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from pixie_core.errors import ExportError
from pixie_core.exporters.media_images import picture_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PIL.Image import Image

__all__ = ["FILMS", "PICTURES", "Undrawable", "draw"]

PICTURES: frozenset[str] = frozenset(
    {
        "image/png",
        "image/jpeg",
        "image/jpg",
        "image/gif",
        "image/webp",
        "image/avif",
        "image/bmp",
        "image/tiff",
        "image/vnd.microsoft.icon",
        "image/x-icon",
    }
)
"""Media types of pictures that have thumbnails."""

FILMS: Mapping[str, str] = {
    "video/mp4": "mp4",
    "video/quicktime": "mov",
    "video/webm": "webm",
    "video/matroska": "matroska",
    "video/ogg": "ogg",
    "video/x-msvideo": "avi",
}
"""Media types of films that have thumbnails, and the one reader that each is read by: left to guess, FFmpeg takes a
playlist for a film, and opens the files that it names.
"""

_MOST_PIXELS = 50_000_000
_FRAMES = 300
_SECONDS = 5.0
_TELLING = 8.0
"""Standard deviation of the brightness, of 255, from which on a picture shows something."""
_PROFILE_BYTES = 4096
_ORIENTATION = 0x0112
"""The tag of EXIF that says which side is up."""


class Undrawable(Exception):
    """No thumbnail can be made of a file; the text says why."""


def draw(file: BinaryIO, mime: str, edge: int) -> bytes:
    """The thumbnail of a file of this media type, `edge` pixels along its longer side at most. Raises Undrawable."""
    picture = _still(file, edge) if mime in PICTURES else _frame(file, FILMS[mime], edge)
    made = io.BytesIO()
    # A few hundred bytes say that a photograph has more colours than sRGB; without them it looks dull.
    profile = picture.info.get("icc_profile") or b""
    picture.save(made, "WEBP", quality=80, icc_profile=profile if len(profile) <= _PROFILE_BYTES else b"")
    return made.getvalue()


def _still(file: BinaryIO, edge: int) -> Image:
    from PIL import ImageOps

    try:
        with picture_in(file, "The file") as picture:
            picture.draft(None, (edge * 2, edge * 2))  # a JPEG is read at a fraction of its size
            profile = picture.info.get("icc_profile")
            small = _plain(picture, edge)
            if small is not picture:
                small.getexif()[_ORIENTATION] = picture.getexif().get(_ORIENTATION, 1)
            small.thumbnail((edge, edge))
            upright: Image = ImageOps.exif_transpose(small)
            if profile and picture.mode in {"RGB", "RGBA"}:
                upright.info["icc_profile"] = profile
            else:
                upright.info.pop("icc_profile", None)
            return upright
    except ExportError as error:
        raise Undrawable(str(error).removesuffix(" Take it as it is.")) from error


def _plain(picture: Image, edge: int) -> Image:
    """The picture in one of the two modes that WebP has, itself if it is."""
    from PIL.Image import Resampling

    if picture.mode in {"RGB", "RGBA"}:
        return picture
    if picture.mode.startswith(("I", "F")):
        # Measured values: from black, the least of them, to white. Each would take four bytes, so that of many only as
        # many are looked at as a thumbnail can tell of.
        scale = min(1.0, 4 * edge / max(picture.size))
        size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
        values = picture.resize(size, Resampling.NEAREST).convert("F")
        low, high = cast("tuple[float, float]", values.getextrema())
        slope = 255.0 / ((high - low) or 1.0)
        return values.point(lambda value: value * slope - low * slope).convert("L").convert("RGB")
    through = "A" in picture.getbands() or "a" in picture.getbands() or "transparency" in picture.info
    made: Image = picture.convert("RGBA" if through else "RGB")
    return made


def _frame(file: BinaryIO, reader: str, edge: int) -> Image:
    """The first picture of a film that isn't of one colour, as far as one comes soon; else the liveliest."""
    import av

    try:
        with av.open(file, format=reader, metadata_errors="replace") as film:
            if not film.streams.video:
                raise Undrawable("The film holds no moving picture.")
            shown = film.streams.video[0]
            shown.thread_type = "NONE"
            if shown.width * shown.height > _MOST_PIXELS:
                raise Undrawable(f"The film has {shown.width} by {shown.height} pixels, more than {_MOST_PIXELS:,}.")
            return _telling(film, shown, edge)
    except (av.FFmpegError, ValueError, OSError) as error:
        raise Undrawable(f"The file isn't a film that can be read here ({error}).") from error


def _telling(film: Any, shown: Any, edge: int) -> Image:
    from PIL import ImageStat

    until = time.monotonic() + _SECONDS
    best: tuple[float, Image] | None = None
    for frame in islice(film.decode(shown), _FRAMES):
        picture = _small(frame, float(shown.sample_aspect_ratio or 1), edge)
        life = ImageStat.Stat(picture.convert("L")).stddev[0]
        if best is None or life > best[0]:
            best = life, picture
        if life >= _TELLING or time.monotonic() > until:
            break
    if best is None:
        raise Undrawable("The film holds no picture that can be read.")
    return best[1]


def _small(frame: Any, aspect: float, edge: int) -> Image:
    """A frame at the size of a thumbnail, upright, its pixels square."""
    if frame.width * frame.height > _MOST_PIXELS:
        raise Undrawable(f"The film has {frame.width} by {frame.height} pixels, more than {_MOST_PIXELS:,}.")
    wide, high = frame.width * (aspect if 0.1 <= aspect <= 10 else 1.0), float(frame.height)
    scale = min(1.0, edge / max(wide, high))
    small: Image = frame.to_image(width=max(1, round(wide * scale)), height=max(1, round(high * scale)))
    return small.rotate(frame.rotation, expand=True) if frame.rotation else small
