"""Comparing files by what they show, and not by their bytes: a picture's colours, a sound's spectrum, a PDF's text.

It takes the libraries of the extra `accuracy`, which are imported when a tolerance asks for it (`by: content`).
Distances are parts of the whole, from 0 to about 1, so that one number says for all of them how much is allowed.
"""

from __future__ import annotations

from importlib import import_module
from io import BytesIO
from typing import TYPE_CHECKING, Any

from pixie_core.media_types import media_type

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["content_differences"]

_WINDOW = 2048
_HOP = 1024
_FRAMES_AT_ONCE = 4096
_LENGTHS_APART = 0.05
_NEEDS = {"image": ("numpy", "PIL"), "audio": ("numpy", "soundfile"), "pdf": ("pypdf",)}


class _Unreadable(Exception):
    """A file isn't what it should be; the message goes on from its path."""


def content_differences(expected: bytes, actual: bytes, allowed: float) -> Iterator[str]:
    """How two files differ in what they show by more than `allowed`; none when they are alike.

    - pictures: the root mean square difference of the channels, each 0 to 1, what is transparent counting for
      nothing; only pictures of one size are alike. Of several frames the first counts.
    - sounds: the norm of the difference of their spectrograms (Hann windows of 2048 samples, half overlapping) over
      the larger one's; only sounds of one sample rate, and of lengths within 5 %, are alike.
    - PDFs: the text of each page, whatever the white space; `allowed` means nothing there.
    """
    kinds = [_kind(each) for each in (expected, actual)]
    if None in kinds or kinds[0] != kinds[1]:
        named = [media_type(each[:4096], "") or "of an unknown type" for each in (expected, actual)]
        yield f"can't be compared by content: expected {named[0]}, found {named[1]}; both must be image, audio or PDF"
        return
    kind = str(kinds[0])
    missing = [name for name in _NEEDS[kind] if not _there(name)]
    if missing:
        yield (
            f"can't be compared by content without {' and '.join(missing)}: install pixie-core with the extra "
            "`accuracy`, as in `uv add 'pixie-core[accuracy]'`, or leave `by: content` out of its tolerance"
        )
        return
    try:
        yield from {"image": _pictures, "audio": _sounds, "pdf": _documents}[kind](expected, actual, allowed)
    except _Unreadable as error:
        yield str(error)


def _kind(content: bytes) -> str | None:
    mime = media_type(content[:4096], "") or ""
    return (
        "pdf" if mime == "application/pdf" else next((k for k in ("image", "audio") if mime.startswith(f"{k}/")), None)
    )


def _there(name: str) -> bool:
    try:
        import_module(name)
    except ImportError:
        return False
    return True


def _pictures(expected: bytes, actual: bytes, allowed: float) -> Iterator[str]:
    import numpy as np

    one, other = _pixels(expected, "expected"), _pixels(actual, "found")
    if one.shape != other.shape:
        sizes = [f"{each.shape[1]}×{each.shape[0]}" for each in (one, other)]
        yield f"expected a picture of {sizes[0]} pixels, found {sizes[1]}"
        return
    distance = float(np.sqrt(np.mean((one - other) ** 2)))
    if distance > allowed:
        yield f"the pictures are {distance:.3g} apart, {allowed:.3g} allowed"


def _pixels(content: bytes, which: str) -> Any:
    import numpy as np
    from PIL import Image, ImageOps

    try:
        with Image.open(BytesIO(content)) as opened:
            values = np.asarray(ImageOps.exif_transpose(opened).convert("RGBA"), dtype=np.float32) / 255
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise _Unreadable(f"the picture that was {which} can't be read: {error}") from error
    # What nobody can see has a colour too.
    return np.concatenate([values[..., :3] * values[..., 3:], values[..., 3:]], axis=-1)


def _sounds(expected: bytes, actual: bytes, allowed: float) -> Iterator[str]:
    import numpy as np

    (one, rate), (other, other_rate) = _samples(expected, "expected"), _samples(actual, "found")
    if rate != other_rate:
        yield f"expected a sample rate of {rate} Hz, found {other_rate} Hz"
        return
    longer = max(len(one), len(other))
    if abs(len(one) - len(other)) > _LENGTHS_APART * longer:
        yield f"expected {len(one) / rate:.3g} s of sound, found {len(other) / rate:.3g} s"
        return
    longer = max(longer, _WINDOW)
    frames = [
        np.lib.stride_tricks.sliding_window_view(np.pad(each, (0, longer - len(each))), _WINDOW)[::_HOP]
        for each in (one, other)
    ]
    window = np.hanning(_WINDOW).astype(np.float32)
    apart, norms = 0.0, [0.0, 0.0]
    for start in range(0, len(frames[0]), _FRAMES_AT_ONCE):
        spectra = [np.abs(np.fft.rfft(each[start : start + _FRAMES_AT_ONCE] * window)) for each in frames]
        apart += float(np.sum((spectra[0] - spectra[1]) ** 2))
        norms = [known + float(np.sum(each**2)) for known, each in zip(norms, spectra, strict=True)]
    distance = (apart / max(norms)) ** 0.5 if max(norms) > 0 else 0.0
    if distance > allowed:
        yield f"the sounds' spectra are {distance:.3g} apart, {allowed:.3g} allowed"


def _samples(content: bytes, which: str) -> tuple[Any, int]:
    """The samples, channels mixed into one, and how many there are in a second."""
    import soundfile

    try:
        samples, rate = soundfile.read(BytesIO(content), dtype="float32", always_2d=True)
    except (soundfile.LibsndfileError, RuntimeError) as error:
        raise _Unreadable(f"the sound that was {which} can't be read: {error}") from error
    return samples.mean(axis=1), int(rate)


def _documents(expected: bytes, actual: bytes, allowed: float) -> Iterator[str]:
    del allowed
    one, other = _pages(expected, "expected"), _pages(actual, "found")
    if len(one) != len(other):
        yield f"expected {len(one)} pages, found {len(other)}"
    for number, (text, found) in enumerate(zip(one, other, strict=False), 1):
        if text != found:
            at = next(
                (i for i, (a, b) in enumerate(zip(text, found, strict=False)) if a != b), min(len(text), len(found))
            )
            begin = max(0, at - 20)
            yield f"page {number} says {found[begin : at + 40]!r} where {text[begin : at + 40]!r} is expected"


def _pages(content: bytes, which: str) -> list[str]:
    from pypdf import PdfReader

    try:
        return [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(content)).pages]
    except Exception as error:  # whatever a broken PDF breaks in its reader, it can't be read
        raise _Unreadable(f"the PDF that was {which} can't be read: {error}") from error
