"""Plotly figures with every text made plain.

Plotly reads a small markup in every text (`<b>`, `<a href>`). What a tool says is words and no markup, so that `<` and
`&` go out as the entities that Plotly shows as themselves. In templates, which are Pixie's own, line breaks and the
second part of a hover label are kept.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from attrs import evolve

if TYPE_CHECKING:
    from pixie_core.catalogue import Figure

__all__ = ["plain_figure", "sayable_figure"]

_TEMPLATES = frozenset({"hovertemplate", "texttemplate"})
_UNSAYABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What neither XML (2.2) nor UTF-8 can say: an SVG with it is none, and a browser's answer can't be read."""
_FOREIGN_MARKUP = re.compile("<(?!br>|/?extra>)")


def plain_figure(figure: Figure) -> dict[str, Any]:
    """The figure's `data` and `layout` as Plotly takes them."""
    return {"data": _plain(figure.data), "layout": _plain(figure.layout)}


def sayable_figure(figure: Figure) -> Figure:
    """The figure with its texts as words, and \ufffd in them for what can't be said or drawn."""
    return evolve(figure, data=_sayable(figure.data), layout=_sayable(figure.layout))


def _sayable(value: Any) -> Any:
    if isinstance(value, str):
        return _UNSAYABLE.sub("\ufffd", value)
    if isinstance(value, dict):
        return {name: _sayable(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        mixed = any(isinstance(each, str | dict | list | tuple) for each in value)
        return [_sayable(each) for each in value] if mixed else value
    return value


def _plain(value: Any, key: str = "") -> Any:
    if isinstance(value, str):
        value = _UNSAYABLE.sub("\ufffd", value)
        if "<" not in value and "&" not in value:
            return value
        if key in _TEMPLATES:
            return _FOREIGN_MARKUP.sub("&lt;", value)
        return value.replace("&", "&amp;").replace("<", "&lt;")
    if isinstance(value, dict):
        return {name: _plain(each, name) for name, each in value.items()}
    if isinstance(value, list | tuple):
        # Long lists are mostly numbers: looking is cheaper than copying.
        mixed = any(isinstance(each, str | dict | list | tuple) for each in value)
        return [_plain(each, key) for each in value] if mixed else value
    return value
