"""From a tool to its report: the twelve checks in their order, and many tools at a time."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from pixie_core.clock import system_clock, timestamp
from pixie_core.validator import static_checks
from pixie_core.validator.fixtures import Chosen, reference_fixtures_match
from pixie_core.validator.live_checks import LiveChecks
from pixie_core.validator.probe import probing
from pixie_core.validator.report import CHECKS, Check, Finding, Report, in_brief

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from pixie_core.clock import Clock
    from pixie_core.config import Settings
    from pixie_core.tool import Tool

__all__ = ["Validator", "validate"]

AT_ONCE = 2
_spawned = threading.BoundedSemaphore(AT_ONCE)
"""How many tools are started for validation at the same time, whoever asks."""


def validate(
    tool: Tool,
    *,
    settings: Settings,
    workspaces: Collection[str] | None = None,
    only_fixtures: bool = False,
    fixture: str | None = None,
    tag: str | None = None,
    clock: Clock = system_clock,
    on_check: Callable[[Check], None] | None = None,
) -> Report:
    """Check a tool in twelve steps. Its files are read anew; its folder isn't changed, and no run is recorded.

    Checks 1 to 4 all run; when one of them fails, and from 5 on after the first that fails, the others are
    skipped. `workspaces` are the names that there are. `only_fixtures` leaves out what known answers don't need;
    `fixture` and `tag` choose among them. `on_check` hears of each check as it ends. At most two tools are
    started at the same time in this process: others wait.
    """
    wanted = _FOR_FIXTURES if only_fixtures else CHECKS
    return _Validation(tool.read_again(), settings, clock, on_check, wanted).report(workspaces, Chosen(fixture, tag))


class Validator:
    """Validates many tools, two at a time.

    validator = Validator(settings)
    for report in validator.validate_all(tools.all(), on_report=show):
        ...

    `stop()` from another thread lets those that have begun come to their end, and begins no other.
    """

    def __init__(
        self, settings: Settings, *, workspaces: Collection[str] | None = None, clock: Clock = system_clock
    ) -> None:
        self._settings = settings
        self._workspaces = workspaces
        self._clock = clock
        self._stopped = threading.Event()

    def validate_all(
        self,
        tools: Sequence[Tool],
        *,
        only_fixtures: bool = False,
        fixture: str | None = None,
        tag: str | None = None,
        on_report: Callable[[Report], None] | None = None,
    ) -> list[Report]:
        """The reports of the tools, in their order; those that weren't begun when it was stopped have none.

        The options are those of `validate`. `on_report` hears of each as it ends, one at a time, from one of two
        threads. They never keep the program from ending.
        """
        reports: list[Report | None] = [None] * len(tools)
        waiting = iter(enumerate(tools))
        taking, telling = threading.Lock(), threading.Lock()
        failures: list[BaseException] = []

        def work() -> None:
            while not self._stopped.is_set():
                with taking:
                    index, tool = next(waiting, (0, None))
                if tool is None:
                    return
                try:
                    report = validate(
                        tool,
                        settings=self._settings,
                        workspaces=self._workspaces,
                        only_fixtures=only_fixtures,
                        fixture=fixture,
                        tag=tag,
                        clock=self._clock,
                    )
                    reports[index] = report
                    if on_report is not None:
                        with telling:
                            on_report(report)
                except BaseException as error:  # noqa: BLE001 - raised below, to who asked
                    failures.append(error)
                    self.stop()

        threads = [
            threading.Thread(target=work, name=f"validate {number + 1}", daemon=True) for number in range(AT_ONCE)
        ]
        for thread in threads:
            thread.start()
        try:
            for thread in threads:
                thread.join()
        except BaseException:
            self.stop()
            raise
        if failures:
            raise failures[0]
        return [report for report in reports if report is not None]

    def stop(self) -> None:
        """Begin no further tool."""
        self._stopped.set()


_FOR_FIXTURES = frozenset({"tool_json_parses", "venv_functional", "reference_fixtures_match"})
_SPAWN_LOG = 64 * 1024


class _Validation:
    """One tool's validation, while it is under way."""

    def __init__(
        self,
        tool: Tool,
        settings: Settings,
        clock: Clock,
        on_check: Callable[[Check], None] | None,
        wanted: Collection[str],
    ) -> None:
        self._tool = tool
        self._settings = settings
        self._clock = clock
        self._on_check = on_check
        self._wanted = wanted
        self._checks: list[Check] = []
        self._failed: str | None = None

    def report(self, workspaces: Collection[str] | None, chosen: Chosen) -> Report:
        """Run the checks and say what they found."""
        at = timestamp(self._clock.now())
        tool = self._tool
        self._static("folder_structure", lambda: static_checks.folder_structure(tool))
        self._static("tool_json_parses", lambda: static_checks.tool_json_parses(tool))
        self._static("schemas_coherent", lambda: static_checks.schemas_coherent(tool, workspaces))
        self._static("pyproject_ok", lambda: static_checks.pyproject_ok(tool))
        self._next("venv_functional", lambda: static_checks.venv_functional(tool))
        found: dict[str, Any] = {}
        if self._failed is None:
            with _spawned, probing(tool, self._settings) as probe:
                live = LiveChecks(probe)
                for name in CHECKS[5:11]:
                    self._next(name, getattr(live, name))
                probe.close()
                self._next("reference_fixtures_match", lambda: reference_fixtures_match(probe, chosen))
            found = {
                "sample_inputs": in_brief(live.sample),
                "sample_output": in_brief(live.answered.raw) if live.answered is not None else None,
                "spawn_log": probe.log[-_SPAWN_LOG:],
            }
        for name in CHECKS[len(self._checks) :]:
            self._skip(name, f"not looked at, since {self._failed} failed")
        return Report(
            tool_id=tool.id,
            tool_path=str(tool.folder),
            timestamp=at,
            checks=tuple(self._checks),
            warnings=tuple(f"{each.name}: {each.message}" for each in self._checks if each.status == "warn"),
            **found,
        )

    def _static(self, name: str, check: Callable[[], Finding]) -> None:
        """One of the first four: it is made whatever the others found."""
        if name in self._wanted:
            self._make(name, check)
        else:
            self._skip(name, "not asked for")

    def _next(self, name: str, check: Callable[[], Finding]) -> None:
        """A check that needs those before it."""
        if name not in self._wanted:
            self._skip(name, "not asked for")
        elif self._failed is not None:
            self._skip(name, f"not looked at, since {self._failed} failed")
        else:
            self._make(name, check)

    def _make(self, name: str, check: Callable[[], Finding]) -> None:
        began = self._clock.monotonic()
        finding = check()
        if finding.status == "fail" and self._failed is None:
            self._failed = name
        self._say(name, finding, round((self._clock.monotonic() - began) * 1000))

    def _skip(self, name: str, why: str) -> None:
        self._say(name, Finding("skip", why), 0)

    def _say(self, name: str, finding: Finding, duration_ms: int) -> None:
        number = CHECKS.index(name) + 1
        check = Check(number, name, finding.status, finding.message, finding.details, duration_ms)
        self._checks.append(check)
        if self._on_check is not None:
            self._on_check(check)
