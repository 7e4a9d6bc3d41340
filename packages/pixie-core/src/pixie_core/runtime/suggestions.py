"""What a tool suggests while somebody types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from attrs import frozen

from pixie_core.catalogue.inputs.words import AutocompleteInput
from pixie_core.errors import Problem, RequestInvalid, ToolAnsweredGarbage, near
from pixie_core.run.decoding import Undecodable, decode
from pixie_core.runtime.transport import Refusal

if TYPE_CHECKING:
    from pixie_core.runtime.launcher import Launcher
    from pixie_core.tool import Tool

__all__ = ["Suggestion", "suggestions"]

_MOST = 200
_MOST_BYTES = 2**20


@frozen
class Suggestion:
    """One value that is offered, and the words that are shown for it."""

    value: str | float
    label: str


def suggestions(launcher: Launcher, tool: Tool, name: str, query: str, *, seconds: float) -> list[Suggestion]:
    """What the tool's /autocomplete/<name> offers for `query`; none where it takes longer than `seconds` (later ones
    would come for what is typed no more) or isn't there.

    The name must be that of an input's endpoint, else RequestInvalid. Starts the tool when it isn't warm. Raises
    ToolStartFailed, or ToolAnsweredGarbage when the answer isn't a list of suggestions.
    """
    known = [each.endpoint.rpartition("/")[2] for each in tool.ready().inputs if isinstance(each, AutocompleteInput)]
    if name not in known:
        meant = near(name, known)
        hint = f": did you mean {meant}?" if meant else f"; it has {', '.join(known) or 'none'}"
        raise RequestInvalid("The request", [Problem("$.endpoint", f"{tool.id} suggests nothing as {name!r}{hint}")])
    with launcher.lease(tool) as process:
        try:
            path = f"/autocomplete/{quote(name, safe='')}"
            reply = process.transport.ask("GET", path, params={"q": query}, seconds=seconds, max_bytes=_MOST_BYTES)
        except Refusal:
            return []
    if not reply.ok:
        return []
    try:
        raw = decode(reply.body)
    except Undecodable as error:
        raise ToolAnsweredGarbage(tool.id, f"{tool.id} suggested what can't be read: {error}") from error
    if not isinstance(raw, list):
        raise ToolAnsweredGarbage(tool.id, f"{tool.id} suggested no list of {{value, label}}.")
    return [made for each in raw[:_MOST] if (made := _suggestion(each)) is not None]


def _suggestion(raw: Any) -> Suggestion | None:
    """A {value, label}, or a bare value; anything else is passed over."""
    value, label = (raw.get("value"), raw.get("label")) if isinstance(raw, dict) else (raw, None)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return Suggestion(value, label if isinstance(label, str) else str(value))
