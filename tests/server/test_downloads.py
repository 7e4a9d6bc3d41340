"""Kept files are sent in whole or in one part, unchanged or not at all, and hold neither memory nor a file for long."""

import os
import socket
import threading
import time
from pathlib import Path

import psutil
import pytest

from tests.reliability.kept import keep
from tests.server.live_pixie import add_tools, live_pixie

DEADLINE = 20.0
CONTENT = os.urandom(300_000)
SIZE = len(CONTENT)
LARGE = 96 << 20


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    """A served Pixie of its own: its memory and its files are looked at."""
    home = tmp_path_factory.mktemp("pixie")
    add_tools(home)
    with live_pixie(home) as served:
        yield served


@pytest.fixture(scope="module")
def path(live, tmp_path_factory):
    """The address of a kept file."""
    source = tmp_path_factory.mktemp("files") / "data.bin"
    source.write_bytes(CONTENT)
    return f"/api/artefacts/{keep(live.pixie, {'data.bin': source})[1]['data.bin']}/content"


@pytest.fixture(scope="module")
def large(live, tmp_path_factory):
    """That of a large one."""
    source = tmp_path_factory.mktemp("files") / "large.bin"
    with source.open("wb") as file:
        file.truncate(LARGE)
    return f"/api/artefacts/{keep(live.pixie, {'large.bin': source})[1]['large.bin']}/content"


def until(condition):
    """Wait for it."""
    deadline = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.case("P10.ranges")
@pytest.mark.parametrize(
    ("asked", "begin", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=100-199", 100, 200),
        ("bytes=299999-", 299_999, SIZE),
        ("bytes=-500", SIZE - 500, SIZE),
        ("bytes=-999999", 0, SIZE),
        ("bytes=10-999999", 10, SIZE),
        ("bytes = 5 - 9", 5, 10),
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_one_part_is_sent_as_it_was_asked_for(live, path, method, asked, begin, end):
    """206 with where it lies in the whole, and its own length; HEAD says the same of it."""
    answer = live.client.request(method, path, headers={"Range": asked})
    assert answer.status_code == 206
    assert answer.headers["content-range"] == f"bytes {begin}-{end - 1}/{SIZE}"
    assert answer.headers["content-length"] == str(end - begin)
    assert answer.content == (CONTENT[begin:end] if method == "GET" else b"")


@pytest.mark.case("P10.ranges")
@pytest.mark.parametrize(
    "asked", ["bytes=0-1,5-6", "bytes=9-5", "bytes=-", "bytes=", "lines=1-2", "bytes=x-y", "bytes=0-1, 0-1" * 200]
)
def test_several_parts_and_what_is_no_range_are_answered_with_the_whole(live, path, asked):
    """As RFC 9110, 14.2 allows: nothing is repeated a thousand times over."""
    answer = live.get(path, headers={"Range": asked})
    assert (answer.status_code, answer.content) == (200, CONTENT)
    assert answer.headers["content-length"] == str(SIZE)
    assert answer.headers["accept-ranges"] == "bytes"


@pytest.mark.case("P10.ranges")
@pytest.mark.parametrize("asked", ["bytes=300000-", "bytes=999999-1000000", "bytes=-0"])
def test_a_part_beyond_the_end_is_416(live, path, asked):
    """With the length that it has."""
    answer = live.get(path, headers={"Range": asked})
    assert (answer.status_code, answer.headers["content-range"]) == (416, f"bytes */{SIZE}")
    assert answer.json()["code"] == "range_not_satisfiable"


def test_a_file_that_is_had_already_is_not_sent_again(live, path):
    """304 by its ETag, weak or among others, though a part is asked for."""
    etag = live.client.head(path).headers["etag"]
    for said in (etag, f'"other", W/{etag}', "*"):
        answer = live.get(path, headers={"If-None-Match": said, "Range": "bytes=0-1"})
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", etag)
    assert live.get(path, headers={"If-None-Match": '"other"'}).content == CONTENT


def test_a_part_is_sent_only_of_what_was_begun(live, path):
    """If-Range with another ETag, a weak one or a date: the whole, from the beginning."""
    etag = live.client.head(path).headers["etag"]
    part = {"Range": "bytes=10-19"}
    assert live.get(path, headers={**part, "If-Range": etag}).status_code == 206
    for other in ('"other"', f"W/{etag}", "Wed, 21 Oct 2026 07:28:00 GMT"):
        assert live.get(path, headers={**part, "If-Range": other}).content == CONTENT


def test_a_download_that_broke_is_gone_on_with(live, path):
    """A part and the rest are the whole."""
    with live.client.stream("GET", path) as answer:
        etag = answer.headers["etag"]
        begun = next(answer.iter_bytes(100_000))
    rest = live.get(path, headers={"Range": f"bytes={len(begun)}-", "If-Range": etag})
    assert rest.status_code == 206
    assert begun + rest.content == CONTENT


def _open_blobs():
    found = 0
    for each in Path("/proc/self/fd").iterdir():
        try:
            found += ".blobs" in str(each.readlink()) or "/artefacts/" in str(each.readlink())
        except OSError:
            continue
    return found


@pytest.mark.case("P10.bounded")
def test_slow_readers_hold_no_memory_and_those_who_leave_no_file(live, large):
    """Eight take a little each of a large file and stop: what waits for them is bounded, and let go when they leave."""
    before = psutil.Process().memory_info().rss
    readers = []
    for _ in range(8):
        reader = socket.create_connection(("127.0.0.1", live.port), timeout=DEADLINE)
        reader.sendall(f"GET {large} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        readers.append(reader)
    for reader in readers:
        assert reader.recv(65_536).startswith(b"HTTP/1.1 200")
    until(lambda: _open_blobs() == 8)
    assert live.get("/api/healthz").status_code == 200
    grown = psutil.Process().memory_info().rss - before
    for reader in readers:
        reader.close()
    until(lambda: _open_blobs() == 0)
    assert grown < 8 * 8 * 2**20, f"{grown / 2**20:.0f} MB for eight readers"


def test_many_read_one_file_at_once(live, path):
    """Each gets all of it."""
    got = []

    def read():
        got.append(live.get(path).content == CONTENT)

    threads = [threading.Thread(target=read) for _ in range(16)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(DEADLINE)
    assert got == [True] * 16
