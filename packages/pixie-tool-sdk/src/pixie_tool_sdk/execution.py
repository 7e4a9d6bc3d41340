"""Runs from their arguments to their answer.

A tool without streamed outputs answers POST /run when its function has returned. A tool with streamed outputs answers
at once with placeholders, works in a thread, and tells the rest by GET /stream:

    data: {"output_key": "reply", "value": "The ", "done": false}     increments, by Run.emit data: {"output_key":
    "progress", "value": 0.5, "done": false}     Run.progress, where an output of that type is declared event:
    progress   data: {"value": 0.5, "message": "reading"}      Run.progress, where none is, and for messages event:
    log        data: {"level": "info", "message": "...", "t": "2026-05-17T12:00:00.000Z"} data: {"output_key":
    "summary", "value": {...}, "done": true}     at the end, once for each output that isn't done event: end
    data: {}

A failed run's stream ends with `event: error` and `{"detail": "ZeroDivisionError: division by zero", "code": "error"}`
in place of `end`; the code is `error`, `input` or `cancelled`.
"""

from __future__ import annotations

import sys
import threading
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from pixie_tool_sdk.encoding import encode
from pixie_tool_sdk.errors import Cancelled, InputError
from pixie_tool_sdk.outputs.conformity import EMPTY
from pixie_tool_sdk.run import Run
from pixie_tool_sdk.stream import Stream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pixie_tool_sdk.arguments import Arguments
    from pixie_tool_sdk.declaration import Declaration
    from pixie_tool_sdk.submission import Submission

__all__ = ["Execution", "Failure", "Runs", "described", "print_traceback"]

_KEPT: Final = 64
"""How many finished runs are remembered, for a late stream, a late cancel, and their files."""


class Failure(Exception):
    """Why a run gave no outputs: the HTTP status, a word for programs and words for people."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Execution:
    """A run with what belongs to it: its stream, when it has one, and an event for its end."""

    run: Run
    stream: Stream | None
    ended: threading.Event


class Runs:
    """The runs of this process."""

    def __init__(self, declaration: Declaration, function: Callable[..., Any], arguments: Arguments) -> None:
        self._declaration = declaration
        self._function = function
        self._arguments = arguments
        self._lock = threading.Condition()
        self._runs: dict[str, Execution] = {}
        self._queue: deque[Execution] = deque()
        self._stopping = False

    def find(self, run_id: str | None) -> Execution | None:
        """The run with this id; without one the newest."""
        with self._lock:
            if run_id is None:
                return next(reversed(self._runs.values()), None)
            return self._runs.get(run_id)

    def begin(self, submission: Submission) -> Execution:
        """Enter a run that hasn't begun to work. Raises `Failure` for an id that is known already."""
        import uuid  # a caller without an id of its own is rare

        stream = Stream() if self._declaration.streams else None
        run = Run(
            submission.run_id or str(uuid.uuid4()),
            submission.inputs,
            self._declaration,
            stream=stream,
            artefacts_dir=submission.artefacts_dir,
            uploads_dir=submission.uploads_dir,
        )
        execution = Execution(run, stream, threading.Event())
        with self._lock:
            if self._stopping:
                raise Failure(503, "stopping", "The tool is stopping.")
            if run.id in self._runs:
                raise Failure(409, "duplicate", f"The run {run.id} is known already: each run has an id of its own.")
            self._runs[run.id] = execution
            self._forget()
        return execution

    def answer(self, execution: Execution, arguments: dict[str, Any]) -> bytes:
        """The body of the answer to POST /run: the outputs, or placeholders of a run that now works in a thread.

        Raises `Failure` when a run that doesn't stream gives no outputs.
        """
        if execution.stream is None:
            return self._work(execution, arguments)
        threading.Thread(
            target=self._tell,
            args=(execution, execution.stream, arguments),
            name=f"run {execution.run.id}",
            daemon=True,
        ).start()
        return encode({output.key: EMPTY.get(output.type) for output in self._declaration.outputs.values()})

    def stop(self, seconds: float) -> bool:
        """Take no more runs, cancel those that are there, and wait for them to end. False when one still works."""
        with self._lock:
            self._stopping = True
            active = [execution for execution in self._runs.values() if not execution.ended.is_set()]
            for execution in active:
                execution.run._cancel()  # noqa: SLF001 - hidden from authors, not from here
            self._lock.notify_all()
            return self._lock.wait_for(lambda: all(execution.ended.is_set() for execution in active), timeout=seconds)

    def cancel(self, execution: Execution) -> bool:
        """Ask a run to end, whether it works or waits for its turn. False when it had ended already."""
        if execution.ended.is_set():
            return False
        execution.run._cancel()  # noqa: SLF001
        with self._lock:
            self._lock.notify_all()
        return True

    def abandon(self, execution: Execution) -> None:
        """Nobody can read the rest of the run's stream any more: drop it, and end the run."""
        if execution.stream is not None:
            execution.stream.abandon()
        self.cancel(execution)

    def _forget(self) -> None:
        """Drop the oldest finished runs beyond those that are remembered."""
        finished = [key for key, execution in self._runs.items() if execution.ended.is_set()]
        for key in finished[: max(0, len(finished) - _KEPT)]:
            del self._runs[key]

    def _tell(self, execution: Execution, stream: Stream, arguments: dict[str, Any]) -> None:
        """Work in a thread, and tell the end by the stream."""
        try:
            self._work(execution, arguments)
        except Failure as failure:
            stream.put({"detail": failure.detail, "code": failure.code}, "error", where="the error")
        else:
            stream.put({}, "end", where="the end")
        stream.close()

    def _work(self, execution: Execution, arguments: dict[str, Any]) -> bytes:
        """Call the function and give its outputs: as the answer's body, or each by the stream. Raises `Failure`."""
        run = execution.run
        if self._arguments.takes_run:
            arguments = {**arguments, "run": run}
        try:
            with self._turn(execution):
                returned = self._function(**arguments)
                outputs = run._whole_outputs(returned)  # noqa: SLF001
                if execution.stream is None:
                    return b"{%b}" % b",".join(
                        b"%b:%b" % (encode(key), encode(value, f"output {key!r}")) for key, value in outputs.items()
                    )
                for key, value in outputs.items():
                    run._send(key, value, done=True)  # noqa: SLF001
                return b""
        except Cancelled as cancelled:
            raise Failure(409, "cancelled", str(cancelled)) from None
        except InputError as error:
            raise Failure(422, "input", str(error)) from error
        except (Exception, SystemExit) as error:
            print_traceback(f"run {run.id} failed", error)
            raise Failure(500, "error", described(error)) from error
        finally:
            run._end()  # noqa: SLF001
            execution.ended.set()
            with self._lock:
                self._lock.notify_all()

    @contextmanager
    def _turn(self, execution: Execution) -> Iterator[None]:
        """Wait for this run's turn, first in, first out, where tool.json says `concurrent: false`."""
        if self._declaration.concurrent:
            yield
            return
        with self._lock:
            self._queue.append(execution)
        try:
            with self._lock:
                self._lock.wait_for(lambda: self._queue[0] is execution or execution.run.cancelled)
            if execution.run.cancelled:
                raise Cancelled
            yield
        finally:
            with self._lock:
                self._queue.remove(execution)
                self._lock.notify_all()


def described(error: BaseException) -> str:
    """The type of an exception and its message."""
    name = type(error).__name__
    return f"{name}: {error}" if str(error) else name


def print_traceback(occasion: str, error: BaseException) -> None:
    """The traceback on stderr, from the tool's function on: the frame above it is of this package."""
    import traceback

    frames = error.__traceback__.tb_next if error.__traceback__ and error.__traceback__.tb_next else error.__traceback__
    lines = traceback.format_exception(type(error), error, frames)
    sys.stderr.write(f"error: {occasion}\n{''.join(lines)}")
    sys.stderr.flush()
