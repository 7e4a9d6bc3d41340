"""Pictures that tools made, in other formats: by Pillow, with limits on what a small file may unfold into."""

from __future__ import annotations

import io
import threading
import warnings
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any, BinaryIO, Literal

from attrs import frozen

from pixie_core.catalogue.base import field
from pixie_core.errors import ExportError, ExportTooLarge
from pixie_core.exporters.format import Format
from pixie_core.exporters.lines import lines_as
from pixie_core.exporters.media_sources import is_svg, opened
from pixie_core.exporters.pictures_notes import noted_pdf, noted_png

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL.Image import Image

    from pixie_core.catalogue import Media
    from pixie_core.exporters.format import Export

__all__ = ["IMAGES", "ImageOptions", "QualityOptions", "picture_in", "read_image"]

_MOST_PIXELS = 100_000_000
_LARGEST = 256 * 2**20
"""Bytes of a file that is looked into."""
_RASTER = ("PNG", "JPEG", "GIF", "WEBP", "TIFF", "BMP", "AVIF", "PPM", "ICO")
_GAP = 16
_settings = threading.Lock()


@frozen(kw_only=True)
class ImageOptions:
    """What can be chosen of a picture."""

    width: int | None = field(
        help="at most so many pixels wide; its own width when it is missing", default=None, minimum=1, maximum=20_000
    )
    height: int | None = field(
        help="at most so many pixels high; its own height when it is missing", default=None, minimum=1, maximum=20_000
    )


@frozen(kw_only=True)
class QualityOptions(ImageOptions):
    """What can be chosen of a picture that is compressed with loss."""

    quality: int = field(help="1, the smallest file, to 100, the best picture", default=90, minimum=1, maximum=100)


def read_image(media: Media, export: Export, options: ImageOptions | None = None) -> Image:
    """A picture, upright, made smaller where the options ask for it; one made of lines as large as they ask for.

    Raises ExportError, ExportTooLarge, and MissingExtra for lines.
    """
    from PIL import ImageOps

    with opened(media, export) as file:
        content = file.read(_LARGEST + 1)
    if is_svg(content):
        asked = options or ImageOptions()
        content = lines_as("png", content, export, width=asked.width, height=asked.height)
    with picture_in(io.BytesIO(content), export.declared.label) as picture:
        upright: Image = ImageOps.exif_transpose(picture)
        upright.load()
    if options is not None and (options.width or options.height):
        upright.thumbnail((options.width or upright.width, options.height or upright.height))
    return upright


@contextmanager
def picture_in(file: BinaryIO, name: str) -> Iterator[Image]:
    """The picture in a file, for a block that reads its pixels; `name` is what it is called when it can't be read.

    Raises ExportTooLarge for what would unfold beyond the limits, before it does, and ExportError for what isn't a
    picture; also when that shows only within the block.
    """
    from PIL import Image, UnidentifiedImageError

    content = file.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        raise ExportTooLarge(f"{name} is a file of more than 256 MiB. Take it as it is.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(content), formats=_RASTER)
            if picture.width * picture.height > _MOST_PIXELS:
                raise ExportTooLarge(
                    f"{name} has {picture.width} by {picture.height} pixels, more than {_MOST_PIXELS:,}. "
                    "Take it as it is."
                )
            yield picture
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise ExportError(f"{name} isn't a picture that can be read here ({error}). Take it as it is.") from error


def _flat(picture: Image) -> Image:
    """On white, for formats that nothing shines through."""
    from PIL import Image

    if "A" not in picture.getbands() and "transparency" not in picture.info:
        return picture.convert("RGB")
    layer = picture.convert("RGBA")
    ground = Image.new("RGB", picture.size, "#ffffff")
    ground.paste(layer, mask=layer.getchannel("A"))
    return ground


def _png(picture: Image, export: Export) -> bytes:
    file = io.BytesIO()
    kept = picture if picture.mode in {"1", "L", "LA", "P", "RGB", "RGBA", "I;16"} else picture.convert("RGBA")
    kept.save(file, "PNG")
    density = picture.info.get("dpi", (96, 96))[0] or 96
    return noted_png(file.getvalue(), export.declared.label, export.provenance, "Pillow", dpi=float(density))


def _write_png(export: Export, sink: IO[bytes], options: ImageOptions) -> None:
    sink.write(_png(read_image(export.media()[0], export, options), export))


def _write_jpg(export: Export, sink: IO[bytes], options: QualityOptions) -> None:
    picture = _flat(read_image(export.media()[0], export, options))
    picture.save(sink, "JPEG", quality=options.quality, comment=export.provenance.sentence().encode())


def _write_webp(export: Export, sink: IO[bytes], options: QualityOptions) -> None:
    from PIL import Image

    picture = read_image(export.media()[0], export, options)
    notes = Image.Exif()
    notes[0x010E] = export.provenance.sentence()  # ImageDescription
    notes[0x0131] = f"Pixie {export.provenance.pixie_version}"  # Software
    file = io.BytesIO()
    kept = picture if picture.mode in {"RGB", "RGBA"} else picture.convert("RGBA")
    kept.save(file, "WEBP", quality=options.quality, exif=notes)
    sink.write(file.getvalue())


def _write_pdf(export: Export, sink: IO[bytes], options: ImageOptions) -> None:
    """A page for each picture, of its size at 96 pixels an inch; lines stay lines where they are alone."""
    if lines := _only_lines(export):
        sink.write(lines_as("pdf", lines, export))
        return
    pages = [_flat(read_image(each, export, options)) for each in export.media()]
    if not pages:
        raise ExportError(f"{export.declared.label} holds no picture: there is nothing to lay on a page.")
    at = export.provenance.at
    file = io.BytesIO()
    # The writer of PDF looks its settings up while it writes.
    with _settings:
        pages[0].save(
            file,
            "PDF",
            save_all=True,
            append_images=pages[1:],
            resolution=96,
            quality=92,
            creationDate=at.utctimetuple(),
            modDate=at.utctimetuple(),
        )
    sink.write(noted_pdf(file.getvalue(), export.declared.label, export.provenance, "Pillow"))


def _only_lines(export: Export) -> bytes | None:
    """The one picture, where it is made of lines."""
    media = export.media()
    if len(media) != 1:
        return None
    with opened(media[0], export) as file:
        content = file.read(_LARGEST)
    return content if is_svg(content) else None


def _write_compared(export: Export, sink: IO[bytes], options: ImageOptions) -> None:
    """Both pictures side by side, equally high, their labels under them."""
    from PIL import Image, ImageDraw, ImageFont

    both = [(media, read_image(media, export).convert("RGBA")) for media in export.media()]
    tall = max(picture.height for _, picture in both)
    size = max(12, min(tall // 14, 28))
    font = ImageFont.truetype(_font(), size)
    pictures = [
        (media.label or "", picture.resize((max(1, round(picture.width * tall / picture.height)), tall)))
        for media, picture in both
    ]
    wide = [max(picture.width, round(font.getlength(said[:80]))) for said, picture in pictures]
    if (sum(wide) + _GAP) * tall > _MOST_PIXELS:
        raise ExportTooLarge(
            f"Side by side {export.declared.label} has more than {_MOST_PIXELS:,} pixels. Take the zip."
        )
    sheet = Image.new("RGBA", (sum(wide) + _GAP, tall + 2 * size), "#ffffff")
    pen = ImageDraw.Draw(sheet)
    left = 0
    for (said, picture), room in zip(pictures, wide, strict=True):
        sheet.paste(picture, (left + (room - picture.width) // 2, 0), picture)
        pen.text((left + room / 2, tall + size), said[:80], fill="#1a1b1f", font=font, anchor="mm")
        left += room + _GAP
    if options.width or options.height:
        sheet.thumbnail((options.width or sheet.width, options.height or sheet.height))
    sink.write(_png(sheet.convert("RGB"), export))


def _font() -> str:
    """DejaVu Sans, which comes with matplotlib and speaks many scripts."""
    from matplotlib import get_data_path

    return f"{get_data_path()}/fonts/ttf/DejaVuSans.ttf"


def _format(
    name: str, mime: str, help: str, write: Any, options: type, *, reads: Literal["media", "compare"]
) -> Format:
    return Format(name=name, reads=reads, ending=f".{name}", mime=mime, help=help, write=write, options=options)


IMAGES: tuple[Format, ...] = (
    _format("png", "image/png", "without loss", _write_png, ImageOptions, reads="media"),
    _format("jpg", "image/jpeg", "small, for photographs", _write_jpg, QualityOptions, reads="media"),
    _format("webp", "image/webp", "smaller, for pages", _write_webp, QualityOptions, reads="media"),
    _format("pdf", "application/pdf", "a page for each picture", _write_pdf, ImageOptions, reads="media"),
    _format("png", "image/png", "side by side", _write_compared, ImageOptions, reads="compare"),
)
