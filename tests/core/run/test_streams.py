"""What a tool's stream says, whatever its dialect and however its bytes are cut."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pixie_core.catalogue import OUTPUT_TYPES
from pixie_core.run.events import Log, Output, Progress
from pixie_core.run.sse import EventTooLarge, ServerSentEvent, SseDecoder
from pixie_core.run.streams import StreamEnded, StreamFailed, StreamReader
from pixie_core.tool.manifest import manifest_from


def manifest(*outputs):
    declared = [
        {"label": each[1], "type": each[0], "key": each[1], "streaming": True, **(each[2] if len(each) > 2 else {})}
        for each in outputs
    ]
    raw = {
        "id": "probe",
        "name": "Probe",
        "inputs": [{"key": "n", "type": "number", "label": "N", "required": False}],
        "outputs": declared,
    }
    return manifest_from(raw)[0]


@pytest.fixture
def reader_of():
    """Makes a reader for outputs."""
    return lambda *outputs, placeholders=None: StreamReader(manifest(*outputs), placeholders)


def sse(*events):
    return b"".join(b"data: %s\n\n" % json.dumps(each).encode() for each in events)


def own(key, value, done=False):
    return {"output_key": key, "value": value, "done": done}


def merged(said, opening=()):
    """The values that the outputs come to, as the fold has them."""
    pieces = {}
    for event in (*opening, *said):
        if isinstance(event, Output):
            before = [] if event.whole else pieces.get(event.output_key, (None, []))[1]
            pieces[event.output_key] = (event.type, [*before, event.value])
    return {key: OUTPUT_TYPES[kind].merge(values) for key, (kind, values) in pieces.items()}


def read(reader, *events):
    return reader.feed(sse(*events))


# The decoder


def test_an_event_ends_with_a_blank_line_and_joins_its_data():
    """The plain case, with a name, a comment and an id that means nothing."""
    decoder = SseDecoder()
    assert decoder.feed(b": hi\nevent: log\nid: 7\ndata: one\ndata:two\n\n") == [ServerSentEvent("log", "one\ntwo")]


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n"])
def test_lines_end_in_three_ways(end):
    """LF, CR and CR LF all end a line."""
    body = end.join([b"data: a", b"data: b", b"", b"data: c", b"", b""])
    assert [event.data for event in SseDecoder().feed(body)] == ["a\nb", "c"]


@pytest.mark.case("T8.forged")
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["", "log"]), st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"), max_size=8)
        ),
        max_size=5,
    ),
    st.sampled_from(["\n", "\r", "\r\n"]),
    st.data(),
)
@settings(max_examples=200, deadline=None)
def test_it_doesnt_matter_where_the_bytes_are_cut(events, end, data):
    """Any cut of the bytes, also inside a character or between CR and LF, gives the same events."""
    body = "".join(
        (f"event: {name}{end}" if name else "") + f"data: {text}{end}{end}" for name, text in events
    ).encode()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(body)), max_size=6)))
    pieces = [body[a:b] for a, b in zip([0, *cuts], [*cuts, len(body)], strict=True)]
    decoder = SseDecoder()
    assert [event for piece in pieces for event in decoder.feed(piece)] == SseDecoder().feed(body)


@pytest.mark.case("T8.streams")
def test_an_event_that_never_ends_is_refused():
    """The bytes held are bounded, with and without line ends in them."""
    for piece in (b"x" * 100, b"data: x\n" * 20):
        decoder = SseDecoder(max_event_bytes=1000)
        decoder.feed(b"data: fine\n\n" * 500)
        with pytest.raises(EventTooLarge, match="larger than 1000 bytes"):
            list(map(decoder.feed, [piece] * 50))


def test_pings_between_events_dont_add_up():
    """A stream may be silent for hours but for its comments."""
    decoder = SseDecoder(max_event_bytes=100)
    for _ in range(100):
        assert decoder.feed(b": still here\n\n: ping\n") == []


def test_a_byte_order_mark_and_broken_utf8_are_tolerated():
    """The standard drops the one and replaces the other."""
    assert SseDecoder().feed(b"\xef\xbb\xbfdata: a\xff\n\n") == [ServerSentEvent("message", "a\ufffd")]


# Dialect 1


def test_text_adds_up_and_done_is_told():
    """The contract's own example."""
    reader = StreamReader(manifest(("stream_text", "reply")))
    said = read(reader, own("reply", "The "), own("reply", "answer is "), own("reply", "42.", done=True))
    assert merged(said) == {"reply": "The answer is 42."}
    assert [event.done for event in said] == [False, False, True]
    assert [event.whole for event in said] == [True, False, False]
    assert reader.complete
    assert not reader.ended


def test_a_placeholder_text_makes_way_and_a_placeholder_chart_is_the_ground():
    """Words that stood meanwhile go away; labels, columns and series' names stay."""
    reader = StreamReader(
        manifest(("text", "t"), ("chart_line", "c"), ("table", "rows")),
        {
            "t": "Thinking…",
            "c": {"x": [], "series": [{"name": "loss", "y": []}], "x_label": "epoch"},
            "rows": {"columns": ["a", "b"], "rows": []},
        },
    )
    said = read(
        reader,
        own("t", "Done."),
        own("c", {"x": [1], "series": [{"name": "loss", "y": [0.5]}]}),
        own("rows", {"rows": [[1, 2]]}),
    )
    assert merged(said, reader.opening()) == {
        "t": "Done.",
        "c": {"x": [1], "series": [{"name": "loss", "y": [0.5]}], "x_label": "epoch"},
        "rows": {
            "columns": [{"key": "a", "label": "a"}, {"key": "b", "label": "b"}],
            "rows": [{"a": 1, "b": 2}],
        },
    }


def test_lines_rows_series_and_points_add_up():
    """The contract's table of increments, type by type."""
    reader = StreamReader(
        manifest(("log", "l"), ("table", "t"), ("chart_line", "c"), ("chart_scatter", "s"), ("code", "k"))
    )
    said = read(
        reader,
        own("l", {"lines": [{"message": "one"}]}),
        own("l", {"message": "two"}),
        own("t", {"columns": [{"key": "a"}], "rows": [{"a": 1}]}),
        own("t", {"rows": [{"a": 2}]}),
        own("c", {"x": [1], "series": [{"name": "y", "y": [1]}]}),
        own("c", {"x": [2], "series": [{"name": "y", "y": [2]}, {"name": "z", "y": [9]}]}),
        own("s", {"series": [{"name": "p", "points": [{"x": 1, "y": 1}]}]}),
        own("s", {"series": [{"name": "p", "x": [2], "y": [2]}]}),
        own("k", {"value": "a = 1\n"}),
        own("k", "b = 2\n"),
    )
    assert merged(said) == {
        "l": {"lines": [{"message": "one"}, {"message": "two"}]},
        "t": {"columns": [{"key": "a"}], "rows": [{"a": 1}, {"a": 2}]},
        "c": {"x": [1, 2], "series": [{"name": "y", "y": [1, 2]}, {"name": "z", "y": [None, 9]}]},
        "s": {"series": [{"name": "p", "points": [{"x": 1, "y": 1}, {"x": 2, "y": 2}]}]},
        "k": {"value": "a = 1\nb = 2\n"},
    }


def test_a_type_that_doesnt_add_up_is_replaced():
    """Progress, numbers and all else: the last value counts."""
    reader = StreamReader(manifest(("progress", "p"), ("number", "n")))
    said = read(reader, own("p", 0.1), own("n", 1), own("p", {"value": 0.9}), own("n", 2))
    assert merged(said) == {"p": 0.9, "n": {"value": 2}}


def test_a_log_that_repeats_itself_isnt_doubled():
    """Each event of some tools holds all lines so far: only the new ones are added."""
    lines = [{"message": str(number)} for number in range(4)]
    reader = StreamReader(manifest(("log", "l")))
    said = read(reader, *(own("l", {"lines": lines[: n + 1]}) for n in range(4)))
    assert merged(said) == {"l": {"lines": lines}}
    assert [len(event.value["lines"]) for event in said] == [1, 1, 1, 1]


def test_a_log_that_goes_on_may_say_the_same_again_in_a_line_of_its_own():
    """A lone line is never taken for the beginning of a repetition."""
    reader = StreamReader(manifest(("log", "l")))
    said = read(reader, own("l", {"message": "tick"}), own("l", {"message": "tick"}))
    assert merged(said) == {"l": {"lines": [{"message": "tick"}, {"message": "tick"}]}}


def test_values_of_an_unknown_output_are_named_and_left_out():
    """The stream goes on."""
    reader = StreamReader(manifest(("text", "t")))
    said = read(reader, own("u", "x"), own("t", "y"))
    assert merged(said) == {"t": "y"}
    assert "'u'" in str(reader.notes[0])


def test_an_increment_of_the_wrong_shape_is_an_error_and_harms_nothing():
    """What can't be added is left out, and said once."""
    reader = StreamReader(manifest(("text", "t"), ("chart_line", "c")))
    said = read(reader, own("t", ["x"]), own("t", "fine"), own("c", {"x": [1], "series": [1]}), own("c", "x"))
    assert merged(said) == {"t": "fine"}
    assert {problem.path for problem in reader.notes if problem.severity == "error"} == {"$.t", "$.c"}


# Dialects 2 and 3


def test_keyed_points_add_up_by_name():
    """Dialect 2: x and each other number of a point append to the series of that name."""
    reader = StreamReader(
        manifest(("chart_line", "loss"), ("progress", "progress"), ("text", "summary", {"streaming": False})),
        {"loss": {"x": [], "series": [{"name": "train", "y": []}]}},
    )
    said = read(
        reader,
        {"epoch": 1, "loss": {"x": 1, "y": 0.5, "val_y": 0.6}, "progress": 0.5, "done": False},
        {"epoch": 2, "loss": {"x": 2, "y": 0.4, "val_y": None}, "progress": 1, "done": False},
        {"epoch": 2, "summary": "Good.", "done": True},
    )
    assert merged(said, reader.opening()) == {
        "loss": {"x": [1, 2], "series": [{"name": "train", "y": [0.5, 0.4]}, {"name": "val_y", "y": [0.6, None]}]},
        "progress": 1,
        "summary": "Good.",
    }
    assert reader.complete
    assert reader.notes == ()


def test_without_names_told_before_y_is_a_series_called_y():
    """A series is made if it is missing."""
    reader = StreamReader(manifest(("chart_line", "loss")))
    assert merged(read(reader, {"loss": {"x": 3, "y": 0.41, "val_y": 0.44}})) == {
        "loss": {"x": [3], "series": [{"name": "y", "y": [0.41]}, {"name": "val_y", "y": [0.44]}]}
    }


def test_keyed_points_of_a_scatter_add_up():
    """A point alone belongs to the first series."""
    reader = StreamReader(manifest(("chart_scatter", "s")), {"s": {"series": [{"name": "all", "points": []}]}})
    said = read(reader, {"s": {"x": 1, "y": 2}}, {"s": {"x": 2, "y": 3, "label": "end"}})
    assert merged(said, reader.opening()) == {
        "s": {"series": [{"name": "all", "points": [{"x": 1, "y": 2}, {"x": 2, "y": 3, "label": "end"}]}]}
    }


def test_a_keyed_row_alone_is_a_row():
    """Dialect 2 for a table."""
    reader = StreamReader(manifest(("table", "t")))
    assert merged(read(reader, {"t": {"a": 1}}, {"t": {"a": 2}}))["t"]["rows"] == [{"a": 1}, {"a": 2}]


def test_a_table_has_its_columns_from_its_first_rows_on(reader_of):
    """Whoever watches sees a table: told columns stay, others come with the rows that have them first."""
    reader = reader_of(("table", "t"))
    first, second, third = read(reader, *(own("t", {"rows": [row]}) for row in ({"a": 1}, {"a": 2}, {"a": 3, "b": 4})))
    assert first.value["columns"] == [{"key": "a", "label": "a"}]
    assert "columns" not in second.value
    assert [column["key"] for column in third.value["columns"]] == ["a", "b"]
    told = {"columns": [{"key": "a", "label": "A"}], "rows": []}
    reader = reader_of(("table", "t"), placeholders={"t": told})
    said = read(reader, own("t", {"rows": [{"a": 1, "note": "no column"}]}))
    assert merged(said, reader.opening())["t"]["columns"] == told["columns"]
    declared = [{"key": "a", "label": "Declared"}]
    (said,) = read(reader_of(("table", "t", {"columns": declared})), own("t", {"rows": [[1]]}))
    assert said.value == {"rows": [{"a": 1}], "columns": declared}


def test_the_first_bit_of_code_is_a_whole_value(reader_of):
    """Whoever watches sees what a code output is; the rest is added to it."""
    said = read(reader_of(("code", "k")), own("k", "a"), own("k", "b"))
    assert said[0].value == {"value": "a"}
    assert merged(said) == {"k": {"value": "ab"}}


def test_chunks_go_to_the_text_that_streams():
    """Dialect 3: no key is named, and none is needed."""
    reader = StreamReader(
        manifest(("text", "title", {"streaming": False}), ("stream_text", "reply", {"streaming": False}))
    )
    said = read(reader, {"chunk": "a", "done": False}, {"chunk": "b", "done": True})
    assert merged(said) == {"reply": "ab"}
    assert reader.complete


# Ends, errors, and what else comes by name


@pytest.mark.case("T8.forged")
@pytest.mark.parametrize(
    "body",
    [
        b"event: end\ndata: {}\n\n",
        b"event: done\ndata:\n\n",
        b"event: end\n\n",
        b"data: [DONE]\n\n",
        b"event: DONE\ndata: bye\n\n",
    ],
)
def test_nothing_counts_after_the_end(body):
    """However the tool says that it has ended."""
    reader = StreamReader(manifest(("text", "t")))
    said = reader.feed(sse(own("t", "a")) + body + sse(own("t", "b")))
    assert merged(said) == {"t": "a"}
    assert said[-1] == StreamEnded()
    assert reader.ended


def test_the_last_event_may_carry_values_and_the_end_at_once():
    """`event: done` with the outputs as its data."""
    reader = StreamReader(manifest(("number", "n")))
    said = reader.feed(b'event: done\ndata: {"n": 3}\n\n')
    assert merged(said) == {"n": {"value": 3}}
    assert said[-1] == StreamEnded()


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b'event: error\ndata: {"detail": "boom"}\n\n', "boom"),
        (b'event: error\ndata: {"message": "boom"}\n\n', "boom"),
        (b"event: error\ndata: boom\n\n", "boom"),
        (b'data: {"error": "boom"}\n\n', "boom"),
        (b"event: error\n\n", "The tool says that the run failed, and not why."),
    ],
)
def test_an_error_ends_the_stream_with_the_tools_words(body, message):
    """By name or by key."""
    reader = StreamReader(manifest(("text", "t")))
    assert reader.feed(body) == [StreamFailed(message)]
    assert reader.ended


def test_a_run_that_obeyed_a_cancel_is_told_apart():
    """The tool says the code `cancelled`."""
    reader = StreamReader(manifest(("text", "t")))
    assert reader.feed(b'event: error\ndata: {"detail": "x", "code": "cancelled"}\n\n') == [StreamFailed("x", True)]


def test_progress_and_log_by_name():
    """What the SDK sends beside values."""
    reader = StreamReader(manifest(("text", "t")))
    body = (
        b'event: progress\ndata: {"value": 0.5, "message": "reading"}\n\n'
        b"event: progress\ndata: 7\n\n"
        b'event: log\ndata: {"level": "info", "message": "hello", "t": "2026-05-17T12:00:00Z"}\n\n'
        b"event: log\ndata: plain words\n\n"
    )
    assert reader.feed(body) == [
        Progress(value=0.5, message="reading"),
        Progress(),
        Log(text="2026-05-17T12:00:00Z info hello"),
        Log(text="plain words"),
    ]


def test_the_last_event_counts_also_without_its_blank_line():
    """A whole event that wasn't ended is taken, half of one is not."""
    reader = StreamReader(manifest(("text", "t")))
    assert reader.feed(sse(own("t", "a"))[:-1]) == []
    assert merged(reader.close()) == {"t": "a"}
    reader = StreamReader(manifest(("text", "t")))
    reader.feed(sse(own("t", "a"))[:-9])
    assert reader.close() == []


def test_garbage_in_a_stream_is_an_error_that_stops_nothing():
    """What follows still counts."""
    reader = StreamReader(manifest(("text", "t")))
    assert merged(reader.feed(b"data: <html>\n\n" + sse({"ping": 1}, own("t", "a")))) == {"t": "a"}
    assert [problem.severity for problem in reader.notes] == ["error", "warning"]


def test_what_json_cant_say_becomes_null_in_streams_too():
    """The same cleaning as of an answer."""
    reader = StreamReader(manifest(("chart_line", "c")))
    said = reader.feed(b'data: {"c": {"x": [1], "series": [{"name": "s", "y": [NaN]}]}}\n\n')
    assert merged(said) == {"c": {"x": [1], "series": [{"name": "s", "y": [None]}]}}
