"""A run as a terminal tells it: progress while nothing else is to see, text as it streams, the rest at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from pixie_core.run.events import Finished, Log, Output, Progress, Queued, Started
from pixie_server.cli.outputs import declaration, renderables
from pixie_server.cli.terminal import console, safe, shortened

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console

    from pixie_core.run import Record, Run
    from pixie_core.tool import ToolManifest

__all__ = ["Transcript"]


class Transcript:
    """Tells one run: outputs on stdout, all else on stderr. `quiet`: no outputs, for who prints them otherwise."""

    def __init__(self, manifest: ToolManifest | None, *, logs: bool = False, quiet: bool = False) -> None:
        self._manifest = manifest
        self._logs = logs
        self._quiet = quiet
        self._streamed: dict[str, str] = {}
        self._current: str | None = None
        self._bar = _Bar(console(stderr=True))

    def show(self, record: Record) -> None:
        """Tell one event."""
        match record.event:
            case Queued(position=position):
                self._bar.at(None, f"waiting, number {position} in line")
            case Started():
                self._bar.at(None, "running")
            case Progress(value=value, message=message):
                self._bar.at(value, message)
            case Output(type="progress", value=value) if isinstance(value, float | int | None):
                self._bar.at(value, None)
            case Output() as event if not self._quiet and self._streams(event):
                self._stream(event)
            case Log(text=text) if self._logs and not self._quiet:
                self.say(text.rstrip("\n"))
            case Finished():
                self._bar.stop()
            case _:
                pass

    def say(self, text: str) -> None:
        """Words beside the outputs, on stderr and on lines of their own."""
        self._end_line()
        self._bar.stop()
        click.echo(safe(text), err=True)

    def close(self, run: Run, values: Mapping[str, Any]) -> None:
        """Tell what didn't stream, and how the run ended."""
        self._bar.stop()
        self._end_line()
        if not self._quiet:
            out = console()
            for key, output in run.outputs.items():
                if self._streamed.get(key) != values.get(key) and output.type != "progress":
                    self._whole(out, key, output.type, values.get(key))
            for artefact in run.artefacts:
                click.echo(safe(f"{artefact.filename} ({artefact.mime}, {artefact.size_bytes} bytes)"))
        click.echo(safe(_ending(run)), err=True)

    def _streams(self, event: Output) -> bool:
        declared = self._manifest.output(event.output_key) if self._manifest else None
        return event.type in {"text", "stream_text", "markdown", "code"} and (
            event.type == "stream_text" or (declared is not None and declared.streaming)
        )

    def _stream(self, event: Output) -> None:
        """Write what is new of a text; what takes the place of other words is written anew, under its name."""
        key, piece = event.output_key, _words(event.value)
        before = self._streamed.get(key, "")
        now = piece if event.whole else before + piece
        if now == before:
            return
        self._bar.retire()
        self._streamed[key] = now  # before it is written: Ctrl+C may come between the two
        again = not now.startswith(before)
        if again or self._current != key:
            self._end_line()
            click.echo(f"{safe(self._label(key))}:")
            self._current = key
        click.echo(safe(now if again else now[len(before) :]), nl=False)

    def _end_line(self) -> None:
        if self._current is not None and not self._streamed[self._current].endswith("\n"):
            click.echo()
        self._current = None

    def _label(self, key: str) -> str:
        declared = self._manifest.output(key) if self._manifest else None
        return declared.label if declared else key

    def _whole(self, out: Console, key: str, kind: str, value: Any) -> None:
        declared = declaration(self._manifest, key, kind)
        words = list(renderables(declared, value))
        if len(words) == 1 and isinstance(words[0], str) and "\n" not in words[0]:
            click.echo(f"{safe(declared.label)}: {words[0]}")
            return
        click.echo(f"{safe(declared.label)}:")
        for each in words:
            out.print(each) if not isinstance(each, str) else click.echo(each)


class _Bar:
    """A bar on stderr where that is a terminal; otherwise nothing.

    Stopped, it comes back with the next progress; retired, never: it would wipe out the line that a text has begun.
    """

    def __init__(self, errors: Console) -> None:
        self._errors = errors
        self._progress: Any = None
        self._task: Any = None
        self._words = ""
        self._retired = False

    def at(self, value: float | None, words: str | None) -> None:
        if self._retired or not self._errors.is_terminal:
            return
        self._words = shortened(words, 50) if words is not None else self._words
        if self._progress is None:
            from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

            columns = (BarColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
            self._progress = Progress(*columns, console=self._errors, transient=True)
            self._task = self._progress.add_task("", total=None)
            self._progress.start()
        total = None if value is None else 1.0
        self._progress.update(self._task, total=total, completed=value or 0.0, description=self._words)

    def retire(self) -> None:
        self._retired = True
        self.stop()

    def stop(self) -> None:
        if self._progress is not None:
            self._progress.stop()
            self._progress = None


def _words(value: Any) -> str:
    """The text in a text-like value, bare or with its language."""
    inner = value.get("value") if isinstance(value, dict) else value
    return inner if isinstance(inner, str) else ""


def _ending(run: Run) -> str:
    from pixie_server.render.failures import failure
    from pixie_server.render.words import duration

    if run.status == "ok":
        return f"Run {run.id[:8]}: done in {duration(run.duration_ms)}."
    said = failure(run)
    lines = [f"Run {run.id[:8]}: {said.title if said else run.status}"]
    lines += [run.error] if run.error else []
    lines += [run.stderr.rstrip()[-2_000:]] if run.stderr and run.status == "error" else []
    lines += [f"{said.advice} {said.command or ''}".rstrip()] if said else []
    return "\n".join(lines)
