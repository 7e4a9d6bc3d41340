"""Durations are read and written in one spelling."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixie_core.config import Settings
from pixie_core.durations import parse_duration, spelled
from pixie_core.errors import SettingsError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("90m", timedelta(minutes=90)),
        ("12h", timedelta(hours=12)),
        ("30d", timedelta(days=30)),
        (" 2w ", timedelta(days=14)),
        ("6mo", timedelta(days=180)),
        ("1y", timedelta(days=365)),
        ("0", timedelta()),
        ("0d", timedelta()),
    ],
)
def test_a_number_and_its_unit_are_a_duration(text, expected):
    """A month is 30 days, a year 365."""
    assert parse_duration(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", "d", "30", "-1d", "1.5d", "nan", "inf", "∞", "30 d", "30D", "1s", "٣d", "99999999999d", "999999999y", "1d2h"],
)
def test_anything_else_is_refused_with_what_is_allowed(text):
    """A slip must not become a short time."""
    with pytest.raises(ValueError, match="like 30d"):
        parse_duration(text)


@given(st.integers(1, 5_000_000))
def test_what_is_spelled_is_read_back(minutes):
    """To the minute."""
    duration = timedelta(minutes=minutes)
    assert parse_duration(spelled(duration)) == duration


@pytest.mark.parametrize("text", ["0", "0d", "-1", "nan", "∞", "soon"])
def test_a_retention_of_nothing_stops_the_start(tmp_path, text):
    """Everything would be swept."""
    with pytest.raises(SettingsError, match="PIXIE_RETENTION_OLDER_THAN"):
        Settings.load(tmp_path, {"PIXIE_RETENTION_OLDER_THAN": text})
    assert Settings.load(tmp_path, {"PIXIE_RETENTION_OLDER_THAN": ""}).retention_older_than is None
    assert Settings.load(tmp_path, {"PIXIE_RETENTION_OLDER_THAN": "2w"}).retention_older_than == timedelta(days=14)
