"""Part N of the battery: what other programs can make of a Pixie that listens on this machine. Web pages are in
test_battery_browsers.py, the rules by themselves in tests/server/test_guard.py; here they meet the whole of Pixie.
"""

import json
import socket
import subprocess
from pathlib import Path

import psutil
import pytest

from pixie_server.app import ROUTES
from tests.reliability.raw import addresses, request
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


def filled(kept, routes=ROUTES):
    """Each address of a route, with what is there."""
    run_id, numbers = kept
    values = {
        "tool_id": "adder",
        "run_id": run_id,
        "artefact_id": numbers["probe.html"],
        "key": "sum",
        "workspace_id": 1,
    }
    return [*addresses(routes, **values), (None, "/static/css/base.css"), (None, "/no/such/thing")]


@pytest.mark.parametrize("version", ["1.0", "1.1"])
@pytest.mark.parametrize("host", STRANGE_HOSTS)
def test_no_route_answers_to_a_strange_name(untouched, kept, host, version):
    """N2: each declared method of each path, a static file and an unknown one."""
    for route, path in filled(kept):
        method = route.method if route else "GET"
        status, _, body = request(untouched, path, method=method, host=host, version=version)
        assert (status, method, path) == (403, method, path)
        assert b"evil" not in body


@pytest.mark.parametrize("host", OWN_HOSTS)
def test_every_page_answers_to_this_machines_names(untouched, kept, host):
    """N2: in any case and with any port."""
    for _, path in filled(kept, [route for route in ROUTES if route.page and route.method == "GET"]):
        status, _, _ = request(untouched, path, host=host)
        assert status in {200, 303, 404}, path


@pytest.mark.parametrize(
    "origin", ["null", "http://127.0.0.1:{port}.evil.com", "http://localhost.evil.com", "https://127.0.0.1:{port}",
               "http://127.0.0.1:1", "chrome-extension://x", "", "http://evil.test"],
)  # fmt: skip
def test_no_route_answers_another_origin(untouched, kept, origin):
    """N6: GET, POST, whatever a route takes."""
    for route, path in filled(kept):
        said = "origin: " + origin.format(port=untouched.port)
        status, head, _ = request(untouched, path, said, method=route.method if route else "GET")
        assert (status, path) == (403, path)
        assert "access-control" not in head.lower()


def test_two_origins_are_two_too_many(untouched, kept):
    """N6: though one is right."""
    own = f"origin: http://127.0.0.1:{untouched.port}"
    for _, path in filled(kept):
        assert request(untouched, path, own, "origin: http://evil.test")[0] == 403


def test_no_websocket_is_opened_anywhere(untouched, kept):
    """N11: with the right origin, a wrong one and none."""
    own = f"http://127.0.0.1:{untouched.port}"
    for _, path in filled(kept):
        for origin in ([f"origin: {own}"], ["origin: http://evil.test"], []):
            shake = ["upgrade: websocket", "connection: upgrade", "sec-websocket-version: 13"]
            key = "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ=="
            lines = [f"GET {path} HTTP/1.1", f"host: 127.0.0.1:{untouched.port}", *shake, key, *origin]
            assert exchange(untouched.port, "\r\n".join([*lines, "", ""]).encode()).startswith(b"HTTP/1.1 403")


def test_get_and_head_change_nothing_and_what_overrides_them_is_ignored(untouched, kept):
    """N12 and N13: every route but two, which say so: a validation is kept, and suggestions may start the tool."""
    override = ("x-http-method-override: DELETE", "x-method-override: POST", "accept: application/json")
    for route, path in filled(kept):
        starts = route is not None and (path.endswith("/validate") or "autocomplete" in path)
        if path in ENDLESS or starts:
            continue
        for method in ("GET", "HEAD"):
            status, head, body = request(untouched, path, *override, method=method)
            assert status < 500, path
            if route is not None and route.method != "GET" and status == 405:
                assert "allow:" in head.lower()
            if method == "HEAD":
                assert body == b""


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "FOO", "OPTIONS", "PROPFIND"])
def test_other_methods_are_refused_with_those_of_the_address(untouched, kept, method):
    """N13: a preflight gets no grant."""
    for route, path in filled(kept):
        status, head, _ = request(untouched, path, method=method)
        assert (status, path) == (405, path)
        if route is not None:
            assert route.method in head
        assert "access-control" not in head.lower()


@pytest.mark.parametrize(
    "path",
    [
        "//evil.com/x",
        "/\\evil.com",
        "/?next=//evil.com",
        "/tool/adder/",
        "/settings/?u=http://evil.com",
        "/tool//evil.com",
    ],
)
def test_no_address_leads_away(untouched, path):
    """N16: no Location names another origin."""
    _, head, body = request(untouched, path)
    for line in head.splitlines():
        if line.lower().startswith("location:"):
            target = line.partition(":")[2].strip()
            assert target.startswith("/"), line
            assert not target.startswith(("//", "/\\")), line
    assert b'href="//evil' not in body


def test_odd_text_is_not_repeated_as_markup(untouched):
    """N16: in a path, a query and headers."""
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


def test_a_tool_does_no_work_for_a_stranger(live):
    """N14: its port is known to this machine, its token isn't."""
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


def test_it_listens_on_this_machine_alone_and_speaks_to_nobody(tmp_path):
    """N1: by the system's own table, of the server and its tools. A public host is refused: tests/server/cli/test_serve.py."""
    add_tools(tmp_path)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with served(tmp_path, port) as (server, url):
        import urllib.request

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


LORENZ = """\
from pixie_tool_sdk import Tool, outputs

tool = Tool()


@tool.run
def lorenz(run, **inputs):
    return {}


tool.serve()
"""


def test_the_documented_commands_work_as_they_stand(tmp_path):
    """N10: curl and jq, with the address that the page names; only where that leads is arranged.

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
        assert len(live.get("/api/runs").json()["items"]) == 2


def test_json_in_another_dress_is_refused_from_curl_as_well(untouched):
    """N5: text/plain is 415, and a form isn't JSON."""
    for kind in ("text/plain", "application/x-www-form-urlencoded", "application/jsonx"):
        answer = untouched.post("/api/tools/adder/runs", content=b'{"inputs": {}}', headers={"Content-Type": kind})
        assert answer.status_code == 415


def test_processes_are_told_in_developer_mode_alone(untouched, tmp_path):
    """The state of the launcher is 404 otherwise."""
    assert untouched.get("/api/launcher/state").status_code == 404
    add_tools(tmp_path)
    with live_pixie(tmp_path, developer_mode=True) as live:
        live.run("adder")
        (process,) = live.get("/api/launcher/state").json()
        assert (process["tool_id"], process["status"], process["runs_in_flight"]) == ("adder", "warm", 0)
