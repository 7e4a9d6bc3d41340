"""Answers that aren't in the letter of the contract: shapes of values, and of the answer round them."""

from tests.zoo.animal import Animal, Call, answering, output

PNG = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="

PAIRS = {"pairs": [{"key": "Sharpe", "value": 1.42}, {"key": "Drawdown", "value": "-12%"}]}
TABLE = {
    "columns": [{"key": "year", "label": "year"}, {"key": "balance", "label": "balance"}],
    "rows": [{"year": 1, "balance": 12750}, {"year": 2, "balance": None}],
}
DATED = {
    "x": ["2026-03-01", "2026-01-01", "2026-02-01"],
    "series": [{"name": "Rain", "y": [3.5, None, 1.25], "mode": "markers"}],
}
POINTS = {"series": [{"name": "Orbit", "points": [{"x": 1, "y": 3}, {"x": 2, "y": 4}]}]}
PLACES = {"points": [{"lat": 51.51, "lng": -0.11}, {"lat": 51.52, "lng": -0.08}]}

SHAPES = [
    answering(
        "kv-as-object", "kv", {"pairs": {"Sharpe": 1.42, "Drawdown": "-12%"}}, PAIRS, "send a list of {key, value}"
    ),
    answering(
        "table-as-lists",
        "table",
        {"columns": ["year", "balance"], "rows": [[1, 12750], [2, None]]},
        TABLE,
        "send an object by column key",
    ),
    answering(
        "heatmap-xy",
        "chart_heatmap",
        {"x": ["Mon", "Tue"], "y": ["am"], "z": [[1, None]]},
        {"x_labels": ["Mon", "Tue"], "y_labels": ["am"], "z": [[1, None]]},
        "x stands for x_labels",
    ),
    answering(
        "scatter-xy",
        "chart_scatter",
        {"series": [{"name": "Orbit", "x": [1, 2], "y": [3, 4]}]},
        POINTS,
        "send points: [{x, y}]",
    ),
    answering("line-of-dates", "chart_line", DATED, DATED),
    answering("area-of-dates", "chart_area", DATED, DATED),
    answering(
        "map-with-lon",
        "map_points",
        {"points": [{"lat": 51.51, "lon": -0.11}, {"lat": 51.52, "lon": -0.08}]},
        PLACES,
        "a point's keys are lat and lng",
    ),
    answering("map-of-pairs", "map_route", {"points": [[51.51, -0.11], [51.52, -0.08]]}, PLACES, "send {lat, lng}"),
    answering(
        "log-in-epoch-seconds",
        "log",
        {"lines": [{"level": "info", "message": "loaded", "t": 1779019200.5}]},
        {"lines": [{"level": "info", "message": "loaded", "t": "2026-05-17T12:00:00.500000Z"}]},
        "send ISO 8601",
    ),
    Animal(
        name="wrapped-answer",
        outputs=[output("total", "number"), output("words", "text")],
        program="""
        @app.post("/run")
        async def run(body: dict):
            return {"outputs": {"total": body["n"] * 2, "words": "two"}, "status": "ok", "elapsed": 0.1}
        """,
        overall="warn",
        says={"output_conforms": "answer {output_key: value} flat"},
        calls=[Call(inputs={"n": 4}, values={"total": {"value": 8}, "words": "two"})],
    ),
    Animal(
        name="wrapped-answer-on-purpose",
        outputs=[output("outputs", "kv")],
        program="""
        @app.post("/run")
        async def run(body: dict):
            return {"outputs": {"pairs": [{"key": "n", "value": body["n"]}]}}
        """,
        calls=[Call(values={"outputs": {"pairs": [{"key": "n", "value": 2}]}})],
    ),
    Animal(
        name="echoes-the-run-id",
        outputs=[output("total", "number")],
        program="""
        @app.post("/run")
        async def run(body: dict):
            return {"run_id": body["run_id"], "total": {"value": body["n"], "precision": 2}}
        """,
        calls=[Call(values={"total": {"value": 2, "precision": 2}})],
    ),
    Animal(
        name="bare-and-wrapped-scalars",
        outputs=[
            output("a", "text"),
            output("b", "text"),
            output("c", "number"),
            output("d", "number"),
            output("e", "boolean"),
            output("f", "markdown"),
            output("g", "latex"),
            output("h", "code"),
            output("i", "progress"),
            output("j", "progress"),
        ],
        program="""
        @app.post("/run")
        async def run(body: dict):
            return {
                "a": "bare", "b": {"value": "wrapped"},
                "c": 1, "d": {"value": 2.5, "format": "currency"},
                "e": False, "f": {"value": "# Head"}, "g": {"value": "x^2"},
                "h": {"value": "x = 1", "language": "python"},
                "i": 0.75, "j": None,
            }
        """,
        calls=[
            Call(
                values={
                    "a": "bare",
                    "b": "wrapped",
                    "c": {"value": 1},
                    "d": {"value": 2.5, "format": "currency"},
                    "e": {"value": False},
                    "f": "# Head",
                    "g": "x^2",
                    "h": {"value": "x = 1", "language": "python"},
                    "i": 0.75,
                    "j": None,
                }
            )
        ],
    ),
    Animal(
        name="nan-in-outputs",
        outputs=[output("mean", "number"), output("curve", "chart_line"), output("cells", "table")],
        program="""
        @app.post("/run")
        async def run(body: dict):
            nan = float("nan")
            result = {
                "mean": {"value": nan},
                "curve": {"x": [1, 2, 3], "series": [{"name": "f", "y": [0.5, nan, float("inf")]}]},
                "cells": {"columns": [{"key": "a", "label": "A", "type": "number"}], "rows": [{"a": nan}, {"a": 1}]},
            }
            return Response(json.dumps(result), media_type="application/json")
        """,
        overall="warn",
        says={"output_conforms": "nan isn't JSON and became null"},
        calls=[
            Call(
                values={
                    "mean": {"value": None},
                    "curve": {"x": [1, 2, 3], "series": [{"name": "f", "y": [0.5, None, None]}]},
                    "cells": {
                        "columns": [{"key": "a", "label": "A", "type": "number"}],
                        "rows": [{"a": None}, {"a": 1}],
                    },
                }
            )
        ],
    ),
    Animal(
        name="more-than-declared",
        outputs=[output("total", "number")],
        program="""
        @app.post("/run")
        async def run(body: dict):
            return {"total": {"value": 1}, "totla": 2, "debug": {"took": 0.1}}
        """,
        overall="warn",
        says={"output_conforms": "tool.json declares no output 'totla'"},
        calls=[Call(values={"total": {"value": 1}})],
    ),
    Animal(
        name="more-than-stays-inline",
        outputs=[output("rows", "table"), output("story", "text")],
        program="""
        @app.post("/run")
        async def run(body: dict):
            rows = [[i, f"row {i}"] for i in range(5000)]
            return {"rows": {"columns": ["i", "name"], "rows": rows}, "story": "once upon a time " * 5000}
        """,
        overall="warn",
        says={"output_conforms": "send an object by column key"},
        calls=[
            Call(
                values={
                    "rows": {
                        "columns": [{"key": "i", "label": "i"}, {"key": "name", "label": "name"}],
                        "rows": [{"i": i, "name": f"row {i}"} for i in range(5000)],
                    },
                    "story": "once upon a time " * 5000,
                }
            )
        ],
    ),
    answering("picture-as-object", "image", {"value": PNG}, PNG),
]

MISTAKES = [
    Animal(
        name="less-than-declared",
        outputs=[output("total", "number"), output("rows", "table")],
        program="""
        @app.post("/run")
        async def run(body: dict):
            return {"total": {"value": 1}}
        """,
        overall="fail",
        says={"output_conforms": "$.rows: is missing from the answer; expected a table, such as"},
        calls=[Call(values={"total": {"value": 1}})],
    ),
    Animal(
        name="table-with-value",
        outputs=[output("out", "table")],
        program="""
        @app.post("/run")
        async def run(body: dict):
            return {"out": {"value": [[1, 2]]}}
        """,
        overall="fail",
        says={"output_conforms": "a table has no `value`: return {columns: [{key, label, type}], rows: [{key: cell}]}"},
        calls=[Call(status="error", error="a table has no `value`")],
    ),
    answering(
        "scatter-with-points-at-the-top",
        "chart_scatter",
        {"points": [{"x": 1, "y": 3}, {"x": 2, "y": 4}]},
        {"series": [{"name": "Out", "points": [{"x": 1, "y": 3}, {"x": 2, "y": 4}]}]},
        "points came at the top; send series: [{name, points}]",
    ),
    answering(
        "file-without-media-type",
        "file",
        {"filename": "a.csv", "data": "data:text/csv;base64,YSxiCg=="},
        {"filename": "a.csv", "data": "data:text/csv;base64,YSxiCg==", "mime_type": "text/csv"},
        "or the browser guesses what the file is",
    ),
    answering(
        "line-of-names",
        "chart_line",
        {"x": ["north", "south"], "series": [{"name": "s", "y": [1, 2]}]},
        {"x": ["north", "south"], "series": [{"name": "s", "y": [1, 2]}]},
        "x holds strings: send numbers",
    ),
    Animal(
        name="wrong-type",
        outputs=[output("total", "number"), output("curve", "chart_line")],
        program="""
        @app.post("/run")
        async def run(body: dict):
            return {"total": {"value": "many"}, "curve": {"x": [1, 2, 3], "series": [{"name": "s", "y": [1]}]}}
        """,
        overall="fail",
        says={"output_conforms": "series 's' has 1 values of y for 3 of x"},
        calls=[Call(status="error", error="series 's' has 1 values of y for 3 of x")],
    ),
]
