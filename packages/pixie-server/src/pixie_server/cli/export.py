"""`pixie export-run`: a run as a zip, from the running server."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pixie_server.cli.command import Command, as_json, pass_session
from pixie_server.cli.server import running_server
from pixie_server.cli.targets import target_path
from pixie_server.cli.terminal import console, print_json, safe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pixie_server.cli.command import Session

__all__ = ["export_run", "shown_bytes"]


@click.command(
    "export-run", cls=Command, examples=("pixie export-run 6f1c2a9b", "pixie export-run hello:last --to ~/results")
)
@click.argument("run")
@click.option("--to", type=click.Path(path_type=Path), metavar="PATH", help="The file, or the folder for it.")
@click.option("--force", is_flag=True, help="Overwrite the file when it is there.")
@as_json
@pass_session
def export_run(session: Session, run: str, to: Path | None, *, force: bool, as_json: bool) -> None:
    """Save RUN as a zip: inputs, outputs, report, files.

    RUN is its id, the beginning of it (6 characters or more), or TOOL:last.
    The zip is checked before it gets its name. Needs the running server.
    """
    from pixie_core.exporters import write_zip
    from pixie_core.filenames import clean_filename

    with running_server(session) as server:
        found = server.get(run)
        with server.opened(f"/api/runs/{found.id}/export") as zip_file, shown_bytes() as on_progress:
            path = target_path(to, clean_filename(zip_file.filename))
            made = write_zip(zip_file, path, force=force, on_progress=on_progress)
    if as_json:
        facts = {"run_id": found.id, "path": str(made.path), "size_bytes": made.size_bytes, "entries": made.entries}
        print_json(facts)
    else:
        entries = "1 entry" if made.entries == 1 else f"{made.entries} entries"
        click.echo(safe(f"{made.path}\n{made.size_bytes:,} bytes, {entries}, every check sum right"))
    for said in found.flagged:  # before it is shared, and not in what a program reads
        click.echo(safe(said), err=True)


@contextmanager
def shown_bytes() -> Iterator[Callable[[int], None] | None]:
    """What is told the bytes so far and shows them, where somebody looks."""
    errors = console(stderr=True)
    if not errors.is_terminal:
        yield None
        return
    from rich.progress import DownloadColumn, Progress, SpinnerColumn, TransferSpeedColumn

    with Progress(SpinnerColumn(), DownloadColumn(), TransferSpeedColumn(), console=errors, transient=True) as progress:
        task = progress.add_task("", total=None)
        yield lambda size: progress.update(task, completed=size)
