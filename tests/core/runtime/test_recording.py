"""What is recorded when the disk or the database fails in the middle: never half an end, and never none."""

import errno
import logging
import time

import pytest

from pixie_core.faults import arm, disarm

from .conftest import until

PNG = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="


@pytest.fixture(autouse=True)
def disarmed():
    yield
    disarm()


def files_of(runs, run):
    folder = runs.settings.artefacts_root / run.tool_id / run.id
    return {path.name for path in folder.iterdir() if path.is_file()} if folder.is_dir() else set()


@pytest.fixture
def warm(runs, hostile):
    """A tool whose process is up, so that the next commits are those of a run alone."""
    tool = hostile(outputs=[("image", "plot")])
    assert runs.run(tool, answer={"plot": PNG}).status == "ok"
    return tool


def test_an_end_that_cant_be_committed_is_tried_again_as_an_error(runs, warm, caplog):
    """The run isn't ok, since its results aren't there; the file without a row is gone; the next run works."""
    caplog.set_level(logging.CRITICAL)
    arm("commit.before#2:error")
    run = runs.run(warm, answer={"plot": PNG})
    assert (run.status, run.artefacts, run.values()) == ("error", (), {})
    assert "couldn't be recorded" in run.error
    assert files_of(runs, run) == set()
    disarm()
    assert runs.run(warm, answer={"plot": PNG}).status == "ok"


def test_an_end_that_was_committed_before_it_failed_stands(runs, warm):
    """Row and file are both there."""
    arm("commit.after#2:error")
    run = runs.run(warm, answer={"plot": PNG})
    assert run.status == "ok"
    assert {artefact.filename for artefact in run.artefacts} == files_of(runs, run) == {"plot.png"}


@pytest.mark.parametrize("point", ["half_written", "after_write", "after_fsync", "after_blob", "after_link"])
def test_a_file_that_cant_be_published_fails_its_run_and_no_other(runs, warm, point):
    """No row points at it."""
    arm(f"publish.{point}:error")
    run = runs.run(warm, answer={"plot": PNG})
    assert (run.status, run.artefacts) == ("error", ())
    disarm()
    assert runs.run(warm, answer={"plot": PNG}).status == "ok"


def test_closing_doesnt_wait_for_a_disk_that_stays_broken(runs, warm, caplog, monkeypatch):
    """The run stays as it is; the next start of Pixie finds it, and ends it."""
    caplog.set_level(logging.CRITICAL)
    run = runs.start(warm, "hang")
    until(lambda: runs.runner.launcher.state()[0].status == "running")

    def broken(name):
        if name == "commit.before":
            raise OSError(errno.EIO, "the disk is broken")

    monkeypatch.setattr("pixie_core.store.writer.fault", broken)
    since = time.monotonic()
    runs.runner.close()
    assert time.monotonic() - since < 10
    monkeypatch.undo()
    assert runs.store.run(run.id).status == "running"
    assert runs.store.interrupt(run.id, "as a start of Pixie does")
