"""Films as GIF: as long, as bright, in one palette, and no larger than is good."""

import io

import numpy as np
import pytest
from PIL import Image

from pixie_core.errors import ExportError, ExportTooLarge
from pixie_core.exporters import media_gif
from tests.core.exporters.exported import exported
from tests.core.exporters.test_media import RUN, data_url, film


def gif(content=None, **options):
    """A film as GIF, by its pictures and how long each is shown."""
    made = exported("video", "gif", data_url("video/x-matroska", film() if content is None else content), **options)
    pictures, times = [], []
    with Image.open(io.BytesIO(made)) as picture:
        about = dict(picture.info)
        for number in range(picture.n_frames):
            picture.seek(number)
            pictures.append(np.asarray(picture.convert("RGB"), dtype=float))
            times.append(picture.info["duration"])
    return pictures, times, about


def test_a_film_is_the_same_film():
    """A second from black to white, at ten pictures a second, playing over and over."""
    pictures, times, about = gif()
    assert sum(times) == pytest.approx(1000, abs=101)
    assert pictures[0].shape == (49, 65, 3)
    assert pictures[0].mean() < 20
    assert pictures[-1].mean() > 235
    shades = [each.mean() for each in pictures]
    assert shades == sorted(shades)
    assert about["loop"] == 0
    assert RUN in about["comment"].decode()


@pytest.mark.parametrize("rate", [1, 3, 25])
def test_the_rate_is_heard_and_the_length_stays(rate):
    """Hundredths of a second, which are what a GIF counts in, add up."""
    pictures, times, _ = gif(film(frames=24), rate=rate)
    # Pictures that are the same are one that is shown longer.
    assert len(pictures) == pytest.approx(min(2 * rate, 24), abs=1)
    assert sum(times) == pytest.approx(2000, abs=1000 / rate + 1)


def test_a_wide_film_becomes_narrower_and_a_narrow_one_stays():
    """In proportion."""
    assert gif(film(size=(600, 200)), width=120)[0][0].shape == (40, 120, 3)
    assert gif(film(size=(60, 20)), width=120)[0][0].shape == (20, 60, 3)


def blocks(picture):
    """The mean colour of each eight by eight dots."""
    return picture.reshape(8, 8, 8, 8, 3).mean(axis=(1, 3))


def test_colours_stay_near():
    """Of a film that has them all, in a palette of 256."""
    import av

    ramp = np.linspace(0, 255, 64).astype(np.uint8)
    file = io.BytesIO()
    with av.open(file, "w", format="matroska") as made:
        video = made.add_stream("ffv1", rate=5)
        video.width, video.height, video.pix_fmt = 64, 64, "yuv444p"
        pictures = [
            np.dstack([np.tile(ramp, (64, 1)), np.tile(ramp[:, None], (1, 64)), np.full((64, 64), n * 60)])
            for n in range(4)
        ]
        for each in pictures:
            made.mux(video.encode(av.VideoFrame.from_ndarray(each.astype(np.uint8), format="rgb24")))
        made.mux(video.encode(None))
    drawn, _, _ = gif(file.getvalue(), rate=5)
    # Dots of neighbouring colours stand for one between them: eight by eight together.
    near = [np.abs(a - b) for a, b in zip(map(blocks, drawn), map(blocks, pictures), strict=True)]
    assert max(each.mean() for each in near) < 14


def test_a_film_too_long_for_a_gif_is_refused_with_what_would_do(monkeypatch):
    """Before its pictures are gathered."""
    monkeypatch.setattr(media_gif, "_MOST_PIXELS", 65 * 49 * 3)
    with pytest.raises(ExportTooLarge, match="smaller width or rate, or mp4"):
        gif()


def test_progress_is_told_and_may_end_it():
    """Each picture is a step."""
    seen = []
    gif_of = {"on_progress": lambda done, total: seen.append((done, total))}
    exported("video", "gif", data_url("video/x-matroska", film()), **gif_of)
    assert seen[-1][0] == seen[-1][1] >= 10


@pytest.mark.parametrize("content", [b"nonsense" * 99, b""])
def test_what_is_no_film_is_told(content):
    """A damaged file is refused, and can still be had as it is."""
    with pytest.raises(ExportError, match="Take it as it is"):
        exported("video", "gif", data_url("video/mp4", content))
