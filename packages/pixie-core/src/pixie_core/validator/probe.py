"""One process of a tool, started to be looked at: what the live checks and the fixtures talk to.

It is started by the pool that runs use, with a data folder of its own that is removed afterwards: no run is
recorded, and nothing that is being run is touched. Python is told to write no bytecode, so that the tool's
folder stays as it is.
"""

from __future__ import annotations

import queue
import threading
import time
import uuid
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from attrs import evolve, field, frozen

from pixie_core.run.decoding import clean
from pixie_core.run.normalise import unwrap
from pixie_core.run.streams import StreamReader
from pixie_core.runtime.conversation import COMPLETE_SECONDS
from pixie_core.runtime.inputs import as_multipart, as_recorded
from pixie_core.runtime.launcher import Launcher
from pixie_core.runtime.spawner import Order, Spawner
from pixie_core.runtime.transport import Refusal, Reply, detail_of, run_request, served_file
from pixie_core.store import Store
from pixie_core.validator.listening import Listener

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterator, Mapping

    from pixie_core.config import Settings
    from pixie_core.errors import Problem
    from pixie_core.runtime.process import ToolProcess
    from pixie_core.runtime.transport import Part
    from pixie_core.tool import Tool
    from pixie_core.validator.listening import Streamed

__all__ = ["Answered", "Probe", "Unanswered", "probing"]

EXTRA_SECONDS = 5
"""How much longer than the tool's limit an answer is waited for."""
FIRST_EVENT_SECONDS = 10.0


class Unanswered(Exception):
    """A probe had no usable answer; the message says why, in words for the report."""


@frozen
class Answered:
    """The answer to a probe's POST /run: `raw` is its JSON, secrets masked; `notes` are what that took."""

    run_id: str
    raw: Any = field(repr=False)
    notes: tuple[Problem, ...]
    seconds: float


class _CleanSpawner(Spawner):
    """Starts processes that write no bytecode beside their sources."""

    def spawn(self, order: Order) -> subprocess.Popen[bytes]:
        return super().spawn(evolve(order, environment={**order.environment, "PYTHONDONTWRITEBYTECODE": "1"}))


class Probe:
    """A tool's processes for probing, one at a time; use `probing` to get one."""

    def __init__(self, tool: Tool, settings: Settings, folder: Path, launcher: Launcher) -> None:
        self.tool = tool
        self.manifest = tool.checked()
        self._settings = settings
        self._folder = folder
        self._launcher = launcher
        self._stack = ExitStack()
        self._process: ToolProcess | None = None
        self.log = ""
        """What the processes wrote, as far as they have ended."""

    @property
    def seconds(self) -> int:
        """How long a run may take."""
        return self.manifest.max_runtime_seconds + EXTRA_SECONDS

    @property
    def process(self) -> ToolProcess:
        """The process that was started."""
        assert self._process is not None
        return self._process

    def start(self) -> None:
        """Start a process and wait until it is up. Raises ToolStartFailed and its like."""
        self._process = self._stack.enter_context(self._launcher.lease(self.tool))

    def stop(self) -> bool:
        """Stop it; False when it had to be killed."""
        obeyed = self.process.stop()
        self.log += self.process.output.tail()
        self._process = None
        self._stack.close()
        return obeyed

    def close(self) -> None:
        """Stop whatever still runs."""
        if self._process is not None:
            self.stop()

    def run(self, inputs: Mapping[str, Any]) -> Answered:
        """POST /run with these inputs. Raises Unanswered."""
        run_id = str(uuid.uuid4())
        incoming = self._folder / run_id
        incoming.mkdir()
        headers, content = self._request(run_id, inputs, incoming)
        began = time.monotonic()
        try:
            reply = self.process.transport.ask(
                "POST",
                "/run",
                headers=headers,
                content=content,
                seconds=self.seconds,
                max_bytes=self._settings.max_tool_answer_bytes,
            )
        except Refusal as refusal:
            raise Unanswered(self._why(str(refusal))) from refusal
        if reply.status != 200:
            raise Unanswered(f"/run answered {reply.status}: {self._masked(detail_of(reply))}")
        raw, notes = clean(self._json(reply), self._masked)
        return Answered(run_id, raw, notes, time.monotonic() - began)

    def stream(self, answered: Answered) -> Streamed | None:
        """Read the run's stream to its end; None when the tool has no /stream."""
        placeholders, _ = unwrap(self.manifest, answered.raw)
        reader = StreamReader(
            self.manifest, placeholders, mask=self._masked, max_event_bytes=self._settings.max_tool_event_bytes
        )
        parts: queue.Queue[Part] = queue.Queue(64)
        cut_off = threading.Event()

        def deliver(part: Part) -> None:
            """Wait for room, but not once nobody reads any more."""
            while not cut_off.is_set():
                with suppress(queue.Full):
                    parts.put(part, timeout=0.1)
                    return

        exchange = self.process.transport.exchange("GET", "/stream", deliver, params={"run_id": answered.run_id})
        listener = Listener(reader, self._why)
        began = time.monotonic()
        try:
            while not listener.over:
                limit = FIRST_EVENT_SECONDS if listener.first is None else self.seconds
                left = max(0.0, began + limit - time.monotonic())
                try:
                    listener.take(parts.get(timeout=min(left, COMPLETE_SECONDS) if listener.complete else left))
                except queue.Empty:
                    break
        finally:
            cut_off.set()
            exchange.abort()
            exchange.join(5)
        return None if listener.absent else listener.result()

    def source(self, answered: Answered) -> Callable[[str], str]:
        """What finds the files on the tool's own server that an answer names by their path."""
        transport, most = self.process.transport, self._settings.max_tool_answer_bytes
        return lambda path: served_file(transport, answered.run_id, path, max_bytes=most)

    def _request(self, run_id: str, inputs: Mapping[str, Any], incoming: Path) -> tuple[dict[str, str], bytes]:
        headers, content = run_request(run_id, inputs, str(incoming))
        if self.manifest.input_transport == "multipart":
            with Store(self._settings) as store:
                recorded = as_recorded(self.tool, inputs, store, run_id)
                headers["Content-Type"], content = as_multipart(self.tool, recorded, store, run_id, str(incoming))
        return headers, content

    def _json(self, reply: Reply) -> Any:
        try:
            return reply.json()
        except ValueError as error:
            raise Unanswered(f"/run answered what can't be read: {self._masked(str(error))}") from error

    def _masked(self, text: str) -> str:
        return self.process.masker.mask(text)

    def _why(self, reason: str) -> str:
        """Why there is no answer: the process's end says more than the connection's."""
        if self.process.why_killed is not None:
            return f"it was ended: {self.process.why_killed}"
        if self.process.wait(0.5):
            self.process.output.settle(0.5)
            return f"the process ended during the run: {self.process.how_it_ended()}"
        if reason.startswith("no answer within"):
            limit = f"max_runtime_seconds is {self.manifest.max_runtime_seconds}"
            return f"/run gave {reason} ({limit}, and {EXTRA_SECONDS} s more)"
        return reason


@contextmanager
def probing(tool: Tool, settings: Settings) -> Iterator[Probe]:
    """A probe of the tool; when the block ends no process and no file of it is left."""
    with TemporaryDirectory(prefix="pixie-validate-", ignore_cleanup_errors=True) as name:
        folder = Path(name).resolve()
        # A data folder of its own: whoever looks after Pixie's own processes leaves these alone.
        own = evolve(settings, home=folder, db_path=folder / "pixie.db", artefacts_root=folder / "artefacts")
        launcher = Launcher(own, spawner=_CleanSpawner())
        try:
            probe = Probe(tool, own, folder, launcher)
            try:
                yield probe
            finally:
                probe.close()
        finally:
            launcher.close()
