"""Times, durations, sizes and cells as people say them."""

from datetime import timedelta

import pytest

from pixie_server.render import words
from tests.server.render.samples import NOW


@pytest.mark.parametrize(
    ("before", "said"),
    [
        (timedelta(seconds=-5), "just now"),
        (timedelta(seconds=10), "just now"),
        (timedelta(minutes=3), "3 min ago"),
        (timedelta(minutes=59), "59 min ago"),
        (timedelta(minutes=59, seconds=40), "1 h ago"),
        (timedelta(hours=5), "5 h ago"),
        (timedelta(hours=20), "yesterday"),
        (timedelta(days=3), "3 days ago"),
        (timedelta(days=20), "2 Nov"),
        (timedelta(days=400), "18 Oct 2025"),
    ],
)
def test_how_long_ago(before, said):
    """The nearer, the finer."""
    assert words.ago((NOW - before).isoformat(), NOW) == said


def test_a_time_that_is_none_is_said_as_a_dash():
    """Old databases hold what they hold."""
    assert words.ago("soon", NOW) == "–"
    assert words.ago(None, NOW) == "–"
    assert words.exact("soon", NOW) == "soon"


@pytest.mark.parametrize(
    ("milliseconds", "said"),
    [
        (0, "0 ms"),
        (340, "340 ms"),
        (1240, "1.2 s"),
        (9960, "10 s"),
        (59_400, "59 s"),
        (125_000, "2 min 5 s"),
        (120_000, "2 min"),
        (3_780_000, "1 h 3 min"),
        (None, "–"),
    ],
)
def test_how_long_it_took(milliseconds, said):
    """Two parts at most."""
    assert words.duration(milliseconds) == said


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (1, "1 byte"),
        (812, "812 bytes"),
        (12_400, "12.4 kB"),
        (10_000_000, "10 MB"),
        (999_600, "1 MB"),
        (3.1e12, "3.1 TB"),
    ],
)
def test_how_large_it_is(count, said):
    """In powers of a thousand, as disks are sold."""
    assert words.size(count) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "–"),
        (True, "Yes"),
        (1234.5, "1,234.5"),
        ("a\n b", "a b"),
        ("data:image/png;base64,AAAA", "image/png"),
        ({"filename": "notes.csv", "sha256": "0"}, "notes.csv"),
        ([1, [2, 3], {}], "[1, […], {}]"),
        ("x" * 50, "x" * 39 + "…"),
    ],
)
def test_a_value_in_one_short_line(value, said):
    """Files by their name, data URLs by their kind."""
    assert words.brief(value) == said
