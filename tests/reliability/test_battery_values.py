"""Part B of the battery: numbers, texts and values of every kind, in whatever they come and wherever they go."""

import itertools
import json
import re
import socket
import struct
import threading
import unicodedata
import zlib

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pixie_core.catalogue import INPUT_TYPES
from pixie_core.testing.tool_folder import hostile_tool
from tests.reliability.invariants import bounded, holds
from tests.reliability.raw import request
from tests.server.asgi import exchange
from tests.server.cli.folders import process
from tests.server.live_pixie import add_tool, add_tools, live_pixie

FORM = "/tool/adder/run"
RUNS = "/api/tools/adder/runs"
AS_JSON = {"Accept": "application/json"}


def strict(text):
    """JSON as a browser reads it."""
    return json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} was answered"))


# B3: numbers

ODD_NUMBERS = {
    "NaN": "nan", "Infinity": "inf", "minus infinity": "-Infinity", "too large": "1e999", "5000 digits": "9" * 5000,
    "two to the 63": str(2**63), "two to the 53 and one": str(2**53 + 1), "octal": "0o17",
    "hexadecimal": "0x10", "underscored": "1_000", "a comma": "1,5", "words": "ten", "blanks in it": "1 2", "half a number": "1e",
}  # fmt: skip


@pytest.mark.case("B3.inputs")
@pytest.mark.parametrize("number", ODD_NUMBERS.values(), ids=ODD_NUMBERS)
def test_a_number_that_not_every_program_reads_is_refused_in_a_form_at_its_field(untouched, number):
    """422 with the path, urlencoded and multipart; no run is started."""
    for about in ({"data": {"a": "1", "b": number}}, {"files": {"a": (None, "1"), "b": (None, number)}}):
        answer = untouched.post(FORM, headers=AS_JSON, **about)
        assert answer.status_code == 422, answer.text
        assert [each["path"].endswith(".b") for each in strict(answer.text)["errors"]] == [True]


@pytest.mark.case("B3.inputs")
@pytest.mark.parametrize(
    ("number", "kept"), [("-0", 0), ("1e308", 1e308), ("9007199254740991", 2**53 - 1), ("0.1", 0.1)]
)
def test_a_number_that_every_program_reads_is_the_same_everywhere(live, number, kept):
    """Sent in a form or as JSON, stored, and shown."""
    with holds(live, changes=True):
        typed = {"Content-Type": "application/json"}
        for answer in (
            live.post(FORM, data={"a": "0", "b": number}, headers=AS_JSON),
            live.post(RUNS, content=f'{{"inputs": {{"a": 0, "b": {number}}}, "wait": 60}}', headers=typed),
        ):
            run = strict(answer.text)
            assert (run["inputs"]["b"], run["outputs"]["sum"]["value"]) == (kept, kept)
            assert strict(live.get(f"/api/runs/{run['id']}").text)["inputs"]["b"] == kept


BEHAVIOUR = [
    {"key": "behaviour", "type": "text", "label": "Behaviour"},
    {"key": "body", "type": "text", "label": "Body"},
]
OUTPUTS = [("chart_line", "chart"), ("number", "number"), ("table", "table"), ("code", "code")]
ISLANDS = "() => [...document.querySelectorAll('script[type$=json]')].map(each => typeof JSON.parse(each.textContent))"


@pytest.fixture(scope="module")
def teller_of_numbers(tmp_path_factory):
    """A served Pixie whose tool answers whatever bytes it is asked for."""
    home = tmp_path_factory.mktemp("numbers")
    outputs = [{"key": key, "type": kind, "label": key} for kind, key in OUTPUTS]
    hostile_tool(home / "tools", inputs=BEHAVIOUR, outputs=outputs)
    with live_pixie(home) as live:
        yield live


@pytest.mark.case("B3.outputs", "B3.browser")
@pytest.mark.parametrize(
    "number",
    ["NaN", "-Infinity", "1e999", "-0", "9" * 400, "9" * 5000, str(2**63), str(2**53 + 1)],
    ids=lambda each: each[:8],
)
def test_whatever_number_a_tool_answers_a_browser_can_read_what_pixie_says(teller_of_numbers, chromium, number):
    """In the run, its events, its outputs, its exports and the data of its page: null, text, or an error in words."""
    live = teller_of_numbers
    body = (
        f'{{"chart": {{"x": [1, 2], "series": [{{"name": "s", "y": [{number}, 1]}}]}}, "number": {number},'
        f' "table": {{"columns": [{{"key": "n", "type": "number"}}], "rows": [{{"n": {number}}}]}}, "code": "fine"}}'
    )
    with holds(live, changes=True):
        run = live.run("hostile", wait=60, behaviour="raw", body=body)
        assert run["status"] in {"ok", "error"}
        assert run["status"] == "ok" or run["error"]
        home = f"/api/runs/{run['id']}"
        for path in (home, "/api/runs", *(f"{home}/outputs/{key}" for _, key in OUTPUTS)):
            strict(live.get(path).text)
        strict(live.get(f"{home}/events", headers=AS_JSON).text)
        for line in live.get(f"{home}/events", headers={"Accept": "text/event-stream"}).text.splitlines():
            if line.startswith("data: "):
                strict(line.removeprefix("data: "))
        for _, key in OUTPUTS:
            exported = live.get(f"{home}/outputs/{key}/export?format=json")
            if exported.status_code == 200:
                strict(exported.text)
        context = chromium.new_context(base_url=live.url)
        try:
            page = context.new_page()
            page.goto(f"/tool/hostile/runs/{run['id']}")
            assert set(page.evaluate(ISLANDS)) <= {"object"}
            for path in (home, f"{home}/events"):
                read = "path => fetch(path, {headers: {Accept: 'application/json'}}).then(r => r.json()).then(x => typeof x)"
                assert page.evaluate(read, path) == "object"
        finally:
            context.close()


# B4, B5: texts


@pytest.mark.case("B4.headers")
@pytest.mark.parametrize(
    "odd", ["\udcff\udcfe", "\udced\udca0\udc80", "a\x01b", "\x7f", "é", "\u202e", "\U0001f600"], ids=ascii
)
def test_a_header_that_is_no_text_is_no_fault(untouched, kept, odd):
    """In each header that Pixie reads: refused, or as if it weren't there."""
    run_id, numbers = kept
    names = (
        "accept", "accept-language", "last-event-id", "if-none-match", "if-range", "range", "referer", "user-agent", "hx-request",
        "hx-current-url", "hx-target", "content-type", "cookie", "x-forwarded-for", "traceparent", "sec-fetch-mode", "sec-fetch-dest",
    )  # fmt: skip
    paths = (
        "/",
        "/api/runs",
        f"/api/runs/{run_id}/events",
        f"/api/artefacts/{numbers['plain.txt']}/content",
        "/no/such/thing",
    )
    for path in paths:
        for name in names:
            status, head, body = request(untouched, path, f"{name}: {odd}")
            assert status in {200, 400, 403, 404, 406, 415, 416, 422}, (path, name, status)
            assert "\udcff" not in head
            assert b"Traceback" not in body


@pytest.mark.case("B5.refused")
def test_nul_in_a_form_is_refused_at_its_field(untouched):
    """Escaped in a urlencoded one, as it is in a multipart one; in a value, and in the name of a field."""
    kind, end = "content-type: multipart/form-data; boundary=x", b"\r\n--x--\r\n"
    part = b'--x\r\ncontent-disposition: form-data; name="%s"%s\r\n\r\n%s' + end
    sent = {
        "a value": ("content-type: application/x-www-form-urlencoded", b"text=a%00b", 422),
        "a name": ("content-type: application/x-www-form-urlencoded", b"te%00xt=a", 422),
        "a part": (kind, part % (b"text", b"", b"a\0b"), 422),
        "a part's name": (kind, part % (b"te\0xt", b"", b"a"), 422),
    }
    for what, (header, body, expected) in sent.items():
        status, _, answer = request(
            untouched, "/tool/telltale/run", header, "accept: application/json", method="POST", body=body
        )
        assert status in {400, expected}, (what, status, answer)
        assert json.loads(answer)["code"] != "internal_error"


ODD_TEXTS = {
    "controls": "\x07\x1b[2J\x85\x9f", "byte order mark": "\ufeffstart", "separators": "a\u2028b\u2029c", "bidi": "\u202eevil\u2066x\u2069",
    "zero width": "zero\u200bwid\u200dth\u2060", "markup": "<b>&amp;</b>\"'><script>alert(1)</script>", "noncharacters": "\ufffe\uffff\U0010ffff",
}  # fmt: skip


@pytest.mark.case("B5.kept")
@pytest.mark.parametrize("text", ODD_TEXTS.values(), ids=ODD_TEXTS)
def test_odd_text_is_kept_in_labels_tags_and_names_and_shown_escaped(apart, text):
    """What was said is what is told; blanks round it aside. On pages it is text."""
    run = apart.run("telltale", how="file")
    (artefact,) = run["artefacts"]
    workspace = apart.post("/api/workspaces", json={"name": text})
    assert workspace.status_code in {200, 201, 422}, workspace.text
    assert apart.post(f"/api/runs/{run['id']}/label", json={"label": text}).status_code == 200
    assert apart.post(f"/api/artefacts/{artefact['id']}/label", json={"label": text}).status_code == 200
    tagged = apart.post(f"/api/artefacts/{artefact['id']}/tags", json={"tags": [text]})
    assert tagged.status_code in {200, 422}, tagged.text
    assert apart.get(f"/api/runs/{run['id']}").json()["label"] == text.strip()
    assert apart.get(f"/api/artefacts/{artefact['id']}").json()["label"] == text.strip()
    for path in ("/", "/tool/telltale", "/tool/telltale/runs", f"/tool/telltale/runs/{run['id']}"):
        answer = apart.get(path)
        assert answer.status_code == 200
        assert "<script>alert(1)" not in answer.text
        assert "\x1b" not in answer.text


@pytest.mark.case("B5.ids")
@pytest.mark.parametrize(
    "odd", ["аdder", "ADDER", "ａdder", "adder\u200b", "add\u0435r", "adde\u0301r", "adder%20", "0x1", "٠٠٠٠٠٠٠٠"]
)
def test_an_id_is_ascii_and_nothing_that_looks_like_it(untouched, odd):
    """Of a tool, a run, a file and a workspace; a run's own id as well."""
    for path in (
        f"/api/tools/{odd}",
        f"/tool/{odd}",
        f"/api/runs/{odd}",
        f"/api/artefacts/{odd}",
        f"/api/tools/{odd}/runs",
    ):
        assert untouched.get(path).status_code in {404, 422}, path
    for run_id in (odd, "٠" * 36, "０" * 8 + "-0000-4000-8000-" + "0" * 12):
        answer = untouched.post(RUNS, json={"inputs": {}, "run_id": run_id})
        assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, "$.run_id")


@pytest.mark.case("B5.search")
@pytest.mark.parametrize(
    ("written", "sought"), [("Café Ångström", "CAFÉ ÅNGSTRÖM"), ("straße", "STRASSE"), ("Ελλάς", "ΕΛΛΆΣ")]
)
def test_a_label_is_found_however_it_was_typed(live, kept, written, sought):
    """In either form of an accent and in any case, in runs and in files."""
    run_id, numbers = kept
    with holds(live, changes=True):
        for one, other in (("NFC", "NFD"), ("NFD", "NFC")):
            label, query = unicodedata.normalize(one, written), unicodedata.normalize(other, sought)
            assert live.post(f"/api/runs/{run_id}/label", json={"label": label}).status_code == 200
            assert run_id in [each["id"] for each in live.get("/api/runs", params={"q": query}).json()["items"]]
            number = numbers["plain.txt"]
            assert live.post(f"/api/artefacts/{number}/label", json={"label": label}).status_code == 200
            assert number in [each["id"] for each in live.get("/api/artefacts", params={"q": query}).json()["items"]]
        live.post(f"/api/runs/{run_id}/label", json={"label": None})
        live.post(f"/api/artefacts/{number}/label", json={"label": None})


# B6: every type

EVERY_TYPE = '''\
import json

from pixie_tool_sdk import Tool

tool = Tool()


@tool.run
def take(run, **inputs):
    """Say what came."""
    return {"seen": json.dumps(inputs, sort_keys=True)[:100]}


tool.serve()
'''
NEEDS = {
    "select": {"options": ["a", "b"]}, "radio": {"options": ["a", "b"]}, "multiselect": {"options": ["a", "b"]},
    "slider": {"min": 0, "max": 10, "default": 5}, "autocomplete": {"endpoint": "/autocomplete/x"}, "hidden": {"default": "x"},
    "table": {"columns": [{"key": "n", "label": "N", "type": "number"}]},
}  # fmt: skip


@pytest.fixture(scope="module")
def taker(tmp_path_factory):
    """A served Pixie with a tool that has an input of each type."""
    home = tmp_path_factory.mktemp("types")
    inputs = [
        {"key": kind, "type": kind, "label": kind, "required": False, **NEEDS.get(kind, {})} for kind in INPUT_TYPES
    ]
    outputs = [{"key": "seen", "type": "text", "label": "Seen"}]
    manifest = {"id": "taker", "name": "Taker", "inputs": inputs, "outputs": outputs, "provides_autocomplete": True}
    add_tool(home / "tools", manifest, EVERY_TYPE)
    with live_pixie(home, max_queued_runs=500) as live:
        yield live


VALUES = st.recursive(
    st.sampled_from([None, True, False, 0, -1, 1.5, 2**53, 2**63, 1e308, -0.0, "", " ", "a", "2020-02-30", "#fff", "data:,x", "x" * 10_000, [], {}])
    | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=4,
)  # fmt: skip


@pytest.mark.case("B6.types")
@pytest.mark.parametrize("kind", sorted(INPUT_TYPES))
def test_any_value_of_any_type_is_taken_as_it_is_or_refused_at_its_field(taker, kind):
    """Null, booleans, numbers, texts, lists and objects, for an input of each type."""

    @settings(max_examples=25, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(VALUES)
    def take(value):
        answer = taker.post("/api/tools/taker/runs", json={"inputs": {kind: value}})
        assert answer.status_code in {202, 422, 429}, answer.text
        told = strict(answer.text)
        if answer.status_code == 422:
            assert {
                each["path"].removeprefix("$.inputs").removeprefix("$").startswith(f".{kind}")
                for each in told["errors"]
            } == {True}
        elif answer.status_code == 202 and value is not None and kind in told["inputs"]:
            echoed = strict(taker.get(f"/api/runs/{told['id']}").text)["inputs"][kind]
            assert echoed == told["inputs"][kind]

    take()
    assert taker.get("/api/healthz").status_code == 200


# B1, B2, B8: size


@pytest.fixture(scope="module")
def process_alone(tmp_path_factory):
    """The port and the process of a server that has no other work, so that its memory is by what it is sent."""
    home = tmp_path_factory.mktemp("alone")
    add_tools(home)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with process("serve", "--home", home, "--port", port, "--no-sync") as server:
        assert server.stdout.readline().startswith("Pixie is ready"), server.stderr.read()
        yield port, server.pid
        assert httpx.get(f"http://127.0.0.1:{port}/api/runs", trust_env=False).json()["items"] == []


def sent(port, *headers, pieces):
    """The final status of a POST whose body comes in pieces; 0 where it was hung up on."""
    head = [f"POST {RUNS} HTTP/1.1", f"host: 127.0.0.1:{port}", "content-type: application/json", *headers, "", ""]
    try:
        answer = exchange(port, itertools.chain(["\r\n".join(head).encode()], pieces))
    except (ConnectionResetError, BrokenPipeError):
        return 0
    return int(re.findall(rb"HTTP/1\.1 ([2-5][0-9]{2}) ", answer)[0])


MEGABYTE = b"a" * 0x100000
CHUNK = b"100000\r\n" + MEGABYTE + b"\r\n"


@pytest.mark.case("B1.bounded", "B2.long")
def test_what_is_too_much_leaves_nothing_in_memory(process_alone):
    """Again and again, at once, with a length and in chunks; a string of 200 MB as well."""
    (port, pid), wrong = process_alone, []

    def send():
        for _ in range(3):
            announced = sent(port, f"content-length: {17 << 20}", pieces=itertools.repeat(MEGABYTE, 17))
            in_chunks = sent(port, "transfer-encoding: chunked", pieces=[*itertools.repeat(CHUNK, 18), b"0\r\n\r\n"])
            long = sent(port, "transfer-encoding: chunked", pieces=itertools.repeat(CHUNK, 200))
            wrong.extend(each for each in (announced, in_chunks, long) if each not in {413, 0})

    with bounded(pid):
        threads = [threading.Thread(target=send) for _ in range(4)]
        for each in threads:
            each.start()
        for each in threads:
            each.join(120)
            assert not each.is_alive()
    assert wrong == []
    assert sent(port, f"content-length: {17 << 20}", pieces=itertools.repeat(MEGABYTE, 17)) == 413


@pytest.mark.case("B2.depth")
def test_a_million_keys_are_refused(process_alone):
    """By their number; and nothing of them stays."""
    pieces = [b"".join(b'"k%d":0,' % number for number in range(n, n + 100_000)) for n in range(0, 1_000_000, 100_000)]
    length = sum(map(len, pieces)) + 8
    port, pid = process_alone
    with bounded(pid):
        assert sent(port, f"content-length: {length}", pieces=[b"{", *pieces, b'"z": 0}']) == 400


@pytest.mark.case("B1.expect")
def test_who_asks_before_sending_is_told_before_sending(untouched):
    """413 where it is too much, without a byte of the body."""
    for length in (99_999_999, 17 << 20):
        assert sent(untouched.port, f"content-length: {length}", "expect: 100-continue", pieces=[]) == 413


def bomb(width, height):
    """A PNG of a few bytes that claims to be very large."""

    def chunk(name, body):
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0" * 30_000_000, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


@pytest.mark.case("B8.bombs")
@pytest.mark.parametrize("path", ["/api/tools/telltale/runs", "/tool/telltale/run"])
def test_a_picture_that_unfolds_without_end_is_never_unfolded(live, path):
    """Sent to an input of pictures it is the tool's affair; Pixie keeps its bytes, and no memory goes."""
    with holds(live, changes=True), bounded():
        sent = {"picture": ("bomb.png", bomb(60_000, 60_000), "image/png")}
        answer = live.post(path, files=sent, headers=AS_JSON)
        assert answer.status_code in {200, 202, 422}, answer.text
        if answer.status_code != 422:
            live.pixie.wait(answer.json()["id"], timeout=60)
            assert live.get(f"/tool/telltale/runs/{answer.json()['id']}").status_code == 200
