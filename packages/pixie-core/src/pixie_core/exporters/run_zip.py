"""A run as a zip: inputs.json, outputs.json, report.md, the files, and run.json, which lists them all.

The entries lie at the root. Text is deflated; what is packed already is stored.
"""

from __future__ import annotations

import io
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, BinaryIO

from attrs import asdict

from pixie_core.errors import ArtefactNotFound, ExportError
from pixie_core.exporters.archive import Archive, Entry
from pixie_core.exporters.json_text import json_bytes, json_object
from pixie_core.exporters.paths import is_file_input, paths_of
from pixie_core.exporters.report_markdown import report_markdown
from pixie_core.filenames import clean_filename

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from pixie_core.exporters.archive import Written
    from pixie_core.exporters.paths import Paths
    from pixie_core.run import Run
    from pixie_core.tool import ToolManifest

__all__ = ["run_zip"]

_PIECE = 256 * 1024
_DEFLATED = {
    "application/geo+json", "application/javascript", "application/json", "application/sql", "application/toml",
    "application/x-ndjson", "application/xml", "application/yaml", "image/bmp", "image/svg+xml", "image/tiff",
    "audio/wav", "audio/x-wav", "model/gltf+json",
}  # fmt: skip
"""Beside text/*, what shrinks; all else is packed already."""


def run_zip(
    run: Run,
    declared: ToolManifest | None,
    values: Mapping[str, Any],
    open_artefact: Callable[[int], BinaryIO],
    *,
    open_input: Callable[[str], BinaryIO] | None = None,
) -> Archive:
    """The run's zip, ready to be streamed; of a run that is still running, what there is so far.

    `values` are the outputs' canonical values, those that were kept as files read back. `open_artefact` opens a
    file by its id, `open_input` one that was an input by its SHA-256; without it inputs/ is left out. Raises
    ExportError when a file of the run is missing or has another size than was recorded; one that is altered
    otherwise breaks the zip off where it stands.
    """
    paths = paths_of(run, with_inputs=open_input is not None)
    files = [*_inputs(run, paths, open_input), *_artefacts(run, paths, open_artefact)]
    for entry, opened in files:
        _must_be_there(run, entry, opened)
    inputs = {key: paths.input(value) if paths.inputs else value for key, value in run.inputs.items()}
    return Archive(
        filename=f"{clean_filename(run.tool_id, 'run')}-{_day(run)}-{run.id[:8]}.zip",
        made_at=datetime.fromisoformat(run.started_at or run.created_at).astimezone(UTC),
        entries=[
            Entry("inputs.json", partial(json_object, inputs)),
            Entry("outputs.json", partial(json_object, values, paths.relative)),
            Entry("report.md", lambda: _utf8(report_markdown(run, declared, values, paths))),
            # There even when nothing is in it, so that whoever opens the zip needn't ask.
            Entry("artefacts/", list, 0, deflated=False),
            *(entry for entry, _ in files),
        ],
        last=("run.json", partial(_run_json, run, declared, paths)),
    )


def _day(run: Run) -> str:
    return datetime.fromisoformat(run.started_at or run.created_at).astimezone(UTC).strftime("%Y-%m-%d")


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
                yield _entry(path, opened, each["size"], each["sha256"], each["mime"]), opened


def _artefacts(
    run: Run, paths: Paths, open_artefact: Callable[[int], BinaryIO]
) -> Iterator[tuple[Entry, Callable[[], BinaryIO]]]:
    for each in run.artefacts:
        if (path := paths.artefacts.get(each.id)) is not None:
            opened = partial(open_artefact, each.id)
            yield _entry(path, opened, each.size_bytes, each.sha256, each.mime), opened


def _entry(path: str, opened: Callable[[], BinaryIO], size: int, sha256: str, mime: str | None) -> Entry:
    kind = (mime or "").partition(";")[0].strip().lower()
    deflated = kind.startswith("text/") or kind in _DEFLATED or kind.endswith(("+json", "+xml"))
    return Entry(path, lambda: _read(path, opened), size, sha256, deflated=deflated)


def _read(path: str, opened: Callable[[], BinaryIO]) -> Iterator[bytes]:
    try:
        with opened() as file:
            while piece := file.read(_PIECE):
                yield piece
    except (OSError, ArtefactNotFound) as error:
        raise ExportError(f"{path} can't be read any more ({error}): the zip breaks off here.") from error


def _must_be_there(run: Run, entry: Entry, opened: Callable[[], BinaryIO]) -> None:
    """Look at a file before the first byte is sent, while an error can still be told."""
    try:
        with opened() as file:
            size = file.seek(0, io.SEEK_END) if file.seekable() else entry.size
    except (OSError, ArtefactNotFound) as error:
        raise ExportError(
            f"Run {run.id[:8]} can't be exported: its file {entry.name} can't be read ({error}). "
            "`pixie fsck` says what else is missing."
        ) from error
    if size != entry.size:
        raise ExportError(
            f"Run {run.id[:8]} can't be exported: its file {entry.name} has {size} bytes, and had {entry.size} when it "
            "was kept. `pixie fsck` says what else was altered."
        )


def _utf8(pieces: Iterator[str]) -> Iterator[bytes]:
    return (piece.encode("utf-8", "replace") for piece in pieces)


def _run_json(run: Run, declared: ToolManifest | None, paths: Paths, written: Sequence[Written]) -> bytes:
    """What the run was and what the zip holds: enough to put it back."""
    about = {path: each for each in run.artefacts if (path := paths.artefacts.get(each.id)) is not None}
    return json_bytes(
        {
            "format": 1,
            "id": run.id,
            "tool_id": run.tool_id,
            "tool_name": declared.name if declared else None,
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
            "fingerprint": dict(run.fingerprint),
            "outputs": {key: output.type for key, output in run.outputs.items()},
            "files": [
                {
                    "path": each.name,
                    "size_bytes": each.size,
                    "sha256": each.sha256,
                    **_of_artefact(asdict(about[each.name]) if each.name in about else {}),
                }
                for each in written
            ],
        }
    )


def _of_artefact(event: dict[str, Any]) -> dict[str, Any]:
    return {key: event[key] for key in ("id", "filename", "mime", "output_key") if key in event}
