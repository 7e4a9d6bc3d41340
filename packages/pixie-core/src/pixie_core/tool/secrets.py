"""The secrets of a tool: the values in the `.env` of its folder, which its process gets as variables.

    set_secret(tool, "API_KEY", value)     written whole, for nobody else to read
    names_set(tool)                        which are set and since when; never the values
    secrets_for(tool)                      the values, for the one who starts the process

`.env` follows the rules of python-dotenv, and a person may edit it as well: other lines and comments stay. Beside
what Pixie writes stands when it did: `API_KEY='…' # set 2026-05-17T09:30:00Z`.

When an import replaces a tool's code, its secrets are withheld: `.env` becomes `.env.withheld`, which no program
looks for by itself, until somebody confirms that the new code may have them. That one file is the record of it, so
that no crash leaves the two at odds. A tool is a program that runs as its user: this keeps secrets from being handed
to strangers' code unasked, and isn't a wall against code that goes looking for them.
"""

from __future__ import annotations

import io
import json
import re
import stat
from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

from attrs import field, frozen
from dotenv.parser import Binding, parse_stream

from pixie_core.clock import system_clock
from pixie_core.errors import Problem, RequestInvalid, near
from pixie_core.placing import keep_names, locked, placed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pixie_core.clock import Clock
    from pixie_core.tool.discovery import Tool

__all__ = [
    "ENV",
    "SHORTEST_MASKED",
    "WITHHELD",
    "SecretState",
    "ToolSecrets",
    "clear_secret",
    "confirm_secrets",
    "forbidden",
    "key_problem",
    "names_set",
    "secrets_for",
    "set_secret",
    "spellings",
    "stored_values",
    "undeclared",
    "withhold",
]

ENV = ".env"
WITHHELD = ".env.withheld"

SHORTEST_MASKED = 6
"""Characters that a secret needs to be masked in what a tool says: shorter ones would hide half of every text."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_FORBIDDEN = re.compile(
    r"LD_\w+|DYLD_\w+|PYTHON(PATH|HOME|STARTUP|INSPECT)|PATH|IFS|BASH_ENV|ENV|NODE_OPTIONS|PIXIE_\w+|VIRTUAL_ENV",
    re.ASCII,
)
_MOST_BYTES = 128 * 1024 - 1
"""Of NAME=value: Linux hands no longer variable to a process (MAX_ARG_STRLEN, with its closing NUL)."""
_NOTE = re.compile(r"[ \t]# set (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)\s*\Z")
_SAFE_UNQUOTED = re.compile(r"[A-Za-z0-9_./:@%+=,-][A-Za-z0-9_./:@%+=,\\-]*")


@frozen
class SecretState:
    """One secret, without its value: `updated_at` is in ISO 8601, or None when it was set by hand. One that isn't
    `masked` is too short to be looked for in what the tool says.
    """

    key: str
    updated_at: str | None
    withheld: bool = False
    masked: bool = True


@frozen
class ToolSecrets:
    """What a tool's process is to get: `values` by name, what is to be said about them, and the names `withheld`."""

    values: Mapping[str, str] = field(factory=dict, repr=False)
    warnings: tuple[str, ...] = ()
    withheld: tuple[str, ...] = ()


def forbidden(key: str) -> bool:
    """True for names that no tool's secrets may have: each would change which program runs, or what Pixie says to
    it. The one list of them, for .env, manifests and the environment of processes.
    """
    return _FORBIDDEN.fullmatch(key) is not None


def key_problem(key: str) -> str | None:
    """Why a secret can't have this name, or None when it can."""
    if not _NAME.fullmatch(key):
        return f"is {key[:80]!r}; expected the name of a variable: letters, digits and _, no digit first"
    if forbidden(key):
        return f"is {key}, which can't be a secret: it would change which program runs, or what Pixie tells it"
    return None


def secrets_for(tool: Tool) -> ToolSecrets:
    """The secrets that the tool's process gets. Raises nothing for a file that is wrong: the warnings say it.

    A file that others may read is closed to them here, with a warning. Values that are withheld aren't in it.
    """
    warnings: list[str] = []
    where = f"{tool.folder.name}/{ENV}"
    withheld: tuple[str, ...] = ()
    values: dict[str, str] = {}
    try:
        warnings += _closed_to_others(tool.folder / ENV, where)
        for each in _bindings(_text(tool.folder / ENV)):
            if each.error:
                warnings.append(f"{where}: line {_line(each)} can't be read and sets nothing")
            elif each.key is not None and each.value is not None:
                warnings += _faults(each.key, each.value, where)
                values[each.key] = each.value
        withheld = tuple(_values(_text(tool.folder / WITHHELD)))
    except (OSError, UnicodeDecodeError) as error:
        warnings.append(f"{where} can't be read, and no variable of it is set: {error}")
        values = {}
    kept = {key: value for key, value in values.items() if key_problem(key) is None and "\0" not in value}
    if withheld:
        warnings.append(
            f"{', '.join(withheld)}: kept back, since the code of {tool.id} was replaced by an import. "
            "Confirm that the new code may have them, or set them anew."
        )
    return ToolSecrets(kept, tuple(warnings), withheld)


def _faults(key: str, value: str, where: str) -> Iterator[str]:
    if key_problem(key) is not None:
        yield f"{where}: {key[:80]} can't be set here, and was left out"
    elif "\0" in value:
        yield f"{where}: {key} holds a NUL character, which no variable can, and was left out"
    elif 0 < len(value) < SHORTEST_MASKED:
        yield f"{where}: {key} is shorter than {SHORTEST_MASKED} characters and isn't masked in what the tool says"


def names_set(tool: Tool) -> tuple[SecretState, ...]:
    """The secrets that are set, sorted by name, without their values. Raises OSError or RequestInvalid when the
    files can't be read.
    """
    states: dict[str, SecretState] = {}
    for name in (WITHHELD, ENV):
        for each in _bindings(_readable(tool.folder / name)):
            if each.key is not None and each.value and not each.error:
                note = _NOTE.search(each.original.string)
                states[each.key] = SecretState(
                    each.key,
                    note[1] if note else None,
                    withheld=name == WITHHELD,
                    masked=len(each.value) >= SHORTEST_MASKED,
                )
    return tuple(states[key] for key in sorted(states))


def set_secret(tool: Tool, key: str, value: str, *, clock: Clock = system_clock) -> tuple[str, ...]:
    """Set one secret; an empty value keeps the one that is set. Returns what is worth a warning.

    Raises RequestInvalid for a name or a value that can't be one, without showing the value, and when the file
    doesn't hold exactly what was asked afterwards: nothing is written then. Raises OSError for the disk's reasons.
    """
    problem = key_problem(key)
    if problem is not None:
        raise RequestInvalid("The secret", [Problem("$.key", problem)])
    if not value:
        return ()
    _check_value(key, value)
    with locked(tool.folder):
        path = tool.folder / ENV
        warnings = [*_closed_to_others(path, f"{tool.folder.name}/{ENV}")]
        note = clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
        _write(path, _with(_readable(path), key, value, note))
    if len(value) < SHORTEST_MASKED:
        warnings.append(f"{key} is shorter than {SHORTEST_MASKED} characters: it isn't masked in what the tool says.")
    return tuple(warnings)


def undeclared(tool: Tool, key: str) -> tuple[str, ...]:
    """A word about a name that tool.json doesn't list: a slip of the finger, mostly."""
    known = [each.key for each in tool.manifest.secrets] if tool.manifest is not None else [key]
    if key in known:
        return ()
    meant = near(key, known)
    return (f"The tool.json of {tool.id} doesn't list {key}{f': did you mean {meant}?' if meant else '.'}",)


def clear_secret(tool: Tool, key: str) -> bool:
    """Remove one secret, a withheld one too; False when it wasn't set. Other lines stay."""
    found = False
    with locked(tool.folder):
        for name in (ENV, WITHHELD):
            path = tool.folder / name
            text = _readable(path)
            if any(each.key == key and not each.error for each in _bindings(text)):
                found = True
                _write(path, _without(text, key))
    return found


def confirm_secrets(tool: Tool) -> tuple[str, ...]:
    """Hand the withheld secrets to the code that is there now, and return their names.

    A secret that was set since the replacement keeps its new value.
    """
    with locked(tool.folder):
        withheld = tool.folder / WITHHELD
        text = _readable(withheld)
        names = tuple(_values(text))
        if not withheld.exists():
            return ()
        current = tool.folder / ENV
        if current.exists():
            _write(current, _joined(text, _readable(current)))
            withheld.unlink()
        else:
            withheld.rename(current)
        keep_names(tool.folder)
        _closed_to_others(current, "")
        return names


def withhold(old: Path, new: Path) -> None:
    """Move the secrets of a replaced folder into the new one, where they wait to be confirmed.

    It may be repeated after a crash: nothing is lost in between and nothing becomes the new code's `.env`.
    """
    waiting, current, target = old / WITHHELD, old / ENV, new / WITHHELD
    if waiting.exists() and current.exists():
        _write(waiting, _joined(_readable(waiting), _readable(current)))
        current.unlink()
    for source in (current, waiting):
        if source.is_file():
            source.replace(target)
            target.chmod(0o600)
    keep_names(new)
    keep_names(old)


def stored_values(folder: Path) -> dict[str, str]:
    """Every value that the folder's files of secrets hold, withheld ones too, for whoever must not let them out.
    Raises OSError or RequestInvalid when they can't be read.
    """
    return {**_values(_readable(folder / WITHHELD)), **_values(_readable(folder / ENV))}


def spellings(value: str) -> frozenset[str]:
    """A secret as it may stand in a text: each of its lines too, plain, in JSON, in URLs and as Python shows it in an
    exception. Empty for what is too short to be looked for.
    """
    found: set[str] = set()
    for text in {value, *value.splitlines()}:
        for plain in {text, text.strip()}:
            if len(plain.strip()) >= SHORTEST_MASKED:
                found |= {plain, json.dumps(plain)[1:-1], json.dumps(plain, ensure_ascii=False)[1:-1]}
                found |= {quote(plain, safe=""), quote(plain), quote_plus(plain)}
                found |= {repr(plain)[1:-1], ascii(plain)[1:-1], repr(plain.encode())[2:-1]}
    return frozenset(found)


# The text of .env


def _bindings(text: str) -> list[Binding]:
    """The file piece by piece: together, the originals are the text."""
    return list(parse_stream(io.StringIO(text)))


def _values(text: str) -> dict[str, str]:
    return {each.key: each.value for each in _bindings(text) if each.key is not None and each.value is not None}


def _line(binding: Binding) -> int:
    """Where a piece begins; blank lines before it belong to it."""
    blank = len(binding.original.string) - len(binding.original.string.lstrip())
    return binding.original.line + binding.original.string[:blank].count("\n")


def _with(text: str, key: str, value: str, note: str) -> str:
    """The text with the secret set in its place, or at the end: exactly this one changes, by python-dotenv's own
    reading of it.
    """
    wanted = {**_values(text), key: value}
    for written in _ways(value):
        changed = _changed(text, key, f"{key}={written} # set {note}\n")
        if _values(changed) == wanted and not _new_errors(text, changed):
            return changed
    broken = [each for each in _bindings(text) if each.error]
    if broken:
        said = f"line {_line(broken[0])} of {ENV} can't be read, so that what follows it is uncertain: mend that line"
    else:
        said = "holds characters that a .env file can't hold together; give the value without them"
    raise RequestInvalid("The secret", [Problem("$.value", said)])


def _ways(value: str) -> Iterator[str]:
    """How a value can be written, the plainest first."""
    if _SAFE_UNQUOTED.fullmatch(value):
        yield value
    escaped = value.replace("\\", "\\\\")
    # Reading translates a bare carriage return, so that only its escape lasts.
    if "\r" not in value:
        yield "'" + escaped.replace("'", "\\'") + "'"
    yield '"' + escaped.replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r") + '"'


def _changed(text: str, key: str, line: str) -> str:
    """The text with `line` where the key was last set, else at its end."""
    pieces = _bindings(text)
    places = [index for index, each in enumerate(pieces) if each.key == key and not each.error]
    kept = []
    for index, each in enumerate(pieces):
        original = each.original.string
        if index not in places:
            kept.append(original)
        elif index == places[-1]:
            blank = original[: len(original) - len(original.lstrip())]
            export = "export " if re.match(r"export\s", original.lstrip()) else ""
            kept.append(f"{blank}{export}{line}")
    if not places:
        if kept and not kept[-1].endswith("\n"):
            kept.append("\n")
        kept.append(line)
    return "".join(kept)


def _without(text: str, key: str) -> str:
    return "".join(each.original.string for each in _bindings(text) if each.key != key or each.error)


def _joined(older: str, newer: str) -> str:
    """Both texts in one; where both set a secret, the newer counts."""
    for key in _values(newer):
        older = _without(older, key)
    return older + ("" if not older or older.endswith("\n") else "\n") + newer


def _new_errors(before: str, after: str) -> bool:
    return [each.original.string for each in _bindings(before) if each.error] != [
        each.original.string for each in _bindings(after) if each.error
    ]


def _check_value(key: str, value: str) -> None:
    said = None
    try:
        size = len(f"{key}={value}".encode())
    except UnicodeEncodeError:
        said, size = "holds half of a surrogate pair, which no text may", 0
    if "\0" in value:
        said = "holds a NUL character, which no variable can hold"
    elif size > _MOST_BYTES:
        said = f"has {size - len(key) - 1} bytes; with its name a variable has at most {_MOST_BYTES}"
    if said is not None:
        raise RequestInvalid("The secret", [Problem("$.value", said)])


# The file


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""


def _readable(path: Path) -> str:
    try:
        return _text(path)
    except UnicodeDecodeError as error:
        said = f"isn't UTF-8 ({error.reason} at byte {error.start}): mend it or remove it"
        raise RequestInvalid("The secrets", [Problem(path.name, said)]) from error


def _write(path: Path, text: str) -> None:
    if path.is_symlink():
        said = "is a symbolic link, which isn't replaced by a file: edit what it points at, or remove the link"
        raise RequestInvalid("The secrets", [Problem(path.name, said)])
    with placed(path, 0o600, replace=True) as file:
        file.write(text.encode())


def _closed_to_others(path: Path, where: str) -> list[str]:
    """Take the file's permissions from everybody else, and say so when they had any."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return []
    if not stat.S_IMODE(mode) & 0o077:
        return []
    path.chmod(0o600)
    return [f"{where} could be read by others (mode {stat.S_IMODE(mode):04o}); it is 0600 now. Consider new secrets."]
