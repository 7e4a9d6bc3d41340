"""Charts drawn by a browser that is on the machine: Kaleido, kept open while it is used.

One browser serves the process. A thread of its own opens it for the first picture, draws one after another, and closes
it when none was asked for in a while, or when the process ends; the browser hangs on a pipe, so that it goes with a
process that is killed. It draws with the plotly.js of the dashboard and reaches nothing: its page allows files alone,
and its proxy is a port that nobody listens at.
"""

from __future__ import annotations

import asyncio
import atexit
import re
import threading
from concurrent.futures import Future
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, TypeAlias

from attrs import field, frozen

from pixie_core.errors import ExportError, MissingExtra
from pixie_core.exporters.front_end import PLOTLY, front_end_file, has_front_end

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Browser", "BrowserFailed", "browser", "find_chrome"]

_IDLE = 120.0
"""Seconds after the last picture until the browser is closed."""
_LONGEST = 60.0
"""Seconds that one picture may take, the start of the browser included."""
_PICTURES_OF_A_PAGE = 100
"""Pictures after which the browser's page is loaded anew."""
_NOWHERE = "http://127.0.0.1:9"
_RANDOM = re.compile(rb'id="(?:top)?defs-([0-9a-f]{6})"')
"""What Plotly makes up anew for the ids of each SVG, where it stands first."""
_POLICY = (
    "default-src 'none'; script-src file: 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; "
    "img-src data: blob:; font-src data:"
)


class BrowserFailed(ExportError):
    """The browser couldn't draw; another renderer may."""

    code = "export_failed"


@cache
def find_chrome() -> str | None:
    """The path of a Chrome or Chromium, or None when there is none, or no Kaleido to drive it."""
    if find_spec("kaleido") is None or not has_front_end():
        return None
    from choreographer.browsers.chromium import Chromium

    return Chromium.find_browser(skip_local=False)


@frozen
class _Asked:
    """One picture that somebody waits for."""

    figure: dict[str, Any] = field(repr=False)
    options: dict[str, Any]
    answer: Future[bytes] = field(factory=Future, repr=False)


_Line: TypeAlias = "asyncio.Queue[_Asked | None]"
"""Who waits for a picture; None at its end closes the browser."""


class Browser:
    """Draws Plotly figures; safe to use from any thread. `idle` is in seconds; `renewed_after` are the pictures after
    which its page is loaded anew.
    """

    def __init__(
        self,
        *,
        idle: float = _IDLE,
        renewed_after: int = _PICTURES_OF_A_PAGE,
        chrome: str | None = None,
        plotly: Path | None = None,
    ) -> None:
        self._idle = idle
        self._renewed_after = renewed_after
        self._chrome = chrome
        self._plotly = plotly
        self._lock = threading.Lock()
        self._open: tuple[asyncio.AbstractEventLoop, _Line] | None = None
        self._thread: threading.Thread | None = None

    @property
    def is_open(self) -> bool:
        """Whether a browser is kept for the next picture."""
        return self._thread is not None and self._thread.is_alive()

    def draw(self, figure: dict[str, Any], *, format: str, width: int, height: int, scale: float = 1) -> bytes:
        """The figure as png, svg or pdf; width and height in CSS pixels. Raises BrowserFailed."""
        named = {**figure, "data": [{**trace, "uid": f"t{at}"} for at, trace in enumerate(figure["data"])]}
        asked = _Asked(named, {"format": format, "width": width, "height": height, "scale": scale})
        with self._lock:
            if self._open is None:
                self._open = (asyncio.new_event_loop(), asyncio.Queue())
                # A daemon, for what waits here mustn't hold up the end of the process.
                self._thread = threading.Thread(target=self._serve, args=self._open, name="pixie-charts", daemon=True)
                self._thread.start()
            loop, line = self._open
            loop.call_soon_threadsafe(line.put_nowait, asked)
        drawn = asked.answer.result()
        return _without_chance(drawn) if format == "svg" else drawn

    def close(self) -> None:
        """Close the browser, once what was asked for is drawn. It opens again for the next picture."""
        with self._lock:
            thread = self._thread
            if self._open is not None:
                loop, line = self._open
                loop.call_soon_threadsafe(line.put_nowait, None)
                self._open = None
        if thread is not None:
            thread.join()

    def _serve(self, loop: asyncio.AbstractEventLoop, line: _Line) -> None:
        waiting: list[_Asked] = []
        try:
            loop.run_until_complete(self._draw_all(line, waiting))
        except Exception as error:  # noqa: BLE001 (whatever ends the browser is told to those who wait for it)
            loop.run_until_complete(self._leave(line, waiting))
            for each in waiting:
                each.answer.set_exception(_failed(error))
        finally:
            loop.run_until_complete(_ended(loop))
            loop.close()

    async def _draw_all(self, line: _Line, waiting: list[_Asked]) -> None:
        """Draw one after another; `waiting` holds whom an error is to be told."""
        import kaleido

        waiting += filter(None, [await line.get()])
        page = kaleido.PageGenerator(plotly=(self._plotly or front_end_file(PLOTLY, "png")).as_uri(), mathjax=False)
        page.header = page.header.replace(
            "<head>", f'<head><meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        )
        opened = _staying()(
            n=1, timeout=_LONGEST, page_generator=page, path=self._chrome or find_chrome(), proxy_server=_NOWHERE
        )
        opened.most = self._renewed_after
        try:
            async with asyncio.timeout(_LONGEST):
                await opened.open()
            while waiting:
                # A document is put on the page itself.
                opened.renewing = waiting[0].options["format"] == "pdf"
                async with asyncio.timeout(_LONGEST):
                    drawn = await opened.calc_fig(waiting[0].figure, waiting[0].options)
                waiting.pop(0).answer.set_result(drawn)
                if not waiting:
                    waiting += filter(None, [await self._next(line)])
                    if not waiting:
                        await self._leave(line, waiting)
        finally:
            await opened.close()

    async def _next(self, line: _Line) -> _Asked | None:
        """Who is next, or None when it is time to close."""
        try:
            async with asyncio.timeout(self._idle):
                return await line.get()
        except TimeoutError:
            return None

    async def _leave(self, line: _Line, waiting: list[_Asked]) -> None:
        """Take no more, and move those who came in the last instant to `waiting`."""
        with self._lock:
            if self._open is not None and self._open[1] is line:
                self._open = None
        await asyncio.sleep(0)  # what call_soon_threadsafe was given is in the line after this
        while not line.empty():
            waiting += filter(None, [line.get_nowait()])


@cache
def _staying() -> Any:
    """Kaleido, but that its page stays for the next picture, but when `renewing` is set.

    It loads the page anew, four megabytes of plotly.js, after each picture, and gives the picture out when that is
    done: more than half of its time. Plotly takes away what it drew for a picture, and a figure is data that can't
    change the page; it is loaded anew now and then all the same, so that nothing can add up. The methods aren't public:
    a Kaleido without them would be as slow as it was, and as right.
    """
    import kaleido

    base: Any = kaleido.Kaleido

    class Staying(base):  # type: ignore[misc]
        drawn = 0
        most = _PICTURES_OF_A_PAGE
        renewing = False

        async def _return_kaleido_tab(self, tab: Any) -> None:
            self.drawn += 1
            if self.renewing or self.drawn % self.most == 0:
                await super()._return_kaleido_tab(tab)
            else:
                await self.tabs_ready.put(tab)

    return Staying


def _without_chance(svg: bytes) -> bytes:
    """The same SVG with ids that are the same each time, without the empty style that stands now here, now there."""
    begin, end, rest = svg.partition(b">")
    svg = begin.replace(b' style=""', b"") + end + rest
    found = _RANDOM.search(svg)
    if found is None:
        return svg
    return re.sub(rb"\b(clip|legend|(?:top)?defs-|g)" + found[1] + rb"(?=\W|[a-z])", rb"\g<1>000000", svg)


async def _ended(loop: asyncio.AbstractEventLoop) -> None:
    """End what the browser's driver left running beside."""
    left = asyncio.all_tasks(loop) - {asyncio.current_task()}
    for each in left:
        each.cancel()
    await asyncio.gather(*left, return_exceptions=True)
    await loop.shutdown_asyncgens()


def _failed(error: Exception) -> ExportError:
    if isinstance(error, MissingExtra):
        return error
    said = str(error).strip() or type(error).__name__
    return BrowserFailed(f"The browser couldn't draw the chart: {said[:300]}. Choose the renderer matplotlib.")


@cache
def browser() -> Browser:
    """The one browser of this process."""
    opened = Browser()
    atexit.register(opened.close)
    return opened
