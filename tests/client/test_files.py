"""Files come whole or not at all, and go to Pixie from the disk."""

import asyncio
import hashlib
import json
import os
import stat

import httpx
import pytest

from pixie_client import AsyncPixie, DownloadDamaged, NotFound, Pixie, PixieUnreachable

CONTENT = os.urandom(3 << 20)
SHA256 = hashlib.sha256(CONTENT).hexdigest()
NAMED = {"Content-Disposition": "attachment; filename=\"a.bin\"; filename*=UTF-8''a.bin"}


def serving(content=CONTENT, *, status=200, **headers):
    """A client of somebody who answers everything with this."""

    def answer(request):
        return httpx.Response(status, content=content, headers={**NAMED, **headers})

    return Pixie("http://pixie", transport=httpx.MockTransport(answer))


def test_a_file_gets_its_name_once_it_is_whole_and_right(tmp_path):
    """With its size and hash, and progress on the way; nothing else lies beside it."""
    told = []
    with serving(ETag=f'"{SHA256}"') as pixie:
        saved = pixie.download("/x", tmp_path, on_progress=lambda *facts: told.append(facts))
    assert (saved.path, saved.size_bytes, saved.sha256) == (tmp_path / "a.bin", len(CONTENT), SHA256)
    assert saved.path.read_bytes() == CONTENT
    assert told == [(n << 20, len(CONTENT)) for n in (1, 2, 3)]
    assert list(tmp_path.iterdir()) == [saved.path]
    mask = os.umask(0)
    os.umask(mask)
    assert stat.S_IMODE(saved.path.stat().st_mode) == 0o666 & ~mask


def test_without_await_and_with_it_come_the_same_bytes(tmp_path):
    """AsyncPixie saves as Pixie does."""

    async def work():
        transport = httpx.MockTransport(lambda _: httpx.Response(200, content=CONTENT, headers=NAMED))
        async with AsyncPixie("http://pixie", transport=transport) as pixie:
            return await pixie.artefact(7, tmp_path / "named.bin")

    assert asyncio.run(work()).sha256 == SHA256
    assert (tmp_path / "named.bin").read_bytes() == CONTENT


def test_a_file_of_another_hash_is_not_kept(tmp_path):
    """Though it came whole."""
    with serving(CONTENT[:-1] + b"x", ETag=f'"{SHA256}"') as pixie, pytest.raises(DownloadDamaged):
        pixie.download("/x", tmp_path / "a.bin")
    assert list(tmp_path.iterdir()) == []


def test_an_etag_that_is_no_hash_is_held_against_nothing(tmp_path):
    """Other answers than kept files may have one."""
    with serving(ETag='W/"abc"') as pixie:
        assert pixie.download("/x", tmp_path).sha256 == SHA256


class Cut(httpx.SyncByteStream):
    """A body that breaks off."""

    def __iter__(self):
        yield CONTENT[:100_000]
        raise httpx.ReadError("reset")


def test_a_file_that_breaks_off_leaves_nothing(tmp_path):
    """And what was there before stays, even with force."""
    (tmp_path / "a.bin").write_text("before")
    transport = httpx.MockTransport(lambda _: httpx.Response(200, stream=Cut()))
    with Pixie("http://pixie", transport=transport) as pixie, pytest.raises(PixieUnreachable):
        pixie.download("/x", tmp_path / "a.bin", force=True)
    assert [(each.name, each.read_text()) for each in tmp_path.iterdir()] == [("a.bin", "before")]


def test_an_error_of_whoever_watches_the_progress_leaves_nothing(tmp_path):
    """Ctrl+C is one."""

    def impatient(so_far, size):
        raise KeyboardInterrupt

    with serving() as pixie, pytest.raises(KeyboardInterrupt):
        pixie.download("/x", tmp_path, on_progress=impatient)
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_overwritten_only_by_force(tmp_path):
    """Before anything is written, and also when one comes to lie there meanwhile."""
    target = tmp_path / "a.bin"

    def rival(so_far, size):
        target.write_text("mine")

    with serving() as pixie:
        with pytest.raises(FileExistsError):
            pixie.download("/x", target, on_progress=rival)
        with pytest.raises(FileExistsError):
            pixie.download("/x", tmp_path)
        assert target.read_text() == "mine"
        pixie.download("/x", target, force=True)
    assert target.read_bytes() == CONTENT
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ('attachment; filename="../../etc/passwd"', "passwd"),
        ("attachment; filename=\"x\"; filename*=UTF-8''b%C3%A4r.txt", "bär.txt"),
        ('attachment; filename="..\\\\..\\\\x.txt"', "x.txt"),
        ('attachment; filename=".."', "download"),
        ("", "download"),
    ],
)
def test_the_name_is_never_a_path(tmp_path, header, name):
    """Whatever the other side says."""
    transport = httpx.MockTransport(
        lambda _: httpx.Response(200, content=b"x", headers={"Content-Disposition": header} if header else {})
    )
    with Pixie("http://pixie", transport=transport) as pixie:
        assert pixie.download("/x", tmp_path).path == tmp_path / name


def test_a_problem_is_raised_and_leaves_nothing(tmp_path):
    """As everywhere."""
    body = json.dumps({"code": "artefact_not_found", "title": "No such artefact", "detail": "There is none."}).encode()
    with serving(body, status=404) as pixie, pytest.raises(NotFound, match="There is none") as caught:
        pixie.artefact(7, tmp_path)
    assert caught.value.code == "artefact_not_found"
    assert list(tmp_path.iterdir()) == []
