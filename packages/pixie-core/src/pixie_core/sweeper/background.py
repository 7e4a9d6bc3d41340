"""The server's sweeper: every so often it deletes what has had its time, with nobody watching, and so with care.

- By age it stops at more than 50 runs in one pass, deletes none of them, and asks (settled.md 24).
- A clock that jumped, back or by more than two days, holds one cycle: what is old by it may not be.
- Settings that can't be read switch it off, and it says so.
- Its first pass over a data folder, and the first after an upgrade, only says what it would do.

What it remembers between passes is in the stored settings, under `sweeper.*`.
"""

from __future__ import annotations

import logging
import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal

from attrs import asdict, evolve, frozen

from pixie_core.clock import system_clock, timestamp
from pixie_core.durations import spelled
from pixie_core.errors import DataFolderError, SettingsError
from pixie_core.store.upkeep import Upkeep
from pixie_core.sweeper.plan import Policy
from pixie_core.sweeper.sweeper import Sweeper

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pixie_core.clock import Clock
    from pixie_core.config import Settings
    from pixie_core.store import Purged, Store
    from pixie_core.sweeper.plan import Plan

__all__ = ["BackgroundSweeper", "Pass", "Question"]

_log = logging.getLogger(__name__)

MOST_BY_AGE = 50
JUMP = timedelta(hours=48)
_TOLERATED = timedelta(minutes=2)
_FIRST_AFTER_SECONDS = 300.0
_AGAIN_SECONDS = 5.0
_CLOCK, _QUESTION, _SEEN = "sweeper.clock", "sweeper.question", "sweeper.version"


@frozen
class Question:
    """What the sweeper asks before it goes on: may so many runs go for their age? `pixie sweep --older-than … --apply`
    is the yes; a longer retention, or none, the no.
    """

    runs: int
    artefacts: int
    bytes: int
    older_than: str
    asked_at: str


@frozen(kw_only=True)
class Pass:
    """One pass: `swept`, `dry` (it only said what it would do), `held` (the clock had jumped) or `off` (settings)."""

    at: str
    outcome: Literal["swept", "dry", "held", "off"]
    said: str
    runs: tuple[str, ...] = ()
    artefacts: tuple[int, ...] = ()
    bytes: int = 0
    question: Question | None = None


class BackgroundSweeper:
    """Sweeps the store every `sweeper_interval_seconds`, on a thread of its own, until `stop`.

        sweeper = BackgroundSweeper(store, settings, retained=lambda: {"hello": 100})
        sweeper.start()

    `retained` tells how many runs each tool keeps; a tool whose tool.json can't be read isn't in it, and keeps all.
    `last` is the last pass.
    """

    def __init__(
        self,
        store: Store,
        settings: Settings,
        *,
        retained: Callable[[], Mapping[str, int]],
        clock: Clock = system_clock,
    ) -> None:
        self._store = store
        self._settings = settings
        self._retained = retained
        self._clock = clock
        self._sweeper = Sweeper(store, clock=clock)
        self._stop = threading.Event()
        self._upkeep = Upkeep(store, settings, clock=clock, stopped=self._stop.is_set)
        self._thread: threading.Thread | None = None
        self._owing: Callable[[], object] | None = None
        self.last: Pass | None = None

    def start(self, before: Callable[[], object] | None = None) -> None:
        """Finish what was cut off, then sweep from time to time.

        `before` is what must be done before the first pass and can't be yet: it is tried every few seconds, as long as
        it raises DataFolderError.
        """
        self._owing = before
        self._thread = threading.Thread(target=self._live, name="pixie-sweeper", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread, after the pass that it is at."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def _catch_up(self) -> None:
        """Do what the start couldn't."""
        while self._owing is not None and not self._stop.wait(_AGAIN_SECONDS):
            try:
                self._owing()
                self._owing = None
            except DataFolderError as error:
                _log.warning("what an earlier Pixie left can't be put right yet: %s", error)
            except Exception:  # noqa: BLE001 - the next start tries it again, and the log says what it was
                _log.exception("what an earlier Pixie left couldn't be put right")
                self._owing = None

    def _live(self) -> None:
        self._catch_up()
        wait = min(_FIRST_AFTER_SECONDS, self._settings.sweeper_interval_seconds)
        while not self._stop.wait(wait):
            wait = self._settings.sweeper_interval_seconds
            try:
                self.sweep()
            except DataFolderError as error:
                # Busy, full or read-only: the next pass may find it better.
                _log.warning("the sweep was put off: %s", error)
            except Exception:  # noqa: BLE001 - the thread goes on, and the log says what it was
                _log.exception("the sweep failed")

    def question(self) -> Question | None:
        """What the sweeper waits for a word on, if anything."""
        asked = self._store.settings.get(_QUESTION)
        try:
            return Question(**asked) if isinstance(asked, dict) else None
        except TypeError:
            return None

    def notices(self) -> tuple[str, ...]:
        """What the sweeper has to say to whoever looks, in sentences: a question, why it did nothing, what is amiss."""
        said = self._upkeep.notices()
        if self.last is not None and self.last.outcome in {"held", "off"}:
            said = (self.last.said, *said)
        if self._owing is not None:
            said = ("What an earlier Pixie left running can't be put right until the database can be written.", *said)
        question = self.question()
        return said if question is None else (_asking(question).strip(), *said)

    def sweep(self) -> Pass:
        """One pass. Raises DataFolderError when the database can't be had."""
        done = self._pass()
        (_log.info if done.outcome in {"swept", "dry"} else _log.warning)("%s", done.said)
        self.last = done
        return done

    def _pass(self) -> Pass:
        at = timestamp(self._clock.now())
        finished = self._store.deletions.finish()
        try:
            settings = self._store.settings.over(self._settings)
            policy = Policy(older_than=settings.retention_older_than, retained=self._retained())
            grace = timedelta(days=settings.soft_delete_retention_days)
        except (SettingsError, ValueError) as error:
            return Pass(at=at, outcome="off", said=f"The sweeper is off until a setting is put right: {error}")
        if (jump := self._jumped()) is not None:
            return Pass(at=at, outcome="held", said=jump)
        planned = self._sweeper.plan(policy)
        question = self._asked(planned, policy)
        if question is not None:
            planned = planned.by("count")
        if self._is_first():
            said = f"Nothing was deleted in this first pass: the next one would delete {_count(planned)}."
            return Pass(at=at, outcome="dry", said=said, question=question)
        swept = self._sweeper.execute(planned).purged
        purged = finished + swept + self._store.deletions.purge_due(_before(self._clock.now(), grace))
        freed = purged.bytes + self._store.deletions.remove_unused_blobs()
        self._upkeep.tidy()
        return Pass(
            at=at,
            outcome="swept",
            said=_said(purged, freed, question),
            runs=purged.runs,
            artefacts=purged.artefacts,
            bytes=freed,
            question=question,
        )

    def _asked(self, planned: Plan, policy: Policy) -> Question | None:
        """The question for whoever looks, when more runs would go for their age than may unasked."""
        aged = planned.by("age")
        if aged.runs <= MOST_BY_AGE:
            self._store.settings.unset(_QUESTION)
            return None
        older = spelled(policy.older_than or timedelta())
        question = Question(aged.runs, aged.artefacts, aged.bytes, older, timestamp(self._clock.now()))
        known = self.question()
        if known is not None:
            question = evolve(question, asked_at=known.asked_at)
        self._store.settings.put(_QUESTION, asdict(question))
        return question

    def _jumped(self) -> str | None:
        """What to say when the wall clock isn't where it should be, compared with the latest time seen."""
        now = self._clock.now()
        seen = self._store.settings.get(_CLOCK)
        try:
            largest = datetime.fromisoformat(seen) if isinstance(seen, str) else now
        except ValueError:
            largest = now
        largest = largest if largest.tzinfo else largest.replace(tzinfo=UTC)
        back, ahead = largest - now > _TOLERATED, now - largest > JUMP
        self._store.settings.put(_CLOCK, timestamp(now if back else max(now, largest)))
        if not back and not ahead:
            return None
        return (
            f"The clock says {timestamp(now)}, and the last time that was seen is {timestamp(largest)}. Nothing is "
            "deleted in this pass; the next one goes by the clock as it is then."
        )

    def _is_first(self) -> bool:
        """True for the first pass of this version of the database; it is written down as done."""
        version = self._store.read(lambda conn: int(conn.execute("PRAGMA user_version").fetchone()[0]))
        if self._store.settings.get(_SEEN) == version:
            return False
        self._store.settings.put(_SEEN, version)
        return True


def _before(now: datetime, grace: timedelta) -> str:
    return timestamp(now - grace)


def _count(planned: Plan) -> str:
    return f"{planned.runs} runs with {planned.artefacts} files ({planned.bytes:,} bytes)"


def _said(purged: Purged, freed: int, question: Question | None) -> str:
    done = f"{len(purged.runs)} runs and {len(purged.artefacts)} files were deleted ({freed:,} bytes)."
    if purged.failed:
        done += f" {len(purged.failed)} couldn't be: {purged.failed[0]}"
    if question is not None:
        done += _asking(question)
    return done


def _asking(question: Question) -> str:
    return (
        f" {question.runs} runs are older than {question.older_than}: so many aren't deleted unasked. "
        f"`pixie sweep --older-than {question.older_than} --apply` does it."
    )
