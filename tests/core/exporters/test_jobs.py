"""Exports in the background: they say how far they are, can be called off, and what they made is there for a while."""

import io
import threading
import time

import pytest

from pixie_core.errors import Busy, ExportError, ExportJobNotFound, ExportNotDone, ExportTooLarge
from pixie_core.exporters.exporting import Exported
from pixie_core.exporters.jobs import ExportJobs

DEADLINE = 20.0


@pytest.fixture
def jobs():
    opened = ExportJobs()
    yield opened
    opened.close()


def made(content=b"abc", file=None):
    return Exported("a.txt", "text/plain", len(content), None, file or io.BytesIO(content))


class Steps:
    """An export that goes on when it is told to, and says when it has ended."""

    def __init__(self):
        self.go, self.at, self.ended = threading.Semaphore(0), threading.Semaphore(0), threading.Event()

    def __call__(self, on_progress):
        try:
            for done in range(1, 4):
                self.at.release()
                assert self.go.acquire(timeout=DEADLINE)
                on_progress(done, 3)
            return made()
        finally:
            self.ended.set()

    def step(self):
        assert self.at.acquire(timeout=DEADLINE)
        self.go.release()


def until(condition):
    end = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)


def test_a_job_says_how_far_it_is_and_has_its_bytes_at_the_end(jobs):
    """As often as they are asked for; until then it says that it isn't done."""
    steps = Steps()
    job = jobs.start("it as txt", steps)
    assert (job.status, job.progress) == ("running", None)
    steps.step()
    until(lambda: jobs.get(job.id).done == 1)
    assert jobs.get(job.id).progress == pytest.approx(1 / 3)
    with pytest.raises(ExportNotDone, match="33% of it is done"):
        jobs.content(job.id)
    steps.step()
    steps.step()
    until(lambda: jobs.get(job.id).status == "done")
    stands = jobs.get(job.id)
    assert (stands.progress, stands.filename, stands.size_bytes) == (1.0, "a.txt", 3)
    assert stands.finished_at is not None
    assert [b"".join(jobs.content(job.id)) for _ in range(2)] == [b"abc", b"abc"]


def test_a_cancelled_job_stops_at_its_next_step_and_is_forgotten(jobs):
    """Those who watch it hear so."""
    steps, heard = Steps(), threading.Event()
    job = jobs.start("it", steps)
    with jobs.watching(job.id, heard.set) as stands:
        assert jobs.cancel(job.id).status == "cancelled"
        assert heard.wait(DEADLINE)
        assert stands().status == "cancelled"
    steps.step()
    assert steps.ended.wait(DEADLINE)
    for ask in (jobs.get, jobs.cancel, jobs.content):
        with pytest.raises(ExportJobNotFound, match="Start it again"):
            ask(job.id)


def test_what_was_made_is_let_go_when_it_is_cancelled_or_its_time_is_over():
    """Its file is closed; a reader in the middle is told."""
    jobs, files = ExportJobs(kept_seconds=0.01), [io.BytesIO(b"x" * 10**6), io.BytesIO(b"abc")]
    jobs_kept = ExportJobs()
    kept = jobs_kept.start("it", lambda _: made(b"x" * 10**6, files[0]))
    until(lambda: jobs_kept.get(kept.id).status == "done")
    pieces = jobs_kept.content(kept.id)
    next(pieces)
    jobs_kept.cancel(kept.id)
    until(lambda: files[0].closed)
    with pytest.raises(ExportError, match="isn't kept any more"):
        list(pieces)
    jobs.start("it", lambda _: made(file=files[1]))
    until(lambda: files[1].closed)
    jobs.close()
    jobs_kept.close()


def test_a_job_that_fails_says_what_its_export_would(jobs, caplog):
    """A fault of Pixie's as well, which the log has."""

    def too_large(_):
        raise ExportTooLarge("Take csv.")

    def fault(_):
        raise ZeroDivisionError

    refused, broken = jobs.start("it", too_large), jobs.start("rows as xlsx", fault)
    until(lambda: {jobs.get(each.id).status for each in (refused, broken)} == {"failed"})
    with pytest.raises(ExportTooLarge, match="Take csv"):
        jobs.content(refused.id)
    assert "rows as xlsx couldn't be exported" in str(jobs.get(broken.id).error)
    assert "ZeroDivisionError" in caplog.text


def test_only_so_many_are_made_at_once_and_kept(jobs):
    """A fifth is refused; the oldest that has ended goes."""
    running = [(steps, jobs.start("it", steps)) for steps in (Steps() for _ in range(4))]
    with pytest.raises(Busy, match="4 exports"):
        jobs.start("it", lambda _: made())
    for steps, job in running:
        jobs.cancel(job.id)
        steps.step()
    ended = []
    for _ in range(17):
        ended.append(jobs.start("it", lambda _: made()).id)
        until(lambda: jobs.get(ended[-1]).status == "done")
    with pytest.raises(ExportJobNotFound):
        jobs.get(ended[0])
    assert jobs.get(ended[1]).status == "done"


def test_closing_ends_what_is_being_made():
    """Its thread is gone when `close` returns."""
    jobs, begun = ExportJobs(), threading.Event()

    def endless(on_progress):
        begun.set()
        while True:
            on_progress(1, 2)

    jobs.start("it", endless)
    assert begun.wait(DEADLINE)
    jobs.close()
    assert not [each for each in threading.enumerate() if each.name == "pixie-export" and each.is_alive()]
