"""What is written to a terminal."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixie_server.cli.terminal import json_text, safe, shortened, table, when

HOSTILE = "\x1b]0;owned\x07\x1b[2J\x9b31m\r\x08\x7f\u202egnp.exe\u2066\u2028\ud800"


def printable(text):
    """True when no letter of the text can steer a terminal or be refused by a UTF-8 stream."""
    text.encode()
    return all(
        each == "\n" or each == "\t" or (each.isprintable() or each == " " or ord(each) >= 0xA0) for each in text
    )


@pytest.mark.case("X8.terminal")
@given(st.text())
def test_no_control_character_survives(text):
    """Whatever a tool writes, what comes out has no control character but newline and tab."""
    assert not any((ord(each) < 0x20 and each not in "\n\t") or 0x7F <= ord(each) < 0xA0 for each in safe(text))


def test_control_characters_are_written_out_and_not_dropped():
    """A reader sees that something was there, and what."""
    assert safe("a\x1b[2Jb\x9bc") == r"a\x1b[2Jb\x9bc"


def test_turned_writing_and_halves_of_surrogate_pairs_are_written_out():
    """Marks that turn the direction can forge a name; halves of pairs would end the program as it prints them."""
    assert safe("\u202egnp.exe \ud800") == r"\u202egnp.exe \ud800"


def test_line_ends_of_windows_are_line_ends():
    """A CRLF is no attempt to write over the line; a CR alone is."""
    assert safe("one\r\ntwo\rthree") == "one\ntwo\\x0dthree"


@pytest.mark.parametrize("text", ["naïve – “ünïcödé” 日本語 🎈", "tab\tand\nnewline"])
def test_ordinary_text_stays_as_it_is(text):
    """Letters of any script, punctuation and emoji are no control characters."""
    assert safe(text) == text


def test_json_has_no_raw_control_characters_and_says_the_same():
    """A terminal that shows the JSON is safe, and a program that reads it gets every character back."""
    document = {HOSTILE: [HOSTILE, "naïve"]}
    text = json_text(document)
    assert printable(text)
    assert json.loads(text) == document
    assert "naïve" in text


def test_json_on_one_line_has_no_newline():
    """One event is one line, whatever the text in it."""
    assert "\n" not in json_text({"text": "one\ntwo\u2028three"}, indent=None)


def test_what_json_cannot_say_is_refused():
    """NaN isn't JSON, and no program should have to guess."""
    with pytest.raises(ValueError, match="JSON"):
        json_text({"value": float("nan")})


def test_a_shortened_text_is_one_safe_line_of_at_most_that_length():
    """The ellipsis counts."""
    assert shortened("one\n  two\x1b three", 12) == r"one two\x1b…"
    assert len(shortened("x" * 100, 60)) == 60


def test_cells_of_a_table_are_neither_markup_nor_control_characters(capsys):
    """A label like [red] is words, and an escape sequence in a cell is written out."""
    from pixie_server.cli.terminal import console

    console().print(table(("Name",), [("[red]x[/red] :smile:",), ("\x1b[31mred",)]))
    out = capsys.readouterr().out
    assert "[red]x[/red] :smile:" in out
    assert r"\x1b[31mred" in out
    assert "\x1b" not in out


def test_a_table_in_a_pipe_is_as_wide_as_its_words(capsys):
    """What a program or a file gets isn't wrapped or cut at 80 columns."""
    from pixie_server.cli.terminal import console

    console().print(table(("One", "Two"), [("x" * 150, "y" * 150)]))
    assert f"{'x' * 150}   {'y' * 150}" in capsys.readouterr().out.replace("  ", "   ").replace("    ", "   ")


def test_a_moment_is_shown_in_local_time(monkeypatch):
    """Times are kept in UTC and shown in the zone of who looks."""
    import time

    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        assert when("2026-05-17T20:00:00.000000+00:00") == "2026-05-18 05:00:00"
    finally:
        monkeypatch.undo()
        time.tzset()
