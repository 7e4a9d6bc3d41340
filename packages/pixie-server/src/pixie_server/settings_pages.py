"""`/settings`: the page, and the forms on it. What they do is in the library, and in the API as well."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from pixie_core.catalogue.base import field
from pixie_core.errors import (
    DestinationNotFound,
    Problem,
    RequestInvalid,
    SettingPinned,
)
from pixie_core.exporters import FORMATS
from pixie_server import render
from pixie_server.frames import frame_of
from pixie_server.outcomes import outcome
from pixie_server.pages import html
from pixie_server.problems import wants_json
from pixie_server.render import Refused
from pixie_server.routing import Answer, Routes
from pixie_server.settings_forms import Sent, answered

if TYPE_CHECKING:
    from collections.abc import Awaitable, Mapping

    from quart import Response

    from pixie_core import Pixie
    from pixie_server.served import Served

routes = Routes("pages")

_PAGE = (Answer(200, media_type="text/html"),)
_SENT_BACK = (Answer(303, description="It is done: the page shows how it is now."),)
_FORMAT_NAMES = tuple(sorted({each.name for each in FORMATS.values()}))
_USUAL_AGE = "30d"
_OF_DESTINATIONS = {"name": "The name", "folder": "The folder", "format": "The format"}
_OF_SWEEPS = {"older_than": "The age", "confirm": "The yes"}


@frozen(kw_only=True)
class SettingsQuery:
    """Which sweep to plan, if any."""

    older_than: str | None = field(
        help="show which runs a sweep would delete that ended longer ago: a number and m, h, d, w, mo or y",
        default=None,
    )
    surplus: bool = field(help="those as well that are beyond the number which each tool keeps", default=False)


@routes.get("/settings", query=SettingsQuery, answers=_PAGE, page=True, errors=(RequestInvalid,))
async def settings_page(served: Served, query: SettingsQuery) -> Response:
    """Pixie's settings: its look, what is kept how long, destinations, limits; and what a sweep would delete."""
    try:
        return html(await served.bridge.slowly(_page, served.pixie, query))
    except RequestInvalid as error:
        if wants_json():
            raise
        refused = Refused.of(error, "sweep", _OF_SWEEPS, {"older_than": query.older_than or ""})
        page = await served.bridge(_page, served.pixie, SettingsQuery(surplus=query.surplus), refused)
        return html(page, outcome(error).status)


def _page(pixie: Pixie, query: SettingsQuery = SettingsQuery(), refused: Refused = Refused()) -> str:  # noqa: B008
    keeping, preferences = pixie.keeping, pixie.preferences
    asked = query.older_than
    kept = next((each.value for each in preferences.all() if each.name == "retention_older_than"), None)
    return render.page_settings(
        frame_of(pixie),
        preferences=preferences.all(),
        before_start=preferences.before_start(),
        destinations=pixie.exports.destinations(),
        formats=_FORMAT_NAMES,
        retained=keeping.retained(),
        sweep={"older_than": asked or kept or _USUAL_AGE, "surplus": query.surplus},
        plan=keeping.plan(older_than=asked, surplus=query.surplus) if asked is not None else None,
        last_sweep=keeping.last_sweep,
        last_pass=keeping.background.last,
        refused=refused,
    )


async def _answered(
    served: Served,
    done: Awaitable[object],
    form: str,
    *,
    back: str,
    labels: Mapping[str, str] | None = None,
    **about: Any,
) -> Any:
    """As `answered`, with this page; `about` has what is `typed`, and the `query` of the page that is shown again."""
    query = about.pop("query", SettingsQuery())

    async def page(refused: Refused) -> str:
        return await served.bridge.slowly(_page, served.pixie, query, refused)

    return await answered(done, f"/settings#{back}", page, form, labels=labels or {}, **about)


@routes.post("/settings", form=True, answers=_SENT_BACK, errors=(RequestInvalid, SettingPinned))
async def change_setting(served: Served) -> Any:
    """Keep one setting: its `name` and `value`, or `reset` to go back to the default."""
    sent = await Sent.read()
    row = f"setting-{sent['name']}"
    done = served.bridge(served.pixie.preferences.change, {sent["name"]: None if "reset" in sent else sent["value"]})
    return await _answered(served, done, row, back=row, typed=sent.typed("value"))


@routes.post("/settings/destinations", form=True, answers=_SENT_BACK, errors=(RequestInvalid,))
async def add_destination(served: Served) -> Any:
    """Name a folder that outputs can be sent to: `name`, `folder`, `format` (empty: their own default) and
    `through_links`.
    """
    sent = await Sent.read()
    done = served.bridge(
        served.pixie.exports.register_destination,
        sent["name"],
        sent["folder"],
        sent["format"] or None,
        through_links=sent.on("through_links"),
    )
    typed = sent.typed("name", "folder", "format", "through_links")
    return await _answered(served, done, "destination", back="destinations", labels=_OF_DESTINATIONS, typed=typed)


@routes.post("/settings/destinations/remove", form=True, answers=_SENT_BACK, errors=(DestinationNotFound,))
async def remove_destination(served: Served) -> Any:
    """Forget the destination of a `name`; nothing in its folder is touched."""
    sent = await Sent.read()
    done = served.bridge(served.pixie.exports.forget_destination, sent["name"])
    return await _answered(served, done, "destination", back="destinations", typed={})


@routes.post("/settings/sweep", form=True, answers=_SENT_BACK, errors=(RequestInvalid,))
async def sweep_now(served: Served) -> Any:
    """Delete for good the runs that ended longer ago than `older_than`, and with `surplus` those beyond the number that
    each tool keeps. `confirm` must be sent as true: that is the yes.
    """
    sent = await Sent.read()
    asked = SettingsQuery(older_than=sent["older_than"], surplus=sent.on("surplus"))
    if not sent.on("confirm"):
        return await _answered(
            served, _not_confirmed(), "sweep", back="sweep", labels=_OF_SWEEPS, typed={}, query=asked
        )
    done = served.bridge.slowly(served.pixie.keeping.sweep, older_than=sent["older_than"], surplus=asked.surplus)
    return await _answered(served, done, "sweep", back="sweep", labels=_OF_SWEEPS, typed=sent.typed("older_than"))


async def _not_confirmed() -> None:
    said = "Nothing was deleted. Tick the box to say that these runs may go for good, then sweep."
    raise RequestInvalid("The sweep", [Problem("$.confirm", said)])
