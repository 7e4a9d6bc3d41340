"""A thumbnail shows what the file shows, upright and small; what would harm its reader is refused."""

import io
import struct
import zlib
from fractions import Fraction

import av
import pytest
from PIL import Image, ImageCms

from pixie_core.thumbnails import Undrawable, draw
from pixie_core.thumbnails.drawing import PICTURES

FORMATS = [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("GIF", "image/gif"), ("WEBP", "image/webp")]
FORMATS += [("AVIF", "image/avif"), ("BMP", "image/bmp"), ("TIFF", "image/tiff"), ("ICO", "image/x-icon")]


def saved(picture, format="PNG", **more):
    """The picture as a file."""
    file = io.BytesIO()
    picture.save(file, format, **more)
    file.seek(0)
    return file


def drawn(file, mime="image/png", edge=64):
    """The thumbnail, read back."""
    made = Image.open(io.BytesIO(draw(file, mime, edge)))
    assert made.format == "WEBP"
    made.load()
    return made


def halves(size=(200, 100), mode="RGB"):
    """Red on the left, blue on the right."""
    picture = Image.new("RGB", size, "#0000ff")
    picture.paste("#ff0000", (0, 0, size[0] // 2, size[1]))
    return picture.convert(mode)


def near(pixel, colour):
    """Colours survive compression roughly."""
    return all(abs(one - other) < 40 for one, other in zip(pixel[:3], colour, strict=True))


@pytest.mark.parametrize(("format", "mime"), FORMATS)
def test_a_picture_becomes_small_and_keeps_its_shape(format, mime):
    """Its longer edge is as long as it may be."""
    made = drawn(saved(halves(), format), mime)
    assert made.size == ((64, 32) if format != "ICO" else made.size)
    assert max(made.size) <= 64
    assert near(made.convert("RGB").getpixel((4, made.height // 2)), (255, 0, 0))
    assert near(made.convert("RGB").getpixel((made.width - 4, made.height // 2)), (0, 0, 255))


def test_a_picture_is_never_enlarged():
    """Nor are its proportions lost when one edge is next to nothing."""
    assert drawn(saved(halves((20, 10)))).size == (20, 10)
    assert drawn(saved(halves((4000, 2)))).size == (64, 1)


def test_every_kind_of_picture_has_a_reader():
    """None is on the list that Pillow doesn't know here."""
    assert {mime for _, mime in FORMATS} <= PICTURES


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("format", ["JPEG", "TIFF", "PNG", "WEBP"])
def test_a_photograph_stands_upright(orientation, format):
    """By what its camera wrote, in each of the eight ways."""
    from PIL import ImageOps

    picture = Image.new("RGB", (64, 32), "#0000ff")
    picture.paste("#ff0000", (0, 0, 16, 16))
    exif = Image.Exif()
    exif[0x0112] = orientation
    file = saved(picture, format, exif=exif)
    with Image.open(io.BytesIO(file.getvalue())) as shown:
        upright = ImageOps.exif_transpose(shown).convert("RGB")
    made = drawn(file, f"image/{format.lower()}")
    assert made.size == upright.size
    assert not made.getexif().get(0x0112)
    for place in [(4, 4), (made.width - 5, 4), (4, made.height - 5), (made.width - 5, made.height - 5)]:
        assert near(made.convert("RGB").getpixel(place), upright.getpixel(place)), place


def test_a_rotated_picture_with_a_palette_stands_upright():
    """Also where its pixels had to be converted first."""
    exif = Image.Exif()
    exif[0x0112] = 6
    assert drawn(saved(halves(mode="P"), "PNG", exif=exif)).size == (32, 64)
    assert drawn(saved(halves(mode="P"), "TIFF", exif=exif), "image/tiff").size == (32, 64)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_what_shines_through_still_does(mode):
    """No ground is put under it."""
    picture = Image.new("RGBA", (100, 100), (0, 0, 0, 0))
    picture.paste((255, 0, 0, 255), (0, 0, 50, 100))
    made = drawn(saved(picture.convert("LA").convert(mode) if mode == "LA" else picture.convert(mode))).convert("RGBA")
    assert made.getpixel((8, 32))[3] > 200
    assert made.getpixel((56, 32))[3] < 50


@pytest.mark.parametrize("mode", ["1", "L", "P", "I;16", "I", "F", "CMYK"])
def test_every_mode_can_be_drawn(mode):
    """Measured values go from black to white, whatever their range."""
    ramp = Image.linear_gradient("L")
    if mode == "I;16":
        picture = ramp.convert("I").point(lambda value: value * 200 + 1000).convert("I;16")
    else:
        picture = ramp.convert(mode)
    kind = "PNG" if mode in {"1", "L", "P", "I;16"} else "TIFF"
    made = drawn(saved(picture, kind), f"image/{kind.lower()}").convert("L")
    dark, light = sorted([made.getpixel((32, 1)), made.getpixel((32, 62))])
    assert dark < 60
    assert light > 190


def test_many_measured_values_are_looked_at_here_and_there():
    """A map of a hundred million of them would take more memory than a thumbnail may."""
    ramp = Image.linear_gradient("L").resize((2000, 3000)).convert("I").point(lambda value: value * 100).convert("I;16")
    made = drawn(saved(ramp)).convert("L")
    assert made.size == (43, 64)
    assert made.getpixel((20, 1)) < 40
    assert made.getpixel((20, 62)) > 215


def test_of_an_animation_the_first_picture_is_drawn():
    """A thumbnail doesn't move."""
    frames = [Image.new("RGB", (50, 50), colour) for colour in ("#ff0000", "#00ff00", "#0000ff")]
    for kind in ("GIF", "WEBP", "PNG"):
        made = drawn(saved(frames[0], kind, save_all=True, append_images=frames[1:]), f"image/{kind.lower()}")
        assert getattr(made, "n_frames", 1) == 1
        assert near(made.convert("RGB").getpixel((25, 25)), (255, 0, 0))


def test_what_the_file_says_of_itself_stays_there_but_its_colours():
    """A place or a camera is nobody's business who looks at a list."""
    exif = Image.Exif()
    exif[0x010E] = "at home"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    made = drawn(saved(halves(), "JPEG", exif=exif, icc_profile=profile, comment=b"secret"), "image/jpeg")
    assert set(made.info) & {"exif", "xmp", "comment"} == set()
    assert made.info["icc_profile"] == profile
    assert "icc_profile" not in drawn(saved(halves(), "JPEG", icc_profile=profile + bytes(9000)), "image/jpeg").info


def png(width, height, *, depth=8, colour=2, data=b""):
    """The beginning of a PNG of this size, however little it holds."""

    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    pieces = (chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(data)), chunk(b"IEND", b""))
    return io.BytesIO(b"\x89PNG\r\n\x1a\n" + b"".join(pieces))


@pytest.mark.parametrize("size", [(20_000, 20_000), (2**31 - 1, 1), (1, 2**31 - 1), (60_000, 60_000)])
@pytest.mark.parametrize(("depth", "colour"), [(8, 2), (1, 0), (8, 3)])
def test_a_picture_that_unfolds_without_end_is_refused(size, depth, colour):
    """Before it does."""
    with pytest.raises(Undrawable):
        draw(png(*size, depth=depth, colour=colour), "image/png", 64)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not a picture",
        b"\x89PNG\r\n\x1a\n",
        png(10, 10).getvalue()[:40],
        b"GIF89a\xff\xff\xff\xff\xf0\x00\x00" + b"\x2c" * 50,
        b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>",
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
    ],
)
def test_what_is_no_picture_is_told(content):
    """In a sentence, without a traceback; Pillow's readers of vectors are never called."""
    with pytest.raises(Undrawable, match="The file"):
        draw(io.BytesIO(content), "image/png", 64)


def film(pictures, format="mp4", codec="libx264", **stream):
    """A film of these pictures, 10 a second."""
    file = io.BytesIO()
    with av.open(file, "w", format=format) as made:
        video = made.add_stream(codec, rate=10)
        video.width, video.height = pictures[0].size
        video.pix_fmt = "yuv420p"
        for name, value in stream.items():
            setattr(video, name, value)
        for each in pictures:
            made.mux(video.encode(av.VideoFrame.from_image(each)))
        made.mux(video.encode(None))
    file.seek(0)
    return file


def test_of_a_film_the_first_picture_that_shows_something_is_drawn():
    """Most begin in black."""
    black = Image.new("RGB", (200, 100))
    made = drawn(film([black] * 15 + [halves()] * 5 + [Image.new("RGB", (200, 100), "#00ff00")] * 5), "video/mp4")
    assert made.size == (64, 32)
    assert near(made.getpixel((4, 16)), (255, 0, 0))
    assert near(made.getpixel((60, 16)), (0, 0, 255))


def test_a_film_of_one_colour_has_a_thumbnail_too():
    """It shows what there is."""
    made = drawn(film([Image.new("RGB", (64, 64), "#00ff00")] * 3, "webm", "libvpx-vp9"), "video/webm")
    assert near(made.getpixel((32, 32)), (0, 255, 0))


def test_the_pixels_of_a_film_needn_t_be_square():
    """It is as wide as a player shows it."""
    made = drawn(film([halves((100, 100))] * 3, sample_aspect_ratio=Fraction(2)), "video/mp4")
    assert made.size == (64, 32)


def test_a_film_that_was_taken_upright_stands_upright():
    """A telephone writes down how it was held: here that the picture is to be turned to the right."""
    content = bytearray(film([halves()] * 3).getvalue())
    matrix = content.index(b"tkhd") + 44
    content[matrix : matrix + 36] = struct.pack(">9i", 0, 1 << 16, 0, -1 << 16, 0, 0, 0, 0, 1 << 30)
    made = drawn(io.BytesIO(content), "video/mp4")
    assert made.size == (32, 64)
    assert near(made.getpixel((16, 4)), (255, 0, 0))
    assert near(made.getpixel((16, 60)), (0, 0, 255))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not a film",
        b"#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:1,\nfile:///etc/hostname\n#EXT-X-ENDLIST\n",
        b"ffconcat version 1.0\nfile /etc/hostname\n",
        film([halves()] * 3).getvalue()[:200],
    ],
)
@pytest.mark.parametrize("mime", ["video/mp4", "video/webm"])
def test_what_is_no_film_is_told_and_opens_no_other_file(content, mime):
    """A playlist names files of this computer: nothing but the kind that the file is said to be is read."""
    with pytest.raises(Undrawable):
        draw(io.BytesIO(content), mime, 64)


def test_a_film_without_a_picture_is_told():
    """Sound alone can't be shown."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as made:
        sound = made.add_stream("aac", rate=48_000)
        frame = av.AudioFrame(format="fltp", layout="mono", samples=1024)
        frame.sample_rate = 48_000
        for plane in frame.planes:
            plane.update(bytes(plane.buffer_size))
        made.mux(sound.encode(frame))
        made.mux(sound.encode(None))
    file.seek(0)
    with pytest.raises(Undrawable, match="no moving picture"):
        draw(file, "video/mp4", 64)
