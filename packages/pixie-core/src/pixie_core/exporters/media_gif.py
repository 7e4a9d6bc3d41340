"""Films as GIF, by PyAV and Pillow (the extra `video`): small, without sound, in one palette, playing over and over."""

from __future__ import annotations

import io
import math
from itertools import pairwise
from typing import IO, TYPE_CHECKING, Any

from attrs import frozen

from pixie_core.catalogue.base import field
from pixie_core.errors import ExportError, ExportTooLarge
from pixie_core.exporters.format import Format
from pixie_core.exporters.media_sources import opened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL.Image import Image

    from pixie_core.exporters.format import Export

__all__ = ["GIFS", "GifOptions"]

_MOST_PIXELS = 150_000_000
"""Of all pictures together: about what 60 seconds of 480 by 270 at 20 pictures a second have."""
_SAMPLES = 24
"""Pictures that the palette is made of."""
_SAMPLE_EDGE = 160
_INSTANT = 1e-6
"""Seconds by which times may be off when they are the same."""


@frozen(kw_only=True)
class GifOptions:
    """What can be chosen of a GIF."""

    width: int = field(help="at most so many pixels wide", default=480, minimum=16, maximum=4_000)
    rate: int = field(help="pictures a second", default=10, minimum=1, maximum=50)


def _write(export: Export, sink: IO[bytes], options: GifOptions) -> None:
    import av
    from PIL import Image

    try:
        count, samples = _look(export, options)
        palette = _palette(samples)
        pictures = (
            each.quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG) for each in _pictures(export, options)
        )
        file = io.BytesIO()
        next(pictures).save(
            file,
            "GIF",
            save_all=True,
            append_images=_told(pictures, count, export),
            duration=_durations(count, options.rate),
            loop=0,
            optimize=False,
            comment=export.provenance.sentence().encode(),
        )
    except av.FFmpegError as error:
        raise ExportError(
            f"{export.declared.label} isn't a film that can be read here ({error.strerror}). Take it as it is."
        ) from error
    sink.write(file.getbuffer())


def _look(export: Export, options: GifOptions) -> tuple[int, list[Image]]:
    """How many pictures there will be, and some of them, small, from all over the film."""
    count, every = 0, 1
    samples: list[Image] = []
    for picture in _pictures(export, options):
        if count == 0:
            most = _MOST_PIXELS // (picture.width * picture.height)
        if count >= most:
            raise ExportTooLarge(
                f"{export.declared.label} has more than {most:,} pictures of {picture.width} by {picture.height}, "
                f"{_MOST_PIXELS:,} pixels in all, which is too much for a GIF. Choose a smaller width or rate, or mp4."
            )
        if count % every == 0:
            small = picture.copy()
            small.thumbnail((_SAMPLE_EDGE, _SAMPLE_EDGE))
            samples.append(small)
            if len(samples) == 2 * _SAMPLES:
                samples, every = samples[::2], 2 * every
        count += 1
        export.on_progress(0, count)  # how many there will be isn't known yet; whoever left is heard all the same
    if not count:
        raise ExportError(f"{export.declared.label} holds no moving picture. Take it as it is.")
    return count, samples


def _palette(samples: list[Image]) -> Image:
    """256 colours that serve the whole film, so that nothing flickers."""
    from PIL import Image

    across = math.ceil(math.sqrt(len(samples)))
    wide, tall = samples[0].size
    sheet = Image.new("RGB", (across * wide, math.ceil(len(samples) / across) * tall))
    for number in range(across * math.ceil(len(samples) / across)):
        # The last row is filled up, so that no ground of the sheet takes a colour.
        sheet.paste(samples[number % len(samples)], (number % across * wide, number // across * tall))
    return sheet.quantize(256, method=Image.Quantize.MEDIANCUT)


def _pictures(export: Export, options: GifOptions) -> Iterator[Image]:
    """The film's pictures at the rate: at each instant the last one that there is."""
    import av

    with opened(export.media()[0], export) as source, av.open(source, "r", metadata_errors="replace") as film:
        if not film.streams.video:
            raise ExportError(f"{export.declared.label} holds no moving picture. Take it as it is.")
        begin = at = 0.0
        shown: Any = None
        count = 0
        for frame in film.decode(film.streams.video[0]):
            # A frame that has no time comes as soon as it can.
            at = at + 1 / options.rate if frame.pts is None else float(frame.time)
            begin = at if shown is None else begin
            while shown is not None and begin + count / options.rate < at - _INSTANT:
                yield _small(shown, options)
                count += 1
            shown = frame
        if shown is not None:
            yield _small(shown, options)


def _small(frame: Any, options: GifOptions) -> Image:
    scale = min(1.0, options.width / frame.width)
    wide, tall = max(1, round(frame.width * scale)), max(1, round(frame.height * scale))
    picture: Image = frame.reformat(wide, tall, "rgb24").to_image()
    return picture


def _durations(count: int, rate: int) -> list[int]:
    """Milliseconds of each picture, in hundredths of a second, which is what a GIF counts in; right in the sum."""
    ends = [round(100 * number / rate) * 10 for number in range(count + 1)]
    return [after - before for before, after in pairwise(ends)]


def _told(pictures: Iterator[Image], count: int, export: Export) -> Iterator[Image]:
    for number, picture in enumerate(pictures, start=2):
        yield picture
        export.on_progress(number, count)


GIFS: tuple[Format, ...] = (
    Format(
        name="gif",
        reads="media",
        ending=".gif",
        mime="image/gif",
        help="small and silent, plays in chats and documents",
        write=_write,
        options=GifOptions,
        extra="video",
        modules=("av",),
    ),
)
