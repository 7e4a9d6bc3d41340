"""Who may ask a tool: the token, the Host, and no web page."""

from __future__ import annotations

import os
import socket

import pytest

from tests.sdk.processes import manifest

ROUTES = [
    ("GET", "/healthz"),
    ("GET", "/schema"),
    ("POST", "/run"),
    ("GET", "/stream?run_id=x"),
    ("POST", "/cancel?run_id=x"),
    ("GET", "/autocomplete/x"),
    ("GET", "/files/x/y"),
    ("GET", "/nowhere"),
]
PROGRAM = """
@tool.run
def touch(word, *, run):
    (tool.folder / "touched").touch()
    return {"said": word}
"""
DECLARED = manifest({"said": "text"})


@pytest.fixture
def guarded(start):
    return start(DECLARED, PROGRAM, environment={"PIXIE_TOOL_TOKEN": "s3cret-ü"})


@pytest.fixture
def open_tool(start):
    return start(DECLARED, PROGRAM)


@pytest.mark.case("N14.curl")
@pytest.mark.parametrize(("method", "path"), ROUTES)
@pytest.mark.parametrize("token", [None, "", "s3cret", "S3CRET-Ü"])
def test_every_route_demands_the_token(guarded, method, path, token):
    """Without the right token every route answers 401, and the tool does no work."""
    guarded.token = None
    sent = {} if token is None else {"X-Pixie-Token": token.encode().decode("latin-1")}
    answer = guarded.ask(method, path, {} if method == "POST" else None, sent)
    assert (answer.status, answer.json["code"]) == (401, "token")
    assert not (guarded.folder / "touched").exists()


def test_the_right_token_opens(guarded):
    """With the token in X-Pixie-Token everything is answered."""
    guarded.token = "s3cret-ü".encode().decode("latin-1")
    assert guarded.run().json == {"said": "hello"}


@pytest.mark.case("N14.curl")
@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "localhost:80:80", "[::1]", "127.0.0.2", "", "10.0.0.1:80"]
)
@pytest.mark.parametrize("tool", ["guarded", "open_tool"])
def test_another_host_is_refused(request, tool, host):
    """A name that was made to point here (DNS rebinding) gets 403, with the token and without."""
    served = request.getfixturevalue(tool)
    served.token = None
    sent = {"Host": host, "X-Pixie-Token": "s3cret-ü".encode().decode("latin-1")}
    assert served.ask("POST", "/run", {}, sent).status == 403
    assert not (served.folder / "touched").exists()


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:1", "localhost", "LOCALHOST:65535"])
def test_names_of_this_machine_are_taken(open_tool, host):
    """127.0.0.1 and localhost are answered, with any port."""
    assert open_tool.ask("GET", "/healthz", None, {"Host": host}).status == 200


@pytest.mark.case("N14.page")
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_web_page_is_refused(open_tool, headers):
    """A tool that was started by hand has no token, and still answers no web page."""
    assert open_tool.ask("POST", "/run", {}, headers).status == 403
    assert not (open_tool.folder / "touched").exists()


@pytest.mark.case("N14.page")
@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_a_form_of_a_page_is_no_run(open_tool, kind):
    """POST /run takes JSON by its name: what a page can send without asking gets 415."""
    assert open_tool.ask("POST", "/run", b"{}", {"Content-Type": kind}).status == 415
    assert not (open_tool.folder / "touched").exists()


@pytest.mark.case("N14.page")
def test_no_other_site_is_let_in(open_tool):
    """There is no CORS: the preflight of a browser is refused and grants nothing."""
    answer = open_tool.ask("OPTIONS", "/run")
    assert answer.status == 405
    assert not [name for name in answer.headers if name.lower().startswith("access-control")]


def test_a_tool_listens_on_127_0_0_1_alone(open_tool):
    """Another address of this very machine is refused."""
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", open_tool.port), timeout=5)


def test_what_the_parent_handed_on_stays_here(start):
    """Programs that the tool starts get neither the token nor numbers of descriptors that mean nothing to them."""
    readable, writable = os.pipe()
    listener = socket.create_server(("127.0.0.1", 0))
    tool = start(
        manifest({"environment": "text", "descriptors": "text"}),
        """
        import subprocess, sys

        @tool.run
        def look(word):
            code = "import os; print(sorted(k for k in os.environ if k.startswith('PIXIE_')))"
            names = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, close_fds=False)
            listing = subprocess.run(["ls", "-l", "/proc/self/fd"], capture_output=True, text=True, close_fds=False)
            return {"environment": names.stdout, "descriptors": listing.stdout}
        """,
        environment={
            "PIXIE_SPAWN_ID": "kept",
            "PIXIE_TOOL_TOKEN": "t",
            "PIXIE_TOOL_SOCKET": str(listener.fileno()),
            "PIXIE_TOOL_LIFELINE": str(readable),
        },
        pass_fds=(readable, listener.fileno()),
    )
    seen = tool.run().json
    assert seen["environment"].strip() == "['PIXIE_SPAWN_ID']"
    assert f"socket:[{os.fstat(listener.fileno()).st_ino}]" not in seen["descriptors"]
    assert f"pipe:[{os.fstat(readable).st_ino}]" not in seen["descriptors"]
    listener.close()
    os.close(readable)
    os.close(writable)
