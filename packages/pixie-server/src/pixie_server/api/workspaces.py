"""Routes about workspaces: groups of tools that a person has made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
from attrs import NOTHING, Factory, asdict, frozen

from pixie_core.catalogue.base import field
from pixie_core.errors import RequestInvalid, ToolNotFound, WorkspaceExists, WorkspaceNotFound
from pixie_server.routing import Answer, Routes

if TYPE_CHECKING:
    from pixie_core import Pixie
    from pixie_core.store import Workspace
    from pixie_server.served import Served

routes = Routes("workspaces")

_WORKSPACE = {"workspace_id": "3"}
_MEMBER = {**_WORKSPACE, "tool_id": "lorenz-ode-solver"}
_EXAMPLE = {
    "id": 3,
    "name": "Thesis",
    "colour": "#2e7d32",
    "sort_order": 1,
    "collapsed": False,
    "created_at": "2026-05-17T09:30:00.000000+00:00",
    "tools": ["lorenz-ode-solver"],
}
_UNSAID: Any = Factory(lambda: NOTHING)
"""A field that isn't sent stays as it is, which null doesn't say."""


@frozen(kw_only=True)
class WorkspaceOut:
    """A group of tools; a tool can be in several."""

    id: int = field(help="its number")
    name: str = field(help="its name; no other has it, in capitals or not")
    colour: str | None = field(help="a colour's name or #rrggbb")
    sort_order: int | None = field(help="its rank among workspaces, the smallest first")
    collapsed: bool = field(help="shown folded")
    created_at: str | None = field(help="when it was made, UTC in ISO 8601; null where an older Pixie didn't say")
    tools: list[str] = field(help="the ids of its tools, in the order in which they were added")

    @classmethod
    def of(cls, workspace: Workspace) -> WorkspaceOut:
        """As the store keeps it."""
        return cls(**{**asdict(workspace), "tools": list(workspace.tools)})


@routes.get("/api/workspaces", answers=(Answer(200, list[WorkspaceOut], example=[_EXAMPLE]),))
async def list_workspaces(served: Served) -> list[WorkspaceOut]:
    """All workspaces with their tools, in their order."""
    return _all(await served.bridge(served.pixie.workspaces.all))


@frozen(kw_only=True)
class NewWorkspaceBody:
    """What a workspace is made with."""

    name: str = field(help="at most 100 characters")
    colour: str | None = field(help="a colour's name or #rrggbb", default=None)


@routes.post(
    "/api/workspaces",
    body=NewWorkspaceBody,
    answers=(Answer(201, WorkspaceOut, description="It was made.", example={**_EXAMPLE, "tools": []}),),
    errors=(RequestInvalid, WorkspaceExists),
    example={"name": "Thesis", "colour": "#2e7d32"},
)
async def create_workspace(served: Served, body: NewWorkspaceBody) -> tuple[WorkspaceOut, int]:
    """Make a workspace; it comes last among them."""
    made = await served.bridge(served.pixie.workspaces.create, body.name, colour=body.colour)
    return WorkspaceOut.of(made), 201


@frozen(kw_only=True)
class WorkspaceChanges:
    """What is to change; what isn't sent stays as it is."""

    name: str = field(help="at most 100 characters", default=_UNSAID)
    colour: str | None = field(help="a colour's name or #rrggbb; null: none", default=_UNSAID)
    sort_order: int = field(
        help="its rank among workspaces, the smallest first", default=_UNSAID, minimum=-(2**31), maximum=2**31
    )
    collapsed: bool = field(help="shown folded", default=_UNSAID)


@routes.patch(
    "/api/workspaces/<int:workspace_id>",
    body=WorkspaceChanges,
    answers=(Answer(200, WorkspaceOut, example=_EXAMPLE),),
    errors=(WorkspaceNotFound, RequestInvalid, WorkspaceExists),
    example={"name": "Thesis", "collapsed": False},
    path_examples=_WORKSPACE,
)
async def change_workspace(served: Served, workspace_id: int, body: WorkspaceChanges) -> WorkspaceOut:
    """Rename, recolour, move or fold a workspace, and answer it as it is then."""
    said = {each.name: getattr(body, each.name) for each in attrs.fields(WorkspaceChanges)}
    changes = {name: value for name, value in said.items() if value is not NOTHING}
    if "colour" in changes:
        changes["colour"] = changes["colour"] or ""  # as the library says none
    return WorkspaceOut.of(await served.bridge(served.pixie.workspaces.change, workspace_id, **changes))


@routes.delete(
    "/api/workspaces/<int:workspace_id>",
    answers=(Answer(200, list[WorkspaceOut], description="Those that are left.", example=[]),),
    errors=(WorkspaceNotFound,),
    path_examples=_WORKSPACE,
)
async def delete_workspace(served: Served, workspace_id: int) -> list[WorkspaceOut]:
    """Remove a workspace. Its tools stay where they are, and are in it no more."""
    await served.bridge(served.pixie.workspaces.delete, workspace_id)
    return _all(await served.bridge(served.pixie.workspaces.all))


@routes.post(
    "/api/workspaces/<int:workspace_id>/tools/<tool_id>",
    answers=(Answer(200, WorkspaceOut, example=_EXAMPLE),),
    errors=(WorkspaceNotFound, ToolNotFound),
    path_examples=_MEMBER,
)
async def add_tool_to_workspace(served: Served, workspace_id: int, tool_id: str) -> WorkspaceOut:
    """Put a tool into a workspace; nothing is changed when it is in it."""
    return WorkspaceOut.of(await served.bridge(_add, served.pixie, workspace_id, tool_id))


def _add(pixie: Pixie, workspace_id: int, tool_id: str) -> Workspace:
    return pixie.workspaces.add_tool(workspace_id, pixie.tools.get(tool_id).id)


@routes.delete(
    "/api/workspaces/<int:workspace_id>/tools/<tool_id>",
    answers=(Answer(200, WorkspaceOut, example={**_EXAMPLE, "tools": []}),),
    errors=(WorkspaceNotFound,),
    path_examples=_MEMBER,
)
async def remove_tool_from_workspace(served: Served, workspace_id: int, tool_id: str) -> WorkspaceOut:
    """Take a tool out of a workspace, also one that is gone; nothing is changed when it isn't in it."""
    return WorkspaceOut.of(await served.bridge(served.pixie.workspaces.remove_tool, workspace_id, tool_id))


def _all(workspaces: tuple[Workspace, ...]) -> list[WorkspaceOut]:
    return [WorkspaceOut.of(each) for each in workspaces]
