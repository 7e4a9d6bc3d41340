"""`pixie schema`: JSON Schemas of what tools write, and the OpenAPI document of the server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pixie_server.cli.command import Command
from pixie_server.cli.terminal import print_json

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["schema"]

_WHATS = ("tool", "input", "output", "openapi")


@click.command(cls=Command, examples=("pixie schema tool", "pixie schema output table", "pixie schema openapi"))
@click.argument("what", type=click.Choice(_WHATS), default="tool")
@click.argument("type_name", required=False, metavar="[TYPE]")
def schema(what: str, type_name: str | None) -> None:
    """Print a JSON Schema, or the OpenAPI document.

    Of tool.json (tool), of an entry of its inputs (input TYPE), of the value of an output (output TYPE), or of the HTTP
    API (openapi).
    """
    from pixie_core import schemas
    from pixie_core.catalogue import INPUT_TYPES, OUTPUT_TYPES

    if what in {"tool", "openapi"} and type_name is not None:
        raise click.UsageError(f"`pixie schema {what}` takes no type.")
    if what == "tool":
        print_json(schemas.tool_schema())
    elif what == "input":
        print_json(schemas.input_schema(_known(type_name, INPUT_TYPES)))
    elif what == "output":
        print_json(schemas.output_schema(_known(type_name, OUTPUT_TYPES)))
    else:
        from pixie_server.app import openapi_json

        click.echo(openapi_json(), nl=False)


def _known(name: str | None, known: Mapping[str, object]) -> str:
    from pixie_core.errors import near

    if name is not None and name in known:
        return name
    meant = near(name, known) if name else None
    said = "Name a type." if name is None else f"There is no type {name!r}."
    raise click.UsageError(f"{said} {f'Did you mean {meant}?' if meant else 'Known are ' + ', '.join(known) + '.'}")
