"""Part N of the battery: what other programs can make of a Pixie that listens on this machine. Web pages are in
test_battery_browsers.py, the rules by themselves in tests/server/test_guard.py; here they meet the whole of Pixie.
"""

import json
import re
import socket
import subprocess
import urllib.request
from pathlib import Path

import psutil
import pytest

from pixie_core import Settings
from pixie_server.app import ROUTES
from tests.reliability.raw import addresses, request, status_of
from tests.server.asgi import exchange
from tests.server.cli.folders import add_tools
from tests.server.cli.test_serve import served
from tests.server.live_pixie import add_tool, live_pixie

ROOT = Path(__file__).resolve().parents[2]
ENDLESS = {"/api/events"}

STRANGE_HOSTS = (
    "evil.com", "evil.com:7860", "127.0.0.1.evil.com", "localhost.", "foo.localhost", "0.0.0.0", "127.1", "2130706433",
    "127.0.0.1:7860@evil", "a b", "１２７.0.0.1",
)  # fmt: skip
OWN_HOSTS = ("127.0.0.1", "127.0.0.1:1", "localhost", "LOCALHOST:65535", "[::1]", "[::1]:7860")


def values(kept):
    """What is there, by the names that routes have for it."""
    run_id, numbers = kept
    return {"tool_id": "adder", "run_id": run_id, "artefact_id": numbers["probe.html"], "key": "sum", "workspace_id": 1}


def filled(kept, routes=ROUTES):
    """Each address of a route, with what is there; a static file, and nothing."""
    return [*addresses(routes, **values(kept)), (None, "/static/css/base.css"), (None, "/no/such/thing")]


@pytest.mark.case("N2.strange")
@pytest.mark.parametrize("version", ["1.0", "1.1"])
@pytest.mark.parametrize("host", STRANGE_HOSTS)
def test_no_route_answers_to_a_strange_name(untouched, kept, host, version):
    """Each declared method of each path, a static file and an unknown one."""
    for route, path in filled(kept):
        method = route.method if route else "GET"
        status, _, body = request(untouched, path, method=method, host=host, version=version)
        assert (status, method, path) == (403, method, path)
        assert b"evil" not in body


def by_kind(kept):
    """An address of each kind: pages, a static file, none at all, API, streams with and without an end, a file, an export."""
    run_id, numbers = kept
    pages = [path for _, path in filled(kept, [each for each in ROUTES if each.page and each.method == "GET"])]
    number = numbers["probe.html"]
    return [
        *pages, "/api/tools", f"/api/runs/{run_id}/events", "/api/events", f"/api/artefacts/{number}/content",
        f"/api/runs/{run_id}/export", "/api/no/such/thing",
    ]  # fmt: skip


@pytest.mark.case("N2.own")
@pytest.mark.parametrize("host", OWN_HOSTS)
def test_every_kind_of_address_answers_to_this_machines_names(untouched, kept, host):
    """In any case and with any port, as by the address that was printed."""
    for path in by_kind(kept):
        assert (status_of(untouched, path, host=host), path) == (status_of(untouched, path), path)
    assert status_of(untouched, "/", host=host) == 200


BROKEN = {
    "no host": (b"GET {path} HTTP/1.1\r\n\r\n", 400),
    "no host, as was allowed once": (b"GET {path} HTTP/1.0\r\n\r\n", 400),
    "an empty host": (b"GET {path} HTTP/1.1\r\nhost:\r\n\r\n", 400),
    "a blank host": (b"GET {path} HTTP/1.1\r\nhost:   \r\n\r\n", 400),
    "two hosts": (b"GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nhost: 127.0.0.1\r\n\r\n", 400),
    "two hosts, one of them strange": (b"GET {path} HTTP/1.0\r\nhost: 127.0.0.1\r\nhost: evil.com\r\n\r\n", 400),
    "a host of 16 KiB": (b"GET {path} HTTP/1.1\r\nhost: " + b"a" * 16_000 + b"\r\n\r\n", 403),
    "an origin that is no text": (b"GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\norigin: \xff\xfe\r\n\r\n", 403),
    "an origin that is no origin": (b"GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\norigin: ///\r\n\r\n", 403),
    "two origins in one": (b"GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\norigin: http://127.0.0.1, http://evil.com\r\n\r\n", 403),
    "a proxy's target": (b"GET http://evil.com{path} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n", 400),
    "a proxy's target that is Pixie": (b"GET http://127.0.0.1{path} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n", 400),
    "a tunnel": (b"CONNECT evil.com:443 HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n", 405),
}  # fmt: skip


@pytest.mark.case("N3.refused")
@pytest.mark.parametrize(("sent", "expected"), BROKEN.values(), ids=BROKEN)
def test_a_request_that_does_not_say_who_asks_whom_is_refused(untouched, kept, sent, expected):
    """On every kind of address; Pixie lives and answers the next."""
    for path in by_kind(kept):
        answer = exchange(untouched.port, sent.replace(b"{path}", path.encode()))
        assert (answer.split(b" ", 2)[1:2], path) == ([b"%d" % expected], path)
        # What isn't HTTP at all the server answers itself, with nothing in it that a browser could take for anything.
        assert b"x-content-type-options: nosniff" in answer or b"\r\ncontent-length: 0\r\n" in answer
        assert b"\r\nserver:" not in answer


ORIGINS = (
    "null", "http://127.0.0.1:{port}.evil.com", "http://localhost.evil.com", "https://127.0.0.1:{port}", "http://127.0.0.1:1",
    "http://127.0.0.1", "http://localhost:{port}", "http://127.0.0.1:{port}/", "HTTP://127.0.0.1:{port}", "chrome-extension://x",
    "file://", "", "http://evil.test",
)  # fmt: skip


@pytest.mark.case("N6.origins")
@pytest.mark.parametrize("origin", ORIGINS)
def test_no_route_answers_another_origin(untouched, kept, origin):
    """GET and POST on every path, and whatever else a route takes."""
    said = "origin: " + origin.format(port=untouched.port)
    asked = {
        (method, path) for route, path in filled(kept) for method in ("GET", "POST", route.method if route else "GET")
    }
    for method, path in sorted(asked):
        status, head, _ = request(untouched, path, said, method=method)
        assert (status, method, path) == (403, method, path)
        assert "access-control" not in head.lower()


@pytest.mark.case("N6.origins")
def test_two_origins_are_two_too_many(untouched, kept):
    """Though one is right."""
    own = f"origin: http://127.0.0.1:{untouched.port}"
    for _, path in filled(kept):
        assert request(untouched, path, own, "origin: http://evil.test")[0] == 403


def shaken(live, path, *headers, host=None):
    """What a WebSocket's handshake is answered."""
    shake = ["upgrade: websocket", "connection: upgrade", "sec-websocket-version: 13"]
    key = "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ=="
    return status_of(live, path, *shake, key, *headers, host=host)


@pytest.mark.case("N11.refused")
def test_no_websocket_is_opened_anywhere(untouched, kept):
    """With the right origin, a wrong one and none."""
    own = f"http://127.0.0.1:{untouched.port}"
    for _, path in filled(kept):
        for origin in ([f"origin: {own}"], ["origin: http://evil.test"], []):
            assert (shaken(untouched, path, *origin), path) == (403, path)


@pytest.mark.case("N6.websocket", "N11.strange")
def test_no_websocket_is_opened_for_a_strange_name_or_origin(untouched, kept):
    """On every kind of address."""
    for path in by_kind(kept):
        for host in STRANGE_HOSTS:
            assert (shaken(untouched, path, host=host), host) == (403, host)
        for origin in ORIGINS:
            said = "origin: " + origin.format(port=untouched.port)
            assert (shaken(untouched, path, said), origin) == (403, origin)


@pytest.mark.case("N10.referer")
def test_a_change_that_another_page_sent_is_refused_by_its_referer_alone(untouched, kept):
    """As from an old browser that says neither Origin nor Sec-Fetch-Site: on every route that changes anything."""
    routes = [each for each in ROUTES if each.method != "GET"]
    for route, path in addresses(routes, **values(kept)):
        for referer in ("http://evil.test/", f"http://127.0.0.1:{untouched.port}.evil.test/", "http://127.0.0.1:1/"):
            assert (request(untouched, path, f"referer: {referer}", method=route.method)[0], path) == (403, path)


@pytest.mark.case("N13.safe", "N13.override")
def test_get_and_head_change_nothing_and_what_overrides_them_is_ignored(untouched, kept):
    """Every route but two, which say so: a validation is kept, and suggestions may start the tool."""
    override = (
        "x-http-method-override: DELETE", "x-http-method: DELETE", "x-method-override: POST", "accept: application/json"
    )  # fmt: skip
    for route, path in filled(kept):
        starts = route is not None and (path.endswith("/validate") or "autocomplete" in path)
        if path in ENDLESS or starts:
            continue
        for method in ("GET", "HEAD"):
            target = f"{path}?_method=DELETE" if route is None else path
            status, head, body = request(untouched, target, *override, method=method)
            assert status < 500, path
            if route is not None and route.method != "GET" and status == 405:
                assert "allow:" in head.lower()
            if method == "HEAD":
                assert body == b""


@pytest.mark.case("N13.methods")
@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "FOO", "OPTIONS", "PROPFIND"])
def test_other_methods_are_refused_with_those_of_the_address(untouched, kept, method):
    """A preflight gets no grant."""
    for route, path in filled(kept):
        status, head, _ = request(untouched, path, method=method)
        assert (status, path) == (405, path)
        if route is not None:
            assert route.method in head
        assert "access-control" not in head.lower()


@pytest.mark.case("N16.location")
@pytest.mark.parametrize(
    "path",
    [
        "//evil.com/x",
        "//evil.com/",
        "/%2f%2fevil.com/",
        "/%5cevil.com/",
        "/https://evil.com/",
        "/static//evil.com/",
        "/\\evil.com",
        "/?next=//evil.com",
        "/tool/adder/",
        "/settings/?u=http://evil.com",
        "/tool//evil.com",
    ],
)
def test_no_address_leads_away(untouched, path):
    """Where there is one, it begins with one slash."""
    _, head, body = request(
        untouched, path, "x-forwarded-host: evil.com", "x-forwarded-proto: https", "forwarded: host=evil.com"
    )
    assert "evil.com" not in head.lower()
    for line in head.splitlines():
        if line.lower().startswith("location:"):
            target = line.partition(":")[2].strip()
            assert target.startswith("/"), line
            assert not target.startswith(("//", "/\\")), line
    assert b'href="//evil' not in body


@pytest.mark.case("N16.reflected")
def test_odd_text_is_not_repeated_as_markup(untouched):
    """In a path, a query, and headers, Host among them."""
    odd = "%3Cscript%3Ealert(1)%3C/script%3E%22%27"
    for path in (
        f"/tool/{odd}",
        f"/{odd}",
        f"/tool/adder/runs/{odd}",
        f"/tools-changed?{odd}=1",
        f"/tool/adder/stream?run_id={odd}",
    ):
        for accept in ("text/html", "application/json"):
            _, head, body = request(untouched, path, f"accept: {accept}", "referer: <script>alert(1)</script>")
            assert b"<script>alert" not in body or "json" in head.lower(), path
    for host in ("<script>alert(1)</script>", '127.0.0.1"><script>alert(1)</script>'):
        status, _, body = request(untouched, "/", "accept: text/html", host=host)
        assert (status, b"alert" in body) == (403, False)


@pytest.mark.case("N14.curl")
def test_a_tool_does_no_work_for_a_stranger(live):
    """Its port is known to this machine, its token isn't."""
    live.run("adder", a=1, b=1)
    port = next(each.port for each in live.pixie.runner.launcher.state() if each.tool_id == "adder")
    body = json.dumps({"run_id": "x", "inputs": {"a": 1, "b": 2}}).encode()
    for host in (f"127.0.0.1:{port}", "evil.test"):
        for token in ([], ["x-pixie-token: wrong"], ["x-pixie-token: "]):
            for method, path in (("POST", "/run"), ("GET", "/schema"), ("GET", "/healthz")):
                lines = [f"{method} {path} HTTP/1.1", f"host: {host}", "connection: close", *token]
                lines += ["content-type: application/json", f"content-length: {len(body)}"] if method == "POST" else []
                answer = exchange(port, "\r\n".join([*lines, "", ""]).encode() + (body if method == "POST" else b""))
                assert answer.split(b" ")[1] in {b"401", b"403"}, (host, token, path)


@pytest.mark.case("N1.listens", "N15.address")
def test_it_listens_on_this_machine_alone_and_speaks_to_nobody(tmp_path):
    """By the system's own table, of the server and its tools; the address that it prints is a number."""
    add_tools(tmp_path)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with served(tmp_path, port) as (server, url):
        assert url == f"http://127.0.0.1:{port}"
        body = json.dumps({"inputs": {}, "wait": 20}).encode()
        ask = urllib.request.Request(f"{url}/api/tools/adder/runs", body, {"Content-Type": "application/json"})
        assert json.load(urllib.request.urlopen(ask, timeout=20))["status"] == "ok"
        process = psutil.Process(server.pid)
        own = process.net_connections(kind="inet")
        assert [tuple(each.laddr) for each in own if each.status == psutil.CONN_LISTEN] == [("127.0.0.1", port)]
        for each in [
            *own,
            *(each for child in process.children(recursive=True) for each in child.net_connections("inet")),
        ]:
            assert each.laddr.ip == "127.0.0.1"
            assert not each.raddr or each.raddr.ip == "127.0.0.1"


@pytest.mark.case("N1.default")
def test_by_itself_it_is_at_port_7860_of_this_machine(tmp_path):
    """What is served where nothing is set."""
    settings = Settings(home=tmp_path)
    assert (settings.host, settings.port) == ("127.0.0.1", 7860)


LORENZ = """\
import json

from pixie_core.catalogue import OUTPUT_TYPES
from pixie_tool_sdk import Tool

tool = Tool()
DECLARED = json.load(open("tool.json"))["outputs"]


@tool.run
def lorenz(run, **inputs):
    return {each["key"]: OUTPUT_TYPES[each["type"]].example for each in DECLARED}


tool.serve()
"""


@pytest.mark.case("N10.examples")
def test_the_documented_commands_work_as_they_stand(tmp_path):
    """Curl and jq, with the address that the page names; only where that leads is arranged.

    Those of the README, and what they compute, are in tests/docs. The tool is declared as the bundled one is, and answers at once.
    """
    add_tool(tmp_path / "tools", json.loads((ROOT / "tools/lorenz-ode-solver/tool.json").read_text()), LORENZ)
    commands = [
        "curl -s http://127.0.0.1:7860/api/tools | jq '.[] | {id, status: .validation.overall}'",
        "curl -s http://127.0.0.1:7860/api/tools/lorenz-ode-solver/validate | jq '.overall'",
        "curl -s -X POST http://127.0.0.1:7860/tool/lorenz-ode-solver/run -d sigma=10 -d rho=28 -d beta=2.667 -d t_end=40 -d steps=8000",
        "curl -s -X POST http://127.0.0.1:7860/tool/lorenz-ode-solver/run -F rho=28 -F steps=500 -H 'Accept: application/json' | jq .status",
    ]
    with live_pixie(tmp_path) as live:
        (tmp_path / ".curlrc").write_text(f'connect-to = "127.0.0.1:7860:127.0.0.1:{live.port}"\nfail-with-body\n')
        for command in commands:
            line = f"set -o pipefail; {command}"
            done = subprocess.run(
                ["bash", "-c", line],
                capture_output=True,
                text=True,
                timeout=60,
                env={"CURL_HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
            )
            assert (done.returncode, done.stderr) == (0, ""), command + done.stdout
            assert done.stdout.strip(), command
            if "Accept" not in command and "/run" in command:
                assert 'id="panel"' in done.stdout
                assert 'data-status="ok"' in done.stdout
            if command.endswith("jq .status"):
                assert done.stdout == '"ok"\n'
        assert len(live.get("/api/runs").json()["items"]) == 2


@pytest.mark.case("N5.curl")
def test_json_in_another_dress_is_refused_from_curl_as_well(untouched):
    """text/plain is 415, and a form isn't JSON."""
    for kind in ("text/plain", "application/x-www-form-urlencoded", "application/jsonx"):
        answer = untouched.post("/api/tools/adder/runs", content=b'{"inputs": {}}', headers={"Content-Type": kind})
        assert answer.status_code == 415


@pytest.mark.case("D6.launcher")
def test_processes_are_told_in_developer_mode_alone(untouched, tmp_path):
    """The state of the launcher is 404 otherwise."""
    assert untouched.get("/api/launcher/state").status_code == 404
    add_tools(tmp_path)
    with live_pixie(tmp_path, developer_mode=True) as live:
        live.run("adder")
        (process,) = live.get("/api/launcher/state").json()
        assert (process["tool_id"], process["status"], process["runs_in_flight"]) == ("adder", "warm", 0)


def test_every_address_tells_the_methods_that_its_routes_declare(live):
    """And none of another address that looks alike: `selection` is no number of a file."""
    declared = {}
    for route, path in addresses(ROUTES, artefact_id=1, workspace_id=1):
        methods = {route.method, "HEAD"} if route.method == "GET" else {route.method}
        declared.setdefault(path, set()).update(methods)
    for path, methods in declared.items():
        status, head, _ = request(live, path, method="OPTIONS")
        told = re.search(r"(?im)^allow: (.*?)\r?$", head)
        assert (status, set(told[1].split(", "))) == (405, methods), path
