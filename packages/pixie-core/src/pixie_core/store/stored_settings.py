"""The table `settings`: what the dashboard changes, and what Pixie itself remembers, as JSON by key.

The environment and `.env` go before what is stored: a stored value takes the place of a default alone.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import attrs

from pixie_core.config import Settings, setting
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

STORABLE = tuple(each.name for each in attrs.fields(Settings) if each.name not in _ELSEWHERE)
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
        texts: dict[str, str | None] = self._read(
            lambda conn: {row[0]: row[1] for row in conn.execute("SELECT key, value FROM settings ORDER BY key")}
        )
        found = {}
        for name in STORABLE:
            if name in texts:
                try:
                    value = json.loads(texts[name] or "")
                except ValueError:
                    raise SettingsError(
                        f"The stored setting {name} is {texts[name]!r}, which isn't JSON. Set it anew in the settings."
                    ) from None
                found[name] = setting(name, value)
        return found

    def over(self, settings: Settings) -> Settings:
        """The settings with what is stored in the place of defaults. Raises SettingsError as `values` does."""
        defaults = {each.name: each.default for each in attrs.fields(Settings)}
        changes = {name: value for name, value in self.values().items() if getattr(settings, name) == defaults[name]}
        return attrs.evolve(settings, **changes)

    def set(self, name: str, value: Any) -> None:
        """Store a setting. Raises SettingsError when the value isn't allowed, RequestInvalid for a name that can't be
        stored.
        """
        if name not in STORABLE:
            known = ", ".join(STORABLE)
            raise RequestInvalid("The settings", (Problem(f"$.{name}", f"can't be stored; these can: {known}"),))
        parsed = setting(name, value)
        self.put(name, spelled(parsed) if name == "retention_older_than" and parsed is not None else parsed)

    def unset(self, name: str) -> None:
        """Go back to the default, or to what the environment says."""
        self._write(lambda conn: conn.execute("DELETE FROM settings WHERE key = ?", (name,)))

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
