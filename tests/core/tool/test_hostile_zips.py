"""Zips from strangers: whatever can be read in two ways, or reaches out of its folder, is refused before it is
unpacked."""

import io
import struct
import time
import zipfile

import pytest

from pixie_core.config import Settings
from pixie_core.errors import RequestInvalid
from pixie_core.tool.unpacking import inspect_open, inspect_zip
from pixie_core.unzip import LIMITS, Limits
from tests.core.tool.zips import end, files, put, raw_entry, raw_zip, zipped


@pytest.fixture
def zip_path(tmp_path):
    """Where the zip is."""
    return tmp_path / "stranger.zip"


def refused(path, why, *, limits=LIMITS):
    """It is refused within two seconds, for this reason, and nothing appears beside it."""
    before = sorted(path.parent.iterdir())
    begun = time.monotonic()
    with pytest.raises(RequestInvalid, match=why) as caught:
        inspect_zip(path, limits=limits)
    assert time.monotonic() - begun < 2
    assert sorted(path.parent.iterdir()) == before
    return caught.value


def whole(*more, **told):
    """The raw zip of the small tool and further entries."""
    return raw_zip([*(raw_entry(name, text.encode()) for name, text in files().items()), *more], **told)


def test_the_raw_zip_of_these_tests_is_fine_by_itself(zip_path):
    """Else everything below would be refused for the wrong reason."""
    zip_path.write_bytes(whole(raw_entry("docs/a.md", b"text")))
    assert [each.name for each in inspect_zip(zip_path).files][-1] == "docs/a.md"


@pytest.mark.case("I1.names")
@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("../x", "climbs out"),
        ("a/../../x", "climbs out"),
        ("/abs", "absolute path"),
        ("C:\\x", "backslash"),
        ("C:x", "absolute path"),
        ("a\\..\\b", "backslash"),
        ("nul\0byte", "NUL character"),
        ("n" * 300, "safe on every system"),
        ("a/" * 25 + "x", "too deep"),
        ("a//b", "empty part"),
        ("./b", "empty part"),
        ("CON", "safe on every system"),
        ("a/nul.txt", "safe on every system"),
        ("trailing.", "safe on every system"),
        ("trailing ", "safe on every system"),
        ("-rf", "safe on every system"),
        ("line\nbreak", "safe on every system"),
        ("es\x1bc", "safe on every system"),
        ("right\u202eleft", "safe on every system"),
        ("zero\u200bwidth", "safe on every system"),
        ("e\u0301.txt", "safe on every system"),
        ("a:stream", "absolute path"),
        ("ab:stream", "safe on every system"),
        (".env", "must not come with a tool"),
        (".ENV", "must not come with a tool"),
        (".env.withheld", "must not come with a tool"),
        (".git/hooks/pre-commit", "must not come with a tool"),
        (".GIT/config", "must not come with a tool"),
        (".venv/bin/python", "must not come with a tool"),
        ("data/state.db", "must not come with a tool"),
        ("__pycache__/main.cpython-311.pyc", "must not come with a tool"),
        ("main.pyc", "must not come with a tool"),
    ],
    ids=lambda each: ascii(each)[:30],
)
def test_a_name_that_is_not_safe_everywhere_is_refused_by_name(zip_path, name, why):
    """The message names the entry, without what isn't visible."""
    zip_path.write_bytes(whole(raw_entry(name, b"x", flags=0 if name.isascii() else 0x800)))
    assert str(refused(zip_path, why)).isprintable()


@pytest.mark.case("I1.names")
@pytest.mark.parametrize(
    ("names", "why"),
    [
        (["a.txt", "a.txt"], "is there twice"),
        (["a.txt", "A.TXT"], "is the same as 'a.txt'"),
        (["straße", "STRASSE"], "is the same as"),
        (["a", "a/b"], "a file and a folder at once"),
        (["A", "a/b"], "a file and a folder at once"),
        (["a/b", "A/c"], "many systems take for 'a'"),
        (["tool.json"], "is there twice"),
    ],
    ids=str,
)
def test_two_names_that_some_system_takes_for_one_are_refused(zip_path, names, why):
    """One would overwrite the other."""
    zip_path.write_bytes(whole(*(raw_entry(name, b"x", flags=0 if name.isascii() else 0x800) for name in names)))
    refused(zip_path, why)


@pytest.mark.case("I2.kinds")
@pytest.mark.parametrize(
    ("mode", "why"),
    [
        (0o120777, "symbolic link"),
        (0o020644, "a device"),
        (0o060644, "a device"),
        (0o010644, "a device, a pipe or a socket"),
        (0o140644, "a device, a pipe or a socket"),
        (0o104755, "setuid"),
        (0o102755, "setuid, setgid"),
        (0o101777, "sticky"),
        (0o100000, "nobody may read"),
        (0o040755, "a file by its name and a folder by its mode"),
    ],
    ids=str,
)
def test_only_plain_files_and_folders_are_imported(zip_path, mode, why):
    """What `unzip` would really make is refused."""
    zipped(zip_path, [*files().items(), ("link", "/etc/passwd")], mode=("link", mode))
    assert "link" in str(refused(zip_path, why))


@pytest.mark.case("I2.kinds")
@pytest.mark.parametrize("identity", [0x000D, 0x756E])
def test_hard_links_of_unix_zips_are_refused(zip_path, identity):
    """They stand in an extra field."""
    zip_path.write_bytes(whole(raw_entry("hard", b"x", extra=struct.pack("<2H", identity, 4) + b"main")))
    refused(zip_path, "Unix links")


@pytest.mark.case("I3.bombs")
def test_a_bomb_is_refused_by_what_it_says(zip_path):
    """50 MB of zeros from 50 kB."""
    zip_path.write_bytes(whole(raw_entry("zeros", b"\0" * 50_000_000)))
    refused(zip_path, "grows by more than 100 times")


@pytest.mark.case("I3.bombs")
def test_a_bomb_that_lies_about_its_size_is_cut_where_its_word_ends(zip_path):
    """It says 10 bytes and holds 50 million: no more than a piece of it is made."""
    zip_path.write_bytes(whole(raw_entry("zeros", b"\0" * 50_000_000, size=10)))
    refused(zip_path, "holds more than the 10 bytes")


def test_less_than_said_is_refused(zip_path):
    """A wrong size, a wrong check sum, a broken stream, a stream that goes on, one that breaks off."""
    content = b"some text, some text, some text"
    cases = {
        "holds 31 bytes and says 40": raw_entry("a", content, size=40),
        "check sum": raw_entry("a", content, crc=1),
        "can't be inflated": raw_entry("a", content, packed=b"\xff" * 20),
        "hidden bytes behind": raw_entry("a", content, packed=raw_entry("b", content)[0][31:] + b"more"),
        "breaks off": raw_entry("a", content, packed=raw_entry("b", content)[0][31:-3]),
        "its two sizes differ": raw_entry("a", content, method=0, size=5),
    }
    for why, entry in cases.items():
        zip_path.write_bytes(whole(entry))
        refused(zip_path, why)


@pytest.mark.case("I3.bombs")
def test_overlapping_entries_are_refused(zip_path):
    """Many directory records that point at one kernel, as in Fifield's bomb."""
    local, record = raw_entry("kernel", b"\0" * 100_000)
    one = raw_entry("kernel", b"\0" * 100_000)
    directory = b"".join(raw_entry(f"kernel{number}", b"\0" * 100_000)[1](0) for number in range(100))
    zip_path.write_bytes(local + directory + end(100, len(directory), len(local)))
    refused(zip_path, "calls itself 'kernel'")
    directory = one[1](0) * 100
    zip_path.write_bytes(local + directory + end(100, len(directory), len(local)))
    refused(zip_path, "lies within another entry")
    assert record(0) == one[1](0)


def test_an_entry_within_another_is_refused(zip_path):
    """A zip inside of a stored entry, whose entries the directory points at."""
    inner, record = raw_entry("inner", b"hidden", method=0)
    outer = raw_entry("outer", inner, method=0)
    directory = outer[1](0) + record(len(outer[0]) - len(inner))
    zip_path.write_bytes(outer[0] + directory + end(2, len(directory), len(outer[0])))
    refused(zip_path, "lies within another entry")


@pytest.mark.parametrize(
    ("limits", "why"),
    [
        (Limits(entries=2), "has 3 entries; at most 2"),
        (Limits(zip_bytes=100), "at most 100 are read"),
        (Limits(entry_bytes=50), "at most 50 are unpacked"),
        (Limits(total_bytes=200), "at most 200 are unpacked"),
    ],
)
def test_each_limit_holds_and_says_so(zip_path, limits, why):
    """By what the zip says, before anything is inflated."""
    zip_path.write_bytes(whole())
    refused(zip_path, why, limits=limits)


@pytest.mark.case("I3.bombs")
def test_a_million_entries_are_refused_by_their_number(zip_path):
    """Before the directory is read; where 16 bits don't hold the number it is a zip64."""
    zip_path.write_bytes(raw_zip([raw_entry("a")], count=60_000))
    refused(zip_path, "60,000 entries")
    zip_path.write_bytes(raw_zip([raw_entry("a")], count=0xFFFF))
    refused(zip_path, "zip64")


def test_names_made_to_be_slow_are_refused_at_once_and_few_are_said(zip_path):
    """Thousands of names, each of thousands of folders."""
    zip_path.write_bytes(whole(*(raw_entry("a/" * 30_000 + str(number), b"x") for number in range(200))))
    assert len(refused(zip_path, "too deep").problems) == 21


@pytest.mark.parametrize("nested", [1, 2])
def test_a_zip_in_the_zip_is_a_file_like_any_other(zip_path, nested):
    """It isn't looked into, so that nesting gains nothing."""
    inner = whole()
    for _ in range(nested):
        inner = raw_zip([raw_entry("a.zip", inner)])
    zip_path.write_bytes(whole(raw_entry("a.zip", inner, method=0)))
    assert inspect_zip(zip_path).files[-1].size == len(inner)


@pytest.mark.case("I4.broken")
def test_what_programs_read_differently_is_refused(zip_path):
    """Each of these has an entry, or a name, that one program sees and another doesn't."""
    plain = whole()
    entry = raw_entry("a", b"x")
    folder = raw_entry("folder/", b"x")
    cases = [
        (b"junk" + plain, "something before its first entry"),
        (whole(before=b"junk"), "something before its first entry"),
        (plain + plain, "something before its first entry"),
        (plain + b"junk", "its end is missing"),
        (plain[:-3], "its end is missing"),
        (plain[: len(plain) // 2], "its end is missing"),
        (whole(comment=end(0, 0, 0)), "more than one end record|something before its first entry"),
        (whole(comment=b"PK is here"), "more than one end record"),
        (whole(count=2), "holds more than the entries"),
        (whole(count=9), "doesn't hold the entries"),
        (whole(raw_entry("a", b"x", local_name=b"b")), "another name in the directory"),
        (whole(raw_entry("a", b"x", flags=1)), "encrypted"),
        (whole(raw_entry("a", b"x", flags=0x2000)), "encrypted"),
        (whole(raw_entry("a", b"x", method=14, packed=b"x")), "method 14"),
        (whole(raw_entry("a", b"x", flags=0x20)), "is compressed by"),
        (whole(raw_entry("ü", b"x")), "isn't marked as UTF-8"),
        (whole(raw_entry(b"\xff", b"x", flags=0x800)), "isn't marked as UTF-8"),
        (whole(raw_entry("a", b"x", size=0xFFFFFFFF)), "zip64"),
        (whole(raw_entry("a", b"x", extra=struct.pack("<2HQ", 1, 8, 5))), "zip64"),
        (whole(raw_entry("a", b"x", extra=struct.pack("<2HBL", 0x7075, 6, 1, 0) + b"b")), "second name"),
        (whole((folder[0], lambda at: folder[1](at, 0o040755 << 16))), "named like a folder and has content"),
        (raw_zip([entry], offset=1), "something before its first entry, or behind"),
        (whole(raw_entry("gap", b"x"), (b"hidden" + entry[0], lambda at: entry[1](at + 6))), "hidden bytes before it"),
        (whole(raw_entry("a", b"x", flags=8)) , "followed by a size or check sum|reaches into|hidden bytes"),
        (b"", "isn't a zip"),
        (b"%PDF-1.7\n%binary", "isn't a zip"),
        (end(0, 0, 0), "is empty"),
    ]  # fmt: skip
    for content, why in cases:
        zip_path.write_bytes(content)
        refused(zip_path, why)


def test_sizes_behind_the_content_are_read_and_held_against_the_directory(zip_path):
    """What a program writes that can't seek back."""

    class Pipe(io.RawIOBase):
        """A file that can only be written on."""

        def __init__(self):
            self.content = b""

        def writable(self):
            return True

        def write(self, content):
            self.content += bytes(content)
            return len(content)

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files().items():
            archive.writestr(name, text)
    zip_path.write_bytes(pipe.content)
    assert inspect_zip(zip_path).id == "weather"
    at = pipe.content.index(b"PK\7\b")
    zip_path.write_bytes(pipe.content[: at + 5] + b"\0" + pipe.content[at + 6 :])
    refused(zip_path, "followed by a size or check sum")


@pytest.mark.case("I4.broken")
def test_every_cut_and_every_flipped_byte_is_refused_or_still_the_same_tool(tmp_path):
    """No byte can be changed so that reading fails in any other way than by a refusal."""
    content = whole(raw_entry("docs/a.md", b"text, text, text"))
    path = put(tmp_path, {"a.zip": content}) / "a.zip"
    right = inspect_zip(path)
    outcomes = set()
    for changed in [content[:at] for at in range(len(content))] + [
        content[:at] + bytes([content[at] ^ 0xFF]) + content[at + 1 :] for at in range(len(content))
    ]:
        try:
            found = inspect_open(io.BytesIO(changed), path)
        except RequestInvalid:
            outcomes.add("refused")
        else:
            outcomes.add("read")
            assert found.source_hash == right.source_hash
    assert outcomes == {"refused", "read"}


def test_the_limits_that_are_set_are_those_that_count(zip_path, tmp_path):
    """Also when it is unpacked later, by whoever has the proposal."""
    assert Limits.of(Settings(home=tmp_path)) == LIMITS
    limits = Limits.of(Settings(home=tmp_path, max_zip_entries=2, max_zip_depth=3))
    assert (limits.entries, limits.depth) == (2, 3)
    zip_path.write_bytes(whole())
    refused(zip_path, "has 3 entries; at most 2", limits=limits)
    assert inspect_zip(zip_path, limits=Limits.of(Settings(home=tmp_path, max_zip_entries=3))).limits.entries == 3
