"""A moment that a person names is one moment, and a day is whole."""

import pytest

from pixie_core.errors import RequestInvalid
from pixie_core.moments import bound, parse_moment


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-05-17", "2026-05-17T00:00:00+00:00"),
        (" 2026-05-17T09:30 ", "2026-05-17T09:30:00+00:00"),
        ("2026-05-17 09:30", "2026-05-17T09:30:00+00:00"),
        ("2026-05-17T09:30:00Z", "2026-05-17T09:30:00+00:00"),
        ("2026-05-17T09:30:00+02:00", "2026-05-17T07:30:00+00:00"),
        ("2026-05-17T09:30:00 02:00", "2026-05-17T07:30:00+00:00"),
        ("2026-05-17T09:30:00.5-05:00", "2026-05-17T14:30:00.500000+00:00"),
    ],
)
def test_a_moment_is_read_as_utc(text, moment):
    """Also where an address has made a space of the + of its offset."""
    assert parse_moment(text).isoformat() == moment


@pytest.mark.parametrize(
    ("day", "end"),
    [("2026-05-17", "2026-05-18T00:00:00+00:00"), ("9999-12-31", "9999-12-31T23:59:59.999999+00:00")],
)
def test_the_end_of_a_day_is_the_beginning_of_the_next(day, end):
    """So that a span up to a day holds it; a time is no day."""
    assert parse_moment(day, end=True).isoformat() == end
    assert parse_moment("2026-05-17T09:30", end=True) == parse_moment("2026-05-17T09:30")


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01", "12", "0001-01-01T00:00+12:00", "2026-05-17T25:00"])
def test_what_is_no_moment_is_refused_with_an_example(text):
    """By the name that the caller has for it."""
    with pytest.raises(RequestInvalid, match="2026-05-17T09:30:00Z") as caught:
        bound(text, "from")
    assert caught.value.problems[0].path == "$.from"


def test_a_bound_is_a_text_of_the_store_and_stays_one():
    """Reading it again changes nothing; no bound is none."""
    once = bound("2026-05-17", "to", end=True)
    assert once == "2026-05-18T00:00:00.000000+00:00" == bound(once, "to", end=True)
    assert bound(None, "to") is None
