"""What is known of an output of a past run, or of a file that one left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pixie_core.catalogue import OutputDeclaration

if TYPE_CHECKING:
    from pixie_core.run import Run
    from pixie_core.tool import ToolManifest

__all__ = ["declaration_of", "file_as_output"]


def declaration_of(run: Run, manifest: ToolManifest | None, key: str) -> OutputDeclaration:
    """The declaration of a run's output: its type is that of the run, which the tool may have changed since."""
    output = run.outputs.get(key)
    known = manifest.output(key) if manifest is not None else None
    kind = output.type if output is not None else known.type if known is not None else "json"
    if known is not None and known.type == kind:
        return known
    return OutputDeclaration(key=key, type=kind, label=known.label if known else key)


def file_as_output(artefact_id: int, filename: str, mime: str) -> tuple[OutputDeclaration, Any]:
    """A kept file as an output of its kind (image, audio, video, else file), with its value."""
    family = mime.partition("/")[0]
    kind = family if family in {"image", "audio", "video"} else "file"
    url = f"/api/artefacts/{artefact_id}/content"
    value = url if kind != "file" else {"filename": filename, "data": url, "mime_type": mime}
    key = filename.rpartition(".")[0] or filename
    return OutputDeclaration(key=key, type=kind, label=filename), value
