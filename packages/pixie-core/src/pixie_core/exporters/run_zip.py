"""A run as a zip: inputs.json, outputs.json, report.md, the files, and run.json, which lists them all.

The entries lie at the root. Text is deflated; what is packed already is stored.
"""

from __future__ import annotations

import io
from contextlib import contextmanager
from functools import partial
from json import JSONDecodeError
from typing import TYPE_CHECKING, Any, BinaryIO

from attrs import evolve, frozen

from pixie_core.errors import ArtefactFileMissing, ArtefactNotFound, ExportError, FileAltered, InputFileMissing
from pixie_core.exporters.archive import Anew, Archive, Entry, Listing
from pixie_core.exporters.json_text import json_bytes, json_object
from pixie_core.exporters.moment import moment_of
from pixie_core.exporters.paths import Paths, input_paths, is_file_input, paths_of
from pixie_core.exporters.report_markdown import report_markdown
from pixie_core.filenames import clean_filename

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from pixie_core.exporters.archive import Written
    from pixie_core.run import Run
    from pixie_core.run.events import Artefact
    from pixie_core.tool import ToolManifest

__all__ = ["Whole", "file_entry", "run_facts", "run_zip"]

_PIECE = 256 * 1024
_DEFLATED = {
    "application/geo+json", "application/javascript", "application/json", "application/sql", "application/toml",
    "application/x-ndjson", "application/xml", "application/yaml", "image/bmp", "image/svg+xml", "image/tiff",
    "audio/wav", "audio/x-wav", "model/gltf+json",
}  # fmt: skip
"""Beside text/*, what shrinks; all else is packed already."""


@frozen
class Whole:
    """A run with all its files, and the sizes that these have on disk; None for one that can't be opened."""

    run: Run
    sizes: Mapping[int, int | None]


def run_zip(
    run: Run,
    declared: ToolManifest | None,
    values: Mapping[str, Any],
    open_artefact: Callable[[int], BinaryIO],
    *,
    open_input: Callable[[str], BinaryIO] | None = None,
    sizes: Mapping[int, int | None] | None = None,
    whole: Callable[[], Whole] | None = None,
    marks: Callable[[], Mapping[int, Mapping[str, Any]]] = dict,
) -> Archive:
    """The run's zip, ready to be streamed; of a run that is still running, what there is so far.

    `values` are the outputs' canonical values, those that were kept as files read back; they are taken one at a time.
    `open_artefact` opens a file by its id, `open_input` one that was an input by its SHA-256; without it inputs/ is
    left out. `sizes` are those that the artefacts have on disk, None for one that can't be opened: without it each is
    opened for a look. Where `run` has only the first of its files, `whole` reads it with all of them, and is called
    when the first entry is out: a zip of ten thousand files begins as soon as one of ten. `marks` reads what the user
    has set on files, by their ids: `starred`, `label`, `tags`.

    Raises ArtefactFileMissing, InputFileMissing or FileAltered when a file that `run` has is missing or has another
    size than was recorded. One that it doesn't have breaks the zip off after its first entry, one that is altered
    otherwise where it stands.
    """
    for each in run.artefacts:
        # Values that were kept as files have no path in the zip, and are missed as much.
        if sizes is None:
            _must_be_there(run, each, partial(open_artefact, each.id))
        else:
            _must_be_whole(run, each, sizes)
    inputs = Paths({}, input_paths(run) if open_input is not None else {})
    files = list(_inputs(run, inputs, open_input))
    for entry, opened in files:
        _input_must_be_there(run, entry, opened)
    sent = (inputs, [entry for entry, _ in files])
    return Archive(
        filename=f"{clean_filename(run.tool_id, 'run')}-{moment_of(run):%Y-%m-%d}-{run.id[:8]}.zip",
        made_at=moment_of(run),
        entries=Anew(lambda: _entries(run, declared, values, sent, open_artefact, whole=whole, marks=marks)),
    )


def _entries(
    run: Run,
    declared: ToolManifest | None,
    values: Mapping[str, Any],
    sent: tuple[Paths, Sequence[Entry]],
    open_artefact: Callable[[int], BinaryIO],
    *,
    whole: Callable[[], Whole] | None,
    marks: Callable[[], Mapping[int, Mapping[str, Any]]],
) -> Iterator[Entry | Listing]:
    """Each when its turn comes; `sent` are the files that were inputs, and where they lie."""
    inputs, files = sent
    said = {key: inputs.input(value) if inputs.inputs else value for key, value in run.inputs.items()}
    yield Entry("inputs.json", partial(json_object, said))
    # Ten thousand files take a while to read, to look at and to name: by then the zip has begun.
    if whole is not None:
        found = whole()
        run = found.run
        for each in run.artefacts:
            _must_be_whole(run, each, found.sizes)
    paths = evolve(paths_of(run, with_inputs=False), inputs=inputs.inputs)
    yield Entry("outputs.json", partial(_outputs, values, paths))
    yield Entry("report.md", partial(_report, run, declared, values, paths))
    # There even when nothing is in it, so that whoever opens the zip needn't ask.
    yield Entry("artefacts/", list, 0, deflated=False)
    yield from files
    yield from _artefacts(run, paths, open_artefact)
    yield Listing("run.json", partial(_run_json, run, declared, paths, marks))


def _inputs(
    run: Run, paths: Paths, open_input: Callable[[str], BinaryIO] | None
) -> Iterator[tuple[Entry, Callable[[], BinaryIO]]]:
    if open_input is None:
        return
    left = dict(paths.inputs)
    for value in run.inputs.values():
        for each in value if isinstance(value, list) else [value]:
            if is_file_input(each) and (path := left.pop(each["sha256"], None)) is not None:
                opened = partial(open_input, each["sha256"])
                yield file_entry(path, opened, each["size"], each["sha256"], each["mime"]), opened


def _artefacts(run: Run, paths: Paths, open_artefact: Callable[[int], BinaryIO]) -> Iterator[Entry]:
    for each in run.artefacts:
        if (path := paths.artefacts.get(each.id)) is not None:
            # A row of an older database may have no SHA-256.
            yield file_entry(path, partial(open_artefact, each.id), each.size_bytes, each.sha256 or None, each.mime)


def file_entry(path: str, opened: Callable[[], BinaryIO], size: int, sha256: str | None, mime: str | None) -> Entry:
    """A kept file on its way into a zip: deflated or stored by its media type, and read when its turn comes."""
    kind = (mime or "").partition(";")[0].strip().lower()
    deflated = kind.startswith("text/") or kind in _DEFLATED or kind.endswith(("+json", "+xml"))
    return Entry(path, lambda: _read(path, opened), size, sha256, deflated=deflated)


def _read(path: str, opened: Callable[[], BinaryIO]) -> Iterator[bytes]:
    with _told(path), opened() as file:
        while piece := file.read(_PIECE):
            yield piece


def _outputs(values: Mapping[str, Any], paths: Paths) -> Iterator[bytes]:
    with _told("outputs.json"):
        yield from json_object(values, paths.relative)


def _report(run: Run, declared: ToolManifest | None, values: Mapping[str, Any], paths: Paths) -> Iterator[bytes]:
    with _told("report.md"):
        for piece in report_markdown(run, declared, values, paths):
            yield piece.encode("utf-8", "replace")


@contextmanager
def _told(path: str) -> Iterator[None]:
    """What a file can't be read for, as an error of the export."""
    try:
        yield
    except (OSError, JSONDecodeError) as error:
        raise ExportError(f"{path} can't be read any more ({error}).") from error


def _must_be_there(run: Run, artefact: Artefact, opened: Callable[[], BinaryIO]) -> None:
    """Look at a file before the first byte is sent, while an error can still be told."""
    try:
        with opened() as file:
            size = file.seek(0, io.SEEK_END) if file.seekable() else artefact.size_bytes
    except (OSError, ArtefactNotFound) as error:
        raise ArtefactFileMissing(artefact.id, artefact.filename, run.id) from error
    _must_have_size(run, artefact.filename, artefact.size_bytes, size)


def _must_be_whole(run: Run, artefact: Artefact, sizes: Mapping[int, int | None]) -> None:
    size = sizes.get(artefact.id)
    if size is None:
        raise ArtefactFileMissing(artefact.id, artefact.filename, run.id)
    _must_have_size(run, artefact.filename, artefact.size_bytes, size)


def _input_must_be_there(run: Run, entry: Entry, opened: Callable[[], BinaryIO]) -> None:
    name = entry.name.rpartition("/")[2]
    try:
        with opened() as file:
            size = file.seek(0, io.SEEK_END)
    except OSError as error:
        raise InputFileMissing(run.id, name) from error
    _must_have_size(run, name, entry.size, size)


def _must_have_size(run: Run, name: str, expected: int | None, size: int) -> None:
    if size != expected:
        raise FileAltered(
            f"Run {run.id[:8]} can't be exported: its file {name} has {size} bytes, and had {expected} when it was "
            "kept. `pixie fsck` says what else was altered."
        )


def run_facts(run: Run) -> dict[str, Any]:
    """What run.json says of a run, but for its files: enough, with these, to put it back."""
    return {
        "id": run.id,
        "tool_id": run.tool_id,
        "status": run.status,
        "created_at": run.created_at,
        "started_at": run.started_at,
        "finished_at": run.finished_at,
        "duration_ms": run.duration_ms,
        "label": run.label,
        "starred": run.starred,
        "origin": run.origin,
        "parent_run_id": run.parent_run_id,
        "error": run.error,
        "error_code": run.error_code,
        "stderr": run.stderr,
        "flagged": list(run.flagged),
        "progress": run.progress,
        "message": run.message,
        "fingerprint": dict(run.fingerprint),
        "outputs": {key: output.type for key, output in run.outputs.items()},
        "unfinished": [key for key, output in run.outputs.items() if not output.done],
    }


def _run_json(
    run: Run,
    declared: ToolManifest | None,
    paths: Paths,
    marks: Callable[[], Mapping[int, Mapping[str, Any]]],
    written: Sequence[Written],
) -> bytes:
    about = {path: each for each in run.artefacts if (path := paths.artefacts.get(each.id)) is not None}
    marked = marks()
    files = [
        {"path": each.name, "size_bytes": each.size, "sha256": each.sha256, **_of(about.get(each.name), marked)}
        for each in written
    ]
    tool_name = declared.name if declared else None
    return json_bytes({"format": 1, "tool_name": tool_name, **run_facts(run), "files": files})


def _of(artefact: Artefact | None, marks: Mapping[int, Mapping[str, Any]]) -> dict[str, Any]:
    if artefact is None:
        return {}
    own = {"filename": artefact.filename, "mime": artefact.mime, "output_key": artefact.output_key}
    return {**own, **marks.get(artefact.id, {})}
