"""Reading settings from text: what a variable or a file says, as a value of the setting's type."""

from __future__ import annotations

import ipaddress
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

from dotenv import dotenv_values

from pixie_core.durations import parse_duration
from pixie_core.errors import SettingsError
from pixie_core.switches import yes_or_no

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["dotenv", "must_be_loopback", "parse"]


def must_be_loopback(host: str) -> None:
    """Raises SettingsError for an address that others could reach."""
    if host == "localhost":
        return
    try:
        loopback = ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise SettingsError(
            f"PIXIE_HOST is {host!r}: Pixie has no accounts and listens on this machine only. "
            "Use 127.0.0.1, another address in 127.0.0.0/8, ::1 or localhost."
        )


def dotenv(path: Path) -> dict[str, str | None]:
    """What a file of variables says; nothing where there is none. Raises SettingsError."""
    if not path.is_file():
        return {}
    try:
        return dict(dotenv_values(path))
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} can't be read: {error}") from error


def parse(name: str, text: str, kind: Any, metadata: Mapping[str, Any]) -> Any:
    """The text of a variable as a value of the type `kind`, within the bounds in `metadata`. Raises SettingsError."""
    if get_origin(kind) is Literal:
        if text not in get_args(kind):
            raise SettingsError(f"{name} is {text!r}: it must be one of {', '.join(get_args(kind))}.")
        return text
    if kind is bool:
        said = yes_or_no(text)
        if said is None:
            raise SettingsError(f"{name} is {text!r}: it must be true or false.")
        return said
    if kind is Path:
        return Path(text)
    if kind is str:
        return text
    if not text.strip() and type(None) in get_args(kind):
        return None
    if timedelta in get_args(kind):
        try:
            return parse_duration(text)
        except ValueError as error:
            raise SettingsError(f"{name}: {error}.") from None
    wanted = _whole_number(metadata)
    try:
        number = int(text)
    except ValueError:
        raise SettingsError(f"{name} is {text!r}: it must be {wanted}.") from None
    least, most = metadata["minimum"], metadata["maximum"]
    if (least is not None and number < least) or (most is not None and number > most):
        raise SettingsError(f"{name} is {number}: it must be {wanted}.")
    return number


def _whole_number(metadata: Mapping[str, Any]) -> str:
    """What is allowed, in words."""
    unit = f" {metadata['unit']}" if metadata["unit"] else ""
    least, most = metadata["minimum"], metadata["maximum"]
    if least is None:
        return f"a whole number{unit}"
    return f"a whole number of at least {least}{unit}" + (f" and at most {most}{unit}" if most is not None else "")
