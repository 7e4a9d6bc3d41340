"""Charts become pictures that say what the chart says, by either renderer, and say where they came from."""

import io
import json
import re
from xml.etree import ElementTree as ET

import pytest
from PIL import Image
from pypdf import PdfReader

from pixie_core.catalogue import OUTPUT_TYPES
from pixie_core.catalogue.figures import PALETTE
from pixie_core.errors import ExportTooLarge, MissingExtra, RequestInvalid
from pixie_core.exporters import pictures
from pixie_core.exporters.pictures_browser import Browser, BrowserFailed, find_chrome
from tests.core.exporters.exported import exported

DRAWN = [name for name, cls in OUTPUT_TYPES.items() if "figure" in cls.views()]
RENDERERS = ["browser", "matplotlib"]
HOSTILE = "\"'><script>alert(1)</script> <b>bold</b> $x_1$ & {{7*7}} \u2028 עברית"


def png(type, value=None, **options):
    return Image.open(io.BytesIO(exported(type, "png", value, **options)))


def pixels(picture, colour, near=3):
    """How many dots have this colour."""
    wanted = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
    small = picture.convert("RGB").getcolors(2**24)
    return sum(n for n, dot in small if all(abs(a - b) <= near for a, b in zip(dot, wanted, strict=True)))


def test_chrome_is_here():
    """The browser's half of these tests runs: the machine has a Chrome or Chromium."""
    assert find_chrome() is not None


@pytest.mark.parametrize("renderer", RENDERERS)
@pytest.mark.parametrize("type", DRAWN)
def test_every_chart_is_drawn_in_both_themes(type, renderer):
    """A PNG of each type has its size, its ground in the corner, ink on it, and is another in the dark."""
    light = png(type, renderer=renderer, width=640, height=400, scale=1.5)
    dark = png(type, renderer=renderer, width=640, height=400, scale=1.5, theme="dark")
    assert (960, 600) == light.size == dark.size
    assert light.convert("RGB").getpixel((2, 2)) == (255, 255, 255)
    assert dark.convert("RGB").getpixel((2, 2)) == (0x16, 0x17, 0x1A)
    assert pixels(light, "#ffffff", 0) < 0.995 * 960 * 600
    assert pixels(dark, "#16171a", 0) < 0.995 * 960 * 600


@pytest.mark.parametrize("renderer", RENDERERS)
def test_bars_are_as_long_as_their_values(renderer):
    """A bar of 3 has three times the ink of a bar of 1."""
    value = {"x": ["a"], "series": [{"name": "one", "y": [1]}, {"name": "three", "y": [3]}]}
    drawn = png("chart_bar", value, renderer=renderer, title=False)
    legend = 12 * 12 * 4
    one, three = (pixels(drawn, colour) for colour in PALETTE[:2])
    assert (three - legend) / (one - legend) == pytest.approx(3, rel=0.06)


@pytest.mark.parametrize("renderer", RENDERERS)
def test_a_pie_is_cut_by_its_shares(renderer):
    """A share of three quarters has three times the ink of one quarter."""
    drawn = png("chart_pie", {"slices": [{"label": "a", "value": 3}, {"label": "b", "value": 1}]}, renderer=renderer)
    assert pixels(drawn, PALETTE[0]) / pixels(drawn, PALETTE[1]) == pytest.approx(3, rel=0.04)


@pytest.mark.parametrize("renderer", RENDERERS)
def test_treemap_areas_are_the_values(renderer):
    """A part of four has four times the area of a part of one."""
    nodes = [{"id": "a", "value": 4}, {"id": "b", "value": 1}]
    drawn = png("chart_treemap", {"nodes": nodes}, renderer=renderer)
    assert pixels(drawn, PALETTE[0]) / pixels(drawn, PALETTE[1]) == pytest.approx(4, rel=0.12)


def test_a_png_says_where_it_came_from():
    """Tool, run, time, version and renderer stand in its text chunks, its resolution beside them."""
    drawn = png("chart_line", renderer="matplotlib", dpi=300)
    assert drawn.text["pixie:tool"] == "lorenz-ode-solver"
    assert drawn.text["pixie:run"] == "5f0c8c7e-7d0f-4a53-9e5f-0b6c1e0f9a11"
    assert drawn.text["pixie:time"] == "2026-05-17T12:00:00Z"
    assert drawn.text["pixie:renderer"].startswith("matplotlib 3")
    assert png("chart_line", renderer="auto").text["pixie:renderer"].startswith("Kaleido 1")
    assert drawn.info["dpi"] == pytest.approx((300, 300), abs=0.1)
    assert drawn.size == (2500, 1562)


@pytest.mark.parametrize("renderer", RENDERERS)
@pytest.mark.parametrize("type", DRAWN)
def test_svg_is_well_formed_and_says_where_it_came_from(type, renderer):
    """An XML parser reads each; nothing in it runs or points elsewhere."""
    root = ET.fromstring(exported(type, "svg", renderer=renderer))
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert root.find("{http://www.w3.org/2000/svg}title").text == "Trial"
    assert root.find(".//{urn:pixie:export:1}run").text == "5f0c8c7e-7d0f-4a53-9e5f-0b6c1e0f9a11"
    for each in root.iter():
        assert not each.tag.endswith(("}script", "}foreignObject"))
        assert not any(name.startswith("on") for name in each.attrib)
        assert not any(
            re.match(r"\w+:", value)
            for name, value in each.attrib.items()
            if name.endswith("href") and not value.startswith("data:image/png")
        )


@pytest.mark.parametrize("renderer", RENDERERS)
def test_a_pdf_has_its_size_its_words_and_its_origin(renderer):
    """One page of the size asked for, its words to be found, its document information by an independent reader."""
    reader = PdfReader(io.BytesIO(exported("chart_line", "pdf", renderer=renderer, width=800, height=480)), strict=True)
    (page,) = reader.pages
    assert (float(page.mediabox.width), float(page.mediabox.height)) == pytest.approx((600, 360), abs=1.5)
    assert {"Trial", "Balance (GBP)", "Paid in Balance", "Year", "30,000"} <= set(page.extract_text().split("\n"))
    assert reader.metadata["/Title"] == "Trial"
    assert reader.metadata["/pixie:run"] == "5f0c8c7e-7d0f-4a53-9e5f-0b6c1e0f9a11"
    assert reader.metadata.creation_date.isoformat() == "2026-05-17T12:00:00+00:00"
    assert renderer == "matplotlib" or reader.metadata["/pixie:renderer"].startswith("Kaleido")


@pytest.mark.parametrize("format", ["png", "svg", "pdf"])
@pytest.mark.parametrize("renderer", RENDERERS)
def test_the_same_chart_makes_the_same_bytes(renderer, format):
    """Nothing in a picture depends on when it was made."""
    once, again = (exported("chart_area", format, renderer=renderer) for _ in range(2))
    assert once == again


@pytest.mark.parametrize("renderer", RENDERERS)
def test_what_a_tool_says_is_words_and_no_markup(renderer):
    """Markup, formulas and quotes are drawn as they were written."""
    value = {
        "x": [HOSTILE, "b"],
        "series": [{"name": HOSTILE, "y": [1, 2]}, {"name": "c", "y": [2, 1]}],
        "y_label": HOSTILE,
    }
    root = ET.fromstring(exported("chart_bar", "svg", value, renderer=renderer, declared={"label": HOSTILE}))
    assert root.find("{http://www.w3.org/2000/svg}title").text == HOSTILE
    drawn = PdfReader(io.BytesIO(exported("chart_bar", "pdf", value, renderer=renderer, declared={"label": HOSTILE})))
    said = drawn.pages[0].extract_text()
    assert "<b>bold</b>" in said
    assert "$x_1$" in said


EMPTY = {
    "chart_line": {"x": [], "series": []},
    "chart_area": {"x": [], "series": [{"name": "a", "y": []}]},
    "chart_bar": {"x": [], "series": []},
    "chart_scatter": {"series": []},
    "chart_pie": {"slices": []},
    "chart_histogram": {"values": []},
    "chart_boxplot": {"series": []},
    "chart_heatmap": {"x_labels": [], "y_labels": [], "z": []},
    "chart_candlestick": {"points": []},
    "chart_radar": {"axes": [], "series": []},
    "chart_sankey": {"nodes": [], "links": []},
    "chart_treemap": {"nodes": []},
    "chart_network": {"nodes": [], "edges": []},
    "timeline": {"events": []},
    "gantt": {"tasks": []},
}


@pytest.mark.parametrize("renderer", RENDERERS)
@pytest.mark.parametrize("type", DRAWN)
def test_an_empty_chart_is_a_picture_too(type, renderer):
    """Nothing to draw is no error."""
    assert png(type, EMPTY[type], renderer=renderer, scale=1).size == (800, 500)


ODD = [
    ("chart_line", {"x": [1], "series": [{"name": "a", "y": [2]}]}),
    ("chart_line", {"x": [1, 2, 3], "series": [{"name": "a", "y": [1, None, 2]}]}),
    ("chart_line", {"x": [1, 10], "series": [{"name": "a", "y": [0, 100]}], "log_x": True, "log_y": True}),
    ("chart_line", {"x": ["2026-05-17T12:00:00Z", "2026-05-17T12:00:09Z"], "series": [{"name": "a", "y": [1, 2]}]}),
    ("chart_line", {"x": ["-0044-03", "0012-01"], "series": [{"name": "a", "y": [1, 2]}]}),
    ("chart_area", {"x": ["2026-01", "2026-02"], "series": [{"name": "a", "y": [None, 2]}], "stacked": True}),
    (
        "chart_bar",
        {"x": [1, 2], "series": [{"name": "a", "y": [None, -2]}, {"name": "b", "y": [1, -1]}], "stacked": True},
    ),
    (
        "chart_bar",
        {"x": [f"name {n}" for n in range(60)], "series": [{"name": "", "y": [1e9] * 60}], "horizontal": True},
    ),
    ("chart_bar", {"x": ["2026-01-01", "2026-01-02"], "series": [{"name": "a", "y": [1, 2]}]}),
    ("chart_scatter", {"series": [{"name": "a", "points": [{"x": "α", "y": 1, "label": "l"}, {"x": "β", "y": 2}]}]}),
    ("chart_pie", {"slices": [{"label": "a", "value": 0}]}),
    ("chart_pie", {"slices": [{"label": f"slice {n}", "value": 100 if n == 0 else 1} for n in range(20)]}),
    ("chart_histogram", {"values": [3, 3, 3]}),
    ("chart_boxplot", {"series": [{"name": "a", "values": [1]}, {"name": "b", "values": []}]}),
    ("chart_heatmap", {"x_labels": [1, 2, 4], "y_labels": ["2026-01-01"], "z": [[1, None, -3]], "z_label": "depth"}),
    ("chart_heatmap", {"x_labels": ["a", "a"], "y_labels": ["b", "b"], "z": [[1, 2], [None, None]]}),
    (
        "chart_heatmap",
        {
            "x_labels": list(range(200)),
            "y_labels": list(range(200)),
            "z": [[r * c for c in range(200)] for r in range(200)],
        },
    ),
    ("chart_candlestick", {"points": [{"t": 1, "open": 1, "high": 2, "low": 0, "close": 1}]}),
    ("chart_radar", {"axes": ["a", "a", "b"], "series": [{"name": "x", "values": [-1, 0, 2]}]}),
    (
        "chart_sankey",
        {
            "nodes": [{"id": 1}, {"id": 2}],
            "links": [
                {"source": 1, "target": 2, "value": 1},
                {"source": 2, "target": 1, "value": 1},
                {"source": 1, "target": 1, "value": 1},
            ],
        },
    ),
    ("chart_sankey", {"nodes": [{"id": n} for n in range(5)], "links": [{"source": 0, "target": 1, "value": 0}]}),
    (
        "chart_treemap",
        {"nodes": [{"id": n, "value": 1 / (n + 1), "parent": (n - 1) // 3 if n else None} for n in range(200)]},
    ),
    ("chart_network", {"nodes": [{"id": 1}], "edges": [{"source": 1, "target": 1}]}),
    ("timeline", {"events": [{"t": 3, "label": "c", "group": "g"}, {"t": 1, "label": "a", "group": "h"}]}),
    ("timeline", {"events": [{"t": "soon", "label": "c"}, {"t": "later", "label": "a"}]}),
    ("gantt", {"tasks": [{"name": "a", "start": 0, "end": 4, "progress": 0.5}, {"name": "a", "start": 2, "end": 2}]}),
]


@pytest.mark.parametrize("renderer", RENDERERS)
@pytest.mark.parametrize(("type", "value"), ODD, ids=[f"{each}-{n}" for n, (each, _) in enumerate(ODD)])
def test_odd_values_are_drawn(type, value, renderer):
    """One point, gaps, logarithms, names twice, circles, flat data: each becomes a picture with ink in it."""
    drawn = png(type, value, renderer=renderer, scale=1)
    assert len(drawn.convert("RGB").getcolors(2**24)) > 3


def test_a_hundred_thousand_points_are_drawn():
    """A large chart becomes a picture of ordinary size, and its SVG stays one that a program opens."""
    many = [n / 100 for n in range(100_000)]
    value = {"x": many, "series": [{"name": "a", "y": [n % 7 for n in many]}, {"name": "b", "y": many}]}
    drawn = png("chart_line", value)
    assert drawn.text["pixie:renderer"].startswith("matplotlib")
    assert drawn.size == (1600, 1000)


def test_a_chart_of_many_names_grows():
    """Where no height is asked for, sixty bars get the room that sixty names need."""
    value = {"x": [f"name {n}" for n in range(60)], "series": [{"name": "", "y": [1] * 60}], "horizontal": True}
    assert png("chart_bar", value, renderer="matplotlib", scale=1).height == 1600


def test_options_out_of_range_are_refused_with_all_of_them():
    """Each wrong option is named with what it may be."""
    with pytest.raises(RequestInvalid) as refused:
        exported("chart_line", "png", width="9000", theme="sepia")
    assert {"$.width", "$.theme"} == {each.path for each in refused.value.problems}


def test_a_picture_too_large_is_refused_before_it_is_drawn():
    """Gigabytes of dots are no picture."""
    with pytest.raises(ExportTooLarge, match="smaller width"):
        exported("chart_line", "png", width=8000, height=8000, scale=10)


def test_without_a_browser_matplotlib_draws(monkeypatch):
    """Nothing is asked of the user, and the file says who drew it."""
    monkeypatch.setattr(pictures, "find_chrome", lambda: None)
    assert png("chart_line").text["pixie:renderer"].startswith("matplotlib")
    with pytest.raises(MissingExtra, match=r"pixie-core\[charts\]"):
        exported("chart_line", "png", renderer="browser")


def test_where_the_browser_fails_matplotlib_draws(monkeypatch, tmp_path):
    """A browser that doesn't start costs nothing but time; asked for by name, it is told."""
    chrome = tmp_path / "chrome"
    chrome.write_text("#!/bin/sh\nexit 1\n")
    chrome.chmod(0o755)
    broken = Browser(chrome=str(chrome))
    monkeypatch.setattr(pictures, "browser", lambda: broken)
    assert png("chart_line").text["pixie:renderer"].startswith("matplotlib")
    with pytest.raises(BrowserFailed, match="matplotlib"):
        exported("chart_line", "png", renderer="browser")


def test_the_figure_itself_is_exported_as_json():
    """The JSON is a Plotly figure with the values of the chart, and says where it came from."""
    figure = json.loads(exported("chart_line", "json"))
    assert [trace["y"] for trace in figure["data"]] == [s["y"] for s in OUTPUT_TYPES["chart_line"].example["series"]]
    assert figure["layout"]["meta"]["pixie:run"] == "5f0c8c7e-7d0f-4a53-9e5f-0b6c1e0f9a11"
