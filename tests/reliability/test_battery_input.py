"""Part B of the battery: bodies, queries and forms that no honest client sends."""

import hashlib
import json
import string
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.reliability.invariants import holds
from tests.reliability.raw import request

RUNS = "/api/tools/telltale/runs"
FORM = "content-type: application/x-www-form-urlencoded"
MULTIPART = "content-type: multipart/form-data; boundary=x"
JSON = "content-type: application/json"
AS_JSON = {"Accept": "application/json"}


def part(disposition, data=b"v"):
    """One part of a multipart body."""
    return b"--x\r\ncontent-disposition: form-data; " + disposition + b"\r\n\r\n" + data + b"\r\n"


END = b"--x--\r\n"
TOO_MUCH = {
    "17 MB of JSON": (RUNS, [JSON], b'{"label": "' + b"a" * (17 << 20) + b'"}', 413),
    "17 MB in chunks": (RUNS, [JSON, "transfer-encoding: chunked"], b"1100000\r\n" + b"a" * 0x1100000 + b"\r\n0\r\n\r\n", 413),
    "a form of 2 MB": ("/tool/telltale/run", [FORM], b"text=" + b"a" * (2 << 20), 413),
    "2000 fields": ("/tool/telltale/run", [FORM], b"&".join(b"k%d=1" % n for n in range(2000)), 413),
    "2000 parts": ("/tool/telltale/run", [MULTIPART], b"".join(part(b'name="k%d"' % n) for n in range(2000)) + END, 413),
    "a file name of 1 MB": ("/tool/telltale/run", [MULTIPART], part(b'name="file"; filename="%s"' % (b"n" * (1 << 20))) + END, 413),
    "a field of 2 MB": ("/tool/telltale/run", [MULTIPART], part(b'name="text"', b"t" * (2 << 20)) + END, 413),
    "a compressed body": (RUNS, [JSON, "content-encoding: gzip"], b"\x1f\x8b", 415),
    "a body of a type of its own": (RUNS, ["content-type: application/x-yaml"], b"inputs: {}", 415),
    "an address of 100 kB": ("/" + "a" * 100_000, [], b"", 414),
    "10 000 headers": ("/", [f"x-{n}: y" for n in range(10_000)], b"", 431),
}  # fmt: skip


@pytest.mark.case("B1.size", "B1.head", "B1.encoding")
@pytest.mark.parametrize(("path", "headers", "body", "expected"), TOO_MUCH.values(), ids=TOO_MUCH)
def test_too_much_is_refused(untouched, path, headers, body, expected):
    """By its size, its parts or its type, whether or not it says how long it is."""
    method = "POST" if body else "GET"
    try:
        status, _, _ = request(untouched, path, *headers, method=method, body=body)
    except (ConnectionResetError, BrokenPipeError):
        status = expected  # the connection was closed while it was still being sent
    # A head of more than 16 KiB that comes in pieces isn't waited for, whatever it is that is too long in it.
    assert status in ({414, 431} if expected == 414 else {expected})


DEEP = {
    "65 lists": b"[" * 65 + b"]" * 65,
    "65 levels": b'{"inputs": {"data": ' + b"[" * 63 + b"]" * 63 + b"}}",
    "990 lists": b'{"inputs": {"data": ' + b"[" * 990 + b"]" * 990 + b"}}",
    "100 000 lists": b"[" * 100_000,
    "100 000 objects": b'{"a":' * 100_000,
    "300 000 values": b'{"inputs": {"data": [' + b"0," * 300_000 + b"0]}}",
    "a key twice at the end of 100 000": b"{" + b",".join(b'"k%d":0' % n for n in range(100_000)) + b',"z":0,"z":0}',
}


@pytest.mark.case("B2.depth")
@pytest.mark.parametrize("body", DEEP.values(), ids=DEEP)
def test_json_beyond_the_bounds_is_malformed_and_said_soon(untouched, body):
    """400, and no time is lost over it."""
    begun = time.monotonic()
    status, _, answer = request(untouched, RUNS, JSON, method="POST", body=body)
    assert (status, json.loads(answer)["code"]) == (400, "malformed")
    assert time.monotonic() - begun < 5


@pytest.mark.case("B2.depth")
def test_json_as_deep_as_may_be_is_read(untouched):
    """64 levels: what is wrong with it then is that there is no such input."""
    body = b'{"inputs": {"nothing": ' + b"[" * 62 + b"]" * 62 + b"}}"
    status, _, answer = request(untouched, RUNS, JSON, method="POST", body=body)
    assert (status, json.loads(answer)["errors"][0]["path"]) == (422, "$.nothing")


@pytest.mark.case("B2.depth")
def test_many_unknown_keys_are_refused_without_looking_for_each(untouched):
    """The first of them are named."""
    for wrap in ("KEYS", '{"inputs": KEYS}'):
        keys = "{" + ",".join(f'"key{n}": 0' for n in range(100_000)) + "}"
        begun = time.monotonic()
        status, _, answer = request(untouched, RUNS, JSON, method="POST", body=wrap.replace("KEYS", keys).encode())
        assert (status, len(json.loads(answer)["errors"])) == (422, 20)
        assert time.monotonic() - begun < 5


NUMBERS = {
    "NaN": 400, "Infinity": 400, "-Infinity": 400, "9" * 5000: 400, "1e999": 422, str(2**63): 422, str(2**53 + 1): 422,
    "-0": 200, "-0.0": 200, "1e308": 200,
}  # fmt: skip


@pytest.mark.case("B3.inputs")
@pytest.mark.parametrize(("number", "expected"), NUMBERS.items(), ids=[each[:12] for each in NUMBERS])
def test_numbers_that_not_every_program_reads_are_refused(live, number, expected):
    """And whatever Pixie answers is JSON for any reader."""
    with holds(live, changes=True):
        body = f'{{"inputs": {{"b": {number}}}, "wait": 20}}'
        answer = live.post("/api/tools/adder/runs", content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code == expected
        answered = json.loads(answer.text, parse_constant=lambda name: pytest.fail(f"{name} was answered"))
        if expected == 422:
            assert answered["errors"][0]["path"] in {"$.b", "$.inputs.b"}


UNREADABLE = {
    "JSON": (RUNS, [JSON], b'{"label": "\xff"}'),
    "a form": ("/tool/telltale/run", [FORM], b"text=\xff"),
    "an escaped form": ("/tool/telltale/run", [FORM], b"text=%ff"),
    "half a pair in a form": ("/tool/telltale/run", [FORM], b"text=%ed%a0%80"),
    "a field": ("/tool/telltale/run", [MULTIPART], part(b'name="text"', b"\xff") + END),
    "a field's name": ("/tool/telltale/run", [MULTIPART], part(b'name="\xff"') + END),
    "a file's name": ("/tool/telltale/run", [MULTIPART], part(b'name="file"; filename="\xff"') + END),
    "a query": ("/api/runs?tool=%ff", [], b""),
    "a query of a page": ("/tools-changed?here=%ed%a0%80", [], b""),
}


@pytest.mark.case("B4.refused")
@pytest.mark.parametrize(("path", "headers", "body"), UNREADABLE.values(), ids=UNREADABLE)
def test_what_is_not_utf8_is_malformed(untouched, path, headers, body):
    """400, and never an empty form, or one with other characters."""
    assert request(untouched, path, *headers, method="POST" if body else "GET", body=body)[0] == 400


@pytest.mark.case("B4.refused")
@pytest.mark.parametrize(
    "path", ["/tool/%ff", "/api/tools/%ed%a0%80", "/api/runs/%00%00%00%00%00%00", "/static/%ff%00"]
)
def test_an_address_that_is_not_utf8_is_not_there(untouched, path):
    """B4."""
    assert request(untouched, path)[0] in {404, 422}


@pytest.mark.case("B5.refused")
@pytest.mark.parametrize("odd", ["\x00", "\ud800"])
def test_text_that_nothing_can_hold_is_refused_at_its_field(untouched, odd):
    """NUL and half a surrogate pair, in every text of a request."""
    run_id = untouched.pixie.runs(limit=1).items[0].id
    bodies = [
        (RUNS, {"inputs": {"text": odd}}), (RUNS, {"inputs": {"data": [odd]}}), (RUNS, {"inputs": {"data": {odd: 1}}}),
        (RUNS, {"inputs": {odd: 1}}), (RUNS, {odd: 1}), (RUNS, {"label": odd}), (RUNS, {"run_id": odd}),
        (f"/api/runs/{run_id}/label", {"label": odd}), (f"/api/runs/{run_id}/rerun", {"inputs": {odd: odd}}),
    ]  # fmt: skip
    for path, body in bodies:
        status, _, answer = request(untouched, path, JSON, method="POST", body=json.dumps(body).encode())
        assert (status, path) == (422, path)
        assert json.loads(answer)["errors"][0]["path"].startswith("$")


KEPT_TEXTS = [
    "\x07\x1b[2J",
    "\x85\x9f",
    "\ufeffstart",
    "a\u2028b\u2029c",
    "\u202eevil",
    "zero\u200bwidth",
    "e\u0301 \u00e9",
    "<b>&amp;",
]


@pytest.mark.case("B5.kept")
@pytest.mark.parametrize("text", KEPT_TEXTS)
def test_other_odd_text_is_kept_as_it_is_and_shown_escaped(live, text):
    """Controls, marks of direction, both forms of an accent."""
    with holds(live, changes=True):
        run = live.run("telltale", text=text)
        assert run["inputs"]["text"] == text
        assert live.get(f"/api/runs/{run['id']}").json()["inputs"]["text"] == text
        assert "<b>&amp;" not in live.get(f"/tool/telltale/runs/{run['id']}").text


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
KEYS = st.sampled_from(["inputs", "run_id", "label", "wait", "a", "b", "note", "fail"]) | st.text(
    string.printable, max_size=6
)


@pytest.mark.case("B6.api")
@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.dictionaries(KEYS, ANYTHING, max_size=4) | ANYTHING, st.booleans())
def test_whatever_json_comes_is_taken_as_it_is_or_refused_with_a_path(live, value, inside):
    """2xx and echoed, or 422 with the path of every problem."""
    body = {"inputs": value} if inside else value
    sent = json.dumps(body).encode()
    answer = live.post("/api/tools/adder/runs", content=sent, headers={"Content-Type": "application/json"})
    assert answer.status_code in {200, 202, 422, 400, 429}, answer.text
    if answer.status_code == 422:
        assert all(each["path"].startswith("$") and each["message"] for each in answer.json()["errors"])
    elif answer.status_code == 202 and inside:
        assert value.items() <= answer.json()["inputs"].items()


BROKEN_FORMS = {
    "no boundary": (["content-type: multipart/form-data"], part(b'name="text"') + END, {400}),
    "an empty boundary": (['content-type: multipart/form-data; boundary=""'], part(b'name="text"') + END, {400}),
    "nothing of the kind": ([MULTIPART], b"garbage", {400}),
    "cut short": ([MULTIPART], part(b'name="text"'), {400}),
    "the boundary in the data": ([MULTIPART], part(b'name="text"', b"a\r\n--x\r\nb") + END, {400}),
    "no name": ([MULTIPART], part(b'filename="a"') + END, {400}),
    "no disposition": ([MULTIPART], b"--x\r\nx-odd: 1\r\n\r\nv\r\n" + END, {400}),
    "two files for one": ([MULTIPART], (part(b'name="file"; filename="a"') + part(b'name="file"; filename="b"') + END), {422}),
    "text for a file": ([MULTIPART], part(b'name="file"', b"text") + END, {422}),
    "an unknown field": ([MULTIPART], part(b'name="other"') + END, {422}),
}  # fmt: skip


@pytest.mark.case("B8.forms")
@pytest.mark.parametrize(("headers", "body", "expected"), BROKEN_FORMS.values(), ids=BROKEN_FORMS)
def test_a_form_that_is_none_starts_no_run(untouched, headers, body, expected):
    """400 where it can't be read, 422 where it doesn't fit."""
    assert request(untouched, "/tool/telltale/run", *headers, method="POST", body=body)[0] in expected


BROKEN_UPLOADS = {
    **{
        name: (headers, body) for name, (headers, body, _) in BROKEN_FORMS.items() if name != "the boundary in the data"
    },
    "inputs that are no JSON": ([MULTIPART], part(b'name="inputs"', b"{") + END),
    "inputs that are a list": ([MULTIPART], part(b'name="inputs"', b"[]") + END),
    "inputs twice": ([MULTIPART], part(b'name="inputs"', b"{}") * 2 + END),
    "NaN in inputs": ([MULTIPART], part(b'name="inputs"', b'{"data": NaN}') + END),
    "a key twice in inputs": ([MULTIPART], part(b'name="inputs"', b'{"text": "a", "text": "b"}') + END),
    "inputs too deep": ([MULTIPART], part(b'name="inputs"', b'{"data": ' + b"[" * 990 + b"]" * 990 + b"}") + END),
    "inputs that aren't UTF-8": ([MULTIPART], part(b'name="inputs"', b'{"text": "\xff"}') + END),
    "a field of inputs as a part": ([MULTIPART], part(b'name="text"', b"words") + END),
    "a file that is in inputs too": (
        [MULTIPART],
        part(b'name="inputs"', b'{"file": "data:,a"}') + part(b'name="file"; filename="a"') + END,
    ),
    "a file for what takes none": ([MULTIPART], part(b'name="text"; filename="a"') + END),
    "seconds that are none": ([MULTIPART], part(b'name="wait"', b"soon") + END),
    "an id that is none": ([MULTIPART], part(b'name="run_id"', b"../x") + END),
}


@pytest.mark.case("B8.forms")
@pytest.mark.parametrize(("headers", "body"), BROKEN_UPLOADS.values(), ids=BROKEN_UPLOADS)
def test_an_upload_that_is_none_starts_no_run(untouched, headers, body):
    """The API's own form: 400 where it can't be read, 422 with the path where it doesn't fit."""
    status, _, answer = request(untouched, RUNS, *headers, method="POST", body=body)
    problem = json.loads(answer)
    assert status in {400, 422}, problem
    if status == 422:
        assert all(each["path"].startswith("$") and each["message"] for each in problem["errors"])


@pytest.mark.case("B8.lies")
@pytest.mark.parametrize("kind", ["image/png", "application/octet-stream"])
@pytest.mark.parametrize("path", [RUNS, "/tool/telltale/run"])
def test_what_is_no_picture_is_refused_as_one_whatever_its_type_says(untouched, path, kind):
    """A lying type, attached or as a data URL."""
    refused = [untouched.post(path, files={"picture": ("a.png", b"<script>1</script>", kind)}, headers=AS_JSON)]
    if path == RUNS:
        refused.append(untouched.post(path, json={"inputs": {"picture": f"data:{kind},%PDF-1.7"}}, headers=AS_JSON))
    for answer in refused:
        assert answer.status_code == 422, answer.text
        (problem,) = answer.json()["errors"]
        assert problem["path"].endswith(".picture")
        assert f"says that it is {kind}" in problem["message"]


@pytest.mark.case("B8.lies")
@pytest.mark.parametrize("path", [RUNS, "/tool/telltale/run"])
def test_an_empty_file_and_one_that_lies_of_its_type_are_kept_as_they_are(live, path):
    """No byte is a file of no bytes; whatever the client says of its type, its bytes are kept."""
    with holds(live, changes=True):
        for content, kind in ((b"", "text/csv"), (b"\x89PNG\r\n\x1a\n", "text/html"), (b"<script>", "image/png")):
            sent = {"file": ("a.txt", content, kind)}
            answer = live.post(path, files=sent, headers={"Accept": "application/json"})
            assert answer.status_code in {200, 202}, answer.text
            told = answer.json()["inputs"]["file"]
            assert (told["size"], told["filename"]) == (len(content), "a.txt")
            assert told["sha256"] == hashlib.sha256(content).hexdigest()
            live.pixie.wait(answer.json()["id"], timeout=20)


@pytest.mark.case("B8.names")
@pytest.mark.parametrize(
    "name", ["../../../etc/passwd", "/etc/passwd", "C:\\x", "a\u202egpj.exe", "CON", "." * 200, "%00.png"]
)
def test_the_name_of_a_sent_file_leads_nowhere(live, name, tmp_path):
    """Its bytes are kept under their hash, whatever the client calls them."""
    root = live.pixie.settings.artefacts_root
    with holds(live, changes=True):
        answer = live.post(
            "/tool/telltale/run",
            files={"file": (name, b"sent bytes", "text/html")},
            headers={"Accept": "application/json"},
        )
        assert answer.status_code == 200, answer.text
        told = answer.json()["inputs"]["file"]
        assert (told["size"], len(told["sha256"])) == (10, 64)
        for path in root.rglob("*"):
            assert path.resolve().is_relative_to(root)
            assert "passwd" not in path.name


SEARCHES = [
    "%",
    "_",
    "'",
    '"',
    "*",
    "(",
    "NEAR(",
    "a OR",
    "; DROP TABLE runs",
    "(select 1)",
    "x" * 7000,
    "(a+)+$",
    "\\",
    "--",
]


@pytest.mark.case("B9.filters")
@pytest.mark.parametrize("text", SEARCHES, ids=[each[:12] for each in SEARCHES])
def test_filters_are_data(untouched, text):
    """In every filter of every list; results or 422, soon."""
    for path, names in {
        "/api/runs": ("tool", "label", "parent", "after", "status", "origin"),
        "/api/tools/adder/runs": ("after",),
    }.items():
        for name in names:
            begun = time.monotonic()
            answer = untouched.get(path, params={name: text})
            assert answer.status_code in {200, 404, 422}, answer.text
            assert time.monotonic() - begun < 5


@pytest.mark.case("B9.orders")
@pytest.mark.parametrize(
    "query",
    [
        "page_size=-1",
        "page_size=0",
        "page_size=1000000000",
        "page=-1",
        "page=9999999999999999999",
        "page_size=1e3",
        "page_size=",
        "sort=(select+1)",
    ],
)
def test_a_page_has_its_bounds(untouched, query):
    """B9."""
    assert untouched.get(f"/api/runs?{query}").status_code == 422
