"""Limits that the user sets for a tool, in place of those in its tool.json: whoever runs it holds to them."""

import json

import pytest

from pixie_core import Pixie, Settings
from pixie_core.runtime import drive
from pixie_core.testing.tool_folder import hostile_tool
from pixie_core.tool import Limits
from pixie_core.validator import probe
from tests.core.validator.tools import a_tool, manifest


@pytest.fixture
def pixie(tmp_path):
    """A Pixie with one tool, to which its tool.json gives ten minutes and four gigabytes."""
    settings = Settings(home=tmp_path, min_free_disk_bytes=0)
    inputs = [
        {"key": "behaviour", "type": "text", "label": "Behaviour", "default": "hang"},
        {"key": "megabytes", "type": "number", "label": "Megabytes", "default": 0},
    ]
    hostile_tool(settings.tools_dir, inputs=inputs, max_runtime_seconds=600, max_memory_mb=4000)
    with Pixie(settings) as pixie:
        yield pixie


@pytest.fixture
def no_grace(monkeypatch):
    """A tool gets nothing beyond its limit, so that nobody waits for it here."""
    monkeypatch.setattr(drive, "GRACE_SECONDS", 0.0)
    monkeypatch.setattr(probe, "EXTRA_SECONDS", 0)


def run(pixie, **inputs):
    return pixie.wait(pixie.start("hostile", inputs).id, 60)


def test_a_run_may_take_as_long_as_was_set(pixie, no_grace):
    """From the next run on."""
    pixie.set_limits("hostile", Limits(max_runtime_seconds=1))
    ended = run(pixie, behaviour="hang")
    assert (ended.status, ended.error_code) == ("error", "run_timed_out")
    assert "a run of it may take 1 s (max_runtime_seconds, as it was set for it)" in ended.error


def test_a_process_that_was_warm_already_may_take_as_much_memory_as_was_set(pixie):
    """The one that was started under the old limit serves no more runs."""
    assert run(pixie, behaviour="ok").ended
    pixie.set_limits("hostile", Limits(max_memory_mb=100))
    ended = run(pixie, behaviour="allocates", megabytes=300)
    assert (ended.status, ended.error_code) == ("error", "tool_died")
    assert "its limit is 100 MB (max_memory_mb, as it was set for it)" in ended.error


WAITS = """
import time
def run(inputs, body):
    held = bytearray(b"x" * {megabytes}_000_000)
    time.sleep(60)
    return {{"total": len(held)}}
"""


def validated(pixie, tmp_path, limits, *, megabytes):
    """The words of the validator on a tool that holds some memory and answers after a minute."""
    declared = manifest(max_runtime_seconds=600, max_memory_mb=4000)
    a_tool(tmp_path, declared, WAITS.format(megabytes=megabytes))
    pixie.set_limits("probe", limits)
    report = pixie.validate("probe", save=False)
    assert report.overall == "fail"
    return json.dumps(report.to_json())


def test_the_validator_waits_as_long_as_was_set(pixie, tmp_path, no_grace):
    """What hangs fails with the limit that counts, after one second in place of ten minutes."""
    said = validated(pixie, tmp_path, Limits(max_runtime_seconds=1), megabytes=1)
    assert "max_runtime_seconds is 1" in said


def test_the_validator_holds_to_the_memory_that_was_set(pixie, tmp_path):
    """Its process is killed as a run's is, in the same words."""
    limits = Limits(max_memory_mb=150, max_runtime_seconds=10)
    said = validated(pixie, tmp_path, limits, megabytes=300)
    assert "its limit is 150 MB (max_memory_mb, as it was set for it)" in said


def test_limits_that_are_taken_back_leave_those_of_tool_json(pixie):
    """Setting none is taking back."""
    pixie.set_limits("hostile", Limits(max_runtime_seconds=1, max_memory_mb=100))
    assert pixie.set_limits("hostile", Limits()).checked().max_runtime_seconds == 600
    assert run(pixie, behaviour="ok").ended
    assert pixie.tools.get("hostile").checked().max_memory_mb == 4000
