"""The settings that can be changed while Pixie runs, and that are kept in the data folder: `Pixie.preferences`.

    pixie.preferences.change({"theme": "dark", "retention_older_than": "90d"})
    pixie.preferences.current().theme

They are those of `Settings`, held to the same declaration. What a variable, `.env` or the program that opened Pixie
says is pinned: it goes before what is kept, and can't be changed here.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

from attrs import NOTHING, frozen

from pixie_core.config import Kind, Settings, declared, hint, kind, label, variable
from pixie_core.durations import spelled
from pixie_core.errors import SettingPinned
from pixie_core.store.stored_settings import STORABLE

if TYPE_CHECKING:
    from collections.abc import Mapping

    import attrs

    from pixie_core.store import StoredSettings

__all__ = ["Preference", "Preferences", "Source"]

Source: TypeAlias = Literal["default", "user", "environment", "file", "program"]
"""Where a value comes from: nobody said anything, the user keeps it in the data folder, or a `Sayer` goes before."""

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
    - `pinned`: that it can't be changed here; `source` says who said it, `variable` by what name.
    - `optional`: that it may be nothing, so that a blank is a value.
    """

    name: str
    label: str
    section: str
    kind: Kind
    optional: bool = False
    source: Source = "default"
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
        self._known = settings

    @property
    def known(self) -> Settings:
        """The settings as they were when they were last looked up: nothing is asked of a database that may be the
        fault of what is to be said.
        """
        return self._known

    def current(self) -> Settings:
        """The settings as they are at this moment. What is kept and isn't valid is left out."""
        self._known = self._stored.over_where_valid(self._settings)
        return self._known

    def all(self) -> tuple[Preference, ...]:
        """Every setting that can be kept, in the order of their declaration."""
        kept, wrong = self._stored.look()
        now = self.current()
        return tuple(
            self._preference(
                each, getattr(now, each.name), kept=_said(kept.get(each.name)), problem=wrong.get(each.name)
            )
            for each in declared()
            if each.name in STORABLE
        )

    def before_start(self) -> tuple[Preference, ...]:
        """The settings that are decided before there is a data folder to keep them in: none of them can be kept."""
        said = self._settings
        return tuple(
            self._preference(each, getattr(said, each.name)) for each in declared() if each.name not in STORABLE
        )

    def _preference(
        self, each: attrs.Attribute[Any], value: Any, *, kept: Any = None, problem: str | None = None
    ) -> Preference:
        return Preference(
            name=each.name,
            label=label(each),
            section=each.metadata["section"],
            kind=kind(each),
            optional=type(None) in get_args(hint(each)),
            source=self._settings.said_by.get(each.name, "default" if kept is None else "user"),
            variable=variable(each),
            value=_said(value),
            default=None if each.default is NOTHING else _said(each.default),
            kept=kept,
            pinned=each.name in self._settings.pinned,
            at_once=each.name in AT_ONCE,
            problem=problem,
            help=each.metadata["help"],
            unit=each.metadata["unit"],
            choices=get_args(hint(each)) if kind(each) == "choice" else (),
            minimum=each.metadata["minimum"],
            maximum=each.metadata["maximum"],
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
    if isinstance(value, timedelta):
        return spelled(value)
    return str(value) if isinstance(value, Path) else value
