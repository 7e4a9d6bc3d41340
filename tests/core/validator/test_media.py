"""Files are compared by what they show, where a tolerance asks for it."""

import base64
import io
import sys

import numpy as np
import pytest
import soundfile
from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

from pixie_core.validator.comparators import Tolerance, compare, default_tolerance, read_tolerance

RATE = 8000


def url(content):
    """A data URL of these bytes."""
    return "data:application/octet-stream;base64," + base64.b64encode(content).decode()


def picture(pixels, kind="PNG", **options):
    """The pixels as a file."""
    file = io.BytesIO()
    Image.fromarray(pixels.astype(np.uint8)).save(file, kind, **options)
    return file.getvalue()


def sound(samples, rate=RATE, kind="WAV"):
    """The samples as a file."""
    file = io.BytesIO()
    soundfile.write(file, samples, rate, format=kind)
    return file.getvalue()


def tone(hertz, seconds=1.0):
    """A sine."""
    return 0.5 * np.sin(2 * np.pi * hertz * np.arange(int(RATE * seconds)) / RATE)


def document(*pages):
    """A PDF with a line on each page."""
    writer = PdfWriter()
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
        }
    )
    for words in pages:
        page = writer.add_blank_page(300, 200)
        fonts = DictionaryObject({NameObject("/F1"): font})
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
        stream = DecodedStreamObject()
        stream.set_data(f"BT /F1 12 Tf 20 100 Td ({words}) Tj ET".encode())
        page[NameObject("/Contents")] = writer._add_object(stream)
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


def differences(kind, expected, actual, **said):
    """What differs by content, as sentences."""
    tolerance, problems = read_tolerance({"by": "content", **said}, default_tolerance(kind))
    assert problems == []
    return [each.message for each in compare(kind, url(expected), url(actual), tolerance)]


@pytest.fixture
def photo():
    """A picture of a gradient."""
    across, down = np.meshgrid(np.arange(64), np.arange(48))
    return np.dstack([across * 4, down * 5, np.full_like(across, 90)])


def test_a_picture_in_another_compression_is_the_same_picture(photo):
    """Its bytes aren't."""
    one, other = picture(photo), picture(photo, "JPEG", quality=98)
    assert compare("image", url(one), url(other), default_tolerance("image"))
    assert differences("image", one, other, abs=0.02) == []


def test_pictures_are_as_far_apart_as_their_colours(photo):
    """A fifth brighter is a fifth apart in three of the four channels: the fourth is how opaque they are."""
    one, other = picture(np.full((8, 8, 3), 51)), picture(np.full((8, 8, 3), 102))
    (said,) = differences("image", one, other)
    assert said == "the pictures are 0.173 apart, 0.01 allowed"
    assert differences("image", one, other, abs=0.18) == []
    assert differences("image", one, other, rel=0.18) == []


def test_pictures_of_two_sizes_are_never_alike(photo):
    """Whatever is allowed."""
    (said,) = differences("image", picture(photo), picture(photo[:, :32]), abs=1)
    assert said == "expected a picture of 64×48 pixels, found 32×48"


def test_the_colour_of_what_is_transparent_counts_for_nothing():
    """Nobody sees it."""
    red, blue = np.zeros((4, 4, 4)), np.zeros((4, 4, 4))
    red[..., 0], blue[..., 2] = 255, 255
    assert differences("image", picture(red), picture(blue), abs=0) == []


def test_a_sound_in_another_format_is_the_same_sound():
    """And another note isn't."""
    assert differences("audio", sound(tone(440)), sound(tone(440), kind="FLAC")) == []
    (said,) = differences("audio", sound(tone(440)), sound(tone(880)), abs=0.5)
    assert "spectra are" in said
    assert "0.5 allowed" in said


def test_when_a_note_comes_is_heard_too():
    """Two notes in the other order have the same spectrum as a whole."""
    one, other = (np.concatenate([tone(a), tone(b)]) for a, b in ((440, 880), (880, 440)))
    assert differences("audio", sound(one), sound(other), abs=0.5)


def test_sounds_of_other_lengths_and_rates_are_told_apart():
    """A few samples more are right."""
    assert differences("audio", sound(tone(440)), sound(tone(440, 1.01)), abs=0.2) == []
    assert differences("audio", sound(tone(440)), sound(tone(440, 2))) == ["expected 1 s of sound, found 2 s"]
    assert differences("audio", sound(tone(440)), sound(tone(440), 16000)) == [
        "expected a sample rate of 8000 Hz, found 16000 Hz"
    ]
    assert differences("audio", sound(tone(440, 0.01)), sound(tone(440, 0.01), kind="FLAC")) == []
    assert differences("audio", sound(np.zeros(100)), sound(np.zeros(100), kind="FLAC")) == []


def test_pdfs_are_compared_by_their_text():
    """Page by page."""
    assert differences("file", document("Total  10", "End"), document("Total 10", "End")) == []
    (said,) = differences("file", document("Total 10", "End"), document("Total 11", "End"))
    assert said == "page 1 says 'Total 11' where 'Total 10' is expected"
    assert differences("file", document("a"), document("a", "b")) == ["expected 1 pages, found 2"]


@pytest.mark.parametrize(("kind", "magic"), [("image", b"\x89PNG\r\n\x1a\n"), ("file", b"%PDF-1.7\n")])
def test_a_broken_file_is_a_difference_and_no_accident(photo, kind, magic):
    """It says which of the two."""
    whole = picture(photo) if kind == "image" else document("a")
    (said,) = differences(kind, whole, magic + b"broken")
    assert "found can't be read" in said


def test_files_of_two_kinds_or_of_none_cannot_be_compared(photo):
    """Both types are named."""
    (said,) = differences("file", picture(photo), sound(tone(440)))
    assert "expected image/png, found audio/" in said
    assert "must be image, audio or PDF" in differences("file", b"words", b"other words")[0]


def test_the_same_bytes_need_no_library(photo, monkeypatch):
    """Nothing is imported for them."""
    one = picture(photo)
    monkeypatch.setitem(sys.modules, "PIL", None)
    assert differences("image", one, one) == []


def test_a_missing_library_is_said_with_the_extra_that_brings_it(photo, monkeypatch):
    """And no difference is passed over in silence."""
    one, other = picture(photo), picture(photo * 0)
    monkeypatch.setitem(sys.modules, "PIL", None)
    (said,) = differences("image", one, other)
    assert "without PIL" in said
    assert "pixie-core[accuracy]" in said


def test_a_hash_cannot_be_compared_by_content():
    """The fixture must hold the file itself."""
    (found,) = compare("image", {"size": 1, "sha256": "0" * 64}, url(b"x"), Tolerance(by="content"))
    assert "put the file itself into the fixture" in found.message


def test_how_files_are_compared_is_read_from_the_tolerance():
    """With an allowance of its own unless a number is said."""
    base = default_tolerance("image")
    assert read_tolerance({"by": "content"}, base)[0] == Tolerance(abs=0.01, by="content")
    assert read_tolerance({"by": "content", "atol": 0.2}, base)[0] == Tolerance(abs=0.2, by="content")
    assert read_tolerance({"abs": 0.3}, Tolerance(abs=0.01, by="content"))[0] == Tolerance(abs=0.3, by="content")
    for wrong in ("eye", ["content"], None):
        assert read_tolerance({"by": wrong}, base)[1][0].path == "$.by"
