"""What a kept file shows of itself."""

import io

import pytest

from pixie_core.exporters import preview


def seen(filename, mime, content):
    """The preview of a file with that content."""
    return preview(7, filename, mime, lambda number: io.BytesIO(content))


def test_a_csv_file_is_a_table():
    """Its first line is the heading, quotes and all; a column without one is called by its place."""
    found = seen("prices.csv", "text/csv", b'\xef\xbb\xbfname,"a, b",\r\nx,1,y\r\n')
    assert (found.declared.type, found.cut) == ("table", False)
    assert [each["label"] for each in found.value["columns"]] == ["name", "a, b", "Column 3"]
    assert [list(row.values()) for row in found.value["rows"]] == [["x", "1", "y"]]


def test_a_long_table_is_cut_after_a_whole_row():
    """500 rows, 60 columns, and it is said that there is more."""
    rows = b"".join(b"%d,%d\n" % (number, number) for number in range(2000))
    found = seen("long.csv", "text/csv", b"a,b\n" + rows)
    assert found.cut
    assert len(found.value["rows"]) == 500
    wide = seen("wide.tsv", "text/tab-separated-values", b"\t".join(b"c%d" % number for number in range(100)) + b"\n")
    assert wide.cut
    assert len(wide.value["columns"]) == 60


def test_a_text_is_cut_after_a_whole_line():
    """Of its 64 KiB; with one that isn't cut nothing is lost."""
    found = seen("long.log", "text/plain", b"0123456789\n" * 10_000)
    assert found.cut
    assert found.value["value"].endswith("0123456789\n")
    assert len(found.value["value"]) <= 64 * 1024
    assert seen("short.py", "text/x-python", b"x = 1\n").value == {"value": "x = 1\n", "language": "py"}


def test_markdown_is_markdown_and_json_is_code():
    """Each as its type shows it."""
    assert seen("a.md", "text/markdown", b"# A").declared.type == "markdown"
    assert seen("a.json", "application/json", b"{}").declared.type == "code"


@pytest.mark.parametrize(
    ("filename", "mime"),
    [
        ("a.png", "image/png"),
        ("a.wav", "audio/wav"),
        ("a.mp4", "video/mp4"),
        ("a.html", "text/html"),
        ("a.pdf", "application/pdf"),
    ],
)
def test_what_is_shown_by_its_address_is_not_read(filename, mime):
    """Pictures, sounds, films, pages and documents."""

    def never(number):
        raise AssertionError(number)

    found = preview(7, filename, mime, never)
    kind = mime.partition("/")[0]
    assert found.declared.type == (kind if kind in {"image", "audio", "video"} else "file")
    assert "/api/artefacts/7/content" in str(found.value)


@pytest.mark.parametrize("content", [b"a,b\0c\n", b""], ids=["nul", "empty"])
def test_what_only_claims_to_be_a_table_is_none(content):
    """Bytes are a download; nothing is an empty text."""
    found = seen("a.csv", "text/csv", content)
    assert found.declared.type == ("file" if content else "code")


def test_bytes_that_are_no_text_are_shown_by_their_replacement():
    """Nothing is left out unseen."""
    assert seen("a.txt", "text/plain", b"caf\xe9").value["value"] == "caf\ufffd"
