"""One run, as the tool's function sees it."""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pixie_tool_sdk.encoding import shown
from pixie_tool_sdk.errors import Cancelled, InputError, OutputError
from pixie_tool_sdk.outputs.conformity import CLOSING, EMPTY, conform, conform_increment
from pixie_tool_sdk.outputs.structured import LOG_LEVELS
from pixie_tool_sdk.outputs.text import progress as progress_value
from pixie_tool_sdk.uploads import Upload, data_url_bytes

if TYPE_CHECKING:
    import tempfile
    from collections.abc import Mapping

    from pixie_tool_sdk.declaration import Declaration
    from pixie_tool_sdk.stream import Stream

__all__ = ["Run"]

_SUFFIXES: Final = {"image/png": ".png", "image/jpeg": ".jpg", "audio/wav": ".wav", "application/pdf": ".pdf"}


class Run:
    """One run: a function that takes `run` gets it.

        @tool.run
        def simulate(steps: int, *, run):
            for step in range(steps):
                run.progress(step / steps)
                run.emit("trajectory", {"rows": [...]})
            run.artefact("trajectory.csv").write_text(...)

    `id` is the run's id and `inputs` the values that came, by key. Every method may be called from any thread.
    """

    def __init__(
        self,
        id: str,
        inputs: Mapping[str, Any],
        declaration: Declaration,
        *,
        stream: Stream | None,
        artefacts_dir: Path | None,
        uploads_dir: tempfile.TemporaryDirectory[str] | None = None,
    ) -> None:
        self.id: Final = id
        self._inputs = inputs
        self._declaration = declaration
        self._stream = stream
        self._artefacts_dir = artefacts_dir
        self._uploads_dir = uploads_dir
        self._lock = threading.RLock()
        self._cancelled = threading.Event()
        self._ended = False
        # Outputs that have been sent: whether each is complete, and the last value of those that are replaced.
        self._emitted: dict[str, bool] = {}
        self._last: dict[str, Any] = {}

    @property
    def inputs(self) -> Mapping[str, Any]:
        """The inputs by key, as they came or by their defaults. Empty once the run has ended: they may be large."""
        return self._inputs

    @property
    def cancelled(self) -> bool:
        """Whether the run has been cancelled; the next `emit`, `progress` or `sleep` raises `Cancelled`."""
        return self._cancelled.is_set()

    def emit(self, key: str, value: Any, done: bool = False) -> None:
        """Send a bit of the output `key`, which tool.json declares with `streaming: true`.

        Texts, log lines, rows and series are increments and add up; any other type's value replaces the one before.
        `done` says that the output is complete: nothing may follow it. Raises `Cancelled` after a cancel and
        `OutputError` for a key that doesn't stream or a value that its type doesn't know.
        """
        self._step()
        output = self._declaration.outputs.get(key)
        if output is None:
            raise OutputError(
                f"emit({key!r}): tool.json declares no such output; it has {_names(self._declaration.outputs)}"
            )
        if not output.streaming or self._stream is None:
            raise OutputError(f"emit({key!r}): tool.json doesn't declare this output with streaming: true")
        increment = conform_increment(output.type, value, f"output {key!r}")
        with self._lock:
            if self._emitted.get(key):
                raise OutputError(f"emit({key!r}): done=True was said before, nothing may follow it")
            self._send(key, increment, done)
            self._emitted[key] = done
            if output.type not in CLOSING:
                self._last[key] = increment

    def progress(self, value: float | None, message: str | None = None) -> None:
        """Say how far the work has come: 0 to 1, or None when it can't be told; `message` says what is being done.

        It shows in the first output of type `progress` when there is one. Raises `Cancelled` after a cancel, so that
        it is worth calling in every long loop, and `OutputError` outside 0 to 1.
        """
        self._step()
        fraction = progress_value(value)
        with self._lock:
            key = self._declaration.progress_key
            if key is not None:
                self._last[key] = fraction
            if self._stream is None:
                if message is not None:
                    _to_stderr("info", message)
                return
            if key is not None and not self._emitted.get(key):
                self._send(key, fraction, done=False)
                self._emitted[key] = False
            if key is None or message is not None:
                said = {"value": fraction, "message": message}
                self._stream.put(said, "progress", where="progress", give_up=self._cancelled.is_set)

    def log(self, message: str, level: str = "info") -> None:
        """Write a line to the run's log: `level` is debug, info, warning, error or critical."""
        if level not in LOG_LEVELS:
            raise OutputError(f"log: unknown level {shown(level)}; expected one of {_names(LOG_LEVELS)}")
        if self._stream is None:
            _to_stderr(level, message)
            return
        line = {"level": level, "message": str(message), "t": _now()}
        self._stream.put(line, "log", where="log", give_up=self._cancelled.is_set)

    def sleep(self, seconds: float) -> None:
        """Wait, but not through a cancel: raises `Cancelled` as soon as one comes in."""
        self._cancelled.wait(seconds)
        self._step()

    def artefact(self, name: str) -> Path:
        """Where to write the file `name`, which becomes an artefact of the run when it ends.

        `name` is a plain file name such as `plot.png`. Raises ValueError for one with a folder in it.
        """
        if not name or name in {".", ".."} or any(mark in name for mark in "/\\\0"):
            raise ValueError(f"artefact({name!r}): expected a plain file name such as 'plot.png'")
        return self.artefacts_dir / name

    @property
    def artefacts_dir(self) -> Path:
        """The folder whose files become artefacts of this run. Started by hand without one, a new temporary folder."""
        with self._lock:
            if self._artefacts_dir is None:
                import tempfile

                self._artefacts_dir = Path(tempfile.mkdtemp(prefix=f"pixie-{self._declaration.id}-"))
                _to_stderr(
                    "info", f"no artefacts folder was given; files of run {self.id} are in {self._artefacts_dir}"
                )
            return self._artefacts_dir

    def uploads(self, key: str) -> list[Upload]:
        """The files of the input `key` (type file, image or audio), none when none was sent.

        A file reaches the tool as a data URL or, with `input_transport: multipart`, as a part of the form; here both
        look alike. The files go away when the run ends. Raises `InputError` for what isn't a file.
        """
        declared = self._declaration.inputs.get(key)
        if declared is None or not declared.is_file:
            raise InputError(key, "tool.json declares no file input with this key")
        sent = self.inputs.get(key)
        values = sent if isinstance(sent, list) else [sent] if sent is not None else []
        return [
            each if isinstance(each, Upload) else self._spool(key, index, each) for index, each in enumerate(values)
        ]

    # --- for the machinery behind a tool ---------------------------------------------------------------------------

    def _step(self) -> None:
        if self._cancelled.is_set():
            raise Cancelled
        if self._ended:
            raise RuntimeError("the run has ended: nothing can be sent any more")

    def _send(self, key: str, value: Any, done: bool) -> None:
        if self._stream is not None:
            event = {"output_key": key, "value": value, "done": done}
            self._stream.put(event, where=f"output {key!r}", give_up=self._cancelled.is_set)

    def _cancel(self) -> None:
        self._cancelled.set()
        if self._stream is not None:
            self._stream.wake()

    def _end(self) -> None:
        self._ended = True
        self._inputs = {}
        if self._uploads_dir is not None:
            self._uploads_dir.cleanup()

    def _uploads_folder(self) -> Path:
        with self._lock:
            if self._uploads_dir is None:
                import tempfile

                self._uploads_dir = tempfile.TemporaryDirectory(prefix="pixie-upload-", ignore_cleanup_errors=True)
            return Path(self._uploads_dir.name)

    def _spool(self, key: str, index: int, value: object) -> Upload:
        mime_type, content = data_url_bytes(value, key)
        path = self._uploads_folder() / f"{key}-{index}{_SUFFIXES.get(mime_type, '')}"
        path.write_bytes(content)
        return Upload(filename=path.name, mime_type=mime_type, path=path)

    def _whole_outputs(self, returned: Any) -> dict[str, Any]:
        """What the function returned and what it emitted, together: a canonical value for each output that isn't out
        yet.

        An output whose increments have been sent stands here with the empty increment that closes it.
        """
        if returned is None:
            returned = {}
        if not isinstance(returned, dict):
            raise OutputError(f"the function returned {shown(returned)}: expected a dict by output key")
        declared = self._declaration.outputs
        unknown = [key for key in returned if key not in declared]
        if unknown:
            raise OutputError(
                f"the function returned {_names(unknown)}: tool.json has only the outputs {_names(declared)}"
            )
        whole: dict[str, Any] = {}
        missing: list[str] = []
        for key, output in declared.items():
            if key in returned:
                if self._emitted.get(key) or (key in self._emitted and output.type in CLOSING):
                    raise OutputError(f"output {key!r} was streamed by emit: leave it out of what the function returns")
                whole[key] = conform(output.type, returned[key], f"output {key!r}")
            elif self._emitted.get(key):
                continue
            elif output.type == "progress" or key in self._last:
                whole[key] = self._last.get(key)
            elif output.streaming and output.type in CLOSING:
                whole[key] = (CLOSING if key in self._emitted else EMPTY)[output.type]
            else:
                missing.append(key)
        if missing:
            raise OutputError(f"the function didn't return {_names(missing)}, which tool.json declares")
        return whole


def _names(keys: Any) -> str:
    return ", ".join(map(str, keys)) or "none"


def _now() -> str:
    seconds = time.time()
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{int(seconds % 1 * 1000):03d}Z"


def _to_stderr(level: str, message: str) -> None:
    print(f"{level}: {message}", file=sys.stderr, flush=True)  # noqa: T201 - stderr is the log of a tool
