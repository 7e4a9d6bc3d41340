"""What a tool answers, asked over HTTP as a real process."""

from __future__ import annotations

import json
import socket

import pytest

from tests.sdk.processes import manifest

ECHO = manifest({"said": "text"}, {"word": {"type": "text", "default": "hello"}, "times": {"type": "number"}})
ECHO_PROGRAM = """
@tool.run
def echo(word, times=2):
    return {"said": word * times}
"""


@pytest.fixture
def echo(start):
    return start(ECHO, ECHO_PROGRAM)


def test_healthz_is_ok(echo):
    """GET /healthz says that the tool is up."""
    assert ((answer := echo.ask("GET", "/healthz")).status, answer.json) == (200, {"ok": True})


def test_schema_is_the_file_on_disk(echo):
    """GET /schema gives tool.json byte for byte, as it is now and not as it was at the start."""
    path = echo.folder / "tool.json"
    assert path.read_bytes() == echo.ask("GET", "/schema").body
    path.write_text(json.dumps({**ECHO, "name": "Renamed"}))
    assert echo.ask("GET", "/schema").json["name"] == "Renamed"


@pytest.mark.parametrize(
    "body",
    [
        {"run_id": "r", "inputs": {"word": "ab", "times": 3}, "word": "ab", "times": 3, "_pixie": {"run_id": "r"}},
        {"inputs": {"word": "ab", "times": 3}},
        {"word": "ab", "times": 3},
    ],
)
def test_inputs_may_be_nested_or_flat(echo, body):
    """The values of the inputs reach the function from either place in the body."""
    assert echo.ask("POST", "/run", body).json == {"said": "ababab"}


def test_an_input_that_was_not_sent_takes_its_default(echo):
    """The default of tool.json counts, and then the function's own."""
    assert echo.run().json == {"said": "hellohello"}


def test_text_in_any_script_comes_back_unchanged(echo):
    """Unicode passes both ways: beyond the basic plane, with separators that trip JavaScript, with control characters."""
    word = "naïve 𝔘𝔫𝔦𝔠𝔬𝔡𝔢 \u202e\u2028 \x00\r\n 🦋"
    assert echo.run({"word": word, "times": 1}).json == {"said": word}


def test_values_are_handed_over_as_they_came(start):
    """Nothing is converted: the text "42" stays text, true stays true, null stays None."""
    tool = start(
        manifest({"kinds": "text"}, {"value": {"type": "json", "default": 1}}),
        """
        @tool.run
        def kinds(value):
            return {"kinds": type(value).__name__}
        """,
    )
    kinds = {json.dumps(value): tool.run({"value": value}).json["kinds"] for value in ("42", 42, 4.0, True, None, [1])}
    assert kinds == {'"42"': "str", "42": "int", "4.0": "float", "true": "bool", "null": "NoneType", "[1]": "list"}


@pytest.mark.parametrize(
    ("inputs", "named"),
    [({"wrod": "x", "times": 1}, "wrod"), ({"word": "x", "more": 1, "other": 2}, "more")],
)
def test_an_unknown_input_is_refused_by_name(echo, inputs, named):
    """An input that tool.json doesn't declare gets 422, and the message names it and those that there are."""
    answer = echo.run(inputs)
    assert answer.status == 422
    assert named in answer.detail
    assert "word, times" in answer.detail


def test_a_missing_input_is_refused_by_name(start):
    """A required input without a default gets 422 that names every missing one."""
    tool = start(
        manifest({"said": "text"}, {"first": "text", "second": "text"}),
        """
        @tool.run
        def say(first, second):
            return {"said": first + second}
        """,
    )
    answer = tool.run()
    assert answer.status == 422
    assert "first" in answer.detail
    assert "second" in answer.detail


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b'{"inputs": {"word": NaN}}', 400),
        (b'{"inputs": {"word": Infinity}}', 400),
        (b'"\xff"', 400),
        (b"[" * 100_000, 400),
        (b"[]", 422),
        (b'{"inputs": []}', 422),
        (b'{"run_id": 7}', 422),
        (b'{"_pixie": {"artefacts_dir": "relative"}}', 422),
        (b'{"_pixie": {"artefacts_dir": "/nowhere/at/all"}}', 422),
    ],
)
def test_a_body_that_is_no_request_is_refused(echo, body, status):
    """What isn't JSON gets 400, what isn't a request for a run 422; the tool goes on answering."""
    answer = echo.ask("POST", "/run", body, {"Content-Type": "application/json"})
    assert (answer.status, bool(answer.detail)) == (status, True)
    assert echo.ask("GET", "/healthz").status == 200


def test_an_exception_becomes_its_words(start):
    """What the function raises gets 500 with its type and message, and the traceback is on stderr."""
    tool = start(
        manifest({"n": "number"}),
        """
        def deep():
            return 1 / 0

        @tool.run
        def fail(word):
            if word == "exit":
                raise SystemExit("no model")
            return {"n": deep()}
        """,
    )
    answer = tool.run()
    assert (answer.status, answer.detail) == (500, "ZeroDivisionError: division by zero")
    assert "in deep" in tool.stderr()
    assert "execution.py" not in tool.stderr()
    assert tool.run({"word": "exit"}).detail == "SystemExit: no model"
    assert tool.ask("GET", "/healthz").status == 200


def test_an_input_that_only_the_tool_can_judge_gets_422(start):
    """InputError is the caller's mistake and not the tool's."""
    tool = start(
        manifest({"n": "number"}),
        """
        @tool.run
        def judge(word):
            raise InputError("word", "has no vowels")
        """,
    )
    answer = tool.run()
    assert (answer.status, answer.detail) == (422, "word: has no vowels")


@pytest.mark.parametrize(
    ("returned", "said"),
    [
        ('{"chart": {"x": [0, 1], "series": [{"name": "a", "y": [1, float("nan")]}]}}', "series[0].y[1]"),
        ('{"chart": {"value": 3}}', "chart_line has no `value`"),
        ('{"chart": [1, 2]}', "expected an object with x, series"),
        ('{"chart": {"x": [0], "series": {"a": [1]}, "xlabel": "t"}}', "knows no xlabel"),
        ('{"chart": {"x": [0], "series": {"a": [1]}}, "more": 1}', "more"),
        ("{}", "didn't return chart"),
        ("None", "didn't return chart"),
        ("[1]", "expected a dict"),
        ('{"chart": {"x": [0], "series": {"a": [1]}, "x_label": b"t"}}', "x_label"),
    ],
)
def test_a_wrong_output_is_told_with_its_place(start, returned, said):
    """What the function returns is checked against the type that tool.json declares; NaN never leaves the process."""
    tool = start(manifest({"chart": "chart_line"}), f"@tool.run\ndef wrong(word):\n    return {returned}\n")
    answer = tool.run()
    assert answer.status == 500
    assert said in answer.detail


def test_a_big_answer_arrives_whole(start):
    """Tens of megabytes come back complete, also over a connection that asks again afterwards."""
    tool = start(
        manifest({"words": "text", "rows": "table"}),
        """
        @tool.run
        def big(word):
            rows = [{"n": n, "square": n * n} for n in range(200_000)]
            return {"words": "é" * 8_000_000, "rows": outputs.table(rows)}
        """,
    )
    connection = tool.connect()
    answer = tool.ask("POST", "/run", {}, on=connection).json
    assert answer["words"] == "é" * 8_000_000
    assert answer["rows"]["rows"][-1] == {"n": 199_999, "square": 199_999**2}
    assert tool.ask("GET", "/healthz", on=connection).status == 200


def test_a_big_request_arrives_whole(echo):
    """An input of tens of megabytes reaches the function."""
    word = "x" * 20_000_000
    assert echo.run({"word": word, "times": 1}).json == {"said": word}


def test_one_connection_serves_many_requests(echo):
    """HTTP/1.1 connections are kept: refusals and answers follow each other on the same one."""
    connection = echo.connect()
    connection.connect()
    port = connection.sock.getsockname()[1]
    statuses = [
        echo.ask("GET", "/healthz", on=connection).status,
        echo.ask("GET", "/nowhere", on=connection).status,
        echo.ask("POST", "/run", {"oops": 1}, on=connection).status,
        echo.ask("POST", "/healthz", {"unread": "body"}, on=connection).status,
        echo.ask("POST", "/run", {"word": "a", "times": 1}, on=connection).status,
    ]
    assert statuses == [200, 404, 422, 405, 200]
    assert connection.sock.getsockname()[1] == port


def test_head_is_answered_without_a_body(echo):
    """HEAD gets a refusal that is a head alone, so that the next answer isn't mistaken for its body."""
    connection = echo.connect()
    answer = echo.ask("HEAD", "/healthz", on=connection)
    assert (answer.status, answer.body) == (405, b"")
    assert echo.ask("GET", "/healthz", on=connection).json == {"ok": True}


def test_a_body_in_chunks_is_understood(echo):
    """Transfer-Encoding: chunked carries a request as well as a length does."""
    chunks = iter([b'{"word": "a', b'b", "ti', b'mes": 2}'])
    connection = echo.connect()
    connection.request("POST", "/run", chunks, {"Content-Type": "application/json"}, encode_chunked=True)
    assert json.loads(connection.getresponse().read()) == {"said": "abab"}


def test_a_caller_who_waits_for_continue_is_told_to(echo):
    """Expect: 100-continue is answered before the body is read, as curl asks for large ones."""
    body = json.dumps({"word": "a", "times": 1}).encode()
    with socket.create_connection(("127.0.0.1", echo.port), timeout=10) as raw:
        raw.sendall(
            b"POST /run HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            b"Expect: 100-continue\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body)
        )
        assert raw.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
        raw.sendall(body)
        assert raw.makefile("rb").read().endswith(b'{"said":"a"}')


@pytest.mark.parametrize(
    "path", ["/", "/nowhere", "/run/more", "/autocomplete/nobody", "/files/x/y", "/stream?run_id=x"]
)
def test_what_is_not_there_is_404_with_words(echo, path):
    """An unknown address, run, file or suggestion gets 404 that says so."""
    answer = echo.ask("GET", path)
    assert answer.status in {404, 405} if path == "/run/more" else answer.status == 404
    assert answer.detail


def test_scalars_of_numerical_libraries_are_numbers(start):
    """Whatever has tolist() or item() is taken at its word, in plain values and by the helpers."""
    tool = start(
        manifest({"n": "number", "pairs": "kv", "rows": "table", "chart": "chart_line"}),
        """
        import numpy as np

        @tool.run
        def measure(word):
            return {
                "n": np.float32(0.5),
                "pairs": {"pairs": [{"key": "count", "value": np.int64(3)}, {"key": "ok", "value": np.bool_(True)}]},
                "rows": outputs.table([{"a": np.int32(1), "b": np.str_("x")}]),
                "chart": outputs.chart_line(np.arange(3), {"y": np.linspace(0, 1, 3)}),
            }
        """,
    )
    answer = tool.run()
    assert answer.status == 200, answer.detail
    assert answer.json["n"] == 0.5
    assert answer.json["pairs"] == {"pairs": [{"key": "count", "value": 3}, {"key": "ok", "value": True}]}
    assert answer.json["rows"]["rows"] == [{"a": 1, "b": "x"}]
    assert answer.json["chart"] == {"x": [0, 1, 2], "series": [{"name": "y", "y": [0.0, 0.5, 1.0]}]}


def test_suggestions_are_asked_by_name(start):
    """GET /autocomplete/<name>?q= gives the function's answer; text stands for itself as value and label."""
    tool = start(
        manifest({"said": "text"}, {"city": {"type": "autocomplete", "endpoint": "/autocomplete/cities"}}),
        """
        @tool.run
        def say(city):
            return {"said": city}

        @tool.autocomplete("cities")
        def cities(query):
            if query == "!":
                raise LookupError("no map")
            found = [name for name in ("Århus", "Aachen") if name.lower().startswith(query.lower())]
            return [*found, {"value": "x", "label": "Elsewhere"}]
        """,
    )
    elsewhere = {"value": "x", "label": "Elsewhere"}
    assert tool.ask("GET", "/autocomplete/cities?q=%C3%A5").json == [{"value": "Århus", "label": "Århus"}, elsewhere]
    assert len(tool.ask("GET", "/autocomplete/cities").json) == 3
    answer = tool.ask("GET", "/autocomplete/cities?q=!")
    assert (answer.status, answer.detail) == (500, "LookupError: no map")
    assert "in cities" in tool.stderr()


def test_a_chat_gets_its_messages(start):
    """With layout chat the function takes the conversation; other inputs keep their defaults."""
    tool = start(
        manifest(
            {"reply": "markdown"}, {"message": "textarea", "tone": {"type": "text", "default": "dry"}}, layout="chat"
        ),
        """
        @tool.run
        def reply(messages, history, tone):
            return {"reply": f"{tone}: {messages[-1]['content']} after {len(history)}"}
        """,
    )
    conversation = {"messages": [{"role": "user", "content": "Hi"}], "history": []}
    assert tool.run(conversation).json == {"reply": "dry: Hi after 0"}
    assert tool.ask("POST", "/run", {"inputs": {}, **conversation}).json == {"reply": "dry: Hi after 0"}


def test_messages_of_a_run_that_does_not_stream_go_to_stderr(start):
    """Without a stream, log lines and progress messages are in the log of the process."""
    tool = start(
        manifest({"said": "text", "how_far": "progress"}),
        """
        @tool.run
        def say(word, *, run):
            run.log("reading", "warning")
            run.progress(0.5, "half way")
            return {"said": run.id + str(run.inputs["word"])}
        """,
    )
    assert tool.run(run_id="r1").json == {"said": "r1hello", "how_far": 0.5}
    assert "warning: reading" in tool.stderr()
    assert "info: half way" in tool.stderr()
