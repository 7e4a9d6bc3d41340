"""`pixie run`: a run of a tool, in the terminal."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pixie_server.cli.command import Command, Failure, as_json, pass_session
from pixie_server.cli.terminal import json_text, print_json
from pixie_server.outcomes import FAILED, USAGE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pixie_core import Pixie
    from pixie_core.run import Run
    from pixie_core.tool import ToolManifest
    from pixie_server.cli.command import Session

__all__ = ["run"]


def _pair(_: click.Context, __: click.Parameter, given: Sequence[str]) -> list[tuple[str, str]]:
    pairs = []
    for each in given:
        key, equals, text = each.partition("=")
        if not equals or not key:
            raise click.BadParameter(f"{each!r} should be KEY=VALUE, such as --set years=10")
        pairs.append((key, text))
    return pairs


@click.command(
    cls=Command,
    examples=(
        "pixie run compound-interest --set principal=1000 --set years=10",
        "pixie run image-resize --set photo=@holiday.jpg --set width=800",
        "pixie run lorenz-ode-solver --inputs inputs.json --json",
    ),
)
@click.argument("tool")
@click.option(
    "--set", "pairs", multiple=True, callback=_pair, metavar="KEY=VALUE", help="An input; of a file @PATH. Repeatable."
)
@click.option(
    "--inputs",
    "inputs_file",
    type=click.File(encoding="utf-8"),
    metavar="FILE",
    help="A JSON file of inputs (- is stdin); --set goes before it.",
)
@click.option("--follow", is_flag=True, help="Show everything as it comes: logs too; with --json, an event a line.")
@as_json
@pass_session
def run(
    session: Session, tool: str, pairs: list[tuple[str, str]], inputs_file: Any, *, follow: bool, as_json: bool
) -> None:
    """Run TOOL and show what comes out of it. Ctrl+C cancels the run.

    An input that isn't given takes its default. The run is kept like any other. The exit code is 1 when it failed.
    """
    with session.open() as pixie:
        manifest = pixie.tools.get(tool).ready()
        inputs = _from_file(inputs_file)
        fields: dict[str, list[str]] = {}
        for key, text in pairs:
            _take(manifest, key, text, fields, inputs)
        started = pixie.start_form(tool, fields, typed=inputs, origin="cli")
        ended = _watch(pixie, started, manifest, follow=follow, quiet=as_json)
        if as_json and not follow:
            print_json(_document(pixie, ended))
    raise click.exceptions.Exit(0 if ended.status == "ok" else FAILED)


def _take(manifest: ToolManifest, key: str, text: str, fields: dict[str, list[str]], inputs: dict[str, Any]) -> None:
    """Sort one `--set` into the texts, which are read by their input's type, or, as `@PATH`, into the typed inputs."""
    from pixie_core.catalogue.inputs.files import FileInput, file_url

    declared = manifest.input(key)
    if not isinstance(declared, FileInput) or not text.startswith("@"):
        fields.setdefault(key, []).append(text)
        return
    path = Path(text[1:]).expanduser()
    try:
        url = file_url(path.read_bytes(), path.name)
    except OSError as error:
        raise Failure(f"{path} can't be read: {error.strerror}.", USAGE) from None
    inputs[key] = [*(inputs[key] if isinstance(inputs.get(key), list) else ()), url] if declared.multiple else url


def _from_file(file: Any) -> dict[str, Any]:
    if file is None:
        return {}
    try:
        inputs = json.load(file)
    except (ValueError, RecursionError) as error:
        raise Failure(f"{file.name} isn't JSON: {error}.", USAGE) from None
    if not isinstance(inputs, dict):
        raise Failure(f'{file.name} holds no JSON object; expected the inputs by key, such as {{"years": 10}}.', USAGE)
    return inputs


def _watch(pixie: Pixie, started: Run, manifest: ToolManifest, *, follow: bool, quiet: bool) -> Run:
    """Show the run until its end; Ctrl+C asks it to end, and its end is then waited for."""
    from pixie_core.errors import RunNotRunning
    from pixie_server.cli.transcript import Transcript

    transcript = Transcript(manifest, logs=follow, quiet=quiet)
    seen = 0
    while True:
        try:
            for record in pixie.follow(started.id, seen):
                seen = record.seq
                if quiet and follow:
                    click.echo(json_text(json.loads(record.text), indent=None))
                transcript.show(record)
            break
        except KeyboardInterrupt:
            transcript.say("Cancelling …")
            with suppress(RunNotRunning):  # it ended just now, by itself
                pixie.cancel(started.id)
    ended = pixie.get(started.id)
    transcript.close(ended, pixie.values(ended))
    return ended


def _document(pixie: Pixie, ended: Run) -> dict[str, Any]:
    import attrs

    from pixie_server.api.shapes import RunOut

    return attrs.asdict(RunOut.of(ended, pixie.values(ended)))
