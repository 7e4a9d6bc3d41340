"""One connection to a running Pixie: generated calls, with their problems raised, and what a generator
can't make.
"""

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from email.message import Message
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar
from urllib.parse import quote

import httpx
from attrs import field, frozen

from pixie_client.generated.api.runs import cancel_run, list_runs, run_output, show_run
from pixie_client.generated.api.service import healthz
from pixie_client.generated.api.tools import list_tools, start_run
from pixie_client.generated.client import Client
from pixie_client.generated.models.error_out import ErrorOut
from pixie_client.generated.models.start_run_body import StartRunBody
from pixie_client.generated.models.start_run_body_inputs import StartRunBodyInputs
from pixie_client.generated.types import UNSET

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pixie_client.generated.models.run_out import RunOut
    from pixie_client.generated.models.run_page import RunPage
    from pixie_client.generated.models.tool_item import ToolItem
    from pixie_client.generated.types import Response

__all__ = ["DEFAULT_URL", "Download", "Pixie", "PixieProblem", "PixieUnreachable"]

DEFAULT_URL = "http://127.0.0.1:7860"

T = TypeVar("T")


class PixieUnreachable(Exception):
    """No Pixie answers at the address; the message says how to start one."""

    def __init__(self, url: str, why: str) -> None:
        super().__init__(f"No Pixie answers at {url} ({why}). Start it with `uv run pixie`, or set PIXIE_URL.")
        self.url = url


class PixieProblem(Exception):
    """Pixie answered with a problem: `status`, `code`, `title`, `detail`, and `errors` as (path, message)."""

    def __init__(
        self, status: int, code: str, title: str, detail: str, errors: tuple[tuple[str, str], ...] = ()
    ) -> None:
        super().__init__(detail or title)
        self.status, self.code, self.title, self.detail, self.errors = status, code, title, detail, errors


@frozen
class Download:
    """A file on its way: iterate over it once, for its bytes."""

    filename: str
    """The name that Pixie gives it, without any folder."""
    _response: httpx.Response = field(repr=False)

    def __iter__(self) -> Iterator[bytes]:
        return self._response.iter_bytes()


class Pixie:
    """A running Pixie, found by `url`, else PIXIE_URL, else http://127.0.0.1:7860.

    Every method raises PixieUnreachable when nobody answers, and PixieProblem when the answer is an error.
    `timeout` is in seconds of silence.
    """

    def __init__(self, url: str | None = None, *, timeout: float = 30.0) -> None:
        self.url = (url or os.environ.get("PIXIE_URL") or DEFAULT_URL).rstrip("/")
        self._timeout = timeout
        self._http = httpx.Client(base_url=self.url, timeout=timeout, trust_env=False, follow_redirects=False)
        self._client = Client(base_url=self.url, raise_on_unexpected_status=False).set_httpx_client(self._http)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connection."""
        self._http.close()

    def call(self, operation: Callable[..., Response[Any]], /, *args: Any, **kwargs: Any) -> Any:
        """Call any generated operation's `sync_detailed` and return what it answers."""
        try:
            response = operation(*args, client=self._client, **kwargs)
        except httpx.TransportError as error:
            raise PixieUnreachable(self.url, str(error) or type(error).__name__) from error
        if response.status_code >= 400:
            raise _problem(response.status_code, response.parsed, response.content)
        return response.parsed

    def healthy(self) -> bool:
        """True once Pixie is fully booted."""
        return bool(self.call(healthz.sync_detailed).ok)

    def tools(self) -> list[ToolItem]:
        """Every tool."""
        found: list[ToolItem] = self.call(list_tools.sync_detailed)
        return found

    def run(self, tool_id: str, inputs: dict[str, Any] | None = None, *, wait: float = 0, **about: Any) -> RunOut:
        """Start a run; with `wait` seconds (at most 300), answer it when it has ended. `about` is run_id
        and label.
        """
        body = StartRunBody(inputs=StartRunBodyInputs.from_dict(inputs or {}), wait=wait, **about)
        with self._patient(wait):
            started: RunOut = self.call(start_run.sync_detailed, tool_id, body=body)
        return started

    def get(self, run_id: str) -> RunOut:
        """One run, by its id or a prefix of at least 6 characters."""
        run: RunOut = self.call(show_run.sync_detailed, run_id)
        return run

    def runs(self, **filters: Any) -> RunPage:
        """A page of runs, newest first; `filters` as of GET /api/runs."""
        page: RunPage = self.call(list_runs.sync_detailed, **{key: _given(value) for key, value in filters.items()})
        return page

    def output(self, run_id: str, key: str) -> Any:
        """One output's value."""
        return self.call(run_output.sync_detailed, run_id, key)

    def cancel(self, run_id: str) -> RunOut:
        """Ask a run to end."""
        run: RunOut = self.call(cancel_run.sync_detailed, run_id)
        return run

    def events(self, run_id: str, after: int = 0) -> Iterator[dict[str, Any]]:
        """The run's events after number `after`, to its end. A lost connection is taken up where it broke."""
        broken = 0
        while True:
            try:
                for event in self._events_once(run_id, after):
                    after, broken = event["seq"], 0
                    yield event
                    if event["kind"] == "finished":
                        return
            except httpx.TransportError as error:
                broken += 1
                if broken > 3:
                    raise PixieUnreachable(self.url, str(error) or type(error).__name__) from error
                continue
            return

    def _events_once(self, run_id: str, after: int) -> Iterator[dict[str, Any]]:
        path = f"/api/runs/{quote(run_id, safe='')}/events"
        headers = {"Accept": "text/event-stream"}
        with self._http.stream("GET", path, params={"after": after}, headers=headers) as response:
            _raise_for(response)
            for line in response.iter_lines():
                # Each event is one line of data (pixie_server.live); comments keep the line open.
                if line.startswith("data: "):
                    yield json.loads(line.removeprefix("data: "))

    def export(self, run_id: str, target: Path | str) -> Path:
        """Stream the run's zip to a file that isn't there yet. Raises FileExistsError; leaves no partial
        file.
        """
        path = Path(target)
        with path.open("xb") as file:
            try:
                for chunk in self.download(f"/api/runs/{quote(run_id, safe='')}/export"):
                    file.write(chunk)
            except BaseException:
                path.unlink(missing_ok=True)
                raise
        return path

    def download(self, path: str) -> Iterator[bytes]:
        """The bytes at an address, streamed."""
        with self.opened(path) as file:
            yield from file

    @contextmanager
    def opened(self, path: str) -> Iterator[Download]:
        """The file at an address, to be read while it comes, with the name that Pixie gives it."""
        try:
            with self._http.stream("GET", path) as response:
                _raise_for(response)
                yield Download(_filename(response), response)
        except httpx.TransportError as error:
            raise PixieUnreachable(self.url, str(error) or type(error).__name__) from error

    def _patient(self, wait: float) -> _Patience:
        return _Patience(self._http, self._timeout + wait)


class _Patience:
    """Lets one call be silent for longer."""

    def __init__(self, http: httpx.Client, seconds: float) -> None:
        self._http, self._seconds, self._before = http, seconds, http.timeout

    def __enter__(self) -> None:
        self._http.timeout = httpx.Timeout(self._seconds)

    def __exit__(self, *_: object) -> None:
        self._http.timeout = self._before


def _given(value: Any) -> Any:
    return UNSET if value is None else value


def _filename(response: httpx.Response) -> str:
    """The name in Content-Disposition, whatever folder it may claim."""
    header = Message()
    header["Content-Disposition"] = response.headers.get("Content-Disposition", "")
    name = (header.get_filename() or "").replace("\\", "/").rpartition("/")[2].replace("\0", "")
    return name if name.strip(". ") else "download"


def _raise_for(response: httpx.Response) -> None:
    if response.status_code >= 400:
        raise _problem(response.status_code, None, response.read())


def _problem(status: int, parsed: Any, content: bytes) -> PixieProblem:
    """What was answered, as an error: problem details, or the bare status where it is something else."""
    if isinstance(parsed, ErrorOut):
        said = parsed.to_dict()
    else:
        try:
            said = json.loads(content)
        except ValueError:
            said = {}
    errors = tuple((each["path"], each["message"]) for each in said.get("errors") or ())
    return PixieProblem(
        int(status), said.get("code", "http_error"), said.get("title", ""), said.get("detail", f"HTTP {status}"), errors
    )
