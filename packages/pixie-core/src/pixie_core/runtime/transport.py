"""Talking HTTP to a tool's process.

The address is built from the registry alone; no proxy, no redirect, no compression: a tool's answer could
otherwise lead elsewhere, or unfold into a thousand times its size. Bodies are read raw, within a budget. Each
request has a connection of its own, since tools often close theirs after an error. An `Exchange` is carried
by a thread of its own and can be cut off from any other.
"""

from __future__ import annotations

import base64
import json
import queue
import socket
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeAlias

import httpx
from attrs import field, frozen

from pixie_core.run.decoding import Undecodable, decode

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pixie_core.catalogue.base import Json

__all__ = ["Broken", "Chunk", "Closed", "Exchange", "Head", "Refusal", "Reply", "Transport", "served_file"]

MOST_WAITING = 64
"""Chunks that may wait for whoever reads an exchange: a slow reader slows the tool, and holds no memory."""


@frozen
class Head:
    """The status line has come."""

    status: int
    content_type: str


@frozen
class Chunk:
    """A piece of the body."""

    data: bytes = field(repr=False)


@frozen
class Closed:
    """The body is complete."""


@frozen
class Broken:
    """The exchange ended before its time: the connection broke, or what came isn't HTTP as it is spoken here."""

    reason: str
    refused: bool = False
    """Pixie ended it, for what the tool sent."""
    unreachable: bool = False
    """There was no connection to begin with."""


Part: TypeAlias = Head | Chunk | Closed | Broken


@frozen
class Reply:
    """A whole answer."""

    status: int
    content_type: str
    body: bytes = field(repr=False)

    @property
    def ok(self) -> bool:
        """True for 2xx."""
        return 200 <= self.status < 300

    def json(self) -> Json:
        """The body's JSON. Raises Undecodable."""
        return decode(self.body)


class Refusal(Exception):
    """A short request had no answer; the message says why."""


class Exchange:
    """One request and what comes back, carried by a thread of its own.

    Each part is handed to `deliver`, from that thread; the last is Closed or Broken. `deliver` may block.
    """

    def __init__(
        self, client: httpx.Client, request: httpx.Request, deliver: Callable[[Part], None], *, max_bytes: int
    ) -> None:
        self._client = client
        self._request = request
        self._deliver = deliver
        self._left = max_bytes
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._aborted = False
        request.extensions["trace"] = self._trace
        self._thread = threading.Thread(target=self._carry, name=f"{request.method} {request.url.path}", daemon=True)

    def start(self) -> Exchange:
        """Send the request."""
        self._thread.start()
        return self

    def abort(self) -> None:
        """Cut the connection: whatever the thread waits for ends. Safe at any time, from any thread."""
        with self._lock:
            self._aborted = True
            self._cut()

    def join(self, seconds: float) -> bool:
        """Wait for the thread; True when it has ended."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _cut(self) -> None:
        if self._socket is not None:
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)

    def _trace(self, name: str, info: dict[str, Any]) -> None:
        if name == "connection.connect_tcp.complete":
            with self._lock:
                self._socket = info["return_value"].get_extra_info("socket")
                if self._aborted:
                    self._cut()

    def _carry(self) -> None:
        last: Part
        try:
            last = self._answer()
        except httpx.HTTPError as error:
            last = Broken(_words(error), unreachable=isinstance(error, httpx.ConnectError | httpx.ConnectTimeout))
        except (ValueError, OSError) as error:  # what h11 doesn't take for HTTP comes as either
            last = Broken(f"{type(error).__name__}: {error}")
        finally:
            with self._lock:
                self._socket = None
        self._deliver(last)

    def _answer(self) -> Part:
        response = self._client.send(self._request, stream=True)
        try:
            encoding = response.headers.get("content-encoding", "identity").strip().lower()
            if encoding not in {"", "identity"}:
                return Broken(f"it answered with Content-Encoding: {encoding}, which it wasn't asked for", refused=True)
            self._deliver(Head(response.status_code, response.headers.get("content-type", "")))
            for data in response.iter_raw():
                self._left -= len(data)
                if self._left < 0:
                    return Broken(f"it answered with more than {self._max_bytes:,} bytes", refused=True)
                self._deliver(Chunk(data))
            return Closed()
        finally:
            response.close()


class Transport:
    """The HTTP side of one tool process: 127.0.0.1 and its port."""

    def __init__(self, port: int, token: str | None, *, max_answer_bytes: int, connect_seconds: float) -> None:
        self.port = port
        self._max_answer_bytes = max_answer_bytes
        headers = {"Accept-Encoding": "identity", "User-Agent": "pixie"}
        if token is not None:
            headers["X-Pixie-Token"] = token
        self._client = httpx.Client(
            base_url=f"http://127.0.0.1:{port}",
            headers=headers,
            trust_env=False,
            follow_redirects=False,
            timeout=httpx.Timeout(None, connect=connect_seconds),
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=0),
        )

    def close(self) -> None:
        """Let go of what the client holds."""
        self._client.close()

    def exchange(
        self,
        method: str,
        path: str,
        deliver: Callable[[Part], None],
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
    ) -> Exchange:
        """Begin a request whose parts are handed to `deliver` as they come."""
        request = self._client.build_request(method, path, params=params, headers=headers, content=content)
        return Exchange(self._client, request, deliver, max_bytes=self._max_answer_bytes).start()

    def ask(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        seconds: float,
        max_bytes: int = 16 * 2**20,
    ) -> Reply:
        """A request and its whole answer, within `seconds`. Raises Refusal when there is none."""
        parts: queue.Queue[Part] = queue.Queue(MOST_WAITING)
        given_up = threading.Event()

        def deliver(part: Part) -> None:
            while not given_up.is_set():
                with suppress(queue.Full):
                    parts.put(part, timeout=0.1)
                    return

        request = self._client.build_request(method, path, params=params, headers=headers, content=content)
        exchange = Exchange(self._client, request, deliver, max_bytes=max_bytes).start()
        timer = threading.Timer(seconds, exchange.abort)
        timer.daemon = True
        timer.start()
        head, body = Head(0, ""), bytearray()
        try:
            while True:
                match parts.get():
                    case Head() as head:
                        pass
                    case Chunk(data=data):
                        body += data
                    case Closed():
                        return Reply(head.status, head.content_type, bytes(body))
                    case Broken(reason=reason):
                        raise Refusal(reason if timer.is_alive() else f"no answer within {seconds:g} s")
        finally:
            given_up.set()
            timer.cancel()


def run_request(run_id: str, inputs: Mapping[str, Any], artefacts_dir: str) -> tuple[dict[str, str], bytes]:
    """Headers and body of POST /run: the inputs nested for new tools and flat for old ones."""
    body = {
        "run_id": run_id,
        "inputs": inputs,
        **inputs,
        "_pixie": {"run_id": run_id, "artefacts_dir": artefacts_dir},
    }
    headers = {
        "Content-Type": "application/json",
        "X-Pixie-Run-Id": run_id,
        "X-Pixie-Artefacts-Dir": artefacts_dir,
    }
    return headers, json.dumps(body, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


FILE_SECONDS = 30.0


def served_file(transport: Transport, run_id: str, path: str, *, max_bytes: int) -> str:
    """What a path on the tool's own server (`/files/<run_id>/<name>`) holds, as a data URL.

    The path itself where it can't be had, or leads elsewhere: nothing takes that for a source.
    """
    if not path.startswith(f"/files/{run_id}/"):
        return path
    try:
        reply = transport.ask("GET", path, seconds=FILE_SECONDS, max_bytes=max_bytes)
    except Refusal:
        return path
    if not reply.ok:
        return path
    kind = reply.content_type.partition(";")[0].strip() or "application/octet-stream"
    return f"data:{kind};base64,{base64.b64encode(reply.body).decode()}"


def detail_of(reply: Reply) -> str:
    """What the user sees of an answer that is an error: its `detail`, as text or as a list of {loc, msg}.

    What a list repeats of the inputs is left out: it may be a whole file. Never empty, never longer than a screen.
    """
    try:
        parsed = reply.json()
    except Undecodable:
        parsed = None
    detail = parsed
    if isinstance(parsed, dict):
        detail = next((parsed[key] for key in ("detail", "error", "message") if parsed.get(key)), parsed)
    if isinstance(detail, dict):
        detail = next((detail[key] for key in ("msg", "message", "error", "detail") if detail.get(key)), detail)
    if isinstance(detail, list):
        text = "\n".join(filter(None, map(_problem, detail)))
    elif isinstance(detail, str):
        text = detail
    elif detail is not None:
        text = json.dumps(detail, ensure_ascii=False)
    elif "html" in reply.content_type:
        text = ""
    else:
        text = reply.body[:2000].decode("utf-8", "replace")
    text = text.strip()
    said = text if len(text) <= 2000 else f"{text[:2000]}…"
    return said or f"The tool answered with status {reply.status} and no message."


def _problem(each: Any) -> str:
    if not isinstance(each, dict):
        return str(each)[:500]
    place = each.get("loc")
    steps = [str(step) for step in place if step != "body"] if isinstance(place, list) else []
    message = str(each.get("msg") or each.get("message") or "is wrong")[:500]
    return f"{'.'.join(steps)}: {message}" if steps else message


def _words(error: httpx.HTTPError) -> str:
    match error:
        case httpx.ConnectError() | httpx.ConnectTimeout():
            return "it takes no connection"
        case httpx.ReadError() | httpx.WriteError() | httpx.CloseError():
            return "the connection broke off"
        case httpx.RemoteProtocolError():
            return f"it broke the rules of HTTP: {error}"
    return f"{type(error).__name__}: {error}"
