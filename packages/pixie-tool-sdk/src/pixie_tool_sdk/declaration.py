"""tool.json, as far as a running tool needs it.

The whole contract is checked by `pixie validate`; what is checked here is what the program can't run without.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pixie_tool_sdk.encoding import decode
from pixie_tool_sdk.errors import ToolError

__all__ = ["MISSING", "Declaration", "Input", "Missing", "Output"]

RESERVED: Final = frozenset({"inputs", "run_id", "_pixie"})
"""Keys of the body of POST /run, which no input may take."""

FILE_TYPES: Final = frozenset({"file", "image", "audio"})


class Missing(enum.Enum):
    """What stands where nothing was given, since None is a value."""

    MISSING = "missing"


MISSING: Final = Missing.MISSING


@dataclass(frozen=True, slots=True)
class Input:
    """One declared input. `default` is `MISSING` when tool.json gives none."""

    key: str
    type: str
    required: bool
    default: Any
    endpoint: str | None
    multiple: bool

    @property
    def is_file(self) -> bool:
        """Whether it carries files."""
        return self.type in FILE_TYPES


@dataclass(frozen=True, slots=True)
class Output:
    """One declared output."""

    key: str
    type: str
    streaming: bool


@dataclass(frozen=True, slots=True)
class Declaration:
    """What tool.json in `folder` declares."""

    folder: Path
    id: str
    layout: str
    concurrent: bool
    inputs: dict[str, Input]
    outputs: dict[str, Output]

    @property
    def path(self) -> Path:
        """The file itself."""
        return self.folder / "tool.json"

    @property
    def streams(self) -> bool:
        """Whether any output is streamed, so that /run answers at once and /stream tells the rest."""
        return any(output.streaming for output in self.outputs.values())

    @property
    def progress_key(self) -> str | None:
        """The first output of type progress, which shows what `Run.progress` says."""
        return next((output.key for output in self.outputs.values() if output.type == "progress"), None)

    @classmethod
    def read(cls, folder: Path) -> Declaration:
        """Read tool.json. Raises `ToolError` with every problem and its path in the file."""
        path = folder / "tool.json"
        try:
            raw = decode(path.read_bytes())
        except FileNotFoundError:
            raise ToolError(
                f"there is no tool.json in {folder}: a tool declares its inputs and outputs there"
            ) from None
        except (OSError, ValueError) as error:
            raise ToolError(f"{path} can't be read: {error}") from error
        problems: list[str] = []
        declared = raw if isinstance(raw, dict) else {}
        if not isinstance(raw, dict):
            problems.append("$: expected an object")
        elif not isinstance(raw.get("id"), str):
            problems.append("$.id: expected the tool's id, a string")
        inputs = {key: _input(entry) for key, entry in _entries(declared, "inputs", problems)}
        outputs = {
            key: Output(key, entry["type"], entry.get("streaming") is True)
            for key, entry in _entries(declared, "outputs", problems)
        }
        problems.extend(f"$.inputs: the key {key!r} is reserved" for key in sorted(RESERVED & inputs.keys()))
        if problems:
            raise ToolError(
                "\n".join([f"{path} isn't a tool's declaration:", *(f"  {problem}" for problem in problems)])
            )
        return cls(
            folder=folder,
            id=declared["id"],
            layout=str(declared.get("layout", "form")),
            concurrent=declared.get("concurrent") is not False,
            inputs=inputs,
            outputs=outputs,
        )


def _entries(declared: dict[str, Any], room: str, problems: list[str]) -> list[tuple[str, dict[str, Any]]]:
    listed = declared.get(room)
    if not isinstance(listed, list) or not listed:
        problems.append(f"$.{room}: expected a list of at least one object")
        return []
    found: dict[str, dict[str, Any]] = {}
    for index, entry in enumerate(listed):
        if (
            not isinstance(entry, dict)
            or not isinstance(entry.get("key"), str)
            or not isinstance(entry.get("type"), str)
        ):
            problems.append(f"$.{room}[{index}]: expected an object with a key and a type, both strings")
        elif entry["key"] in found:
            problems.append(f"$.{room}[{index}].key: {entry['key']!r} was there before; keys are unique")
        else:
            found[entry["key"]] = entry
    return list(found.items())


def _input(entry: dict[str, Any]) -> Input:
    endpoint = entry.get("endpoint")
    return Input(
        key=entry["key"],
        type=entry["type"],
        required=entry.get("required") is not False,
        default=entry.get("default", MISSING),
        endpoint=endpoint if isinstance(endpoint, str) else None,
        multiple=entry.get("multiple") is True,
    )
