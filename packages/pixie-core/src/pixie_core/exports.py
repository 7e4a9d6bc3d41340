"""What can be done with outputs and kept files: become a format, be copied, be sent to a folder.

    pixie.exports.named("lorenz-ode-solver:last:trajectory").save("png")
    pixie.exports.copy("12", "~/plot.png")

An output is named `RUN:KEY`, where RUN is a run's id, its beginning, or `TOOL:last`; a kept file by its number.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from pixie_core.errors import (
    DestinationNotFound,
    ExportError,
    FileAltered,
    OutputNotFound,
    Problem,
    RequestInvalid,
    UnsupportedFormat,
)
from pixie_core.exporters import FORMATS, Exportable, Provenance, declaration_of, file_as_output, write_file
from pixie_core.exporters.clipboard import copy_text
from pixie_core.exporters.destinations import Destination, checked_folder, checked_name, write_into
from pixie_core.exporters.exporting import chosen_format
from pixie_core.exporters.formats import formats_of_unread
from pixie_core.exporters.jobs import ExportJobs
from pixie_core.exporters.options import read_options

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pixie_core.exporters import Exported, Format
    from pixie_core.exporters.format import OnProgress
    from pixie_core.exporters.jobs import ExportJob
    from pixie_core.run import Run
    from pixie_core.store import Store, StoredArtefact
    from pixie_core.tool import ToolManifest

__all__ = ["Exports"]

_PIECE = 2**20
_CLIPBOARD = 2**20
"""Bytes that are put on the clipboard at most."""
_LARGEST_NUMBER = 18


class Exports:
    """The outputs and files of one Pixie."""

    def __init__(
        self, store: Store, home: Path, get: Callable[[str], Run], manifest_of: Callable[[Run], ToolManifest | None]
    ) -> None:
        self._store, self._home, self._get, self._manifest_of = store, home, get, manifest_of
        self.jobs = ExportJobs()

    def start(self, what: str, format: str | None = None, options: Mapping[str, Any] | None = None) -> ExportJob:
        """Begin to make what an artefact's number or `RUN:KEY` names a file of a format, in the background, and return
        at once; `jobs` says how far it has come, has what was made, and cancels it.

        Raises Busy, UnsupportedFormat, MissingExtra, RequestInvalid for the options, and what `named` raises for what
        isn't there; what shows only while it is made becomes the job's error.
        """
        artefact_id, run_id, key = _read(what)
        known = self.formats(run_id, key) if artefact_id is None else self.formats_of_artefact(artefact_id)
        chosen = chosen_format(known, format, what)
        chosen.require()
        read_options(chosen, options or {})

        def make(on_progress: OnProgress) -> Exported:
            return self.named(what).export(format, options=options, on_progress=on_progress)

        return self.jobs.start(f"{what} as {chosen.name}", make)

    def of(self, run_id: str, key: str) -> Exportable:
        """An output, to be looked at for what it can become, and to become it. Raises OutputNotFound."""
        run = self._get(run_id)
        if key not in run.outputs:
            raise OutputNotFound(run.id, key, tuple(run.outputs))
        manifest = self._manifest_of(run)
        return Exportable(
            declared=declaration_of(run, manifest, key),
            value=self._store.resolve(run.outputs[key].value),
            provenance=Provenance.of(run, manifest),
            open_artefact=self._store.open_artefact,
        )

    def formats(self, run_id: str, key: str) -> tuple[Format, ...]:
        """What an output can become, its default first; a large value is read only where that depends on it. Raises
        OutputNotFound.
        """
        run = self._get(run_id)
        output = run.outputs.get(key)
        if output is not None and isinstance(output.value, dict) and "$artefact" in output.value:
            unread = formats_of_unread(declaration_of(run, self._manifest_of(run), key))
            if unread is not None:
                return unread
        return self.of(run.id, key).formats()

    def formats_of_artefact(self, artefact_id: int) -> tuple[Format, ...]:
        """What a kept file can become; a value that is kept as JSON, what its output can. Raises ArtefactNotFound."""
        found = self._store.artefact(artefact_id)
        if found.spilled and found.output_key is not None:
            return self.formats(found.run_id, found.output_key)
        return self.of_artefact(artefact_id).formats()

    def of_artefact(self, artefact_id: int) -> Exportable:
        """A kept file likewise; for a value that is kept as JSON, the output. Raises ArtefactNotFound."""
        found = self._store.artefact(artefact_id)
        run = self._store.run(found.run_id)
        if found.spilled and found.output_key is not None and found.output_key in run.outputs:
            return self.of(run.id, found.output_key)
        declared, value = file_as_output(found.id, found.filename, found.mime)
        provenance = Provenance.of(run, self._manifest_of(run))
        return Exportable(declared, value, provenance, self._store.open_artefact)

    def named(self, what: str) -> Exportable:
        """What an artefact's number or `RUN:KEY` names.

        Raises RequestInvalid for what is neither, ArtefactNotFound, RunNotFound, AmbiguousRunId or OutputNotFound.
        """
        artefact_id, run_id, key = _read(what)
        return self.of_artefact(artefact_id) if artefact_id is not None else self.of(run_id, key)

    def file(self, what: str) -> StoredArtefact:
        """The one kept file that an artefact's number or `RUN:KEY` names; raises what `named` raises, and ExportError
        when an output left no file, or several.
        """
        artefact_id, run_id, key = _read(what)
        if artefact_id is not None:
            return self._store.artefact(artefact_id)
        run = self._get(run_id)
        if key not in run.outputs:
            raise OutputNotFound(run.id, key, tuple(run.outputs))
        ids = [each.id for each in run.artefacts if each.output_key == key]
        if not ids:
            raise ExportError(
                f"{key} of run {run.id[:8]} left no file to copy. `pixie export-as-format {what}` makes one."
            )
        if len(ids) > 1:
            said = ", ".join(map(str, ids))
            raise ExportError(f"{key} of run {run.id[:8]} left {len(ids)} files. Name one by its number: {said}.")
        return self._store.artefact(ids[0])

    def copy(self, what: str, target: Path | str | None = None, *, force: bool = False) -> Path:
        """Copy a kept file byte for byte to a file, or into a folder, by default the current one; returns where.

        What was written is held against the file's SHA-256. Raises what `file` raises, TargetExists unless `force`,
        ExportError when it can't be written and FileAltered when it isn't what the run left.
        """
        found = self.file(what)
        path = Path(target) if target is not None else Path.cwd()
        return write_file(
            lambda sink: self._copy(found, sink), path / found.filename if path.is_dir() else path, force=force
        )

    def _copy(self, found: StoredArtefact, sink: IO[bytes]) -> None:
        with self._store.open_artefact(found.id) as source:
            while piece := source.read(_PIECE):
                sink.write(piece)
        sink.flush()
        sink.seek(0)
        if hashlib.file_digest(sink, "sha256").hexdigest() != found.sha256:  # type: ignore[arg-type]
            raise FileAltered(
                f"{found.filename} isn't what the run left any more: its SHA-256 differs. Nothing was written; "
                "`pixie fsck` says what else was altered."
            )

    def text(self, what: str, format: str | None = None, **options: Any) -> str:
        """What is named as words, in a format, by default its own; for the clipboard.

        Raises what `named` raises, and UnsupportedFormat for a format that is no text, ExportError beyond 1 MB.
        """
        found = self.named(what)
        words = [each.name for each in found.formats() if each.is_text]
        chosen = format if format is not None else next((each.name for each in found.formats()), None)
        if chosen not in words and any(each.name == chosen for each in found.formats()):
            can = f"as text it can become {', '.join(words)}" if words else "it has no form in words"
            raise UnsupportedFormat(
                f"{found.declared.label} as {chosen} is no text: {can}. "
                f"`pixie export-as-format {what} {chosen}` saves it as a file.",
                tuple(words),
            )
        made = found.export(format, options=options)
        if made.size_bytes > _CLIPBOARD:
            made.close()
            raise ExportError(
                f"{found.declared.label} has {made.size_bytes:,} bytes, and at most {_CLIPBOARD:,} are copied. "
                f"`pixie export-as-format {what} {chosen}` saves it as a file."
            )
        return b"".join(made).decode("utf-8")

    def copy_to_clipboard(self, what: str, format: str | None = None) -> str:
        """Put what is named on the clipboard; returns the text. Raises what `text` raises, and ExportError where there
        is no clipboard.
        """
        text = self.text(what, format)
        copy_text(text)
        return text

    # Folders that have names

    def destinations(self) -> tuple[Destination, ...]:
        """The folders that outputs can be sent to, by name."""
        kept = self._store.settings.export_destinations()
        return tuple(
            Destination(name=name, folder=str(kept[name].get("folder", "")), format=kept[name].get("format"))
            for name in sorted(kept)
        )

    def destination(self, name: str) -> Destination:
        """One of them. Raises DestinationNotFound."""
        found = {each.name: each for each in self.destinations()}
        if name not in found:
            raise DestinationNotFound(name, tuple(found))
        return found[name]

    def register_destination(
        self, name: str, folder: Path | str, format: str | None = None, *, through_links: bool = False
    ) -> Destination:
        """Name a folder that outputs can be sent to, or name another so; `format` is what they become there.

        Raises RequestInvalid for a name or format that is none, and for a folder that `checked_folder` refuses;
        `through_links` confirms one that lies behind a link.
        """
        known = {each.name for each in FORMATS.values()}
        if format is not None and format not in known:
            cure = f"known are {', '.join(sorted(known))}"
            raise RequestInvalid("The destination", [Problem.unknown("format", format, "$.format", cure)])
        real = checked_folder(folder, self._home, through_links=through_links)
        made = Destination(name=checked_name(name), folder=str(real), format=format)
        self._store.settings.set_export_destination(made.name, {"folder": made.folder, "format": made.format})
        return made

    def forget_destination(self, name: str) -> None:
        """Forget a name; nothing in its folder is touched. Raises DestinationNotFound."""
        self._store.settings.set_export_destination(self.destination(name).name, None)

    def send(self, destination: str, what: str, format: str | None = None) -> Path:
        """Write an output or a kept file into a named folder, never over a file there; returns where.

        It becomes `format`, else the destination's format, else what it is: a file stays as it is, an output becomes
        its default. Raises DestinationNotFound, RequestInvalid when the folder isn't fit any more, and what `named`
        and `Exportable.prepare` raise.
        """
        target = self.destination(destination)
        folder = checked_folder(target.folder, self._home)
        wanted = format if format is not None else target.format
        artefact_id, _, _ = _read(what)
        if wanted is None and artefact_id is not None:
            found = self._store.artefact(artefact_id)
            if not found.spilled:
                return write_into(folder, found.filename, lambda sink: self._copy(found, sink))
        prepared = self.named(what).prepare(wanted)
        return write_into(folder, prepared.filename, prepared.write)


def _read(what: str) -> tuple[int | None, str, str]:
    """The number of an artefact, or a run and a key."""
    run_id, colon, key = what.rpartition(":")
    if colon and run_id and key:
        return None, run_id, key
    if what.isascii() and what.isdigit() and len(what) <= _LARGEST_NUMBER:
        return int(what), "", ""
    said = (
        f"is {what[:80]!r}; expected the number of an artefact, or RUN:KEY, such as 6f1c2a9b:plot or lorenz:last:plot"
    )
    raise RequestInvalid("What to take", [Problem("$", said)])
