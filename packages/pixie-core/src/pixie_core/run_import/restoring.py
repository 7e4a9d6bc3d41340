"""A run from a zip into the store: its inputs, files, outputs and end, as if it had happened here."""

from __future__ import annotations

import hashlib
import json
import shutil
import uuid
from typing import TYPE_CHECKING, Any, BinaryIO

from attrs import field, frozen

from pixie_core.errors import DiskFull, Problem, QuotaExceeded, RequestInvalid
from pixie_core.exporters.json_text import json_object
from pixie_core.exporters.paths import paths_of
from pixie_core.faults import fault
from pixie_core.run import Run
from pixie_core.run.events import Finished, Output, Progress, Started
from pixie_core.run_import.about import About, File, about_here, read_json
from pixie_core.run_import.reading import pieces_of
from pixie_core.store import Marks, Publication
from pixie_core.store.incoming import abandon, admit, begin

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pixie_core.config import Settings
    from pixie_core.run_import.reading import Found
    from pixie_core.store import Draft, Store

__all__ = ["Restoring", "is_same"]


def is_same(found: Found, run: Run, values: Mapping[str, Any]) -> bool:
    """Whether a run that is here is the one in the zip: what it was, what went in and what came out. Label and star are
    the user's, the report is made anew each time, and so none of them counts.
    """
    if about_here(run).told() != found.about.told():
        return False
    paths = paths_of(run, with_inputs=True)
    inputs = {key: paths.input(value) for key, value in run.inputs.items()}
    told = {paths.artefacts[each.id]: each.sha256 for each in run.artefacts if each.id in paths.artefacts}
    told |= {path: sha256 for sha256, path in paths.inputs.items()}
    told["inputs.json"] = _digest(json_object(inputs))
    told["outputs.json"] = _digest(json_object(values, paths.relative))
    return told == {each.path: each.sha256 for each in found.about.files if each.path != "report.md"}


def _digest(pieces: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(piece)
    return digest.hexdigest()


@frozen
class Restoring:
    """Puts runs of one zip into a store."""

    store: Store
    settings: Settings
    file: BinaryIO
    mark: Mapping[str, str]
    """What is kept of where they come from: `at` and `filename`."""
    _kept: set[str] = field(factory=set, init=False)
    """The SHA-256 of what was written, to be taken back where the run isn't."""
    _marks: dict[str, Marks] = field(factory=dict, init=False)
    """What was set on the files, by the names that they got."""

    def must_have_room(self, runs: Iterable[Found]) -> None:
        """Raise DiskFull or QuotaExceeded unless all of them can be kept."""
        needed = sum(each.size for each in runs)
        free = shutil.disk_usage(self.settings.artefacts_root).free
        floor = self.settings.min_free_disk_bytes
        if free - needed < floor:
            raise DiskFull(
                f"The runs take {needed:,} bytes, and {free:,} are free where {self.settings.artefacts_root} is, of "
                f"which {floor:,} are kept free (PIXIE_MIN_FREE_DISK_BYTES). Nothing was imported. Free some, then try "
                "again."
            )
        cap = self.settings.artefacts_total_disk_cap_bytes
        if cap is not None and self.store.total_artefact_bytes() + needed > cap:
            raise QuotaExceeded(
                f"With these runs the files of all runs would come to more than {cap:,} bytes "
                "(PIXIE_ARTEFACTS_TOTAL_DISK_CAP_BYTES). Nothing was imported. Delete runs, or raise it."
            )

    def restore(self, found: Found) -> None:
        """Put one run into the store, whole. Whatever happens before its end, nothing of it is left."""
        try:
            self._restore(found)
        except RecursionError:
            raise _wrong(f"{found.prefix}outputs.json", "or inputs.json is nested too deeply") from None

    def _restore(self, found: Found) -> None:
        about = found.about
        inputs = self._inputs(found)
        run = Run(
            id=about.id,
            tool_id=about.tool_id,
            created_at=about.created_at,
            origin=about.origin,
            parent_run_id=about.parent_run_id,
            label=about.label,
            starred=about.starred,
            imported=dict(self.mark),
            inputs=inputs,
        )
        self._kept.clear()
        self._marks.clear()
        self._kept.update(each.sha256 for each in about.files)
        begin(self.store, run, at=self.mark["at"])
        try:
            fault("import.after_row")
            self._keep_inputs(found, inputs)
            story = [*_beginning(about, inputs), (about.finished_at, [*self._results(found), _end(about)])]
            admit(self.store, run, story, self._marks)
        except BaseException:
            abandon(self.store, about.id, self._kept)
            raise

    # Inputs

    def _inputs(self, found: Found) -> dict[str, Any]:
        """The inputs as they were recorded: without the paths that the zip adds."""
        said = self._json(found, "inputs.json")
        listed = {each.path: each for each in found.about.files}
        used: set[str] = set()
        inputs = {key: _recorded(value, listed, used) for key, value in said.items()}
        for path in listed:
            if path.startswith("inputs/") and path not in used:
                raise _wrong(found.prefix + path, "is no input of the run")
        return inputs

    def _keep_inputs(self, found: Found, inputs: Mapping[str, Any]) -> None:
        by_hash = {each.sha256: each for each in found.about.files if each.path.startswith("inputs/")}
        for value in inputs.values():
            for each in value if isinstance(value, list) else [value]:
                if isinstance(each, dict) and (listed := by_hash.pop(str(each.get("sha256")), None)) is not None:
                    pieces = pieces_of(self.file, found.entries[listed.path])
                    about = found.about
                    kept = self.store.keep_input(about.id, about.tool_id, each["filename"], pieces, each["mime"])
                    _must_be(listed, kept["sha256"], found.prefix)

    # What it left

    def _results(self, found: Found) -> Iterator[Draft]:
        """Files and outputs; of an output the names of files become references again."""
        about = found.about
        tokens: dict[str | None, dict[str, str]] = {}
        for each in about.files:
            if each.path.startswith("artefacts/"):
                token = _token()
                tokens.setdefault(each.output_key, {})[each.path] = token
                yield self._published(found, each, token)
        values = self._json(found, "outputs.json")
        if list(values) != list(about.outputs):
            raise _wrong(f"{found.prefix}outputs.json", "has other outputs than run.json says")
        for key, value in values.items():
            known = tokens.get(None, {}) | tokens.get(key, {})
            yield from self._output(about, key, _with_tokens(value, known) if known else value, named=value)
        if about.progress is not None or about.message is not None:
            yield Progress(value=about.progress, message=about.message)

    def _published(self, found: Found, listed: File, token: str) -> Publication:
        about = found.about
        name = listed.filename or listed.path.rpartition("/")[2]
        pieces = pieces_of(self.file, found.entries[listed.path])
        staged = self.store.stage(about.id, about.tool_id, name, pieces, listed.mime)
        _must_be(listed, staged.sha256, found.prefix)
        if listed.starred or listed.label or listed.tags:
            self._marks[staged.filename] = Marks(starred=listed.starred, label=listed.label, tags=tuple(listed.tags))
        return Publication(staged, listed.output_key, token)

    def _output(self, about: About, key: str, value: Any, *, named: Any) -> Iterator[Draft]:
        """An output whole; a large one is kept as a file, as when it came from the tool. One that names files stays as
        it is: their numbers are known only when it is written.
        """
        if value == named and not (isinstance(value, str) and value.startswith("data:")):
            text = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace")
            if len(text) > self.settings.inline_output_max_bytes:
                token = _token()
                self._kept.add(_digest([text]))
                staged = self.store.stage(about.id, about.tool_id, f"{key}.json", text, "application/json")
                yield Publication(staged, key, token, spilled=True)
                value = {"$artefact": token, "size_bytes": len(text)}
        done = key not in about.unfinished
        yield Output(output_key=key, type=about.outputs[key], value=value, whole=True, done=done)

    def _json(self, found: Found, path: str) -> dict[str, Any]:
        name = found.prefix + path
        value = read_json(b"".join(pieces_of(self.file, found.entries[path])), name)
        if not isinstance(value, dict):
            raise _wrong(name, "isn't a JSON object")
        return value


def _beginning(about: About, inputs: dict[str, Any]) -> Iterator[tuple[str, list[Draft]]]:
    """A run that was cancelled while it waited has never begun."""
    if about.started_at is not None:
        yield about.started_at, [Started(inputs=inputs, fingerprint=about.fingerprint)]


def _end(about: About) -> Finished:
    return Finished(
        status=about.status,
        duration_ms=about.duration_ms,
        error=about.error,
        error_code=about.error_code,
        stderr=about.stderr,
        flagged=about.flagged,
    )


def _recorded(value: Any, listed: Mapping[str, File], used: set[str]) -> Any:
    """An input without its path, where that is a file of the zip; what it says of the file must be so."""
    if isinstance(value, list):
        return [_recorded(each, listed, used) for each in value]
    if not isinstance(value, dict) or value.keys() != {"sha256", "filename", "mime", "size", "path"}:
        return value
    file = listed.get(value["path"]) if isinstance(value["path"], str) else None
    if file is None or not file.path.startswith("inputs/"):
        return value
    words = isinstance(value["filename"], str) and isinstance(value["mime"], str)
    if (value["sha256"], value["size"]) != (file.sha256, file.size_bytes) or not words:
        raise _wrong(file.path, "isn't the file that inputs.json says")
    used.add(file.path)
    return {key: each for key, each in value.items() if key != "path"}


def _with_tokens(value: Any, tokens: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return tokens.get(value, value)
    if isinstance(value, list):
        return [_with_tokens(each, tokens) for each in value]
    if isinstance(value, dict):
        return {key: _with_tokens(each, tokens) for key, each in value.items()}
    return value


def _token() -> str:
    return f"/api/artefacts/{uuid.uuid4()}/content"


def _must_be(listed: File, sha256: str, prefix: str) -> None:
    if sha256 != listed.sha256:
        raise _wrong(prefix + listed.path, "changed while it was read")


def _wrong(where: str, said: str) -> RequestInvalid:
    return RequestInvalid("The zip can't be imported", [Problem(where, said)])
