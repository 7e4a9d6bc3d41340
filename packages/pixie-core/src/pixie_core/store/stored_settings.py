"""The table `settings`: what the dashboard changes, and what Pixie itself remembers, as JSON by key.

The environment and `.env` go before what is stored: a stored value takes the place of a default alone.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import attrs

from pixie_core.config import Settings, declared, setting
from pixie_core.durations import spelled
from pixie_core.errors import Problem, RequestInvalid, SettingsError
from pixie_core.store.json_text import to_json

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

    from pixie_core.store.asking import Asking

__all__ = ["StoredSettings"]

_ELSEWHERE = {"home", "host", "port", "tools_dir", "db_path", "artefacts_root", "developer_mode"}
"""Where the data lies and who may ask is decided before there is a database."""

STORABLE = tuple(each.name for each in declared() if each.name not in _ELSEWHERE)
_DESTINATIONS = "export_destinations"


class StoredSettings:
    """The stored settings; `Store.settings` is the one of a data folder. Thread-safe.

        store.settings.set("theme", "dark")
        settings = store.settings.over(settings)

    A value is held to the declaration of `Settings` when it is stored and again when it is read.
    """

    def __init__(self, read: Asking, write: Asking) -> None:
        self._read = read
        self._write = write

    def values(self) -> dict[str, Any]:
        """The settings that are stored, by name, as their types. Raises SettingsError when one isn't valid, as after
        a change by hand.
        """
        found, wrong = self.look()
        for said in wrong.values():
            raise SettingsError(said)
        return found

    def look(self) -> tuple[dict[str, Any], dict[str, str]]:
        """The settings that are stored and valid, by name, as their types; and of each of the others what is wrong."""
        texts: dict[str, str | None] = self._read(
            lambda conn: {row[0]: row[1] for row in conn.execute("SELECT key, value FROM settings ORDER BY key")}
        )
        found: dict[str, Any] = {}
        wrong: dict[str, str] = {}
        for name in STORABLE:
            if name in texts:
                try:
                    found[name] = setting(name, json.loads(texts[name] or ""))
                except ValueError:
                    said = f"The stored setting {name} is {texts[name]!r}, which isn't JSON."
                    wrong[name] = f"{said} Set it anew in the settings."
                except SettingsError as error:
                    wrong[name] = str(error)
        return found, wrong

    def over(self, settings: Settings) -> Settings:
        """The settings with what is stored in the place of those that nobody pinned. Raises SettingsError as `values`
        does.
        """
        return _over(settings, self.values())

    def over_where_valid(self, settings: Settings) -> Settings:
        """As `over`, but what isn't valid is left as it was: for what has to go on."""
        return _over(settings, self.look()[0])

    def set(self, name: str, value: Any) -> None:
        """Store a setting. Raises SettingsError when the value isn't allowed, RequestInvalid for a name that can't be
        stored.
        """
        self.put(name, _stored(name, value))

    def change(self, changes: Mapping[str, Any]) -> None:
        """Store several settings at once, all or none; None goes back to the default, or to what the environment says.

        Raises RequestInvalid with every problem, each at `$.<name>`.
        """
        kept: dict[str, Any] = {}
        problems: list[Problem] = []
        for name, value in changes.items():
            try:
                _must_be_storable(name)
                kept[name] = None if value is None else _stored(name, value)
            except RequestInvalid as error:
                problems.extend(error.problems)
            except SettingsError as error:
                problems.append(Problem(f"$.{name}", str(error)))
        if problems:
            raise RequestInvalid("The settings", problems)

        def work(conn: sqlite3.Connection) -> None:
            for name, value in kept.items():
                if value is None:
                    _forget(conn, name)
                else:
                    _put(conn, name, value)

        self._write(work)

    def unset(self, name: str) -> None:
        """Go back to the default, or to what the environment says."""
        self._write(lambda conn: _forget(conn, name))

    # Destinations of exports

    def export_destinations(self) -> dict[str, dict[str, Any]]:
        """The named folders that outputs can be sent to: {folder, format} by name."""
        found = self.get(_DESTINATIONS)
        if not isinstance(found, dict):
            return {}
        return {name: dict(each) for name, each in found.items() if isinstance(each, dict)}

    def set_export_destination(self, name: str, destination: Mapping[str, Any] | None) -> None:
        """Name a destination, or forget it (None)."""

        def work(conn: sqlite3.Connection) -> None:
            found = _get(conn, _DESTINATIONS)
            kept = dict(found) if isinstance(found, dict) else {}
            kept.pop(name, None)
            if destination is not None:
                kept[name] = dict(destination)
            _put(conn, _DESTINATIONS, kept)

        self._write(work)

    # Anything

    def get(self, key: str) -> Any:
        """The value under a key; None when there is none, or it isn't JSON."""
        return self._read(lambda conn: _get(conn, key))

    def put(self, key: str, value: Any) -> None:
        """Keep a value that JSON can say under a key."""
        self._write(lambda conn: _put(conn, key, value))


def _over(settings: Settings, stored: Mapping[str, Any]) -> Settings:
    return attrs.evolve(settings, **{name: value for name, value in stored.items() if name not in settings.pinned})


def _must_be_storable(name: str) -> None:
    """Raise RequestInvalid for a name that can't be stored."""
    if name not in STORABLE:
        known = ", ".join(STORABLE)
        raise RequestInvalid("The settings", (Problem(f"$.{name}", f"can't be stored; these can: {known}"),))


def _stored(name: str, value: Any) -> Any:
    """The value as JSON says it, once it is known to be allowed. Raises SettingsError and RequestInvalid."""
    _must_be_storable(name)
    parsed = setting(name, value)
    return spelled(parsed) if isinstance(parsed, timedelta) else parsed


def _forget(conn: sqlite3.Connection, key: str) -> None:
    conn.execute("DELETE FROM settings WHERE key = ?", (key,))


def _get(conn: sqlite3.Connection, key: str) -> Any:
    row = conn.execute("SELECT value FROM settings WHERE key = ?", (key,)).fetchone()
    try:
        return None if row is None else json.loads(row[0] or "")
    except ValueError:
        return None


def _put(conn: sqlite3.Connection, key: str, value: Any) -> None:
    conn.execute(
        "INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        (key, to_json(value, f"the setting {key}")),
    )
