"""Events and tasks as a calendar: iCalendar (RFC 5545), for what has dates."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import IO, TYPE_CHECKING, Any

from pixie_core.exporters.cells import moment, sayable
from pixie_core.exporters.format import Format

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pixie_core.catalogue import OutputDeclaration, OutputValue
    from pixie_core.exporters.format import Export, NoOptions

__all__ = ["CALENDAR"]

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def _write(export: Export, sink: IO[bytes], _: NoOptions) -> None:
    from icalendar import Calendar, Event

    provenance = export.provenance
    calendar = Calendar()
    calendar.add("prodid", f"-//Pixie//Pixie {provenance.pixie_version}//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", _words(export.declared.label))
    assert export.value is not None
    for index, said in enumerate(_happenings(export.value)):
        event = Event()
        event.add("uid", f"{provenance.run_id}-{export.declared.key}-{index}@pixie")
        event.add("dtstamp", provenance.at.replace(microsecond=0).astimezone(UTC))
        for name, content in said.items():
            if content is not None:
                event.add(name, content)
        calendar.add_component(event)
    sink.write(calendar.to_ical())


def _happenings(value: OutputValue) -> Iterator[dict[str, Any]]:
    """What each event of a timeline, or each task of a gantt, is in a calendar."""
    for event in getattr(value, "events", ()):
        start = _moment(event["t"])
        yield {
            "summary": _words(event["label"]),
            "dtstart": start,
            "description": _words(event.get("description")),
            "categories": _categories(event),
        }
    for task in getattr(value, "tasks", ()):
        start, end = _moment(task["start"]), _moment(task["end"])
        done = task.get("progress")
        yield {
            "summary": _words(task["name"]),
            **_span(start, end),
            "description": None if done is None else f"{done:.0%} done",
            "categories": _categories(task),
        }


def _span(start: date | None, end: date | None) -> dict[str, Any]:
    """Both ends of one kind: days, or times. A calendar's last day is the first that isn't in it any more."""
    if isinstance(start, datetime) and not isinstance(end, datetime) and end is not None:
        end = datetime(end.year, end.month, end.day, tzinfo=start.tzinfo) + timedelta(days=1)
    elif isinstance(end, datetime) and not isinstance(start, datetime) and start is not None:
        start = datetime(start.year, start.month, start.day, tzinfo=end.tzinfo)
    elif isinstance(start, datetime) and isinstance(end, datetime) and (start.tzinfo is None) != (end.tzinfo is None):
        start, end = (each if each.tzinfo is not None else each.replace(tzinfo=UTC) for each in (start, end))
    elif end is not None and not isinstance(end, datetime):
        end += timedelta(days=1)
    # An event that ends as it begins has no end of its own.
    return {"dtstart": start, "dtend": end if end != start else None}


def _moment(text: Any) -> date | None:
    """The day or the time, to the second; a month is its first day."""
    if isinstance(text, str) and re.fullmatch(r"\d{4}-\d\d", text):
        text = f"{text}-01"
    read = moment(text, "date")
    return read.replace(microsecond=0) if isinstance(read, datetime) else read


def _words(text: str | None) -> str | None:
    return None if text is None else _CONTROLS.sub("", sayable(text).replace("\r\n", "\n").replace("\r", "\n"))


def _categories(said: dict[str, Any]) -> list[str] | None:
    group = _words(said.get("group"))
    return [group] if group else None


def _dated(format: Format, _: OutputDeclaration, value: OutputValue) -> Format | None:
    """The format where everything has a date."""
    times = [event["t"] for event in getattr(value, "events", ())]
    for task in getattr(value, "tasks", ()):
        times += [task["start"], task["end"]]
    return format if all(_moment(each) is not None for each in times) else None


CALENDAR: tuple[Format, ...] = (
    Format(
        name="ics",
        reads="calendar",
        ending=".ics",
        mime="text/calendar; charset=utf-8",
        help="for calendars",
        write=_write,
        adapt=_dated,
    ),
)
