"""What to say, and what to do next, when a run didn't end well: one row for each code that a run can end with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pixie_core.run import Run

__all__ = ["Failure", "failure"]


@frozen
class Failure:
    """A sentence that says what happened, one that says what to do, and the command for it, if there is one."""

    title: str
    advice: str
    command: str | None = None


_FAILURES: Mapping[str, Failure] = {
    "tool_not_installed": Failure(
        "The tool has no environment yet.", "Make it with this command, then run again:", "pixie sync {tool}"
    ),
    "tool_sync_failed": Failure(
        "The tool's environment couldn't be made.", "Mend its pyproject.toml, then try again:", "pixie sync {tool}"
    ),
    "tool_start_failed": Failure(
        "The tool didn't start.", "The report of its twelve checks says where it stops:", "pixie validate {tool}"
    ),
    "tool_died": Failure(
        "The tool's process ended during the run.", "What it last wrote is below. It starts afresh with the next run."
    ),
    "tool_refused": Failure("The tool answered with an error.", "Change the inputs that it names and run again."),
    "tool_bad_response": Failure(
        "The tool's answer can't be read.", "The report of its checks shows what came:", "pixie validate {tool}"
    ),
    "run_timed_out": Failure(
        "The run took longer than the tool allows.",
        "Give it less to do, or raise max_runtime_seconds in its tool.json.",
    ),
    "value_invalid": Failure(
        "An output doesn't have the shape of its type.", "The report of its checks says which:", "pixie validate {tool}"
    ),
}
_BY_STATUS: Mapping[str, Failure] = {
    "error": Failure("The run failed.", "Change the inputs and run again."),
    "cancelled": Failure("The run was cancelled.", "What had come until then is kept. Run again when you like."),
    "interrupted": Failure(
        "The run was interrupted.", "Pixie stopped while it was going; nothing is repeated by itself. Run it again."
    ),
}


def failure(run: Run) -> Failure | None:
    """What to say of a run that has ended and not well; None for any other."""
    found = _BY_STATUS.get(run.status)
    if found is None:
        return None
    if run.status == "error":
        found = _FAILURES.get(run.error_code or "", found)
    command = found.command.replace("{tool}", run.tool_id) if found.command else None
    return Failure(found.title, found.advice, command)
