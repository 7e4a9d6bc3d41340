"""The Lorenz tool against what is known of the system."""

from __future__ import annotations

import math
import threading

import pytest

from tests.sdk.processes import until

CLASSIC = {"sigma": 10, "rho": 28, "beta": 8 / 3, "t_end": 40, "steps": 8000}


@pytest.fixture
def lorenz(bundled):
    return bundled("lorenz-ode-solver")


def test_the_classic_system_is_chaotic(lorenz):
    """Over a long time the largest exponent is near 0.906, the published value (Sprott 2003)."""
    exponent = lorenz.outputs({**CLASSIC, "t_end": 200})["lyapunov"]["value"]
    assert exponent == pytest.approx(0.9056, abs=0.05)


def test_under_the_first_threshold_motion_dies_out(lorenz):
    """With rho under 1 every coordinate tends to 0, and the exponent to the slowest eigenvalue of the origin."""
    found = lorenz.outputs({**CLASSIC, "rho": 0.5})
    slowest = (-11 + math.sqrt(11**2 - 4 * 10 * 0.5)) / 2
    assert found["lyapunov"]["value"] == pytest.approx(slowest, abs=0.01)
    assert all(abs(row["end"]) < 1e-6 for row in found["statistics"]["rows"])


def test_a_steady_roll_is_where_theory_has_it(lorenz):
    """Between the thresholds the trajectory ends at x = y = sqrt(beta (rho - 1)), z = rho - 1."""
    rows = lorenz.outputs({**CLASSIC, "rho": 10})["statistics"]["rows"]
    side = math.sqrt(8 / 3 * 9)
    assert [abs(row["end"]) for row in rows] == pytest.approx([side, side, 9], abs=1e-4)


def test_the_chart_has_the_steps_that_were_asked_for(lorenz):
    """`steps` equal steps from 0 to `t_end`, in both charts."""
    found = lorenz.outputs({**CLASSIC, "t_end": 0.1, "steps": 10})
    assert found["trajectory"]["x"] == pytest.approx([n / 100 for n in range(11)])
    assert [series["name"] for series in found["trajectory"]["series"]] == ["x", "y", "z"]
    points = found["attractor"]["series"][0]["points"]
    assert [point["x"] for point in points] == found["trajectory"]["series"][0]["y"]
    assert [point["y"] for point in points] == found["trajectory"]["series"][2]["y"]


def test_half_a_step_is_refused(lorenz):
    """A number of steps that isn't whole gets 422 with the input's name."""
    answer = lorenz.run({**CLASSIC, "steps": 10.5})
    assert (answer.status, answer.detail) == (422, "steps: expected a whole number, found 10.5")


def test_a_long_integration_can_be_cancelled(lorenz):
    """A cancel ends the work between two segments, and says so."""
    answers = []
    heavy = {"sigma": 50, "rho": 200, "beta": 20, "t_end": 200, "steps": 100_000}
    caller = threading.Thread(target=lambda: answers.append(lorenz.run(heavy, "heavy")))
    caller.start()
    until(lambda: lorenz.ask("POST", "/cancel?run_id=heavy").json.get("cancelled"), "the run to be there")
    caller.join(30)
    assert answers[0].json["code"] == "cancelled"
