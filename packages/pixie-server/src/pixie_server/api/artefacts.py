"""Routes about kept files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from pixie_core.catalogue.base import field
from pixie_core.errors import (
    AmbiguousRunId,
    ArtefactFileMissing,
    ArtefactNotFound,
    RequestInvalid,
    RunNotFound,
    RunProtected,
    RunStillRunning,
    ThumbnailNotFound,
)
from pixie_core.moments import bound
from pixie_core.store import LONGEST_LABEL, LONGEST_TAG
from pixie_server.api.shapes import ArtefactItem, ArtefactPage, DeletedArtefact, ErrorOut, Labelled, Starred, Tagged
from pixie_server.delivery import deliver_artefact, deliver_thumbnail
from pixie_server.routing import Answer, Routes

if TYPE_CHECKING:
    from quart import Response

    from pixie_core import Pixie
    from pixie_core.store import Page, StoredArtefact
    from pixie_server.served import Served

routes = Routes("artefacts")

_EXAMPLES = {"artefact_id": "12"}
_EXAMPLE = {
    "id": 12,
    "filename": "trajectory.png",
    "mime": "image/png",
    "size_bytes": 48213,
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "output_key": "trajectory",
    "url": "/api/artefacts/12/content",
    "on_disk": "unchanged",
    "run_id": "3f2b8c1e-5d0a-4c7e-9b1f-2a6d8e4c7f10",
    "tool_id": "lorenz-ode-solver",
    "created_at": "2026-05-17T09:30:00.000000+00:00",
    "starred": True,
    "label": "for the paper",
    "tags": ["figure"],
    "thumb": "/api/artefacts/12/thumb",
}
_OF_FILES = {
    "ETag": "The SHA-256 of the bytes, in quotes; of a thumbnail, with what tells its version.",
    "Content-Disposition": "Whether a browser shows it or saves it, and under which name.",
    "Accept-Ranges": "Always `bytes`.",
}
_CONDITIONS = {
    "If-None-Match": "The ETag of the bytes that the client has: 304 where they are the same.",
    "Range": "One range of bytes, like `bytes=0-1023`; several, or what isn't understood, get the whole.",
    "If-Range": "The ETag for which the range holds; where it is another, the whole is sent.",
}
_IN_PARTS = (
    Answer(
        206,
        media_type="application/octet-stream",
        description="The part that the Range header asks for.",
        headers={**_OF_FILES, "Content-Range": "Which bytes these are, of how many."},
    ),
    Answer(304, description="The client has these bytes already.", headers={"ETag": _OF_FILES["ETag"]}),
    Answer(
        416,
        ErrorOut,
        media_type="application/problem+json",
        description="The range lies beyond the end.",
        headers={"Content-Range": "How many bytes there are."},
    ),
)


@frozen(kw_only=True)
class WhichArtefacts:
    """Which files; the filters are joined by and."""

    tool: str | None = field(help="of this tool", default=None)
    run: str | None = field(help="of this run, by its id or the beginning of it", default=None)
    mime: str | None = field(help="of this media type, or of a family like image/", default=None)
    starred: bool | None = field(help="with or without a star", default=None)
    labelled: bool | None = field(help="with or without any label", default=None)
    label: str | None = field(help="with exactly this label", default=None)
    tag: str | None = field(help="with this tag", default=None)
    from_: str | None = field(help="kept on this day or later, or at this moment or later (ISO 8601)", default=None)
    to: str | None = field(help="kept on this day or earlier, or before this moment (ISO 8601)", default=None)
    q: str | None = field(help="with this text in filename, label or tags; capitals don't matter", default=None)
    deleted: bool = field(help="those that can be restored, in place of those that are there", default=False)
    page_size: int = field(help="how many at most", default=50, minimum=1, maximum=250)
    page: int = field(help="which page, from 1; `after` is better", default=1, minimum=1, maximum=200)
    after: str | None = field(help="`next` of the page before", default=None)


@routes.get(
    "/api/artefacts",
    query=WhichArtefacts,
    answers=(
        Answer(
            200,
            ArtefactPage,
            example={"items": [_EXAMPLE], "page": 1, "page_size": 50, "next": None, "newest_only": None},
        ),
    ),
    errors=(RequestInvalid, RunNotFound, AmbiguousRunId),
)
async def list_artefacts(served: Served, query: WhichArtefacts) -> ArtefactPage:
    """Files that runs of all tools left, newest first.

    Large values that are kept as files aren't among them, nor are the files of deleted runs.
    """
    return await served.bridge(artefact_page_of, served.pixie, query)


def artefact_page_of(pixie: Pixie, query: WhichArtefacts) -> ArtefactPage:
    """The page that is asked for, with a look at each file."""
    page = shelf_of(pixie, query)
    return ArtefactPage.of(page, query.page, query.page_size, pixie.library.on_disk(page.items))


def shelf_of(pixie: Pixie, query: WhichArtefacts) -> Page[StoredArtefact]:
    """The rows of the page that is asked for."""
    return pixie.library.list(
        tool=query.tool,
        run=query.run,
        mime=query.mime,
        starred=query.starred,
        labelled=query.labelled,
        label=query.label,
        tag=query.tag,
        since=bound(query.from_, "from"),
        until=bound(query.to, "to", end=True),
        q=query.q,
        deleted=query.deleted,
        limit=query.page_size,
        after=query.after,
        page=query.page,
    )


@routes.get(
    "/api/artefacts/<int:artefact_id>",
    answers=(Answer(200, ArtefactItem, example=_EXAMPLE),),
    errors=(ArtefactNotFound,),
    path_examples=_EXAMPLES,
)
async def show_artefact(served: Served, artefact_id: int) -> ArtefactItem:
    """What is known of a kept file."""
    return await served.bridge(_item, served.pixie, artefact_id)


def _item(pixie: Pixie, artefact_id: int) -> ArtefactItem:
    return ArtefactItem.of_row(pixie.library.get(artefact_id), pixie.library.on_disk_closely(artefact_id))


@routes.get(
    "/api/artefacts/<int:artefact_id>/content",
    answers=(
        Answer(
            200,
            media_type="application/octet-stream",
            description="The bytes, with the type that its name tells.",
            headers=_OF_FILES,
        ),
        *_IN_PARTS,
    ),
    errors=(ArtefactNotFound, ArtefactFileMissing),
    asks=_CONDITIONS,
    artefact=True,
    path_examples=_EXAMPLES,
)
async def artefact_content(served: Served, artefact_id: int) -> Response:
    """The bytes of a kept file; conditional and range requests are honoured."""
    return await deliver_artefact(served, artefact_id)


@routes.get(
    "/api/artefacts/<int:artefact_id>/thumb",
    answers=(
        Answer(
            200,
            media_type="application/octet-stream",
            description="The thumbnail, a picture in WebP.",
            headers=_OF_FILES,
        ),
        *_IN_PARTS,
    ),
    errors=(ArtefactNotFound, ThumbnailNotFound),
    asks=_CONDITIONS,
    artefact=True,
    path_examples=_EXAMPLES,
)
async def artefact_thumbnail(served: Served, artefact_id: int) -> Response:
    """The thumbnail of a picture or a film. It is made in the background: until then there is none."""
    return await deliver_thumbnail(served, artefact_id)


@frozen(kw_only=True)
class ArtefactStarBody:
    """Whether the file has a star; without a word it is toggled."""

    starred: bool | None = field(help="true, false, or toggled when it isn't said", default=None)


@routes.post(
    "/api/artefacts/<int:artefact_id>/star",
    body=ArtefactStarBody,
    body_optional=True,
    answers=(Answer(200, Starred, example={"starred": True}),),
    errors=(ArtefactNotFound,),
    example={"starred": True},
    path_examples=_EXAMPLES,
)
async def star_artefact(served: Served, artefact_id: int, body: ArtefactStarBody) -> Starred:
    """Star a file or take the star away. It and its run are never swept while it has one."""
    return Starred(starred=await served.bridge(served.pixie.library.star, artefact_id, body.starred))


@frozen(kw_only=True)
class ArtefactLabelBody:
    """The file's name."""

    label: str | None = field(help=f"at most {LONGEST_LABEL} characters; null takes it away")


@routes.post(
    "/api/artefacts/<int:artefact_id>/label",
    body=ArtefactLabelBody,
    answers=(Answer(200, Labelled, example={"label": "for the paper"}),),
    errors=(ArtefactNotFound, RequestInvalid),
    example={"label": "for the paper"},
    path_examples=_EXAMPLES,
)
async def label_artefact(served: Served, artefact_id: int, body: ArtefactLabelBody) -> Labelled:
    """Name a file, or take its name away. It and its run are never swept while it has one."""
    return Labelled(label=await served.bridge(served.pixie.library.label, artefact_id, body.label))


@frozen(kw_only=True)
class TagsBody:
    """The file's tags, all of them."""

    tags: list[str] = field(help=f"in place of those that it had; each of at most {LONGEST_TAG} characters")


@routes.post(
    "/api/artefacts/<int:artefact_id>/tags",
    body=TagsBody,
    answers=(Answer(200, Tagged, example={"tags": ["figure", "2026"]}),),
    errors=(ArtefactNotFound, RequestInvalid),
    example={"tags": ["figure", "2026"]},
    path_examples=_EXAMPLES,
)
async def tag_artefact(served: Served, artefact_id: int, body: TagsBody) -> Tagged:
    """Give a file these tags in place of those that it had."""
    return Tagged(tags=list(await served.bridge(served.pixie.library.tags, artefact_id, body.tags)))


@routes.post(
    "/api/artefacts/<int:artefact_id>/delete",
    answers=(Answer(200, DeletedArtefact, example={"id": 12, "restorable_days": 7}),),
    errors=(ArtefactNotFound, RunStillRunning, RunProtected),
    path_examples=_EXAMPLES,
)
async def delete_artefact(served: Served, artefact_id: int) -> DeletedArtefact:
    """Delete a file. It is in no list any more, and can be restored for some days."""
    await served.bridge(served.pixie.library.delete, artefact_id)
    settings = await served.bridge(served.pixie.preferences.current)
    return DeletedArtefact(
        id=artefact_id,
        restorable_days=settings.soft_delete_retention_days,
    )


@routes.post(
    "/api/artefacts/<int:artefact_id>/restore",
    answers=(Answer(200, ArtefactItem, example=_EXAMPLE),),
    errors=(ArtefactNotFound,),
    path_examples=_EXAMPLES,
)
async def restore_artefact(served: Served, artefact_id: int) -> ArtefactItem:
    """Undo the deletion of a file; nothing is changed where it wasn't deleted."""
    await served.bridge(served.pixie.library.restore, artefact_id)
    return await served.bridge(_item, served.pixie, artefact_id)
