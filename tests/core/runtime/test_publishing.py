"""Of what a tool leaves in its folder only what is its own becomes an artefact, under a name that harms nobody."""

import os
import socket
import unicodedata
import uuid

import pytest

from pixie_core.config import Settings
from pixie_core.errors import QuotaExceeded
from pixie_core.runtime.publishing import Publisher
from pixie_core.store import Store
from tests.core.store.conftest import Story


@pytest.fixture
def store(tmp_path):
    """An open store."""
    with Store(Settings(home=tmp_path / "data")) as opened:
        yield opened


@pytest.fixture
def publisher(store, tmp_path):
    """The publisher of a run, with its folder."""
    run_id = Story(store).begin(str(uuid.uuid4()), tool_id="leaver")
    made = Publisher(Settings(home=tmp_path / "data"), store, run_id, "leaver")
    made.open_incoming()
    return made


def taken(store, publisher):
    """The names of the files that became artefacts, with their bytes, and what was said of the others."""
    drafts, refused = publisher.collect()
    run_id = publisher.incoming.name
    store.append(run_id, drafts)
    publisher.told()
    return {each.filename: store.open_artefact(each.id).read() for each in store.run(run_id).artefacts}, refused


@pytest.mark.case("P3.kinds", "T13.claims")
def test_what_leads_elsewhere_or_isnt_a_file_is_named_and_left(store, publisher, tmp_path, monkeypatch):
    """Links, also dangling ones, second names, pipes and sockets: nothing is followed, or waited for."""
    folder = publisher.incoming
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "key").write_text("secret")
    (folder / "to-file").symlink_to(tmp_path / "secrets" / "key")
    (folder / "to-folder").symlink_to(tmp_path / "secrets")
    (folder / "to-nothing").symlink_to(tmp_path / "nothing")
    (folder / "second-name").hardlink_to(tmp_path / "secrets" / "key")
    os.mkfifo(folder / "pipe")
    monkeypatch.chdir(folder)  # the address of a socket may have a hundred letters
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket")
    (folder / "below").mkdir()
    (folder / "below" / "to-above").symlink_to("..")
    (folder / "below" / "own.txt").write_text("own")
    files, refused = taken(store, publisher)
    assert files == {"below-own.txt": b"own"}
    assert refused == [
        "below/to-above wasn't taken: it is a symbolic link.",
        "pipe wasn't taken: it is a device, a socket or a pipe.",
        "second-name wasn't taken: it is a hard link to a file that has another name.",
        "socket wasn't taken: it is a device, a socket or a pipe.",
        "to-file wasn't taken: it is a symbolic link.",
        "to-folder wasn't taken: it is a symbolic link.",
        "to-nothing wasn't taken: it is a symbolic link.",
    ]


@pytest.mark.case("P3.kinds")
def test_a_file_of_holes_counts_by_what_it_says_it_is(publisher):
    """A terabyte that takes no room would take one as soon as it is copied."""
    with (publisher.incoming / "holes").open("wb") as file:
        file.truncate(1 << 40)
    assert "more than 10,737,418,240 bytes" in publisher.crossed()
    with pytest.raises(QuotaExceeded):
        publisher.collect()


HOSTILE = [
    "A.txt",
    "a.txt",
    unicodedata.normalize("NFC", "é.txt"),
    unicodedata.normalize("NFD", "é.txt"),
    "evil\u202egnp.exe",
    "zero\u200bwidth",
    "-rf",
    ".hidden",
    "trailing. ",
    "CON",
    "nul.txt",
    "new\nline",
    'quo"te',
    "<img src=x onerror=alert(1)>",
    "n" * 255,
    "back\\slash",
]


@pytest.mark.case("P5.names")
def test_every_file_is_kept_under_a_safe_name_of_its_own(store, publisher):
    """Twins don't take each other's place; what can be read in a name, by a shell or a page, is harmless."""
    for number, name in enumerate(HOSTILE):
        (publisher.incoming / name).write_bytes(str(number).encode())
    files, refused = taken(store, publisher)
    assert refused == []
    assert sorted(files.values()) == sorted(str(number).encode() for number in range(len(HOSTILE)))
    folded = {unicodedata.normalize("NFC", name).casefold() for name in files}
    assert len(folded) == len(HOSTILE)
    for name in files:
        assert not name.startswith((".", "-")), name
        assert not name.endswith((".", " ")), name
        assert not set(name) & set('/\\\n"<>:|?*\u202e\u200b'), name
        assert len(name.encode()) <= 200
        assert name.partition(".")[0].upper() not in {"CON", "NUL"}
    assert {"A.txt", "a (2).txt"} <= set(files) or {"a.txt", "A (2).txt"} <= set(files)
