"""Pictures made of lines as dots and pages: as they look, and nothing from outside them."""

import base64
import io
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from PIL import Image
from pypdf import PdfReader

from pixie_core.errors import ExportError, ExportTooLarge, MissingExtra
from pixie_core.exporters import lines
from tests.core.exporters.exported import exported

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
FLAG = (
    f'{HEAD}width="100" height="50"><rect width="60" height="50" fill="#ff0000"/><text x="5" y="30">Hällo</text></svg>'
)


def drawn(svg, format="png", **options):
    """A picture made of lines in another format."""
    source = "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()
    return exported("image", format, source, **options)


@pytest.mark.parametrize("format", ["png", "jpg", "webp"])
def test_lines_become_dots_of_their_own_size(format):
    """In their colours; what is clear stays so where the format can."""
    picture = Image.open(io.BytesIO(drawn(FLAG, format)))
    assert picture.size == (100, 50)
    assert picture.convert("RGB").getpixel((50, 45)) == pytest.approx((254, 0, 1), abs=6)
    beside = picture.convert("RGBA").getpixel((90, 10))
    assert beside[3] == 0 if format != "jpg" else beside[:3] == (255, 255, 255)


def test_lines_are_sharp_at_the_size_asked_for():
    """Larger than they are, and within both sides where two are asked for."""
    assert Image.open(io.BytesIO(drawn(FLAG, width=1000))).size == (1000, 500)
    assert Image.open(io.BytesIO(drawn(FLAG, width=500, height=10))).size == (20, 10)


def test_lines_stay_lines_on_a_page():
    """Of their size, with words that can be found and with where it came from."""
    reader = PdfReader(io.BytesIO(drawn(FLAG, "pdf")), strict=True)
    (page,) = reader.pages
    assert [float(each) for each in page.mediabox[2:]] == pytest.approx([75, 37.5], abs=0.1)
    assert "Hällo" in page.extract_text()
    assert not page.images
    assert "pixie:run 5f0c8c7e" in reader.metadata["/Keywords"]


@pytest.mark.parametrize(
    "picture",
    ['<image href="{at}/x.png" width="9" height="9"/>', '<image xlink:href="{at}/x.svg" width="9" height="9"/>'],
)
@pytest.mark.parametrize("where", ["http", "/etc", "file:///etc", "../..", ""])
def test_a_picture_from_elsewhere_is_never_read(picture, where):
    """It is said which; nobody is asked."""
    asked = []

    class Elsewhere(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *_):
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        try:
            at = f"http://127.0.0.1:{server.server_port}" if where == "http" else where
            with pytest.raises(ExportError, match=r"names the picture .* fetches nothing"):
                drawn(f'{HEAD}width="10" height="10">{picture.format(at=at)}</svg>')
        finally:
            server.shutdown()
            serving.join()
    assert asked == []


def test_scripts_style_sheets_and_pages_within_do_nothing():
    """What is left is the picture."""
    svg = (
        f'{HEAD}width="10" height="10" onload="alert(1)"><script>alert(1)</script>'
        "<style>@import url(http://127.0.0.1:9/x.css); rect{fill:#00ff00}</style>"
        '<rect width="10" height="10"/><foreignObject><iframe src="http://127.0.0.1:9"/></foreignObject></svg>'
    )
    assert Image.open(io.BytesIO(drawn(svg))).getpixel((5, 5)) == (0, 255, 0, 255)


USES = "".join(f'<g id="a{n}">' + f'<use xlink:href="#a{n - 1}"/>' * 10 + "</g>" for n in range(1, 9))


@pytest.mark.parametrize(
    ("svg", "says"),
    [
        ('<!DOCTYPE svg [<!ENTITY a "xx"><!ENTITY b "&a;&a;">]>' + FLAG, "declares entities"),
        (f'{HEAD}width="9" height="9"><defs><g id="a0"><path d="M0 0"/></g>{USES}</defs><use xlink:href="#a8"/></svg>', "limit"),
        (f'{HEAD}width="9" height="9">' + "<g>" * 100_000 + "</g>" * 100_000 + "</svg>", "limit|nested|memory"),
        (f'{HEAD}width="1000000" height="1000000"></svg>', "more than 64,000,000"),
        (f'{HEAD}width="0" height="0"></svg>', "no SVG that can be read|no size"),
        (f'{HEAD}width="9" height="9"><rect', "no SVG that can be read"),
    ],
    ids=["entities", "uses", "depth", "giant", "nothing", "cut"],
)  # fmt: skip
def test_what_unfolds_without_end_or_is_none_is_refused(svg, says):
    """With the reason; as it is it can still be had."""
    with pytest.raises(ExportError, match=f"(?:{says}).*Take it as it is"):
        drawn(svg)


def test_a_file_too_large_is_refused(monkeypatch):
    """Before a process is made for it."""
    monkeypatch.setattr(lines, "_LARGEST", 100)
    with pytest.raises(ExportTooLarge):
        drawn(FLAG)


def test_without_typst_the_extra_is_named(monkeypatch):
    """So that the reader knows what to install."""
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match=r"pixie-core\[svg\]"):
        drawn(FLAG)
