"""The library: files of all tools as a gallery, and one of them."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from attrs import frozen

from pixie_server.render.environment import render
from pixie_server.render.menus import menu_of_artefact
from pixie_server.render.outputs import altered_words, output

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from markupsafe import Markup

    from pixie_core.exporters import Format, Preview
    from pixie_core.exporters.destinations import Destination
    from pixie_core.run import Run
    from pixie_core.store import Changed, Choices, OnDisk, StoredArtefact
    from pixie_server.render.frame import Frame

__all__ = ["Shelf", "artefact_piece", "library_results", "page_artefact", "page_library"]

_FAMILIES: Mapping[str, str] = {
    "image/": "Pictures",
    "audio/": "Sounds",
    "video/": "Films",
    "text/": "Texts, tables and pages",
    "application/": "Documents and data",
}
_KINDS: Mapping[str, str] = {
    "application/geo+json": "GeoJSON",
    "application/gzip": "gzip",
    "application/json": "JSON",
    "application/pdf": "PDF",
    "application/vnd.apache.parquet": "Parquet",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "PowerPoint",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "Excel",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "Word",
    "application/x-ndjson": "NDJSON",
    "application/zip": "zip",
    "text/csv": "CSV",
    "text/html": "HTML",
    "text/markdown": "Markdown",
    "text/plain": "Plain text",
    "text/tab-separated-values": "TSV",
}
_LONGEST_ENDING = 7
_DRAWN_BYTES = 200_000
"""The largest drawing that is its own thumbnail."""
_ALTERED: Mapping[OnDisk, str] = {
    "modified": "Modified after the run",
    "missing": "Missing on the disk",
    "unchecked": "Written to after the run",
}


@frozen(kw_only=True)
class Shelf:
    """One page of the library.

    - `items`: the files, newest first; `on_disk`: how each stands, by its number.
    - `asked`: the filters by their names in the address; `here`: that address without a place in the list.
    - `next`: the address of the next page.
    - `newest_only`: so many of the newest were looked at; None for all.
    - `restorable_days`: how long what is deleted can be restored.
    """

    items: Sequence[StoredArtefact]
    on_disk: Mapping[int, OnDisk]
    asked: Mapping[str, str]
    here: str
    next: str | None = None
    newest_only: int | None = None
    restorable_days: int = 7

    @property
    def deleted(self) -> bool:
        """Whether it shows what was deleted."""
        return self.asked.get("deleted") in {"true", "1"}


def page_library(frame: Frame, shelf: Shelf, choices: Choices, told: Changed | None = None) -> Markup:
    """`/library`. `told` is what a form just came to, where some files stayed as they were."""
    kinds = _kinds(choices.mimes)
    tools = sorted(((each, frame.name_of(each)) for each in choices.tools), key=lambda each: each[1].casefold())
    more = {"kinds": kinds, "tools": tools, "choices": choices, "told": told}
    return render("library.html", **_context(frame, shelf), **more)


def library_results(frame: Frame, shelf: Shelf) -> Markup:
    """The list of files alone, `<div id="results">`."""
    return render("library_results.html", **_context(frame, shelf))


def _context(frame: Frame, shelf: Shelf) -> dict[str, Any]:
    return {"frame": frame, "shelf": shelf, "ending": _ending, "thumb": _thumb, "altered_briefly": _ALTERED}


def page_artefact(frame: Frame, found: StoredArtefact, **about: Any) -> Markup:
    """`/library/{id}`; see `artefact_piece` for the rest."""
    return render("artefact_page.html", **_seen(frame, found, alone=True, **about))


def artefact_piece(frame: Frame, found: StoredArtefact, **about: Any) -> Markup:
    """One file as the gallery shows it in its midst, `<article id="artefact">`.

    - `run`: the run that left it.
    - `seen`: what it shows, None when its file is gone; `formats`: what it can become.
    - `on_disk`: how its file stands; `destinations`: where it can be sent.
    """
    return render("artefact.html", **_seen(frame, found, alone=False, **about))


def _seen(
    frame: Frame,
    found: StoredArtefact,
    *,
    alone: bool,
    run: Run,
    seen: Preview | None,
    formats: Sequence[Format],
    on_disk: OnDisk,
    destinations: Sequence[Destination],
) -> dict[str, Any]:
    return {
        "frame": frame,
        "found": found,
        "run": run,
        "value": output(seen.declared, seen.value) if seen is not None else None,
        "cut": seen is not None and seen.cut,
        "menu_of": menu_of_artefact(found, formats, full=not alone) if seen is not None else None,
        "altered": altered_words(found.filename, on_disk),
        "destinations": destinations,
        "alone": alone,
    }


def _kinds(mimes: Iterable[str]) -> list[tuple[str, list[tuple[str, str]]]]:
    """The families that there are, each as its words and what can be chosen of it: all, or one type."""
    made: list[tuple[str, list[tuple[str, str]]]] = []
    known = list(mimes)
    for family, words in _FAMILIES.items():
        types = [(each, _kind(each)) for each in known if each.startswith(family)]
        if types:
            made.append((words, [(family, f"All {words.lower()}" if len(types) > 1 else words), *_of_several(types)]))
    others = [(each, each) for each in known if not each.startswith(tuple(_FAMILIES))]
    return [*made, ("Others", others)] if others else made


def _of_several(types: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return sorted(types, key=lambda each: each[1].casefold())


def _kind(mime: str) -> str:
    """What people call a media type."""
    subtype = mime.partition("/")[2].removeprefix("x-").removesuffix("+xml")
    return _KINDS.get(mime) or (subtype.upper() if len(subtype) <= _LONGEST_ENDING else subtype)


def _thumb(item: StoredArtefact) -> str | None:
    """Where a small picture of it is. A drawing in SVG is one at any size."""
    if item.thumb_path:
        return f"/api/artefacts/{item.id}/thumb"
    return item.url if item.mime == "image/svg+xml" and item.size_bytes <= _DRAWN_BYTES else None


def _ending(filename: str) -> str:
    """What stands in the place of a picture: the ending of the name."""
    suffix = PurePosixPath(filename).suffix.lstrip(".")
    return suffix.upper() if 0 < len(suffix) <= _LONGEST_ENDING else "FILE"
