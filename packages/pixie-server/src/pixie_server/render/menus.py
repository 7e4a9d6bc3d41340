"""The menu of an output or a kept file: copy, download, send to a destination, open full size."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote

from attrs import frozen

from pixie_server.render.environment import segment

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pixie_core.catalogue import OutputDeclaration
    from pixie_core.exporters import Format
    from pixie_core.run import Run
    from pixie_core.store import StoredArtefact

__all__ = ["Copy", "Menu", "menu_of_artefact", "menu_of_output"]

_COPIED_TEXTS = ("application/json", "application/yaml")
"""Media types of kept files beside text/ whose bytes are copied as they are."""


@frozen
class Copy:
    """Something that goes onto the clipboard: its name, where it is, and as what it is put there."""

    name: str
    address: str
    kind: Literal["text", "picture"]


@frozen(kw_only=True)
class Menu:
    """What can be done with one thing.

    - `export`: the address of its exports, to which `?format=` is put.
    - `formats`: what it can become, the default first.
    - `copies`: what can be put on the clipboard.
    - `thing`: what says which it is, in the bodies of POST /api/exports/send and /api/export-jobs.
    - `full`: the address where it is shown at full size; None there.
    - `as_it_is`: the address of its own bytes, where it is a file.
    """

    label: str
    export: str
    formats: Sequence[Format]
    copies: tuple[Copy, ...]
    thing: Mapping[str, Any]
    full: str | None = None
    as_it_is: str | None = None


def menu_of_output(run: Run, declared: OutputDeclaration, formats: Sequence[Format], *, full: bool = True) -> Menu:
    """The menu of a run's output; without `full` it is shown at full size already."""
    key = segment(declared.key)
    export = f"/api/runs/{quote(run.id)}/outputs/{key}/export"
    return Menu(
        label=declared.label,
        export=export,
        formats=formats,
        copies=tuple(_copies(export, formats)),
        thing={"run_id": run.id, "output_key": declared.key},
        full=f"/tool/{segment(run.tool_id)}/runs/{quote(run.id)}/outputs/{key}" if full else None,
    )


def menu_of_artefact(found: StoredArtefact, formats: Sequence[Format], *, full: bool = True) -> Menu:
    """The menu of a kept file."""
    export = f"/api/artefacts/{found.id}/export"
    copies = list(_copies(export, formats))
    if found.mime.startswith("text/") or found.mime in _COPIED_TEXTS:
        copies.insert(0, Copy("text", found.url, "text"))
    return Menu(
        label=found.filename,
        export=export,
        formats=formats,
        copies=tuple(copies),
        thing={"artefact_id": found.id},
        full=f"/library/{found.id}" if full else None,
        as_it_is=found.url,
    )


def _copies(export: str, formats: Sequence[Format]) -> Iterable[Copy]:
    """Browsers take words and PNG, and nothing else from a page."""
    for each in formats:
        if each.available and (each.is_text or each.mime == "image/png"):
            kind: Literal["text", "picture"] = "text" if each.is_text else "picture"
            yield Copy("picture" if kind == "picture" else each.name, f"{export}?format={quote(each.name)}", kind)
