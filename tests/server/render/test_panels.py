"""The panel tells how a run stands, and what to do when it didn't end well."""

import pytest

from pixie_core import errors
from pixie_core.exporters import REPORT_FORMATS
from pixie_core.run.events import Artefact, Log, Progress, Queued
from pixie_server import render
from pixie_server.render.failures import failure
from tests.server.render.reading import elements, only
from tests.server.render.samples import NOW, RUN_ID, finished, manifest, run

CODES = sorted({each.code for each in errors.ToolError.__subclasses__()})


def panel(one, **more):
    return render.panel(manifest(), one, now=NOW, **more)


def test_a_live_panel_says_where_to_go_on():
    """The number of the last event in it, and the address of those that follow."""
    html = panel(run(Progress(value=0.4, message="Year 4"), Log(text="x")))
    section = only(html, id="panel")
    assert section["data-seq"] == "3"
    assert section["data-events"] == f"/api/runs/{RUN_ID}/events"
    assert section["data-fragment"] == f"/tool/sample/runs/{RUN_ID}/panel"
    assert "data-live" in section
    assert only(html, "progress")["value"] == "0.4"
    assert only(html, data_part="message").text == "Year 4"


def test_a_live_run_can_be_cancelled_without_scripts():
    """A form, posted to the tool's own address."""
    assert only(panel(run()), "form")["action"] == f"/tool/sample/cancel?run_id={RUN_ID}"


@pytest.mark.parametrize(("position", "said"), [(1, "Next in line"), (3, "Waiting, number 3 in line")])
def test_a_waiting_run_says_its_place(position, said):
    """Until it begins."""
    from pixie_core.run import Record, Run, apply

    waiting = apply(
        Run(id=RUN_ID, tool_id="sample", created_at="2026-11-22T14:27:00Z"),
        Record.write(1, "2026-11-22T14:27:00Z", Queued(position=position)),
    )
    assert only(panel(waiting), data_part="state").text == said


def test_a_finished_panel_says_when_and_how_long():
    """And has nothing left that follows events."""
    html = panel(run(end=finished()))
    assert "data-live" not in only(html, id="panel")
    assert only(html, "time").text == "3 min ago"
    assert only(html, "time")["title"] == "Sunday 22 November 2026, 14:27:00"
    assert "in 1.2 s" in str(html)


def test_a_finished_run_can_be_exported_without_scripts():
    """A link to its zip."""
    assert f"/api/runs/{RUN_ID}/export" in [each["href"] for each in elements(panel(run(end=finished())), "a")]


def test_a_finished_run_has_its_report_in_every_format_without_scripts():
    """One link each, behind a button that the browser itself opens."""
    html = panel(run(end=finished()))
    opened = {each["popovertarget"] for each in elements(html, "button") if "popovertarget" in each}
    assert {"report-formats", *opened} <= {each["id"] for each in elements(html)}
    assert "report-formats" in opened
    hrefs = [each["href"] for each in elements(html, "a")]
    for name in REPORT_FORMATS:
        assert f"/api/runs/{RUN_ID}/report?format={name}" in hrefs


def test_each_output_can_be_downloaded_as_what_its_type_and_its_declaration_allow():
    """The default first, the key safe in its address; what is missing is named with what installs it."""
    table = {"columns": [{"key": "n", "label": "N"}], "rows": [{"n": 1}]}
    outputs = [
        {"key": "a/b ?", "type": "table", "label": "A", "supported_export_formats": ["md", "csv"]},
        {"key": "own", "type": "table", "label": "B", "default_export_format": "xlsx"},
        {"key": "hidden", "type": "table", "label": "C"},
        {"key": "never", "type": "table", "label": "D", "downloadable": False},
    ]
    values = {"a/b ?": table, "own": table, "hidden": {**table, "downloadable": False}, "never": table}
    one = run(values=values, types=dict.fromkeys(values, "table"), end=finished())
    hrefs = [each["href"] for each in elements(render.panel(manifest(outputs=outputs), one, now=NOW), "a")]
    at = f"/api/runs/{RUN_ID}/outputs"
    made = [each.removeprefix(at) for each in hrefs if each.startswith(at)]
    assert made[:2] == ["/a%2Fb%20%3F/export?format=csv", "/a%2Fb%20%3F/export?format=md"]
    assert made[2] == "/own/export?format=xlsx"
    assert {each.split("/")[1] for each in made} == {"a%2Fb%20%3F", "own"}


def test_a_format_whose_library_is_missing_is_no_link_and_names_what_installs_it(monkeypatch):
    """In place of a link that would end in an error."""
    monkeypatch.setattr("pixie_core.exporters.format.find_spec", lambda name: None if name == "typst" else name)
    html = panel(run(values={"answer": "x"}, end=finished()))
    assert not [each for each in elements(html, "a") if each["href"].endswith("outputs/answer/export?format=pdf")]
    assert "uv pip install 'pixie-core[pdf]'" in only(html, id="formats-0").text


def test_a_run_that_goes_on_has_nothing_to_download_yet():
    """Neither of its outputs nor as a report."""
    assert elements(panel(run(values={"answer": "so far"})), popover="") == []


@pytest.mark.parametrize("code", CODES)
def test_every_way_in_which_a_tool_fails_has_its_words(code):
    """A sentence of its own and what to do next; the general one is for tools' own codes."""
    general = failure(run(end=finished("error")))
    said = failure(run(end=finished("error", error_code=code)))
    assert said.title != general.title
    assert said.advice


def test_a_failed_run_shows_the_tools_own_message_and_keeps_its_trace_in_a_fold():
    """And a report that can be copied."""
    one = run(end=finished("error", error="Rate must be below 100.", error_code="tool_refused", stderr="Traceback: x"))
    html = panel(one)
    assert "Rate must be below 100." in only(html, class_="detail").text
    assert "Traceback: x" in only(html, "details").text
    report = only(html, id="bug-report").text
    assert RUN_ID in report
    assert "tool_refused" in report


def test_a_command_is_for_the_tool_that_failed():
    """It can be copied as it is."""
    html = panel(run(end=finished("error", error="no .venv", error_code="tool_not_installed")))
    assert only(html, class_="command").text == "pixie sync sample"


@pytest.mark.parametrize("status", ["cancelled", "interrupted"])
def test_a_run_that_was_stopped_is_no_failure(status):
    """It says what happened, without alarm."""
    html = panel(run(end=finished(status)))
    assert only(html, class_="notice")["data-tone"] == "warn"


def test_files_are_listed_with_their_size():
    """Those that belong to no output; the others are shown there."""
    files = [
        Artefact(id=3, filename="raw.csv", mime="text/csv", size_bytes=123_456, sha256="0"),
        Artefact(id=4, filename="own.csv", mime="text/csv", size_bytes=1, sha256="0", output_key="answer"),
    ]
    listed = only(panel(run(*files, end=finished())), class_="files").text
    assert "raw.csv" in listed
    assert "123 kB" in listed
    assert "own.csv" not in listed


def test_without_a_run_the_panel_says_what_to_do():
    """One sentence."""
    assert "press Run" in str(render.panel(manifest(), None, now=NOW))


def test_history_marks_the_run_on_the_page_and_the_starred():
    """By words too."""
    runs = [run(end=finished()), run(id="aaaaaaaa-1111-4222-8333-444455556666", starred=True, label="final report")]
    html = render.history("sample", runs, now=NOW, current=RUN_ID)
    current = [each["href"] for each in elements(html, "a") if each["aria-current"] == "true"]
    assert current == [f"/tool/sample/runs/{RUN_ID}"]
    assert only(html, class_="starred")["aria-label"] == "starred"
