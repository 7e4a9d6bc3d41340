"""Every error that Pixie raises on purpose.

    PixieError
    ├── SettingsError               a PIXIE_* variable or .env line is wrong
    ├── DataFolderError             the data folder can't be read or written
    │   ├── DataFolderInUse         another server holds it
    │   ├── DataFolderBusy          somebody writes for longer than we wait
    │   ├── DataFolderReadOnly      it can be read, and not written
    │   ├── DiskFull
    │   └── DatabaseUnusable        pixie.db is another program's, or newer than this Pixie
    │       └── DatabaseDamaged
    ├── NotFound
    │   ├── ToolNotFound
    │   ├── RunNotFound
    │   ├── ArtefactNotFound
    │   ├── ThumbnailNotFound       an artefact has none, or none yet
    │   ├── WorkspaceNotFound
    │   ├── OutputNotFound
    │   ├── ValidateJobNotFound
    │   └── DestinationNotFound     no folder has been named so
    ├── Invalid                     problems, each with its path
    │   ├── ManifestInvalid         a tool.json
    │   ├── InputsInvalid           the inputs of a run
    │   ├── ValueInvalid            an output's value
    │   └── RequestInvalid          anything else that a caller handed in
    ├── Conflict
    │   ├── AmbiguousRunId
    │   ├── RunConflict             the same run id with other inputs
    │   ├── RunNotRunning
    │   ├── RunStillRunning         what is at work can't be deleted
    │   ├── RunProtected            it, or a file of it, is starred or labelled
    │   ├── RunsInFlight            a process can't be stopped under its runs
    │   ├── WorkspaceExists
    │   ├── SettingPinned           a variable, .env or the program itself says it
    │   ├── TargetExists            a file would be overwritten
    │   └── ToolExists              a tool would be replaced
    ├── Busy                        too many runs
    │   └── TooManyStreams          of events are read at a time
    ├── QuotaExceeded               more files, or larger ones, than a run may leave
    ├── ExportError
    │   ├── UnsupportedFormat
    │   ├── MissingExtra            a library that is installed apart
    │   └── ExportTooLarge          more than the format can hold
    └── ToolError                   a tool, or its environment, failed
        ├── ToolNotInstalled
        ├── ToolSyncFailed
        ├── ToolStartFailed         it never got healthy, or died first
        ├── ToolDied                it died during the run
        ├── ToolRefused             it answered 4xx or 5xx
        ├── ToolAnsweredGarbage     it answered what isn't an answer
        └── RunTimedOut

An error has a stable `code` for programs, a message for people (`str(error)`), and its facts as attributes.
It knows no HTTP status and no exit code: the server has the one table that says those.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, ClassVar, Literal

from attrs import define, evolve, field, frozen

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

__all__ = [
    "AmbiguousRunId",
    "ArtefactNotFound",
    "Busy",
    "Conflict",
    "DataFolderBusy",
    "DataFolderError",
    "DataFolderInUse",
    "DataFolderReadOnly",
    "DatabaseDamaged",
    "DatabaseUnusable",
    "DestinationNotFound",
    "DiskFull",
    "ExportError",
    "ExportTooLarge",
    "InputsInvalid",
    "Invalid",
    "ManifestInvalid",
    "MissingExtra",
    "NotFound",
    "OutputNotFound",
    "PixieError",
    "Problem",
    "QuotaExceeded",
    "RequestInvalid",
    "RunConflict",
    "RunNotFound",
    "RunNotRunning",
    "RunProtected",
    "RunStillRunning",
    "RunTimedOut",
    "RunsInFlight",
    "SettingPinned",
    "SettingsError",
    "TargetExists",
    "ThumbnailNotFound",
    "TooManyStreams",
    "ToolAnsweredGarbage",
    "ToolDied",
    "ToolError",
    "ToolExists",
    "ToolNotFound",
    "ToolNotInstalled",
    "ToolRefused",
    "ToolStartFailed",
    "ToolSyncFailed",
    "UnsupportedFormat",
    "ValidateJobNotFound",
    "ValueInvalid",
    "WorkspaceExists",
    "WorkspaceNotFound",
    "near",
]


_UNKNOWN = re.compile(r"""(?P<what>unknown \w+ ('[^']*'|"[^"]*")): (?P<cure>.*)""", re.DOTALL)


@frozen
class Problem:
    """One thing that is wrong with a value that was handed in.

    `path` says where, as a JSONPath from the value's root (`$.outputs[2].type`); `message` says what was
    found, what was expected and, where that is known, what to do. A `warning` is worth saying and stops
    nothing.
    """

    path: str
    message: str
    severity: Literal["error", "warning"] = "error"

    @classmethod
    def unknown(
        cls, what: str, name: str, path: str, cure: str, severity: Literal["error", "warning"] = "error"
    ) -> Problem:
        """A name that isn't known: it reads `unknown type 'chartline' at $.outputs[2].type: did you mean
        chart_line?`, and its message is the same without the path.
        """
        return cls(path, f"unknown {what} {name!r}: {cure}", severity)

    def under(self, step: str) -> Problem:
        """The same problem, seen from one level further out: `step` is `.key` or `[3]`."""
        return evolve(self, path="$" + step + self.path.removeprefix("$"))

    def __str__(self) -> str:
        if unknown := _UNKNOWN.fullmatch(self.message):
            return f"{unknown['what']} at {self.path}: {unknown['cure']}"
        return f"{self.path}: {self.message}"


def near(name: str, known: Iterable[str]) -> str | None:
    """The known name that a typo most likely meant, or None."""
    return next(iter(get_close_matches(name, list(known), n=1, cutoff=0.6)), None)


def _all(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    return tuple(problems)


class PixieError(Exception):
    """The root: catch it to catch whatever Pixie raises on purpose."""

    code: ClassVar[str] = "error"


@define(eq=False, str=False)
class _Said(PixieError):
    message: str

    def __str__(self) -> str:
        return self.message


class SettingsError(_Said):
    """A setting is wrong; the message names the variable, the value and what is allowed."""

    code = "settings_invalid"


class DataFolderError(_Said):
    """The data folder can't be used as it is."""

    code = "data_folder_unusable"


@define(eq=False, str=False)
class DataFolderInUse(DataFolderError):
    """Another server holds this data folder; `pid` is its process, where it could be read."""

    code = "data_folder_in_use"
    pid: int | None = None


class DataFolderBusy(DataFolderError):
    """Another process writes, or holds a lock, for longer than Pixie waits; nothing was changed."""

    code = "data_folder_busy"


class DataFolderReadOnly(DataFolderError):
    """The data folder can be read and not written; nothing was changed."""

    code = "data_folder_read_only"


class DiskFull(DataFolderError):
    """There is no room left; nothing was recorded of what was asked."""

    code = "disk_full"


class DatabaseUnusable(DataFolderError):
    """pixie.db is damaged, or was written by a newer Pixie; nothing was changed."""

    code = "database_unusable"


class DatabaseDamaged(DatabaseUnusable):
    """pixie.db is damaged; nothing was changed, and it was copied aside."""

    code = "database_damaged"


class NotFound(PixieError):
    """What was asked for isn't there."""

    code = "not_found"


@define(eq=False, str=False)
class ToolNotFound(NotFound):
    """No tool has this id; `near` holds the ids that look like it."""

    code = "tool_not_found"
    tool_id: str
    near: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.near:
            return f"There is no tool {self.tool_id!r}. Did you mean {' or '.join(self.near)}?"
        return f"There is no tool {self.tool_id!r}. `pixie list-tools` shows those that there are."


@define(eq=False, str=False)
class RunNotFound(NotFound):
    """No run has this id, or one that begins so."""

    code = "run_not_found"
    run_id: str

    def __str__(self) -> str:
        return f"There is no run {self.run_id!r}. `pixie view-runs TOOL` lists a tool's runs."


@define(eq=False, str=False)
class ArtefactNotFound(NotFound):
    """No artefact has this id, or it was deleted."""

    code = "artefact_not_found"
    artefact_id: int

    def __str__(self) -> str:
        return f"There is no artefact {self.artefact_id}."


@define(eq=False, str=False)
class ThumbnailNotFound(NotFound):
    """An artefact has no thumbnail, or none yet. `tried` says that none can be made of its bytes."""

    code = "thumbnail_not_found"
    artefact_id: int
    mime: str
    tried: bool = False

    def __str__(self) -> str:
        if self.tried:
            return f"No thumbnail can be made of artefact {self.artefact_id}: its bytes can't be read as {self.mime}."
        return (
            f"Artefact {self.artefact_id}, which is {self.mime}, has no thumbnail. Pictures and films get one from the "
            "server, in the background."
        )


@define(eq=False, str=False)
class WorkspaceNotFound(NotFound):
    """No workspace has this number or name."""

    code = "workspace_not_found"
    workspace: int | str

    def __str__(self) -> str:
        return f"There is no workspace {self.workspace!r}."


@define(eq=False, str=False)
class OutputNotFound(NotFound):
    """The run has no such output; `known` lists those that it has."""

    code = "output_not_found"
    run_id: str
    key: str
    known: tuple[str, ...] = ()

    def __str__(self) -> str:
        has = f"It has {', '.join(self.known)}." if self.known else "It has none."
        return f"Run {self.run_id[:8]} has no output {self.key!r}. {has}"


@define(eq=False, str=False)
class ValidateJobNotFound(NotFound):
    """No validation of several tools has this id, or it was too long ago."""

    code = "validate_job_not_found"
    job_id: str

    def __str__(self) -> str:
        return f"There is no validation job {self.job_id!r}. They are kept for 30 days."


@define(eq=False, str=False)
class DestinationNotFound(NotFound):
    """No folder that outputs can be sent to has this name; `known` lists those that there are."""

    code = "destination_not_found"
    name: str
    known: tuple[str, ...] = ()

    def __str__(self) -> str:
        has = f"There are {', '.join(self.known)}." if self.known else "`pixie register-export-target` names one."
        return f"There is no destination {self.name!r}. {has}"


@define(eq=False, str=False)
class Invalid(PixieError):
    """Something handed in is wrong; `problems` has every one of them with its path."""

    code = "invalid"
    what: str
    problems: tuple[Problem, ...] = field(converter=_all)

    def __str__(self) -> str:
        if len(self.problems) == 1:
            return f"{self.what}: {self.problems[0]}"
        return f"{self.what}, {len(self.problems)} problems:\n" + "\n".join(f"  {p}" for p in self.problems)


class ManifestInvalid(Invalid):
    """A tool.json doesn't meet the contract."""

    code = "manifest_invalid"


class InputsInvalid(Invalid):
    """The inputs of a run don't meet the tool's declaration; the tool wasn't called."""

    code = "inputs_invalid"


class ValueInvalid(Invalid):
    """An output's value doesn't have the shape of its type."""

    code = "value_invalid"


class RequestInvalid(Invalid):
    """A request's parameters or body are wrong."""

    code = "request_invalid"


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


class Busy(_Said):
    """As many runs as allowed are active or waiting; try again later."""

    code = "busy"


class TooManyStreams(Busy):
    """As many streams of events as allowed are being read."""

    code = "too_many_streams"


class QuotaExceeded(_Said):
    """A run left more files, or larger ones, than the settings allow."""

    code = "quota_exceeded"


class ExportError(_Said):
    """An export couldn't be made."""

    code = "export_failed"


@define(eq=False, str=False)
class UnsupportedFormat(ExportError):
    """The value can't become this format; `formats` lists those that it can."""

    code = "unsupported_format"
    formats: tuple[str, ...] = ()


@define(eq=False, str=False)
class MissingExtra(ExportError):
    """The format needs a library that is installed apart: with `extra`."""

    code = "missing_extra"
    message: str = field(init=False, repr=False)
    format: str
    extra: str

    def __attrs_post_init__(self) -> None:
        self.message = (
            f"The format {self.format} needs the extra {self.extra!r}, which isn't installed. "
            f"Install it with: uv pip install 'pixie-core[{self.extra}]'"
        )


class ExportTooLarge(ExportError):
    """The value is more than the format can hold; the message names formats that hold it."""

    code = "export_too_large"


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
