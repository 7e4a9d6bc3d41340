"""What a report says, whatever it is written as: the run's facts, its inputs, why it failed, its outputs in order.

The writers (Markdown, page, document) read this and nothing else, so that they say the same.
"""

from __future__ import annotations

from datetime import UTC, datetime
from json import JSONDecodeError
from typing import TYPE_CHECKING, Any, BinaryIO

from attrs import field, frozen

from pixie_core.catalogue import OUTPUT_TYPES
from pixie_core.catalogue.inputs.base import same
from pixie_core.errors import ArtefactNotFound, ExportError
from pixie_core.exporters.declared import declaration_of
from pixie_core.exporters.format import Export, Provenance
from pixie_core.exporters.paths import is_file_input, spilled
from pixie_core.masking import masked
from pixie_core.structure import Problems, structure_output

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from pixie_core.catalogue import Media, OutputDeclaration, OutputValue
    from pixie_core.catalogue.inputs.choices import Option
    from pixie_core.run import Run
    from pixie_core.run.events import Artefact
    from pixie_core.tool import ToolManifest

__all__ = ["Beside", "Content", "Failure", "Input", "Section", "content_of", "duration_text", "rows_of", "size_text"]

_TITLES = {"error": "Error", "cancelled": "Cancelled", "interrupted": "Interrupted"}
_KINDS = {"figure": "chart", "features": "map"}


@frozen
class Input:
    """One input: its label, its key, its value (as JSON has it, secrets masked, or the words for a file), its unit."""

    label: str
    key: str
    value: Any
    unit: str


@frozen
class Failure:
    """Why a run has no whole result."""

    title: str
    message: str
    code: str
    stderr: str


@frozen(kw_only=True)
class Beside:
    """What lies beside a report for one of its outputs, by relative paths."""

    picture: str | None = None
    data: str | None = None
    """The CSV with every row."""
    files: Mapping[int, str] = field(factory=dict)
    """The files of a value, by their place in it."""
    remarks: tuple[str, ...] = ()
    """What should lie there and doesn't, a sentence each."""


@frozen(kw_only=True)
class Section:
    """One output. `problem` says why its value isn't whole; then there is no typed value."""

    export: Export
    problem: str | None
    own: tuple[Artefact, ...]
    """The files that the run kept for it, in order."""

    @property
    def declared(self) -> OutputDeclaration:
        """What the tool says of it."""
        return self.export.declared

    @property
    def value(self) -> OutputValue | None:
        """The value as its type."""
        return self.export.value

    @property
    def type(self) -> str:
        """The name of its type."""
        return self.declared.type

    @property
    def views(self) -> tuple[str, ...]:
        """The views of its value; none where it isn't whole."""
        return self.value.views() if self.value is not None else ()

    @property
    def is_drawn(self) -> bool:
        """Whether it is a picture of data: a chart or a map that has some."""
        if {"figure", "features"}.isdisjoint(self.views):
            return False
        return "rows" not in self.views or self.export.rows().length > 0

    @property
    def has_data(self) -> bool:
        """Whether its rows are worth a file: a table's, a chart's, a log's, not a single number's."""
        return "rows" in self.views and ("text" not in self.views or self.type == "log")

    @property
    def kind(self) -> str:
        """Its type as people call it: `line chart`, `points map`, `table`."""
        family, _, rest = self.type.partition("_")
        return f"{rest.replace('_', ' ')} {family}" if family in {"chart", "map"} and rest else self.type

    def numbers_drawn(self) -> int:
        """About how many values its figure holds."""
        if "figure" not in self.views:
            return 0
        rows = (each for trace in self.export.figure().data for each in trace.values() if isinstance(each, list))
        return sum(len(row) * (len(row[0]) if row and isinstance(row[0], list) else 1) for row in rows)

    def names_below(self) -> int:
        """How many names stand below each other along its chart's upright axis, which needs height for them."""
        figure = self.export.figure() if "figure" in self.views else None
        upright = figure.layout.get("yaxis", {}) if figure is not None else {}
        if figure is not None and upright.get("type") == "category":
            return len({str(each) for trace in figure.data for each in trace.get("y", ())})
        return len(upright.get("ticktext", ()))

    def artefact_of(self, media: Media, index: int) -> Artefact | None:
        """The kept file behind a source; of one that still stands in the value as data, the copy that was kept."""
        named = media.source.removeprefix("/api/artefacts/").removesuffix("/content")
        if named != media.source:
            return next((each for each in self.own if str(each.id) == named), None)
        if media.source.startswith(("http://", "https://")):
            return None
        return self.own[index] if index < len(self.own) else None


@frozen(kw_only=True)
class Content:
    """All that a report of a run says."""

    run: Run = field(repr=False)
    title: str
    tool: str
    """The tool's name."""
    facts: tuple[tuple[str, str], ...]
    inputs: tuple[Input, ...]
    failure: Failure | None
    keys: tuple[str, ...]
    """Of its outputs, as the tool declares them, then any others."""
    files: tuple[Artefact, ...]
    """What the run left, without the values that were kept as files: they stand in the report."""
    provenance: Provenance
    open_artefact: Callable[[int], BinaryIO] = field(repr=False)
    _declared: ToolManifest | None = field(repr=False, alias="declared")
    _values: Mapping[str, Any] = field(repr=False, alias="values")

    def sections(self) -> Iterator[Section]:
        """The outputs in order. Each value is taken when its turn comes, so that a report holds one at a time."""
        for key in self.keys:
            yield self._section(key)

    def declarations(self) -> Iterator[OutputDeclaration]:
        """What is said of the outputs, in order; no value is taken."""
        return (declaration_of(self.run, self._declared, key) for key in self.keys)

    def _section(self, key: str) -> Section:
        about = declaration_of(self.run, self._declared, key)
        raw, value, problem = _read(about, self._values)
        export = Export(
            declared=about, raw=raw, value=value, provenance=self.provenance, open_artefact=self.open_artefact
        )
        return Section(export=export, problem=problem, own=tuple(each for each in self.files if each.output_key == key))

    @property
    def said_status(self) -> str:
        """How the run stands, in words."""
        words = {"ok": "Finished", "error": "Failed", "cancelled": "Cancelled", "interrupted": "Interrupted"}
        return words.get(self.run.status, "Still running when this was written")


def content_of(
    run: Run,
    declared: ToolManifest | None,
    values: Mapping[str, Any],
    open_artefact: Callable[[int], BinaryIO],
) -> Content:
    """What the report of a run says. `values` are the outputs' canonical values, whole, and are taken one at a time."""
    name = declared.name if declared else run.tool_id
    provenance = Provenance.of(run, declared)
    files = tuple(each for each in run.artefacts if f"/api/artefacts/{each.id}/content" not in spilled(run))
    return Content(
        run=run,
        title=run.label or name,
        tool=name,
        facts=tuple(_facts(run, name)),
        inputs=tuple(_inputs(run, declared)),
        failure=_failure(run),
        keys=tuple(_in_order(declared, values)),
        files=files,
        provenance=provenance,
        open_artefact=open_artefact,
        declared=declared,
        values=values,
    )


def rows_of(content: Content) -> list[bool]:
    """Whether each output, numbered from 1, stands in a row: beside one that wants to as well."""
    inline = [False, *(each.layout == "inline" for each in content.declarations()), False]
    return [here and (inline[n - 1] or inline[n + 1]) for n, here in enumerate(inline[:-1])] + [False]


def _facts(run: Run, name: str) -> Iterator[tuple[str, str]]:
    print_ = run.fingerprint
    facts = {
        "Tool": f"{name} ({run.tool_id})",
        "Status": "still running when this was written" if not run.ended else run.status,
        "Started": _moment(run.started_at or run.created_at),
        "Finished": _moment(run.finished_at) if run.finished_at else "",
        "Took": duration_text(run.duration_ms) if run.duration_ms is not None else "",
        "Run": run.id,
        "Re-run of": run.parent_run_id or "",
        "Origin": run.origin,
        "Tool version": _words(print_.get("tool_version")),
        "Python": _words(print_.get("python")),
        "Pixie": _words(print_.get("pixie")),
    }
    yield from ((fact, said) for fact, said in facts.items() if said)


def _words(said: Any) -> str:
    return "" if said is None else str(said)


def _inputs(run: Run, declared: ToolManifest | None) -> Iterator[Input]:
    for key, value in masked(dict(run.inputs)).items():
        known = declared.input(key) if declared else None
        shown = _chosen(getattr(known, "options", ()), _without_bytes(value))
        yield Input(known.label if known else key, key, shown, getattr(known, "unit", None) or "")


def _chosen(options: Sequence[Option], value: Any) -> Any:
    """What was chosen among options as people saw it, with the value where that says something else."""
    if isinstance(value, list) and options:
        return ", ".join(str(_chosen(options, each)) for each in value)
    option = next((each for each in options if same(each.value, value)), None)
    if option is None or option.label is None:
        return value
    return option.label if option.label.casefold() == str(value).casefold() else f"{option.label} ({value})"


def _without_bytes(value: Any) -> Any:
    """An input with words in place of the record of a file."""
    if isinstance(value, list) and any(map(is_file_input, value)):
        return ", ".join(str(_without_bytes(each)) for each in value)
    return f"{value['filename']} ({size_text(value['size'])})" if is_file_input(value) else value


def _failure(run: Run) -> Failure | None:
    if run.error is None and run.status not in _TITLES:
        return None
    return Failure(_TITLES.get(run.status, "Error"), run.error or "", run.error_code or "", (run.stderr or "").rstrip())


def _in_order(declared: ToolManifest | None, values: Mapping[str, Any]) -> list[str]:
    """The keys as the tool declares them, then any others."""
    known = [each.key for each in declared.outputs if each.key in values] if declared else []
    return [*known, *(key for key in values if key not in known)]


def _read(about: OutputDeclaration, values: Mapping[str, Any]) -> tuple[Any, OutputValue | None, str | None]:
    """A value as it is kept, as its type, and what is wrong with it."""
    try:
        raw = values[about.key]
    except (ArtefactNotFound, ExportError) as error:
        return None, None, f"Its value can't be read any more. {error}"
    except (OSError, JSONDecodeError) as error:
        return None, None, f"Its value can't be read any more: {error}. `pixie fsck` says what else is missing."
    cls = OUTPUT_TYPES.get(about.type)
    if cls is None:
        return raw, None, None
    try:
        typed = structure_output(cls, raw)
        wrong = next(iter(typed.check(about)), None)
    except Problems as error:
        typed, wrong = None, str(error.problems[0])
    if wrong is not None:
        return raw, None, f"This isn't a whole {about.type} ({wrong}); it is shown as it is."
    return raw, typed, None


def _moment(at: str) -> str:
    try:
        return datetime.fromisoformat(at).astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    except ValueError:
        return at or "not recorded"


def duration_text(milliseconds: int) -> str:
    """`340 ms`, `1.23 s`, `2 min 5 s`, `1 h 0 min 5 s`."""
    seconds = milliseconds / 1000
    if seconds < 1:
        return f"{milliseconds} ms"
    if seconds < 60:
        return f"{seconds:.2f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min {rest} s" if hours else f"{minutes} min {rest} s"


def size_text(count: int) -> str:
    """Bytes in steps of a thousand."""
    size, unit = float(count), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if size < 999.5:
            break
        size, unit = size / 1000, larger
    return f"{count} B" if unit == "B" else f"{size:.3g} {unit}"
