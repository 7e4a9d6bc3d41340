"""One output as a file of one format."""

from __future__ import annotations

import tempfile
import threading
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, BinaryIO

from attrs import evolve, field, frozen

from pixie_core.errors import DiskFull, ExportError, UnsupportedFormat
from pixie_core.exporters.format import Export
from pixie_core.exporters.formats import formats_of, read_value
from pixie_core.exporters.options import read_options
from pixie_core.exporters.writing import NO_ROOM, write_file
from pixie_core.filenames import clean_filename

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from pixie_core.catalogue import OutputDeclaration
    from pixie_core.exporters.format import Format, OnProgress, Provenance

__all__ = ["Exportable", "Exported", "Prepared", "chosen_format", "export", "prepare"]

_IN_MEMORY = 8 * 2**20
"""Bytes of an export that are held; what is larger lies in a temporary file without a name."""
_PIECE = 256 * 1024


@frozen(kw_only=True)
class Prepared:
    """An export that is sure to be possible, so far as can be told without making it: `write` makes it."""

    filename: str
    format: Format
    export: Export = field(repr=False)
    options: Any

    @property
    def mime(self) -> str:
        """The media type."""
        return self.format.mime

    def write(self, sink: IO[bytes]) -> str | None:
        """Write it, in pieces where it is large; returns who drew it, such as `matplotlib 3.11`, where more than one
        could have.

        Raises ExportError or ExportTooLarge when the format can't hold the value, whatever `on_progress` raises, and
        what writing to the sink raises.
        """
        try:
            return self.format.write(self.export, sink, self.options)
        except RecursionError as error:
            raise ExportError(
                f"{self.export.declared.label} is nested too deeply for {self.format.name}. Take another format."
            ) from error

    def save(self, target: Path | str | None = None, *, force: bool = False) -> Path:
        """Write it to a file, or into a folder, by default the current one; returns where.

        Raises what `write` raises, and TargetExists unless `force`; nothing is left behind when it fails.
        """
        path = Path(target) if target is not None else Path.cwd()
        return write_file(self.write, path / self.filename if path.is_dir() else path, force=force)


@frozen
class Exported:
    """An export that is made: iterate over it, once, for its bytes; or read it `again` and again, and close it."""

    filename: str
    mime: str
    size_bytes: int
    renderer: str | None
    """Who drew it, where more than one could have."""
    _file: IO[bytes] = field(repr=False)
    _reading: threading.Lock = field(factory=threading.Lock, init=False, repr=False)

    def __iter__(self) -> Iterator[bytes]:
        with self._file:
            while piece := self._file.read(_PIECE):
                yield piece

    def again(self) -> Iterator[bytes]:
        """Its bytes, for one of several readers, of several threads. Raises ExportError when it is closed meanwhile."""
        place = 0
        while place < self.size_bytes:
            with self._reading:
                if self._file.closed:
                    raise ExportError(f"{self.filename} isn't kept any more. Export it again.")
                self._file.seek(place)
                piece = self._file.read(_PIECE)
            place += len(piece)
            yield piece

    def close(self) -> None:
        """Let go of its bytes."""
        with self._reading:
            self._file.close()


def prepare(
    declared: OutputDeclaration,
    value: Any,
    format_name: str | None = None,
    *,
    open_artefact: Callable[[int], BinaryIO],
    provenance: Provenance,
    options: Mapping[str, Any] | None = None,
    on_progress: OnProgress | None = None,
) -> Prepared:
    """Look whether an output can become a format; without a name, its default.

    `value` is canonical; `options` are values, or texts as they stand in an address. `on_progress` is called while it
    is written; what it raises ends that. Raises UnsupportedFormat with the formats that there are, MissingExtra,
    RequestInvalid for the options, and for a file as it is ExportError or ArtefactNotFound when it can't be had.
    """
    typed = read_value(declared, value)
    chosen = _chosen(declared, value if typed is None else typed, format_name)
    chosen.require()
    more = {} if on_progress is None else {"on_progress": on_progress}
    export = Export(
        declared=declared, raw=value, value=typed, provenance=provenance, open_artefact=open_artefact, **more
    )
    if chosen.look is not None:
        mime, ending = chosen.look(export)
        chosen = evolve(chosen, mime=mime, ending=ending)
    return Prepared(
        filename=clean_filename(f"{provenance.tool_id}-{declared.key}-{provenance.run_id[:8]}{chosen.ending}"),
        format=chosen,
        export=export,
        options=read_options(chosen, options or {}),
    )


def export(
    declared: OutputDeclaration,
    value: Any,
    format_name: str | None = None,
    *,
    open_artefact: Callable[[int], BinaryIO],
    provenance: Provenance,
    options: Mapping[str, Any] | None = None,
    on_progress: OnProgress | None = None,
) -> Exported:
    """The output in a format, ready to be sent: made to its end, so that an error comes before the first byte.

    Takes and raises what `prepare` does, and raises what `Prepared.write` does.
    """
    prepared = prepare(
        declared,
        value,
        format_name,
        open_artefact=open_artefact,
        provenance=provenance,
        options=options,
        on_progress=on_progress,
    )
    file = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 (whoever gets it closes it)
    try:
        renderer = prepared.write(file)
        size = file.tell()
        file.seek(0)
    except OSError as error:
        file.close()
        what = f"{declared.label} can't be made as {prepared.format.name}"
        if error.errno in NO_ROOM:
            said = f"{what}: there is no room left in {tempfile.gettempdir()}. Free some, then try again."
            raise DiskFull(said) from error
        raise ExportError(
            f"{what}: {error.strerror or error}. Look whether {tempfile.gettempdir()} takes so large a file, and "
            "whether the run's files are there (`pixie fsck`)."
        ) from error
    except BaseException:
        file.close()
        raise
    return Exported(prepared.filename, prepared.mime, size, renderer, file)


@frozen
class Exportable:
    """An output, or a file that a run left, with all that its exports need."""

    declared: OutputDeclaration
    value: Any = field(repr=False)
    provenance: Provenance
    open_artefact: Callable[[int], BinaryIO] = field(repr=False)

    def formats(self) -> tuple[Format, ...]:
        """What it can become, its default first."""
        return formats_of(self.declared, self.value)

    def export(
        self,
        format_name: str | None = None,
        *,
        options: Mapping[str, Any] | None = None,
        on_progress: OnProgress | None = None,
    ) -> Exported:
        """It in a format, ready to be sent; see `export`."""
        return export(
            self.declared,
            self.value,
            format_name,
            open_artefact=self.open_artefact,
            provenance=self.provenance,
            options=options,
            on_progress=on_progress,
        )

    def prepare(
        self,
        format_name: str | None = None,
        *,
        options: Mapping[str, Any] | None = None,
        on_progress: OnProgress | None = None,
    ) -> Prepared:
        """It on its way into a format, not made yet; see `prepare`."""
        return prepare(
            self.declared,
            self.value,
            format_name,
            open_artefact=self.open_artefact,
            provenance=self.provenance,
            options=options,
            on_progress=on_progress,
        )

    def save(
        self,
        format_name: str | None = None,
        target: Path | str | None = None,
        *,
        force: bool = False,
        options: Mapping[str, Any] | None = None,
        on_progress: OnProgress | None = None,
    ) -> Path:
        """Write it in a format; see `prepare` and `Prepared.save`."""
        return self.prepare(format_name, options=options, on_progress=on_progress).save(target, force=force)


def _chosen(declared: OutputDeclaration, value: Any, name: str | None) -> Format:
    return chosen_format(formats_of(declared, value), name, f"{declared.label} ({declared.type})")


def chosen_format(formats: Sequence[Format], name: str | None, what: str) -> Format:
    """The format of this name, without one the first. Raises UnsupportedFormat with those that there are; `what` is
    what can't become it.
    """
    names = tuple(dict.fromkeys(each.name for each in formats))
    if name is None and formats:
        return formats[0]
    chosen = next((each for each in formats if name is not None and each.called(name)), None)
    if chosen is None:
        can = f"It can become {', '.join(names)}." if names else "It can't become any other format."
        raise UnsupportedFormat(f"{what} can't become {name or 'a file'}. {can}", names)
    return chosen
