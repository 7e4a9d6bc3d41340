"""Routes about what the user sets for a tool, and what its process writes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import attrs
from attrs import NOTHING, Factory, asdict, frozen

from pixie_core.catalogue.base import field
from pixie_core.errors import DataFolderError, DiskFull, RequestInvalid, ToolNotFound
from pixie_core.tool import Limits
from pixie_server.api.shapes import SecretChanged, SecretOut, ToolDetail, ToolLog
from pixie_server.api.tools import tool_detail
from pixie_server.routing import Answer, Routes

if TYPE_CHECKING:
    from pixie_core import Pixie
    from pixie_server.served import Served

routes = Routes("tools")

_EXAMPLES = {"tool_id": "lorenz-ode-solver"}
_SECRET_EXAMPLES = {**_EXAMPLES, "key": "API_KEY"}
_SECRET = {
    "key": "API_KEY",
    "set": True,
    "updated_at": "2026-05-17T09:30:00Z",
    "withheld": False,
    "masked": True,
    "declared": True,
    "required": False,
    "description": "of the weather service",
}
_UNSAID: Any = Factory(lambda: NOTHING)
"""A field that isn't sent stays as it is, which null doesn't say."""


@frozen(kw_only=True)
class ToolChanges:
    """What is to change; what isn't sent stays as it is."""

    favourited: bool = field(help="the user's favourite", default=_UNSAID)
    pinned: bool = field(help="kept at the top of lists", default=_UNSAID)
    pinned_warm: bool | None = field(
        help="its process isn't stopped for being idle; null: as tool.json says", default=_UNSAID
    )
    archived: bool | None = field(help="kept, but out of sight; null: as tool.json says", default=_UNSAID)
    sort_order: int | None = field(
        help="its rank in lists, the smallest first; null: none", default=_UNSAID, minimum=-(2**31), maximum=2**31
    )


@routes.patch(
    "/api/tools/<tool_id>",
    body=ToolChanges,
    answer=ToolDetail,
    errors=(ToolNotFound,),
    example={"favourited": True, "archived": False},
    path_examples=_EXAMPLES,
)
async def change_tool(served: Served, tool_id: str, body: ToolChanges) -> ToolDetail:
    """Set what the user has a say in, and answer the tool as it is then."""
    said = {each.name: getattr(body, each.name) for each in attrs.fields(ToolChanges)}
    return await served.bridge(_change, served.pixie, tool_id, {k: v for k, v in said.items() if v is not NOTHING})


def _change(pixie: Pixie, tool_id: str, changes: dict[str, Any]) -> ToolDetail:
    pixie.change_tool(tool_id, **changes)
    return tool_detail(pixie, tool_id)


@routes.put(
    "/api/tools/<tool_id>/overrides",
    body=Limits,
    answer=ToolDetail,
    errors=(ToolNotFound,),
    example={"max_runtime_seconds": 600},
    path_examples=_EXAMPLES,
)
async def set_overrides(served: Served, tool_id: str, body: Limits) -> ToolDetail:
    """Put limits in the place of those in its tool.json; they hold from the next run on.

    What isn't sent, or is null, is as tool.json says.
    """
    return await served.bridge(_set_limits, served.pixie, tool_id, body)


def _set_limits(pixie: Pixie, tool_id: str, limits: Limits) -> ToolDetail:
    pixie.set_limits(tool_id, limits)
    return tool_detail(pixie, tool_id)


@routes.get(
    "/api/tools/<tool_id>/secrets",
    answers=(Answer(200, list[SecretOut], example=[_SECRET]),),
    errors=(ToolNotFound, RequestInvalid, DataFolderError),
    path_examples=_EXAMPLES,
)
async def list_secrets(served: Served, tool_id: str) -> list[SecretOut]:
    """Which secrets the tool's tool.json lists, and which are set; never their values."""
    return [SecretOut(**asdict(each)) for each in await served.bridge(served.pixie.secrets.of, tool_id)]


@frozen(kw_only=True)
class SecretBody:
    """A secret."""

    unshown: ClassVar[str] = 'must be {"value": "..."}, a text and nothing else'
    value: str = field(help="its value; an empty one keeps what is set")


@routes.put(
    "/api/tools/<tool_id>/secrets/<key>",
    body=SecretBody,
    answers=(Answer(200, SecretChanged, example={**_SECRET, "warnings": []}),),
    errors=(ToolNotFound, RequestInvalid, DataFolderError, DiskFull),
    example={"value": "3f9c-not-a-real-key"},
    path_examples=_SECRET_EXAMPLES,
)
async def set_secret(served: Served, tool_id: str, key: str, body: SecretBody) -> SecretChanged:
    """Set a secret, which the tool's process gets as a variable from its next run on. It can't be read back."""
    return await served.bridge(_set_secret, served.pixie, tool_id, key, body.value)


def _set_secret(pixie: Pixie, tool_id: str, key: str, value: str) -> SecretChanged:
    warnings = pixie.secrets.set(tool_id, key, value)
    return SecretChanged(**asdict(pixie.secrets.one(tool_id, key)), warnings=list(warnings))


@routes.delete(
    "/api/tools/<tool_id>/secrets/<key>",
    answers=(Answer(200, SecretOut, example={**_SECRET, "set": False, "updated_at": None}),),
    errors=(ToolNotFound, RequestInvalid, DataFolderError, DiskFull),
    path_examples=_SECRET_EXAMPLES,
)
async def clear_secret(served: Served, tool_id: str, key: str) -> SecretOut:
    """Remove a secret; nothing is changed where it isn't set."""
    return await served.bridge(_clear_secret, served.pixie, tool_id, key)


def _clear_secret(pixie: Pixie, tool_id: str, key: str) -> SecretOut:
    pixie.secrets.clear(tool_id, key)
    return SecretOut(**asdict(pixie.secrets.one(tool_id, key)))


@frozen(kw_only=True)
class HowMuchLog:
    """How much of the log."""

    lines: int | None = field(help="how many lines at most, from its end", default=None, minimum=1, maximum=100_000)


@routes.get(
    "/api/tools/<tool_id>/logs",
    query=HowMuchLog,
    answer=ToolLog,
    errors=(ToolNotFound,),
    path_examples=_EXAMPLES,
)
async def tool_log(served: Served, tool_id: str, query: HowMuchLog) -> ToolLog:
    """The end of what the tool's warm process wrote to stderr, or its last process: at most 64 KiB."""
    text = await served.bridge(served.pixie.tool_log, tool_id, query.lines)
    return ToolLog(tool_id=tool_id, text=text)
