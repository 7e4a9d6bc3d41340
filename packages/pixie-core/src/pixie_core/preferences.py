"""The settings that can be changed while Pixie runs, and that are kept in the data folder: `Pixie.preferences`.

    pixie.preferences.change({"theme": "dark", "retention_older_than": "90d"})
    pixie.preferences.current().theme

They are those of `Settings`, held to the same declaration. What a variable, `.env` or the program that opened Pixie
says is pinned: it goes before what is kept, and can't be changed here.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin, get_type_hints

from attrs import frozen

from pixie_core.config import Settings, declared, variable
from pixie_core.durations import spelled
from pixie_core.errors import SettingPinned
from pixie_core.store.stored_settings import STORABLE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pixie_core.store import StoredSettings

__all__ = ["Preference", "Preferences"]

AT_ONCE = frozenset(
    {
        "accent",
        "density",
        "library_page_size",
        "retention_older_than",
        "soft_delete_retention_days",
        "theme",
    }
)
"""What is looked up anew whenever it is needed; all else is read when Pixie is opened."""


@frozen(kw_only=True)
class Preference:
    """One setting. Values are as JSON says them: a duration is a text like `90d`.

    - `value`: what holds, or will from the next start on where it isn't taken `at_once`.
    - `kept`: what is kept in the data folder, if anything; `problem` says why that isn't used, where it isn't valid.
    - `pinned`: that it can't be changed here; `variable` is what says so, unless Python did.
    """

    name: str
    variable: str
    value: Any
    default: Any
    kept: Any = None
    pinned: bool = False
    at_once: bool = False
    problem: str | None = None
    help: str
    unit: str
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None


class Preferences:
    """The settings of one data folder, as they are kept there. Thread-safe.

    `settings` are those that Pixie was opened with.
    """

    def __init__(self, stored: StoredSettings, settings: Settings) -> None:
        self._stored = stored
        self._settings = settings

    def current(self) -> Settings:
        """The settings as they are at this moment. What is kept and isn't valid is left out."""
        return self._stored.over_where_valid(self._settings)

    def all(self) -> tuple[Preference, ...]:
        """Every setting that can be kept, in the order of their declaration."""
        kept, wrong = self._stored.look()
        now = self.current()
        hints = get_type_hints(Settings)
        return tuple(
            Preference(
                name=each.name,
                variable=variable(each),
                value=_said(getattr(now, each.name)),
                default=_said(each.default),
                kept=_said(kept.get(each.name)),
                pinned=each.name in self._settings.pinned,
                at_once=each.name in AT_ONCE,
                problem=wrong.get(each.name),
                help=each.metadata["help"],
                unit=each.metadata["unit"],
                choices=get_args(hints[each.name]) if get_origin(hints[each.name]) is Literal else (),
                minimum=each.metadata["minimum"],
                maximum=each.metadata["maximum"],
            )
            for each in declared()
            if each.name in STORABLE
        )

    def change(self, changes: Mapping[str, Any]) -> None:
        """Keep several settings at once, all or none; None goes back to the default.

        Raises SettingPinned for one that is pinned, RequestInvalid with every problem, each at `$.<name>`.
        """
        pinned = {variable(each) for each in declared() if each.name in changes and each.name in self._settings.pinned}
        if pinned:
            raise SettingPinned(tuple(sorted(pinned)))
        self._stored.change(changes)


def _said(value: Any) -> Any:
    """As JSON says it, and as `change` takes it."""
    return spelled(value) if isinstance(value, timedelta) else value
