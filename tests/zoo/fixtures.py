"""Known answers, as authors write them down."""

from tests.zoo.animal import Animal, Call, output

OUTPUTS = [
    output("total", "number"),
    output("stats", "kv"),
    output("rows", "table"),
    output("curve", "chart_line"),
]
PROGRAM = """
@app.post("/run")
async def run(body: dict):
    n = body["n"]
    return {
        "total": {"value": n * 1.0005},
        "stats": {"pairs": [{"key": "mean", "value": n / 2}, {"key": "count", "value": n}]},
        "rows": {
            "columns": [{"key": "i", "label": "I"}, {"key": "square", "label": "Square"}],
            "rows": [{"i": i, "square": i * i} for i in range(n + 1)],
        },
        "curve": {"x": [0, 1], "series": [{"name": "f", "y": [0, n * 1.0005]}]},
    }
"""


def known(name: str, fixture, *, outputs=OUTPUTS, program=PROGRAM, tolerance=None, second=None, **more) -> Animal:
    """A tool with a known answer, or two, and a tolerance.yaml."""
    files = {"reference/fixture_first.json": fixture}
    if second is not None:
        files["reference/fixture_second.json"] = second
    if tolerance is not None:
        files["reference/tolerance.yaml"] = tolerance
    more.setdefault("says", {"reference_fixtures_match": "1 fixture matches"})
    return Animal(name=name, outputs=outputs, program=program, files=files, **more)


def expecting(inputs=None, tolerance=None, **outputs):
    """A fixture's content."""
    about = {} if tolerance is None else {"tolerance": tolerance}
    return {"name": "first", "source": "by hand", "inputs": inputs or {}, "expected_outputs": outputs, **about}


STREAM = """
@app.post("/run")
async def run(body: dict):
    return {"reply": "", "rows": {"columns": [{"key": "n", "label": "N"}], "rows": []}, "total": {"value": 3}}


@app.get("/stream")
async def stream(run_id: str):
    async def events():
        for i in range(3):
            yield sse({"output_key": "reply", "value": f"{i} ", "done": i == 2})
            yield sse({"output_key": "rows", "value": {"rows": [{"n": i}]}, "done": i == 2})

    return StreamingResponse(events(), media_type="text/event-stream")
"""
STREAMED = [
    output("reply", "stream_text", streaming=True),
    output("rows", "table", streaming=True),
    output("total", "number"),
]

FIXTURES = [
    known(
        "fixture-with-rtol-and-atol",
        expecting(
            {"n": 2},
            {"total": {"rtol": 0.001}, "curve": {"atol": 0.01, "rtol": 0}},
            total={"value": 2},
            curve={"x": [0, 1], "series": [{"name": "f", "y": [0, 2]}]},
        ),
    ),
    known(
        "fixture-beyond-its-tolerance",
        expecting({"n": 2}, {"total": {"rtol": 0.0001, "atol": 0.0001}}, total={"value": 2}),
        overall="fail",
        says={"reference_fixtures_match": "total: expected 2, found 2.001: 0.001 apart, 0.0002 allowed"},
    ),
    known(
        "fixture-that-allows-extra",
        expecting(
            {"n": 2},
            {"stats": {"allow_extra": True}, "rows": {"allow_extra": True}},
            stats={"mean": 1.0},
            rows={"columns": ["i", "square"], "rows": [[0, 0], [1, 1]]},
        ),
    ),
    known(
        "fixture-of-inner-objects-and-lists",
        expecting(
            {"n": 2},
            total=2.0001,
            stats={"mean": 1.0, "count": 2},
            rows={"columns": ["i", "square"], "rows": [[0, 0], [1, 1], [2, 4]]},
        ),
        tolerance="total: {abs: 0.01}\n",
    ),
    known(
        "fixture-with-a-missing-key-forgiven",
        expecting({"n": -1}, total={"value": -1.0005}, curve={"x": [], "series": []}),
        program=PROGRAM
        + """

@app.middleware("http")
async def no_curve_below_zero(request: Request, call_next):
    response = await call_next(request)
    if request.url.path != "/run":
        return response
    result = json.loads(b"".join([part async for part in response.body_iterator]))
    if result["total"]["value"] < 0:
        del result["curve"]
    return JSONResponse(result)
""",
        tolerance="options: {on_missing_expected_key: warn}\n",
        overall="warn",
        says={"reference_fixtures_match": "curve: is missing from the answer"},
    ),
    known(
        "fixture-with-defaults-by-type",
        expecting({"n": 2}, total={"value": 2}, curve={"x": [0, 1], "series": [{"name": "f", "y": [0, 2.01]}]}),
        tolerance="defaults:\n  number: {rtol: 1e-3}\n  chart_line: {rtol: 0.02}\noptions: {on_extra_output_key: warn}\n",
        overall="warn",
        says={"reference_fixtures_match": "stats: isn't expected"},
    ),
    known(
        "fixture-with-nan",
        expecting(
            {"n": 2}, total={"value": float("nan")}, curve={"x": [0], "series": [{"name": "f", "y": [float("nan")]}]}
        ),
        outputs=[OUTPUTS[0], OUTPUTS[3]],
        program="""
        @app.post("/run")
        async def run(body: dict):
            nan = float("nan")
            result = {"total": nan, "curve": {"x": [0], "series": [{"name": "f", "y": [nan]}]}}
            return Response(json.dumps(result), media_type="application/json")
        """,
        overall="warn",
        says={"output_conforms": "became null", "reference_fixtures_match": "1 fixture matches"},
    ),
    known(
        "fixture-that-is-skipped",
        expecting({"n": 2}, total={"value": 2.001}),
        second={"inputs": {}, "expected_outputs": {"total": {"value": 99}}, "skip_reason": "needs the network"},
        says={"reference_fixtures_match": "second: skipped: needs the network"},
    ),
    known(
        "fixture-of-the-immediate-answer",
        expecting(reply="", rows={"columns": [{"key": "n", "label": "N"}], "rows": []}, total=3),
        program=STREAM,
        outputs=STREAMED,
        calls=[
            Call(
                values={
                    "reply": "0 1 2 ",
                    "rows": {"columns": [{"key": "n", "label": "N"}], "rows": [{"n": 0}, {"n": 1}, {"n": 2}]},
                    "total": {"value": 3},
                }
            )
        ],
    ),
    known(
        "fixture-of-the-streams-end",
        expecting(reply="0 1 2 ", rows={"columns": ["n"], "rows": [[0], [1], [2]]}),
        program=STREAM,
        outputs=STREAMED,
    ),
]
