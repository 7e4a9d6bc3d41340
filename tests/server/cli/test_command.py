"""What every command shares: options, examples, errors as words and exit codes."""

import resource
import shlex
import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from pixie_core.errors import InputsInvalid, Problem, SettingsError, ToolDied, ToolNotFound
from pixie_server.assets import AssetsError
from pixie_server.cli.command import Command, Failure, Group, pass_session
from pixie_server.cli.root import COMMANDS, pixie


def group_raising(error):
    """A `pixie` with one command, which raises this error."""

    @click.command(cls=Command)
    def fail():
        raise error

    return Group("pixie", commands={"fail": fail})


@pytest.mark.parametrize(
    ("error", "exit_code"),
    [
        (ToolNotFound("lorenz", ("lorenz-ode-solver",)), 1),
        (ToolDied("lorenz", "The process ended with signal 11."), 1),
        (InputsInvalid("The inputs of lorenz", [Problem("$.rho", "must be a number")]), 2),
        (SettingsError("PIXIE_PORT is 'x': it must be a whole number of at least 1."), 2),
        (Failure("Pixie isn't running.", 3), 3),
        (AssetsError("The front-end files are incomplete."), 1),
    ],
    ids=lambda value: type(value).__name__,
)
def test_an_error_ends_the_command_with_its_words_alone_and_its_exit_code(error, exit_code):
    """On stderr stands the message and nothing else: no traceback, no class name."""
    result = CliRunner().invoke(group_raising(error), ["fail"])
    assert result.exit_code == exit_code
    assert result.stderr == f"{error}\n"
    assert result.stdout == ""


def test_the_words_of_an_error_cannot_steer_the_terminal():
    """A tool's name or message may be in them."""
    result = CliRunner().invoke(group_raising(ToolDied("x", "\x1b[2Jgone")), ["fail"])
    assert result.stderr == "\\x1b[2Jgone\n"


def test_an_unforeseen_error_is_one_line_that_says_how_to_see_more():
    """A fault of Pixie isn't a page of traceback, and isn't hidden either."""
    result = CliRunner().invoke(group_raising(ZeroDivisionError("division by zero")), ["fail"])
    assert result.exit_code == 1
    assert result.stderr == (
        "Something went wrong in Pixie (ZeroDivisionError: division by zero). --traceback shows where.\n"
    )


def test_an_unforeseen_error_about_a_file_names_the_file():
    """Permission denied alone helps nobody."""
    error = PermissionError(13, "Permission denied", "/srv/pixie/pixie.db")
    result = CliRunner().invoke(group_raising(error), ["fail"])
    assert result.stderr.startswith("/srv/pixie/pixie.db: Permission denied.")


@pytest.mark.parametrize("arguments", [["--traceback", "fail"], ["fail", "--traceback"]])
def test_traceback_shows_where_an_error_came_from(arguments):
    """Before the subcommand and after it."""
    result = CliRunner().invoke(group_raising(ToolDied("x", "It died.")), arguments)
    assert result.exit_code == 1
    assert "in fail" in result.stderr
    assert result.stderr.endswith("It died.\n")


@pytest.mark.parametrize("arguments", [["--home", "DATA", "where"], ["where", "--home", "DATA"]])
def test_home_is_the_data_folder_before_the_subcommand_and_after_it(tmp_path, arguments):
    """`pixie --home X run` and `pixie run --home X` mean the same."""

    @click.command(cls=Command)
    @pass_session
    def where(session):
        click.echo(session.settings().home)

    root = Group("pixie", commands={"where": where})
    result = CliRunner().invoke(root, [str(tmp_path) if each == "DATA" else each for each in arguments])
    assert result.stdout == f"{tmp_path.resolve()}\n"


def test_a_misspelt_command_is_answered_with_the_one_that_was_meant():
    """Wrong usage is exit code 2."""
    result = CliRunner().invoke(pixie, ["valdate"])
    assert result.exit_code == 2
    assert "Did you mean validate?" in result.stderr


def test_version_is_printed():
    """The version of the installed package."""
    from importlib.metadata import version

    assert CliRunner().invoke(pixie, ["--version"]).stdout == f"pixie {version('pixie-server')}\n"


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_command_has_help_with_an_example_and_words_for_each_option(command):
    """Nobody has to guess what a command or an option does."""
    result = CliRunner().invoke(pixie, [command.name, "--help"])
    assert result.exit_code == 0
    assert "Example" in result.stdout
    assert all(example in result.stdout for example in command.examples)
    assert all(each.help for each in command.params if isinstance(each, click.Option))


@pytest.mark.parametrize("example", [each for command in (pixie, *COMMANDS) for each in command.examples])
def test_every_example_is_a_command_line_that_the_parser_takes(example, tmp_path, monkeypatch):
    """Examples in the help are for copying."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "inputs.json").write_text("{}")
    program, *arguments = shlex.split(example)
    assert program == "pixie"
    context = pixie.make_context("pixie", arguments)
    rest = [*context._protected_args, *context.args]
    if rest:
        name, command, rest = pixie.resolve_command(context, rest)
        assert command.make_context(name, rest, parent=context).command is command


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_the_first_sentence_of_each_command_fits_into_the_list(command):
    """`pixie --help` cuts nothing off."""
    assert not command.get_short_help_str(60).endswith("...")


def test_help_is_there_at_once():
    """What is slow to import is imported by the commands that use it: under 0.3 s of work, however busy the machine."""

    def seconds():
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-m", "pixie_server.cli", "--help"], check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    assert min(seconds() for _ in range(5)) < 0.3


def test_help_loads_nothing_of_the_store_the_web_server_or_the_terminal_library():
    """The reason why it is quick, which a busy machine can't hide."""
    code = (
        "import sys; import pixie_server.cli; "
        "print([name for name in ('sqlite3', 'quart', 'rich', 'httpx', 'pixie_core.facade') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout == "[]\n"
