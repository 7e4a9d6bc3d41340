"""`pixie set-secret`."""

import json
import os
import pty
import select
import stat
import subprocess
import sys

import pytest

from tests.server.cli.folders import DEADLINE, command
from tests.server.live_pixie import MANIFESTS, PROGRAMS, add_tool

VALUE = "sk-very-secret-1234"


@pytest.fixture
def home(tmp_path):
    """A data folder with one tool that wants a key."""
    manifest = {**MANIFESTS["adder"], "secrets": [{"key": "API_KEY", "description": "from the vendor"}]}
    add_tool(tmp_path / "tools", manifest, PROGRAMS["adder"])
    return tmp_path


def dotenv(home):
    """The tool's .env."""
    return home / "tools" / "adder" / ".env"


def test_a_secret_from_stdin_is_written_for_nobody_else_and_shown_nowhere(home):
    """Mode 600, and neither stdout nor stderr has the value."""
    result = command(home, "set-secret", "adder", "API_KEY", stdin=f"{VALUE}\n")
    assert result.exit_code == 0, result.output
    assert result.stdout == "API_KEY of adder is set.\n"
    assert VALUE not in result.output
    assert VALUE in dotenv(home).read_text()
    assert stat.S_IMODE(dotenv(home).stat().st_mode) == 0o600


def test_a_terminal_is_asked_and_does_not_show_what_is_typed(home):
    """The question stands on stderr, and the terminal shows nothing of the answer."""
    keyboard, terminal = pty.openpty()
    running = subprocess.Popen(
        [sys.executable, "-m", "pixie_server.cli", "set-secret", "adder", "API_KEY", "--home", str(home)],
        stdin=terminal, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    try:
        # What is typed before the question is thrown away, as for any password.
        assert running.stderr.read(len("API_KEY: ")) == b"API_KEY: "
        os.write(keyboard, f"{VALUE}\n".encode())
        out, err = running.communicate(timeout=DEADLINE)
        os.set_blocking(keyboard, False)
        shown = os.read(keyboard, 1000) if select.select([keyboard], [], [], 0)[0] else b""
    finally:
        running.kill()
        running.wait()
        os.close(terminal)
        os.close(keyboard)
    assert running.returncode == 0, err
    assert VALUE.encode() not in out + err + shown
    assert VALUE in dotenv(home).read_text()


@pytest.mark.parametrize("stdin", ["", "\n", "  \n"])
def test_no_value_changes_nothing_and_asks_nothing(home, stdin):
    """Exit code 2; a script that pipes nothing in learns it."""
    result = command(home, "set-secret", "adder", "API_KEY", stdin=stdin)
    assert result.exit_code == 2
    assert "nothing was changed" in result.stderr
    assert not dotenv(home).exists()


def test_a_secret_is_removed_by_clear(home):
    """The rest of the file stays."""
    dotenv(home).write_text("# mine\nOTHER=1\n")
    command(home, "set-secret", "adder", "API_KEY", stdin=VALUE)
    first = command(home, "set-secret", "adder", "API_KEY", "--clear", "--json")
    second = command(home, "set-secret", "adder", "API_KEY", "--clear")
    assert json.loads(first.stdout) == {"tool_id": "adder", "key": "API_KEY", "set": False, "changed": True}
    assert second.stdout == "API_KEY of adder wasn't set.\n"
    assert dotenv(home).read_text() == "# mine\nOTHER=1\n"


def test_a_name_that_the_tool_does_not_list_is_set_with_a_word_about_it(home):
    """It may be meant; mostly it is a slip."""
    result = command(home, "set-secret", "adder", "API_KYE", stdin=VALUE)
    assert result.exit_code == 0
    assert "did you mean API_KEY?" in result.stderr


def test_a_secret_that_is_too_short_to_be_hidden_is_set_with_a_warning(home):
    """Masking `12345` would hide half of what the tool says; who sets it must know that it isn't."""
    result = command(home, "set-secret", "adder", "API_KEY", stdin="12345")
    assert result.exit_code == 0
    assert result.stderr == "API_KEY is shorter than 6 characters: it isn't masked in what the tool says.\n"
    assert command(home, "set-secret", "adder", "API_KEY", stdin="123456").stderr == ""


def test_nobody_is_asked_for_the_secret_of_a_tool_that_is_not_there(home):
    """The tool is named, and what was piped in isn't shown."""
    result = command(home, "set-secret", "addre", "API_KEY", stdin=VALUE)
    assert result.exit_code == 1
    assert "addre" in result.stderr
    assert VALUE not in result.output


@pytest.mark.parametrize("key", ["PATH", "LD_PRELOAD", "PIXIE_HOME", "with space", "1ST"])
def test_a_name_that_no_secret_can_have_is_wrong_usage(home, key):
    """Nothing is written."""
    assert command(home, "set-secret", "adder", key, stdin=VALUE).exit_code == 2
    assert not dotenv(home).exists()


def test_secrets_that_were_kept_back_are_handed_over_by_confirm(home):
    """By their names; a second time there is nothing to hand over."""
    dotenv(home).with_name(".env.withheld").write_text(f"API_KEY='{VALUE}'\n")
    first = command(home, "set-secret", "adder", "--confirm")
    second = command(home, "set-secret", "adder", "--confirm")
    assert first.stdout == "adder gets API_KEY from its next run on.\n"
    assert second.stdout == "No secret of adder was kept back; nothing was changed.\n"
    assert VALUE in dotenv(home).read_text()
    assert stat.S_IMODE(dotenv(home).stat().st_mode) == 0o600


@pytest.mark.parametrize("arguments", [[], ["--clear"], ["API_KEY", "--confirm"], ["--confirm", "--clear"]])
def test_it_is_either_a_key_or_confirm(home, arguments):
    """Wrong usage otherwise, and nothing is asked."""
    result = command(home, "set-secret", "adder", *arguments)
    assert result.exit_code == 2
    assert "KEY" in result.stderr
    assert not dotenv(home).exists()
