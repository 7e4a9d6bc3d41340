"""How the process of a tool begins and ends."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.sdk.processes import SOURCES, manifest, until

DECLARED = manifest({"said": "text"})
PROGRAM = """
@tool.run
def say(word):
    return {"said": word}
"""
ENDLESS = """
from pathlib import Path

@tool.run
def work(word, *, run):
    (tool.folder / "working").touch()
    while True:
        if word != "stubborn":
            run.sleep(3600)
        time.sleep(0.01)
"""


def call(tool, inputs) -> None:
    """Ask for a run whose answer will never come, without waiting for it."""
    body = json.dumps({"inputs": inputs}).encode()
    connection = tool.connect()
    connection.request("POST", "/run", body, {"Content-Type": "application/json"})
    tool.callers.append(connection)


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_free_port_is_taken_and_told(start):
    """Without --port a free one is taken and printed on stderr, with the tool's id."""
    tool = start(DECLARED, PROGRAM)
    assert f"small-tool listens on http://127.0.0.1:{tool.port}" in tool.stderr()


@pytest.mark.parametrize("form", ["--port {}", "--port={}"])
def test_the_port_that_was_asked_for_is_taken(start, form):
    """--port N is obeyed."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    tool = start(DECLARED, PROGRAM, arguments=form.format(port).split())
    assert tool.port == port


@pytest.mark.parametrize("arguments", [["--port"], ["--port", "x"], ["--port", "70000"], ["--host", "0.0.0.0"], ["1"]])
def test_an_unknown_argument_ends_it(start, arguments):
    """Only --port N is understood; anything else ends the process with words and a code that isn't 0."""
    tool = start(DECLARED, PROGRAM, listening=False, arguments=arguments)
    assert tool.process.wait(30) != 0
    assert "expected --port N" in tool.stderr()


def test_a_taken_port_ends_it_with_words(start):
    """A port that another process has is told by its number."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        tool = start(DECLARED, PROGRAM, listening=False, arguments=["--port", str(port)])
        assert tool.process.wait(30) != 0
    assert f"can't listen on 127.0.0.1:{port}" in tool.stderr()


def test_help_is_printed(start):
    """--help says what there is to say, and ends with code 0."""
    tool = start(DECLARED, PROGRAM, listening=False, arguments=["--help"])
    assert tool.process.wait(30) == 0


def test_an_inherited_socket_is_served(start):
    """With PIXIE_TOOL_SOCKET the tool serves the parent's socket; callers from before it was up are answered too."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        early = socket.create_connection(("127.0.0.1", port))
        early.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        tool = start(
            DECLARED,
            PROGRAM,
            environment={"PIXIE_TOOL_SOCKET": str(listener.fileno())},
            pass_fds=(listener.fileno(),),
            arguments=["--port", "1"],
        )
    assert tool.port == port
    assert early.makefile("rb").read().endswith(b'{"ok":true}')
    assert tool.run().json == {"said": "hello"}


def test_an_inherited_socket_that_others_could_reach_is_refused(start):
    """A socket bound to anything but 127.0.0.1 isn't served."""
    with socket.create_server(("0.0.0.0", 0)) as listener:
        tool = start(
            DECLARED,
            PROGRAM,
            listening=False,
            environment={"PIXIE_TOOL_SOCKET": str(listener.fileno())},
            pass_fds=(listener.fileno(),),
        )
        assert tool.process.wait(30) != 0
    assert "127.0.0.1 alone" in tool.stderr()


@pytest.mark.parametrize("value", ["abc", "9999"])
@pytest.mark.parametrize("name", ["PIXIE_TOOL_SOCKET", "PIXIE_TOOL_LIFELINE"])
def test_a_descriptor_that_is_none_is_told(start, name, value):
    """A number that names no open descriptor ends the process with the variable's name."""
    tool = start(DECLARED, PROGRAM, listening=False, environment={name: value})
    assert tool.process.wait(30) != 0
    assert name in tool.stderr()


@pytest.mark.parametrize("inputs", [None, {"word": "polite"}, {"word": "stubborn"}])
def test_a_tool_ends_with_its_parent(start, inputs):
    """When the other end of the lifeline closes, the process ends, whatever it is doing."""
    readable, writable = os.pipe()
    tool = start(DECLARED, ENDLESS, environment={"PIXIE_TOOL_LIFELINE": str(readable)}, pass_fds=(readable,))
    os.close(readable)
    if inputs:
        call(tool, inputs)
        until((tool.folder / "working").exists, "the run to work")
    assert tool.process.poll() is None
    os.close(writable)
    assert tool.process.wait(30) == 0


def test_programs_of_a_tool_end_with_the_parent_too(start):
    """What the tool has started is in its process group, and gets SIGTERM when the lifeline ends."""
    readable, writable = os.pipe()
    tool = start(
        manifest({"pid": "number"}),
        """
        import subprocess

        @tool.run
        def start(word):
            return {"pid": subprocess.Popen(["sleep", "600"]).pid}
        """,
        environment={"PIXIE_TOOL_LIFELINE": str(readable)},
        pass_fds=(readable,),
    )
    os.close(readable)
    child = tool.run().json["pid"]
    assert alive(child)
    os.close(writable)
    until(lambda: not alive(child), "the program to end")
    assert tool.process.wait(30) == 0


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("connected", [False, True])
def test_an_idle_tool_ends_at_once_when_asked(start, how, connected):
    """SIGTERM and Ctrl+C end it with code 0, also with a connection open."""
    tool = start(DECLARED, PROGRAM)
    connection = tool.connect()
    if connected:
        tool.ask("GET", "/healthz", on=connection)
    code, seconds = tool.end(how)
    assert code == 0, tool.stderr()
    assert seconds < 0.8
    assert "Traceback" not in tool.stderr()
    connection.close()


def test_sigterm_reaches_a_tool_with_many_threads(start):
    """The system gives a signal to any thread: the process ends all the same, time after time."""
    for _ in range(10):
        tool = start(DECLARED, PROGRAM)
        connections = [tool.connect() for _ in range(8)]
        for connection in connections:
            tool.ask("GET", "/healthz", on=connection)
        assert tool.end()[0] == 0
        for connection in connections:
            connection.close()


def test_sigterm_cancels_the_run_and_tells_its_caller(start):
    """A run that looks at its cancel ends with it, and the caller gets an answer before the process has gone."""
    tool = start(DECLARED, ENDLESS)
    answers = []
    caller = threading.Thread(target=lambda: answers.append(tool.run()))
    caller.start()
    until((tool.folder / "working").exists, "the run to work")
    code, seconds = tool.end()
    caller.join(30)
    assert (code, seconds < 1) == (0, True)
    assert (answers[0].status, answers[0].json["code"]) == (409, "cancelled")


def test_sigterm_ends_an_open_stream(start):
    """A stream's reader gets the end of the run, and the process doesn't wait for the reader."""
    tool = start(manifest({"text": {"type": "stream_text", "streaming": True}}), ENDLESS)
    tool.run(run_id="r")
    stream = tool.open_stream("r")
    until((tool.folder / "working").exists, "the run to work")
    code, seconds = tool.end()
    assert (code, seconds < 1) == (0, True)
    assert stream.all()[-1][1]["code"] == "cancelled"


@pytest.mark.parametrize("again", [False, True])
def test_sigterm_ends_a_stubborn_run_within_a_second(start, again):
    """A run that never looks is left behind: the process exits with code 0 within a second, signalled once or twice."""
    tool = start(DECLARED, ENDLESS)
    call(tool, {"word": "stubborn"})
    until((tool.folder / "working").exists, "the run to work")
    if again:
        tool.process.send_signal(signal.SIGTERM)
    code, seconds = tool.end()
    assert (code, seconds < 1.2) == (0, True)


def test_clean_up_of_the_author_runs_at_the_end(start):
    """After serve() returns the program goes on to its end, and atexit is kept."""
    tool = start(DECLARED, PROGRAM + '\nimport atexit\natexit.register((tool.folder / "left").touch)\n')
    assert tool.end()[0] == 0
    assert (tool.folder / "left").exists()


def test_a_stubborn_thread_of_the_author_is_not_waited_for(start):
    """A thread that isn't a daemon would keep the interpreter: the process exits with code 0 all the same."""
    tool = start(DECLARED, PROGRAM + "\nimport threading\nthreading.Thread(target=threading.Event().wait).start()\n")
    code, seconds = tool.end()
    assert (code, seconds < 1.2) == (0, True)


def test_clean_up_runs_when_a_run_is_left_behind(start):
    """What the author registered with atexit runs, also when a run doesn't end."""
    tool = start(DECLARED, ENDLESS + '\nimport atexit\natexit.register((tool.folder / "left").touch)\n')
    call(tool, {"word": "stubborn"})
    until((tool.folder / "working").exists, "the run to work")
    assert tool.end()[0] == 0
    assert (tool.folder / "left").exists()


def test_nothing_is_served_after_sigterm(start):
    """The port is free as soon as the process has gone."""
    tool = start(DECLARED, PROGRAM)
    tool.end()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", tool.port), timeout=5)


def test_a_signal_of_the_author_is_no_end(start):
    """SIGCHLD or SIGUSR1 that the tool handles itself doesn't stop the server."""
    tool = start(
        DECLARED,
        PROGRAM + '\nimport signal\nsignal.signal(signal.SIGUSR1, lambda *_: (tool.folder / "seen").touch())\n',
    )
    tool.process.send_signal(signal.SIGUSR1)
    until((tool.folder / "seen").exists, "the author's handler")
    assert tool.run().json == {"said": "hello"}


@pytest.mark.parametrize(
    ("declared", "program", "said"),
    [
        (DECLARED, "", "put @tool.run above"),
        (DECLARED, PROGRAM + PROGRAM, "used twice"),
        (DECLARED, "@tool.run\ndef f(): ...", "declares the input 'word', and the function doesn't take it"),
        (DECLARED, "@tool.run\ndef f(word, other): ...", "takes 'other', and tool.json declares no such input"),
        (DECLARED, "@tool.run\ndef f(word, /): ...", "by position only"),
        (DECLARED, "@tool.run\nasync def f(word): ...", "plain function"),
        (DECLARED, "@tool.run\ndef f(word):\n    yield 1", "run.emit"),
        (DECLARED, PROGRAM + "\n@tool.autocomplete('x')\ndef x(q): ...", "answers nobody"),
        (manifest({"t": "text"}, {"run": "text"}), "@tool.run\ndef f(run): ...", "can't be called 'run'"),
        (manifest({"t": "text"}, {"inputs": "text"}), "@tool.run\ndef f(**k): ...", "'inputs' is reserved"),
        (manifest({"t": "text"}, {"w": {"type": "text", "required": False}}), "@tool.run\ndef f(w): ...", "optional"),
        (manifest({"t": "text"}, {"c": {"type": "autocomplete", "endpoint": "/autocomplete/x"}}), "@tool.run\ndef f(c): ...", "@tool.autocomplete('x')"),
        (manifest({"t": "text"}, layout="chat"), "@tool.run\ndef f(word): ...", "takes 'messages'"),
        ({"id": "x", "inputs": [{"key": "a"}], "outputs": []}, PROGRAM, "$.inputs[0]"),
        ({"name": "x", "inputs": [{"key": "a", "type": "text"}] * 2, "outputs": []}, PROGRAM, "$.inputs[1].key"),
        ([], PROGRAM, "expected an object"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_told_at_the_desk(start, declared, program, said):
    """tool.json and the program are held against each other before the tool listens, and the words name the problem."""
    tool = start(declared, program, listening=False)
    assert tool.process.wait(30) != 0
    assert said in tool.stderr()


def test_tool_json_is_found_above_the_main_file(start, processes):
    """An entrypoint in a folder of its own finds tool.json above it; without any the words say where it was looked for."""
    tool = start(DECLARED, PROGRAM)
    nested = tool.folder / "app"
    nested.mkdir()
    (tool.folder / "main.py").rename(nested / "main.py")
    script = f"import runpy; runpy.run_path({str(nested / 'main.py')!r})"
    environment = {**os.environ, "PYTHONPATH": str(SOURCES)}
    answer = subprocess.run(
        [sys.executable, str(nested / "main.py"), "--help"], env=environment, capture_output=True, text=True
    )
    assert answer.returncode == 0, answer.stderr
    answer = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True)
    assert "say Tool(folder)" in answer.stderr


def test_only_the_standard_library_is_imported():
    """The SDK brings nothing with it that a tool's own pins could clash with, and nothing that is slow to import."""
    code = (
        "import sys, json; sys.path.insert(0, sys.argv[1]); before = set(sys.modules); import pixie_tool_sdk;"
        "print(json.dumps(sorted({name.partition('.')[0] for name in set(sys.modules) - before})))"
    )
    told = subprocess.run([sys.executable, "-I", "-c", code, str(SOURCES)], capture_output=True, text=True, check=True)
    imported = set(json.loads(told.stdout))
    assert imported <= {*sys.stdlib_module_names, "pixie_tool_sdk"}
    assert not imported & {
        "asyncio",
        "http",
        "email",
        "ssl",
        "argparse",
        "logging",
        "tempfile",
        "uuid",
        "xml",
        "unittest",
    }


def test_a_tool_is_up_quickly(start):
    """From its start to its first answer a process takes less than a tenth of a second of the processor's time."""
    spent = []
    for _ in range(5):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            tool = start(
                DECLARED,
                PROGRAM,
                listening=False,
                environment={"PIXIE_TOOL_SOCKET": str(listener.fileno())},
                pass_fds=(listener.fileno(),),
            )
            with socket.create_connection(listener.getsockname()) as caller:
                caller.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                assert b"200 OK" in caller.makefile("rb").read()
        user, system = Path(f"/proc/{tool.process.pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13]
        spent.append((int(user) + int(system)) / os.sysconf("SC_CLK_TCK"))
    assert 0 < min(spent) < 0.1
