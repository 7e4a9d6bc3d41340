"""Inputs: declared in other words, and sent to tools that expect them otherwise."""

from pixie_core.catalogue.inputs.choices import Option
from tests.zoo.animal import Animal, Call, output
from tests.zoo.shapes import PNG

CSV = "data:text/csv;base64,YSxiCjEsMgo="

PHOTO = """
class Body(BaseModel):
    photo: str | None = None


@app.post("/run")
async def run(body: Body):
    return {"kind": "none" if body.photo is None else body.photo.partition(";")[0]}
"""

INPUTS = [
    Animal(
        name="options-bare",
        inputs=[
            {"key": "order", "type": "select", "label": "Order", "options": [1, 2.5, 3], "default": 2.5},
            {"key": "scale", "type": "radio", "label": "Scale", "options": ["linear", "log"]},
            {"key": "layers", "type": "multiselect", "label": "Layers", "options": ["roads", 7], "default": [7]},
            {"key": "lag", "type": "select", "label": "Lag", "options": [{"value": 12, "label": "A year"}, "none"]},
        ],
        read={
            "order": {"options": [Option(1), Option(2.5), Option(3)]},
            "layers": {"options": [Option("roads"), Option(7)]},
            "lag": {"options": [Option(12, "A year"), Option("none")]},
        },
        outputs=[output("seen", "code")],
        program="""
        class Body(BaseModel):
            order: float
            scale: str
            layers: list
            lag: int | str


        @app.post("/run")
        async def run(body: Body):
            return {"seen": repr((body.order, body.scale, body.layers, body.lag))}
        """,
        calls=[
            Call(inputs={"scale": "linear", "lag": 12}, values={"seen": {"value": "(2.5, 'linear', [7], 12)"}}),
            Call(
                inputs={"scale": "log", "lag": "none", "order": 3, "layers": ["roads"]},
                values={"seen": {"value": "(3.0, 'log', ['roads'], 'none')"}},
            ),
        ],
    ),
    Animal(
        name="accept-as-text",
        inputs=[{"key": "data", "type": "file", "label": "Data", "accept": ".csv,.png", "required": True}],
        read={"data": {"accept": [".csv", ".png"]}},
        outputs=[output("head", "text")],
        program="""
        @app.post("/run")
        async def run(body: dict):
            head, _, payload = body["inputs"]["data"].partition(",")
            return {"head": f"{head} {len(payload)}"}
        """,
        calls=[Call(inputs={"data": CSV}, values={"head": "data:text/csv;base64 12"})],
    ),
    Animal(
        name="autocomplete-bare-endpoint",
        inputs=[{"key": "city", "type": "autocomplete", "label": "City", "endpoint": "cities", "default": "Bern"}],
        top={"provides_autocomplete": True},
        read={"city": {"endpoint": "/autocomplete/cities"}},
        outputs=[output("found", "text")],
        program="""
        CITIES = ["Bern", "Berlin", "Turin"]


        @app.get("/autocomplete/cities")
        async def cities(q: str = ""):
            return [{"value": each, "label": each} for each in CITIES if q.lower() in each.lower()]


        @app.post("/run")
        async def run(body: dict):
            return {"found": body["city"]}
        """,
        calls=[Call(inputs={"city": "Turin"}, values={"found": "Turin"})],
    ),
    Animal(
        name="file-null-in-fixtures",
        inputs=[{"key": "photo", "type": "image", "label": "Photo"}],
        outputs=[output("kind", "text")],
        program=PHOTO,
        files={
            "reference/fixture_null.json": {"inputs": {"photo": None}, "expected_outputs": {"kind": "none"}},
            "reference/fixture_missing.json": {"inputs": {}, "expected_outputs": {"kind": "none"}},
        },
        says={"reference_fixtures_match": "2 fixtures match"},
        calls=[Call(inputs={"photo": PNG}, values={"kind": "data:image/png"})],
    ),
    Animal(
        name="file-null-by-default",
        inputs=[{"key": "photo", "type": "image", "label": "Photo", "default": None}],
        outputs=[output("kind", "text")],
        program=PHOTO,
        notes=["$.inputs[0].default: must be a file as a data URL"],
        overall="warn",
        says={"schemas_coherent": "the form would begin with a value that it refuses"},
        calls=[Call(values={"kind": "none"})],
    ),
    Animal(
        name="empty-number",
        inputs=[{"key": "seed", "type": "number", "label": "Seed", "required": False}],
        outputs=[output("seen", "text")],
        program="""
        class Body(BaseModel):
            seed: int = 42


        @app.post("/run")
        async def run(body: Body):
            return {"seen": str(body.seed)}
        """,
        calls=[Call(values={"seen": "42"}), Call(inputs={"seed": None}, values={"seen": "42"})],
    ),
    Animal(
        name="map-inputs",
        inputs=[
            {"key": "home", "type": "map_point", "label": "Home", "default": {"lat": 51.5, "lng": -0.1}},
            {"key": "stops", "type": "map_multipoint", "label": "Stops", "default": [[51.5, -0.1]]},
        ],
        outputs=[output("seen", "map_route")],
        program="""
        class Body(BaseModel):
            home: tuple[float, float]
            stops: list[tuple[float, float]]


        @app.post("/run")
        async def run(body: Body):
            return {"seen": {"points": [{"lat": lat, "lng": lng} for lat, lng in [body.home, *body.stops]]}}
        """,
        calls=[
            Call(values={"seen": {"points": [{"lat": 51.5, "lng": -0.1}, {"lat": 51.5, "lng": -0.1}]}}),
            Call(
                inputs={"home": {"lat": 1.5, "lon": 2.5}, "stops": [{"lat": 3.5, "lng": 4.5}]},
                values={"seen": {"points": [{"lat": 1.5, "lng": 2.5}, {"lat": 3.5, "lng": 4.5}]}},
            ),
        ],
    ),
    Animal(
        name="nested-inputs-only",
        outputs=[output("total", "number")],
        program="""
        class Inputs(BaseModel):
            n: int


        class Body(BaseModel):
            run_id: str
            inputs: Inputs


        @app.post("/run")
        async def run(body: Body, request: Request):
            assert request.headers["x-pixie-run-id"] == body.run_id
            return {"total": {"value": body.inputs.n * 2}}
        """,
        calls=[Call(inputs={"n": 21}, values={"total": {"value": 42}})],
    ),
    Animal(
        name="multipart",
        inputs=[
            {"key": "data", "type": "file", "label": "Data", "required": False, "default": None},
            {"key": "title", "type": "text", "label": "Title", "default": "Untitled"},
            {"key": "rows", "type": "number", "label": "Rows", "default": 3},
            {"key": "strict", "type": "checkbox", "label": "Strict", "default": False},
        ],
        top={"input_transport": "multipart"},
        outputs=[output("seen", "text")],
        program="""
        @app.post("/run")
        async def run(
            title: str = Form(...), rows: int = Form(...), strict: bool = Form(False), data: UploadFile | None = File(None)
        ):
            size = len(await data.read()) if data is not None else None
            name = data.filename if data is not None else None
            return {"seen": f"{title} {rows} {strict} {name} {size}"}
        """,
        calls=[
            Call(
                inputs={"data": CSV.replace("csv;", "csv;name=a.csv;"), "title": "Käse", "strict": True},
                values={"seen": "Käse 3 True a.csv 8"},
            ),
            Call(values={"seen": "Untitled 3 False None None"}),
        ],
    ),
    Animal(
        name="chat",
        inputs=[{"key": "temperature", "type": "slider", "label": "Temperature", "min": 0, "max": 1, "default": 0.5}],
        top={"layout": "chat"},
        outputs=[output("reply", "markdown")],
        program="""
        class Turn(BaseModel):
            role: str
            content: str


        class Body(BaseModel):
            messages: list[Turn]
            history: list[Turn] = []
            temperature: float = 0.7


        @app.post("/run")
        async def run(body: Body):
            last = body.messages[-1].content
            return {"reply": f"{len(body.history)} before, at {body.temperature}: {last.upper()}"}
        """,
        calls=[
            Call(
                inputs={
                    "messages": [
                        {"role": "user", "content": "hello"},
                        {"role": "assistant", "content": "HELLO"},
                        {"role": "user", "content": "again"},
                    ],
                    "history": [{"role": "user", "content": "hello"}, {"role": "assistant", "content": "HELLO"}],
                },
                values={"reply": "2 before, at 0.5: AGAIN"},
            )
        ],
    ),
    Animal(
        name="chat-that-streams",
        inputs=[{"key": "message", "type": "textarea", "label": "Message"}],
        top={"layout": "chat"},
        outputs=[output("reply", "stream_text", streaming=True), output("tokens", "number")],
        program="""
        ASKED = {}


        @app.post("/run")
        async def run(body: dict, request: Request):
            ASKED[request.headers["X-Pixie-Run-Id"]] = body["messages"][-1]["content"]
            return {"reply": "", "tokens": None}


        @app.get("/stream")
        async def stream(run_id: str):
            words = ASKED[run_id].split()

            async def events():
                for word in words:
                    yield sse({"chunk": word[::-1] + " "})
                yield sse({"tokens": len(words), "done": True})

            return StreamingResponse(events(), media_type="text/event-stream")
        """,
        calls=[
            Call(
                inputs={"messages": [{"role": "user", "content": "live on time"}], "history": []},
                values={"reply": "evil no emit ", "tokens": {"value": 3}},
            )
        ],
    ),
]
