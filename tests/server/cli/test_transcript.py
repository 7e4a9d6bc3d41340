"""A run as a terminal tells it."""

import pytest

from pixie_core.catalogue import OUTPUT_TYPES
from pixie_core.run import Record, Run, fold
from pixie_core.run.events import Artefact, Finished, Log, Output, Progress, Queued, Started
from pixie_core.tool.manifest import manifest_from
from pixie_server.cli.transcript import Transcript

MANIFEST, _ = manifest_from(
    {
        "id": "story",
        "name": "Story",
        "inputs": [{"key": "name", "type": "text", "label": "Name"}],
        "outputs": [
            {"key": "reply", "type": "stream_text", "label": "Reply", "streaming": True},
            {"key": "notes", "type": "markdown", "label": "Notes", "streaming": True},
            {"key": "title", "type": "text", "label": "Title"},
            {"key": "score", "type": "number", "label": "Score", "unit": "%", "precision": 1},
            {"key": "words", "type": "table", "label": "Words"},
        ],
    }
)


def told(capsys, *events, logs=False, quiet=False, values=None):
    """What stands on stdout and stderr once these events and the end were told."""
    transcript = Transcript(MANIFEST, logs=logs, quiet=quiet)
    records = [Record.write(seq, "2026-05-17T12:00:00.000000+00:00", event) for seq, event in enumerate(events, 1)]
    for record in records:
        transcript.show(record)
    run = fold(Run(id="6f1c2a9b-0000-4000-8000-000000000000", tool_id="story", created_at=records[0].at), records)
    transcript.close(run, run.values() if values is None else values)
    return capsys.readouterr()


def text(key, value, *, whole=False, kind="stream_text"):
    """One event of a text output."""
    return Output(output_key=key, type=kind, value=value, whole=whole)


OK = Finished(status="ok", duration_ms=1234)


def test_text_that_streams_is_written_as_it_comes_and_once(capsys):
    """The increments stand under the output's label, and aren't repeated at the end."""
    out, _ = told(capsys, text("reply", "", whole=True), text("reply", "The "), text("reply", "answer\nis 42."), OK)
    assert out == "Reply:\nThe answer\nis 42.\n"


def test_the_final_value_of_a_text_adds_what_is_new(capsys):
    """A tool may send everything once more at its end: only the rest is written."""
    out, _ = told(capsys, text("reply", "The answer"), text("reply", "The answer is 42.\n", whole=True), OK)
    assert out == "Reply:\nThe answer is 42.\n"


def test_words_that_take_the_place_of_others_are_written_anew(capsys):
    """What was written can't be taken back in a terminal, so that it is said again, whole."""
    out, _ = told(capsys, text("reply", "Perhaps"), text("reply", "Surely.", whole=True), OK)
    assert out == "Reply:\nPerhaps\nReply:\nSurely.\n"


def test_two_texts_that_stream_by_turns_are_told_apart(capsys):
    """Each turn stands under its label, on lines of its own."""
    out, _ = told(
        capsys,
        text("reply", "one"),
        text("notes", "first\n", kind="markdown"),
        text("reply", " two"),
        OK,
    )
    assert out == "Reply:\none\nNotes:\nfirst\nReply:\n two\n"


def test_code_streams_by_its_value(capsys):
    """Code is an object; its source is what is written."""
    code = Output(output_key="reply", type="stream_text", value={"value": "x = 1", "language": "python"}, whole=False)
    transcript = Transcript(None)
    transcript.show(Record.write(1, "2026-05-17T12:00:00.000000+00:00", code))
    assert capsys.readouterr().out == "reply:\nx = 1"


def test_a_tools_control_characters_are_written_out(capsys):
    """In streams, labels, values, logs, errors: none of them reaches the terminal."""
    bad = "\x1b]0;owned\x07"
    out, err = told(
        capsys,
        Log(text=f"{bad}\n"),
        text("reply", bad),
        text("title", bad, whole=True, kind="text"),
        Artefact(id=1, filename=f"{bad}.png", mime="image/png", size_bytes=3, sha256="00"),
        Finished(status="error", error=bad, error_code="tool_refused", stderr=bad),
        logs=True,
    )
    assert "\x1b" not in out + err
    assert "\x07" not in out + err
    assert out.count(r"\x1b]0;owned\x07") == 3
    assert err.count(r"\x1b]0;owned\x07") == 3


def test_values_stand_beside_their_labels_with_their_units(capsys):
    """What a person would read on the page."""
    score = Output(output_key="score", type="number", value={"value": 42.25}, whole=True)
    out, err = told(capsys, text("title", "Moby-Dick", whole=True, kind="text"), score, OK)
    assert out == "Title: Moby-Dick\nScore: 42.2%\n"
    assert err == "Run 6f1c2a9b: done in 1.2 s.\n"


def test_a_table_shows_its_first_rows_and_says_how_many_more_there_are(capsys):
    """A million rows don't run through the terminal."""
    value = {"columns": [{"key": "w", "label": "Word"}], "rows": [{"w": f"word {n}"} for n in range(1_000)]}
    out, _ = told(capsys, Output(output_key="words", type="table", value=value, whole=True), OK)
    assert "word 0" in out
    assert "word 20" not in out
    assert out.endswith("… and 980 more rows\n")


@pytest.mark.parametrize("kind", OUTPUT_TYPES)
def test_every_type_of_output_has_something_to_show(capsys, kind):
    """The example of each type of the catalogue is told without an error, in fewer than 60 lines."""
    event = Output(output_key="x", type=kind, value=OUTPUT_TYPES[kind].example, whole=True)
    out, _ = told(capsys, event, OK)
    assert 0 < len(out.splitlines()) < 60 or kind == "progress"


def test_a_value_that_is_not_of_its_type_is_shown_as_json(capsys):
    """Older runs may hold anything; showing them doesn't fail."""
    event = Output(output_key="words", type="table", value={"odd": [1, 2]}, whole=True)
    assert told(capsys, event, OK).out == 'Words: {"odd": [1, 2]}\n'


def test_logs_are_shown_when_they_are_asked_for(capsys):
    """On stderr, so that stdout holds the outputs alone."""
    assert "loading" not in told(capsys, Log(text="loading\n"), OK).err
    assert told(capsys, Log(text="loading\n"), OK, logs=True).err.startswith("loading\n")


def test_nothing_moves_where_stderr_is_no_terminal(capsys):
    """A log file or another program gets words and no bars."""
    _, err = told(
        capsys, Queued(position=2), Started(inputs={}, fingerprint={}), Progress(value=0.5, message="half"), OK
    )
    assert err == "Run 6f1c2a9b: done in 1.2 s.\n"


def test_a_failed_run_says_why_with_what_the_tool_wrote_and_what_to_do(capsys):
    """Error, the end of stderr, the next step."""
    out, err = told(
        capsys,
        Finished(status="error", error="signal 11", error_code="tool_start_failed", stderr="Segmentation fault\n"),
    )
    assert out == ""
    assert err.startswith("Run 6f1c2a9b: The tool didn't start.\nsignal 11\nSegmentation fault\n")
    assert "pixie validate story" in err


def test_quiet_leaves_stdout_to_others(capsys):
    """With --json the outputs are in the JSON alone."""
    out, err = told(capsys, text("reply", "words"), OK, quiet=True)
    assert out == ""
    assert err == "Run 6f1c2a9b: done in 1.2 s.\n"


def test_a_terminal_gets_a_bar_that_goes_away(capsys, monkeypatch):
    """While a run gives no text, its progress is drawn on stderr; at the end nothing of it is left."""
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "80")
    out, err = told(capsys, Progress(value=0.5, message="half way"), text("reply", "words"), OK)
    assert "half way" in err
    assert out == "Reply:\nwords\n"
    assert err.endswith("\x1b[2KRun 6f1c2a9b: done in 1.2 s.\n")


def test_the_bar_does_not_come_back_once_text_streams(capsys, monkeypatch):
    """Taking the bar away would wipe out the words on its line."""
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    half, most = Progress(value=0.5, message=None), Progress(value=0.9, message=None)
    out, err = told(capsys, half, text("reply", "one "), most, text("reply", "two"), OK)
    assert out == "Reply:\none two\n"
    assert err.count("\x1b[?25l") == 1, "a bar hides the cursor when it is drawn"
