"""A browser, and a served Pixie to look at."""

import pytest

from tests.server.live_pixie import add_tool, add_tools, live_pixie

CURVE = '''\
import math

from pixie_tool_sdk import Tool

tool = Tool()


@tool.run
def curve(points):
    """Draw a sine."""
    x = [n / 10 for n in range(points)]
    y = [math.sin(each) for each in x]
    return {
        "wave": {"x": x, "series": [{"name": "sine", "y": y}, {"name": "half", "y": [each / 2 for each in y]}]},
        "cloud": {"series": [{"name": "phase", "points": [{"x": a, "y": b} for a, b in zip(y, y[1:])]}]},
        "top": max(y),
        "low": min(y),
    }


tool.serve()
'''

CURVE_MANIFEST = {
    "id": "curve",
    "name": "Curve",
    "description": "Draws a sine.",
    "category": "Maths / Waves",
    "inputs": [{"key": "points", "type": "slider", "label": "Points", "min": 2, "max": 500, "default": 100}],
    "outputs": [
        {"key": "wave", "type": "chart_line", "label": "Wave", "unit": "m"},
        {"key": "cloud", "type": "chart_scatter", "label": "Phase"},
        {"key": "top", "type": "number", "label": "Highest", "layout": "inline"},
        {"key": "low", "type": "number", "label": "Lowest", "layout": "inline"},
    ],
}


@pytest.fixture(scope="session")
def live(tmp_path_factory):
    """A served Pixie with a tool that draws, one that streams and one that adds."""
    home = tmp_path_factory.mktemp("pixie")
    add_tools(home)
    add_tool(home / "tools", CURVE_MANIFEST, CURVE)
    with live_pixie(home) as served:
        yield served


@pytest.fixture
def page(chromium, live):
    """A page of the served Pixie. Whatever it logs as an error, or asks of another host, fails the test."""
    context = chromium.new_context(base_url=live.url, viewport={"width": 1440, "height": 900})
    page = context.new_page()
    complaints = []

    def heard(message):
        # Chromium and htmx both report a form that was refused; that is an answer and no fault.
        if message.type == "error" and "422" not in message.text and "htmx:responseError" not in message.text:
            complaints.append(message.text)

    page.on("console", heard)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: complaints.append(request.url) if not _ours(request.url, live.url) else None)
    yield page
    context.close()
    assert complaints == []


def _ours(url, home):
    return url.startswith((home + "/", "data:", "blob:"))
