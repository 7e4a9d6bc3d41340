"""Pictures, sounds, films and files come out as they went in, or as what was asked for."""

import base64
import io
import math
import struct
import wave
import zipfile
import zlib

import av
import numpy as np
import pytest
import soundfile
from PIL import Image
from pypdf import PdfReader

from pixie_core.catalogue import OUTPUT_TYPES
from pixie_core.errors import ExportError, ExportTooLarge
from pixie_core.exporters import media_images
from tests.core.exporters.exported import exported, prepared

WIDTH, HEIGHT = 90, 60
RUN = "5f0c8c7e-7d0f-4a53-9e5f-0b6c1e0f9a11"


def data_url(mime, content):
    return f"data:{mime};base64,{base64.b64encode(content).decode()}"


def picture(format="PNG", mode="RGB", size=(WIDTH, HEIGHT), **more):
    """A picture that runs from left to right."""
    across = np.tile(np.linspace(0, 255, size[0], dtype=np.uint8), (size[1], 1))
    made = Image.fromarray(across).convert(mode)
    file = io.BytesIO()
    made.save(file, format, **more)
    return file.getvalue()


def as_image(content):
    return Image.open(io.BytesIO(content))


@pytest.mark.parametrize("type", ["image", "audio", "video", "file"])
def test_a_file_as_it_is_is_byte_for_byte_what_the_tool_sent(type):
    """The original is the bytes of the data URL, and nothing is added to them."""
    example = OUTPUT_TYPES[type].example
    source = example["data"] if type == "file" else example
    assert exported(type) == base64.b64decode(source.partition(",")[2])


@pytest.mark.parametrize(
    ("content", "ending", "mime"),
    [
        (picture("PNG"), ".png", "image/png"),
        (picture("JPEG"), ".jpg", "image/jpeg"),
        (picture("WEBP"), ".webp", "image/webp"),
        (b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>', ".svg", "image/svg+xml"),
        (b"what is this", ".bin", "application/octet-stream"),
    ],
)
def test_an_artefact_as_it_is_has_the_ending_of_what_it_holds(content, ending, mime):
    """What the run kept is looked into: its URL says nothing."""
    made = prepared("image", "original", "/api/artefacts/7/content", artefacts={7: content})
    assert made.filename == f"lorenz-ode-solver-out-5f0c8c7e{ending}"
    assert made.mime == mime


def test_a_file_keeps_its_ending_and_its_type():
    """What the tool said of a file counts."""
    made = prepared("file", None, {"filename": "a.npz", "data": "data:,x", "mime_type": "application/x-npz"})
    assert made.filename.endswith(".npz")
    assert made.mime == "application/x-npz"


def test_nothing_is_fetched():
    """A source on the network is refused, with what to do."""
    with pytest.raises(ExportError, match="fetches nothing"):
        exported("image", "png", "https://example.org/a.png")


def test_a_broken_data_url_is_told():
    """Damaged base64 is an error of the value, not of Pixie."""
    with pytest.raises(ExportError, match="base64"):
        exported("image", "png", "data:image/png;base64,abc")


@pytest.mark.parametrize("format", ["png", "jpg", "webp", "pdf"])
@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "P", "LA", "I;16", "1"])
def test_pictures_of_every_mode_become_every_format(mode, format):
    """Size and shades survive, whatever the pixels were made of."""
    base = (
        Image.new("RGBA", (WIDTH, HEIGHT), (200, 200, 200, 255))
        if mode != "I;16"
        else Image.new("I;16", (WIDTH, HEIGHT), 51400)
    )
    file = io.BytesIO()
    (base if mode == "I;16" else base.convert(mode)).save(file, "PNG")
    content = exported("image", format, data_url("image/png", file.getvalue()))
    if format == "pdf":
        (page,) = PdfReader(io.BytesIO(content), strict=True).pages
        assert (float(page.mediabox.width), float(page.mediabox.height)) == (WIDTH * 0.75, HEIGHT * 0.75)
        return
    made = as_image(content)
    assert made.format == {"jpg": "JPEG"}.get(format, format.upper())
    assert made.size == (WIDTH, HEIGHT)
    if mode not in {"1", "I;16"}:
        shade = made.convert("RGBA").getpixel((40, 30))
        assert all(abs(each - 200) <= 3 for each in shade[:3])


def test_what_shines_through_lies_on_white_in_a_jpg():
    """A format without transparency shows paper, not black."""
    file = io.BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(file, "PNG")
    assert as_image(exported("image", "jpg", data_url("image/png", file.getvalue()))).getpixel((5, 5)) == (
        255,
        255,
        255,
    )


def test_a_photograph_stands_upright():
    """A camera's note that it was turned is carried out."""
    notes = Image.Exif()
    notes[0x0112] = 6
    turned = picture("JPEG", exif=notes)
    assert as_image(exported("image", "png", data_url("image/jpeg", turned))).size == (HEIGHT, WIDTH)


def test_a_picture_is_made_smaller_and_never_larger():
    """Width and height are bounds; the shape stays."""
    source = data_url("image/png", picture())
    assert as_image(exported("image", "png", source, width=45)).size == (45, 30)
    assert as_image(exported("image", "png", source, width=9000)).size == (WIDTH, HEIGHT)


def test_quality_costs_bytes():
    """A better JPEG is a larger one."""
    noise = np.random.default_rng(1).integers(0, 255, (80, 80, 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(noise).save(file, "PNG")
    source = data_url("image/png", file.getvalue())
    assert len(exported("image", "jpg", source, quality=95)) > 2 * len(exported("image", "jpg", source, quality=30))


def test_a_picture_says_where_it_came_from():
    """PNG, JPEG, WebP and PDF carry the run in their own metadata."""
    source = data_url("image/png", picture())
    assert as_image(exported("image", "png", source)).text["pixie:run"] == RUN
    assert RUN in as_image(exported("image", "jpg", source)).info["comment"].decode()
    assert RUN in as_image(exported("image", "webp", source)).getexif()[0x010E]
    assert PdfReader(io.BytesIO(exported("image", "pdf", source))).metadata["/pixie:run"] == RUN


def bomb(width, height):
    """A PNG of a few bytes that claims to be very large."""

    def chunk(name, body):
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(12_000, 12_000), (60_000, 60_000)])
def test_a_picture_that_unfolds_without_end_is_refused(size):
    """Decompression bombs are refused by what they claim, before a pixel is made."""
    with pytest.raises((ExportTooLarge, ExportError), match="Take it as it is"):
        exported("image", "jpg", data_url("image/png", bomb(*size)))


def test_a_file_that_is_too_large_to_look_into_is_refused(monkeypatch):
    """The limit holds for bytes as well."""
    monkeypatch.setattr(media_images, "_LARGEST", 100)
    with pytest.raises(ExportTooLarge):
        exported("image", "png", data_url("image/png", picture() + b"\0" * 100))


@pytest.mark.parametrize("content", [b"no picture", picture()[:60], b"<svg xmlns='http://www.w3.org/2000/svg'>", b""])
def test_what_is_no_picture_is_told(content):
    """A damaged or strange file is refused, and can still be had as it is."""
    with pytest.raises(ExportError, match="Take it as it is"):
        exported("image", "webp", data_url("image/png", content))


def test_a_grid_becomes_a_zip_of_its_files():
    """Every picture byte for byte, under its label, in order."""
    images = [
        {"value": data_url("image/png", picture()), "label": "../a/b"},
        {"value": "/api/artefacts/3/content", "label": "../a/b"},
    ]
    kept = picture("JPEG")
    archive = zipfile.ZipFile(io.BytesIO(exported("image_grid", "zip", {"images": images}, artefacts={3: kept})))
    assert archive.testzip() is None
    assert [each.filename for each in archive.infolist()] == ["1 .._a_b.png", "2 .._a_b.jpg"]
    assert [archive.read(each) for each in archive.namelist()] == [picture(), kept]
    assert RUN in archive.comment.decode()


def test_a_grid_becomes_a_page_for_each_picture():
    """Three pictures are three pages; none is an error that says so."""
    assert len(PdfReader(io.BytesIO(exported("image_grid", "pdf")), strict=True).pages) == 3
    with pytest.raises(ExportError, match="no picture"):
        exported("image_grid", "pdf", {"images": []})


def test_two_pictures_stand_side_by_side():
    """Before left, after right, equally high, whatever their sizes."""
    red, blue = io.BytesIO(), io.BytesIO()
    Image.new("RGB", (100, 50), "#ff0000").save(red, "PNG")
    Image.new("RGB", (400, 200), "#0000ff").save(blue, "PNG")
    value = {"before": data_url("image/png", red.getvalue()), "after": data_url("image/png", blue.getvalue())}
    made = as_image(exported("image_compare", "png", value)).convert("RGB")
    assert made.width == 816
    assert (made.getpixel((200, 100)), made.getpixel((700, 100))) == ((255, 0, 0), (0, 0, 255))


RATE = 44_100


def tone(rate=RATE, channels=2, seconds=0.5, width=2):
    """440 Hz, as a WAV."""
    at = np.arange(int(rate * seconds)) / rate
    samples = (0.5 * np.sin(math.tau * 440 * at) * (2 ** (8 * width - 1) - 1)).astype({2: "<i2", 4: "<i4"}[width])
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setnchannels(channels)
        written.setsampwidth(width)
        written.setframerate(rate)
        written.writeframes(np.repeat(samples, channels).tobytes())
    return file.getvalue()


def decoded(content):
    """(rate, channels, samples of the first channel), by FFmpeg's decoders and not the library that wrote it."""
    with av.open(io.BytesIO(content)) as film:
        stream = film.streams.audio[0]
        resampler = av.AudioResampler(format="fltp")
        frames = [piece.to_ndarray() for frame in film.decode(stream) for piece in resampler.resample(frame)]
        return stream.rate, stream.channels, np.concatenate(frames, axis=1)[0]


@pytest.mark.parametrize("format", ["mp3", "wav", "flac", "ogg"])
def test_a_sound_is_the_same_sound_in_every_format(format):
    """An independent decoder hears the same length, rate, channels and pitch."""
    rate, channels, samples = decoded(exported("audio", format, data_url("audio/wav", tone())))
    assert (rate, channels) == (RATE, 2)
    assert len(samples) / rate == pytest.approx(0.5, abs=0.06)
    assert np.abs(np.fft.rfft(samples)).argmax() * rate / len(samples) == pytest.approx(440, abs=3)


@pytest.mark.parametrize("format", ["wav", "flac"])
def test_sounds_without_loss_keep_every_sample(format):
    """Bit for bit what the tool made."""
    before, _ = soundfile.read(io.BytesIO(tone()), dtype="int16")
    after, _ = soundfile.read(io.BytesIO(exported("audio", format, data_url("audio/wav", tone()))), dtype="int16")
    assert np.array_equal(before, after)


def test_an_mp3_says_where_it_came_from():
    """Title and comment stand in its tags, read by another library."""
    with av.open(io.BytesIO(exported("audio", "mp3"))) as film:
        assert film.metadata["title"] == "Trial"
        assert RUN in film.metadata["comment"]


def test_bitrate_costs_bytes():
    """More kilobits a second are a larger file."""
    source = data_url("audio/wav", tone(seconds=2))
    assert len(exported("audio", "mp3", source, bitrate=320)) > 2 * len(exported("audio", "mp3", source, bitrate=64))


def test_a_sound_that_mp3_cannot_hold_is_refused():
    """96 kHz is named, and what holds it."""
    source = data_url("audio/wav", tone(rate=96_000))
    with pytest.raises(ExportError, match="FLAC"):
        exported("audio", "mp3", source)
    assert decoded(exported("audio", "flac", source))[0] == 96_000


def test_what_is_no_sound_is_told():
    """A damaged file is refused, and can still be had as it is."""
    with pytest.raises(ExportError, match="Take it as it is"):
        exported("audio", "mp3", data_url("audio/wav", b"RIFFnonsense"))


def film(frames=12, size=(65, 49), sound=True):
    """A short MP4 whose colour runs from black to white, with a tone."""
    file = io.BytesIO()
    with av.open(file, "w", format="matroska") as made:
        video = made.add_stream("ffv1", rate=12)
        video.width, video.height, video.pix_fmt = *size, "yuv444p"
        audio = made.add_stream("pcm_s16le", rate=48_000, layout="mono") if sound else None
        for number in range(frames):
            shade = round(255 * number / (frames - 1))
            picture = av.VideoFrame.from_ndarray(np.full((size[1], size[0], 3), shade, np.uint8), format="rgb24")
            made.mux(video.encode(picture))
        made.mux(video.encode(None))
        if audio is not None:
            wave_ = (8000 * np.sin(math.tau * 440 * np.arange(48_000) / 48_000)).astype(np.int16)
            frame = av.AudioFrame.from_ndarray(wave_.reshape(1, -1), format="s16", layout="mono")
            frame.sample_rate = 48_000
            made.mux(audio.encode(frame))
            made.mux(audio.encode(None))
    return file.getvalue()


@pytest.mark.parametrize("sound", [True, False])
@pytest.mark.parametrize("format", ["mp4", "webm"])
def test_a_film_is_the_same_film(format, sound):
    """As many frames, as bright, as long, with its sound; odd sizes lose a line, for the formats hold even ones."""
    content = exported("video", format, data_url("video/x-matroska", film(sound=sound)))
    with av.open(io.BytesIO(content)) as made:
        shown = [frame.to_ndarray(format="gray").mean() for frame in made.decode(video=0)]
        assert (made.streams.video[0].width, made.streams.video[0].height) == (64, 48)
        assert len(made.streams.audio) == sound
        assert RUN in made.metadata.get("comment", made.metadata.get("COMMENT", ""))
    assert len(shown) == 12
    assert shown == pytest.approx([255 * n / 11 for n in range(12)], abs=14)


def test_the_example_of_a_film_is_converted():
    """WebM in, MP4 out."""
    with av.open(io.BytesIO(exported("video", "mp4"))) as made:
        assert len(list(made.decode(video=0))) == 5


def test_what_is_no_film_is_told():
    """A damaged file is refused, and can still be had as it is."""
    with pytest.raises(ExportError, match="Take it as it is"):
        exported("video", "mp4", data_url("video/mp4", b"nonsense" * 99))
