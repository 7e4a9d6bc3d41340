"""The report of a run: for people, to read, keep and send on; the zip of a run is for programs.

    report(run, manifest, values, store.open_artefact)            the zip: report.md, report.html, assets/
    report(run, manifest, values, store.open_artefact, "html")    just that file
    report_entries(run, manifest, values, store.open_artefact, prefix="6f1c2a9b/")   what a larger zip takes in

Everything is made while it is read. The same run makes the same bytes, but for pictures: these are as whoever drew them
makes them, and the same again with the same browser or matplotlib.
"""

from __future__ import annotations

from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Literal, TypeAlias, get_args

from attrs import evolve, field, frozen

from pixie_core.errors import Problem, RequestInvalid
from pixie_core.exporters.archive import Archive, Entry
from pixie_core.exporters.moment import moment_of
from pixie_core.exporters.report_assets import Assets
from pixie_core.exporters.report_content import content_of
from pixie_core.exporters.report_document import document_report
from pixie_core.exporters.report_markdown import Place, markdown_report
from pixie_core.exporters.report_page import page_report
from pixie_core.exporters.writing import write_file, write_zip
from pixie_core.filenames import clean_filename

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from pixie_core.run import Run
    from pixie_core.tool import ToolManifest

__all__ = [
    "REPORT_FORMATS",
    "REPORT_KINDS",
    "Report",
    "ReportFormat",
    "ReportKind",
    "report",
    "report_archive",
    "report_entries",
]

ReportFormat: TypeAlias = Literal["zip", "md", "html", "pdf"]
REPORT_FORMATS: tuple[str, ...] = get_args(ReportFormat)
"""What a report can be had as; zip holds md and html, with all that they link to."""


@frozen
class ReportKind:
    """What a report can be had as, for menus."""

    name: str
    help: str
    """One line: what it is good for."""
    extra: str | None = None
    _module: str | None = field(default=None, repr=False)

    @property
    def available(self) -> bool:
        """Whether its library is there."""
        return self._module is None or find_spec(self._module) is not None


REPORT_KINDS = (
    ReportKind("html", "one page, to be read anywhere"),
    ReportKind("pdf", "a document to print", "pdf", "typst"),
    ReportKind("md", "Markdown"),
    ReportKind("zip", "all of it, with the pictures, the data and the files"),
)

_MIMES = {
    "zip": "application/zip",
    "md": "text/markdown; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
}


@frozen(kw_only=True)
class Report:
    """A report, ready to be read: iterate over it for its bytes; each time is a new reading."""

    filename: str
    mime: str
    size_bytes: int | None = None
    """Where it is known beforehand."""
    _pieces: Callable[[], Iterable[bytes]] = field(repr=False, alias="pieces")

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._pieces())

    def save(self, target: Path | str | None = None, *, force: bool = False) -> Path:
        """Write it to a file, or into a folder, by default the current one; returns where.

        Raises TargetExists unless `force`, and ExportError; nothing is left behind when it fails.
        """
        path = Path(target) if target is not None else Path.cwd()
        path = path / self.filename if path.is_dir() else path
        if self.mime == _MIMES["zip"]:
            return write_zip(self, path, force=force).path
        return write_file(lambda file: file.writelines(self), path, force=force)


def report(
    run: Run,
    declared: ToolManifest | None,
    values: Mapping[str, Any],
    open_artefact: Callable[[int], BinaryIO],
    format: str = "zip",
) -> Report:
    """The report of a run in a format; of a run that is still running, what there is so far.

    `values` are the outputs' canonical values, those that were kept as files read back. A file that is gone, and a
    picture that can't be drawn, are said in the report and are no error. Raises RequestInvalid for a format that there
    isn't, MissingExtra for a PDF without Typst, ExportError when Typst can't set it.
    """
    if format not in REPORT_FORMATS:
        cure = f"a report can be {', '.join(REPORT_FORMATS)}"
        raise RequestInvalid("The report", [Problem.unknown("format", format, "$.format", cure)])
    if format == "zip":
        archive = report_archive(run, declared, values, open_artefact)
        return Report(filename=archive.filename, mime=_MIMES["zip"], pieces=lambda: archive)
    content = content_of(run, declared, values, open_artefact)
    name = clean_filename(f"{_stem(run)}.{format}")
    if format == "md":
        return Report(filename=name, mime=_MIMES["md"], pieces=lambda: _utf8(markdown_report(content, Place.alone())))
    if format == "html":
        return Report(filename=name, mime=_MIMES["html"], pieces=lambda: _utf8(page_report(content)))
    made = document_report(content)
    return Report(filename=name, mime=_MIMES["pdf"], size_bytes=len(made), pieces=lambda: [made])


def report_archive(
    run: Run,
    declared: ToolManifest | None,
    values: Mapping[str, Any],
    open_artefact: Callable[[int], BinaryIO],
) -> Archive:
    """The zip: assets/, report.md, report.html, at the root. It takes what `report` does."""
    return Archive(
        filename=clean_filename(f"{_stem(run)}.zip"),
        made_at=moment_of(run),
        entries=_Anew(partial(report_entries, run, declared, values, open_artefact)),
    )


def report_entries(
    run: Run,
    declared: ToolManifest | None,
    values: Mapping[str, Any],
    open_artefact: Callable[[int], BinaryIO],
    *,
    prefix: str = "",
) -> Iterator[Entry]:
    """The files of a report, each made when it is asked for and to be read before the next one is.

    `prefix` stands before each name, such as `6f1c2a9b/`; the report's own links are relative. The assets come first,
    since the report says what became of them.
    """
    content = content_of(run, declared, values, open_artefact)
    assets = Assets(content)
    for entry in assets.entries():
        yield evolve(entry, name=f"{prefix}{entry.name}")
    place = Place.with_assets(assets.beside, assets.files, assets.lost)
    yield Entry(f"{prefix}report.md", lambda: _utf8(markdown_report(content, place)))
    yield Entry(f"{prefix}report.html", lambda: _utf8(page_report(content, assets)))


@frozen
class _Anew:
    """What begins anew each time it is walked."""

    begin: Callable[[], Iterator[Entry]]

    def __iter__(self) -> Iterator[Entry]:
        return self.begin()


def _stem(run: Run) -> str:
    return f"{clean_filename(run.tool_id, 'run')}-{moment_of(run):%Y-%m-%d}-{run.id[:8]}-report"


def _utf8(pieces: Iterable[str]) -> Iterator[bytes]:
    return (piece.encode("utf-8", "replace") for piece in pieces)
