"""The report as PDF, read back by other programs than the one that set it."""

import io

import pytest
from pypdf import PdfReader

from pixie_core.catalogue import OUTPUT_TYPES
from pixie_core.errors import ExportError, MissingExtra
from pixie_core.exporters import report, report_document
from pixie_core.exporters.apart import CannotDo
from tests.core.exporters.runs import RUN_ID, Files, a_manifest, a_run

HOSTILE = '#import "x" #{1+1} $x$ `k` </svg> \x1b[31m עברית عربي 漢字 \ud800'


def document(run, declared=None):
    """The pages."""
    made = report(run, declared, run.values(), Files().open, "pdf")
    content = b"".join(made)
    assert made.size_bytes == len(content)
    return PdfReader(io.BytesIO(content))


def words(reader):
    """What is written on them."""
    return "\n".join(each.extract_text() for each in reader.pages)


def test_every_type_stands_in_the_document():
    """Under its label, each page with its number."""
    declared = a_manifest(*({"key": kind, "type": kind, "label": f"A {kind}"} for kind in OUTPUT_TYPES))
    run = a_run(
        inputs={"rho": 28}, outputs={kind: (kind, cls.example) for kind, cls in OUTPUT_TYPES.items()},
        about={"label": "All of them"},
    )  # fmt: skip
    reader = document(run, declared)
    said = words(reader)
    assert [kind for kind in OUTPUT_TYPES if f"A {kind}" not in said] == []
    assert f"1 / {len(reader.pages)}" in reader.pages[0].extract_text()
    assert "28 1/s" in said
    # Charts are lines: their words can be read out of the page.
    assert "Balance (GBP)" in said
    assert (reader.metadata.title, reader.metadata.author) == ("All of them", "Lorenz attractor")
    assert RUN_ID in reader.metadata.subject


def test_a_long_table_goes_over_pages_with_its_headings_and_to_a_bound_that_is_said():
    """Nobody prints a million rows."""
    value = {
        "columns": [{"key": "n", "label": "Number", "type": "number"}, {"key": "w", "label": "Word"}],
        "rows": [{"n": n, "w": f"word {n}"} for n in range(1000)],
    }
    pages = [each.extract_text() for each in document(a_run(outputs={"t": ("table", value)})).pages]
    assert len(pages) > 3
    assert sum("Number" in each for each in pages) >= len(pages) - 1
    assert "The first 300 of 1,000 rows" in "".join(pages)


def test_what_a_tool_wrote_is_words_and_never_set_as_markup():
    """In every place, in any script."""
    run = a_run(
        inputs={"rho": HOSTILE},
        outputs={
            "x": ("text", HOSTILE),
            "m": ("markdown", HOSTILE),
            "c": ("code", {"value": HOSTILE, "language": HOSTILE}),
            "b": ("chart_bar", {"x": [HOSTILE], "series": [{"name": HOSTILE, "y": [1]}]}),
            "f": ("latex", r"\href{javascript:alert(1)}{x}"),
        },
        about={"label": HOSTILE},
        status="error",
        error=HOSTILE,
    )
    said = words(document(run))
    assert "#{1+1}" in said
    assert said.count("#import") >= 4


@pytest.mark.parametrize("status", [None, "error", "cancelled"])
def test_a_run_without_outputs_is_a_document(status):
    """With how it stands."""
    end = {"error": "boom\nline two", "stderr": "Traceback"} if status == "error" else {}
    said = words(document(a_run(status=status, **end)))
    assert "This run left no outputs." in said
    assert all(each in said for each in ("boom", "Traceback") if end)


def test_a_picture_that_cant_be_read_is_named_and_the_rest_is_set():
    """A broken file doesn't take the document with it."""
    run = a_run(outputs={"i": ("image", "data:image/png;base64,AAAA"), "t": ("text", "still here")})
    said = words(document(run))
    assert "can't be shown" in said.replace("’", "'")
    assert "still here" in said


def test_lines_that_typst_cant_read_are_set_as_dots(monkeypatch):
    """And where that fails as well, the error says what else to take."""
    tried = []

    def refuse(_module, request):
        tried.append(sorted(request["pictures"]))
        raise CannotDo("failed to parse SVG")

    monkeypatch.setattr(report_document, "apart", refuse)
    with pytest.raises(ExportError, match="Take html"):
        document(a_run(outputs={"c": ("chart_bar", OUTPUT_TYPES["chart_bar"].example)}))
    assert tried == [["picture-1.svg"], ["picture-1.png"]]


def test_without_typst_the_extra_is_named(monkeypatch):
    """Before anything is drawn."""
    monkeypatch.setattr(report_document, "find_spec", lambda _: None)
    with pytest.raises(MissingExtra, match=r"pixie-core\[pdf\]"):
        document(a_run())
