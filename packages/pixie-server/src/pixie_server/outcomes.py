"""What an error means at the edges: the one table from `pixie_core.errors` to status, title and exit code.

    outcome(error)     how a route or a command answers it

An error finds its row by its class, else by the nearest class above it. A new error below a known one is thereby
answered sensibly at once, and a row of its own says it better.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from pixie_core import errors

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pixie_core.errors import PixieError

__all__ = ["FAILED", "NO_SERVER", "OUTCOMES", "USAGE", "Outcome", "outcome"]

FAILED = 1
"""Exit code: it failed, or the check is red."""

USAGE = 2
"""Exit code: the command line, the settings or the inputs are wrong; nothing was done."""

NO_SERVER = 3
"""Exit code: the command needs the server and it isn't running."""


@frozen
class Outcome:
    """How an error is answered."""

    status: int
    """The HTTP status."""
    title: str
    """The problem's title (RFC 9457): the same for every error of the kind."""
    exit_code: int = FAILED
    """What a command ends with."""


OUTCOMES: Mapping[type[PixieError], Outcome] = {
    errors.PixieError: Outcome(500, "Something went wrong in Pixie"),
    errors.SettingsError: Outcome(503, "A setting is wrong", USAGE),
    errors.DataFolderError: Outcome(503, "The data folder can't be used"),
    errors.DataFolderInUse: Outcome(503, "The data folder is in use"),
    errors.DataFolderBusy: Outcome(503, "The data folder is busy"),
    errors.DataFolderReadOnly: Outcome(503, "The data folder can only be read"),
    errors.DiskFull: Outcome(507, "The disk is full"),
    errors.DatabaseUnusable: Outcome(503, "The database can't be used"),
    errors.DatabaseDamaged: Outcome(503, "The database is damaged"),
    errors.NotFound: Outcome(404, "Not found"),
    errors.ToolNotFound: Outcome(404, "No such tool"),
    errors.RunNotFound: Outcome(404, "No such run"),
    errors.ArtefactNotFound: Outcome(404, "No such artefact"),
    errors.ArtefactFileMissing: Outcome(410, "The file is gone"),
    errors.InputFileMissing: Outcome(410, "The file of an input is gone"),
    errors.ThumbnailNotFound: Outcome(404, "No thumbnail"),
    errors.WorkspaceNotFound: Outcome(404, "No such workspace"),
    errors.OutputNotFound: Outcome(404, "No such output"),
    errors.ValidateJobNotFound: Outcome(404, "No such validation job"),
    errors.ExportJobNotFound: Outcome(404, "No such export job"),
    errors.DestinationNotFound: Outcome(404, "No such destination"),
    errors.Invalid: Outcome(422, "Not valid", USAGE),
    # The tool's own file is wrong, and not what was asked of it.
    errors.ManifestInvalid: Outcome(422, "The tool's declaration isn't valid"),
    errors.InputsInvalid: Outcome(422, "The inputs aren't valid", USAGE),
    errors.ValueInvalid: Outcome(422, "The value doesn't have the shape of its type"),
    errors.RequestInvalid: Outcome(422, "The request isn't valid", USAGE),
    errors.Conflict: Outcome(409, "That doesn't go with how things stand"),
    errors.AmbiguousRunId: Outcome(409, "Several runs begin so"),
    errors.RunConflict: Outcome(409, "The run id is taken"),
    errors.RunNotRunning: Outcome(409, "The run has ended"),
    errors.ExportNotDone: Outcome(409, "The export isn't done"),
    errors.RunStillRunning: Outcome(409, "The run hasn't ended"),
    errors.RunProtected: Outcome(409, "The run is protected"),
    errors.RunsInFlight: Outcome(409, "Runs are in flight"),
    errors.WorkspaceExists: Outcome(409, "A workspace has that name already"),
    errors.SettingPinned: Outcome(409, "The setting is said elsewhere"),
    errors.TargetExists: Outcome(409, "A file is there already"),
    errors.ToolExists: Outcome(409, "A tool is there already"),
    errors.Busy: Outcome(429, "Too much at once"),
    errors.TooManyStreams: Outcome(429, "Too many streams of events"),
    errors.QuotaExceeded: Outcome(507, "No more room for files"),
    # What would make it isn't there: a browser for pictures, an extra for PDF.
    errors.ExportError: Outcome(501, "The export can't be made here"),
    errors.UnsupportedFormat: Outcome(415, "Not a format that this can become", USAGE),
    errors.MissingExtra: Outcome(501, "An extra isn't installed"),
    errors.ExportTooLarge: Outcome(413, "More than the format can hold"),
    errors.FileAltered: Outcome(409, "A kept file was altered"),
    errors.ToolError: Outcome(502, "The tool failed"),
    errors.ToolNotInstalled: Outcome(409, "The tool isn't installed"),
    errors.ToolSyncFailed: Outcome(502, "The tool's environment couldn't be made"),
    errors.ToolStartFailed: Outcome(502, "The tool didn't start"),
    errors.ToolDied: Outcome(502, "The tool's process ended"),
    errors.ToolRefused: Outcome(502, "The tool refused"),
    errors.ToolAnsweredGarbage: Outcome(502, "The tool's answer can't be read"),
    errors.RunTimedOut: Outcome(504, "The run took too long"),
}
"""Statuses by the contract: 4xx, 501, 502 and 504 for what was asked; 503 and 507 for the state that Pixie is in."""


def outcome(error: PixieError | type[PixieError]) -> Outcome:
    """How this error is answered: by the row of its class, else of the nearest class above it."""
    kind = error if isinstance(error, type) else type(error)
    return next(OUTCOMES[each] for each in kind.__mro__ if each in OUTCOMES)
