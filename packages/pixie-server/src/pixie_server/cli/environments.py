"""Making the environments of tools, with progress: for `pixie sync`, and for `pixie serve` before it serves."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from pixie_server.cli.terminal import console, safe, shortened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rich.progress import TaskID

    from pixie_core.tool import Tool
    from pixie_core.tool.environment import SyncResult

__all__ = ["make_environments"]


def make_environments(tools: Sequence[Tool]) -> list[SyncResult]:
    """Make every environment that isn't ready, and say on stderr how it goes and which can't be made, and why.

    One that fails doesn't stop the others.
    """
    from pixie_core.tool.environment import sync_missing

    with _progress() as tell:
        results = sync_missing(tools, on_progress=tell)
    for result in results:
        if result.error is not None:
            click.echo(safe(f"{result.tool.id} can't be installed. {result.error}"), err=True)
    return results


@contextmanager
def _progress() -> Iterator[Callable[[Tool, str], None]]:
    """A line for each tool at work, with the last word of uv; into a pipe one line for each tool that is begun."""
    errors = console(stderr=True)
    if errors.is_terminal:
        from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
        with Progress(*columns, console=errors, transient=True) as progress:
            tasks: dict[str, TaskID] = {}

            def draw(tool: Tool, line: str) -> None:
                words = f"{tool.id}: {shortened(line, 60)}"
                if tool.id in tasks:
                    progress.update(tasks[tool.id], description=words)
                else:
                    tasks[tool.id] = progress.add_task(words, total=None)

            yield draw
        return
    begun: set[str] = set()

    def say(tool: Tool, line: str) -> None:
        del line
        if tool.id not in begun:
            begun.add(tool.id)
            click.echo(f"Installing {tool.id} …", err=True)

    yield say
