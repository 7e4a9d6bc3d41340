"""Files in and out: artefacts, /files, uploads as data URLs and as parts of a form."""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pixie_tool_sdk.http1 import BadRequest
from pixie_tool_sdk.multipart import read_form
from tests.sdk.processes import manifest, until

WRITER = manifest({"path": "text"}, {"name": {"type": "text", "default": "plot.txt"}}, provides_file_endpoint=True)
WRITER_PROGRAM = """
@tool.run
def write(name, *, run):
    path = run.artefact(name)
    path.write_text("plotted, ünïcode")
    return {"path": str(path)}
"""
READER = manifest(
    {"seen": "text"},
    {
        "photo": {"type": "file", "required": False, "default": None},
        "many": {"type": "image", "multiple": True, "required": False, "default": None},
        "word": {"type": "text", "default": "w"},
    },
    input_transport="multipart",
)
READER_PROGRAM = """
import json

@tool.run
def read(photo, many, word, *, run):
    seen = [
        [each.filename, each.mime_type, each.size, each.read_bytes()[:20].decode("latin-1"), str(each.path)]
        for key in ("photo", "many")
        for each in run.uploads(key)
    ]
    return {"seen": json.dumps([word, seen])}
"""


@pytest.fixture
def writer(start):
    return start(WRITER, WRITER_PROGRAM)


@pytest.fixture
def reader(start):
    return start(READER, READER_PROGRAM)


def form(*parts: tuple[str, str, bytes], boundary: str = "b0undary") -> tuple[bytes, dict[str, str]]:
    """A multipart body from (name, rest of its head, content), and the header that goes with it."""
    blocks = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"{head}\r\n\r\n'.encode() + content + b"\r\n"
        for name, head, content in parts
    ]
    return b"".join(blocks) + f"--{boundary}--\r\n".encode(), {
        "Content-Type": f"multipart/form-data; boundary={boundary}"
    }


@pytest.mark.parametrize("by", ["_pixie", "header"])
def test_an_artefact_lies_in_the_folder_of_the_run(writer, tmp_path, by):
    """Run.artefact(name) is a path in the directory that the request names, in its body or its header."""
    folder = tmp_path / "incoming"
    folder.mkdir()
    if by == "_pixie":
        answer = writer.run({}, "r", _pixie={"artefacts_dir": str(folder)})
    else:
        answer = writer.ask("POST", "/run", {"run_id": "r"}, {"X-Pixie-Artefacts-Dir": str(folder)})
    assert answer.json == {"path": str(folder / "plot.txt")}
    assert writer.ask("GET", "/files/r/plot.txt").body.decode() == "plotted, ünïcode"


def test_a_run_by_hand_gets_a_folder_of_its_own(writer):
    """Without a directory from the caller the files go to a new temporary folder that is told on stderr."""
    path = Path(writer.run(run_id="r").json["path"])
    assert writer.ask("GET", "/files/r/plot.txt").status == 200
    assert str(path.parent) in writer.stderr()
    path.unlink()
    path.parent.rmdir()


@pytest.mark.parametrize("name", ["..%2Fsecret", "..", "%2e%2e", "link", "folder", "pipe", "x%00", "", "other"])
def test_files_gives_nothing_but_the_files_of_the_run(writer, tmp_path, name):
    """A name that leads out of the folder, a link, a folder or a pipe is 404, at once."""
    folder = tmp_path / "incoming"
    (folder / "folder").mkdir(parents=True)
    (tmp_path / "secret").write_text("secret")
    (folder / "link").symlink_to(tmp_path / "secret")
    os.mkfifo(folder / "pipe")
    writer.run({}, "r", _pixie={"artefacts_dir": str(folder)})
    answer = writer.ask("GET", f"/files/r/{name}")
    assert answer.status == 404
    assert b"secret" not in answer.body.replace(b"..%2Fsecret", b"").replace(b"../secret", b"")


def test_a_data_url_becomes_a_file(reader):
    """A file input that comes as a data URL is there as a file, and goes away when the run ends."""
    url = "data:image/png;base64," + base64.b64encode(b"\x89PNG!").decode()
    word, [[name, kind, size, start, path]] = _seen(reader.run({"photo": url}))
    assert (word, name, kind, size, start) == ("w", "photo-0.png", "image/png", 5, "\x89PNG!")
    until(lambda: not Path(path).exists(), "the file to go away")


def test_several_data_urls_become_several_files(reader):
    """An input with `multiple` gives its files in order."""
    urls = [f"data:image/png;base64,{base64.b64encode(text).decode()}" for text in (b"one", b"two")]
    assert [each[3] for each in _seen(reader.run({"many": urls}))[1]] == ["one", "two"]


@pytest.mark.parametrize("value", ["/etc/passwd", "data:text/plain,hello", "data:text/plain;base64,!!!", 7])
def test_what_is_no_file_is_refused_by_name(reader, value):
    """A file input that isn't a data URL in base64 gets 422 with the input's key."""
    answer = reader.run({"photo": value})
    assert (answer.status, answer.detail.startswith("photo: ")) == (422, True)


def test_a_form_carries_inputs_and_files(reader):
    """With input_transport multipart the files come as parts, under their names and never under a path."""
    content = bytes(range(256)) * 5000
    body, headers = form(
        ("run_id", "", b"r"),
        ("inputs", "", b'{"word": "\xc3\xbc"}'),
        ("photo", '; filename="C:\\\\dir\\\\../über.bin"\r\nContent-Type: x/y', content),
        ("many", '; filename="a.png"\r\nContent-Type: image/png', b"one\r\n--b0undar"),
        ("many", "; filename*=UTF-8''%C3%A9.png\r\nContent-Type: image/png", b""),
    )
    answer = reader.ask("POST", "/run", body, headers)
    assert answer.headers["X-Pixie-Run-Id"] == "r"
    word, seen = _seen(answer)
    assert word == "ü"
    assert [each[:3] for each in seen] == [
        ["über.bin", "x/y", 1_280_000],
        ["a.png", "image/png", 14],
        ["é.png", "image/png", 0],
    ]
    assert not any(Path(each[4]).exists() for each in seen)


@pytest.mark.parametrize(
    ("parts", "status", "said"),
    [
        ([("nobody", '; filename="x"', b"x")], 422, "nobody"),
        ([("word", '; filename="x"', b"x")], 422, "word"),
        ([("photo", '; filename="x"', b"x"), ("photo", '; filename="y"', b"y")], 422, "expected one file"),
        ([("inputs", "", b"{")], 400, "inputs"),
        ([("inputs", "", b"[]")], 422, "inputs"),
        ([("inputs", "", b'{"nobody": 1}')], 422, "nobody"),
        ([("", "", b"x")], 400, "no name"),
        ([("run_id", "", b"x"), *[("word", "", b'"x"')] * 501], 413, "parts"),
    ],
)
def test_a_wrong_form_is_refused(reader, parts, status, said):
    """A part that no file input asks for, or that can't be read, is told by its name."""
    body, headers = form(*parts)
    answer = reader.ask("POST", "/run", body, headers)
    assert (answer.status, said in answer.detail) == (status, True), answer.detail


@pytest.mark.parametrize("cut", [0, 10, 60, 100, 130])
def test_a_form_that_ends_too_soon_is_refused(reader, cut):
    """A form without its last boundary gets 400, wherever it was cut, and leaves no file."""
    body, headers = form(("inputs", "", b"{}"), ("photo", '; filename="x"', b"content of the file"))
    assert reader.ask("POST", "/run", body[:cut], headers).status == 400
    assert reader.ask("GET", "/healthz").status == 200


class Blocks:
    """A body that comes in blocks of given sizes."""

    def __init__(self, content: bytes, sizes: list[int]) -> None:
        self.content, self.sizes = content, sizes

    def read(self, most: int = 0) -> bytes:
        size = self.sizes.pop(0) if self.sizes else len(self.content)
        block, self.content = self.content[:size], self.content[size:]
        return block


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    contents=st.lists(
        st.binary(max_size=200) | st.sampled_from([b"\r\n--b0undary", b"\r\n--b0undarx", b"--\r\n", b"\r\n"]),
        max_size=4,
    ),
    sizes=st.lists(st.integers(1, 40), max_size=60),
)
def test_a_form_reads_the_same_in_any_blocks(tmp_path_factory, contents, sizes):
    """However the network cuts a form, its parts come out byte for byte."""
    contents = [content for content in contents if b"\r\n--b0undary" not in b"\r\n" + content]
    body, headers = form(*[("f", f'; filename="{n}"', content) for n, content in enumerate(contents)])
    folder = tmp_path_factory.mktemp("form")
    if not contents:
        body = b"--b0undary--"
    read = read_form(headers["Content-Type"], Blocks(body, sizes), folder)
    assert [each.read_bytes() for each in read.files.get("f", [])] == contents


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader_of_forms(tmp_path_factory, raw):
    """Whatever comes as a form is read, or refused with a status; nothing else is raised."""
    try:
        read_form("multipart/form-data; boundary=b", Blocks(raw, []), tmp_path_factory.mktemp("form"))
        status = 200
    except BadRequest as error:
        status = error.status
    assert status in {200, 400, 413}


def _seen(answer):
    assert answer.status == 200, answer.detail
    return json.loads(answer.json["seen"])
