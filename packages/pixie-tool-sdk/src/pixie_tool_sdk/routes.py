"""The HTTP contract of a tool: who may ask, what is asked, what is answered.

    GET  /healthz                  {"ok": true}, as soon as the tool listens
    GET  /schema                   tool.json as it is on disk
    POST /run                      the outputs, or placeholders of a run that streams
    GET  /stream?run_id=           server-sent events, once per run (see `execution`)
    POST /cancel?run_id=           {"cancelled": true}; false when the run had ended
    GET  /autocomplete/<name>?q=   [{"value", "label"}]
    GET  /files/<run_id>/<name>    a file of the run's artefacts folder

A refusal is `{"detail": "...", "code": "..."}`. Without a `run_id` /stream and /cancel mean the newest run.
"""

from __future__ import annotations

import hmac
import os
import re
import stat
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from pixie_tool_sdk.encoding import encode, plain, shown
from pixie_tool_sdk.errors import InputError, OutputError
from pixie_tool_sdk.execution import Execution, Failure, Runs, described, print_traceback
from pixie_tool_sdk.http1 import BadRequest, Request, Response
from pixie_tool_sdk.submission import read_submission

if TYPE_CHECKING:
    from pixie_tool_sdk.arguments import Arguments
    from pixie_tool_sdk.declaration import Declaration

__all__ = ["Routes"]

_HOST: Final = re.compile(r"(?:127\.0\.0\.1|localhost)(?::[0-9]{1,5})?", re.IGNORECASE)
_BLOCK: Final = 256 * 1024

Suggest = Callable[[str], Any]


class Routes:
    """Answers requests. `token` is what every request must carry in X-Pixie-Token, None for a tool started by hand."""

    def __init__(
        self,
        declaration: Declaration,
        arguments: Arguments,
        runs: Runs,
        suggestions: Mapping[str, Suggest],
        token: str | None,
    ) -> None:
        self._declaration = declaration
        self._arguments = arguments
        self._runs = runs
        self._suggestions = suggestions
        self._token = token

    def answer(self, request: Request) -> Response:
        """The answer to a request, whatever happens: what goes wrong is answered as well."""
        try:
            return self._guarded(request) or self._routed(request)
        except BadRequest as error:
            return _refusal(error.status, "bad_request", error.detail)
        except InputError as error:
            return _refusal(422, "input", str(error))
        except Failure as failure:
            return _refusal(failure.status, failure.code, failure.detail)
        except Exception as error:  # noqa: BLE001 - the edge: a defect is told, with its traceback in the log
            print_traceback(f"{request.method} /{'/'.join(request.path)} failed", error)
            return _refusal(500, "error", described(error))

    def _guarded(self, request: Request) -> Response | None:
        """Web pages and strangers are turned away before anything is looked at."""
        if not _HOST.fullmatch(request.headers.get("host", "")):
            return _refusal(403, "host", "This tool answers to 127.0.0.1 and localhost alone.")
        if "origin" in request.headers or request.headers.get("sec-fetch-site", "none") not in {"none", "same-origin"}:
            return _refusal(403, "origin", "This tool doesn't answer web pages.")
        if self._token is not None:
            sent = request.headers.get("x-pixie-token", "").encode("latin-1")
            if not hmac.compare_digest(sent, self._token.encode()):
                return _refusal(401, "token", "The header X-Pixie-Token is missing or wrong.")
        return None

    def _routed(self, request: Request) -> Response:
        match request.method, request.path:
            case "GET", ("healthz",):
                return Response(200, b'{"ok":true}')
            case "GET", ("schema",):
                return self._schema()
            case "POST", ("run",):
                return self._run(request)
            case "GET", ("stream",):
                return self._stream(request)
            case "POST", ("cancel",):
                return self._cancel(request)
            case "GET", ("autocomplete", name):
                return self._suggest(name, request.query.get("q", ""))
            case "GET", ("files", run_id, name):
                return self._file(run_id, name)
        asked = request.path[0] if request.path else ""
        allowed = _METHODS.get(asked)
        if allowed is None or allowed == request.method:
            raise Failure(404, "not_found", f"A tool has no /{'/'.join(request.path)}; it has /{', /'.join(_METHODS)}.")
        refused = _refusal(405, "method", f"/{asked} takes {allowed}.")
        return Response(refused.status, refused.body, headers=(("Allow", allowed),))

    def _schema(self) -> Response:
        try:
            return Response(200, self._declaration.path.read_bytes())
        except OSError as error:
            raise Failure(500, "error", f"tool.json can't be read: {error}") from error

    def _run(self, request: Request) -> Response:
        submission = read_submission(request, self._declaration)
        try:
            arguments = self._arguments.bind(submission.inputs)
            submission.inputs.update(arguments)
            execution = self._runs.begin(submission)
        except BaseException:
            if submission.uploads_dir is not None:
                submission.uploads_dir.cleanup()
            raise
        body = self._runs.answer(execution, arguments)
        return Response(200, body, headers=(("X-Pixie-Run-Id", execution.run.id),))

    def _stream(self, request: Request) -> Response:
        execution = self._found(request)
        stream = execution.stream
        if stream is None:
            raise Failure(404, "no_stream", "No output of this tool is declared with streaming: true.")
        if not stream.claim():
            raise Failure(409, "stream_taken", f"The stream of run {execution.run.id} can be read once, and has been.")

        def events() -> Iterator[bytes]:
            whole = False
            try:
                yield from stream.read()
                whole = True
            finally:
                if not whole:
                    self._runs.abandon(execution)

        return Response(200, events(), content_type="text/event-stream; charset=utf-8")

    def _cancel(self, request: Request) -> Response:
        return Response(202, encode({"cancelled": self._runs.cancel(self._found(request))}))

    def _found(self, request: Request) -> Execution:
        run_id = request.query.get("run_id")
        execution = self._runs.find(run_id)
        if execution is None:
            raise Failure(
                404, "unknown_run", f"This process knows no run {run_id}." if run_id else "There is no run yet."
            )
        return execution

    def _suggest(self, name: str, query: str) -> Response:
        suggest = self._suggestions.get(name)
        if suggest is None:
            known = ", ".join(self._suggestions) or "none"
            raise Failure(404, "not_found", f"This tool has no suggestions called {name!r}; it has {known}.")
        return Response(200, encode([_option(each, name) for each in suggest(query)], f"the suggestions of {name!r}"))

    def _file(self, run_id: str, name: str) -> Response:
        execution = self._runs.find(run_id)
        folder = execution.run._artefacts_dir if execution is not None else None  # noqa: SLF001
        plain_name = name not in {"", ".", ".."} and not any(mark in name for mark in "/\\\0")
        opened = _opened(folder / name) if folder is not None and plain_name else None
        if opened is None:
            raise Failure(404, "not_found", f"The run {run_id} has no file {name!r}.")

        def blocks() -> Iterator[bytes]:
            with opened:
                while block := opened.read(_BLOCK):
                    yield block

        return Response(200, blocks(), content_type="application/octet-stream")


_METHODS: Final = {
    "healthz": "GET",
    "schema": "GET",
    "run": "POST",
    "stream": "GET",
    "cancel": "POST",
    "autocomplete": "GET",
    "files": "GET",
}


def _refusal(status: int, code: str, detail: str) -> Response:
    return Response(status, encode({"detail": detail.encode(errors="replace").decode(), "code": code}))


def _option(suggestion: Any, name: str) -> dict[str, Any]:
    """One suggestion: text stands for itself as value and label."""
    suggestion = plain(suggestion)
    if isinstance(suggestion, str):
        return {"value": suggestion, "label": suggestion}
    if isinstance(suggestion, Mapping) and "value" in suggestion:
        return {"label": str(suggestion["value"]), **suggestion}
    raise OutputError(
        f"the suggestion {shown(suggestion)} of {name!r}: expected text or an object with value and label"
    )


def _opened(path: os.PathLike[str]) -> BinaryIO | None:
    """The file, if it is a regular one and no link."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    except OSError:
        return None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        return None
    return os.fdopen(descriptor, "rb")
