"""Outputs on their way elsewhere: `pixie export-as-format`, `copy-output-to`, `copy-to-clipboard`.

These work on the data folder, beside a running server or without one.
"""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pixie_server.cli.command import Command, as_json, pass_session
from pixie_server.cli.targets import target_path
from pixie_server.cli.terminal import console, print_json, safe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pixie_server.cli.command import Session

__all__ = ["copy_output_to", "copy_to_clipboard", "export_as_format", "progress"]


def _pairs(_: click.Context, __: click.Parameter, given: Sequence[str]) -> dict[str, str]:
    pairs = {}
    for each in given:
        name, equals, text = each.partition("=")
        if not equals or not name:
            raise click.BadParameter(f"{each!r} should be NAME=VALUE, such as --option width=1200")
        pairs[name] = text
    return pairs


@click.command(
    "export-as-format",
    cls=Command,
    examples=(
        "pixie export-as-format compound-interest:last:schedule xlsx --to ~/results",
        "pixie export-as-format 6f1c2a9b:schedule csv --option headings=keys",
        "pixie export-as-format 12 png",
        "pixie export-as-format compound-interest:last:schedule",
    ),
)
@click.argument("what", metavar="ARTEFACT|RUN:KEY")
@click.argument("format", required=False)
@click.option("--to", type=click.Path(path_type=Path), metavar="PATH", help="The file, or the folder for it.")
@click.option("--force", is_flag=True, help="Overwrite the file when it is there.")
@click.option(
    "--option", "options", multiple=True, callback=_pairs, metavar="NAME=VALUE", help="Of the format. Repeatable."
)
@as_json
@pass_session
def export_as_format(
    session: Session,
    what: str,
    format: str | None,
    to: Path | None,
    *,
    force: bool,
    options: dict[str, str],
    as_json: bool,
) -> None:
    """Save an output, or a kept file, in another FORMAT.

    Without a FORMAT it becomes its default. It is named by the number of an artefact, or RUN:KEY, where RUN is a run's
    id, the beginning of it (6 characters or more), or TOOL:last. A format that it can't become is refused with those
    that it can.
    """
    with session.open() as pixie, progress() as on_progress:
        prepared = pixie.exports.named(what).prepare(format, options=options, on_progress=on_progress)
        path = prepared.save(target_path(to, prepared.filename), force=force)
    _tell(path, prepared.format.name, as_json=as_json)


@click.command(
    "copy-output-to",
    cls=Command,
    examples=("pixie copy-output-to 12 ~/Downloads", "pixie copy-output-to lorenz-ode-solver:last:plot plot.png"),
)
@click.argument("what", metavar="ARTEFACT|RUN:KEY")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Overwrite the file when it is there.")
@as_json
@pass_session
def copy_output_to(session: Session, what: str, path: Path, *, force: bool, as_json: bool) -> None:
    """Copy a kept file to PATH, a file or a folder, byte for byte.

    What was written is held against the check sum that the run recorded.
    """
    with session.open() as pixie:
        filename = pixie.exports.file(what).filename
        copied = pixie.exports.copy(what, target_path(path, filename), force=force)
    _tell(copied, None, as_json=as_json)


@click.command(
    "copy-to-clipboard",
    cls=Command,
    examples=(
        "pixie copy-to-clipboard compound-interest:last:final_balance",
        "pixie copy-to-clipboard 6f1c2a9b:table --format md",
    ),
)
@click.argument("what", metavar="ARTEFACT|RUN:KEY")
@click.option("--format", help="One of its formats that is text; without it the default.")
@as_json
@pass_session
def copy_to_clipboard(session: Session, what: str, format: str | None, *, as_json: bool) -> None:
    """Put an output on the clipboard as text: at most 1 MB.

    What is no text is refused, with the formats in which it is.
    """
    with session.open() as pixie:
        text = pixie.exports.copy_to_clipboard(what, format)
    size = len(text.encode())
    if as_json:
        print_json({"copied": what, "size_bytes": size})
    else:
        click.echo(safe(f"{what} is on the clipboard ({size:,} bytes)"))


def _tell(path: Path, format: str | None, *, as_json: bool) -> None:
    size = path.stat().st_size
    if as_json:
        facts = {"path": str(path), "size_bytes": size}
        print_json(facts if format is None else {**facts, "format": format})
    else:
        click.echo(safe(f"{path}\n{size:,} bytes"))


@contextmanager
def progress() -> Iterator[Callable[[int, int], None]]:
    """What is told how far an export has come and shows it, where somebody looks and it takes long."""
    errors = console(stderr=True)
    if not errors.is_terminal:
        yield lambda _done, _total: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress

    with Progress(BarColumn(), MofNCompleteColumn(), console=errors, transient=True) as shown:
        task = shown.add_task("", total=None)
        yield lambda done, total: shown.update(task, completed=done, total=total)
