"""What was asked for is not there."""

from __future__ import annotations

from attrs import define

from pixie_core.errors.base import PixieError

__all__ = [
    "ArtefactFileMissing",
    "ArtefactNotFound",
    "DestinationNotFound",
    "ExportJobNotFound",
    "InputFileMissing",
    "NotFound",
    "OutputNotFound",
    "RunNotFound",
    "ThumbnailNotFound",
    "ToolNotFound",
    "ValidateJobNotFound",
    "WorkspaceNotFound",
]


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
        return f"There is no artefact {self.artefact_id}. `pixie list-outputs` lists those that there are."


@define(eq=False, str=False)
class ArtefactFileMissing(ArtefactNotFound):
    """An artefact is listed and its file isn't on the disk any more, or isn't a regular file; `filename` is its name,
    `run_id` the run that left it.
    """

    code = "artefact_file_missing"
    filename: str
    run_id: str

    def __str__(self) -> str:
        return (
            f"The file {self.filename} (artefact {self.artefact_id}) of run {self.run_id[:8]} isn't on the disk any "
            "more. `pixie fsck` says what else is missing; a backup of the data folder may have it."
        )


@define(eq=False, str=False)
class InputFileMissing(NotFound):
    """A file that went into a run isn't on the disk any more; `filename` is its name."""

    code = "input_file_missing"
    run_id: str
    filename: str

    def __str__(self) -> str:
        return (
            f"The file {self.filename}, an input of run {self.run_id[:8]}, isn't on the disk any more. `pixie fsck` "
            "says what else is missing; a backup of the data folder may have it."
        )


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
class ExportJobNotFound(NotFound):
    """No export in the background has this id: it was cancelled, or it was too long ago."""

    code = "export_job_not_found"
    job_id: str

    def __str__(self) -> str:
        return (
            f"There is no export job {self.job_id!r}. What is done is kept for ten minutes, and not beyond a restart. "
            "Start it again."
        )


@define(eq=False, str=False)
class DestinationNotFound(NotFound):
    """No folder that outputs can be sent to has this name; `known` lists those that there are."""

    code = "destination_not_found"
    name: str
    known: tuple[str, ...] = ()

    def __str__(self) -> str:
        has = f"There are {', '.join(self.known)}." if self.known else "`pixie register-export-target` names one."
        return f"There is no destination {self.name!r}. {has}"
