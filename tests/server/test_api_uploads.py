"""A run that is started with files: as a multipart form, beside JSON."""

import base64
import hashlib
import io
import json
import subprocess
import uuid

import pytest

from pixie_client.generated.api.tools import start_run
from pixie_client.generated.client import Client
from pixie_client.generated.models.start_run_body_with_files import StartRunBodyWithFiles
from pixie_client.generated.models.start_run_body_with_files_inputs import StartRunBodyWithFilesInputs
from pixie_client.generated.types import File
from tests.server.asgi import exchange
from tests.server.live_pixie import add_tool, live_pixie

WEIGHER = '''\
import hashlib

from pixie_tool_sdk import Tool, outputs

tool = Tool()


@tool.run
def weigh(times, *, run, data=None, more=None):
    """Say how much there is, and its hash."""
    whole = b"".join(each.read_bytes() for key in ("data", "more") for each in run.uploads(key))
    return {"size": outputs.number(len(whole) * times), "hash": outputs.text(hashlib.sha256(whole).hexdigest())}


tool.serve()
'''


def manifest(transport):
    """A tool that takes a number, a file and several files."""
    return {
        "id": f"weigher-{transport}",
        "name": "Weigher",
        "input_transport": transport,
        "inputs": [
            {"key": "times", "type": "number", "label": "Times", "default": 1},
            {"key": "data", "type": "file", "label": "Data", "required": False, "accept": [".csv"], "max_size_mb": 3},
            {"key": "more", "type": "file", "label": "More", "required": False, "multiple": True},
        ],
        "outputs": [
            {"key": "size", "type": "number", "label": "Size"},
            {"key": "hash", "type": "text", "label": "Hash"},
        ],
    }


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    """A served Pixie with the tool in both transports, and a limit of 4 MiB on forms with files."""
    home = tmp_path_factory.mktemp("uploads")
    for transport in ("json", "multipart"):
        add_tool(home / "tools", manifest(transport), WEIGHER)
    with live_pixie(home, max_upload_bytes=4 * 2**20) as served:
        yield served


URL = "/api/tools/weigher-json/runs"


def send(live, *, url=URL, files=None, **fields):
    """The answer to a form with these parts; each is sent as a part, though there be no file."""
    parts = [(name, (None, text)) for name, text in fields.items()]
    parts += [(name, each) for name, several in (files or {}).items() for each in several]
    return live.post(url, files=parts)


def csv(content=b"a,b\n1,2\n", name="prices.csv"):
    """A file as httpx sends it."""
    return (name, content, "text/csv")


@pytest.mark.parametrize("transport", ["json", "multipart"])
def test_files_and_values_reach_the_tool_and_are_kept(live, transport):
    """`inputs` as JSON and a part for each file, whatever way the tool takes its inputs."""
    url = f"/api/tools/weigher-{transport}/runs"
    files = {"data": [csv()], "more": [("x.bin", b"\0\xff" * 500, "application/octet-stream"), csv(b"z", "z.csv")]}
    answer = send(live, url=url, files=files, inputs='{"times": 2}', wait="20", label="from a form")
    assert answer.status_code == 200, answer.text
    run = answer.json()
    assert run["status"] == "ok", run["error"]
    whole = b"a,b\n1,2\n" + b"\0\xff" * 500 + b"z"
    assert (run["outputs"]["size"]["value"], run["label"]) == (2 * len(whole), "from a form")
    assert run["outputs"]["hash"] == hashlib.sha256(whole).hexdigest()
    assert run["inputs"] == {
        "times": 2,
        "data": {
            "sha256": hashlib.sha256(b"a,b\n1,2\n").hexdigest(),
            "filename": "prices.csv",
            "mime": "text/csv",
            "size": 8,
        },
        "more": [
            {
                "sha256": hashlib.sha256(b"\0\xff" * 500).hexdigest(),
                "filename": "x.bin",
                "mime": "application/octet-stream",
                "size": 1000,
            },
            {"sha256": hashlib.sha256(b"z").hexdigest(), "filename": "z.csv", "mime": "text/csv", "size": 1},
        ],
    }
    with live.pixie.store.open_input(run["inputs"]["data"]["sha256"]) as kept:
        assert kept.read() == b"a,b\n1,2\n"


def test_a_form_and_json_record_the_same_run(live):
    """The same id and the same file, sent both ways, is one run; another file is a conflict."""
    run_id = str(uuid.uuid4())
    first = send(live, files={"data": [csv()]}, run_id=run_id, wait="20")
    assert first.status_code == 200
    url = "data:text/csv;name=prices.csv;base64," + base64.b64encode(b"a,b\n1,2\n").decode()
    again = live.post(URL, json={"inputs": {"data": url}, "run_id": run_id})
    assert (again.status_code, again.json()["id"]) == (200, run_id)
    other = send(live, files={"data": [csv(b"other")]}, run_id=run_id)
    assert (other.status_code, other.json()["code"]) == (409, "run_conflict")


def test_a_run_made_again_has_its_files(live):
    """They are read back from where they are kept."""
    run = send(live, files={"data": [csv()]}, wait="20").json()
    again = live.post(f"/api/runs/{run['id']}/rerun", json={"inputs": {"times": 3}}).json()
    ended = live.pixie.wait(again["id"])
    assert ended.values()["size"]["value"] == 24


def test_one_file_where_several_may_be_is_a_list_of_one(live):
    """As by every other way in."""
    run = send(live, files={"more": [csv()]}, wait="20").json()
    assert [each["filename"] for each in run["inputs"]["more"]] == ["prices.csv"]


def test_inputs_may_be_a_file_and_may_be_left_out(live):
    """As curl sends `-F inputs=@inputs.json`."""
    files = {"inputs": [("inputs.json", b'{"times": 5}', "application/json")], "data": [csv()]}
    assert send(live, files=files, wait="20").json()["outputs"]["size"]["value"] == 40
    assert send(live, files={"data": [csv()]}, wait="20").json()["inputs"]["times"] == 1


def test_a_field_without_a_file_is_none(live):
    """A browser sends such for a field that was left empty."""
    part = b'--x\r\ncontent-disposition: form-data; name="%s"%s\r\n\r\n%s\r\n'
    body = part % (b"data", b'; filename=""', b"") + part % (b"wait", b"", b"20") + b"--x--\r\n"
    answer = live.post(URL, content=body, headers={"Content-Type": "multipart/form-data; boundary=x"})
    assert answer.json()["outputs"]["size"]["value"] == 0


@pytest.mark.parametrize(
    ("parts", "status", "told"),
    [
        ({"inputs": "{"}, 400, "The part 'inputs' isn't JSON"),
        ({"inputs": '{"times": NaN}'}, 400, "The part 'inputs' holds NaN"),
        ({"inputs": "[]"}, 422, "$.inputs"),
        ({"inputs": '{"time": 1}'}, 422, "$.time"),
        ({"times": "2"}, 422, "$.times"),
        ({"wait": "long"}, 422, "$.wait"),
        ({"wait": "301"}, 422, "$.wait"),
        ({"run_id": "x"}, 422, "run_id"),
        ({"files": {"data": [("x.exe", b"MZ", "application/x-msdownload")]}}, 422, "accepted are .csv"),
        ({"files": {"data": [csv(b"x" * 3_100_000)]}}, 422, "at most 3 MB"),
        ({"files": {"data": [csv(), csv()]}}, 422, "$.data"),
        ({"files": {"times": [csv(b"2")]}}, 422, "$.times"),
        ({"files": {"nothing": [csv()]}}, 422, "$.nothing"),
        ({"files": {"wait": [csv(b"2")]}}, 422, "$.wait"),
        ({"files": {"data": [csv()]}, "inputs": '{"data": "data:text/csv,a"}'}, 422, "send it once"),
        ({"files": {"more": [csv(b"x" * 5 * 2**20)]}}, 413, "4194304 bytes"),
        ({"files": {"inputs": [csv(b"{}"), csv(b"{}")]}}, 422, "comes 2 times"),
    ],
)
def test_what_does_not_fit_starts_nothing(live, parts, status, told):
    """The answer names what is wrong."""
    before = len(live.pixie.runs(limit=250).items)
    answer = send(live, **parts)
    assert answer.status_code == status, answer.text
    assert told in answer.text
    assert len(live.pixie.runs(limit=250).items) == before


def test_other_routes_take_no_forms(live):
    """415, as for any body that isn't JSON; and this one no urlencoded form."""
    assert live.post("/api/sweep", files={"apply": (None, "true")}).status_code == 415
    assert live.post(URL, data={"times": "2"}).status_code == 415


def test_a_form_that_breaks_off_is_malformed(live):
    """And nothing of it is run."""
    body = b'--x\r\ncontent-disposition: form-data; name="data"; filename="a.csv"\r\n\r\na,b'
    head = f"POST {URL} HTTP/1.1\r\nhost: 127.0.0.1:{live.port}\r\nconnection: close\r\ncontent-length: {len(body)}\r\n"
    answer = exchange(live.port, f"{head}content-type: multipart/form-data; boundary=x\r\n\r\n".encode() + body)
    assert answer.startswith(b"HTTP/1.1 400")
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["code"] == "malformed"


def test_the_generated_client_sends_a_file(live):
    """Its inputs are JSON, its files parts."""
    body = StartRunBodyWithFiles(inputs=StartRunBodyWithFilesInputs.from_dict({"times": 3}), wait=20)
    body["data"] = File(io.BytesIO(b"a,b\n1,2\n"), "prices.csv", "text/csv")
    run = start_run.sync("weigher-json", client=Client(live.url), body=body)
    assert run.outputs["size"]["value"] == 24


def test_curl_sends_a_file(live, tmp_path):
    """With -F, as anybody would."""
    (tmp_path / "prices.csv").write_bytes(b"a,b\n1,2\n")
    command = ["curl", "-s", f"{live.url}{URL}", "-F", 'inputs={"times": 2}', "-F", "data=@prices.csv", "-F", "wait=20"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert json.loads(done.stdout)["outputs"]["size"]["value"] == 16
