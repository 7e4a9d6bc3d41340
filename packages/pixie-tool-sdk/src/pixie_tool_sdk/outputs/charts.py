"""Charts: lines, bars, points, shares, distributions.

Everywhere `{name: values}` may stand for the canonical `[{"name": ..., "y": values}]`. Axis titles are `x_label` and
`y_label`; `log_x` and `log_y` make an axis logarithmic.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from pixie_tool_sdk.encoding import plain, shown
from pixie_tool_sdk.errors import OutputError
from pixie_tool_sdk.outputs.checks import (
    as_list,
    boolean_at,
    equally_many,
    fail,
    instant_at,
    number_at,
    numbers_at,
    optional,
    record_at,
    records_at,
    strings_at,
    text_at,
)

__all__ = [
    "chart_area",
    "chart_bar",
    "chart_boxplot",
    "chart_candlestick",
    "chart_heatmap",
    "chart_histogram",
    "chart_line",
    "chart_pie",
    "chart_radar",
    "chart_scatter",
]

_DATE: Final = r"\d{4}-\d{2}(?:-\d{2}(?:[T ]\d{2}:\d{2}.*)?)?$"


def chart_line(
    x: Any,
    series: Any,
    *,
    x_label: str | None = None,
    y_label: str | None = None,
    log_x: bool | None = None,
    log_y: bool | None = None,
) -> dict[str, Any]:
    """Lines over a common axis of numbers: `chart_line([0, 1, 2], {"Balance": [100, 110, 121]}, x_label="Year")`.

    The axis may be one of dates (ISO 8601) as well; for names there is `chart_bar`. Every series has as many values
    as `x`; None in a series is a gap.
    """
    said = _said("chart_line", x_label=x_label, y_label=y_label, log_x=log_x, log_y=log_y)
    return {**_over_numbers("chart_line", x, series), **said}


def chart_area(
    x: Any,
    series: Any,
    *,
    x_label: str | None = None,
    y_label: str | None = None,
    log_x: bool | None = None,
    log_y: bool | None = None,
    stacked: bool | None = None,
) -> dict[str, Any]:
    """Areas over a common axis of numbers, as `chart_line`; `stacked` puts each on the one before."""
    said = _said("chart_area", x_label=x_label, y_label=y_label, log_x=log_x, log_y=log_y, stacked=stacked)
    return {**_over_numbers("chart_area", x, series), **said}


def chart_bar(
    x: Any,
    series: Any,
    *,
    x_label: str | None = None,
    y_label: str | None = None,
    log_x: bool | None = None,
    log_y: bool | None = None,
    stacked: bool | None = None,
    horizontal: bool | None = None,
) -> dict[str, Any]:
    """Bars over an axis of names: `chart_bar(["Mon", "Tue"], {"Visits": [3, 5]})`.

    `stacked` puts the bars of one name on each other; `horizontal` lays them, for long names.
    """
    names = strings_at(x, "chart_bar.x", "; write numbers as text, or use chart_line")
    listed = _series(series, "chart_bar.series", "y")
    for index, one in enumerate(listed):
        one["y"] = numbers_at(one["y"], f"chart_bar.series[{index}].y", gaps=True)
        equally_many(len(one["y"]), f"chart_bar.series[{index}].y", len(names), "x")
    said = _said(
        "chart_bar",
        x_label=x_label,
        y_label=y_label,
        log_x=log_x,
        log_y=log_y,
        stacked=stacked,
        horizontal=horizontal,
    )
    return {"x": names, "series": listed, **said}


def chart_scatter(
    series: Any,
    *,
    x_label: str | None = None,
    y_label: str | None = None,
    log_x: bool | None = None,
    log_y: bool | None = None,
) -> dict[str, Any]:
    """Points: `chart_scatter({"Trials": [(1, 2.5), (2, 3.1)]})`.

    A point is `(x, y)` or `{"x", "y", "label"}`; an array of two columns will do. The points belong to a series, also
    when there is only one.
    """
    listed = _series(series, "chart_scatter.series", "points")
    for index, one in enumerate(listed):
        one["points"] = _points(one["points"], f"chart_scatter.series[{index}].points")
    said = _said("chart_scatter", x_label=x_label, y_label=y_label, log_x=log_x, log_y=log_y)
    return {"series": listed, **said}


def chart_pie(slices: Any) -> dict[str, Any]:
    """Shares of a whole: `chart_pie({"Rent": 900, "Food": 400})`, or a list of `{"label", "value"}`. None is
    negative.
    """
    if isinstance(slices, Mapping):
        slices = [{"label": label, "value": value} for label, value in slices.items()]
    listed = records_at(slices, "chart_pie.slices", ["label", "value"])
    for index, one in enumerate(listed):
        one["label"] = text_at(one["label"], f"chart_pie.slices[{index}].label")
        one["value"] = number_at(one["value"], f"chart_pie.slices[{index}].value", low=0)
    return {"slices": listed}


def chart_histogram(
    values: Any,
    bins: int | None = None,
    *,
    x_label: str | None = None,
    y_label: str | None = None,
) -> dict[str, Any]:
    """How values are distributed; `bins` is how many bars at most, chosen by Pixie when left out."""
    counted: dict[str, Any] = {"values": numbers_at(values, "chart_histogram.values")}
    if bins is not None:
        bins = plain(bins)
        if isinstance(bins, bool) or not isinstance(bins, int) or bins < 1:
            fail("chart_histogram.bins", bins, "a whole number, 1 or more")
        counted["bins"] = bins
    return {**counted, **_said("chart_histogram", x_label=x_label, y_label=y_label)}


def chart_boxplot(
    series: Any,
    *,
    x_label: str | None = None,
    y_label: str | None = None,
    log_y: bool | None = None,
) -> dict[str, Any]:
    """Boxes of quartiles: `chart_boxplot({"Control": [1, 2, 2.5], "Treated": [2, 3, 4]})`."""
    listed = _series(series, "chart_boxplot.series", "values")
    for index, one in enumerate(listed):
        one["values"] = numbers_at(one["values"], f"chart_boxplot.series[{index}].values")
    return {"series": listed, **_said("chart_boxplot", x_label=x_label, y_label=y_label, log_y=log_y)}


def chart_heatmap(
    x_labels: Any,
    y_labels: Any,
    z: Any,
    *,
    x_label: str | None = None,
    y_label: str | None = None,
    z_label: str | None = None,
) -> dict[str, Any]:
    """A grid of colours: `z` has a row for each of `y_labels`, and each row a number for each of `x_labels`. None is
    a gap.
    """
    columns = _names_or_numbers(x_labels, "chart_heatmap.x_labels")
    rows = _names_or_numbers(y_labels, "chart_heatmap.y_labels")
    grid = as_list(z, "chart_heatmap.z", "rows of numbers")
    equally_many(len(grid), "chart_heatmap.z", len(rows), "y_labels")
    checked = [numbers_at(row, f"chart_heatmap.z[{index}]", gaps=True) for index, row in enumerate(grid)]
    for index, row in enumerate(checked):
        equally_many(len(row), f"chart_heatmap.z[{index}]", len(columns), "x_labels")
    return {
        "x_labels": columns,
        "y_labels": rows,
        "z": checked,
        **_said("chart_heatmap", x_label=x_label, y_label=y_label, z_label=z_label),
    }


def chart_candlestick(points: Any, *, x_label: str | None = None, y_label: str | None = None) -> dict[str, Any]:
    """Prices: `{"t", "open", "high", "low", "close"}`, with `t` in ISO 8601 or a date, high the highest and low the
    lowest.
    """
    listed = records_at(points, "chart_candlestick.points", ["t", "open", "high", "low", "close"])
    for index, point in enumerate(listed):
        where = f"chart_candlestick.points[{index}]"
        point["t"] = instant_at(point["t"], f"{where}.t")
        for key in ("open", "high", "low", "close"):
            point[key] = number_at(point[key], f"{where}.{key}")
        if (
            not point["low"]
            <= min(point["open"], point["close"])
            <= max(point["open"], point["close"])
            <= point["high"]
        ):
            raise OutputError(f"{where} isn't in order: expected low <= open, close <= high, found {shown(point)}")
    return {"points": listed, **_said("chart_candlestick", x_label=x_label, y_label=y_label)}


def chart_radar(axes: Any, series: Any) -> dict[str, Any]:
    """Polygons over axes in a circle: `chart_radar(["Speed", "Range"], {"Model A": [3, 4]})`."""
    names = strings_at(axes, "chart_radar.axes")
    listed = _series(series, "chart_radar.series", "values")
    for index, one in enumerate(listed):
        one["values"] = numbers_at(one["values"], f"chart_radar.series[{index}].values")
        equally_many(len(one["values"]), f"chart_radar.series[{index}].values", len(names), "axes")
    return {"axes": names, "series": listed}


def _over_numbers(chart: str, x: Any, series: Any) -> dict[str, Any]:
    positions = _positions(x, f"{chart}.x")
    listed = _series(series, f"{chart}.series", "y")
    for index, one in enumerate(listed):
        one["y"] = numbers_at(one["y"], f"{chart}.series[{index}].y", gaps=True)
        equally_many(len(one["y"]), f"{chart}.series[{index}].y", len(positions), "x")
    return {"x": positions, "series": listed}


def _positions(x: Any, where: str) -> list[Any]:
    """Numbers, or dates all along; names have charts of their own."""
    listed = as_list(x, where, "numbers")
    if not any(isinstance(each, str) or hasattr(each, "isoformat") for each in listed):
        return numbers_at(listed, where)
    dates = [instant_at(each, f"{where}[{index}]") for index, each in enumerate(listed)]
    for index, each in enumerate(dates):
        if not isinstance(each, str) or not re.match(_DATE, each):
            fail(f"{where}[{index}]", each, "a number, or a date as the others; for names use chart_bar")
    return dates


def _series(series: Any, where: str, values: str) -> list[dict[str, Any]]:
    if isinstance(series, Mapping):
        series = [{"name": name, values: listed} for name, listed in series.items()]
    listed = records_at(series, where, ["name", values])
    for index, one in enumerate(listed):
        one["name"] = text_at(one["name"], f"{where}[{index}].name")
    return listed


def _points(points: Any, where: str) -> list[dict[str, Any]]:
    checked = []
    for index, point in enumerate(as_list(points, where, "points")):
        place = f"{where}[{index}]"
        pair = plain(point)
        if isinstance(pair, (list, tuple)):
            if len(pair) != 2:
                fail(place, pair, 'a point, (x, y) or {"x", "y", "label"}')
            pair = {"x": pair[0], "y": pair[1]}
        record = record_at(pair, place, ["x", "y"])
        record["x"] = instant_at(record["x"], f"{place}.x")
        record["y"] = number_at(record["y"], f"{place}.y")
        checked.append(optional(record, place, label=text_at))
    return checked


def _names_or_numbers(labels: Any, where: str) -> list[Any]:
    return [
        each if isinstance(each, str) else number_at(each, f"{where}[{index}]")
        for index, each in enumerate(as_list(labels, where, "names or numbers"))
    ]


def _said(chart: str, **options: str | bool | None) -> dict[str, Any]:
    """The options that were said: titles of axes are text, the rest is True or False."""
    return {
        key: text_at(value, f"{chart}.{key}") if key.endswith("_label") else boolean_at(value, f"{chart}.{key}")
        for key, value in options.items()
        if value is not None
    }
