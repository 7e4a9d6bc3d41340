"""Where the event loop meets the library, which is synchronous.

A handler holds one `await bridge(...)` and nothing that blocks. Work runs on a small pool of threads;
committed events come back to the loop by callback. A client that goes away cancels its handler, never the
run.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from contextvars import copy_context
from functools import partial
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from pixie_core.run.events import Finished

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Iterator, Sequence

    from pixie_core import Pixie
    from pixie_core.run import Record, Run

__all__ = ["Bridge"]

P = ParamSpec("P")
T = TypeVar("T")

_QUICK_THREADS = 8
_SLOW_THREADS = 4
_SENDING_THREADS = 4
_HELD_RECORDS = 1_000
"""How many committed records wait for a slow reader before it goes back to the database for them."""
_LOOK_AGAIN = 1.0
"""Seconds after which a reader looks at the database unasked: runs of other processes are seen so."""


class _Listener:
    """One reader of one run: the records that were committed since it last looked."""

    def __init__(self) -> None:
        self.woken = asyncio.Event()
        self.records: deque[Record] = deque()
        self.overflowed = False

    def tell(self, records: Sequence[Record]) -> None:
        if len(self.records) + len(records) > _HELD_RECORDS:
            self.records.clear()
            self.overflowed = True
        else:
            self.records.extend(records)
        self.woken.set()


class _Daemons:
    """Threads that never keep the program from ending: those of an executor are waited for, be it minutes of a
    validation that nobody will read. What was begun goes on until its end or the program's.
    """

    def __init__(self, most: int, name: str) -> None:
        self._most, self._name = most, name
        self._lock = threading.Lock()
        self._waiting: queue.SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None] = queue.SimpleQueue()
        self._threads = 0

    def submit(self, call: Callable[[], T]) -> Future[T]:
        """Make the call on the next thread that is free."""
        future: Future[T] = Future()
        self._waiting.put((future, call))
        with self._lock:
            if self._threads < self._most:
                self._threads += 1
                name = f"{self._name}-{self._threads}"
                threading.Thread(target=self._work, name=name, daemon=True).start()
        return future

    def shut(self) -> None:
        """Begin nothing more, and let the threads end."""
        with suppress(queue.Empty):
            while (task := self._waiting.get_nowait()) is not None:
                task[0].cancel()
        for _ in range(self._most):
            self._waiting.put(None)

    def _work(self) -> None:
        while (task := self._waiting.get()) is not None:
            future, call = task
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(call())
                except BaseException as error:  # noqa: BLE001 (it is raised where the call was asked for)
                    future.set_exception(error)
            del task, future, call


class Bridge:
    """The event loop's way into one Pixie. Made, used and closed on the loop."""

    def __init__(self, pixie: Pixie) -> None:
        self.pixie = pixie
        self._loop = asyncio.get_running_loop()
        self._quick = ThreadPoolExecutor(_QUICK_THREADS, "pixie-call")
        self._slow = _Daemons(_SLOW_THREADS, "pixie-slow")
        # Apart, so that a download never waits for four validations to end.
        self._sending = _Daemons(_SENDING_THREADS, "pixie-sending")
        self._listeners: dict[str, set[_Listener]] = {}
        self._unsubscribe = pixie.store.subscribe(self._committed)

    async def __call__(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Call the library from a handler: for what takes milliseconds."""
        return await self._loop.run_in_executor(self._quick, _here(function, *args, **kwargs))

    async def slowly(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Call what may take seconds or minutes, so that it never keeps the quick calls waiting."""
        return await self._by(self._slow, function, *args, **kwargs)

    async def _by(self, threads: _Daemons, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await asyncio.wrap_future(threads.submit(_here(function, *args, **kwargs)), loop=self._loop)

    async def chunks(self, source: Iterator[bytes], *, at_least: int = 64 * 1024) -> AsyncGenerator[bytes]:
        """A blocking iterator of bytes, piece by piece: the first as soon as it is there, the others each gathered to a
        useful size.

        It is closed when nobody reads on, so that what it holds open goes at once.
        """
        # Who reads no further goes while a thread may be at the next piece: nothing is closed under its hands, and no
        # other thread waits for it; it stops at its next part and closes what it worked at.
        working, left = threading.Lock(), threading.Event()

        def gather(wanted: int) -> bytes:
            parts, size = [], 0
            with working:
                for part in source:
                    parts.append(part)
                    size += len(part)
                    if size >= wanted or left.is_set():
                        break
            if left.is_set():
                close()
            return b"".join(parts)

        def close() -> None:
            left.set()
            if working.acquire(blocking=False):
                try:
                    getattr(source, "close", lambda: None)()
                finally:
                    working.release()

        wanted = 1
        try:
            while piece := await self._by(self._sending, gather, wanted):
                yield piece
                wanted = at_least
        finally:
            await self._by(self._sending, close)

    async def follow(self, run_id: str, after: int = 0) -> AsyncGenerator[Sequence[Record]]:
        """The run's records after number `after`, in batches: those that there are, then each commit, to
        the end.
        """
        with self._listening(run_id) as listener:
            while True:
                batch = await self._fresh(run_id, after, listener)
                if batch:
                    after = batch[-1].seq
                    yield batch
                    if isinstance(batch[-1].event, Finished):
                        return
                    continue
                if (await self(self.pixie.store.run, run_id)).ended:
                    # Ended before `after`, or between two looks: nothing follows the last event.
                    batch = await self(self.pixie.store.events, run_id, after)
                    if batch:
                        yield batch
                    return
                await _either(listener.woken, _LOOK_AGAIN)

    async def wait(self, run_id: str, seconds: float | None = None) -> Run:
        """The run once it has ended, or as it stands after so many seconds."""
        try:
            async with asyncio.timeout(seconds):
                async for _ in self.follow(run_id):
                    pass
        except TimeoutError:
            pass  # how it stands now is the answer that was asked for
        return await self(self.pixie.get, run_id)

    async def close(self) -> None:
        """Let go of the threads; the Pixie itself is its owner's to close."""
        self._unsubscribe()
        await asyncio.to_thread(self._quick.shutdown, cancel_futures=True)
        self._slow.shut()
        self._sending.shut()

    async def _fresh(self, run_id: str, after: int, listener: _Listener) -> Sequence[Record]:
        """What came after `after`: as it was handed over, else out of the database."""
        listener.woken.clear()
        held = [record for record in listener.records if record.seq > after]
        listener.records.clear()
        if held and held[0].seq == after + 1 and not listener.overflowed:
            return held
        listener.overflowed = False
        return await self(self.pixie.store.events_page, run_id, after)

    @contextmanager
    def _listening(self, run_id: str) -> Iterator[_Listener]:
        listener = _Listener()
        listeners = self._listeners.setdefault(run_id, set())
        listeners.add(listener)
        try:
            yield listener
        finally:
            listeners.discard(listener)
            if not listeners:
                self._listeners.pop(run_id, None)

    def _committed(self, run_id: str, records: Sequence[Record]) -> None:
        """Called by the store's writer, on its thread."""
        self._loop.call_soon_threadsafe(self._tell, run_id, records)

    def _tell(self, run_id: str, records: Sequence[Record]) -> None:
        for listener in self._listeners.get(run_id, ()):
            listener.tell(records)


def _here(function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Callable[[], T]:
    """The call, to be made on another thread as if it were made here: what is logged in it says what it is about."""
    return partial(copy_context().run, partial(function, *args, **kwargs))


async def _either(event: asyncio.Event, seconds: float) -> None:
    """Wait for the event, at most so long."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        pass  # looking again after a while is the point
