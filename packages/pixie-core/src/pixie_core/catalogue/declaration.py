"""What tool.json says of an output, whatever its type."""

from __future__ import annotations

from typing import Any, Literal

from attrs import frozen

from pixie_core.catalogue.base import Labels, field

__all__ = ["OutputDeclaration"]


@frozen(kw_only=True)
class OutputDeclaration:
    """One entry of `outputs` in tool.json."""

    key: str = field(help="the key of the value in the tool's answer; unique")
    type: str = field(help="one of the output types")
    label: str = field(help="shown above the output")
    description: str | None = field(help="help text", default=None)
    caption: str | None = field(help="small text under the value", default=None)
    unit: str | None = field(help='unit of the value, such as "GBP", "km" or "%"', default=None)
    streaming: bool = field(help="the value arrives bit by bit on /stream", default=False)
    layout: Literal["panel", "tab", "inline"] = field(
        help="panel stacks; tab puts adjacent outputs into a tabset; inline into a row", default="panel"
    )
    default_export_format: str | None = field(help="the format offered first", default=None)
    supported_export_formats: Labels | None = field(help="the only formats that are offered", default=None)
    format: str | None = field(help="how a number is written unless the value says so", default=None)
    precision: int | None = field(help="decimal places unless the value says so", default=None, minimum=0, maximum=15)
    columns: list[Any] | None = field(help="columns of a table that sends rows alone", default=None)
    downloadable: bool | None = field(help="false hides a table's downloads", default=None)
    labels: list[str] | dict[str, str] | None = field(
        help="words in place of values: [false, true] of a boolean, or by key", default=None
    )
    language: str | None = field(help="language of code unless the value says so", default=None)
