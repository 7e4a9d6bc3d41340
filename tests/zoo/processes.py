"""How processes start, answer, refuse and end."""

from tests.zoo.animal import Animal, Call, output
from tests.zoo.shapes import PNG

PROCESSES = [
    Animal(
        name="id-unlike-its-folder",
        folder="old_folder_name",
        outputs=[output("total", "number")],
        program="""
        @app.post("/run")
        async def run(body: dict):
            return {"total": {"value": body["n"]}}
        """,
        notes=["the id counts; name them alike"],
        overall="warn",
        says={"tool_json_parses": "the folder is called 'old_folder_name'"},
        calls=[Call(values={"total": {"value": 2}})],
    ),
    Animal(
        name="only-port",
        outputs=[output("arguments", "text")],
        program="""
        assert len(sys.argv) == 3, sys.argv


        @app.post("/run")
        async def run(body: dict):
            return {"arguments": sys.argv[1]}
        """,
        calls=[Call(values={"arguments": "--port"})],
    ),
    Animal(
        name="loads-its-own-dotenv",
        outputs=[output("key", "text"), output("leaked", "text")],
        top={"secrets": [{"key": "ZOO_API_KEY", "description": "of the zoo", "required": True}]},
        files={".env": "ZOO_API_KEY=feed-me-fish\nZOO_COLOUR=blue\n"},
        program="""
        for line in (HERE / ".env").read_text().splitlines():
            key, _, value = line.partition("=")
            os.environ.setdefault(key, value)


        @app.post("/run")
        async def run(body: dict):
            # Reversed: what is a secret is masked in answers as well.
            return {"key": os.environ["ZOO_API_KEY"][::-1], "leaked": os.environ.get("ZOO_LEAK", "nothing")}
        """,
        calls=[Call(values={"key": "hsif-em-deef", "leaked": "nothing"})],
    ),
    Animal(
        name="blocks-its-event-loop",
        outputs=[output("total", "number")],
        inputs=[{"key": "seconds", "type": "number", "label": "Seconds", "default": 0.0}],
        program="""
        @app.post("/run")
        async def run(body: dict):
            time.sleep(body["seconds"])
            return {"total": {"value": 1}}
        """,
        calls=[Call(inputs={"seconds": 1.5}, values={"total": {"value": 1}})],
    ),
    Animal(
        name="cancel-stops-nothing",
        outputs=[output("total", "number")],
        inputs=[{"key": "seconds", "type": "number", "label": "Seconds", "default": 0.0}],
        program="""
        @app.post("/run")
        async def run(body: dict):
            await asyncio.sleep(body["seconds"])
            return {"total": {"value": 1}}


        @app.post("/cancel", status_code=204)
        async def cancel(run_id: str):
            return None
        """,
        calls=[Call(values={"total": {"value": 1}})],
    ),
    Animal(
        name="sigterm-waits-for-the-stream",
        outputs=[output("reply", "stream_text", streaming=True)],
        program="""
        @app.post("/run")
        async def run(body: dict):
            return {"reply": ""}


        @app.get("/stream")
        async def stream(run_id: str):
            def events():
                yield sse({"output_key": "reply", "value": "all of it", "done": True})
                time.sleep(30)  # in a worker thread, which nobody can cancel

            return StreamingResponse(events(), media_type="text/event-stream")
        """,
        overall="warn",
        says={"clean_shutdown": "it didn't end within 5 s of SIGTERM, and was killed"},
        calls=[Call(values={"reply": "all of it"})],
    ),
    Animal(
        name="500-as-plain-text",
        inputs=[{"key": "fail", "type": "checkbox", "label": "Fail", "default": False}],
        outputs=[output("total", "number")],
        program="""
        @app.middleware("http")
        async def close_after_errors(request: Request, call_next):
            response = await call_next(request)
            if response.status_code >= 500:
                response.headers["Connection"] = "close"
            return response


        @app.post("/run")
        async def run(body: dict):
            if body["fail"]:
                print("the pump is dry", file=sys.stderr, flush=True)
                return PlainTextResponse("Internal Server Error", 500)
            return {"total": {"value": 1}}
        """,
        calls=[
            Call(values={"total": {"value": 1}}),
            Call(inputs={"fail": True}, status="error", error="Internal Server Error", stderr="the pump is dry"),
            Call(values={"total": {"value": 1}}),
        ],
    ),
    Animal(
        name="raises",
        inputs=[{"key": "fail", "type": "checkbox", "label": "Fail", "default": False}],
        outputs=[output("total", "number")],
        program="""
        @app.post("/run")
        async def run(body: dict):
            if body["fail"]:
                raise ValueError("the pump is dry")
            return {"total": {"value": 1}}
        """,
        calls=[
            Call(
                inputs={"fail": True},
                status="error",
                error="Internal Server Error",
                stderr="ValueError: the pump is dry",
            ),
            Call(values={"total": {"value": 1}}),
        ],
    ),
    Animal(
        name="raises-at-the-sample",
        outputs=[output("total", "number")],
        program="""
        @app.post("/run")
        async def run(body: dict):
            raise HTTPException(503, detail={"code": "no_model", "message": "the model isn't there"})
        """,
        overall="fail",
        says={"sample_input_run": "/run answered 503: the model isn't there"},
        calls=[Call(status="error", error="the model isn't there")],
    ),
    Animal(
        name="detail-as-a-list",
        inputs=[
            {"key": "photo", "type": "image", "label": "Photo"},
            {"key": "limit", "type": "number", "label": "Limit", "default": 10_000},
        ],
        outputs=[output("size", "number")],
        program="""
        from pydantic import model_validator


        class Body(BaseModel):
            photo: str
            limit: int = Field(gt=0)

            @model_validator(mode="before")
            @classmethod
            def must_be_small(cls, data):
                if len(data["photo"]) > data["limit"] > 0:
                    raise ValueError("the photo is too large")
                return data


        @app.post("/run")
        async def run(body: Body):
            return {"size": {"value": len(body.photo)}}
        """,
        calls=[
            Call(inputs={"photo": PNG}, values={"size": {"value": len(PNG)}}),
            Call(inputs={"photo": PNG, "limit": 3}, status="error", error="Value error, the photo is too large"),
            Call(inputs={"photo": PNG, "limit": 0}, status="error", error="limit: Input should be greater than 0"),
        ],
    ),
    Animal(
        name="one-at-a-time",
        outputs=[output("most", "number")],
        inputs=[{"key": "seconds", "type": "number", "label": "Seconds", "default": 0.0}],
        top={"concurrent": False},
        program="""
        working = most = 0


        @app.post("/run")
        def run(body: dict):
            global working, most
            working += 1
            most = max(most, working)
            time.sleep(body["seconds"])
            working -= 1
            return {"most": {"value": most}}
        """,
        calls=[Call(values={"most": {"value": 1}})],
    ),
    Animal(
        name="serves-its-files",
        outputs=[output("plot", "image"), output("report", "file")],
        top={"provides_file_endpoint": True},
        program="""
        import base64

        PNG = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")


        @app.get("/files/{run_id}/{name}")
        async def files(run_id: str, name: str):
            if name == "plot.png":
                return Response(PNG, media_type="image/png")
            return Response("a,b\\n1,2\\n", media_type="text/csv")


        @app.post("/run")
        async def run(body: dict):
            at = f"/files/{body['run_id']}"
            report = {"filename": "report.csv", "data": f"{at}/report.csv", "mime_type": "text/csv"}
            return {"plot": f"{at}/plot.png", "report": report}
        """,
        calls=[
            Call(
                values={
                    "plot": PNG,
                    "report": {
                        "filename": "report.csv",
                        "data": "data:text/csv;base64,YSxiCjEsMgo=",
                        "mime_type": "text/csv",
                    },
                }
            )
        ],
    ),
    Animal(
        name="writes-artefacts",
        outputs=[output("count", "number")],
        program="""
        @app.post("/run")
        async def run(body: dict, request: Request):
            folder = Path(request.headers["X-Pixie-Artefacts-Dir"])
            assert str(folder) == body["_pixie"]["artefacts_dir"]
            for i in range(body["n"]):
                (folder / f"part{i}.txt").write_text(f"part {i}\\n")
            return {"count": {"value": body["n"]}}
        """,
        calls=[
            Call(values={"count": {"value": 2}}, artefacts={"part0.txt": b"part 0\n", "part1.txt": b"part 1\n"}),
            Call(inputs={"n": 1}, values={"count": {"value": 1}}, artefacts={"part0.txt": b"part 0\n"}),
        ],
    ),
    Animal(
        name="boots-slowly",
        outputs=[output("total", "number")],
        top={"validator_timeout_override": 30},
        program="""
        time.sleep(1.2)  # a model is loaded


        @app.post("/run")
        async def run(body: dict):
            return {"total": {"value": 1}}
        """,
        settings={"tool_start_timeout_seconds": 1},
        calls=[Call(values={"total": {"value": 1}})],
    ),
    Animal(
        name="boots-too-slowly",
        outputs=[output("total", "number")],
        program="""
        time.sleep(600)
        """,
        settings={"tool_start_timeout_seconds": 1},
        overall="fail",
        says={"tool_spawns": "didn't get healthy within 1 s: it didn't listen on its port"},
    ),
    Animal(
        name="schema-has-drifted",
        outputs=[output("total", "number")],
        program="""
        @app.middleware("http")
        async def generated(request: Request, call_next):
            if request.url.path == "/schema":
                return JSONResponse({**json.loads((HERE / "tool.json").read_text()), "version": "2"})
            return await call_next(request)


        @app.post("/run")
        async def run(body: dict):
            return {"total": {"value": 1}}
        """,
        overall="warn",
        says={"schema_matches_disk": '+ "version": "2"'},
        calls=[Call(values={"total": {"value": 1}})],
    ),
]
