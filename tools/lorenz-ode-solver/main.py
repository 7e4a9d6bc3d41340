"""The Lorenz system: trajectory, attractor, and the largest Lyapunov exponent.

    x' = sigma (y - x)
    y' = x (rho - z) - y
    z' = x y - beta z

Lorenz (1963). The exponent follows Benettin et al. (1980): a small displacement is carried along by the linearised
system and brought back to length 1 at short intervals; its growth, averaged over time, is the exponent.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.integrate import solve_ivp

from pixie_tool_sdk import InputError, Tool, outputs

if TYPE_CHECKING:
    from collections.abc import Callable

    from pixie_tool_sdk import Run

START = (1.0, 1.0, 1.0)
LONGEST_SEGMENT = 1.0
"""Time units after which the displacement is brought back to length 1."""
RELATIVE_TOLERANCE = 1e-10
ABSOLUTE_TOLERANCE = 1e-12

tool = Tool()


def flow(sigma: float, rho: float, beta: float) -> Callable[[float, Any], list[float]]:
    """The right-hand side for (x, y, z) and a displacement (u, v, w) that the linearised system carries along."""

    def derivative(_time: float, state: Any) -> list[float]:
        x, y, z, u, v, w = state.tolist()
        return [
            sigma * (y - x),
            x * (rho - z) - y,
            x * y - beta * z,
            sigma * (v - u),
            (rho - z) * u - v - x * w,
            y * u + x * v - beta * w,
        ]

    return derivative


def integrate(
    sigma: float, rho: float, beta: float, times: np.ndarray, progress: Callable[[float], None]
) -> tuple[np.ndarray, np.ndarray, int]:
    """The states (3 × times), the logarithm of the displacement's growth at each time, and the evaluations it took."""
    derivative = flow(sigma, rho, beta)
    segments = min(len(times) - 1, math.ceil(times[-1] / LONGEST_SEGMENT))
    bounds = np.linspace(0, len(times) - 1, segments + 1).round().astype(int)
    state = np.array([*START, 1.0, 0.0, 0.0])
    states = np.empty((3, len(times)))
    states[:, 0] = START
    growth = np.zeros(len(times))
    evaluations = 0
    for first, last in pairwise(bounds):
        solved = solve_ivp(
            derivative,
            (times[first], times[last]),
            state,
            method="DOP853",
            t_eval=times[first + 1 : last + 1],
            rtol=RELATIVE_TOLERANCE,
            atol=ABSOLUTE_TOLERANCE,
        )
        if not solved.success:
            reached = solved.t[-1] if solved.t.size else times[first]
            raise RuntimeError(f"the integration stopped at t = {reached:g}: {solved.message}")
        lengths = np.linalg.norm(solved.y[3:], axis=0)
        states[:, first + 1 : last + 1] = solved.y[:3]
        growth[first + 1 : last + 1] = growth[first] + np.log(lengths)
        state = np.concatenate([solved.y[:3, -1], solved.y[3:, -1] / lengths[-1]])
        evaluations += solved.nfev
        progress(last / (len(times) - 1))
    return states, growth, evaluations


def exponent(times: np.ndarray, growth: np.ndarray) -> float:
    """The mean growth rate after the first quarter, in which the displacement turns to where it grows fastest."""
    first = len(times) // 4
    return float((growth[-1] - growth[first]) / (times[-1] - times[first]))


def equilibria(rho: float, beta: float) -> str:
    """Where the system can rest, in words."""
    if rho <= 1:
        return "the origin"
    side = math.sqrt(beta * (rho - 1))
    return f"the origin and (±{side:.4g}, ±{side:.4g}, {rho - 1:.4g})"


def onset(sigma: float, beta: float) -> str:
    """The ρ above which the two rolls are unstable (Lorenz 1963, section 6), in words."""
    if sigma <= beta + 1:
        return "none: the rolls stay stable"
    return f"{sigma * (sigma + beta + 3) / (sigma - beta - 1):.4g}"


@tool.run
def lorenz(sigma: float, rho: float, beta: float, t_end: float, steps: float, *, run: Run) -> dict[str, Any]:
    """Integrate from (1, 1, 1) to `t_end` and describe what came out."""
    if int(steps) != steps:
        raise InputError("steps", f"expected a whole number, found {steps}")
    times = np.linspace(0.0, t_end, int(steps) + 1)
    states, growth, evaluations = integrate(sigma, rho, beta, times, run.progress)
    run.log(f"integrated {int(steps)} steps with {evaluations} evaluations")
    x, y, z = states
    return {
        "trajectory": outputs.chart_line(times, {"x": x, "y": y, "z": z}, x_label="Time", y_label="Coordinate"),
        "attractor": outputs.chart_scatter(
            {"Trajectory": np.column_stack((x, z))},
            x_label="x (intensity of convection)",
            y_label="z (temperature profile)",
        ),
        "lyapunov": outputs.number(exponent(times, growth), precision=3),
        "system": outputs.kv(
            {
                "Equilibria": equilibria(rho, beta),
                "Rolls unstable above ρ": onset(sigma, beta),
                "Contraction of volumes, per time unit": round(float(-(sigma + 1 + beta)), 6),
            }
        ),
        "statistics": outputs.table(
            [
                {
                    "coordinate": name,
                    "minimum": values.min(),
                    "maximum": values.max(),
                    "mean": values.mean(),
                    "deviation": values.std(),
                    "end": values[-1],
                }
                for name, values in zip("xyz", states, strict=True)
            ],
            [
                {"key": "coordinate", "label": "Coordinate", "type": "string"},
                {"key": "minimum", "label": "Minimum", "type": "number", "precision": 3},
                {"key": "maximum", "label": "Maximum", "type": "number", "precision": 3},
                {"key": "mean", "label": "Mean", "type": "number", "precision": 3},
                {"key": "deviation", "label": "Standard deviation", "type": "number", "precision": 3},
                {"key": "end", "label": "At the end", "type": "number", "precision": 3},
            ],
        ),
    }


if __name__ == "__main__":
    tool.serve()
