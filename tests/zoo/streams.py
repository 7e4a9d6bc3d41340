"""Streams: the three dialects, and how tools begin and end them."""

from tests.zoo.animal import Animal, Call, output, streaming

LINES = [{"level": "info", "message": f"line {number}"} for number in range(3)]


DIALECTS = [
    Animal(
        name="dialect-one",
        outputs=[
            streaming("reply", "stream_text"),
            streaming("curve", "chart_line"),
            streaming("cloud", "chart_scatter"),
            streaming("rows", "table"),
            streaming("notes", "log"),
            streaming("done_so_far", "progress"),
            output("total", "number"),
        ],
        program="""
        @app.post("/run")
        async def run(body: dict):
            return {
                "reply": "", "curve": {"x": [], "series": [], "x_label": "Step"}, "cloud": {"series": []},
                "rows": {"columns": [{"key": "n", "label": "N"}], "rows": []}, "notes": {"lines": []},
                "done_so_far": 0, "total": None,
            }


        @app.get("/stream")
        async def stream(run_id: str):
            async def events():
                def one(key, value, done=False):
                    return sse({"output_key": key, "value": value, "done": done})

                for i in range(3):
                    yield one("reply", f"word{i} ")
                    yield one("curve", {"x": [i], "series": [{"name": "f", "y": [i * i]}]})
                    yield one("cloud", {"series": [{"name": "p", "points": [{"x": i, "y": -i}]}]})
                    yield one("rows", {"rows": [{"n": i}]})
                    yield one("notes", {"lines": [{"level": "info", "message": f"line {i}"}]})
                    yield one("done_so_far", (i + 1) / 3)
                    await asyncio.sleep(0.005)
                yield one("total", {"value": 3}, True)

            return StreamingResponse(events(), media_type="text/event-stream")
        """,
        calls=[
            Call(
                values={
                    "reply": "word0 word1 word2 ",
                    "curve": {"x": [0, 1, 2], "series": [{"name": "f", "y": [0, 1, 4]}], "x_label": "Step"},
                    "cloud": {
                        "series": [{"name": "p", "points": [{"x": 0, "y": 0}, {"x": 1, "y": -1}, {"x": 2, "y": -2}]}]
                    },
                    "rows": {"columns": [{"key": "n", "label": "N"}], "rows": [{"n": 0}, {"n": 1}, {"n": 2}]},
                    "notes": {"lines": LINES},
                    "done_so_far": 1.0,
                    "total": {"value": 3},
                }
            )
        ],
    ),
    Animal(
        name="dialect-keyed",
        outputs=[
            streaming("loss", "chart_line"),
            output("summary", "kv"),
            output("model", "text"),
        ],
        program="""
        @app.post("/run")
        async def run(body: dict):
            loss = {"x": [], "series": [{"name": "train", "y": []}], "x_label": "Epoch"}
            return {"loss": loss, "summary": {"pairs": []}, "model": ""}


        @app.get("/stream")
        async def stream(run_id: str):
            async def events():
                for epoch in range(1, 4):
                    point = {"x": epoch, "y": 1 / epoch}
                    if epoch > 1:
                        point["val_y"] = 2 / epoch
                    yield sse({"epoch": epoch, "iteration": epoch * 100, "loss": point, "done": False})
                    await asyncio.sleep(0.005)
                summary = {"pairs": [{"key": "epochs", "value": 3}]}
                yield sse({"epoch": 3, "loss": None, "summary": summary, "model": "net-3", "done": True})

            return StreamingResponse(events(), media_type="text/event-stream")
        """,
        calls=[
            Call(
                values={
                    "loss": {
                        "x": [1, 2, 3],
                        "series": [
                            {"name": "train", "y": [1.0, 0.5, 1 / 3]},
                            {"name": "val_y", "y": [None, 1.0, 2 / 3]},
                        ],
                        "x_label": "Epoch",
                    },
                    "summary": {"pairs": [{"key": "epochs", "value": 3}]},
                    "model": "net-3",
                }
            )
        ],
    ),
    Animal(
        name="dialect-keyed-without-placeholders",
        outputs=[streaming("loss", "chart_line"), streaming("best", "number"), output("table", "table")],
        program="""
        @app.post("/run")
        async def run(body: dict):
            return {"loss": {"x": [], "series": []}, "best": None, "table": {"columns": [], "rows": []}}


        @app.get("/stream")
        async def stream(run_id: str):
            async def events():
                x, y = [], []
                for epoch in range(3):
                    x.append(epoch)
                    y.append(epoch * 2)
                    yield sse({"epoch": epoch, "loss": {"x": epoch, "y": y[-1]}, "best": y[-1]})
                table = {"columns": ["epoch", "loss"], "rows": list(zip(x, y))}
                yield sse({"best": 0, "table": table, "done": True})

            return StreamingResponse(events(), media_type="text/event-stream")
        """,
        overall="warn",
        says={"streaming_check": "send an object by column key"},
        calls=[
            Call(
                values={
                    "loss": {"x": [0, 1, 2], "series": [{"name": "y", "y": [0, 2, 4]}]},
                    "best": {"value": 0},
                    "table": {
                        "columns": [{"key": "epoch", "label": "epoch"}, {"key": "loss", "label": "loss"}],
                        "rows": [{"epoch": 0, "loss": 0}, {"epoch": 1, "loss": 2}, {"epoch": 2, "loss": 4}],
                    },
                }
            )
        ],
    ),
    Animal(
        name="dialect-chunk",
        outputs=[output("prompt", "text"), streaming("reply", "markdown")],
        program="""
        @app.post("/run")
        async def run(body: dict):
            return {"prompt": "say it", "reply": ""}


        @app.get("/stream")
        async def stream(run_id: str):
            def events():
                for word in ("Die ", "Käse-", "Antwort 🧀 ", "ist 42."):
                    yield "data: " + json.dumps({"chunk": word, "done": False}, ensure_ascii=False) + "\\n\\n"
                yield sse({"chunk": "", "done": True})

            return StreamingResponse(events(), media_type="text/event-stream")
        """,
        calls=[Call(values={"prompt": "say it", "reply": "Die Käse-Antwort 🧀 ist 42."})],
    ),
]

LOGS = [
    Animal(
        name="cumulative-log",
        outputs=[streaming("notes", "log")],
        program="""
        @app.post("/run")
        async def run(body: dict):
            return {"notes": {"lines": []}}


        @app.get("/stream")
        async def stream(run_id: str):
            async def events():
                lines = []
                for i in range(3):
                    lines.append({"level": "info", "message": f"line {i}"})
                    yield sse({"output_key": "notes", "value": {"lines": lines}, "done": False})
                yield sse({"output_key": "notes", "value": {"lines": lines}, "done": True})

            return StreamingResponse(events(), media_type="text/event-stream")
        """,
        calls=[Call(values={"notes": {"lines": LINES}})],
    ),
    Animal(
        name="cumulative-log-from-the-answer-on",
        outputs=[streaming("notes", "log"), output("total", "number")],
        program="""
        LINES = [{"level": "info", "message": f"line {i}"} for i in range(3)]


        @app.post("/run")
        async def run(body: dict):
            return {"notes": {"lines": LINES[:1]}, "total": 3}


        @app.get("/stream")
        async def stream(run_id: str):
            async def events():
                for i in range(1, 4):
                    yield sse({"step": i, "notes": {"lines": LINES[:i]}, "done": i == 3})

            return StreamingResponse(events(), media_type="text/event-stream")
        """,
        calls=[Call(values={"notes": {"lines": LINES}, "total": {"value": 3}})],
    ),
    Animal(
        name="log-line-by-line",
        outputs=[streaming("notes", "log")],
        program="""
        @app.post("/run")
        async def run(body: dict):
            return {"notes": {"lines": []}}


        @app.get("/stream")
        async def stream(run_id: str):
            async def events():
                for i in range(2):
                    value = {"level": "info", "message": "tick", "t": 1779019200}
                    yield sse({"output_key": "notes", "value": value, "done": i == 1})

            return StreamingResponse(events(), media_type="text/event-stream")
        """,
        overall="warn",
        says={"streaming_check": "send ISO 8601"},
        calls=[
            Call(values={"notes": {"lines": [{"level": "info", "message": "tick", "t": "2026-05-17T12:00:00Z"}] * 2}})
        ],
    ),
]

ENDS = [
    Animal(
        name="event-end",
        outputs=[streaming("reply", "stream_text")],
        program="""
        @app.post("/run")
        async def run(body: dict):
            return {"reply": ""}


        @app.get("/stream")
        async def stream(run_id: str):
            async def events():
                yield sse({"output_key": "reply", "value": "all of it", "done": False})
                yield "event: end\\ndata: {}\\n\\n"
                await asyncio.sleep(3600)

            return StreamingResponse(events(), media_type="text/event-stream")
        """,
        calls=[Call(values={"reply": "all of it"})],
    ),
    Animal(
        name="event-done",
        outputs=[streaming("reply", "stream_text"), output("total", "number")],
        program="""
        @app.post("/run")
        async def run(body: dict):
            return {"reply": "", "total": None}


        @app.get("/stream")
        async def stream(run_id: str):
            async def events():
                yield "event: message\\r\\n" + sse({"output_key": "reply", "value": "all of it"})
                yield "event: done\\n" + sse({"total": 9})
                await asyncio.sleep(3600)

            return StreamingResponse(events(), media_type="text/event-stream")
        """,
        calls=[Call(values={"reply": "all of it", "total": {"value": 9}})],
    ),
    Animal(
        name="stream-text-undeclared",
        outputs=[output("reply", "stream_text"), output("words", "number")],
        program="""
        @app.post("/run")
        async def run(body: dict):
            return {"reply": "", "words": 2}


        @app.get("/stream")
        async def stream(run_id: str):
            async def events():
                for word in ("hello ", "world"):
                    yield sse({"output_key": "reply", "value": word, "done": word == "world"})

            return StreamingResponse(events(), media_type="text/event-stream")
        """,
        overall="warn",
        says={"schemas_coherent": "a stream_text streams: say true"},
        calls=[Call(values={"reply": "hello world", "words": {"value": 2}})],
    ),
    Animal(
        name="stream-text-without-a-stream",
        outputs=[output("reply", "stream_text")],
        program="""
        @app.post("/run")
        async def run(body: dict):
            return {"reply": "hello world"}
        """,
        overall="warn",
        says={"schemas_coherent": "a stream_text streams: say true", "streaming_check": "the tool has no /stream"},
        calls=[Call(values={"reply": "hello world"})],
    ),
    Animal(
        name="second-stream-is-a-second-run",
        outputs=[streaming("reply", "stream_text")],
        program="""
        READ = {}


        @app.post("/run")
        async def run(body: dict):
            return {"reply": "", "run_id": body["run_id"]}


        @app.get("/stream")
        async def stream(run_id: str):
            READ[run_id] = READ.get(run_id, 0) + 1

            async def events():
                for _ in range(2):
                    yield sse({"output_key": "reply", "value": f"read {READ[run_id]} times. "})

            return StreamingResponse(events(), media_type="text/event-stream")
        """,
        calls=[Call(values={"reply": "read 1 times. read 1 times. "})],
    ),
    Animal(
        name="error-in-the-stream",
        outputs=[streaming("reply", "stream_text")],
        program="""
        @app.post("/run")
        async def run(body: dict):
            return {"reply": ""}


        @app.get("/stream")
        async def stream(run_id: str):
            async def events():
                yield sse({"output_key": "reply", "value": "half"})
                yield "event: error\\n" + sse({"detail": "the model is gone"})

            return StreamingResponse(events(), media_type="text/event-stream")
        """,
        overall="fail",
        says={"streaming_check": "the stream failed: the model is gone"},
        calls=[Call(status="error", error="the model is gone", values={"reply": "half"})],
    ),
]

STREAMS = [*DIALECTS, *LOGS, *ENDS]
