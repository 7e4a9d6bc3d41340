"""Routes about room: what is taken, and what a sweep would free."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import asdict, frozen

from pixie_core.catalogue.base import field
from pixie_core.errors import RequestInvalid, ToolNotFound
from pixie_server.routing import Answer, Routes

if TYPE_CHECKING:
    from pixie_core import Pixie
    from pixie_core.sweeper import Audit, Plan, Swept
    from pixie_server.served import Served

routes = Routes("disk")


@frozen(kw_only=True)
class ToolDiskOut:
    """What a tool takes, in bytes on the disk; a file with several names counts once."""

    tool_id: str = field(help="the tool; one that is gone too, while files of its runs are there")
    venv: int = field(help="its environment")
    data: int = field(help="what it keeps in its folder data/")
    models: int = field(help="caches of models in its folder")
    artefacts: int = field(help="files of its runs")
    other: int = field(help="its source, and what else lies there")
    total: int = field(help="all of it")
    last_run_at: str | None = field(help="when its newest run was begun, UTC in ISO 8601")
    archive_because: str | None = field(help="why it could well be archived; null: no reason to")


@frozen(kw_only=True)
class DiskOut:
    """What tools and their runs take on the disk."""

    tools: list[ToolDiskOut] = field(help="each tool, the largest first")
    total: int = field(help="all of them in bytes; what several share by hard links counts once")

    @classmethod
    def of(cls, audit: Audit) -> DiskOut:
        """As it was measured."""
        return cls(tools=[ToolDiskOut(**asdict(each), total=each.total) for each in audit.tools], total=audit.total)


_DISK = {
    "tool_id": "lorenz-ode-solver",
    "venv": 98_304_000,
    "data": 0,
    "models": 0,
    "artefacts": 1_228_800,
    "other": 24_576,
    "total": 99_557_376,
    "last_run_at": "2026-05-17T09:30:00.000000+00:00",
    "archive_because": None,
}


@routes.get("/api/disk", answers=(Answer(200, DiskOut, example={"tools": [_DISK], "total": 99_557_376}),))
async def disk(served: Served) -> DiskOut:
    """What each tool takes on the disk, measured now: environment, data, caches of models, files of its runs."""
    return DiskOut.of(await served.bridge.slowly(served.pixie.keeping.audit, record=False))


@frozen(kw_only=True)
class SweepBody:
    """What is swept, and whether it is."""

    older_than: str = field(
        help="how long ago runs must have ended: a number and m, h, d, w, mo or y; 0: all", default="30d"
    )
    tool: str | None = field(help="this tool's runs alone", default=None)
    surplus: bool = field(
        help="true takes as well what is beyond the number of runs that each tool keeps (retain_runs)", default=False
    )
    apply: bool = field(help="true deletes for good; otherwise nothing is changed", default=False)


@frozen(kw_only=True)
class DoomedOut:
    """A run that goes."""

    id: str = field(help="the run")
    tool_id: str = field(help="its tool")
    finished_at: str | None = field(help="when it ended")
    reason: str = field(help="why it goes")
    artefacts: int = field(help="how many files go with it")
    bytes: int = field(help="what they come to")


@frozen(kw_only=True)
class SparedOut:
    """A run that is old enough to go, and stays."""

    id: str = field(help="the run")
    tool_id: str = field(help="its tool")
    why: str = field(help="why it stays")


@frozen(kw_only=True)
class TotalsOut:
    """What goes, added up."""

    runs: int = field(help="how many runs")
    artefacts: int = field(help="how many files")
    bytes: int = field(help="what the files come to, before equal ones are stored once")


@frozen(kw_only=True)
class SweptOut:
    """What was deleted."""

    runs: list[str] = field(help="the runs that are gone")
    skipped: list[str] = field(help="those that were starred, labelled or deleted since the plan was made")
    failed: list[str] = field(help="what couldn't be removed and why; the next start tries again")
    bytes: int = field(help="what became free on the disk")


@frozen(kw_only=True)
class SweepOut:
    """The plan of a sweep, and what was done."""

    older_than: str = field(help="as it was asked")
    tool: str | None = field(help="as it was asked")
    applied: bool = field(help="whether anything was deleted")
    runs: list[DoomedOut] = field(help="the runs that go, or went")
    spared: list[SparedOut] = field(help="runs as old as those that stay, since they are protected")
    totals: TotalsOut = field(help="of the runs that go, or went")
    deleted: SweptOut | None = field(help="null where nothing was to be deleted")

    @classmethod
    def of(cls, asked: SweepBody, plan: Plan, swept: Swept | None) -> SweepOut:
        """As the sweeper tells it."""
        doomed = [
            DoomedOut(
                id=each.run.id,
                tool_id=each.run.tool_id,
                finished_at=each.run.finished_at,
                reason=each.reason,
                artefacts=each.run.artefacts,
                bytes=each.run.bytes,
            )
            for each in plan.doomed
        ]
        done = (
            None
            if swept is None
            else SweptOut(
                runs=list(swept.purged.runs),
                skipped=list(swept.skipped),
                failed=list(swept.purged.failed),
                bytes=swept.purged.bytes,
            )
        )
        return cls(
            older_than=asked.older_than,
            tool=asked.tool,
            applied=swept is not None,
            runs=doomed,
            spared=[SparedOut(id=each.run.id, tool_id=each.run.tool_id, why=each.why) for each in plan.spared],
            totals=TotalsOut(runs=plan.runs, artefacts=plan.artefacts, bytes=plan.bytes),
            deleted=done,
        )


@routes.post(
    "/api/sweep",
    body=SweepBody,
    body_optional=True,
    answer=SweepOut,
    errors=(RequestInvalid, ToolNotFound),
    example={"older_than": "6mo", "tool": "lorenz-ode-solver", "apply": False},
)
async def sweep(served: Served, body: SweepBody) -> SweepOut:
    """Show which old runs a sweep would delete, or with `apply` delete them for good.

    Starred and labelled runs, and those with a starred or labelled file, are spared. It is planned afresh each time.
    """
    return await served.bridge.slowly(_sweep, served.pixie, body)


def _sweep(pixie: Pixie, asked: SweepBody) -> SweepOut:
    if not asked.apply:
        plan = pixie.keeping.plan(older_than=asked.older_than, tool=asked.tool, surplus=asked.surplus)
        return SweepOut.of(asked, plan, None)
    swept = pixie.keeping.sweep(older_than=asked.older_than, tool=asked.tool, surplus=asked.surplus)
    return SweepOut.of(asked, swept.plan, swept)
