"""64-bit sizes in zips from strangers: read where they are expected, and held to the same."""

import io
import struct
import zipfile
from datetime import UTC, datetime

import pytest

from pixie_core.exporters import Archive, Entry
from pixie_core.unzip import BadZip, Limits, content, read_entries

WIDE = Limits(zip64=True)
CONTENTS = {"a.txt": b"some words " * 40, "b/": b"", "b/c.bin": bytes(range(256)), "d.txt": b""}


def exported(contents=CONTENTS, *, sized=False):
    """A zip as exports are: the size of what is made on the way stands behind it, in 64 bits."""
    entries = [
        Entry(name, lambda data=data: [data], len(data) if sized else None, deflated=name.endswith(".txt"))
        for name, data in contents.items()
    ]
    made = Archive(filename="x.zip", made_at=datetime(2026, 1, 1, tzinfo=UTC), entries=entries)
    return bytearray(b"".join(made))


def read(data, limits=WIDE):
    """The contents of a zip by name, each check sum right."""
    file = io.BytesIO(data)
    return {each.name: b"".join(content(file, each, limits)) for each in read_entries(file, limits)}


def test_what_exports_write_is_read():
    """As another reader reads it."""
    assert read(exported()) == CONTENTS
    with zipfile.ZipFile(io.BytesIO(exported())) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == CONTENTS


def test_every_python_writes_the_same(monkeypatch):
    """Before 3.11.4 zipfile said 0 where 64-bit sizes follow, and such a zip reads in two ways."""
    plain, now = zipfile.ZipInfo.FileHeader, exported()

    def before(self, zip64=None):
        header = plain(self, zip64)
        return header[:18] + bytes(8) + header[26:] if zip64 else header

    monkeypatch.setattr(zipfile.ZipInfo, "FileHeader", before)
    assert exported() == now
    assert read(exported()) == CONTENTS


def test_where_nobody_expects_them_they_are_refused():
    """A tool needs none; sizes of 32 bits are fine everywhere."""
    with pytest.raises(BadZip, match="which no tool needs"):
        read(exported(), Limits())
    assert read(exported(sized=True), Limits()) == CONTENTS


def test_no_byte_can_be_changed_so_that_something_else_is_read():
    """Each byte of a small zip, turned over: it is refused, or means the same."""
    whole = exported()
    for place in range(len(whole)):
        changed = bytearray(whole)
        changed[place] ^= 0xFF
        try:
            found = read(changed)
        except BadZip:
            continue
        assert found == CONTENTS, place


def far_end(data):
    """Where the 64-bit end record of a zip with very many entries stands."""
    return data.rindex(b"PK\6\6")


@pytest.fixture(scope="module")
def many():
    """A zip of 65 540 empty files, which 16 bits can't count."""
    return exported({f"{n:05}": b"" for n in range(65_540)}, sized=True)


def test_more_files_than_sixteen_bits_can_count_are_read(many):
    """By another reader too."""
    limits = Limits(zip64=True, entries=100_000)
    assert len(read_entries(io.BytesIO(many), limits)) == 65_540
    with zipfile.ZipFile(io.BytesIO(many)) as archive:
        assert len(archive.namelist()) == 65_540
    with pytest.raises(BadZip, match="at most 10,000 are read"):
        read_entries(io.BytesIO(many), WIDE)


@pytest.mark.parametrize(
    ("offset", "layout", "value"),
    [
        (4, "<Q", 45),
        (16, "<L", 1),
        (20, "<L", 1),
        (24, "<Q", 65_539),
        (32, "<Q", 65_541),
        (40, "<Q", 2**40),
        (48, "<Q", 2**63),
        (56 + 4, "<L", 1),
        (56 + 8, "<Q", 0),
        (56 + 16, "<L", 2),
    ],
)
def test_an_end_record_that_lies_is_refused(many, offset, layout, value):
    """Whatever field of it."""
    changed = bytearray(many)
    struct.pack_into(layout, changed, far_end(many) + offset, value)
    with pytest.raises(BadZip):
        read_entries(io.BytesIO(changed), Limits(zip64=True, entries=100_000))


def with_extra(extra):
    """A zip of one stored file whose line in the directory has this extra field."""
    data = exported({"x": b"12345678"}, sized=True)
    at = data.rindex(b"PK\1\2")
    struct.pack_into("<H", data, at + 30, len(extra))
    data[at + 47 : at + 47] = extra
    end = data.rindex(b"PK\5\6")
    struct.pack_into("<L", data, end + 12, struct.unpack_from("<L", data, end + 12)[0] + len(extra))
    return data


@pytest.mark.parametrize(
    ("extra", "why"),
    [
        (struct.pack("<2HQ", 1, 8, 8), "aren't those that are missing"),
        (struct.pack("<2H", 1, 0), "aren't those that are missing"),
        (struct.pack("<2HL", 1, 200, 0), "can't be read"),
        (struct.pack("<2H", 1, 0) * 2, "can't be read"),
    ],
)
def test_sizes_beside_those_that_count_are_refused(extra, why):
    """One program would take these, another those."""
    with pytest.raises(BadZip, match=why):
        read(with_extra(extra))
