"""A tool, or its environment, failed."""

from __future__ import annotations

from attrs import define, field

from pixie_core.errors.base import PixieError

__all__ = [
    "RunTimedOut",
    "ToolAnsweredGarbage",
    "ToolDied",
    "ToolError",
    "ToolNotInstalled",
    "ToolRefused",
    "ToolStartFailed",
    "ToolSyncFailed",
]


@define(eq=False, str=False)
class ToolError(PixieError):
    """A tool, or its environment, failed; `stderr` holds the end of what it wrote there."""

    code = "tool_failed"
    tool_id: str
    message: str
    stderr: str = field(default="", repr=False)

    def __str__(self) -> str:
        return self.message


class ToolNotInstalled(ToolError):
    """The tool has no working .venv yet."""

    code = "tool_not_installed"


class ToolSyncFailed(ToolError):
    """uv couldn't make the tool's environment; the message is uv's own reason."""

    code = "tool_sync_failed"


class ToolStartFailed(ToolError):
    """The tool's process never got healthy, or ended before it did."""

    code = "tool_start_failed"


class ToolDied(ToolError):
    """The tool's process ended during the run."""

    code = "tool_died"


class ToolRefused(ToolError):
    """The tool answered with an error of its own; the message is its `detail`."""

    code = "tool_refused"


class ToolAnsweredGarbage(ToolError):
    """What the tool answered can't be read as an answer."""

    code = "tool_bad_response"


class RunTimedOut(ToolError):
    """The run took longer than the tool's limit."""

    code = "run_timed_out"
