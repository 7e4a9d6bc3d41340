"""What a validation found: twelve checks, in their order, as a value that is shown, stored and sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from attrs import asdict, field, frozen

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pixie_core.errors import Problem

__all__ = ["CHECKS", "Check", "Finding", "Report", "Status", "from_problems", "in_brief"]

Status: TypeAlias = Literal["pass", "warn", "fail", "skip"]

CHECKS = (
    "folder_structure",
    "tool_json_parses",
    "schemas_coherent",
    "pyproject_ok",
    "venv_functional",
    "tool_spawns",
    "schema_matches_disk",
    "sample_input_run",
    "output_conforms",
    "streaming_check",
    "clean_shutdown",
    "reference_fixtures_match",
)
"""The names of the checks, in their order."""


@frozen
class Finding:
    """What one check found: `message` is a line, `details` are lines that say more."""

    status: Status
    message: str
    details: tuple[str, ...] = ()


@frozen
class Check:
    """One check as the report holds it. `number` counts from 1; `duration_ms` is in milliseconds."""

    number: int
    name: str
    status: Status
    message: str
    details: tuple[str, ...] = ()
    duration_ms: int = 0


@frozen(kw_only=True)
class Report:
    """How a tool stood when it was validated.

    `sample_inputs` are what the probe sent and `sample_output` what came back, long texts and lists cut;
    `spawn_log` is the end of what the process wrote, secrets masked; `warnings` are the messages of all that is
    worth a look and stops nothing.
    """

    tool_id: str
    tool_path: str
    timestamp: str
    checks: tuple[Check, ...]
    sample_inputs: Any = None
    sample_output: Any = None
    spawn_log: str = field(default="", repr=False)
    warnings: tuple[str, ...] = ()

    @property
    def overall(self) -> Literal["pass", "warn", "fail"]:
        """Any fail is fail, else any warn is warn, else pass."""
        found = {check.status for check in self.checks}
        return "fail" if "fail" in found else "warn" if "warn" in found else "pass"

    def check(self, name: str) -> Check:
        """The check of this name. Raises KeyError."""
        return {check.name: check for check in self.checks}[name]

    def to_json(self) -> dict[str, Any]:
        """The report as JSON."""
        return {
            "tool_id": self.tool_id,
            "tool_path": self.tool_path,
            "timestamp": self.timestamp,
            "overall": self.overall,
            "checks": [{**asdict(check), "details": list(check.details)} for check in self.checks],
            "sample_inputs": self.sample_inputs,
            "sample_output": self.sample_output,
            "spawn_log": self.spawn_log,
            "warnings": list(self.warnings),
        }


def from_problems(problems: Iterable[Problem], well: str) -> Finding:
    """A finding from problems: errors fail, warnings warn, none passes with the words `well`. Errors come first."""
    ordered = sorted(problems, key=lambda each: each.severity != "error")
    if not ordered:
        return Finding("pass", well)
    status: Status = "fail" if ordered[0].severity == "error" else "warn"
    said = tuple(map(str, ordered))
    message = said[0] if len(said) == 1 else f"{len(said)} problems; the first: {said[0]}"
    return Finding(status, " ".join(message.split()), said if len(said) > 1 or "\n" in said[0] else ())


_LONGEST_TEXT = 400
_LONGEST_LIST = 20
_DEEPEST = 12


def in_brief(value: Any, depth: int = 0) -> Any:
    """A value for people to look at: long texts and lists cut, and said to be."""
    if isinstance(value, str):
        return value if len(value) <= _LONGEST_TEXT else f"{value[:_LONGEST_TEXT]}… ({len(value):,} characters)"
    if isinstance(value, list | tuple | dict) and depth >= _DEEPEST:
        return "…"
    if isinstance(value, dict):
        shown = {str(key): in_brief(each, depth + 1) for key, each in list(value.items())[: _LONGEST_LIST * 5]}
        return shown if len(value) == len(shown) else {**shown, "…": f"and {len(value) - len(shown):,} more"}
    if isinstance(value, list | tuple):
        items = [in_brief(each, depth + 1) for each in value[:_LONGEST_LIST]]
        return items if len(value) == len(items) else [*items, f"… and {len(value) - len(items):,} more"]
    return value
