"""What was asked for can not be, as things stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import define

from pixie_core.errors.base import PixieError, Said

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "AmbiguousRunId",
    "Busy",
    "Conflict",
    "ExportNotDone",
    "QuotaExceeded",
    "RunConflict",
    "RunNotRunning",
    "RunProtected",
    "RunStillRunning",
    "RunsInFlight",
    "SettingPinned",
    "TargetExists",
    "TooManyStreams",
    "ToolExists",
    "WorkspaceExists",
]


class Conflict(PixieError):
    """What was asked for doesn't go with how things stand."""

    code = "conflict"


@define(eq=False, str=False)
class AmbiguousRunId(Conflict):
    """Several runs begin so; `candidates` are their ids, newest first."""

    code = "ambiguous_run_id"
    prefix: str
    candidates: tuple[str, ...]

    def __str__(self) -> str:
        return f"Several runs begin with {self.prefix!r}: {', '.join(self.candidates)}. Give more characters."


@define(eq=False, str=False)
class RunConflict(Conflict):
    """A run with this id exists, for another tool or with other inputs; `because` says it, where it is known better."""

    code = "run_conflict"
    run_id: str
    because: str | None = None

    def __str__(self) -> str:
        if self.because is not None:
            return f"A run {self.run_id} exists already: {self.because}"
        return f"A run {self.run_id} exists already, with other inputs or for another tool. Choose a new id."


@define(eq=False, str=False)
class RunNotRunning(Conflict):
    """The run has ended, so that it can't be cancelled."""

    code = "run_not_running"
    run_id: str
    status: str

    def __str__(self) -> str:
        return f"Run {self.run_id[:8]} isn't running: its status is {self.status}."


@define(eq=False, str=False)
class ExportNotDone(Conflict):
    """The export is still being made; `progress` is its part that is done, from 0 to 1, where that is known."""

    code = "export_not_done"
    job_id: str
    progress: float | None

    def __str__(self) -> str:
        far = "" if self.progress is None else f": {self.progress:.0%} of it is done"
        return f"The export {self.job_id[:8]} is still being made{far}. Ask for its content once its status is done."


@define(eq=False, str=False)
class RunStillRunning(Conflict):
    """The run hasn't ended, so that it can't be deleted."""

    code = "run_still_running"
    run_id: str

    def __str__(self) -> str:
        return f"Run {self.run_id[:8]} is still running. Nothing was deleted; cancel it first."


@define(eq=False, str=False)
class RunProtected(Conflict):
    """The run, or a file of it, is starred or labelled, so that nothing of it is deleted; `because` says which.

    `artefact_id` is set where a file was to be deleted.
    """

    code = "run_protected"
    run_id: str
    because: str
    artefact_id: int | None = None

    def __str__(self) -> str:
        what = f"Run {self.run_id[:8]}" if self.artefact_id is None else f"Artefact {self.artefact_id}"
        return f"{what} is protected: {self.because}. Nothing was deleted; take the star or the label away first."


@define(eq=False, str=False)
class RunsInFlight(Conflict):
    """The tool's process has runs in flight; `run_ids` are theirs."""

    code = "runs_in_flight"
    tool_id: str
    run_ids: tuple[str, ...]

    def __str__(self) -> str:
        runs = ", ".join(run_id[:8] for run_id in self.run_ids)
        return f"{self.tool_id} is at work on {runs}. Force ends them as cancelled."


@define(eq=False, str=False)
class WorkspaceExists(Conflict):
    """A workspace has this name already."""

    code = "workspace_exists"
    name: str

    def __str__(self) -> str:
        return f"There is a workspace {self.name!r} already. Nothing was changed; choose another name."


@define(eq=False, str=False)
class SettingPinned(Conflict):
    """Settings can't be changed here, since something that goes before says them; `variables` are their names."""

    code = "setting_pinned"
    variables: tuple[str, ...]

    def __str__(self) -> str:
        named = ", ".join(self.variables)
        return (
            f"{named}: said by the environment, by .env in the data folder or by the program that opened Pixie, which "
            "go before what is kept here. Nothing was changed; take it away there, and start Pixie again."
        )


@define(eq=False, str=False)
class TargetExists(Conflict):
    """A file is there already and isn't overwritten unasked."""

    code = "target_exists"
    path: Path

    def __str__(self) -> str:
        return f"{self.path} exists already. Nothing was written; --force overwrites it, --to names another file."


@define(eq=False, str=False)
class ToolExists(Conflict):
    """A tool with this id is there already and isn't replaced unasked."""

    code = "tool_exists"
    tool_id: str

    def __str__(self) -> str:
        return f"There is a tool {self.tool_id!r} already. Nothing was changed; to replace it has to be asked for."


class Busy(Said):
    """As many runs as allowed are active or waiting; try again later."""

    code = "busy"


class TooManyStreams(Busy):
    """As many streams of events as allowed are being read."""

    code = "too_many_streams"


class QuotaExceeded(Said):
    """A run left more files, or larger ones, than the settings allow."""

    code = "quota_exceeded"
