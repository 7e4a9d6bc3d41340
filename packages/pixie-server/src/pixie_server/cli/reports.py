"""`pixie export-run-as-report`: a run for people to read, from the running server."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pixie_server.cli.command import Command, as_json, pass_session
from pixie_server.cli.export import shown_bytes
from pixie_server.cli.server import running_server
from pixie_server.cli.targets import target_path
from pixie_server.cli.terminal import print_json, safe

if TYPE_CHECKING:
    from pixie_server.cli.command import Session

__all__ = ["export_run_as_report"]

# As in pixie_core.exporters.REPORT_FORMATS, which takes long to import; a test holds them together.
_FORMATS = ("zip", "md", "html", "pdf")


@click.command(
    "export-run-as-report",
    cls=Command,
    examples=(
        "pixie export-run-as-report 6f1c2a9b",
        "pixie export-run-as-report lorenz-ode-solver:last --format html --to ~/Desktop",
    ),
)
@click.argument("run")
@click.option(
    "--format",
    type=click.Choice(_FORMATS),
    default="zip",
    show_default=True,
    help="zip holds the report in Markdown and as a page, with pictures, data and files; the others are one file.",
)
@click.option("--to", type=click.Path(path_type=Path), metavar="PATH", help="The file, or the folder for it.")
@click.option("--force", is_flag=True, help="Overwrite the file when it is there.")
@as_json
@pass_session
def export_run_as_report(
    session: Session, run: str, format: str, to: Path | None, *, force: bool, as_json: bool
) -> None:
    """Save RUN as a report for people: Markdown, page, PDF.

    RUN is its id, the beginning of it (6 characters or more), or TOOL:last. The page shows charts, tables, maps and
    formulas with the network off. A zip is checked before it gets its name. Needs the running server.
    """
    from pixie_core.exporters import write_file, write_zip
    from pixie_core.filenames import clean_filename

    with running_server(session) as server:
        found = server.get(run)
        address = f"/api/runs/{found.id}/report?format={format}"
        with server.opened(address) as report, shown_bytes() as on_progress:
            path = target_path(to, clean_filename(report.filename))
            if format == "zip":
                write_zip(report, path, force=force, on_progress=on_progress)
            else:
                write_file(lambda file: file.writelines(report), path, force=force)
    size = path.stat().st_size
    if as_json:
        print_json({"run_id": found.id, "path": str(path), "size_bytes": size, "format": format})
    else:
        click.echo(safe(f"{path}\n{size:,} bytes"))
    for said in found.flagged:
        click.echo(safe(said), err=True)
