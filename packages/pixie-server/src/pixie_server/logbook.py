"""What Pixie logs: for people on stderr, and a JSON object a line in `pixie.log` beside the database.

    with logbook.kept(settings): ...          for as long as a server is up
    logbook.about(run="6f1c…")                what this task logs from now on says so

The file is bounded: at `max_log_bytes` another is begun, and `old_logs_kept` earlier ones stay. In both places the
value of every tool's secret is masked, wherever it stands: in a message, in an exception's words, in a traceback. The
values are read anew whenever a file of secrets has changed, and an old value stays masked for as long as Pixie lives.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import threading
import traceback
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from typing import TYPE_CHECKING, Any, TextIO

from pixie_core.errors import PixieError, RequestInvalid
from pixie_core.runtime.masking import Masker
from pixie_core.tool.secrets import ENV, WITHHELD, stored_values

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pixie_core import Settings

__all__ = ["FILENAME", "about", "apply", "kept"]

FILENAME = "pixie.log"

_OURS = ("pixie", "pixie_core", "pixie_server")
_LONGEST = 64 * 1024
"""Characters of a message or a traceback, so that no record is larger than a file may be."""
_WHAT = ("run", "tool", "route")

_about: ContextVar[dict[str, str]] = ContextVar("pixie_log_about", default={})  # noqa: B039 (never changed in place)


def about(**what: str) -> None:
    """Say which `run`, `tool` or `route` it is about, in every record of this task from now on: a request has a task of
    its own. Goes along into the tasks that it begins, and into its calls of the library.
    """
    _about.set({**_about.get(), **what})


@contextmanager
def kept(settings: Settings, *, stderr: TextIO | None = None) -> Iterator[Path | None]:
    """Log for as long as the block lasts; yields where the file is, or None where none can be written.

    What other libraries say is kept from WARNING on. Exceptions that end a thread are logged as well.
    """
    secrets = Secrets(settings.tools_dir)
    handlers: list[logging.Handler] = [_Stream(secrets, stderr or sys.stderr)]
    path = settings.db_path.with_name(FILENAME)
    unwritable = None
    try:
        handlers.append(_File(secrets, path, settings.max_log_bytes, settings.old_logs_kept))
    except OSError as error:
        unwritable = error
    root = logging.getLogger()
    levels = {logging.getLogger(name): logging.getLogger(name).level for name in (*_OURS, "pixie.access")}
    hooks = (threading.excepthook, sys.unraisablehook)
    threading.excepthook, sys.unraisablehook = _thread_failed, _unraisable
    for handler in handlers:
        root.addHandler(handler)
    apply(settings)
    logging.captureWarnings(capture=True)
    try:
        if unwritable is not None:
            logging.getLogger("pixie.log").warning("%s can't be written: %s", path, unwritable.strerror)
        yield None if unwritable is not None else path
    except PixieError:
        raise  # it is said in words by whoever started this
    except Exception:
        logging.getLogger("pixie").critical("Pixie ends by a fault", exc_info=True)
        raise
    finally:
        logging.captureWarnings(capture=False)
        threading.excepthook, sys.unraisablehook = hooks
        for logger, before in levels.items():
            logger.setLevel(before)
        for handler in handlers:
            root.removeHandler(handler)
            handler.close()


def apply(settings: Settings) -> None:
    """Go on by these settings: what is kept in the data folder is known once that is open."""
    level = getattr(logging, settings.log_level.upper())
    for name in _OURS:
        logging.getLogger(name).setLevel(level)
    logging.getLogger("pixie.access").setLevel(logging.INFO if settings.access_log else level)
    for handler in logging.getLogger().handlers:
        if isinstance(handler, _File):
            handler.maxBytes, handler.backupCount = settings.max_log_bytes, settings.old_logs_kept


class Secrets:
    """Masks the values of all tools' secrets, as they are on disk now and as they were before."""

    def __init__(self, tools_dir: Path) -> None:
        self._tools_dir = tools_dir
        self._lock = threading.Lock()
        self._seen: dict[Path, tuple[tuple[int, int, int] | None, ...]] = {}
        self._values: set[str] = set()
        self._masker = Masker(())

    def mask(self, text: str) -> str:
        """The text with every value in it hidden."""
        with self._lock:
            self._look()
            return self._masker.mask(text)

    def _look(self) -> None:
        """A look at each file costs microseconds, and nothing is logged in the clear for want of one."""
        before = len(self._values)
        for folder in self._folders():
            marks = (_mark(folder / ENV), _mark(folder / WITHHELD))
            if marks != self._seen.get(folder):
                # A file that can't be read now can't have been read by its tool either.
                with suppress(OSError, RequestInvalid, UnicodeDecodeError):
                    self._values |= {value for value in stored_values(folder).values() if value}
                self._seen[folder] = marks
        if len(self._values) != before:
            self._masker = Masker(self._values)

    def _folders(self) -> Iterator[Path]:
        for room in (self._tools_dir, self._tools_dir / ".imported"):
            try:
                with os.scandir(room) as found:
                    yield from [room / each.name for each in found if each.is_dir()]
            except OSError:
                continue  # it isn't there (yet)


def _mark(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


class _Masked(logging.Formatter):
    """Takes a record apart into words, with secrets hidden in each."""

    def __init__(self, secrets: Secrets) -> None:
        super().__init__()
        self._secrets = secrets

    def facts(self, record: logging.LogRecord) -> dict[str, Any]:
        """The record as an object."""
        known = {name: getattr(record, name, None) or _about.get().get(name) for name in _WHAT}
        facts: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": self._shown(record.getMessage()),
            **{name: self._shown(str(value)) for name, value in known.items() if value},
        }
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            facts["exception"] = {
                "type": type(error).__qualname__,
                "message": self._shown(str(error)),
                "traceback": self._shown("".join(traceback.format_exception(error))),
            }
        return facts

    def _shown(self, text: str) -> str:
        """Masked before it is cut: of a secret at the cut no half is left."""
        masked = self._secrets.mask(text)
        return masked if len(masked) <= _LONGEST else f"{masked[: _LONGEST // 2]} … {masked[-_LONGEST // 2 :]}"


class _JsonLines(_Masked):
    """A JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        # ASCII, so that whatever shows the file obeys no character in it, and every reader splits lines alike.
        return json.dumps(self.facts(record))


class _ForPeople(_Masked):
    """A line to read, and the traceback below it; characters that would steer a terminal are written out."""

    def format(self, record: logging.LogRecord) -> str:
        facts = self.facts(record)
        said = " ".join(f"{name}={facts[name]}" for name in _WHAT if name in facts)
        clock = datetime.fromtimestamp(record.created).astimezone().strftime("%H:%M:%S")
        line = f"{clock} {record.levelname:<7} {record.name}: {facts['message']}" + (f" ({said})" if said else "")
        if "exception" in facts:
            line += "\n" + facts["exception"]["traceback"].rstrip()
        return "".join(each if each.isprintable() or each == "\n" else ascii(each)[1:-1] for each in line)


class _Careful:
    """What a handler does that can't write: nothing unmasked, and one line about it at most."""

    told = False

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 (logging's name)
        """Logging's own would print the record as it came, secrets and all."""
        error = sys.exc_info()[1]
        if not self.told:
            self.told = True
            with suppress(OSError, ValueError):  # a terminal that was closed: nobody reads there
                sys.stderr.write(f"A record of {record.name} couldn't be logged ({type(error).__name__}).\n")


class _Stream(_Careful, logging.StreamHandler[TextIO]):
    def __init__(self, secrets: Secrets, stream: TextIO) -> None:
        super().__init__(stream)
        self.setFormatter(_ForPeople(secrets))


class _File(_Careful, RotatingFileHandler):
    """For its owner's eyes, as the database."""

    def __init__(self, secrets: Secrets, path: Path, most: int, old: int) -> None:
        super().__init__(path, maxBytes=most, backupCount=old, encoding="ascii")
        self.setFormatter(_JsonLines(secrets))

    def _open(self) -> Any:
        return open(self.baseFilename, self.mode, encoding=self.encoding, opener=_private)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_CLOEXEC, 0o600)


def _thread_failed(args: threading.ExceptHookArgs) -> None:
    if args.exc_value is not None and not isinstance(args.exc_value, SystemExit):
        name = args.thread.name if args.thread is not None else "a thread"
        logging.getLogger("pixie").critical("%s ended by a fault", name, exc_info=args.exc_value)


def _unraisable(args: Any) -> None:
    logging.getLogger("pixie").error("a fault where nobody could be told of it", exc_info=args.exc_value)
