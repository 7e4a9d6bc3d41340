"""Checking tools in twelve steps: `Pixie.validation`.

    report = pixie.validation.one("lorenz-ode-solver")
    print(report.overall)
    for report in pixie.validation.many():
        ...

Reports are kept, so that the dashboard can say how each tool stands without checking it anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pixie_core.clock import system_clock
from pixie_core.validator import ValidateJobs, Validator, update_fixtures, validate

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pixie_core.clock import Clock
    from pixie_core.config import Settings
    from pixie_core.store import Store, ValidateJob
    from pixie_core.tool import Tool, Tools
    from pixie_core.validator import Check, Report, UpdatedFixture

__all__ = ["Validation"]

_LAST_SECONDS = 3.0
"""How long a validation that is under way may go on when everything is closed."""


class Validation:
    """The checks of one data folder's tools. Thread-safe. Close it: a job that is under way is then interrupted."""

    def __init__(self, store: Store, tools: Tools, settings: Settings, *, clock: Clock = system_clock) -> None:
        self._store = store
        self._tools = tools
        self._settings = settings
        self._clock = clock
        self._jobs = ValidateJobs(settings, store, clock=clock)

    def close(self) -> None:
        """End the job that is under way, within three seconds."""
        self._jobs.close(_LAST_SECONDS)

    def one(
        self,
        tool_id: str,
        *,
        save: bool = True,
        only_fixtures: bool = False,
        fixture: str | None = None,
        tag: str | None = None,
        on_check: Callable[[Check], None] | None = None,
    ) -> Report:
        """Check a tool in twelve steps and keep the report. Raises ToolNotFound.

        `only_fixtures` leaves out what known answers don't need; `fixture` and `tag` choose among these. A report on
        a part isn't kept: it doesn't say how the tool stands. `on_check` hears of each check as it ends.
        """
        report = validate(
            self._tools.get(tool_id),
            settings=self._settings,
            workspaces=self._workspace_names(),
            only_fixtures=only_fixtures,
            fixture=fixture,
            tag=tag,
            clock=self._clock,
            on_check=on_check,
        )
        if save and not (only_fixtures or fixture or tag):
            self._store.validations.save(report.to_json())
        return report

    def many(
        self,
        tool_ids: Sequence[str] | None = None,
        *,
        save: bool = True,
        only_fixtures: bool = False,
        fixture: str | None = None,
        tag: str | None = None,
        on_report: Callable[[Report], None] | None = None,
    ) -> list[Report]:
        """Check several tools, two at a time, or all that aren't archived; their reports in this order.

        The options are those of `one`; `on_report` hears of each report as it comes. Raises ToolNotFound before
        anything is checked.
        """
        whole = not (only_fixtures or fixture or tag)

        def keep(report: Report) -> None:
            if save and whole:
                self._store.validations.save(report.to_json())
            if on_report is not None:
                on_report(report)

        return Validator(self._settings, workspaces=self._workspace_names(), clock=self._clock).validate_all(
            self._chosen(tool_ids), only_fixtures=only_fixtures, fixture=fixture, tag=tag, on_report=keep
        )

    def _workspace_names(self) -> tuple[str, ...]:
        return tuple(each.name for each in self._store.workspaces.all())

    def start_job(self, tool_ids: Sequence[str] | None = None) -> ValidateJob:
        """Begin to check several tools in the background, as `many` does, and return at once.

        Raises ToolNotFound, and Busy while an earlier job is under way.
        """
        return self._jobs.start(self._chosen(tool_ids))

    def job(self, job_id: str) -> ValidateJob:
        """How far a job has come; `interrupted` when the process that did it is gone. Raises ValidateJobNotFound."""
        return self._store.validations.job(job_id)

    def update_fixtures(
        self, tool_id: str, *, fixture: str | None = None, tag: str | None = None
    ) -> list[UpdatedFixture]:
        """Run the chosen known answers of a tool, and write those that differ as what is expected from now on.

        Raises ToolNotFound, ManifestInvalid, ToolNotInstalled, ToolStartFailed or RequestInvalid.
        """
        return update_fixtures(self._tools.get(tool_id), settings=self._settings, fixture=fixture, tag=tag)

    def _chosen(self, tool_ids: Sequence[str] | None) -> list[Tool]:
        if tool_ids is None:
            return [tool for tool in self._tools.all() if not tool.archived]
        return [self._tools.get(each) for each in dict.fromkeys(tool_ids)]
