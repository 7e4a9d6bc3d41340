"""Routes are declared once: path, what goes in, what comes out, and which errors it can answer.

    routes = Routes("runs")

    @routes.get("/api/runs/<run_id>", answer=RunOut, errors=(RunNotFound, AmbiguousRunId))
    async def show_run(served: Served, run_id: str) -> RunOut:
        \"\"\"One run: inputs, outputs, status, error, duration, fingerprint, artefacts.\"\"\"

The app, the guard's list of pages and the OpenAPI document are all made from these declarations. A handler
that takes `query` or `body` gets an instance of the declared class; what doesn't fit is answered with 422
and every problem, before the handler is called. A handler returns a value of its answer class, or a
Response.
"""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from attrs import field, frozen

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from pixie_core.errors import PixieError

__all__ = ["Answer", "Route", "Routes"]

Method: TypeAlias = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
Handler: TypeAlias = "Callable[..., Awaitable[Any]]"


@frozen
class Answer:
    """A successful answer: its status, what it holds (a class, `list[class]`, or a media type alone), and
    an example.
    """

    status: int
    holds: Any = None
    media_type: str = "application/json"
    description: str = ""
    example: Any = None
    headers: Mapping[str, str] = field(factory=dict)
    """What headers of its own say, by name."""


@frozen(kw_only=True)
class Route:
    """One method of one path. `page`: a full page that links from elsewhere may open. `upload`: the body may come as a
    multipart form too, and the handler takes `files`.
    """

    method: Method
    path: str
    handler: Handler = field(repr=False)
    tag: str
    answers: tuple[Answer, ...]
    errors: tuple[type[PixieError], ...] = ()
    query: type | None = None
    body: type | None = None
    body_optional: bool = False
    upload: bool = False
    form: bool = False
    page: bool = False
    artefact: bool = False
    example: Any = None
    path_examples: dict[str, str] = field(factory=dict)
    asks: Mapping[str, str] = field(factory=dict)
    """What request headers that it heeds mean, by name."""

    @property
    def name(self) -> str:
        """The operation's name: the handler's."""
        return self.handler.__name__

    @property
    def summary(self) -> str:
        """The first paragraph of the handler's docstring, in one line."""
        return (inspect.getdoc(self.handler) or "").partition("\n\n")[0].replace("\n", " ")

    @property
    def description(self) -> str:
        """The rest of the docstring."""
        return (inspect.getdoc(self.handler) or "").partition("\n\n")[2]

    @property
    def parameters(self) -> tuple[tuple[str, str], ...]:
        """The path's parameters as (converter, name)."""
        return tuple((kind or "string", name) for kind, name in re.findall(r"<(?:(\w+):)?(\w+)>", self.path))

    @property
    def template(self) -> str:
        """The path as OpenAPI writes it: `/api/runs/{run_id}`."""
        return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", self.path)

    @property
    def pattern(self) -> re.Pattern[str]:
        """What a request's path must match: as Werkzeug takes the path, so that the guard judges the same route."""
        return re.compile("/".join(map(_segment, self.path.split("/"))))


def _segment(part: str) -> str:
    if not part.startswith("<"):
        return re.escape(part)
    return r"\d+" if part.startswith("<int:") else "[^/]+"


class Routes:
    """The routes of one module, in the order of their declaration."""

    def __init__(self, tag: str) -> None:
        self.tag = tag
        self.routes: list[Route] = []

    def get(self, path: str, **about: Any) -> Callable[[Handler], Handler]:
        """Declare what GET does here."""
        return self._declare("GET", path, about)

    def post(self, path: str, **about: Any) -> Callable[[Handler], Handler]:
        """Declare what POST does here."""
        return self._declare("POST", path, about)

    def put(self, path: str, **about: Any) -> Callable[[Handler], Handler]:
        """Declare what PUT does here."""
        return self._declare("PUT", path, about)

    def patch(self, path: str, **about: Any) -> Callable[[Handler], Handler]:
        """Declare what PATCH does here."""
        return self._declare("PATCH", path, about)

    def delete(self, path: str, **about: Any) -> Callable[[Handler], Handler]:
        """Declare what DELETE does here."""
        return self._declare("DELETE", path, about)

    def _declare(self, method: Method, path: str, about: dict[str, Any]) -> Callable[[Handler], Handler]:
        answer = about.pop("answer", None)
        answers = about.pop("answers", None) or (Answer(200, answer),)

        def declare(handler: Handler) -> Handler:
            self.routes.append(Route(method=method, path=path, handler=handler, tag=self.tag, answers=answers, **about))
            return handler

        return declare
