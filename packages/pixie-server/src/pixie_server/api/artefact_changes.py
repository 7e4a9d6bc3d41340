"""The route that changes many kept files at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import Factory, frozen

from pixie_core.catalogue.base import field
from pixie_core.errors import RequestInvalid
from pixie_core.store import LONGEST_LABEL
from pixie_server.routing import Answer, Routes

if TYPE_CHECKING:
    from typing import Any

    from pixie_core.store import Changed
    from pixie_server.served import Served

routes = Routes("artefacts")


@frozen(kw_only=True)
class ArtefactsBody:
    """Which files, and what is to become of each; what isn't said stays as it is."""

    ids: list[int] = field(help="their numbers, up to 1000")
    starred: bool | None = field(help="with or without a star", default=None)
    label: str | None = field(
        help=f"with this label, of at most {LONGEST_LABEL} characters; an empty text takes it away", default=None
    )
    add_tags: list[str] = field(help="tags beside those that each has", default=Factory(list))
    remove_tags: list[str] = field(help="tags that each loses", default=Factory(list))
    deleted: bool | None = field(help="true deletes, for some days restorably; false restores", default=None)

    def asked(self) -> dict[str, Any]:
        """The change by the names of `Library.change`."""
        said: dict[str, Any] = {"add_tags": self.add_tags, "remove_tags": self.remove_tags}
        if self.label is not None:
            said["label"] = self.label
        return said | {"starred": self.starred, "deleted": self.deleted}


@frozen(kw_only=True)
class RefusedOut:
    """A file that stayed as it was."""

    id: int = field(help="its number")
    code: str = field(help="a stable code for programs")
    detail: str = field(help="why, and what to do")


@frozen(kw_only=True)
class ChangedOut:
    """What happened to each file."""

    changed: list[int] = field(help="the numbers of those that were changed")
    refused: list[RefusedOut] = field(help="those that weren't, each with the reason")
    restorable_days: int = field(help="for so many days what was deleted can be restored")

    @classmethod
    def of(cls, done: Changed, restorable_days: int) -> ChangedOut:
        """As the library tells it."""
        refused = [RefusedOut(id=each.id, code=each.error.code, detail=str(each.error)) for each in done.refused]
        return cls(changed=list(done.ids), refused=refused, restorable_days=restorable_days)


@routes.patch(
    "/api/artefacts",
    body=ArtefactsBody,
    answers=(
        Answer(
            200,
            ChangedOut,
            example={
                "changed": [12],
                "refused": [
                    {
                        "id": 15,
                        "code": "run_protected",
                        "detail": "Artefact 15 is protected: it is starred. Nothing was deleted; take the star or the "
                        "label away first.",
                    }
                ],
                "restorable_days": 7,
            },
        ),
    ),
    errors=(RequestInvalid,),
    example={"ids": [12, 15], "deleted": True},
)
async def change_artefacts(served: Served, body: ArtefactsBody) -> ChangedOut:
    """Star, label, tag, delete or restore many files, each wholly or not at all.

    One that can't be changed holds no other back: the answer tells what happened to each.
    """
    done = await served.bridge(served.pixie.library.change, body.ids, **body.asked())
    settings = await served.bridge(served.pixie.preferences.current)
    return ChangedOut.of(done, settings.soft_delete_retention_days)
