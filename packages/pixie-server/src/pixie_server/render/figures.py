"""Plotly figures for the page.

Plotly reads a small markup in every text (`<b>`, `<a href>`). What a tool says is words and no markup, so that `<` and
`&` go out as the entities that Plotly shows as themselves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pixie_core.catalogue import Figure

__all__ = ["for_page"]


def for_page(figure: Figure) -> dict[str, Any]:
    """The figure's data and layout with every text made plain."""
    return {"data": _plain(figure.data), "layout": _plain(figure.layout)}


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("&", "&amp;").replace("<", "&lt;") if "<" in value or "&" in value else value
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        # Long lists are mostly numbers: looking is cheaper than copying.
        mixed = any(isinstance(each, str | dict | list | tuple) for each in value)
        return [_plain(each) for each in value] if mixed else value
    return value
