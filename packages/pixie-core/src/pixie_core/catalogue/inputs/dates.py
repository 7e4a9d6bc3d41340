"""Inputs that are dates and times in ISO 8601: date, time, datetime, date_range."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any, ClassVar

from attrs import frozen

from pixie_core.catalogue.base import Json, field
from pixie_core.catalogue.inputs.base import InputDeclaration, found, read_json
from pixie_core.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["DateInput", "DateRangeInput", "DatetimeInput", "TimeInput"]

_DATE = r"\d{4}-\d{2}-\d{2}"
_TIME = r"\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?"


@frozen(kw_only=True)
class _Moment(InputDeclaration):
    """What inputs of dates and times share."""

    _pattern: ClassVar[str]
    _called: ClassVar[str]

    min: str | None = field(help="the earliest, in ISO 8601", default=None)
    max: str | None = field(help="the latest, in ISO 8601", default=None)

    def faults(self) -> Iterable[Problem]:
        """Both bounds are such moments themselves."""
        for name, bound in (("min", self.min), ("max", self.max)):
            if bound is not None and self._moment(bound) is None:
                yield Problem(f"$.{name}", f"is {bound!r} and bounds nothing; expected {self._called}", "warning")
        least, most = self._moment(self.min), self._moment(self.max)
        if least is not None and most is not None and least > most:
            yield Problem("$.min", f"is {self.min}, later than max, which is {self.max}: no value could be right")

    def read(self, text: str) -> Any:
        """As it is, but for blanks round it."""
        return text.strip()

    def problems(self, value: Any) -> Iterable[str]:
        """It is such a moment, within its bounds."""
        moment = self._moment(value)
        if moment is None:
            yield f"is {found(value)}; it must be {self._called}"
            return
        least, most = self._moment(self.min), self._moment(self.max)
        if least is not None and moment < least:
            yield f"is {value}; it must not be before {self.min}"
        if most is not None and moment > most:
            yield f"is {value}; it must not be after {self.max}"

    def _parsed(self, text: str) -> Any:
        """What the text says, to be compared. Raises ValueError."""
        raise NotImplementedError

    def _moment(self, value: Any) -> Any:
        """The moment that a value says, or None."""
        if not isinstance(value, str) or not re.fullmatch(self._pattern, value, re.ASCII):
            return None
        try:
            return self._parsed(value)
        except ValueError:
            return None

    def _clamped(self, sample: str) -> str:
        """The sample, moved within the bounds."""
        moment, least, most = (self._moment(each) for each in (sample, self.min, self.max))
        if least is not None and moment < least:
            return self.min or sample
        if most is not None and moment > most:
            return self.max or sample
        return sample


@frozen(kw_only=True)
class DateInput(_Moment):
    """A day."""

    type: ClassVar = "date"
    example: ClassVar[Json] = {
        "key": "start", "type": "date", "label": "Start", "default": "2026-05-17", "min": "2000-01-01",
    }  # fmt: skip
    _pattern: ClassVar = _DATE
    _called: ClassVar = "a date as YYYY-MM-DD, such as 2026-05-17"

    def _parsed(self, text: str) -> date:
        return date.fromisoformat(text)

    def blank(self) -> Any:
        """Today."""
        return self._clamped(_now().date().isoformat())


@frozen(kw_only=True)
class TimeInput(_Moment):
    """A time of day."""

    type: ClassVar = "time"
    example: ClassVar[Json] = {"key": "departure", "type": "time", "label": "Departure", "default": "08:30"}
    _pattern: ClassVar = _TIME
    _called: ClassVar = "a time as HH:MM or HH:MM:SS, such as 08:30"

    def _parsed(self, text: str) -> time:
        return time.fromisoformat(text)

    def blank(self) -> Any:
        """Midnight."""
        return self._clamped("00:00")


@frozen(kw_only=True)
class DatetimeInput(_Moment):
    """A day and a time."""

    type: ClassVar = "datetime"
    example: ClassVar[Json] = {"key": "from", "type": "datetime", "label": "From", "default": "2026-05-17T12:00"}
    _pattern: ClassVar = rf"{_DATE}[T ]{_TIME}(Z|[+-]\d{{2}}:\d{{2}})?"
    _called: ClassVar = "a date and time in ISO 8601, such as 2026-05-17T12:00"

    def _parsed(self, text: str) -> datetime:
        moment = datetime.fromisoformat(text)
        # Without a zone it is compared as UTC.
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

    def blank(self) -> Any:
        """Now, to the minute."""
        return self._clamped(_now().strftime("%Y-%m-%dT%H:%M"))


@frozen(kw_only=True)
class DateRangeInput(DateInput):
    """From one day to another."""

    type: ClassVar = "date_range"
    example: ClassVar[Json] = {
        "key": "period", "type": "date_range", "label": "Period", "default": ["2026-01-01", "2026-03-31"],
    }  # fmt: skip

    def read(self, text: str) -> Any:
        """Two dates with a comma, a slash or `to` between them, or a JSON list."""
        if text.lstrip().startswith("["):
            return read_json(text)
        return [part.strip() for part in re.split(r"\s*[,/]\s*|\s+to\s+", text.strip())]

    def read_many(self, texts: Sequence[str]) -> Any:
        """Two fields of one name are the two ends."""
        return [text.strip() for text in texts] if len(texts) > 1 else self.read(texts[-1])

    def problems(self, value: Any) -> Iterable[str]:
        """Two dates within the bounds, the first not after the second."""
        if not isinstance(value, list) or len(value) != 2:
            yield f"must be [from, to], two dates as YYYY-MM-DD, not {found(value)}"
            return
        wrong = [said for each in value for said in super(DateRangeInput, self).problems(each)]
        yield from wrong
        if not wrong and value[0] > value[1]:
            yield f"goes from {value[0]} to {value[1]}; the first must not be after the second"

    def blank(self) -> Any:
        """Today alone."""
        return [super().blank()] * 2


def _now() -> datetime:
    """Now, where this machine is."""
    return datetime.now().astimezone()
