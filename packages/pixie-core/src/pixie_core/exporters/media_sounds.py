"""Sounds in other formats, by soundfile (libsndfile): block by block, however long they are."""

from __future__ import annotations

import io
import shutil
import tempfile
from functools import partial
from typing import IO, TYPE_CHECKING, Any

from attrs import frozen

from pixie_core.catalogue.base import field
from pixie_core.errors import ExportError
from pixie_core.exporters.cells import sayable
from pixie_core.exporters.format import Format
from pixie_core.exporters.media_ogg import copy_ogg
from pixie_core.exporters.media_sources import opened

if TYPE_CHECKING:
    from pixie_core.exporters.format import Export, Writer

__all__ = ["SOUNDS"]

_BLOCK = 65_536
"""Frames that are held at once."""
_IN_MEMORY = 8 * 2**20
_MP3_RATES = (8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000)
_SUBTYPES = {"WAV": "PCM_16", "FLAC": "PCM_24", "OGG": "VORBIS", "MP3": "MPEG_LAYER_III"}


@frozen(kw_only=True)
class BitrateOptions:
    """What can be chosen of a sound that is compressed with loss."""

    bitrate: int = field(help="kilobits in a second: more is better and larger", default=192, minimum=32, maximum=320)


@frozen(kw_only=True)
class _Whole:
    """A sound without loss leaves nothing to choose."""


def _write(container: str, export: Export, sink: IO[bytes], options: Any) -> None:
    import soundfile

    with opened(export.media()[0], export) as source, tempfile.SpooledTemporaryFile(_IN_MEMORY) as file:
        try:
            with soundfile.SoundFile(io.BytesIO(source.read())) as sound:
                subtype = _subtype(container, sound.subtype)
                _check(container, sound.samplerate, sound.channels, export)
                more = {"compression_level": _level(options.bitrate)} if isinstance(options, BitrateOptions) else {}
                with soundfile.SoundFile(
                    file, "w", sound.samplerate, sound.channels, subtype, format=container, **more
                ) as made:
                    made.title = sayable(export.declared.label)
                    made.comment = sayable(export.provenance.sentence())
                    made.software = f"Pixie {export.provenance.pixie_version}"
                    made.date = export.provenance.at.strftime("%Y-%m-%d")
                    total, done = sound.frames, 0
                    for block in sound.blocks(_BLOCK, dtype="float64" if subtype == "DOUBLE" else "float32"):
                        made.write(block)
                        done += len(block)
                        export.on_progress(done, total)
        except soundfile.LibsndfileError as error:
            raise ExportError(
                f"{export.declared.label} isn't a sound that can be read here ({error.error_string}). Take it as it is."
            ) from error
        file.seek(0)
        (copy_ogg if container == "OGG" else shutil.copyfileobj)(file, sink)


def _subtype(container: str, source: str) -> str:
    """As fine as the source, where the container has it."""
    if container == "WAV" and source in {"PCM_24", "PCM_32", "FLOAT", "DOUBLE"}:
        return source
    if container == "FLAC" and source in {"PCM_16", "PCM_S8", "PCM_U8"}:
        return "PCM_16"
    return _SUBTYPES[container]


def _level(bitrate: int) -> float:
    """The same on the scale of libsndfile: 0 the best, 1 the smallest."""
    return round(1 - (bitrate - 32) / (320 - 32), 4)


def _check(container: str, rate: int, channels: int, export: Export) -> None:
    if container == "MP3" and (channels > 2 or rate not in _MP3_RATES):
        raise ExportError(
            f"{export.declared.label} has {channels} channels at {rate} Hz; MP3 holds one or two, at up to 48000 Hz. "
            "Take FLAC or WAV."
        )


def _format(name: str, mime: str, help: str, options: type) -> Format:
    write: Writer = partial(_write, name.upper())
    return Format(name=name, reads="media", ending=f".{name}", mime=mime, help=help, write=write, options=options)


SOUNDS: tuple[Format, ...] = (
    _format("mp3", "audio/mpeg", "small, plays everywhere", BitrateOptions),
    _format("wav", "audio/wav", "without loss and not compressed", _Whole),
    _format("flac", "audio/flac", "without loss, compressed", _Whole),
    _format("ogg", "audio/ogg", "Ogg Vorbis: small and free", BitrateOptions),
)
