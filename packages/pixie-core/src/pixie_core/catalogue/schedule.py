"""Output types over a time axis: timeline, gantt."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from attrs import frozen

from pixie_core.catalogue.base import Column, Figure, Json, OutputValue, Records, Rows, field
from pixie_core.catalogue.figures import NEUTRAL, axis_over, colour_of, column_type, figure, is_date
from pixie_core.catalogue.instants import instant

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pixie_core.catalogue.declaration import OutputDeclaration

__all__ = ["SCHEDULE"]


@frozen
class Happening:
    """One event of a timeline."""

    t: str | float = field(help="when: a date in ISO 8601, or a number")
    label: str = field(help="what happened")
    description: str | None = field(help="more about it", default=None)
    group: str | None = field(help="events of one group share a colour", default=None)


@frozen
class Timeline(OutputValue):
    """What happened when."""

    type: ClassVar = "timeline"
    example: ClassVar[Json] = {
        "events": [
            {"t": "2026-01-12", "label": "Started"},
            {"t": "2026-02-20", "label": "First result", "description": "Two of three samples agree."},
            {"t": "2026-03-02", "label": "Review"},
            {"t": "2026-04-17", "label": "Published"},
        ]
    }

    events: Annotated[list[dict[str, Any]], Records(Happening)] = field(help="the events")

    def to_rows(self, declared: OutputDeclaration) -> Rows:
        """A row for each event."""
        del declared
        columns = (
            Column("t", "Time", column_type(event["t"] for event in self.events)),
            Column("label", "Event"),
            Column("description", "Description"),
        )
        return Rows(
            columns,
            len(self.events),
            lambda: ((event["t"], event["label"], event.get("description")) for event in self.events),
        )

    def to_figure(self, declared: OutputDeclaration) -> Figure:
        """The events along a line, their labels at changing heights so that neighbours don't cover each
        other.
        """
        times = [event["t"] for event in self.events]
        # Neighbours in time, and not in the list, must stand apart.
        ordered = list(_in_time(times))
        heights = dict(zip(ordered, (_HEIGHTS[i % len(_HEIGHTS)] for i in range(len(times))), strict=True))
        # The outermost labels lead inwards, so that none is cut at the edge.
        sides = {ordered[0]: "right", ordered[-1]: "left"} if len(ordered) > 1 else {}
        groups: dict[str, list[int]] = {}
        for index, event in enumerate(self.events):
            groups.setdefault(event.get("group") or "", []).append(index)
        stems = {
            "type": "scatter",
            "mode": "lines",
            "x": [x for time in times for x in (time, time, None)],
            "y": [y for index in range(len(times)) for y in (0, heights[index], None)],
            "line": {"color": NEUTRAL, "width": 1},
            "hoverinfo": "skip",
            "showlegend": False,
        }
        dots = [
            {
                "type": "scatter",
                "mode": "markers+text",
                "name": group or declared.label,
                "x": [times[index] for index in members],
                "y": [heights[index] for index in members],
                "text": [self.events[index]["label"] for index in members],
                "hovertext": [
                    self.events[index].get("description") or self.events[index]["label"] for index in members
                ],
                "hovertemplate": "%{x}<br>%{hovertext}<extra></extra>",
                "textposition": [
                    f"{'top' if heights[index] > 0 else 'bottom'} {sides.get(index, 'center')}" for index in members
                ],
                "cliponaxis": False,
                "marker": {"size": 9, "color": colour_of(number)},
                "showlegend": len(groups) > 1,
            }
            for number, (group, members) in enumerate(groups.items())
        ]
        return figure(
            [stems, *dots],
            xaxis=axis_over(times),
            yaxis={"visible": False, "range": [-1.6, 1.6], "fixedrange": True},
            shapes=[_BASELINE],
        )


_BASELINE = {
    "type": "line",
    "xref": "paper",
    "yref": "y",
    "x0": 0,
    "x1": 1,
    "y0": 0,
    "y1": 0,
    "line": {"color": NEUTRAL, "width": 1.5},
}
_HEIGHTS = (0.5, -0.5, 1.0, -1.0, 0.75, -0.75)


def _in_time(times: Sequence[Any]) -> list[int]:
    """The places of the events, oldest first; in the order they came where they can't be compared."""
    if all(isinstance(time, int | float) for time in times):
        return sorted(range(len(times)), key=times.__getitem__)
    if all(is_date(time) for time in times):
        with suppress(ValueError, OverflowError):  # years beyond Python's stay as they came
            instants = [instant(time) for time in times]
            return sorted(range(len(times)), key=instants.__getitem__)
    return list(range(len(times)))


@frozen
class Task:
    """One bar of a gantt."""

    name: str = field(help="what is done")
    start: str | float = field(help="when it begins: a date in ISO 8601, or a number")
    end: str | float = field(help="when it ends, of the same kind")
    group: str | None = field(help="tasks of one group share a colour", default=None)
    progress: float | None = field(help="0 to 1: how much of it is done", default=None, minimum=0, maximum=1)


@frozen
class Gantt(OutputValue):
    """Tasks with a beginning and an end."""

    type: ClassVar = "gantt"
    example: ClassVar[Json] = {
        "tasks": [
            {"name": "Design", "start": "2026-01-05", "end": "2026-01-23", "group": "Planning"},
            {"name": "Build", "start": "2026-01-19", "end": "2026-03-13", "group": "Making"},
            {"name": "Test", "start": "2026-02-16", "end": "2026-03-27", "group": "Making"},
            {"name": "Release", "start": "2026-03-30", "end": "2026-04-03", "group": "Making"},
        ]
    }

    tasks: Annotated[list[dict[str, Any]], Records(Task)] = field(help="the tasks, drawn from the top")

    def check(self, declared: OutputDeclaration) -> Iterable[str]:
        """Each begins and ends by dates, or by numbers, in this order."""
        del declared
        for index, task in enumerate(self.tasks):
            start, end = task["start"], task["end"]
            if isinstance(start, str) != isinstance(end, str):
                yield f"tasks[{index}] has start {start!r} and end {end!r}: give two dates, or two numbers"
                continue
            odd = next((each for each in (start, end) if isinstance(each, str) and not _is_instant(each)), None)
            if odd is not None:
                yield f"tasks[{index}] has {odd!r} for a date; give ISO 8601, such as 2026-05-17"
            elif _moment(end) < _moment(start):
                yield f"tasks[{index}] ({task['name']}) ends at {end}, before it starts at {start}"
        if len({isinstance(task["start"], str) for task in self.tasks}) > 1:
            yield "some tasks start at dates and some at numbers: they can't share one axis"

    def to_rows(self, declared: OutputDeclaration) -> Rows:
        """A row for each task."""
        del declared
        columns = (
            Column("name", "Task"),
            Column("start", "Start", column_type(task["start"] for task in self.tasks)),
            Column("end", "End", column_type(task["end"] for task in self.tasks)),
            Column("group", "Group"),
            Column("progress", "Progress", "number"),
        )
        return Rows(
            columns,
            len(self.tasks),
            lambda: (
                (task["name"], task["start"], task["end"], task.get("group"), task.get("progress"))
                for task in self.tasks
            ),
        )

    def to_figure(self, declared: OutputDeclaration) -> Figure:
        """A bar for each task, the first at the top; where progress is told, the part that is done is
        darker.
        """
        groups: dict[str, list[int]] = {}
        for index, task in enumerate(self.tasks):
            groups.setdefault(task.get("group") or "", []).append(index)
        data = [
            _bars(self.tasks, members, group or declared.label, colour_of(number), legend=len(groups) > 1)
            for number, (group, members) in enumerate(groups.items())
        ]
        data += [
            _bars(self.tasks, done, f"{group or declared.label}, done", colour_of(number), legend=False, done=True)
            for number, (group, members) in enumerate(groups.items())
            if (done := [index for index in members if self.tasks[index].get("progress") is not None])
        ]
        ends = [moment for task in self.tasks for moment in (task["start"], task["end"])]
        upright = {
            "tickmode": "array",
            # Rows and not names stand along the axis: two tasks may have one name.
            "tickvals": list(range(len(self.tasks))),
            "ticktext": [task["name"] for task in self.tasks],
            "range": [len(self.tasks) - 0.5, -0.5],
            "automargin": True,
            "zeroline": False,
        }
        return figure(data, barmode="overlay", xaxis=axis_over(ends), yaxis=upright)


def _bars(
    tasks: Sequence[dict[str, Any]],
    members: Sequence[int],
    name: str,
    colour: str,
    *,
    legend: bool,
    done: bool = False,
) -> dict[str, Any]:
    """The bars of one group. Plotly wants where each begins, and how long it is: milliseconds on a time axis."""
    some = [tasks[index] for index in members]
    told = any(task.get("progress") is not None for task in some)
    return {
        "type": "bar",
        "orientation": "h",
        "name": name,
        "base": [task["start"] for task in some],
        "x": [
            (_moment(task["end"]) - _moment(task["start"])) * ((task.get("progress") or 0) if done else 1)
            for task in some
        ],
        "y": list(members),
        "width": 0.6,
        "customdata": [[task["name"], task["start"], task["end"]] for task in some],
        "hovertemplate": "%{customdata[0]}<br>%{customdata[1]} to %{customdata[2]}<extra></extra>",
        "marker": {"color": colour, "opacity": 0.45 if told and not done else 1},
        "showlegend": legend,
    }


def _is_instant(text: str) -> bool:
    """Whether it is a date that a day can be told of: in the years 1 to 9999."""
    if not is_date(text):
        return False
    try:
        instant(text)
    except (ValueError, OverflowError):
        return False
    return True


def _moment(value: Any) -> float:
    """Milliseconds of a date, or the number."""
    return instant(value) if isinstance(value, str) else value


SCHEDULE: tuple[type[OutputValue], ...] = (Timeline, Gantt)
