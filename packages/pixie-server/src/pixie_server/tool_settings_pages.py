"""`/tool/{id}/settings`: the page, and the forms on it. What they do is in the library, and in the API as well."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import attrs
from attrs import evolve, frozen

from pixie_core.catalogue.base import field
from pixie_core.errors import (
    Busy,
    DataFolderError,
    DiskFull,
    Problem,
    RequestInvalid,
    ToolNotFound,
    ValidateJobNotFound,
)
from pixie_core.structure import Problems, structure
from pixie_core.tool import Limits
from pixie_server import render
from pixie_server.frames import frame_of
from pixie_server.pages import html
from pixie_server.reading import read_text
from pixie_server.render import Refused
from pixie_server.render.setting_rows import PINNED_WARM
from pixie_server.routing import Answer, Routes
from pixie_server.settings_forms import Sent, answered

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from quart import Response

    from pixie_core import Pixie
    from pixie_core.store import ValidateJob
    from pixie_server.served import Served

routes = Routes("pages")

_EXAMPLES = {"tool_id": "lorenz-ode-solver"}
_PAGE = (Answer(200, media_type="text/html"),)
_FORM: dict[str, Any] = {
    "form": True,
    "answers": (Answer(303, description="It is done: the page shows how it is now."),),
    "path_examples": _EXAMPLES,
}
_OF_SECRETS = {"key": "The name", "value": "The value"}
_OF_TAGS = {"tags": ""}


@frozen(kw_only=True)
class ToolSettingsQuery:
    """What the page shows beside how things stand."""

    job: str | None = field(help="the validation that was begun here, to be followed", default=None)
    measure: bool = field(help="measure now what the tool takes on the disk", default=False)


@routes.get(
    "/tool/<tool_id>/settings",
    query=ToolSettingsQuery,
    answers=_PAGE,
    page=True,
    errors=(ToolNotFound, DataFolderError),
    path_examples=_EXAMPLES,
)
async def tool_settings_page(served: Served, tool_id: str, query: ToolSettingsQuery) -> Response:
    """One tool's settings: its secrets, limits, validation, disk and tags, and whether it is archived."""
    call = served.bridge.slowly if query.measure else served.bridge
    return html(await call(_page, served.pixie, tool_id, query))


def _page(
    pixie: Pixie,
    tool_id: str,
    query: ToolSettingsQuery = ToolSettingsQuery(),
    refused: Refused = Refused(),  # noqa: B008 (frozen)
) -> str:
    tool = pixie.tools.get(tool_id)
    return render.page_tool_settings(
        frame_of(pixie),
        tool,
        warm_keep_seconds=pixie.settings.warm_keep_seconds,
        secrets=pixie.secrets.of(tool_id),
        report=pixie.store.validations.latest(tool_id),
        job=_job(pixie, query.job, tool_id) if query.job else None,
        disk=pixie.keeping.disk_of(tool_id) if query.measure else None,
        refused=refused,
    )


def _job(pixie: Pixie, job_id: str, tool_id: str) -> ValidateJob | None:
    """The tool's job. One that isn't kept any more leaves the page as it is: its report is on it."""
    try:
        job = pixie.validation.job(job_id)
    except ValidateJobNotFound:
        return None
    return job if tool_id in job.tool_ids else None


async def _answered(
    served: Served,
    tool_id: str,
    done: Callable[[], Any],
    form: str,
    *,
    back: str | Callable[[Any], str],
    labels: Mapping[str, str] | None = None,
    typed: Mapping[str, str] | None = None,
) -> Any:
    """As `answered`, with this page and `done` called in the library; an id that no tool has is 404. `back` is what
    follows the page's path.
    """
    await served.bridge(served.pixie.tools.get, tool_id)

    async def page(refused: Refused) -> str:
        return await served.bridge(_page, served.pixie, tool_id, ToolSettingsQuery(), refused)

    def address(result: Any) -> str:
        return f"/tool/{quote(tool_id, safe='')}/settings{back(result) if callable(back) else back}"

    return await answered(served.bridge(done), address, page, form, labels=labels or {}, typed=typed or {})


@routes.post(
    "/tool/<tool_id>/settings/secrets",
    errors=(ToolNotFound, RequestInvalid, DataFolderError, DiskFull),
    **_FORM,
)
async def change_secret(served: Served, tool_id: str) -> Any:
    """Set the secret of a `key` to a `value`, or `clear` it. An empty value keeps what is set."""
    sent = await Sent.read()
    key, secrets = sent["key"], served.pixie.secrets
    done = (
        partial(secrets.clear, tool_id, key) if "clear" in sent else partial(secrets.set, tool_id, key, sent["value"])
    )
    form = "secret" if "new" in sent else f"secret-{quote(key, safe='')}"
    return await _answered(
        served,
        tool_id,
        done,
        form,
        back="#secrets",
        labels=_OF_SECRETS,
        typed=sent.typed("key") if "new" in sent else {},
    )


@routes.post("/tool/<tool_id>/settings/limits", errors=(ToolNotFound, RequestInvalid), **_FORM)
async def change_limit(served: Served, tool_id: str) -> Any:
    """Put the limit of a `name` at a `value`, in place of what tool.json says, or `reset` it. `pinned_warm` is true or
    false: whether its process stays although it is idle.
    """
    sent = await Sent.read()
    name = sent["name"]
    done = partial(_change_limit, served.pixie, tool_id, name, None if "reset" in sent else sent["value"])
    row = f"limit-{name}"
    return await _answered(served, tool_id, done, row, back=f"#{row}", typed=sent.typed("value"))


def _change_limit(pixie: Pixie, tool_id: str, name: str, text: str | None) -> None:
    if name == PINNED_WARM:
        pixie.change_tool(tool_id, pinned_warm=None if text is None else _switched(name, text))
        return
    known = [*(each.name for each in attrs.fields(Limits)), PINNED_WARM]
    if name not in known:
        said = f"known are {', '.join(known)}"
        raise RequestInvalid("The limits", [Problem.unknown("limit", name, f"$.{name}", said)])
    limit: int | None = None
    if text is not None:
        try:
            limit = getattr(structure(Limits, {name: read_text(text.strip(), int)}), name)
        except ValueError as error:
            raise RequestInvalid("The limits", [Problem(f"$.{name}", f"The limit {error}")]) from None
        except Problems as error:
            raise RequestInvalid(
                "The limits", [Problem(each.path, f"The limit {each.message}") for each in error.problems]
            ) from None
    pixie.set_limits(tool_id, evolve(pixie.tools.get(tool_id).state.limits, **{name: limit}))


def _switched(name: str, text: str) -> bool:
    if text not in {"true", "false"}:
        raise RequestInvalid(
            "The limits", [Problem(f"$.{name}", f"The switch is {text[:40]!r}; expected true or false")]
        )
    return text == "true"


@routes.post("/tool/<tool_id>/settings/validate", errors=(ToolNotFound, Busy), **_FORM)
async def revalidate(served: Served, tool_id: str) -> Any:
    """Begin to check the tool in twelve steps; the page follows it to its end."""
    begin = partial(served.pixie.validation.start_job, [tool_id])
    return await _answered(served, tool_id, begin, "validation", back=lambda job: f"?job={job.id}#validation")


@routes.post("/tool/<tool_id>/settings/tags", errors=(ToolNotFound, RequestInvalid), **_FORM)
async def change_tags(served: Served, tool_id: str) -> Any:
    """Add the tags in `add`, with blanks or commas between them, or take the one in `remove` away."""
    sent = await Sent.read()
    add = sent["add"].replace(",", " ").split()
    done = partial(served.pixie.tag_tool, tool_id, add=add, remove=[sent["remove"]] if "remove" in sent else [])
    return await _answered(served, tool_id, done, "tag", back="#tags", labels=_OF_TAGS, typed=sent.typed("add"))


@routes.post("/tool/<tool_id>/settings/archive", errors=(ToolNotFound, RequestInvalid), **_FORM)
async def archive_tool(served: Served, tool_id: str) -> Any:
    """Put the tool out of sight (`archived` true), bring it back (false), or go by its tool.json again (empty)."""
    sent = await Sent.read()
    known = {"true": True, "false": False, "": None}

    def done() -> None:
        if sent["archived"] not in known or "archived" not in sent:
            said = f"is {sent['archived']!r}; expected true, false, or nothing"
            raise RequestInvalid("The form", [Problem("$.archived", said)])
        served.pixie.change_tool(tool_id, archived=known[sent["archived"]])

    return await _answered(served, tool_id, done, "archive", back="#archive", labels={"archived": "archived"})
