"""A run's report over HTTP, and by the command that saves it."""

import io
import json
import zipfile

import pytest
from click.testing import CliRunner

from pixie_core.errors import MissingExtra
from pixie_core.exporters import REPORT_FORMATS
from pixie_server.cli import reports
from pixie_server.cli.root import pixie


@pytest.fixture(scope="module")
def added(live):
    """A run with a number and a table."""
    return live.run("adder", a=3, b=4)


def report(live, run, **query):
    """The answer of the route."""
    return live.get(f"/api/runs/{run['id']}/report", params=query)


def test_the_report_is_a_zip_with_words_page_and_data(live, added):
    """And no raw JSON, which is in the run's own zip."""
    answer = report(live, added)
    assert answer.headers["Content-Type"] == "application/zip"
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="adder-')
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        assert sorted(archive.namelist()) == ["assets/steps.csv", "report.html", "report.md"]
        assert archive.read("assets/steps.csv").decode().split() == ["N", "3", "4", "7"]
        assert "7 km" in archive.read("report.md").decode()


@pytest.mark.parametrize(
    ("format", "mime", "begins"),
    [
        ("md", "text/markdown; charset=utf-8", b"# Adder"),
        ("html", "text/html; charset=utf-8", b"<!doctype html>"),
        ("pdf", "application/pdf", b"%PDF-"),
    ],
)
def test_a_format_is_answered_as_just_that_file(live, added, format, mime, begins):
    """By the beginning of the run's id too; as a download with a name."""
    answer = live.get(f"/api/runs/{added['id'][:8]}/report", params={"format": format})
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == mime
    assert f'-report.{format}"' in answer.headers["Content-Disposition"]
    assert answer.content.startswith(begins)


@pytest.mark.parametrize(
    ("query", "status", "says"),
    [({"format": "docx"}, 422, "html"), ({"fromat": "md"}, 422, "did you mean format?")],
)
def test_what_there_is_not_is_refused_with_what_there_is(live, added, query, status, says):
    """Nothing is substituted silently."""
    answer = report(live, added, **query)
    assert answer.status_code == status
    assert says in answer.text


def test_a_run_that_there_is_not_has_no_report(live):
    """404 with the code of its error."""
    answer = live.get("/api/runs/00000000-0000-4000-8000-000000000000/report")
    assert (answer.status_code, answer.json()["code"]) == (404, "run_not_found")


def test_a_pdf_without_its_library_is_501_and_names_the_extra(live, added, monkeypatch):
    """Before the first byte."""

    def missing(_):
        raise MissingExtra("pdf", "pdf")

    monkeypatch.setattr("pixie_core.exporters.reporting.document_report", missing)
    answer = report(live, added, format="pdf")
    assert (answer.status_code, answer.json()["code"]) == (501, "missing_extra")
    assert "pixie-core[pdf]" in answer.json()["detail"]


def test_a_failed_run_has_a_report_that_says_why(live):
    """With the tool's own message."""
    failed = live.run("adder", a=1, b=2, fail=True, note="<b>boom</b>")
    assert "told to fail: <b>boom</b>" in report(live, failed, format="md").text.replace("\\", "")
    page = report(live, failed, format="html").text
    assert "told to fail: &lt;b&gt;boom&lt;/b&gt;" in page
    assert "Failed" in page


def command(live, *arguments):
    """The command against the served Pixie."""
    return CliRunner(env={"PIXIE_URL": live.url}).invoke(pixie, ["export-run-as-report", *arguments])


@pytest.mark.parametrize("format", REPORT_FORMATS)
def test_the_command_saves_each_format_and_says_where(live, added, tmp_path, format):
    """The path and the size, as words and as JSON; nothing else is left there."""
    said = command(live, "adder:last", "--format", format, "--to", str(tmp_path))
    assert said.exit_code == 0, said.output
    (saved,) = tmp_path.iterdir()
    assert said.stdout == f"{saved}\n{saved.stat().st_size:,} bytes\n"
    assert saved.name.endswith(f"-report.{format}")
    told = command(live, added["id"], "--format", format, "--to", str(saved), "--force", "--json")
    assert json.loads(told.stdout) == {
        "run_id": added["id"], "path": str(saved), "size_bytes": saved.stat().st_size, "format": format
    }  # fmt: skip


def test_the_command_overwrites_by_force_alone(live, added, tmp_path):
    """What was there is whole."""
    target = tmp_path / "mine.md"
    target.write_text("precious")
    refused = command(live, added["id"], "--format", "md", "--to", str(target))
    assert (refused.exit_code, target.read_text()) == (1, "precious")
    assert "--force" in refused.stderr


def test_the_command_knows_the_formats_that_there_are():
    """It names them without importing the library for its help."""
    assert reports._FORMATS == REPORT_FORMATS
