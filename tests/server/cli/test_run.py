"""`pixie run`: real tools in real processes."""

import json
import signal

import pytest

import pixie_core
from tests.server.cli.folders import DEADLINE, add_gremlin, add_tools, command, process
from tests.server.live_pixie import processes_of


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A data folder with the tools of live_pixie and one that misbehaves."""
    folder = tmp_path_factory.mktemp("pixie")
    add_tools(folder)
    add_gremlin(folder)
    return folder


def kept(home, run_id):
    """The run as the data folder has it."""
    with pixie_core.open(home) as opened:
        return opened.get(run_id)


def test_a_run_is_told_in_words_and_kept(home):
    """Outputs on stdout, how it ended on stderr, exit code 0; its origin says where it came from."""
    result = command(home, "run", "adder", "--set", "a=2", "--set", "b=40")
    assert result.exit_code == 0, result.output
    assert "Sum: 42 km\n" in result.stdout
    assert "done in" in result.stderr
    run = kept(home, "adder:last")
    assert (run.status, run.origin, run.inputs["a"]) == ("ok", "cli", 2)


def test_json_is_the_run_as_the_api_answers_it_and_nothing_else(home):
    """The whole of stdout is one JSON document."""
    run = json.loads(command(home, "run", "adder", "--set", "a=2", "--json").stdout)
    assert (run["tool_id"], run["status"], run["outputs"]["sum"]["value"]) == ("adder", "ok", 4)
    assert run["error"] is None
    assert kept(home, run["id"]).id == run["id"]


def test_inputs_come_from_a_file_and_set_goes_before_it(home, tmp_path):
    """The file holds typed values; --set is read by its input's type."""
    file = tmp_path / "inputs.json"
    file.write_text('{"a": 10, "b": 20}')
    result = command(home, "run", "adder", "--inputs", str(file), "--set", "b=-3", "--json")
    assert json.loads(result.stdout)["inputs"] == {"a": 10, "b": -3, "fail": False, "note": ""}


def test_inputs_come_from_stdin_as_well(home):
    """`-` is stdin, as everywhere."""
    result = command(home, "run", "adder", "--inputs", "-", "--json", stdin='{"a": 5}')
    assert json.loads(result.stdout)["inputs"]["a"] == 5


@pytest.mark.parametrize(
    ("text", "said"), [("[1]", "no JSON object"), ("{", "isn't JSON"), ("[" * 100_000, "isn't JSON")]
)
def test_a_file_that_holds_no_inputs_is_wrong_usage(home, text, said):
    """Exit code 2, and what was expected."""
    result = command(home, "run", "adder", "--inputs", "-", stdin=text)
    assert result.exit_code == 2
    assert said in result.stderr


def test_wrong_inputs_are_said_all_at_once_and_no_run_is_made(home):
    """Exit code 2: nothing was done."""
    before = kept(home, "adder:last").id
    result = command(home, "run", "adder", "--set", "a=much", "--set", "b=", "--set", "fial=1")
    assert result.exit_code == 2
    assert "$.a: First must be a number, not 'much'" in result.stderr
    assert "did you mean fail?" in result.stderr
    assert kept(home, "adder:last").id == before


@pytest.mark.parametrize("text", ["a", "=1"])
def test_a_set_without_a_key_or_a_value_is_wrong_usage(home, text):
    """It shows how one is written."""
    result = command(home, "run", "adder", "--set", text)
    assert result.exit_code == 2
    assert "KEY=VALUE" in result.stderr


def test_a_run_that_fails_is_exit_code_1_with_the_tools_own_words(home):
    """With --json as well, and then the document says why."""
    result = command(home, "run", "adder", "--set", "fail=yes", "--set", "note=on purpose")
    assert result.exit_code == 1
    assert "told to fail: on purpose" in result.stderr
    result = command(home, "run", "adder", "--set", "fail=yes", "--json")
    assert result.exit_code == 1
    assert "told to fail" in json.loads(result.stdout)["error"]["message"]


def test_an_unknown_tool_is_answered_with_the_near_one(home):
    """Exit code 1, one line."""
    result = command(home, "run", "addr")
    assert result.exit_code == 1
    assert result.stderr == "There is no tool 'addr'. Did you mean adder?\n"


def test_text_is_on_the_terminal_while_the_run_goes_on(home):
    """The first word is read before the last is written."""
    with process("run", "teller", "--set", "words=4", "--set", "pause=0.3", "--home", home) as running:
        assert running.stdout.readline() == "Story:\n"
        assert running.stdout.read(6) == "word0 "
        assert running.poll() is None
        out, err = running.communicate(timeout=DEADLINE)
    assert running.returncode == 0, err
    assert out == "word1 word2 word3 \nCount: 4\n"


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_cancels_the_run_and_nothing_is_left_of_it(home, how):
    """The run is kept as cancelled with what had come, its process is gone, and the exit code isn't 0."""
    with process("run", "teller", "--set", "words=1000", "--set", "pause=0.1", "--home", home) as running:
        running.stdout.readline()
        running.stdout.read(6)
        running.send_signal(how)
        _, err = running.communicate(timeout=DEADLINE)
    assert running.returncode == 1, err
    assert "Cancelling" in err
    assert "Traceback" not in err
    run = kept(home, "teller:last")
    assert run.status == "cancelled"
    assert run.values()["story"].startswith("word0 ")
    assert processes_of(home) == []


def test_follow_as_json_is_an_event_a_line(home):
    """Numbered from 1 without holes, the last one says how it ended; they are those that are kept."""
    result = command(home, "run", "teller", "--set", "words=3", "--follow", "--json")
    events = [json.loads(line) for line in result.stdout.splitlines()]
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert (events[-1]["kind"], events[-1]["status"]) == ("finished", "ok")
    with pixie_core.open(home) as opened:
        records = opened.store.events(opened.last("teller").id)
    assert [json.loads(record.text) for record in records] == events


def test_a_tools_control_characters_reach_no_terminal(home):
    """Neither from its outputs nor from its log; they are written out."""
    result = command(home, "run", "gremlin", "--follow")
    assert result.exit_code == 0, result.output
    assert "\x1b" not in result.output
    assert "\x07" not in result.output
    assert r"\x1b[2Jgone" in result.stdout
    assert r"\x1b]0;owned\x07 on stderr" in result.stderr


def test_a_file_input_is_given_by_its_path(home, tmp_path):
    """`@PATH` becomes the file itself, with its type."""
    picture = tmp_path / "dot.png"
    picture.write_bytes(b"\x89PNG")
    result = command(home, "run", "gremlin", "--set", f"file=@{picture}", "--json")
    assert json.loads(result.stdout)["outputs"]["size"]["value"] == len("data:image/png;base64,iVBORw==")


def test_a_file_that_cannot_be_read_is_wrong_usage(home, tmp_path):
    """No run is made of it."""
    result = command(home, "run", "gremlin", "--set", f"file=@{tmp_path / 'none.png'}")
    assert result.exit_code == 2
    assert result.stderr == f"{tmp_path / 'none.png'} can't be read: No such file or directory.\n"
