"""What the client raises.

    PixieError
    ├── PixieUnreachable        nobody answers at the address, or not any more
    ├── AnswerNotUnderstood     what answers is another program, or a Pixie that this client doesn't know
    ├── DownloadDamaged         what came isn't what was sent
    └── PixieProblem            Pixie answered with a problem: `status`, `code`, `title`, `detail`, `errors`
        ├── Malformed           400
        ├── Forbidden           403
        ├── NotFound            404, 410
        ├── Conflict            409
        ├── TooLarge            413, 414, 431
        ├── Invalid             415, 422: `errors` names each path
        ├── Busy                429
        ├── ToolFailed          502, 504: `stderr` is the end of what the tool said
        ├── Unavailable         503, 507: Pixie starts, stops, or can't write
        └── Unsupported         501: something isn't installed where Pixie runs

`code` is stable and finer than the class: docs/errors.md lists the codes. `exit_code` is what a script may end with, as
the `pixie` command does.
"""

from __future__ import annotations

import json
from typing import Any, ClassVar

__all__ = [
    "AnswerNotUnderstood",
    "Busy",
    "Conflict",
    "DownloadDamaged",
    "Forbidden",
    "Invalid",
    "Malformed",
    "NotFound",
    "PixieError",
    "PixieProblem",
    "PixieUnreachable",
    "TooLarge",
    "ToolFailed",
    "Unavailable",
    "Unsupported",
    "problem",
]


class PixieError(Exception):
    """Whatever goes wrong between this client and Pixie."""

    exit_code: ClassVar[int] = 1


class PixieUnreachable(PixieError):
    """No Pixie answers at the address; the message says how to start one."""

    exit_code: ClassVar[int] = 3

    def __init__(self, url: str, why: str) -> None:
        super().__init__(f"No Pixie answers at {url} ({why}). Start it with `uv run pixie`, or set PIXIE_URL.")
        self.url = url


class AnswerNotUnderstood(PixieError):
    """The answer isn't one that this client knows; the message says what was asked."""

    def __init__(self, url: str, asked: str, why: str) -> None:
        super().__init__(
            f"{url} answered {asked} with what can't be understood ({why}). Is it a Pixie, and is this client not much "
            "older than it?"
        )
        self.url = url


class DownloadDamaged(PixieError):
    """A file came whole, and isn't the one that was sent: its SHA-256 is another. Nothing was kept."""


class PixieProblem(PixieError):
    """Pixie answered with a problem (RFC 9457). `errors` is every problem with wrong input, as (path, message); `facts`
    the whole answer.
    """

    def __init__(self, status: int, facts: dict[str, Any]) -> None:
        self.status = status
        self.facts = facts
        self.code = str(facts.get("code", "http_error"))
        self.title = str(facts.get("title", ""))
        self.detail = str(facts.get("detail", f"HTTP {status}"))
        self.errors = tuple(_errors(facts.get("errors")))
        super().__init__(self.detail or self.title)


class Malformed(PixieProblem):
    """The request can't be read at all."""


class Forbidden(PixieProblem):
    """Pixie doesn't answer whoever asks so: another host's name, another origin."""


class NotFound(PixieProblem):
    """There is no such tool, run, file or address."""


class Conflict(PixieProblem):
    """It doesn't go with how things stand."""


class TooLarge(PixieProblem):
    """More than Pixie takes."""


class Invalid(PixieProblem):
    """What was sent isn't valid."""

    exit_code: ClassVar[int] = 2


class Busy(PixieProblem):
    """As much is going on as may; try again later."""


class ToolFailed(PixieProblem):
    """The tool failed, or took too long. `stderr` is the end of what it wrote."""

    @property
    def stderr(self) -> str:
        """Empty where the tool wrote nothing."""
        return str(self.facts.get("stderr", ""))


class Unavailable(PixieProblem):
    """Pixie is starting or stopping, or can't write to its data folder."""


class Unsupported(PixieProblem):
    """What would do it isn't installed where Pixie runs."""


_KINDS: dict[int, type[PixieProblem]] = {
    400: Malformed,
    403: Forbidden,
    404: NotFound,
    410: NotFound,
    409: Conflict,
    413: TooLarge,
    414: TooLarge,
    431: TooLarge,
    415: Invalid,
    422: Invalid,
    429: Busy,
    501: Unsupported,
    502: ToolFailed,
    503: Unavailable,
    504: ToolFailed,
    507: Unavailable,
}


def problem(status: int, content: bytes) -> PixieProblem:
    """What was answered, as an error: problem details, or the bare status where it is something else."""
    try:
        facts = json.loads(content)
    except ValueError:
        facts = {}
    return _KINDS.get(status, PixieProblem)(status, facts if isinstance(facts, dict) else {})


def _errors(raw: Any) -> list[tuple[str, str]]:
    listed = raw if isinstance(raw, list) else []
    return [(str(each.get("path", "")), str(each.get("message", ""))) for each in listed if isinstance(each, dict)]
