"""How an error is answered: problem details (RFC 9457) to programs, a page with one next action to people."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from quart import Response, current_app, request
from werkzeug.exceptions import HTTPException

from pixie_core.errors import Invalid, PixieError, RunNotFound, ToolError, ToolNotFound, ToolNotInstalled
from pixie_server import render
from pixie_server.outcomes import outcome
from pixie_server.reading import Malformed
from pixie_server.refusals import prefers_json

if TYPE_CHECKING:
    import logging

    from quart import Quart

    from pixie_core.config import Settings

__all__ = ["RANGE", "WORDS", "answer_problem", "handle_errors", "problem_document", "wants_json"]

RANGE = ("range_not_satisfiable", "Range not satisfiable", "The range begins beyond the end of the file.")
"""Code, title and words of what a file that is shorter answers."""

WORDS = {
    400: ("bad_request", "Malformed request", "The request can't be read."),
    404: (
        "not_found",
        "Not found",
        "There is nothing at this address. /api/openapi.json names every one that there is.",
    ),
    405: ("method_not_allowed", "Method not allowed", "This address takes other methods."),
    408: ("timeout", "Request timeout", "The request took too long to arrive."),
    413: ("too_large", "Too large", "The request is larger than Pixie takes."),
    415: ("unsupported_media_type", "Unsupported media type", "The body isn't of a type that this address takes."),
    416: RANGE,
    500: ("internal_error", "Something went wrong in Pixie", "This is a fault of Pixie's. Its log says more."),
}
"""Code, title and words of what a request may meet that isn't an error of Pixie's own, by status."""

_RETRY_SECONDS = 5


def wants_json() -> bool:
    """Whether the request at hand is a program's: under /api, or JSON by Accept."""
    return request.path.startswith("/api/") or prefers_json(request.headers.get("Accept", "").encode("latin-1"))


def problem_document(status: int, title: str, detail: str, code: str, error: object = None) -> dict[str, object]:
    """The body of a problem. Wrong input carries each problem, a failed tool the end of its stderr."""
    document: dict[str, object] = {
        "type": f"urn:pixie:error:{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
    }
    if isinstance(error, Invalid):
        document["errors"] = [{"path": each.path, "message": each.message} for each in error.problems]
    if isinstance(error, ToolError) and error.stderr:
        document["stderr"] = error.stderr
    near = getattr(error, "near", None)
    if near:
        document["near"] = list(near)
    candidates = getattr(error, "candidates", None)
    if candidates:
        document["candidates"] = list(candidates)
    return document


def answer_problem(status: int, title: str, detail: str, code: str, error: object = None) -> Response:
    """The error as the client wants it."""
    if wants_json():
        body = json.dumps(problem_document(status, title, detail, code, error), ensure_ascii=False)
        return Response(_sent(body), status, _later(status), content_type="application/problem+json")
    action, command = _next_action(error), _next_command(error)
    if request.headers.get("HX-Request") == "true":
        page = render.error_fragment(title, detail, code=code, action=action, command=command)
    else:
        # The frame without its tools: an error page asks nothing of a database that may be the fault.
        known = current_app.config["KNOWN_SETTINGS"]()
        frame = render.Frame(now=datetime.now(UTC), theme=known.theme, accent=known.accent, density=known.density)
        page = render.page_error(frame, status, title, detail, code=code, action=action, command=command)
    return Response(_sent(page), status, _later(status), content_type="text/html; charset=utf-8")


def _later(status: int) -> dict[str, str]:
    """When to ask again, where the reason is one that passes."""
    return {"Retry-After": str(_RETRY_SECONDS)} if status in {429, 503} else {}


def _sent(text: str) -> bytes:
    """The text in UTF-8, though it may repeat half a surrogate pair that somebody sent: as its escape."""
    return text.encode("utf-8", "backslashreplace")


def _next_action(error: object) -> tuple[str, str]:
    """Words and address of the one thing to do next."""
    if isinstance(error, ToolNotFound) and error.near:
        return f"Open {error.near[0]}", f"/tool/{error.near[0]}"
    if isinstance(error, RunNotFound | ToolNotFound):
        return "See all tools and runs", "/"
    return "Back to the start", "/"


def _next_command(error: object) -> str | None:
    """A command that mends it, where there is one."""
    return f"pixie sync {error.tool_id}" if isinstance(error, ToolNotInstalled) else None


def _by_name(text: str, settings: Settings) -> str:
    """The text with Pixie's own folders by their names: where they lie stays in the log."""
    for folder in (settings.artefacts_root, settings.tools_dir, settings.home):
        if folder.name:  # not the root of all
            within = f"{folder.name}/" if folder != settings.home else ""
            text = text.replace(f"{folder}/", within).replace(f"{folder}", folder.name)
    return text


def handle_errors(app: Quart, log: logging.Logger, settings: Settings) -> None:
    """Have the app answer every error so."""

    @app.errorhandler(PixieError)
    async def pixie_error(error: PixieError) -> Response:
        known = outcome(error)
        detail = str(error)
        if known.status >= 500 and not isinstance(error, ToolError):
            log.error("%s: %s", error.code, detail)
            detail = _by_name(detail, settings)
        return answer_problem(known.status, known.title, detail, error.code, error)

    @app.errorhandler(Malformed)
    async def malformed(error: Malformed) -> Response:
        return answer_problem(400, "Malformed request", error.detail, "malformed")

    @app.errorhandler(HTTPException)
    async def http_error(error: HTTPException) -> Response:
        status = error.code or 500
        code, title, detail = WORDS.get(status, ("http_error", error.name, f"The answer is {status}."))
        if status != 405:
            return answer_problem(status, title, detail, code)
        methods = ", ".join(sorted(getattr(error, "valid_methods", None) or ()))
        answer = answer_problem(status, title, f"This address takes {methods}. Ask by one of them.", code)
        answer.headers["Allow"] = methods
        return answer

    @app.errorhandler(Exception)
    async def fault(error: Exception) -> Response:
        log.error("A fault while answering %s %s", request.method, request.path, exc_info=error)
        code, title, detail = WORDS[500]
        return answer_problem(500, title, detail, code)
