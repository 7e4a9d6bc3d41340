"""The running server, for the commands that need it: where it is, and its refusals as words and exit codes."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pixie_core import errors
from pixie_server.cli.command import Failure
from pixie_server.outcomes import FAILED, NO_SERVER, USAGE, outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pixie_client
    from pixie_core import Settings
    from pixie_server.cli.command import Session

__all__ = ["running_server"]


@contextmanager
def running_server(session: Session) -> Iterator[pixie_client.Pixie]:
    """A client of the server at PIXIE_URL, else at the settings' host and port.

        with running_server(session) as server:
            run = server.get("6f1c2a9b")

    Raises Failure: with exit code 3 and the command that starts it when no Pixie answers there; with the server's words
    and the exit code that the same error has here when it refuses what is asked of it.
    """
    from pixie_client import Pixie, PixieError, PixieProblem, PixieUnreachable

    given = os.environ.get("PIXIE_URL")
    url = _checked(given) if given else _address(session.settings())
    with Pixie(url) as client:
        _must_answer(client, session)
        try:
            yield client
        except PixieUnreachable as error:
            raise Failure(_broken(client)) from error
        except PixieProblem as error:
            raise Failure(error.detail, _exit_code(error.code)) from error
        except PixieError as error:
            raise Failure(str(error)) from error


def _broken(client: pixie_client.Pixie) -> str:
    """Why an answer ended before its end: a server that is still there has broken it off itself."""
    from pixie_client import PixieError
    from pixie_client.generated.api.service import healthz

    try:
        client.call(healthz)
    except PixieError:
        return f"The connection to Pixie at {client.url} broke. Try again."
    return (
        f"Pixie at {client.url} broke its answer off: something couldn't be read to its end. Its log, pixie.log beside "
        "the database, says what; `pixie fsck` says which files are missing or altered."
    )


def _must_answer(client: pixie_client.Pixie, session: Session) -> None:
    from pixie_client import AnswerNotUnderstood, PixieProblem, PixieUnreachable, Unavailable
    from pixie_client.generated.api.service import healthz

    try:
        if client.call(healthz).ok is True:
            return
    except PixieUnreachable:
        home = f" --home {session.home}" if session.home else ""
        raise Failure(f"Pixie isn't running at {client.url}. Start it with: pixie serve{home}", NO_SERVER) from None
    except Unavailable as error:
        raise Failure(f"{error.detail} ({client.url})", NO_SERVER) from None
    except (PixieProblem, AnswerNotUnderstood, AttributeError):
        pass  # whatever it said, a booted Pixie says otherwise
    raise Failure(
        f"What answers at {client.url} isn't a Pixie that is ready. Choose another port for Pixie (pixie serve --port) "
        "and name it in PIXIE_URL or PIXIE_PORT.",
        NO_SERVER,
    )


def _address(settings: Settings) -> str:
    host = settings.host.strip("[]")
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"


def _checked(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme != "http" or not parts.hostname or parts.path.strip("/") or parts.query:
        raise Failure(f"PIXIE_URL is {url!r}: it must be an address like http://127.0.0.1:7860.", USAGE)
    return url.rstrip("/")


def _exit_code(code: str) -> int:
    """The exit code of the error with this stable code; the server's own ones are failures."""
    kinds = (kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.PixieError))
    return next((outcome(kind).exit_code for kind in kinds if kind.code == code), FAILED)
