"""Each pair of the table, a type and a format: opened by an independent reader that finds the value, and made again by
another process to the same bytes.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import os
import re
import subprocess
import sys
import unicodedata
import xml.etree.ElementTree as ET
import zipfile
from html.parser import HTMLParser

import av
import docx
import duckdb
import icalendar
import numpy as np
import openpyxl
import pypdf
import pytest
import yaml
from markdown_it import MarkdownIt
from PIL import Image

from pixie_core.catalogue.figures import PALETTE
from pixie_core.exporters import FORMATS, export, formats_of
from pixie_core.exporters.formats import read_value
from pixie_core.testing.catalogue import output_examples
from tests.core.exporters.making import FROM, no_artefact

PAIRS = [(each, one) for each in output_examples() for one in formats_of(each.declared, each.raw)]
SVG = "{http://www.w3.org/2000/svg}"
KML = "{http://www.opengis.net/kml/2.2}"
GPX = "{http://www.topografix.com/GPX/1/1}"


def made(example, wanted):
    """The bytes of an example in a format."""
    return b"".join(export(example.declared, example.raw, wanted.name, open_artefact=no_artefact, provenance=FROM))


def name_of(pair):
    """How a pair is called: the example and the format."""
    example, wanted = pair
    return f"{example}-{wanted.name}"


# What a value holds, as its views have it.


def view(example, name):
    """A view of the typed value."""
    return getattr(read_value(example.declared, example.raw), f"to_{name}")(example.declared)


def table(example):
    """Headings and rows."""
    rows = view(example, "rows")
    return [column.label for column in rows.columns], [list(row) for row in rows]


def plain(cell):
    """A cell as any reader may give it: a number, or text."""
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, int | float):
        return float(cell)
    if cell is None:
        return ""
    try:
        return float(cell)
    except (TypeError, ValueError):
        return re.sub(r"[ T]00:00:00$", "", str(cell).replace("T", " ").removesuffix("Z").removesuffix("+00:00"))


def plainly(rows):
    return [[plain(cell) for cell in row] for row in rows]


def letters(text):
    """The words of a text, without marks and spaces that a reader may add or leave out."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text))


def media(example):
    """The bytes of the files in a value."""
    return [base64.b64decode(each.source.partition(",")[2]) for each in view(example, "media")]


class Words(HTMLParser):
    """What a page says within its main part, its cells, and what is marked as come and gone."""

    def __init__(self, content):
        super().__init__()
        self.said, self.cells, self.marked, self._open = "", [], [], []
        self._titled = b"<title>" in content  # then its first heading is the output's label
        self.feed(content.decode())

    def handle_starttag(self, tag, attrs):
        if tag not in {"meta", "img", "br", "hr", "link"}:
            self._open.append(tag)
        if tag in {"td", "th"}:
            self.cells.append("")
        self.marked += [tag] if tag in {"ins", "del"} else []

    def handle_endtag(self, tag):
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data):
        if "main" in self._open and not (self._titled and "h1" in self._open):
            self.said += data
        if self.cells and self._open and self._open[-1] in {"td", "th"}:
            self.cells[-1] += data


# One reader for each format: it finds in the bytes what the value holds.


def same_text(content, example):
    assert content.decode() == view(example, "text")


def same_line(content, example):
    assert content.decode() == view(example, "text").rstrip("\n") + "\n"


def same_value(content, example):
    assert json.loads(content) == example.raw


def same_yaml(content, example):
    assert yaml.safe_load(content) == example.raw


def markdown_words(content, example):
    assert letters(Words(b"<main>" + MarkdownIt().render(content.decode()).encode()).said) == letters(
        view(example, "text")
    )


def page_words(content, example):
    source = view(example, "text")
    if example.type == "markdown":
        source = Words(b"<main>" + MarkdownIt().enable("table").render(source).encode()).said
    assert letters(Words(content).said) == letters(source)


def document_words(content, example):
    pages = pypdf.PdfReader(io.BytesIO(content), strict=True).pages
    holds_words("".join(page.extract_text() for page in pages), example)


def word_processor_words(content, example):
    document = docx.Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    holds_words("\n".join([*(each.text for each in document.paragraphs), *cells]), example)


def holds_words(text, example):
    source = view(example, "text")
    if example.type == "markdown":
        source = Words(b"<main>" + MarkdownIt().enable("table").render(source).encode()).said
    found = letters(text)
    assert all(letters(word) in found for word in source.split())


def patches(content, example, tmp_path):
    (tmp_path / "text").write_text(example.raw["before"])
    subprocess.run(["patch", "--silent", "text"], input=content, cwd=tmp_path, check=True)
    assert (tmp_path / "text").read_text() == example.raw["after"]


def marked_difference(content, example):
    patch = view(example, "text").splitlines()[2:]
    assert Words(content).marked.count("ins") == sum(line.startswith("+") for line in patch)
    assert Words(content).marked.count("del") == sum(line.startswith("-") for line in patch)


def tex(content, example):
    begin, _, rest = content.decode().partition("\\[\n")
    assert begin.startswith("%")
    assert "\\documentclass" in begin
    assert rest.partition("\n\\]")[0] == view(example, "text")


def formula_letters(text):
    """Those that a formula shows, whatever its commands."""
    return set(letters(text))


def formula_page(content, example):
    (page,) = pypdf.PdfReader(io.BytesIO(content), strict=True).pages
    assert formula_letters(page.extract_text()) == formula_letters(re.sub(r"\\\w+", "", view(example, "text")))


def formula_outlines(content, _):
    root = ET.fromstring(content)
    glyphs = {each.get("{http://www.w3.org/1999/xlink}href") or each.get("href") for each in root.iter(f"{SVG}use")}
    assert len(glyphs) >= 6  # x = − b 2 a and more
    assert root.find(f"{SVG}title").text == "Formula" or root.find(f"{SVG}title").text


def formula_dots(content, example):
    picture = Image.open(io.BytesIO(content))
    assert picture.text["pixie:run"] == FROM.run_id
    outlines = ET.fromstring(made(example, FORMATS["latex.svg"]))
    wide, tall = (float(outlines.get(side).removesuffix("pt")) for side in ("width", "height"))
    assert picture.width / picture.height == pytest.approx(wide / tall, rel=0.03)
    assert np.asarray(picture.convert("L")).min() < 60


def cells(delimiter=",", encoding="utf-8"):
    def reads(content, example):
        head, *rows = csv.reader(io.StringIO(content.decode(encoding), newline=""), delimiter=delimiter)
        headings, expected = table(example)
        assert head == headings
        unprefixed = [[cell.removeprefix("'") for cell in row] for row in rows] if encoding == "utf-8-sig" else rows
        assert plainly(unprefixed) == plainly(expected)

    return reads


def workbook(content, example):
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    headings, expected = table(example)
    head, *rows = sheet.iter_rows(values_only=True)
    assert list(head) == headings
    assert plainly(rows) == plainly(expected)


def columns(content, example, tmp_path):
    file = tmp_path / "t.parquet"
    file.write_bytes(content)
    duckdb.sql("set timezone = 'UTC'")
    read = duckdb.sql(f"select * from '{file}'")
    headings, expected = table(example)
    assert len(read.columns) == len(headings)
    assert plainly(read.fetchall()) == plainly(expected)


def objects(content, example):
    check_objects(json.loads(content), example)


def object_lines(content, example):
    check_objects([json.loads(line) for line in content.splitlines()], example)


def check_objects(read, example):
    assert [list(each.values()) for each in read] == [list(row) for row in table(example)[1]]


def markdown_table(content, example):
    check_cells(Words(b"<main>" + MarkdownIt().enable("table").render(content.decode()).encode()), example)


def page_table(content, example):
    check_cells(Words(content), example)


def check_cells(page, example):
    headings, expected = table(example)
    across = len(headings)
    read = [page.cells[at : at + across] for at in range(0, len(page.cells), across)]
    assert read[0] == headings
    assert plainly(read[1:]) == plainly(expected)


def nested_list(content, example):
    def labels(node):
        yield node["label"]
        for child in node.get("children") or ():
            yield from labels(child)

    html = MarkdownIt().render(content.decode())
    assert html.count("<li>") == len(list(labels(example.raw["root"])))
    assert all(label in html for label in labels(example.raw["root"]))


def calendar(content, example):
    events = icalendar.Calendar.from_ical(content).walk("VEVENT")
    said = example.raw.get("events") or example.raw["tasks"]
    assert [str(each["SUMMARY"]) for each in events] == [each.get("label") or each["name"] for each in said]
    begins = [each.get("t") or each["start"] for each in said]
    assert [each["DTSTART"].dt.isoformat()[:10] for each in events] == [each[:10] for each in begins]


def drawn_dots(content, _):
    drawn = np.unique(pixels(content).reshape(-1, 3), axis=0)
    wanted = [[int(each[at : at + 2], 16) for at in (1, 3, 5)] for each in (*PALETTE, "#0072b2", "#fee838")]
    # Points shine through a little.
    assert min(np.abs(drawn - colour).max(axis=1).min() for colour in np.array(wanted)) < 50


def drawn_lines(content, example):
    words = " ".join(ET.fromstring(content).itertext())
    assert example.declared.label in words
    assert all(each in words for each in named(example))


def drawn_page(content, example):
    (page,) = pypdf.PdfReader(io.BytesIO(content), strict=True).pages
    text = letters(page.extract_text())
    assert letters(example.declared.label) in text
    assert all(letters(each) in text for each in named(example))


def named(example):
    """The names that a picture must show."""
    figure = view(example, "figure")
    shown = [trace["name"] for trace in figure.data if trace.get("name") and trace.get("showlegend", True)]
    titles = [figure.layout.get(side, {}).get("title", {}).get("text") for side in ("xaxis", "yaxis")]
    return [*(shown if figure.layout["showlegend"] else []), *filter(None, titles)]


def figure_data(content, example):
    assert json.loads(content)["data"] == json.loads(json.dumps(view(example, "figure").data))


def island(content):
    """What a page of one file draws."""
    found = re.search(rb'<script type="application/json" id="data">(.*?)</script>', content, re.DOTALL)
    return json.loads(found[1])


def drawing_page(content, example):
    assert island(content)["figure"] == json.loads(json.dumps(view(example, "figure").data))
    assert b"http" not in re.sub(rb"<script>.*?</script>", b"", content, flags=re.DOTALL).partition(b"<body>")[2]


def places(geometry):
    """Every position of a geometry, longitude first."""
    left = [geometry.get("coordinates") or [each["coordinates"] for each in geometry.get("geometries", ())]]
    while left:
        at = left.pop()
        if isinstance(at[0], int | float):
            yield (round(at[0], 6), round(at[1], 6))
        else:
            left += at


def expected_places(example):
    return {place for each in view(example, "features")["features"] for place in places(each["geometry"])}


def geojson(content, example):
    read = json.loads(content)
    assert read["type"] == "FeatureCollection"
    assert {place for each in read["features"] for place in places(each["geometry"])} == expected_places(example)
    said = [each["properties"] for each in view(example, "features")["features"]]
    assert [each["properties"] for each in read["features"]] == said


def kml(content, example):
    found = {
        tuple(round(float(number), 6) for number in at.split(","))
        for each in ET.fromstring(content).iter(f"{KML}coordinates")
        for at in each.text.split()
    }
    assert found == expected_places(example)
    assert len(list(ET.fromstring(content).iter(f"{KML}Placemark"))) == len(view(example, "features")["features"])


def gpx(content, example):
    found = {
        (round(float(each.get("lon")), 6), round(float(each.get("lat")), 6))
        for each in ET.fromstring(content).iter()
        if each.tag in {f"{GPX}wpt", f"{GPX}rtept"}
    }
    assert found == expected_places(example)


def map_page(content, example):
    marks = island(content)["marks"]
    assert [each["geometry"] for each in marks] == [each["geometry"] for each in view(example, "features")["features"]]


def map_dots(content, _):
    picture = Image.open(io.BytesIO(content))
    assert picture.size == (1800, 1200)
    assert len(picture.convert("RGB").getcolors(2**24)) > 20


def as_it_is(content, example):
    files = media(example)
    assert content == files[0]


def pixels(content):
    return np.asarray(Image.open(io.BytesIO(content)).convert("RGB"), dtype=float)


def same_pixels(content, example):
    assert np.array_equal(pixels(content), pixels(media(example)[0]))


def like_pixels(content, example):
    assert np.abs(pixels(content) - pixels(media(example)[0])).mean() < 12


def picture_pages(content, example):
    assert len(pypdf.PdfReader(io.BytesIO(content), strict=True).pages) == len(media(example))


def zipped(content, example):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        assert [archive.read(name) for name in archive.namelist()] == media(example)


def side_by_side(content, example):
    first, second = map(pixels, media(example))
    assert pixels(content).shape[1] >= first.shape[1] + second.shape[1]


def seconds(content, kind):
    with av.open(io.BytesIO(content)) as opened:
        frames = list(opened.decode(**{kind: 0}))
        if kind == "video":
            return len(frames)
        return sum(frame.samples / frame.sample_rate for frame in frames)


def same_sound(content, example):
    assert seconds(content, "audio") == pytest.approx(seconds(media(example)[0], "audio"), abs=0.08)


def same_film(content, example):
    assert seconds(content, "video") == seconds(media(example)[0], "video")


def moving_pictures(content, example):
    with Image.open(io.BytesIO(content)) as picture:
        frames, lasts = picture.n_frames, 0
        for number in range(frames):
            picture.seek(number)
            lasts += picture.info["duration"]
    with av.open(io.BytesIO(media(example)[0])) as film:
        assert lasts / 1000 == pytest.approx(float(film.duration) / 1_000_000, abs=0.25)
    assert frames > 1


READERS = {
    "text.txt": same_text,
    "text.md": markdown_words,
    "text.html": page_words,
    "text.pdf": document_words,
    "text.docx": word_processor_words,
    "text.patch": patches,
    "markdown.md": same_text,
    "markdown.html": page_words,
    "markdown.pdf": document_words,
    "markdown.docx": word_processor_words,
    "code.source": same_text,
    "code.html": page_words,
    "latex.tex": tex,
    "latex.png": formula_dots,
    "latex.svg": formula_outlines,
    "latex.pdf": formula_page,
    "diff.html": marked_difference,
    "tree.md": nested_list,
    "line.txt": same_line,
    "rows.csv": cells(),
    "rows.csv-excel": cells(encoding="utf-8-sig"),
    "rows.tsv": cells("\t"),
    "rows.xlsx": workbook,
    "rows.parquet": columns,
    "rows.json": objects,
    "rows.ndjson": object_lines,
    "rows.md": markdown_table,
    "rows.html": page_table,
    "value.json": same_value,
    "value.yaml": same_yaml,
    "calendar.ics": calendar,
    "figure.png": drawn_dots,
    "figure.svg": drawn_lines,
    "figure.pdf": drawn_page,
    "figure.html": drawing_page,
    "figure.json": figure_data,
    "features.geojson": geojson,
    "features.kml": kml,
    "features.gpx": gpx,
    "features.html": map_page,
    "features.png": map_dots,
    "media.original": as_it_is,
    "media.png": same_pixels,
    "media.jpg": like_pixels,
    "media.webp": like_pixels,
    "media.pdf": picture_pages,
    "media.zip": zipped,
    "compare.png": side_by_side,
    "media.mp3": same_sound,
    "media.wav": same_sound,
    "media.flac": same_sound,
    "media.ogg": same_sound,
    "media.mp4": same_film,
    "media.webm": same_film,
    "media.gif": moving_pictures,
}


def test_every_format_has_a_reader():
    """A new one needs one too."""
    assert set(READERS) == set(FORMATS)


def digest(content):
    return hashlib.sha256(content).hexdigest()


def digests():
    """The SHA-256 of each pair, by its name."""
    return {name_of(pair): digest(made(*pair)) for pair in PAIRS}


@pytest.fixture(scope="module", autouse=True)
def another_process():
    """One that makes the same pairs meanwhile, with other hash seeds and in another time zone."""
    script = f"import json; from {__name__} import digests; print(json.dumps(digests()))"
    environment = {**os.environ, "PYTHONHASHSEED": "4711", "TZ": "Asia/Kathmandu"}
    command = [sys.executable, "-c", script]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


@pytest.fixture(scope="module")
def here():
    """What this process made: the SHA-256 of each pair, by its name."""
    return {}


@pytest.mark.parametrize("pair", PAIRS, ids=name_of)
def test_a_pair_holds_the_value(pair, here, tmp_path):
    """A reader that isn't ours finds in it what the tool said."""
    example, wanted = pair
    content = made(example, wanted)
    # Source has the name of its language's ending.
    reader = READERS[wanted.id if wanted.id in FORMATS else "code.source"]
    more = (tmp_path,) if reader in {patches, columns} else ()
    reader(content, example, *more)
    here[name_of(pair)] = digest(content)


@pytest.mark.timeout(600)
def test_another_process_makes_the_same_bytes_of_every_pair(another_process, here):
    """Nothing in them hangs on the clock, on chance, on the time zone or on the order of sets."""
    there = json.loads(another_process.communicate()[0])
    mine = {name_of(pair): here.get(name_of(pair)) or digest(made(*pair)) for pair in PAIRS}
    assert {name for name in mine if mine[name] != there[name]} == set()
