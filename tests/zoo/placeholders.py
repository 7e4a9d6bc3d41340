"""Streams that bring more than /run led one to expect, later than it did, or less tidily."""

from tests.zoo.animal import Animal, Call, output, streaming

PLACEHOLDERS = [
    Animal(
        name="nothing-until-the-stream",
        outputs=[streaming("loss", "chart_line"), output("summary", "kv"), output("model", "text")],
        program="""
        @app.post("/run")
        async def run(body: dict):
            return {"run_id": body["run_id"], "status": "started"}


        @app.get("/stream")
        async def stream(run_id: str):
            async def events():
                for epoch in range(3):
                    y = float("nan") if epoch == 1 else epoch / 2
                    yield sse({"epoch": epoch, "loss": {"x": epoch, "y": y}})
                yield sse({"summary": {"pairs": {"epochs": 3}}, "model": {"value": "net-3"}, "done": True})

            return StreamingResponse(events(), media_type="text/event-stream")
        """,
        overall="warn",
        says={
            "output_conforms": "tool.json declares no output 'status'",
            "streaming_check": "send a list of {key, value}",
        },
        calls=[
            Call(
                values={
                    "loss": {"x": [0, 1, 2], "series": [{"name": "y", "y": [0.0, None, 1.0]}]},
                    "summary": {"pairs": [{"key": "epochs", "value": 3}]},
                    "model": "net-3",
                }
            )
        ],
    ),
    Animal(
        name="empty-placeholders",
        outputs=[
            streaming("loss", "chart_line"),
            streaming("rows", "table"),
            streaming("notes", "log"),
            streaming("reply", "text"),
            output("summary", "kv"),
            output("picture", "chart_heatmap"),
        ],
        program="""
        @app.post("/run")
        async def run(body: dict):
            return {"loss": {}, "rows": [], "notes": {}, "reply": None, "summary": {}, "picture": None}


        @app.get("/stream")
        async def stream(run_id: str):
            async def events():
                yield sse({
                    "loss": {"x": [1, 2], "series": [{"name": "train", "y": [0.5, 0.25]}]},
                    "rows": {"columns": [{"key": "n", "label": "N"}], "rows": [{"n": 1}]},
                    "notes": {"lines": [{"message": "begun"}]},
                    "reply": "so ",
                })
                yield sse({
                    "loss": {"x": [3], "series": [{"name": "train", "y": [0.125]}]},
                    "rows": {"rows": [{"n": 2}]},
                    "reply": "be it",
                    "summary": {"pairs": [{"key": "epochs", "value": 3}]},
                    "picture": {"x_labels": ["a"], "y_labels": ["b"], "z": [[1]]},
                    "done": True,
                })

            return StreamingResponse(events(), media_type="text/event-stream")
        """,
        calls=[
            Call(
                values={
                    "loss": {"x": [1, 2, 3], "series": [{"name": "train", "y": [0.5, 0.25, 0.125]}]},
                    "rows": {"columns": [{"key": "n", "label": "N"}], "rows": [{"n": 1}, {"n": 2}]},
                    "notes": {"lines": [{"message": "begun"}]},
                    "reply": "so be it",
                    "summary": {"pairs": [{"key": "epochs", "value": 3}]},
                    "picture": {"x_labels": ["a"], "y_labels": ["b"], "z": [[1]]},
                }
            )
        ],
    ),
    Animal(
        name="never-delivered",
        outputs=[streaming("reply", "stream_text"), output("summary", "kv")],
        program="""
        @app.post("/run")
        async def run(body: dict):
            return {"reply": ""}


        @app.get("/stream")
        async def stream(run_id: str):
            async def events():
                yield sse({"output_key": "reply", "value": "all of it", "done": True})

            return StreamingResponse(events(), media_type="text/event-stream")
        """,
        overall="fail",
        says={"streaming_check": "$.summary: is missing from the answer, and the stream didn't bring it"},
        calls=[Call(values={"reply": "all of it"})],
    ),
    Animal(
        name="more-after-the-last-is-done",
        outputs=[streaming("reply", "stream_text"), output("summary", "kv")],
        program="""
        @app.post("/run")
        async def run(body: dict):
            return {"reply": ""}


        @app.get("/stream")
        async def stream(run_id: str):
            async def events():
                yield sse({"output_key": "reply", "value": "all of it", "done": True})
                await asyncio.sleep(0.1)
                summary = {"pairs": [{"key": "words", "value": 3}]}
                yield sse({"output_key": "summary", "value": summary, "done": True})

            return StreamingResponse(events(), media_type="text/event-stream")
        """,
        calls=[Call(values={"reply": "all of it", "summary": {"pairs": [{"key": "words", "value": 3}]}})],
    ),
    Animal(
        name="untidy-stream",
        outputs=[streaming("cloud", "chart_scatter"), streaming("rows", "table"), streaming("share", "progress")],
        program="""
        @app.post("/run")
        async def run(body: dict):
            return {"cloud": {"series": [{"name": "seen", "points": []}]}, "rows": {"columns": ["a", "b"], "rows": []}}


        @app.get("/stream")
        async def stream(run_id: str):
            async def events():
                yield "retry: 100\\r\\n: ping\\r\\n\\r\\n"
                for i in range(3):
                    event = {"cloud": {"x": i, "y": i + 1}, "rows": {"rows": [[i, -i]]}, "share": (i + 1) / 4}
                    yield f"id: {i}\\r\\nevent: update\\r\\ndata: {json.dumps(event)}\\r\\n\\r\\n"
                    yield ": ping\\r\\n\\r\\n"
                yield 'data: {"rows": {"a": 9, "b": 9},\\n'
                yield 'data:  "share": 1}'  # the last one without a blank line

            return StreamingResponse(events(), media_type="text/event-stream")
        """,
        overall="warn",
        says={"output_conforms": "columns came as bare names", "streaming_check": "send an object by column key"},
        calls=[
            Call(
                values={
                    "cloud": {
                        "series": [{"name": "seen", "points": [{"x": 0, "y": 1}, {"x": 1, "y": 2}, {"x": 2, "y": 3}]}]
                    },
                    "rows": {
                        "columns": [{"key": "a", "label": "a"}, {"key": "b", "label": "b"}],
                        "rows": [{"a": 0, "b": 0}, {"a": 1, "b": -1}, {"a": 2, "b": -2}, {"a": 9, "b": 9}],
                    },
                    "share": 1,
                }
            )
        ],
    ),
]
