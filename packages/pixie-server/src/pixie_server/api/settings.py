"""Routes about the settings that the dashboard changes. They are declared in `pixie_core.config`, once."""

from __future__ import annotations

from datetime import timedelta
from types import NoneType
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

import attrs
from attrs import NOTHING, Factory, asdict, frozen

from pixie_core.catalogue.base import field
from pixie_core.config import Kind, Settings, declared
from pixie_core.errors import RequestInvalid, SettingPinned
from pixie_core.preferences import Source
from pixie_core.store.stored_settings import STORABLE
from pixie_server.routing import Answer, Routes

if TYPE_CHECKING:
    from pixie_core import Pixie
    from pixie_server.served import Served

routes = Routes("settings")

_EXAMPLE = {
    "theme": {
        "label": "Theme",
        "section": "Appearance",
        "kind": "choice",
        "optional": False,
        "source": "user",
        "variable": "PIXIE_THEME",
        "value": "dark",
        "default": "auto",
        "kept": "dark",
        "pinned": False,
        "at_once": True,
        "problem": None,
        "help": "the dashboard's theme",
        "unit": "",
        "choices": ["auto", "light", "dark"],
        "minimum": None,
        "maximum": None,
    }
}


@frozen(kw_only=True)
class SettingOut:
    """One setting. A duration is a text like 90d."""

    label: str = field(help="what it is called on the page of settings")
    section: str = field(help="the heading that it stands under there")
    kind: Kind = field(help="what its value is: one of `choices`, yes or no, a whole number, a text like 90d, any text")
    optional: bool = field(help="null is a value of it")
    source: Source = field(
        help="where its value comes from: nobody said anything, the user keeps it here, the environment, .env, or the "
        "program that opened Pixie"
    )
    variable: str = field(help="the variable of the environment that says it too")
    value: Any = field(help="what holds; where it isn't taken at once, from the next start on")
    default: Any = field(help="what holds where nobody says anything else")
    kept: Any = field(help="what is kept in the data folder; null: nothing")
    pinned: bool = field(
        help="said by the environment, .env or the program that opened Pixie: it can't be changed here"
    )
    at_once: bool = field(help="a change holds at once; otherwise from the next start on")
    problem: str | None = field(help="why what is kept isn't used, where it isn't valid")
    help: str = field(help="what it is")
    unit: str = field(help="what its number counts; empty where there is none")
    choices: list[str] = field(help="the only values that it takes; empty where there are others")
    minimum: float | None = field(help="the least that it takes")
    maximum: float | None = field(help="the most that it takes")


def _changes() -> type:
    """The body of a change: every setting that can be kept, as its declaration has it."""
    hints = get_type_hints(Settings)
    annotations: dict[str, Any] = {}
    fields: dict[str, Any] = {}
    for each in declared():
        if each.name in STORABLE:
            members = [member for member in get_args(hints[each.name]) if member is not NoneType]
            plain = (
                str
                if timedelta in members
                else (members[0] if NoneType in get_args(hints[each.name]) else hints[each.name])
            )
            annotations[each.name] = plain | None
            about = each.metadata
            fields[each.name] = field(
                help=about["help"], default=_UNSAID, minimum=about["minimum"], maximum=about["maximum"]
            )
    made = type("SettingsChanges", (), {"__module__": __name__, "__annotations__": annotations, **fields})
    made.__doc__ = "What is to change; what isn't sent stays as it is, and null goes back to the default."
    return frozen(kw_only=True)(made)


_UNSAID: Any = Factory(lambda: NOTHING)
SettingsChanges = _changes()


@routes.get("/api/settings", answers=(Answer(200, dict[str, SettingOut], example=_EXAMPLE),))
async def list_settings(served: Served) -> dict[str, SettingOut]:
    """Every setting that can be changed while Pixie runs, by its name."""
    return await served.bridge(_settings, served.pixie)


@routes.put(
    "/api/settings",
    body=SettingsChanges,
    answers=(Answer(200, dict[str, SettingOut], example=_EXAMPLE),),
    errors=(RequestInvalid, SettingPinned),
    example={"theme": "dark", "retention_older_than": "90d"},
)
async def change_settings(served: Served, body: Any) -> dict[str, SettingOut]:
    """Keep settings in the data folder, all that are sent or none, and answer how all are then.

    What a variable or .env says goes before, and can't be changed here.
    """
    said = {each.name: getattr(body, each.name) for each in attrs.fields(SettingsChanges)}
    changes = {name: value for name, value in said.items() if value is not NOTHING}
    await served.bridge(served.pixie.preferences.change, changes)
    return await served.bridge(_settings, served.pixie)


def _settings(pixie: Pixie) -> dict[str, SettingOut]:
    found = {}
    for each in pixie.preferences.all():
        facts = {**asdict(each), "choices": list(each.choices)}
        name = facts.pop("name")
        found[name] = SettingOut(**facts)
    return found
