"""Where each file of a run lies in its export."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from attrs import frozen

from pixie_core.filenames import twin_key, unique_filename

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pixie_core.run import Run

__all__ = ["Names", "Paths", "input_paths", "is_file_input", "paths_of", "spilled"]

_CONTENT = re.compile(r"/api/artefacts/(\d+)/content")


@frozen
class Paths:
    """Relative paths: of artefacts by their id, of files that were inputs by their SHA-256."""

    artefacts: Mapping[int, str]
    inputs: Mapping[str, str]

    def artefact_id(self, source: str) -> int | None:
        """The artefact that a source names, or None where it is something else."""
        named = _CONTENT.fullmatch(source)
        return int(named[1]) if named else None

    def relative(self, text: str) -> str:
        """The path in place of an artefact's URL; any other text as it is."""
        meant = self.artefact_id(text) if text.startswith("/api/artefacts/") else None
        return self.artefacts.get(meant, text) if meant is not None else text

    def input(self, value: Any) -> Any:
        """An input with the path of its file added; any other value as it is."""
        if isinstance(value, list):
            return [self.input(each) for each in value]
        return {**value, "path": self.inputs[value["sha256"]]} if is_file_input(value) else value


class Names:
    """Names of files in one folder of an export: safe on every system, each given once, and the same each time that the
    same are asked for in the same order.
    """

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._taken: set[str] = set()

    def take(self, filename: str) -> str:
        """The path for a file of this name."""
        name = unique_filename(filename, self._taken)
        self._taken.add(twin_key(name))
        return f"{self._folder}{name}"


def is_file_input(value: Any) -> bool:
    """True for what is recorded in place of a file that was sent."""
    return isinstance(value, dict) and value.keys() == {"sha256", "filename", "mime", "size"}


def paths_of(run: Run, *, with_inputs: bool) -> Paths:
    """The paths of a run's files, safe and unique wherever the export is unpacked.

    Values that were kept as JSON files have none: they stand in outputs.json.
    """
    values = spilled(run)
    artefact_names = Names("artefacts/")
    artefacts = {
        each.id: artefact_names.take(each.filename)
        for each in run.artefacts
        if f"/api/artefacts/{each.id}/content" not in values
    }
    return Paths(artefacts, input_paths(run) if with_inputs else {})


def input_paths(run: Run) -> dict[str, str]:
    """The paths of the files that were a run's inputs, by their SHA-256."""
    names = Names("inputs/")
    inputs: dict[str, str] = {}
    for value in run.inputs.values():
        for each in value if isinstance(value, list) else [value]:
            if is_file_input(each) and each["sha256"] not in inputs:
                inputs[each["sha256"]] = names.take(each["filename"])
    return inputs


def spilled(run: Run) -> set[str | None]:
    """The URLs of the artefacts that are outputs' values, kept as JSON files."""
    return set(map(_reference, (output.value for output in run.outputs.values())))


def _reference(value: Any) -> str | None:
    return str(value["$artefact"]) if isinstance(value, dict) and "$artefact" in value else None
