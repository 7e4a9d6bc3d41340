"""`/library`: the files of all tools, one file, and the form by which many of them are changed or taken away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from attrs import asdict, evolve, fields, frozen
from quart import Response, redirect, request
from werkzeug.datastructures import MultiDict

from pixie_core.catalogue.base import field
from pixie_core.errors import (
    AmbiguousRunId,
    ArtefactFileMissing,
    ArtefactNotFound,
    Problem,
    RequestInvalid,
    RunNotFound,
)
from pixie_core.structure import key_of
from pixie_server import render
from pixie_server.api.artefacts import WhichArtefacts, shelf_of
from pixie_server.delivery import deliver_made
from pixie_server.forms import form_fields
from pixie_server.frames import frame_of
from pixie_server.pages import html
from pixie_server.reading import read_query
from pixie_server.routing import Answer, Routes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pixie_core import Pixie
    from pixie_core.store import Changed
    from pixie_server.served import Served

routes = Routes("pages")

_PAGE = Answer(200, media_type="text/html")
_CHANGES: Mapping[str, Callable[[str, str], dict[str, Any]]] = {
    "star": lambda _label, _tag: {"starred": True},
    "unstar": lambda _label, _tag: {"starred": False},
    "label": lambda label, _tag: {"label": label},
    "tag": lambda _label, tag: {"add_tags": [tag]},
    "untag": lambda _label, tag: {"remove_tags": [tag]},
    "delete": lambda _label, _tag: {"deleted": True},
    "restore": lambda _label, _tag: {"deleted": False},
}


@frozen(kw_only=True)
class LibraryQuery:
    """The filters of GET /api/artefacts, as a form sends them: one that is empty is none."""

    tool: str | None = field(help="of this tool", default=None)
    run: str | None = field(help="of this run, by its id or the beginning of it", default=None)
    mime: str | None = field(help="of this media type, or of a family like image/", default=None)
    starred: str | None = field(help="true or false: with or without a star", default=None)
    labelled: str | None = field(help="true or false: with or without any label", default=None)
    label: str | None = field(help="with exactly this label", default=None)
    tag: str | None = field(help="with this tag", default=None)
    from_: str | None = field(help="kept on this day or later (ISO 8601)", default=None)
    to: str | None = field(help="kept on this day or earlier (ISO 8601)", default=None)
    q: str | None = field(help="with this text in filename, label or tags; capitals don't matter", default=None)
    deleted: str | None = field(help="true: those that can be restored", default=None)
    after: str | None = field(help="`after` of the page before", default=None)

    def asked(self) -> dict[str, str]:
        """What is asked, by the names of the address."""
        given = asdict(self)
        return {key_of(each): given[each.name] for each in fields(type(self)) if given[each.name]}

    def which(self, page_size: int) -> WhichArtefacts:
        """The same as the API reads it. Raises RequestInvalid."""
        which: WhichArtefacts = read_query(WhichArtefacts, MultiDict(self.asked()))
        return evolve(which, page_size=page_size)


_ERRORS = (RequestInvalid, RunNotFound, AmbiguousRunId)


@routes.get(
    "/library",
    query=LibraryQuery,
    answers=(_PAGE, Answer(303, description="To the same address without its empty filters.")),
    page=True,
    errors=_ERRORS,
)
async def library_page(served: Served, query: LibraryQuery) -> Any:
    """The files of all tools as a gallery; htmx and scripts (HX-Request) get the list alone."""
    asked = query.asked()
    if len(asked) < len(request.args):
        return redirect(_address(asked), 303)
    return html(await served.bridge(_library, served.pixie, query, piece=_is_piece()))


def _is_piece() -> bool:
    return request.headers.get("HX-Request") == "true"


def _address(asked: Mapping[str, str]) -> str:
    return f"/library?{urlencode(asked)}" if asked else "/library"


def _library(pixie: Pixie, query: LibraryQuery, *, piece: bool = False, told: Changed | None = None) -> str:
    settings = pixie.preferences.current()
    page = shelf_of(pixie, query.which(settings.library_page_size))
    asked = query.asked()
    filters = {name: text for name, text in asked.items() if name != "after"}
    frame = frame_of(pixie)
    shelf = render.Shelf(
        items=page.items,
        on_disk=pixie.library.on_disk(page.items),
        asked=filters,
        next=_address({**filters, "after": page.next}) if page.next else None,
        here=_address(filters),
        newest_only=page.newest_only,
        restorable_days=settings.soft_delete_retention_days,
    )
    if piece:
        return render.library_results(frame, shelf)
    return render.page_library(frame, shelf, pixie.library.choices(), told)


@routes.get(
    "/library/<int:artefact_id>",
    answers=(_PAGE,),
    page=True,
    errors=(ArtefactNotFound,),
    path_examples={"artefact_id": "12"},
)
async def artefact_page(served: Served, artefact_id: int) -> Response:
    """One kept file: what it shows, where it comes from, and what can be done with it. Scripts (HX-Request) get it as a
    piece for the gallery.
    """
    return html(await served.bridge(_artefact, served.pixie, artefact_id, piece=_is_piece()))


def _artefact(pixie: Pixie, artefact_id: int, *, piece: bool) -> str:
    found = pixie.library.get(artefact_id)
    try:
        seen = pixie.library.preview(artefact_id)
        formats = pixie.exports.formats_of_artefact(artefact_id)
    except ArtefactFileMissing:
        seen, formats = None, ()
    run = pixie.get(found.run_id)
    frame = frame_of(pixie)
    show = render.artefact_piece if piece else render.page_artefact
    return show(
        frame,
        found,
        run=run,
        seen=seen,
        formats=formats,
        on_disk=pixie.library.on_disk_closely(artefact_id),
        destinations=pixie.exports.destinations(),
    )


@routes.post(
    "/library/selection",
    query=LibraryQuery,
    form=True,
    answers=(
        Answer(200, media_type="application/zip", description="For `action=download`: the files."),
        Answer(303, description="It is done: back to the list that the address names."),
        Answer(409, media_type="text/html", description="The list, and which files stayed as they were, and why."),
    ),
    errors=_ERRORS,
)
async def change_selection(served: Served, query: LibraryQuery) -> Any:
    """What the form round the gallery does with the files that are ticked in it: `ids`, and `action`, which is star,
    unstar, label, tag, untag, delete, restore or download.
    """
    sent = await form_fields(request)
    ids, action = _ids(sent), _one(sent, "action")
    if action == "download":
        made = await served.bridge.slowly(served.pixie.bulk, artefact_ids=ids)
        return deliver_made(served, iter(made), filename=made.filename, content_type="application/zip")
    if action not in _CHANGES:
        cure = f"it can be {', '.join(_CHANGES)} or download"
        raise RequestInvalid("The form", [Problem.unknown("action", action, "$.action", cure)])
    change = _CHANGES[action](_one(sent, "label"), _one(sent, "tag"))
    done: Changed = await served.bridge(served.pixie.library.change, ids, **change)
    if done.refused:
        return html(await served.bridge(_library, served.pixie, query, told=done), 409)
    only = ids[0] if len(ids) == 1 and _one(sent, "back") == "artefact" and action != "delete" else None
    return redirect(_address(query.asked()) if only is None else f"/library/{only}", 303)


def _one(sent: Mapping[str, list[str]], name: str) -> str:
    return next(iter(sent.get(name, ())), "")


def _ids(sent: Mapping[str, list[str]]) -> list[int]:
    """The numbers of the files that were ticked."""
    given = sent.get("ids", [])
    wrong = [each for each in given if not (each.isascii() and each.isdigit() and len(each) <= 18)]
    if wrong:
        raise RequestInvalid("The form", [Problem("$.ids", f"holds {wrong[0][:40]!r}; expected a file's number")])
    if not given:
        raise RequestInvalid("The form", [Problem("$.ids", "names no file; tick one or more, then try again")])
    return [int(each) for each in given]
