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
    │   │   └── ArtefactFileMissing it is listed, and its file is gone
    │   ├── InputFileMissing        a file that went into a run is gone
    │   ├── ThumbnailNotFound       an artefact has none, or none yet
    │   ├── WorkspaceNotFound
    │   ├── OutputNotFound
    │   ├── ValidateJobNotFound
    │   ├── ExportJobNotFound       it was cancelled, or is forgotten
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
    │   ├── ExportNotDone           it is still being made
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
    │   ├── ExportTooLarge          more than the format can hold
    │   └── FileAltered             a kept file isn't what it was
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

from pixie_core.errors.base import PixieError, Problem, near
from pixie_core.errors.conflicts import (
    AmbiguousRunId,
    Busy,
    Conflict,
    ExportNotDone,
    QuotaExceeded,
    RunConflict,
    RunNotRunning,
    RunProtected,
    RunsInFlight,
    RunStillRunning,
    SettingPinned,
    TargetExists,
    ToolExists,
    TooManyStreams,
    WorkspaceExists,
)
from pixie_core.errors.exporting import ExportError, ExportTooLarge, FileAltered, MissingExtra, UnsupportedFormat
from pixie_core.errors.folders import (
    DatabaseDamaged,
    DatabaseUnusable,
    DataFolderBusy,
    DataFolderError,
    DataFolderInUse,
    DataFolderReadOnly,
    DiskFull,
    SettingsError,
)
from pixie_core.errors.invalid import InputsInvalid, Invalid, ManifestInvalid, RequestInvalid, ValueInvalid
from pixie_core.errors.missing import (
    ArtefactFileMissing,
    ArtefactNotFound,
    DestinationNotFound,
    ExportJobNotFound,
    InputFileMissing,
    NotFound,
    OutputNotFound,
    RunNotFound,
    ThumbnailNotFound,
    ToolNotFound,
    ValidateJobNotFound,
    WorkspaceNotFound,
)
from pixie_core.errors.tools import (
    RunTimedOut,
    ToolAnsweredGarbage,
    ToolDied,
    ToolError,
    ToolNotInstalled,
    ToolRefused,
    ToolStartFailed,
    ToolSyncFailed,
)

__all__ = [
    "AmbiguousRunId",
    "ArtefactFileMissing",
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
    "ExportJobNotFound",
    "ExportNotDone",
    "ExportTooLarge",
    "FileAltered",
    "InputFileMissing",
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
