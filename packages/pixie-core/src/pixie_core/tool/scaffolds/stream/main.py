"""π from random points: of those thrown into a unit square, π/4 fall within the quarter circle.

It shows its work while it goes on: `run.emit` sends the next piece of an output that tool.json declares with
`"streaming": true`, and pieces of a chart add up. `run.progress`, `run.emit` and `run.sleep` end the function when
the run is cancelled, so call one of them in every long loop.
"""

from __future__ import annotations

import random
from typing import Any

from pixie_tool_sdk import InputError, Run, Tool, outputs

STEPS = 50

tool = Tool()


def whole(key: str, value: float) -> int:
    """A whole number, which a form may send as 2.0."""
    if int(value) != value:
        raise InputError(key, f"expected a whole number, found {value}")
    return int(value)


@tool.run
def estimate_pi(points: float, seed: float, pause: float, *, run: Run) -> dict[str, Any]:
    """Throw the points in steps, and send the estimate after each."""
    wanted = whole("points", points)
    chance = random.Random(whole("seed", seed))
    thrown = inside = 0
    for step in range(1, STEPS + 1):
        while thrown < wanted * step // STEPS:
            inside += chance.random() ** 2 + chance.random() ** 2 <= 1
            thrown += 1
        run.emit("estimates", outputs.chart_line([thrown], {"Estimate": [4 * inside / thrown]}))
        run.progress(step / STEPS)
        run.sleep(pause / 1000)
    run.log(f"{inside} of {thrown} points fell within the quarter circle")
    # What was streamed is left out here: it has been sent.
    return {"estimate": outputs.number(4 * inside / thrown, precision=4)}


if __name__ == "__main__":
    tool.serve()
