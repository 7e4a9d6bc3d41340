"""What the JSON API answers: one attrs class for each shape, from which the OpenAPI document and so the
client are made.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from attrs import asdict, frozen

from pixie_core.catalogue.base import field
from pixie_core.exporters import option_help
from pixie_core.store import OnDisk
from pixie_core.tool import Limits

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pixie_core import Pixie
    from pixie_core.exporters import Format
    from pixie_core.run import Run
    from pixie_core.run.events import Artefact
    from pixie_core.store import Page, StoredArtefact, ValidateJob

__all__ = [
    "ArtefactItem",
    "ArtefactOut",
    "ArtefactPage",
    "DeletedArtefact",
    "DeletedRun",
    "ErrorOut",
    "FormatOption",
    "FormatOut",
    "Health",
    "Origin",
    "ProcessOut",
    "RunError",
    "RunLog",
    "RunOut",
    "RunPage",
    "RunSummary",
    "SecretChanged",
    "SecretOut",
    "Tagged",
    "ToolDetail",
    "ToolItem",
    "ToolLog",
    "ToolStatus",
    "ValidateJobOut",
    "ValidationSummary",
]

ToolStatus = Literal["dormant", "warm", "running", "failed", "invalid", "not_installed", "archived"]
Origin = Literal["form", "api", "cli", "script", "skill", "mcp"]
RunStatus = Literal["running", "ok", "error", "cancelled", "interrupted"]


@frozen(kw_only=True)
class Health:
    """Pixie is fully booted."""

    ok: bool = field(help="always true; while it boots there is no answer")


@frozen(kw_only=True)
class ProcessOut:
    """One process of a tool, as the launcher has it."""

    tool_id: str = field(help="the tool that it is of")
    status: Literal["starting", "warm", "running", "stopping"] = field(help="running: it has a run in flight")
    pid: int | None = field(help="its process id; null until there is one")
    port: int | None = field(help="where it listens on loopback; null until it is up")
    runs_in_flight: int = field(help="how many runs are in it")
    idle_seconds: float | None = field(help="for how long it has had none; null while it has one")
    resident_bytes: int | None = field(help="the memory that it and its children hold")


@frozen(kw_only=True)
class ValidationSummary:
    """The newest validation of a tool in a word."""

    overall: Literal["pass", "warn", "fail"] = field(help="the worst of the checks")
    timestamp: str = field(help="when, UTC in ISO 8601")


@frozen(kw_only=True)
class ToolItem:
    """A tool in the list."""

    id: str = field(help="its name in addresses")
    name: str = field(help="its name for people")
    description: str | None = field(help="what it does")
    category: str | None = field(help="where it stands; may hold / levels")
    tags: list[str] = field(help="words to find it by")
    status: ToolStatus = field(help="what state it is in")
    layout: Literal["form", "chat", "split"] = field(help="how its page is laid out")
    archived: bool = field(help="kept, but out of sight")
    validation: ValidationSummary | None = field(help="its newest validation, if it has been validated")


@frozen(kw_only=True)
class ProblemOut:
    """One thing that is wrong."""

    path: str = field(help="where, as a JSONPath")
    message: str = field(help="what was found, what was expected, and what to do")


@frozen(kw_only=True)
class ToolDetail(ToolItem):
    """A tool with its declaration."""

    folder: str = field(help="the folder's name under the tools folder")
    declaration: dict[str, Any] | None = field(help="its tool.json; null when it is invalid")
    problems: list[ProblemOut] = field(help="what is wrong with its tool.json, or worth a warning")
    favourited: bool = field(help="the user's favourite")
    pinned: bool = field(help="kept at the top of lists")
    pinned_warm: bool = field(help="its process isn't stopped for being idle")
    sort_order: int | None = field(help="its rank in lists, the smallest first; null: after those that have one")
    own_tags: list[str] = field(help="the tags that the user gave it, beside those of its tool.json")
    limits: Limits | None = field(help="the limits that hold; null when its tool.json is invalid")
    overrides: Limits = field(help="the limits that the user set in place of its tool.json's")
    run_counts: dict[str, int] = field(help="how many runs there are, by their status")


@frozen(kw_only=True)
class ToolLog:
    """What a tool's process wrote to stderr."""

    tool_id: str = field(help="the tool")
    text: str = field(help="the end of it, at most 64 KiB, secrets masked; empty when no process was started")


@frozen(kw_only=True)
class SecretOut:
    """A secret that a tool's tool.json lists, or that is set for it; never its value."""

    key: str = field(help="the name of the environment variable")
    set: bool = field(help="the tool's process gets it")
    updated_at: str | None = field(help="when it was set, UTC in ISO 8601; null when it isn't, or was set by hand")
    withheld: bool = field(help="kept back since the tool's code was replaced by an import, until that is confirmed")
    masked: bool = field(help="false: it is set, and too short to be masked in what the tool says")
    declared: bool = field(help="tool.json lists it")
    required: bool = field(help="the tool doesn't work without it")
    description: str | None = field(help="what it is and where to get one, as tool.json says")


@frozen(kw_only=True)
class SecretChanged(SecretOut):
    """A secret that was set."""

    warnings: list[str] = field(help="what to know of it, as that it is too short to be masked")


@frozen(kw_only=True)
class VerdictOut:
    """How one tool of a validation job did."""

    tool_id: str = field(help="the tool")
    overall: Literal["pass", "warn", "fail"] = field(help="the worst of its checks")
    timestamp: str = field(help="when it was validated, UTC in ISO 8601")


@frozen(kw_only=True)
class ValidateJobOut:
    """A validation of several tools, and how far it has come."""

    id: str = field(help="a UUID")
    status: Literal["running", "finished", "interrupted"] = field(help="interrupted: Pixie ended before it was done")
    started_at: str = field(help="when it was begun, UTC in ISO 8601")
    finished_at: str | None = field(help="when it ended; null while it runs, and where its end wasn't seen")
    total: int = field(help="how many tools were asked for")
    done: list[VerdictOut] = field(help="those that are done, in the order of their end")
    waiting: list[str] = field(help="the ids of those that aren't done")

    @classmethod
    def of(cls, job: ValidateJob) -> ValidateJobOut:
        """As the store keeps it."""
        done = {each.tool_id for each in job.done}
        return cls(
            id=job.id,
            status=job.status,
            started_at=job.started_at,
            finished_at=job.finished_at,
            total=len(job.tool_ids),
            done=[
                VerdictOut(tool_id=each.tool_id, overall=each.overall, timestamp=each.timestamp) for each in job.done
            ],
            waiting=[each for each in job.tool_ids if each not in done],
        )


@frozen(kw_only=True)
class ArtefactOut:
    """A file that a run left."""

    id: int = field(help="its number")
    filename: str = field(help="its name")
    mime: str = field(help="its media type")
    size_bytes: int = field(help="its size in bytes")
    sha256: str = field(help="its SHA-256 in hex")
    output_key: str | None = field(help="the output that it belongs to, if any")
    url: str = field(help="where its bytes are")
    on_disk: OnDisk | None = field(
        help="whether its bytes are what the run left: unchanged, modified after the run, missing; unchecked where it "
        "was written to since and is large, until somebody asks for it alone; null where nobody looked",
        default=None,
    )

    @classmethod
    def of(cls, artefact: Artefact, on_disk: OnDisk | None = None) -> ArtefactOut:
        """As the event says it."""
        return cls(**cls.facts(artefact), on_disk=on_disk)

    @staticmethod
    def facts(artefact: Artefact | StoredArtefact) -> dict[str, Any]:
        """What an event and a row both tell."""
        return {
            "id": artefact.id,
            "filename": artefact.filename,
            "mime": artefact.mime,
            "size_bytes": artefact.size_bytes,
            "sha256": artefact.sha256,
            "output_key": artefact.output_key,
            "url": f"/api/artefacts/{artefact.id}/content",
        }


@frozen(kw_only=True)
class ArtefactItem(ArtefactOut):
    """A file that a run left, with what is set for it."""

    run_id: str = field(help="the run that left it")
    tool_id: str = field(help="the tool of that run")
    created_at: str = field(help="when it was kept, UTC in ISO 8601")
    starred: bool = field(help="starred files, and their runs, are never swept")
    label: str | None = field(help="its name for people, if it has one")
    tags: list[str] = field(help="words to find it by")
    thumb: str | None = field(help="where its thumbnail is; null while it has none")
    deleted_at: str | None = field(help="when it was deleted; null unless deleted ones were asked for", default=None)

    @classmethod
    def of_row(cls, artefact: StoredArtefact, on_disk: OnDisk | None = None) -> ArtefactItem:
        """As the store keeps it."""
        return cls(
            **cls.facts(artefact),
            on_disk=on_disk,
            run_id=artefact.run_id,
            tool_id=artefact.tool_id,
            created_at=artefact.created_at,
            starred=artefact.starred,
            label=artefact.label,
            tags=list(artefact.tags),
            thumb=f"/api/artefacts/{artefact.id}/thumb" if artefact.thumb_path else None,
            deleted_at=artefact.deleted_at,
        )


@frozen(kw_only=True)
class ArtefactPage:
    """One page of files, newest first."""

    items: list[ArtefactItem] = field(help="the files")
    page: int = field(help="which page, from 1")
    page_size: int = field(help="how many at most")
    next: str | None = field(help="`after` of the next page; null on the last")
    newest_only: int | None = field(help="so many of the newest were looked at, as for one or two letters; null: all")

    @classmethod
    def of(cls, found: Page[StoredArtefact], page: int, page_size: int, on_disk: Mapping[int, OnDisk]) -> ArtefactPage:
        """The library's page as the API answers it."""
        items = [ArtefactItem.of_row(each, on_disk.get(each.id)) for each in found.items]
        return cls(items=items, page=page, page_size=page_size, next=found.next, newest_only=found.newest_only)


@frozen(kw_only=True)
class RunError:
    """Why a run failed."""

    message: str = field(help="the error in words")
    code: str = field(help="the error's stable code")
    stderr: str | None = field(help="the end of what the process wrote to stderr")


@frozen(kw_only=True)
class RunSummary:
    """A run in a list."""

    id: str = field(help="a UUID; its first 8 characters will mostly do")
    tool_id: str = field(help="the tool")
    status: RunStatus = field(help="running until it has ended")
    label: str | None = field(help="its name, if it has one")
    starred: bool = field(help="starred runs are never swept")
    origin: str = field(help="form, api, cli, script, skill or mcp")
    parent_run_id: str | None = field(help="the run that it repeats, if any")
    created_at: str = field(help="when it was asked for, UTC in ISO 8601")
    finished_at: str | None = field(help="when it ended")
    duration_ms: int | None = field(help="how long it took, by a monotonic clock")

    @classmethod
    def facts(cls, run: Any) -> dict[str, Any]:
        """The fields of a summary, from anything that has them."""
        return {
            "id": run.id,
            "tool_id": run.tool_id,
            "status": run.status,
            "label": run.label,
            "starred": run.starred,
            "origin": run.origin,
            "parent_run_id": run.parent_run_id,
            "created_at": run.created_at,
            "finished_at": run.finished_at,
            "duration_ms": run.duration_ms,
        }


@frozen(kw_only=True)
class ImportedOut:
    """Where a run came from that was imported."""

    at: str = field(help="when it was imported, UTC in ISO 8601")
    filename: str = field(help="the zip that it was in")


@frozen(kw_only=True)
class RunOut(RunSummary):
    """One run, whole."""

    started_at: str | None = field(help="when it began; null while it waits")
    seq: int = field(help="the number of its last event; `?after=` continues there")
    queue_position: int | None = field(help="how many runs go first, while it waits")
    progress: float | None = field(help="0 to 1, as far as the tool says")
    message: str | None = field(help="what the tool is doing, as far as it says")
    inputs: dict[str, Any] = field(help="the exact inputs")
    outputs: dict[str, Any] = field(help="the outputs' values by key; a large one is a reference to its file")
    output_types: dict[str, str] = field(help="the outputs' types by key")
    error: RunError | None = field(help="why it failed, if it did")
    flagged: list[str] = field(help="what to know before it is shared, such as a file that holds a secret")
    fingerprint: dict[str, Any] = field(help="what made it: versions and hashes")
    artefacts: list[ArtefactOut] = field(help="the files that it left")
    imported: ImportedOut | None = field(help="when it was imported and from where; null for a run that was made here")

    @classmethod
    def whole(cls, pixie: Pixie, run_id: str) -> RunOut:
        """The run as it stands, with a look at its files."""
        run = pixie.get(run_id)
        return cls.of(run, on_disk=pixie.library.on_disk_of_run(run.id) if run.artefacts else {})

    @classmethod
    def of(
        cls, run: Run, outputs: Mapping[str, Any] | None = None, on_disk: Mapping[int, OnDisk] = MappingProxyType({})
    ) -> RunOut:
        """The run, with `outputs` in place of references where they are given."""
        failed = run.error is not None or run.error_code is not None
        error = RunError(message=run.error or "", code=run.error_code or "error", stderr=run.stderr) if failed else None
        return cls(
            **cls.facts(run),
            started_at=run.started_at,
            seq=run.seq,
            queue_position=run.queue_position,
            progress=run.progress,
            message=run.message,
            inputs=dict(run.inputs),
            outputs=dict(outputs) if outputs is not None else run.values(),
            output_types={key: output.type for key, output in run.outputs.items()},
            error=error,
            flagged=list(run.flagged),
            fingerprint=dict(run.fingerprint),
            artefacts=[ArtefactOut.of(each, on_disk.get(each.id)) for each in run.artefacts],
            imported=ImportedOut(**run.imported) if run.imported else None,
        )


@frozen(kw_only=True)
class RunPage:
    """One page of runs, newest first."""

    items: list[RunSummary] = field(help="the runs")
    page: int = field(help="which page, from 1")
    page_size: int = field(help="how many at most")
    next: str | None = field(help="`after` of the next page; null on the last")
    newest_only: int | None = field(help="so many of the newest were looked at, as for one or two letters; null: all")


@frozen(kw_only=True)
class RunLog:
    """What a run's tool wrote to stderr."""

    run_id: str = field(help="the run, by its whole id")
    text: str = field(
        help="with what Pixie had to say; secrets masked; its first and last 64 KiB, unless the settings say otherwise"
    )


@frozen(kw_only=True)
class ErrorOut:
    """Problem details (RFC 9457): what every error answers."""

    type: str = field(help="a URI for the kind of error")
    title: str = field(help="the kind of error in words")
    status: int = field(help="the status code")
    detail: str = field(help="what was wrong and what to do")
    code: str = field(help="a stable code for programs")
    errors: list[ProblemOut] | None = field(help="each problem, for wrong input", default=None)
    near: list[str] | None = field(help="the ids that may have been meant, where one wasn't found", default=None)
    candidates: list[str] | None = field(help="the runs that an ambiguous beginning of an id stands for", default=None)
    stderr: str | None = field(help="the end of what a failed tool wrote to stderr", default=None)


@frozen(kw_only=True)
class Stopped:
    """Whether there was a process to stop."""

    stopped: bool = field(help="false: the tool had no process")


@frozen(kw_only=True)
class Starred:
    """How the star is now."""

    starred: bool = field(help="true: it is starred")


@frozen(kw_only=True)
class Labelled:
    """How the label is now."""

    label: str | None = field(help="its name; null when it has none")


@frozen(kw_only=True)
class Tagged:
    """Which tags there are now."""

    tags: list[str] = field(help="as they are kept: without blanks round them, each once")


@frozen(kw_only=True)
class DeletedRun:
    """A run that was deleted."""

    id: str = field(help="its whole id: POST /api/runs/{id}/restore brings it back")
    restorable_days: int = field(help="for so many days; then it goes for good")


@frozen(kw_only=True)
class DeletedArtefact:
    """A file that was deleted."""

    id: int = field(help="its number: POST /api/artefacts/{id}/restore brings it back")
    restorable_days: int = field(help="for so many days; then it goes for good")


@frozen(kw_only=True)
class FormatOption:
    """One thing that can be chosen of a format."""

    name: str = field(help="its name in the query")
    type: Literal["integer", "number", "boolean", "string"] = field(help="what it takes")
    help: str = field(help="what it is")
    default: Any = field(help="what holds when it isn't said")
    choices: list[str] = field(help="the only words that it takes; empty when it takes any")
    minimum: float | None = field(help="the least that it takes")
    maximum: float | None = field(help="the most that it takes")


@frozen(kw_only=True)
class FormatOut:
    """A format that an output can become."""

    name: str = field(help="what to ask for")
    ending: str = field(help="of the file's name, with its dot")
    mime: str = field(help="the media type")
    help: str = field(help="what it is good for")
    available: bool = field(help="false: it needs an extra that isn't installed")
    extra: str | None = field(help="the extra that it needs")
    options: list[FormatOption] = field(help="what can be chosen")

    @classmethod
    def all_of(cls, formats: Sequence[Format]) -> list[FormatOut]:
        """Several, in their order."""
        return [
            cls(
                name=each.name,
                ending=each.ending,
                mime=each.mime,
                help=each.help,
                available=each.available,
                extra=each.extra,
                options=[FormatOption(**{**asdict(one), "choices": list(one.choices)}) for one in option_help(each)],
            )
            for each in formats
        ]
