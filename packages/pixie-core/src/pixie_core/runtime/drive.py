"""One run, from the moment it may start to its last event. One thread drives it; nobody needs to watch."""

from __future__ import annotations

import logging
import math
import threading
import time
from typing import TYPE_CHECKING

from pixie_core.errors import PixieError, RunNotRunning, RunTimedOut, ToolAnsweredGarbage, ToolError, ToolRefused
from pixie_core.run.events import Finished, Log, Started
from pixie_core.runtime.conversation import GRACE_SECONDS, STDERR_CHARACTERS, Conversation, Outcome, Stopped
from pixie_core.runtime.inbox import Inbox
from pixie_core.runtime.publishing import Publisher
from pixie_core.runtime.recorder import LogCapture, Recorder

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pixie_core.catalogue.base import Json
    from pixie_core.clock import Clock
    from pixie_core.config import Settings
    from pixie_core.errors import Problem
    from pixie_core.run import Run
    from pixie_core.runtime.conversation import Why
    from pixie_core.runtime.launcher import Launcher
    from pixie_core.runtime.process import ToolProcess
    from pixie_core.store import Draft, Store
    from pixie_core.tool import Tool

__all__ = ["Drive"]

_logger = logging.getLogger(__name__)

MOST_NOTES = 50
CATCH_UP_SECONDS = 0.5
"""How long a run waits for what its tool wrote before it answered to be read: more only in a flood."""


class Drive:
    """Drives one run whose row is committed. `execute` never raises; `done` is set after the last event.

    The others may be called from any thread.
    """

    def __init__(
        self, run: Run, tool: Tool, *, settings: Settings, store: Store, launcher: Launcher, clock: Clock, begun: bool
    ) -> None:
        self.run_id = run.id
        self.tool = tool
        self.done = threading.Event()
        self._manifest = tool.checked()
        self._settings = settings
        self._log = logging.LoggerAdapter(_logger, {"run": run.id, "tool": tool.id})
        self._store = store
        self._launcher = launcher
        self._clock = clock
        self._begun = begun
        self._recorder = Recorder(store, run)
        self._publisher = Publisher(settings, store, run.id, tool.id)
        self._inbox = Inbox()
        self._capture = LogCapture(self._inbox.wake, kept=settings.tool_log_bytes)
        self._stop: Why | None = None
        self._giving_up = threading.Event()
        self._started_at = clock.monotonic()
        self._deadline = math.inf
        self._start_seconds = 0.0

    def stop(self, why: Why) -> None:
        """Ask the run to end: cancelled by its user, or interrupted since Pixie ends. The first word counts."""
        if self._stop is None:
            self._stop = why
        if why == "interrupted":
            self._giving_up.set()
        self._inbox.wake()

    def execute(self, started: Started) -> None:
        """Drive the run to its end. `started` is recorded first, unless it was committed with the row."""
        try:
            self._started_at = self._clock.monotonic()
            self._deadline = time.monotonic() + self._manifest.max_runtime_seconds + GRACE_SECONDS
            if not self._begun:
                self._recorder.begin(started)
            self._publisher.open_incoming()
            finished, drafts = self._finished(self._recorder.run.inputs)
            self._end(finished, drafts)
        except RunNotRunning:
            self._log.info("run %s was ended elsewhere", self.run_id)
        except Exception:  # noqa: BLE001 - the thread's outermost frame: nobody else would hear of it
            self._log.exception("run %s couldn't be driven to its end", self.run_id)
        finally:
            self._publisher.clear_incoming()
            self.done.set()

    def _finished(self, inputs: Mapping[str, Json]) -> tuple[Finished, list[Draft]]:
        """How the run ended, and what is to be committed with its end."""
        try:
            asked_at = time.monotonic()
            with self._launcher.lease(self.tool, cancelled=lambda: self._stop is not None) as process:
                # A start has a limit of its own: one that took all of the run's time leaves a warm process anyway.
                self._start_seconds = time.monotonic() - asked_at
                outcome = self._in(process, inputs)
            return self._good_end(outcome)
        except InterruptedError:
            return self._stopped_end(self._stop or "interrupted"), []
        except Stopped as stopped:
            return self._stopped_end(stopped.why), []
        except RunNotRunning:
            raise
        except PixieError as error:
            stderr = (error.stderr if isinstance(error, ToolError) else "") or self._capture.tail(STDERR_CHARACTERS)
            return self._bad_end(str(error), error.code, stderr), []
        except Exception as error:  # noqa: BLE001 - a defect of ours: the run must end all the same, and say so
            self._log.exception("run %s failed in Pixie itself", self.run_id)
            said = f"Pixie failed at this run: {type(error).__name__}: {error}"
            return self._bad_end(said, "internal", self._capture.tail(STDERR_CHARACTERS)), []

    # Ends

    def _good_end(self, outcome: Outcome) -> tuple[Finished, list[Draft]]:
        drafts: list[Draft] = []
        for event in outcome.outputs:
            declared = self._manifest.output(event.output_key)
            assert declared is not None, "only declared outputs get here"
            drafts.extend(self._publisher.value(event, declared))
        errors = [each for each in outcome.notes if each.severity == "error"]
        if errors:
            said = f"{self.tool.id} answered what can't be read as its outputs:\n" + _lines(errors)
            stderr = self._capture.tail(STDERR_CHARACTERS)
            return self._bad_end(said, ToolAnsweredGarbage.code, stderr), [*drafts, *_said(outcome.notes)]
        collected, refused = self._publisher.collect()
        telling = [
            f"{name} holds a secret of {self.tool.id}: look before you share it." for name in self._publisher.telling
        ]
        words = _said(outcome.notes, *refused, *telling)
        return Finished(status="ok", duration_ms=self._duration(), flagged=telling), [*drafts, *collected, *words]

    def _stopped_end(self, why: Why) -> Finished:
        match why:
            case "cancelled":
                return Finished(status="cancelled", duration_ms=self._duration())
            case "interrupted":
                said = "Pixie was stopped while the run was at work."
                return Finished(
                    status="interrupted", duration_ms=self._duration(), error=said, error_code="interrupted"
                )
        limit = self._manifest.max_runtime_seconds
        where = ", as it was set for it" if self.tool.state.limits.max_runtime_seconds is not None else ""
        may = f"{limit} s (max_runtime_seconds{where})"
        said = f"{self.tool.id} was ended: a run of it may take {may}, and it took longer."
        if self._start_seconds >= 1:
            said += f" Its process took {self._start_seconds:.0f} s of that to start."
        return self._bad_end(said, RunTimedOut.code, self._capture.tail(STDERR_CHARACTERS))

    def _bad_end(self, said: str, code: str, stderr: str) -> Finished:
        return Finished(
            status="error",
            duration_ms=self._duration(),
            error=said,
            error_code=code,
            stderr=stderr[-STDERR_CHARACTERS:] or None,
        )

    def _duration(self) -> int:
        return round((self._clock.monotonic() - self._started_at) * 1000)

    def _end(self, finished: Finished, drafts: list[Draft]) -> None:
        """Commit the end, whatever it takes: a run that nobody ends would stay for ever."""
        if finished.status != "ok":
            drafts = [*drafts, *_said((), *self._kept_aside(drafts))]
        pause = 0.1
        while not self._recorded(finished, drafts):
            if finished.status == "ok":
                finished = self._bad_end("The results couldn't be recorded; the log of Pixie says why.", "internal", "")
            drafts = []
            if self._giving_up.wait(pause):
                return  # the next start finds the run, and says so
            pause = min(pause * 2, 5.0)

    def _recorded(self, finished: Finished, drafts: list[Draft]) -> bool:
        """Try to commit the end; False when that failed and is to be tried again."""
        try:
            self._recorder.flush(*self._capture.rest(), *drafts, finished)
        except RunNotRunning:
            self._publisher.discard()
            raise
        except Exception:  # noqa: BLE001 - whatever the disk or the database has: the run must end
            self._log.exception("the end of run %s couldn't be recorded", self.run_id)
            return self._was_recorded()
        self._publisher.told()
        return True

    def _was_recorded(self) -> bool:
        """After a commit that failed: whether it was made all the same. Files that have no row are removed."""
        try:
            self._publisher.discard()
            return self._store.run(self.run_id).ended
        except Exception:  # noqa: BLE001 - the same trouble as before
            self._log.exception("what became of run %s can't be told", self.run_id)
            return False

    def _kept_aside(self, published: list[Draft]) -> list[str]:
        try:
            return self._publisher.set_aside(published)
        except Exception as error:  # noqa: BLE001 - the end of the run is worth more than what it left
            self._log.exception("what run %s left couldn't be kept", self.run_id)
            return [f"What the run left couldn't be kept: {error}"]

    # Within the process

    def _in(self, process: ToolProcess, inputs: Mapping[str, Json]) -> Outcome:
        if time.monotonic() > self._deadline:
            raise Stopped("timed_out")
        self._recorder.mask_with(process.masker)
        self._publisher.look_for(process.masker)
        conversation = Conversation(
            process,
            run_id=self.run_id,
            settings=self._settings,
            store=self._store,
            recorder=self._recorder,
            publisher=self._publisher,
            capture=self._capture,
            inbox=self._inbox,
            deadline=self._deadline,
            stopped=lambda: self._stop,
        )
        unfollow = process.output.follow(lambda text: self._capture.add(text, shared=self._launcher.shared(process)))
        try:
            return conversation.answer(inputs)
        except Stopped as stopped:
            self._leave(conversation, ask=stopped.why != "interrupted")
            raise
        except ToolRefused:
            raise  # the tool itself has ended the run
        except Exception:
            # It is still at work on what nobody wants any more, or is of no use to anybody.
            if not conversation.exchange_over or conversation.unreachable:
                self._leave(conversation, ask=True)
            raise
        finally:
            conversation.hang_up()
            process.output.catch_up(CATCH_UP_SECONDS)
            unfollow()

    def _leave(self, conversation: Conversation, *, ask: bool) -> None:
        """End the run in its process: by asking, else with the process, but never at the cost of its siblings."""
        if ask and not conversation.exchange_over and conversation.obeys():
            return
        conversation.hang_up()
        if self._launcher.shared(conversation.process):
            self._launcher.retire(conversation.process)
        else:
            self._launcher.discard(conversation.process)


def _lines(problems: list[Problem]) -> str:
    shown = [f"  {problem}" for problem in problems[:MOST_NOTES]]
    more = len(problems) - len(shown)
    return "\n".join([*shown, f"  and {more} more"] if more > 0 else shown)


def _said(notes: tuple[Problem, ...], *lines: str) -> list[Draft]:
    """Notes on what the tool sent, and other words of Pixie's own, as one event of the log; none without words."""
    said = [str(note) for note in dict.fromkeys(notes)][:MOST_NOTES]
    text = "\n".join([*said, *lines])
    return [Log(text=text, source="pixie")] if text else []
