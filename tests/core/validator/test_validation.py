"""The report as a whole, and many tools at a time."""

from __future__ import annotations

import json
import threading

from attrs import evolve

from pixie_core.config import Settings
from pixie_core.testing.clock import FakeClock
from pixie_core.tool import read_tool
from pixie_core.validator import CHECKS, Validator, validate
from pixie_core.validator.report import in_brief
from tests.core.validator.tools import a_tool, check, manifest


def test_the_report_is_json_of_the_named_shape(tmp_path):
    """Twelve checks in their order, whatever was found."""
    clock = FakeClock()
    report = check(a_tool(tmp_path), tmp_path, clock=clock).to_json()
    assert json.loads(json.dumps(report)) == report
    assert list(report) == [
        "tool_id",
        "tool_path",
        "timestamp",
        "overall",
        "checks",
        "sample_inputs",
        "sample_output",
        "spawn_log",
        "warnings",
    ]
    assert [each["name"] for each in report["checks"]] == list(CHECKS)
    assert [each["number"] for each in report["checks"]] == list(range(1, 13))
    assert set(report["checks"][0]) == {"number", "name", "status", "message", "details", "duration_ms"}
    assert report["timestamp"] == "2025-06-01T12:00:00.000000+00:00"
    assert (report["tool_id"], report["tool_path"]) == ("probe", str(tmp_path / "tools" / "probe"))


def test_the_files_count_and_not_what_was_read_before(tmp_path):
    """A tool that was mended since is validated as it is."""
    tool = a_tool(tmp_path)
    (tool.folder / "tool.json").write_text("{")
    stale = read_tool(tool.folder)
    (tool.folder / "tool.json").write_text(json.dumps(manifest()))
    assert check(stale, tmp_path).overall == "pass"


def test_a_folder_that_is_gone_is_a_report_too(tmp_path):
    """It fails, and raises nothing."""
    tool = a_tool(tmp_path)
    report = check(evolve(tool, folder=tmp_path / "nowhere"), tmp_path)
    assert report.overall == "fail"


def test_each_check_is_heard_of_as_it_ends(tmp_path):
    """In their order, once each."""
    heard = []
    report = check(a_tool(tmp_path), tmp_path, on_check=heard.append)
    assert tuple(heard) == report.checks


def test_every_check_message_is_one_line(tmp_path):
    """Also when what went wrong has many."""
    tool = a_tool(tmp_path, program="def run(inputs, body): raise ValueError('one\\ntwo')")
    report = check(tool, tmp_path)
    assert report.overall == "fail"
    assert all("\n" not in each.message for each in report.checks)


def test_long_samples_are_cut_and_say_so():
    """A report stays small."""
    brief = in_brief({"data": "x" * 100_000, "rows": list(range(100_000)), "deep": {"list": [1, 2]}})
    assert len(json.dumps(brief)) < 2000
    assert brief["data"].endswith("(100,000 characters)")
    assert brief["rows"][-1] == "… and 99,980 more"
    assert brief["deep"] == {"list": [1, 2]}


def test_many_are_validated_two_at_a_time_and_one_failure_stops_none(tmp_path):
    """The reports come in the order of the tools; never more than two processes are there."""
    gauge = tmp_path / "gauge"
    gauge.mkdir()
    program = f"""
        open({str(gauge)!r} + "/" + str(os.getpid()), "w").close()
        def run(inputs, body):
            there = len([each for each in os.listdir({str(gauge)!r}) if os.path.exists("/proc/" + each)])
            time.sleep(0.2)
            return {{"total": there}}
    """
    tools = [a_tool(tmp_path / name, manifest(description=name), program) for name in "abcd"]
    (tools[1].folder / "main.py").write_text("broken(")
    heard = []
    reports = Validator(Settings(home=tmp_path)).validate_all(tools, on_report=heard.append)
    assert [report.tool_path for report in reports] == [str(tool.folder) for tool in tools]
    assert [report.overall for report in reports] == ["pass", "fail", "pass", "pass"]
    assert all(report.sample_output["total"] <= 2 for report in reports if report.overall == "pass")
    assert len(heard) == 4


def test_a_stopped_validator_begins_no_other(tmp_path):
    """What has begun comes to its end."""
    tools = [a_tool(tmp_path / name) for name in "abcde"]
    validator = Validator(Settings(home=tmp_path))
    reports = validator.validate_all(tools, on_report=lambda report: validator.stop())
    assert 1 <= len(reports) <= 2


def test_two_validations_of_one_tool_dont_meet(tmp_path):
    """Each has its own process."""
    tool = a_tool(tmp_path)
    reports = []
    threads = [
        threading.Thread(target=lambda: reports.append(validate(tool, settings=Settings(home=tmp_path)))) for _ in "ab"
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [report.overall for report in reports] == ["pass", "pass"]
