"""Outputs: from a declaration and a canonical value to HTML, and their grouping on the page."""

from __future__ import annotations

from itertools import groupby
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from attrs import NOTHING, frozen
from markupsafe import Markup

from pixie_core.catalogue import OUTPUT_TYPES, OutputDeclaration, OutputValue, Rows
from pixie_core.exporters import declaration_of, formats_of
from pixie_core.exporters.figure_text import plain_figure
from pixie_core.structure import Problems, structure
from pixie_server.render import markdown
from pixie_server.render.environment import render
from pixie_server.render.menus import Menu, menu_of_output

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pixie_core.catalogue.structured import TableColumn
    from pixie_core.run import Run
    from pixie_core.store import OnDisk
    from pixie_core.tool import ToolManifest

__all__ = ["MAX_ROWS", "Block", "Group", "altered_words", "block", "groups", "output"]

MAX_ROWS = 1000
"""Rows of a table that a page holds; the downloads have them all."""

_VIEWS = ("figure", "media", "rows", "text")
"""Of several views, the first of these is how a type without a template of its own is shown."""


_ALTERED: Mapping[str, str] = {
    "modified": "{} was modified after the run: what is shown isn't what the run left.",
    "missing": "{} isn't on the disk any more.",
    "unchecked": "{} was written to after the run. Whether its bytes are others shows where it is opened by itself.",
}


def altered_words(filename: str, on_disk: OnDisk | None) -> str | None:
    """What to say of a file that isn't as its run left it; None of any other."""
    said = _ALTERED.get(on_disk or "")
    return said.format(filename) if said else None


@frozen
class Block:
    """One output on the page. `index` is its place, from which its element ids are made: keys are anything."""

    declared: OutputDeclaration
    index: int
    html: Markup
    menu: Menu | None = None
    """What can be done with it; None while it is made, and where its tool says so."""
    altered: tuple[str, ...] = ()
    """What is to be said of its files that aren't as the run left them."""


@frozen
class Group:
    """Adjacent outputs of one layout: `panel` stacks, `tab` and `inline` stand together when there are several."""

    layout: str
    blocks: tuple[Block, ...]


def output(declared: OutputDeclaration, value: Any = NOTHING, *, index: int = 0, live: bool = False) -> Markup:
    """The value of one output, without its label.

    - `value`: canonical; left out when none has come.
    - `index`: its place on the page, for element ids.
    - `live`: the run is still going, so that what is missing may come.

    A value that doesn't have the shape of its type is shown as JSON, with what is wrong.
    """
    return _shown(declared, value, index=index, live=live)[0]


def _shown(
    declared: OutputDeclaration, value: Any, *, index: int, live: bool, kept: Mapping[str, str] = MappingProxyType({})
) -> tuple[Markup, OutputValue | None]:
    """The HTML, and the value as its type where it has that shape. `kept` says where the files of this output are, by
    their names: what is small stays in the value too, and a page can be shown from its address alone.
    """
    cls = OUTPUT_TYPES.get(declared.type)
    context = {
        "declared": declared,
        "value": None,
        "raw": value,
        "index": index,
        "live": live,
        "problems": (),
        "plain_figure": plain_figure,
        "markdown": markdown.to_html,
        "first_rows": _first_rows,
        "formats_of": _formats,
        "max_rows": MAX_ROWS,
        # What still streams is appended to: its end is what somebody looks at.
        "part": (lambda text: text) if live else (lambda text: text[: markdown.MAX_CHARACTERS]),
        "kept": kept,
    }
    if value is NOTHING:
        return render("view/missing.html", **context), None
    if isinstance(value, dict) and "$artefact" in value:
        return render("view/stored.html", **context), None
    if cls is None:
        return render("view/json.html", **context), None
    try:
        typed = context["value"] = structure(cls, {"value": value} if cls.bare() else value)
    except Problems as error:
        if value is None:
            return render("view/missing.html", **context), None
        return render("view/json.html", **{**context, "problems": error.problems}), None
    return render(_templates(cls), **context), typed


def groups(
    manifest: ToolManifest | None, run: Run, values: Mapping[str, Any], on_disk: Mapping[int, OnDisk]
) -> Iterator[Group]:
    """The outputs of a run in the order of their declaration, those that the tool doesn't declare (any more) last.

    One without a value has a place while it streams, and where a run ended well without it.
    """
    declared = _declared(manifest, run)
    for layout, members in groupby(enumerate(declared), key=lambda member: member[1].layout):
        together = list(members)
        blocks = tuple(
            _block(each, index, values.get(each.key, NOTHING), run, manifest=manifest, on_disk=on_disk)
            for index, each in together
            if each.key in values or run.status == "ok" or (each.streaming and not run.ended)
        )
        if blocks:
            # What is yet to come counts, so that a tabset doesn't begin as a stack.
            yield Group(layout if len(together) > 1 else "panel", blocks)


def block(manifest: ToolManifest | None, run: Run, key: str, value: Any, on_disk: Mapping[int, OnDisk]) -> Block | None:
    """One output of a run by its key, for a page of its own; None when the run has no such output."""
    for index, declared in enumerate(_declared(manifest, run)):
        if declared.key == key and (key in run.outputs or value is not NOTHING):
            return _block(declared, index, value, run, manifest=manifest, on_disk=on_disk, full=False)
    return None


def _declared(manifest: ToolManifest | None, run: Run) -> list[OutputDeclaration]:
    declared = list(manifest.outputs) if manifest else []
    known = {each.key for each in declared}
    more = ((key, each.type) for key, each in run.outputs.items() if key not in known)
    return declared + [OutputDeclaration(key=key, type=kind, label=key) for key, kind in more]


def _block(
    declared: OutputDeclaration,
    index: int,
    value: Any,
    run: Run,
    *,
    manifest: ToolManifest | None,
    on_disk: Mapping[int, OnDisk],
    full: bool = True,
) -> Block:
    files = [each for each in run.artefacts if each.output_key == declared.key]
    addresses = {each.filename: f"/api/artefacts/{each.id}/content" for each in files}
    html, typed = _shown(declared, value, index=index, live=not run.ended, kept=addresses)
    altered = tuple(said for each in files if (said := altered_words(each.filename, on_disk.get(each.id))))
    hidden = declared.downloadable is False or getattr(typed, "downloadable", True) is False
    if hidden or not run.ended or declared.key not in run.outputs:
        return Block(declared, index, html, altered=altered)
    # An export goes by the type that the run had, which the tool may have changed since.
    kept = declaration_of(run, manifest, declared.key)
    formats = formats_of(kept, value if typed is None or kept.type != declared.type else typed)
    return Block(declared, index, html, menu_of_output(run, declared, formats, full=full), altered)


def _templates(cls: type[OutputValue]) -> Sequence[str]:
    views = cls.views()
    return (f"output/{cls.type}.html", *(f"view/{view}.html" for view in _VIEWS if view in views), "view/json.html")


def _first_rows(rows: Rows) -> Iterator[Sequence[Any]]:
    for count, row in enumerate(rows):
        if count == MAX_ROWS:
            return
        yield row


def _formats(columns: Sequence[TableColumn]) -> list[dict[str, Any]]:
    """How the cells of each column of a table are written."""
    return [{"format": each.format, "precision": each.precision, "unit": each.unit} for each in columns]
