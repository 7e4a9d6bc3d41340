"""Made from async_pixie.py by generate.py, and not to be edited.

One connection to a running Pixie: the generated calls, with their problems raised, and what a generator can't make.
"""

from __future__ import annotations

import json
import os
import time
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote, urlencode

import httpx
from attrs import field, frozen

from pixie_client.errors import AnswerNotUnderstood, PixieUnreachable, Unavailable, problem
from pixie_client.events import Decoder, Following, Patience
from pixie_client.files import Incoming, Part, Saved, announced_sha256, filename, opened_parts
from pixie_client.generated.api.runs import cancel_run, list_runs, run_output, show_run
from pixie_client.generated.api.service import healthz
from pixie_client.generated.api.tools import list_tools, show_tool, start_run
from pixie_client.generated.client import Client
from pixie_client.generated.models.start_run_body import StartRunBody
from pixie_client.generated.models.start_run_body_inputs import StartRunBodyInputs
from pixie_client.generated.models.start_run_body_with_files import StartRunBodyWithFiles
from pixie_client.generated.models.start_run_body_with_files_inputs import StartRunBodyWithFilesInputs
from pixie_client.generated.types import UNSET

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
    from pathlib import Path
    from types import ModuleType

    from pixie_client.generated.models.run_out import RunOut
    from pixie_client.generated.models.run_page import RunPage
    from pixie_client.generated.models.run_summary import RunSummary
    from pixie_client.generated.models.tool_detail import ToolDetail
    from pixie_client.generated.models.tool_item import ToolItem

__all__ = ["DEFAULT_URL", "Download", "Pixie"]

DEFAULT_URL = "http://127.0.0.1:7860"

_PIECE = 1 << 20
"""Bytes that are written at a time."""


@frozen
class Download:
    """A file on its way: iterate over it once, for its bytes."""

    filename: str
    """The name that Pixie gives it, without any folder."""
    size_bytes: int | None
    """How many bytes will come, where Pixie knows."""
    sha256: str | None
    """What their SHA-256 will be, where Pixie says it."""
    _response: httpx.Response = field(repr=False)

    def __iter__(self) -> Iterator[bytes]:
        return self._response.iter_bytes()

    def pieces(self, size: int) -> Iterator[bytes]:
        """The same in pieces of so many bytes."""
        return self._response.iter_bytes(size)


class Pixie:
    """A running Pixie, found by `url`, else PIXIE_URL, else http://127.0.0.1:7860.

        with Pixie() as pixie:
            run = pixie.run("compound-interest", {"principal": 1000})

    Every method raises PixieUnreachable when nobody answers, and PixieProblem when the answer is an error.
    `timeout` is in seconds of silence. `transport` takes the place of the network, in tests.
    """

    def __init__(
        self, url: str | None = None, *, timeout: float = 30.0, transport: httpx.BaseTransport | None = None
    ) -> None:
        self.url = (url or os.environ.get("PIXIE_URL") or DEFAULT_URL).rstrip("/")
        self._timeout = timeout
        self._http = httpx.Client(
            base_url=self.url, timeout=timeout, trust_env=False, follow_redirects=False, transport=transport
        )
        self._client = Client(base_url=self.url, raise_on_unexpected_status=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    # Any operation

    def call(
        self, operation: ModuleType, /, *args: Any, patience: float = 0, parts: Sequence[Part] = (), **kwargs: Any
    ) -> Any:
        """Call a generated operation by its module, such as `pixie_client.generated.api.tools.tool_log`, with its
        arguments; returns its answer as the operation's own type. `patience` are further seconds of silence, `parts`
        further parts of a multipart body.

        Raises AnswerNotUnderstood when the answer isn't of that type.
        """
        asked = operation._get_kwargs(*args, **kwargs)  # noqa: SLF001 (the generated package is this one's own)
        if parts:
            asked["files"] = [*asked["files"], *parts]
        request = self._http.build_request(**asked, timeout=self._timeout + patience)
        try:
            response = self._http.send(request)
        except httpx.TransportError as error:
            raise self._unreachable(error) from error
        if response.status_code >= 400:
            raise problem(response.status_code, response.content)
        try:
            return operation._parse_response(client=self._client, response=response)  # noqa: SLF001
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            what = f"{request.method} {request.url.path}"
            raise AnswerNotUnderstood(self.url, what, f"{type(error).__name__}: {error}") from error

    def healthy(self) -> bool:
        """True once Pixie is fully booted, False while it starts or stops."""
        try:
            answer = self.call(healthz)
        except Unavailable:
            return False
        return bool(answer.ok)

    # Tools and runs

    def tools(self) -> list[ToolItem]:
        """Every tool."""
        found: list[ToolItem] = self.call(list_tools)
        return found

    def tool(self, tool_id: str) -> ToolDetail:
        """One tool: its declaration, its state, its latest validation."""
        found: ToolDetail = self.call(show_tool, tool_id)
        return found

    def start(
        self,
        tool_id: str,
        inputs: dict[str, Any] | None = None,
        *,
        run_id: str | None = None,
        label: str | None = None,
        wait: float = 0,
        files: Mapping[str, Path | Sequence[Path]] | None = None,
    ) -> RunOut:
        """Start a run and return at once, or after `wait` seconds (300 at most) if it hasn't ended earlier.

        `files` are inputs by key: they are sent from the disk, as large as they may be. With a `run_id` (a UUID) a
        request that is sent twice starts one run. Raises OSError for a file that can't be read.
        """
        about: dict[str, Any] = {"wait": wait, "run_id": _given(run_id), "label": _given(label)}
        values = inputs or {}
        if files:
            form = StartRunBodyWithFiles(inputs=StartRunBodyWithFilesInputs.from_dict(values), **about)
            with opened_parts(files) as parts:
                run: RunOut = self.call(start_run, tool_id, body=form, parts=parts, patience=wait)
                return run
        body = StartRunBody(inputs=StartRunBodyInputs.from_dict(values), **about)
        started: RunOut = self.call(start_run, tool_id, body=body, patience=wait)
        return started

    def run(self, tool_id: str, inputs: dict[str, Any] | None = None, **about: Any) -> RunOut:
        """Start a run and wait for its end; its `status` says how it went. `about` is run_id, label and files."""
        started = self.start(tool_id, inputs, wait=1, **about)
        return started if started.status != "running" else self.wait(started.id)

    def wait(self, run_id: str, *, timeout: float | None = None) -> RunOut:
        """The run once it has ended, though the connection should break meanwhile; or as it stands after `timeout`
        seconds.
        """
        if timeout is not None:
            return self._wait_for(run_id, timeout)
        run = self.get(run_id)
        if run.status == "running":
            with closing(self.events(run.id, run.seq)) as events:
                for _ in events:
                    pass
            run = self.get(run.id)
        return run

    def _wait_for(self, run_id: str, seconds: float) -> RunOut:
        """Asked again and again: nothing here can be told to stop listening in the midst of a silence."""
        pause = 0.05
        while True:
            run = self.get(run_id)
            if run.status != "running" or seconds <= 0:
                return run
            time.sleep(min(pause, seconds))
            seconds -= pause
            pause = min(pause * 1.5, 1.0)

    def get(self, run_id: str) -> RunOut:
        """One run, by its id or a prefix of at least 6 characters."""
        run: RunOut = self.call(show_run, run_id)
        return run

    def runs(self, **filters: Any) -> RunPage:
        """A page of runs, newest first; `filters` as of GET /api/runs."""
        page: RunPage = self.call(list_runs, **{key: _given(value) for key, value in filters.items()})
        return page

    def every_run(self, **filters: Any) -> Iterator[RunSummary]:
        """All runs that meet the filters, newest first, a page at a time as they are taken."""
        while True:
            page = self.runs(**filters)
            for run in page.items:
                yield run
            if page.next_ is None:
                return
            filters["after"] = page.next_

    def output(self, run_id: str, key: str) -> Any:
        """One output's value."""
        return self.call(run_output, run_id, key)

    def cancel(self, run_id: str) -> RunOut:
        """Ask a run to end."""
        run: RunOut = self.call(cancel_run, run_id)
        return run

    # Events

    def events(self, run_id: str, after: int = 0, *, patience: float = 30) -> Generator[dict[str, Any]]:
        """The run's events after number `after`, to its end, each once and in their order.

        A connection that breaks is taken up where it broke, by Last-Event-ID, though Pixie itself were started anew
        meanwhile; after `patience` seconds in which nobody answered PixieUnreachable is raised.
        """
        following, left = Following(after), Patience(patience)
        path = f"/api/runs/{quote(run_id, safe='')}/events"
        while not following.ended():
            try:
                with self._http.stream("GET", path, headers=following.begin()) as response:
                    _raise_for(response)
                    for piece in response.iter_raw():
                        left.heard()
                        for event in following.feed(piece):
                            yield event
                # A server that stops ends its streams cleanly; so does one that has nothing more to tell.
                if following.ended() or self._has_ended(run_id, following.after):
                    return
                why: Exception = ConnectionError("the stream ended before the run")
            except (httpx.TransportError, Unavailable, PixieUnreachable) as error:
                why = error
            self._pause(left, why)

    def _has_ended(self, run_id: str, seen: int) -> bool:
        run = self.get(run_id)
        return run.status != "running" and run.seq <= seen

    def happenings(self, *, patience: float = 30) -> Generator[dict[str, Any]]:
        """What happens from now on, without an end: `kind` is run_started, run_finished or tools_changed, with ids
        beside it; `missed` when there was too much to be told, or the connection broke: look at everything anew.
        """
        left = Patience(patience)
        while True:
            decoder = Decoder()
            try:
                with self._http.stream("GET", "/api/events", headers={"Accept": "text/event-stream"}) as response:
                    _raise_for(response)
                    for piece in response.iter_raw():
                        left.heard()
                        for event in decoder.feed(piece):
                            yield {"kind": event.kind, **json.loads(event.data)}
                why: Exception = ConnectionError("the stream ended")
            except (httpx.TransportError, Unavailable) as error:
                why = error
            self._pause(left, why)
            yield {"kind": "missed"}

    def _pause(self, left: Patience, why: Exception) -> None:
        """Wait a moment before the next attempt. Raises PixieUnreachable when there were enough."""
        seconds = left.pause()
        if seconds is None:
            raise self._unreachable(why) from why
        time.sleep(seconds)

    # Files

    @contextmanager
    def opened(self, path: str, *, body: Any = None) -> Iterator[Download]:
        """The file at an address, to be read while it comes, with the name that Pixie gives it. With a `body` (JSON) it
        is asked for by POST.
        """
        try:
            with self._http.stream("GET" if body is None else "POST", path, json=body) as response:
                _raise_for(response)
                length = response.headers.get("Content-Length")
                size = int(length) if length is not None and length.isdigit() else None
                yield Download(filename(response.headers), size, announced_sha256(response.headers), response)
        except httpx.TransportError as error:
            raise self._unreachable(error) from error

    def download(
        self,
        path: str,
        target: Path | str,
        *,
        body: Any = None,
        force: bool = False,
        on_progress: Callable[[int, int | None], None] | None = None,
    ) -> Saved:
        """Save the file at an address: under `target`, or in it, where it is a folder.

        It gets its name once all of it is there, on the disk, and has the SHA-256 that Pixie says (where it says one);
        before, and when anything fails, nothing is there. `on_progress` is told the bytes so far, and how many will
        come. Raises FileExistsError unless `force`, and DownloadDamaged.
        """
        with self.opened(path, body=body) as download:
            with Incoming(target, download.filename, force=force) as file:
                for piece in download.pieces(_PIECE):
                    so_far = file.write(piece)
                    if on_progress is not None:
                        on_progress(so_far, download.size_bytes)
                return file.keep(download.sha256)

    def export(self, run_id: str, target: Path | str, **about: Any) -> Saved:
        """Save the run as a zip; see `download`."""
        return self.download(f"/api/runs/{quote(run_id, safe='')}/export", target, **about)

    def report(self, run_id: str, target: Path | str, *, format: str = "zip", **about: Any) -> Saved:
        """Save the run's report as zip, md, html or pdf; see `download`."""
        path = f"/api/runs/{quote(run_id, safe='')}/report?{urlencode({'format': format})}"
        return self.download(path, target, **about)

    def bulk(self, target: Path | str, chosen: dict[str, Any], **about: Any) -> Saved:
        """Save many runs or files as one zip. `chosen` is the body of POST /api/exports/bulk: run_ids, artefact_ids or
        filter, and kind. See `download`.
        """
        return self.download("/api/exports/bulk", target, body=chosen, **about)

    def export_output(
        self, run_id: str, key: str, target: Path | str, *, format: str | None = None, **about: Any
    ) -> Saved:
        """Save an output in a format, by default its own default; see `download`."""
        query = f"?{urlencode({'format': format})}" if format is not None else ""
        path = f"/api/runs/{quote(run_id, safe='')}/outputs/{quote(key, safe='')}/export{query}"
        return self.download(path, target, **about)

    def artefact(self, artefact_id: int, target: Path | str, **about: Any) -> Saved:
        """Save a file that a run left, byte for byte; see `download`."""
        return self.download(f"/api/artefacts/{artefact_id}/content", target, **about)

    def _unreachable(self, error: Exception) -> PixieUnreachable:
        return PixieUnreachable(self.url, str(error) or type(error).__name__)


def _given(value: Any) -> Any:
    return UNSET if value is None else value


def _raise_for(response: httpx.Response) -> None:
    if response.status_code >= 400:
        raise problem(response.status_code, response.read())
