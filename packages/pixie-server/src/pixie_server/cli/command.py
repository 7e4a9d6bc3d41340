"""What all commands share: `--home`, `--traceback`, examples in the help, errors as words and exit codes."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING, Any, NoReturn

import click
from attrs import define

from pixie_core.errors import PixieError
from pixie_server.assets import AssetsError
from pixie_server.cli.terminal import safe
from pixie_server.outcomes import FAILED, outcome

if TYPE_CHECKING:
    from pathlib import Path

    from pixie_core import Pixie, Settings

__all__ = ["Command", "Failure", "Group", "Session", "as_json", "pass_session"]


@define
class Session:
    """What the common options said: `--home`, `--traceback`."""

    home: Path | None = None
    traceback: bool = False

    def settings(self) -> Settings:
        """The settings of the data folder. Raises SettingsError."""
        from pixie_core.config import Settings

        return Settings.load(self.home)

    def open(self) -> Pixie:
        """The data folder, opened; it is the caller's to close. Raises SettingsError or DataFolderError."""
        import pixie_core

        return pixie_core.open(self.home)


pass_session = click.make_pass_decorator(Session, ensure=True)


class Failure(Exception):
    """The command ends with this message, a whole sentence, on stderr and with this exit code."""

    def __init__(self, message: str, exit_code: int = FAILED) -> None:
        super().__init__(message)
        self.exit_code = exit_code


def as_json(function: Any) -> Any:
    """The option `--json`, the same for every command that has it."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON and nothing else.")(function)


def _remember(name: str) -> Any:
    def keep(context: click.Context, _: click.Parameter, value: Any) -> None:
        if value:
            setattr(context.find_root().ensure_object(Session), name, value)

    return keep


def _common() -> list[click.Parameter]:
    """The options that every command takes; `pixie --home X run` and `pixie run --home X` are the same."""
    from pathlib import Path

    folder = click.Path(file_okay=False, path_type=Path)
    return [
        click.Option(
            ["--home"],
            type=folder,
            metavar="PATH",
            expose_value=False,
            callback=_remember("home"),
            help="The data folder; without it PIXIE_HOME, else the current folder.",
        ),
        click.Option(
            ["--traceback"],
            is_flag=True,
            expose_value=False,
            callback=_remember("traceback"),
            help="Show where in the code an error came from.",
        ),
    ]


class Command(click.Command):
    """A subcommand. `examples` are whole command lines, shown in its help; the tests hold them against the parser."""

    def __init__(self, *args: Any, examples: tuple[str, ...] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params.extend(_common())
        self.examples = examples

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The examples, under their heading."""
        _write_examples(self.examples, formatter)
        super().format_epilog(ctx, formatter)


class Group(click.Group):
    """The root: errors of whatever it runs become one message and the exit code of `pixie_server.outcomes`."""

    command_class = Command

    def __init__(self, *args: Any, examples: tuple[str, ...] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params.extend(_common())
        self.examples = examples

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The examples, under their heading."""
        _write_examples(self.examples, formatter)
        super().format_epilog(ctx, formatter)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """A command that isn't there is answered with the one that was most likely meant."""
        from pixie_core.errors import near

        if self.get_command(ctx, args[0]) is None and not args[0].startswith("-"):
            meant = near(args[0], self.commands)
            hint = f"Did you mean {meant}?" if meant else "`pixie --help` lists them."
            raise click.UsageError(f"There is no command {args[0]!r}. {hint}", ctx)
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; the one place where an error becomes words and an exit code."""
        try:
            return super().invoke(ctx)
        except PixieError as error:
            _fail(ctx, error, str(error), outcome(error).exit_code)
        except Failure as error:
            _fail(ctx, error, str(error), error.exit_code)
        except AssetsError as error:
            _fail(ctx, error, str(error), FAILED)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except Exception as error:  # noqa: BLE001 (the edge: nothing is above it to understand more)
            _fail(ctx, error, f"{_unforeseen(error)} --traceback shows where.", FAILED)


def _unforeseen(error: Exception) -> str:
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror}."
    said = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return f"Something went wrong in Pixie ({said})."


def _fail(context: click.Context, error: Exception, words: str, exit_code: int) -> NoReturn:
    session = context.find_object(Session)
    if session is not None and session.traceback:
        click.echo(safe("".join(traceback.format_exception(error))), err=True, nl=False)
    click.echo(safe(words), err=True)
    raise click.exceptions.Exit(exit_code) from error


def _write_examples(examples: tuple[str, ...], formatter: click.HelpFormatter) -> None:
    if examples:
        with formatter.section("Examples" if len(examples) > 1 else "Example"):
            for line in examples:
                formatter.write(f"{'':>{formatter.current_indent}}{line}\n")
