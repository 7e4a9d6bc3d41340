"""Which output becomes what, and what is refused."""

import importlib
import io
import pkgutil
import sys

import pytest
from attrs import evolve, fields

import pixie_core.exporters
from pixie_core.catalogue import OUTPUT_TYPES, OutputDeclaration
from pixie_core.errors import MissingExtra, RequestInvalid, UnsupportedFormat
from pixie_core.exporters import FORMATS, Exportable, Format, export, format_names, formats_of, option_help
from pixie_core.exporters.formats import format_ids, formats_of_unread, knows_format
from pixie_core.testing.catalogue import output_examples
from tests.core.exporters.making import FROM, a_table, made, no_artefact

EXAMPLES = {each.type: each for each in output_examples()}
TABLE = {
    "text": "txt md html pdf docx",
    "stream_text": "txt md html pdf docx",
    "markdown": "md html txt pdf docx",
    "number": "txt json csv",
    "boolean": "txt json csv",
    "progress": "txt json csv",
    "latex": "tex png svg pdf",
    "code": "source txt html",
    "table": "csv csv-excel tsv xlsx parquet json ndjson md html",
    "kv": "json csv xlsx yaml md",
    "log": "txt ndjson csv",
    "diff": "patch html json",
    "tree": "json yaml txt md",
    "timeline": "json csv ics png svg pdf html",
    "gantt": "csv json xlsx ics png svg pdf html",
    **{name: "png svg pdf html json csv xlsx parquet" for name in OUTPUT_TYPES if name.startswith("chart_")},
    "map_points": "geojson kml gpx csv html png",
    "map_route": "geojson kml gpx csv html png",
    "map_heatmap": "geojson kml csv html png",
    "map_choropleth": "geojson kml csv html png",
    "map_polygons": "geojson kml csv html png",
    "image": "original png jpg webp pdf",
    "image_grid": "zip pdf",
    "image_compare": "png zip",
    "audio": "original mp3 wav flac ogg",
    "video": "original mp4 webm gif",
    "file": "original",
}


def test_the_table_has_every_type():
    """And every pair in it has a writer, every writer a pair."""
    assert set(TABLE) == set(OUTPUT_TYPES)
    assert {each for name in TABLE for each in format_ids(name)} == set(FORMATS)


@pytest.mark.parametrize("type_name", TABLE)
def test_a_type_becomes_what_the_table_says_the_default_first(type_name):
    """The order is that of the offer."""
    assert format_names(type_name) == tuple(TABLE[type_name].split())


@pytest.mark.parametrize("example", EXAMPLES.values(), ids=str)
def test_the_formats_of_a_large_value_are_told_without_reading_it(example):
    """But where they depend on it."""
    unread = formats_of_unread(example.declared)
    assert unread is None or unread == formats_of(example.declared, example.raw)
    if example.type in {"table", "text", "chart_line", "log"}:
        assert unread is not None
    if example.type in {"code", "timeline", "gantt"}:
        assert unread is None


@pytest.mark.parametrize("type_name", OUTPUT_TYPES)
def test_every_type_has_formats(type_name):
    """A new one has those that follow from its views."""
    assert format_names(type_name)


def test_every_format_that_a_module_declares_is_there_under_an_id_of_its_own():
    """None is forgotten, and none takes the place of another unseen."""
    declared = []
    for each in pkgutil.iter_modules(pixie_core.exporters.__path__):
        if each.name in {"formats", "workbook_process"}:
            continue  # where they are joined, and a program
        for name, value in vars(importlib.import_module(f"pixie_core.exporters.{each.name}")).items():
            if isinstance(value, tuple) and value and all(isinstance(one, Format) for one in value):
                assert name.isupper()
                declared += [one.id for one in value]
    assert sorted(declared) == sorted(FORMATS)


@pytest.mark.parametrize("format", FORMATS.values(), ids=lambda each: each.id)
def test_every_format_says_what_it_is(format):
    """Its ending, its media type, and what it is good for; each option has help and a default."""
    assert format.ending.startswith(".") or format.adapt is not None
    assert "/" in format.mime or format.adapt is not None
    assert format.help
    assert (format.extra is None) or format.modules
    assert all(each.help for each in option_help(format))
    assert format.options() is not None
    assert all(each.kw_only for each in fields(format.options))


def test_a_declaration_may_choose_the_default_and_leave_some_out():
    """The default comes first, the others in their order."""
    declared = OutputDeclaration(
        key="t",
        type="table",
        label="T",
        default_export_format="xlsx",
        supported_export_formats=["csv", "json", "xlsx"],
    )
    value = a_table({"a": "number"}, (1,))
    assert [each.name for each in formats_of(declared, value)] == ["xlsx", "csv", "json"]
    with pytest.raises(UnsupportedFormat, match="It can become xlsx, csv, json") as refused:
        export(declared, value, "parquet", open_artefact=no_artefact, provenance=FROM)
    assert refused.value.formats == ("xlsx", "csv", "json")


@pytest.mark.parametrize(("language", "ending"), [("python", "py"), ("C++", "cpp"), ("TypeScript", "ts")])
def test_code_becomes_a_file_of_its_language(language, ending):
    """By the ending, or as `source`."""
    declared = OutputDeclaration(key="c", type="code", label="C", language=language)
    value = {"value": "x = 1\n"}
    assert formats_of(declared, value)[0].name == ending
    for name in (ending, "source", None):
        sent = export(declared, value, name, open_artefact=no_artefact, provenance=FROM)
        assert sent.filename == f"adder-c-5f0c8c7e.{ending}"
        assert b"".join(sent) == b"x = 1\n"
    assert knows_format("code", ending)


def test_code_of_a_language_that_nobody_knows_is_text():
    """Nothing is made up."""
    declared = OutputDeclaration(key="c", type="code", label="C", language="klingon")
    assert [each.name for each in formats_of(declared, {"value": "x"})] == ["txt", "html"]


def test_a_value_that_is_not_whole_is_left_as_json():
    """An older run, or a stream that broke off."""
    declared = OutputDeclaration(key="t", type="table", label="T")
    assert [each.name for each in formats_of(declared, {"rows": 3})] == ["json"]
    assert made("table", {"rows": 3}, "json") == b'{"rows":3}\n'
    assert made("a_type_of_tomorrow", [1, None], "json") == b"[1,null]\n"


def test_a_missing_library_is_named_with_its_extra(monkeypatch):
    """Whether or not it is installed here."""
    import pixie_core.exporters.formats as registry

    lacking = evolve(FORMATS["text.pdf"], modules=("no_such_module",))
    monkeypatch.setattr(registry, "FORMATS", {**FORMATS, "text.pdf": lacking})
    with pytest.raises(MissingExtra, match=r"pixie-core\[pdf\]") as missing:
        made("text", "words", "pdf")
    assert (missing.value.format, missing.value.extra) == ("pdf", "pdf")


@pytest.mark.parametrize(
    ("options", "says"),
    [({"headings": "names"}, "headings"), ({"width": "3"}, "width"), ({"headings": 3}, "headings")],
)
def test_options_are_checked(options, says):
    """Each that is wrong is named."""
    with pytest.raises(RequestInvalid, match=says):
        made("table", a_table({"a": "number"}), "csv", options=options)


def test_an_export_that_is_broken_off_leaves_no_file(tmp_path):
    """What `on_progress` raises ends it."""
    declared = OutputDeclaration(key="t", type="table", label="T")
    value = a_table({"a": "number"}, *((n,) for n in range(30_000)))
    for name in ("csv", "xlsx", "parquet", "json", "html"):
        seen = []

        def stop(done, total, seen=seen):
            seen.append((done, total))
            raise KeyboardInterrupt

        target = tmp_path / name
        with pytest.raises(KeyboardInterrupt):
            Exportable(declared, value, FROM, no_artefact).save(name, target, on_progress=stop)
        assert seen[0][1] == 30_000
        assert list(tmp_path.iterdir()) == []


def test_progress_is_told_to_the_last_row(tmp_path):
    """In rows, of all that there are."""
    declared = OutputDeclaration(key="t", type="table", label="T")
    value = a_table({"a": "number"}, *((n,) for n in range(30_000)))
    for name in ("csv", "xlsx", "parquet"):
        seen = []
        Exportable(declared, value, FROM, no_artefact).save(
            name, tmp_path / name, on_progress=lambda *now, seen=seen: seen.append(now)
        )
        assert seen[-1] == (30_000, 30_000)
        assert sorted(seen) == seen


def test_an_export_is_saved_into_a_folder_under_its_own_name(tmp_path):
    """Tool, key and run, and the ending of its format."""
    declared = OutputDeclaration(key="steps", type="table", label="Steps")
    saved = Exportable(declared, a_table({"a": "number"}, (1,)), FROM, no_artefact).save("csv-excel", tmp_path)
    assert saved == tmp_path / "adder-steps-5f0c8c7e.csv"
    assert saved.read_bytes() == b'\xef\xbb\xbf"a"\r\n"1"\r\n'


def test_what_is_nested_too_deeply_is_said(monkeypatch):
    """And is no crash."""
    from pixie_core.errors import ExportError

    node = {"label": "leaf"}
    for _ in range(sys.getrecursionlimit()):
        node = {"label": "n", "children": [node]}
    with pytest.raises(ExportError, match="nested too deeply"):
        made("tree", {"root": node}, "yaml")
    assert made("tree", {"root": node}, "txt").count(b"\n") == sys.getrecursionlimit() + 1


def test_a_sink_needs_nothing_but_write():
    """A socket, a pipe, a hash."""

    class Sink:
        def __init__(self):
            self.bytes = io.BytesIO()

        def write(self, piece):
            return self.bytes.write(piece)

    from pixie_core.exporters import prepare

    slow = {"figure", "features", "media", "compare", "latex"}
    quick = [(each, one) for each in EXAMPLES.values() for one in formats_of(each.declared, each.raw)]
    for example, one in quick:
        if one.reads in slow:
            continue
        sink = Sink()
        whole = b"".join(export(example.declared, example.raw, one.name, open_artefact=no_artefact, provenance=FROM))
        prepare(example.declared, example.raw, one.name, open_artefact=no_artefact, provenance=FROM).write(sink)
        assert sink.bytes.getvalue() == whole
