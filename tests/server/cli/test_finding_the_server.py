"""How a command finds the running server, and what it says when there is none."""

import io
import json
import socket
import threading
import zipfile
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from click.testing import CliRunner

from pixie_server.cli.root import pixie

RUN = {
    "id": "6f1c2a9b-0000-4000-8000-000000000000",
    "tool_id": "hello",
    "status": "ok",
    "label": None,
    "starred": False,
    "origin": "api",
    "parent_run_id": None,
    "created_at": "2026-05-17T12:00:00.000000+00:00",
    "started_at": "2026-05-17T12:00:00.000000+00:00",
    "finished_at": "2026-05-17T12:00:01.000000+00:00",
    "duration_ms": 1000,
    "seq": 3,
    "queue_position": None,
    "progress": None,
    "message": None,
    "inputs": {},
    "outputs": {},
    "output_types": {},
    "error": None,
    "flagged": [],
    "fingerprint": {},
    "artefacts": [],
    "imported": None,
}
HEALTHY = {"/api/healthz": (200, "application/json", b'{"ok": true}')}


def answering(body, status=200, kind="application/json", **headers):
    """What a path answers."""
    return status, kind, body if isinstance(body, bytes) else json.dumps(body).encode(), headers


@contextmanager
def scripted(paths):
    """A server on a loopback port that answers these paths, and 404 without a problem to all others."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            status, kind, body, *rest = paths.get(self.path.partition("?")[0], (404, "text/plain", b"no"))
            headers = {"Content-Type": kind, "Content-Length": str(len(body)), **(rest[0] if rest else {})}
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def nobody():
    """An address at which nobody listens: the port is bound, so that nobody else takes it either."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"


def command(*arguments, **environment):
    """The command's result, with these variables and no other PIXIE_* one."""
    env = {"PIXIE_URL": None, "PIXIE_HOME": None, "PIXIE_PORT": None, **environment}
    return CliRunner().invoke(pixie, arguments, env=env)


@pytest.mark.parametrize("arguments", [("export-run", "6f1c2a"), ("open", "hello")])
def test_without_a_server_the_exit_code_is_3_and_the_way_to_start_one_is_said(nobody, arguments, tmp_path):
    """One line, with the data folder that was named."""
    result = command(*arguments, "--home", str(tmp_path), PIXIE_URL=nobody)
    assert result.exit_code == 3
    assert result.stdout == ""
    assert result.stderr == f"Pixie isn't running at {nobody}. Start it with: pixie serve --home {tmp_path}\n"


def test_the_settings_say_where_the_server_is_unless_pixie_url_does(nobody, tmp_path):
    """PIXIE_PORT in the data folder's .env counts."""
    (tmp_path / ".env").write_text(f"PIXIE_PORT={nobody.rpartition(':')[2]}\n")
    result = command("export-run", "6f1c2a", "--home", str(tmp_path))
    assert result.stderr.startswith(f"Pixie isn't running at {nobody}.")


@pytest.mark.parametrize(
    "health", [(200, "text/html", b"<h1>Router</h1>"), (404, "text/plain", b"no"), (200, "application/json", b"[]")]
)
def test_another_program_at_the_address_is_not_taken_for_pixie(health):
    """The exit code is 3 as well, and it says what to change."""
    with scripted({"/api/healthz": health}) as url:
        result = command("export-run", "6f1c2a", PIXIE_URL=url)
    assert result.exit_code == 3
    assert f"What answers at {url} isn't a Pixie that is ready." in result.stderr


@pytest.mark.parametrize("url", ["https://127.0.0.1:7860", "127.0.0.1:7860", "http://", "http://127.0.0.1/api"])
def test_a_pixie_url_that_is_none_is_wrong_usage(url):
    """The variable is named, with its value and what is expected."""
    result = command("export-run", "6f1c2a", PIXIE_URL=url)
    assert result.exit_code == 2
    assert f"PIXIE_URL is {url!r}" in result.stderr


@pytest.mark.parametrize(("code", "exit_code"), [("run_not_found", 1), ("request_invalid", 2), ("of_tomorrow", 1)])
def test_what_the_server_refuses_has_the_words_and_the_exit_code_that_it_would_have_here(code, exit_code):
    """An error means the same on both sides."""
    problem = {"type": "about:blank", "title": "No", "status": 404, "detail": "There is no run 'x'.", "code": code}
    with scripted({**HEALTHY, "/api/runs/x": answering(problem, 404, "application/problem+json")}) as url:
        result = command("export-run", "x", PIXIE_URL=url)
    assert result.exit_code == exit_code
    assert result.stderr == "There is no run 'x'.\n"


def test_a_proxy_of_the_environment_is_not_asked(nobody, tmp_path, monkeypatch):
    """Inputs and results of this machine aren't handed to a proxy."""
    monkeypatch.chdir(tmp_path)
    with scripted(serving(zipped())) as url:
        result = command("export-run", "hello:last", PIXIE_URL=url, HTTP_PROXY=nobody, http_proxy=nobody)
    assert result.exit_code == 0, result.stderr


def zipped(**files):
    """A zip of these files."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, text in (files or {"inputs_json": "{}", "outputs_json": "{}"}).items():
            archive.writestr(name.replace("_", "."), text)
    return made.getvalue()


def serving(body, filename="hello.zip", **headers):
    """A healthy server with one run, whose export is this."""
    about = {"Content_Disposition": f'attachment; filename="{filename}"', **headers}
    return {
        **HEALTHY,
        "/api/runs/hello%3Alast": answering(RUN),
        f"/api/runs/{RUN['id']}/export": answering(body, 200, "application/zip", **about),
    }


def test_an_export_is_saved_under_the_servers_name_and_described(tmp_path, monkeypatch):
    """Path, size, entries, as words and as JSON."""
    monkeypatch.chdir(tmp_path)
    body = zipped()
    with scripted(serving(body)) as url:
        words = command("export-run", "hello:last", PIXIE_URL=url)
        as_json = command("export-run", "hello:last", "--json", "--force", PIXIE_URL=url)
    assert (tmp_path / "hello.zip").read_bytes() == body
    assert words.stdout == f"{tmp_path / 'hello.zip'}\n{len(body)} bytes, 2 entries, every check sum right\n"
    assert json.loads(as_json.stdout) == {
        "run_id": RUN["id"], "path": str(tmp_path / "hello.zip"), "size_bytes": len(body), "entries": 2
    }  # fmt: skip
    assert [each.name for each in tmp_path.iterdir()] == ["hello.zip"]


def test_a_name_that_leads_elsewhere_is_only_a_name(tmp_path, monkeypatch):
    """The folder is the user's choice alone."""
    inner = tmp_path / "inner"
    inner.mkdir()
    monkeypatch.chdir(inner)
    with scripted(serving(zipped(), filename="../../evil.zip")) as url:
        assert command("export-run", "hello:last", PIXIE_URL=url).exit_code == 0
    assert [each.relative_to(tmp_path).as_posix() for each in tmp_path.rglob("*.zip")] == ["inner/evil.zip"]


def test_a_file_that_is_there_is_overwritten_by_force_alone(tmp_path):
    """It is whole before and after."""
    target = tmp_path / "mine.zip"
    target.write_text("precious")
    with scripted(serving(zipped())) as url:
        refused = command("export-run", "hello:last", "--to", str(target), PIXIE_URL=url)
        kept = target.read_text()
        forced = command("export-run", "hello:last", "--to", str(target), "--force", PIXIE_URL=url)
    assert (refused.exit_code, kept) == (1, "precious")
    assert "--force overwrites it" in refused.stderr
    assert forced.exit_code == 0
    assert zipfile.is_zipfile(target)


def damaged():
    """A zip in which one byte of a file isn't as its check sum says."""
    body = bytearray(zipped(inputs_json="spoil me"))
    body[body.index(b"spoil me")] ^= 1
    return bytes(body)


@pytest.mark.parametrize(
    "body", [damaged(), zipped()[:-30], b"not a zip"], ids=["check sum", "cut off", "something else"]
)
def test_a_zip_that_is_not_whole_leaves_nothing_behind(tmp_path, body):
    """Not under its name and not as a partial file; with --force the old file stays as it was."""
    target = tmp_path / "mine.zip"
    target.write_text("precious")
    with scripted(serving(body)) as url:
        result = command("export-run", "hello:last", "--to", str(target), "--force", PIXIE_URL=url)
    assert result.exit_code == 1
    assert "nothing was written" in result.stderr
    assert [(each.name, each.read_text()) for each in tmp_path.iterdir()] == [("mine.zip", "precious")]


def test_a_download_that_breaks_off_leaves_nothing_behind(tmp_path):
    """The server says 1000 bytes more than it sends."""
    body = zipped()
    with scripted(serving(body, Content_Length=str(len(body) + 1000))) as url:
        result = command("export-run", "hello:last", "--to", str(tmp_path), PIXIE_URL=url)
    assert result.exit_code == 1
    assert "broke" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_wrong_usage(tmp_path):
    """Nothing is made unasked."""
    with scripted(serving(zipped())) as url:
        result = command("export-run", "hello:last", "--to", str(tmp_path / "no" / "x.zip"), PIXIE_URL=url)
    assert result.exit_code == 2
    assert f"There is no folder {tmp_path / 'no'}." in result.stderr
