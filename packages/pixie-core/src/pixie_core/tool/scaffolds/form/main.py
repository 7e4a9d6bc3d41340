"""A fall without air: from a height h it takes sqrt(2 h / g), and ends with the speed g t.

tool.json declares what the form asks for and what comes out; `fall` does the work. They meet in the names: each
input is a keyword argument, and each output is a key of what is returned.
"""

from __future__ import annotations

import math
from typing import Any

from pixie_tool_sdk import Tool, outputs

GRAVITY = {"earth": 9.81, "moon": 1.62, "mars": 3.71}
"""In metres per second squared."""

POINTS = 51

tool = Tool()


@tool.run
def fall(height: float, place: str) -> dict[str, Any]:
    """The values are checked against tool.json before they come here."""
    gravity = GRAVITY[place]
    duration = math.sqrt(2 * height / gravity)
    times = [duration * step / (POINTS - 1) for step in range(POINTS)]
    heights = [height - gravity * time**2 / 2 for time in times]
    return {
        "duration": outputs.number(duration, precision=2),
        "speed": outputs.number(gravity * duration, precision=2),
        "path": outputs.chart_line(times, {"Height": heights}, x_label="Time (s)", y_label="Height (m)"),
    }


if __name__ == "__main__":
    tool.serve()
