"""Films in other formats, by PyAV (FFmpeg's libraries): H.264 and AAC in MP4, VP9 and Opus in WebM."""

from __future__ import annotations

import shutil
import tempfile
from fractions import Fraction
from functools import partial
from typing import IO, TYPE_CHECKING, Any

from attrs import frozen

from pixie_core.catalogue.base import field
from pixie_core.errors import ExportError
from pixie_core.exporters.format import Format
from pixie_core.exporters.media_sources import opened

if TYPE_CHECKING:
    from pixie_core.exporters.format import Export, Writer

__all__ = ["FILMS", "FilmOptions"]

_IN_MEMORY = 8 * 2**20
_CODECS = {"mp4": ("libx264", "aac"), "webm": ("libvpx-vp9", "libopus")}


@frozen(kw_only=True)
class FilmOptions:
    """What can be chosen of a film."""

    quality: int = field(help="1, the smallest file, to 100, the best picture", default=70, minimum=1, maximum=100)


def _write(container: str, export: Export, sink: IO[bytes], options: FilmOptions) -> None:
    import av

    with opened(export.media()[0], export) as source, tempfile.SpooledTemporaryFile(_IN_MEMORY) as file:
        try:
            # Exactly so each time: else there would be the present time in it, and numbers drawn by lot.
            exact = {"fflags": "+bitexact"}
            with (
                av.open(source, metadata_errors="replace") as film,
                av.open(file, "w", format=container, options=exact) as made,
            ):
                made.metadata["title"] = export.declared.label
                made.metadata["comment"] = export.provenance.sentence()
                _convert(film, made, container, export, options)
        except av.FFmpegError as error:
            raise ExportError(
                f"{export.declared.label} isn't a film that can be read here ({error.strerror}). Take it as it is."
            ) from error
        file.seek(0)
        shutil.copyfileobj(file, sink)


def _convert(film: Any, made: Any, container: str, export: Export, options: FilmOptions) -> None:
    if not film.streams.video:
        raise ExportError(f"{export.declared.label} holds no moving picture. Take it as it is.")
    video_codec, audio_codec = _CODECS[container]
    shown = film.streams.video[0]
    rate = shown.average_rate or Fraction(25)
    video = made.add_stream(video_codec, rate=rate)
    # Both codecs halve the colours of two neighbours: sizes must be even.
    video.width, video.height = shown.width - shown.width % 2, shown.height - shown.height % 2
    video.pix_fmt = "yuv420p"
    video.options = {"crf": str(round(51 - options.quality * 0.4)), "threads": "1"}
    if container == "mp4":
        # Its quickest code for a processor differs in the last bit by where in memory a picture lies.
        video.options |= {"x264-params": "cpu-independent=1"}
    if container == "webm":
        video.bit_rate = 0
        video.options |= {"deadline": "good", "cpu-used": "4"}
    heard = film.streams.audio[0] if film.streams.audio else None
    audio = made.add_stream(audio_codec, rate=48_000) if heard is not None else None
    seconds = float(film.duration or 0) / 1_000_000
    chosen = [shown] if heard is None else [shown, heard]
    for frame in film.decode(*chosen):
        if hasattr(frame, "width"):
            frame = frame.reformat(video.width, video.height, "yuv420p")  # noqa: PLW2901 (the same frame)
            frame.pict_type = 0
            made.mux(video.encode(frame))
            if frame.time is not None and seconds:
                export.on_progress(min(round(frame.time * 1000), round(seconds * 1000)), round(seconds * 1000))
        elif audio is not None:
            made.mux(audio.encode(frame))
    made.mux(video.encode(None))
    if audio is not None:
        made.mux(audio.encode(None))


def _format(name: str, mime: str, help: str) -> Format:
    write: Writer = partial(_write, name)
    return Format(
        name=name,
        reads="media",
        ending=f".{name}",
        mime=mime,
        help=help,
        write=write,
        options=FilmOptions,
        extra="video",
        modules=("av",),
    )


FILMS: tuple[Format, ...] = (
    _format("mp4", "video/mp4", "H.264, plays everywhere"),
    _format("webm", "video/webm", "VP9, free and for pages"),
)
