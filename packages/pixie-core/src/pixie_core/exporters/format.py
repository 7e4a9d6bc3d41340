"""What a format is, and what its writer is handed.

A format is one `Format` value in the tuple at the end of a module of writers; `pixie_core.exporters.formats` joins
these tuples. To add one: write `write(export, sink, options)`, declare it, and name it in the table of that module.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from importlib.metadata import version
from importlib.util import find_spec
from typing import IO, TYPE_CHECKING, Any, BinaryIO, TypeAlias

from attrs import field, frozen

from pixie_core.errors import MissingExtra
from pixie_core.exporters.moment import moment_of

if TYPE_CHECKING:
    from pixie_core.catalogue import Features, Figure, Media, OutputDeclaration, OutputValue, Rows
    from pixie_core.run import Run
    from pixie_core.tool import ToolManifest

__all__ = ["Export", "Format", "NoOptions", "OnProgress", "Provenance", "Writer"]

_TEXTS = ("text/", "application/json", "application/x-ndjson", "application/yaml", "application/x-tex")

OnProgress: TypeAlias = Callable[[int, int], None]
"""Called with what is done and what there is in all, in rows or steps; what it raises ends the export."""


@frozen(kw_only=True)
class Provenance:
    """Where an export came from. Every moment in a file is the run's, so that the same run makes the same bytes."""

    run_id: str
    tool_id: str
    tool_name: str
    at: datetime
    """When the run started, in UTC."""
    pixie_version: str

    @classmethod
    def of(cls, run: Run, manifest: ToolManifest | None = None) -> Provenance:
        """Of a run's outputs; `manifest` gives the tool its name."""
        return cls(
            run_id=run.id,
            tool_id=run.tool_id,
            tool_name=manifest.name if manifest is not None else run.tool_id,
            at=moment_of(run),
            pixie_version=str(run.fingerprint.get("pixie") or version("pixie-core")),
        )

    def facts(self) -> dict[str, str]:
        """The same as names and texts, for the metadata of a file: they begin with `pixie:`."""
        return {
            "pixie:tool": self.tool_id,
            "pixie:run": self.run_id,
            "pixie:time": self.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "pixie:version": self.pixie_version,
        }

    def sentence(self) -> str:
        """The same in words, for people."""
        at = self.at.strftime("%Y-%m-%d %H:%M:%S UTC")
        return (
            f"Made by {self.tool_name} ({self.tool_id}) in run {self.run_id} at {at}, with Pixie {self.pixie_version}."
        )


def _unheard(done: int, total: int) -> None:
    """Progress that nobody asked for."""


@frozen(kw_only=True)
class Export:
    """One output on its way into a file: what a writer reads.

    `raw` is the value as it is kept; `value` the same as its type, or None when it isn't whole. Each view is made anew
    at each call.
    """

    declared: OutputDeclaration
    raw: Any = field(repr=False)
    value: OutputValue | None = field(repr=False)
    provenance: Provenance
    open_artefact: Callable[[int], BinaryIO] = field(repr=False)
    on_progress: OnProgress = field(repr=False, default=_unheard)

    def text(self) -> str:
        """The text view."""
        return self._view("text")  # type: ignore[no-any-return]

    def rows(self) -> Rows:
        """The table view."""
        return self._view("rows")  # type: ignore[no-any-return]

    def figure(self) -> Figure:
        """The picture view."""
        return self._view("figure")  # type: ignore[no-any-return]

    def features(self) -> Features:
        """The map view: GeoJSON."""
        return self._view("features")  # type: ignore[no-any-return]

    def media(self) -> tuple[Media, ...]:
        """The files."""
        return self._view("media")  # type: ignore[no-any-return]

    def _view(self, name: str) -> Any:
        return getattr(self.value, f"to_{name}")(self.declared)


@frozen(kw_only=True)
class NoOptions:
    """A format that leaves nothing to choose."""


Writer: TypeAlias = Callable[[Export, IO[bytes], Any], str | None]
"""Writes the export to the sink, in pieces where it is large; the third argument is an instance of the format's
`options`. The sink takes `write` and nothing else. Returns who drew it, with the version, where more than one could.
Raises ExportError for what the format can't hold.
"""


@frozen(kw_only=True)
class Format:
    """One format that an output can become.

    `reads` is what its writer looks at: a view (text, rows, figure, features, media), or the name of one kind of value
    that it knows better (value, markdown, code, diff, tree, calendar, latex). Together with `name` it is the format's
    id, such as `rows.csv`. What its library is missing for is said by `extra`, with the modules that this brings.
    """

    name: str
    """What people ask for: csv, csv-excel, png."""
    reads: str
    ending: str
    """With its dot."""
    mime: str
    help: str
    """One line: what it is good for."""
    write: Writer = field(repr=False)
    options: type = NoOptions
    """A frozen attrs class, its fields made by `pixie_core.catalogue.base.field`, each with a default."""
    extra: str | None = None
    modules: tuple[str, ...] = ()
    adapt: Callable[[Format, OutputDeclaration, OutputValue], Format | None] | None = field(repr=False, default=None)
    """For a format that depends on the value: the one to offer, or None when this value can't become it."""

    look: Callable[[Export], tuple[str, str]] | None = field(repr=False, default=None)
    """For a format that is as its file is: looks at that, when it is chosen, for its media type and its ending."""

    also: frozenset[str] = field(repr=False, default=frozenset())
    """Names beside its own that mean it, or that it may have once it is adapted."""

    def called(self, name: str) -> bool:
        """Whether this name means it."""
        return name == self.name or name in self.also

    @property
    def id(self) -> str:
        """Its name in the table of formats."""
        return f"{self.reads}.{self.name}"

    @property
    def available(self) -> bool:
        """Whether its libraries are there."""
        return all(find_spec(each) is not None for each in self.modules)

    @property
    def is_text(self) -> bool:
        """Whether it is words, fit to be copied and put in elsewhere; a page isn't."""
        return self.mime.startswith(_TEXTS) and self.name != "html"

    def require(self) -> None:
        """Raise MissingExtra when a library is missing."""
        if not self.available:
            raise MissingExtra(self.name, self.extra or "")

    def for_value(self, declared: OutputDeclaration, value: OutputValue) -> Format | None:
        """The format as it is for this value, or None."""
        return self if self.adapt is None else self.adapt(self, declared, value)
