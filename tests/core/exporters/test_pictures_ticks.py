"""The ticks that matplotlib draws say what Plotly's do."""

from datetime import UTC, datetime, timedelta

import pytest
from matplotlib.figure import Figure

from pixie_core.catalogue.figures import DATES
from pixie_core.exporters.pictures_scales import Scale
from pixie_core.exporters.pictures_words import tick

BEGIN = datetime(2026, 1, 31, tzinfo=UTC)


def ticks(values, room=800, layout=None, *, lying=True):
    """The texts at an axis with these values along it, and by how much they are turned."""
    axes = Figure(figsize=(8, 5)).add_subplot()
    scale = Scale(layout or {}, values)
    axes.plot(scale.at(values), range(len(values)))
    scale.dress(axes.xaxis, room, lying=lying)
    axes.margins(x=0)
    texts = axes.xaxis.get_major_formatter().format_ticks(axes.xaxis.get_major_locator()())
    return texts, {label.get_rotation() for label in axes.get_xticklabels()}


def over(step, count):
    """Dates that are so far apart."""
    return [(BEGIN + n * step).isoformat() for n in range(count)]


@pytest.mark.parametrize(
    ("values", "first", "second"),
    [
        (over(timedelta(seconds=2), 12), "00:00:00", "31 Jan 2026"),
        (over(timedelta(hours=1), 24), "00:00", "31 Jan 2026"),
        (over(timedelta(days=1), 8), "31 Jan", "2026"),
        (over(timedelta(days=30), 10), "Mar", "2026"),
    ],
)
def test_what_changes_seldom_stands_below_and_once(values, first, second):
    """The first tick has it, and the next only where it is another."""
    texts, _ = ticks(values, layout={"type": "date", **DATES})
    assert texts[0].partition("\n")[2] == second
    assert any(each.partition("\n")[0] == first for each in texts)
    assert sum("\n" in each for each in texts) <= 2


def test_years_stand_alone():
    """With nothing below them."""
    texts, _ = ticks(over(timedelta(days=365), 12), layout={"type": "date", **DATES})
    assert all(each.isdigit() and len(each) == 4 for each in texts)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (30_000, "30,000"),
        (-1.5, "−1.5"),
        (0.1 + 0.2, "0.3"),
        (5e-6, "0.000005"),
        (-3.25e-5, "−0.0000325"),
        (5e-7, "5e−7"),
        (123_456_789_012, "123,456,789,012"),
        (2e15, "2e+15"),
        (0, "0"),
    ],
)
def test_numbers_are_said_as_on_the_page(value, said):
    """As d3's `,.12~g` has them."""
    assert tick(value) == said


def test_a_logarithmic_axis_says_plain_numbers():
    """1,000 and not a power of ten."""
    axes = Figure().add_subplot()
    axes.plot([1, 1e5], [1, 2])
    axes.set_xscale("log")
    scale = Scale({"type": "log"}, [1, 1e5])
    scale.dress(axes.xaxis, 800, lying=True)
    assert axes.xaxis.get_major_formatter()(1000, 0) == "1,000"
    assert axes.xaxis.get_minor_locator()() == []


def test_long_names_are_slanted_and_none_is_left_out():
    """Twelve of them have room so."""
    names = [f"a rather long name {n}" for n in range(12)]
    texts, turned = ticks(names)
    assert len(texts) == 12
    assert turned == {330.0}


def test_short_names_stand_level():
    """Quarters need no turning."""
    assert ticks(["Q1", "Q2", "Q3", "Q4"]) == (["Q1", "Q2", "Q3", "Q4"], {0.0})


def test_working_days_are_marked_at_months():
    """As on the page."""
    days = [BEGIN + timedelta(days=n) for n in range(150)]
    week = [each.date().isoformat() for each in days if each.weekday() < 5]
    texts, _ = ticks(week, layout={"type": "date", "rangebreaks": [{"bounds": ["sat", "mon"]}], **DATES})
    assert texts == ["Mar\n2026", "Apr", "May", "Jun"]
