"""The one Jinja environment: escaping always on, an undefined name always an error."""

from __future__ import annotations

import hashlib
import json
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from pixie_core.store import LONGEST_LABEL, LONGEST_TAG
from pixie_server.assets import STATIC
from pixie_server.render import words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pixie_core.catalogue import Option

__all__ = ["CONFIG", "island", "render", "sayable", "segment", "static_url"]

CONFIG = {
    # Nothing of what htmx can evaluate, insert or fetch beyond what these pages use.
    "allowEval": False,
    "allowScriptTags": False,
    "historyCacheSize": 0,
    "includeIndicatorStyles": False,
    "selfRequestsOnly": True,
    "reportValidityOfForms": True,
    "refreshOnHistoryMiss": True,
    "defaultSettleDelay": 0,
    # Errors are shown where the answer would have been. 422 says what is wrong at the fields, out of band, and leaves
    # the form as it is: its files stay chosen.
    "responseHandling": [
        {"code": "204", "swap": False},
        {"code": "[23]..", "swap": True},
        {"code": "422", "swap": True, "error": True, "swapOverride": "none"},
        {"code": "[45]..", "swap": True, "error": True},
    ],
}
"""htmx's settings, for the meta element of every page."""

_TEMPLATES = Path(__file__).resolve().parent.parent / "templates"

_SURROGATES = re.compile("[\ud800-\udfff]")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_ISLAND = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
_IN_ISLAND = re.compile("[<>&\u2028\u2029]")


def static_url(name: str) -> str:
    """The address of a file under static/, with a version that changes with its content.

    A vendored library that hasn't been fetched yet has its plain address.
    """
    path = STATIC / name
    return f"/static/{name}?v={_version(path)}" if path.is_file() else f"/static/{name}"


@cache
def _version(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def island(value: Any) -> Markup:
    """A value as JSON for a `<script type="application/json">`: nothing in it can end the element or a line."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Markup(_IN_ISLAND.sub(lambda found: _ISLAND[found[0]], text))  # noqa: S704 (escaped the line before)


def render(names: str | Iterable[str], **context: Any) -> Markup:
    """The first template of `names` that there is, rendered.

    Control characters are shown by their pictures (an escape sequence in a log stays readable and inert), halves of
    surrogate pairs, which no UTF-8 can say, by the replacement character.
    """
    template = _environment().get_or_select_template([names] if isinstance(names, str) else list(names))
    html = _CONTROLS.sub(_picture, sayable(template.render(context)))
    return Markup(html)  # noqa: S704 (made by an escaping template)


def _option_text(option: Option) -> str:
    """An option's value as a form sends it; the input's `read` gives it its type back."""
    return option.value if isinstance(option.value, str) else json.dumps(option.value)


def segment(text: str) -> str:
    """A text as one segment of an address; what UTF-8 can't say, which no route could find, becomes a question mark."""
    return quote(text, safe="", errors="replace")


def _pretty(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def _tojson_text(value: Any) -> str:
    """A value as JSON in an attribute, where it is escaped as any text."""
    return json.dumps(value, ensure_ascii=False)


def sayable(text: str) -> str:
    """The text with the replacement character for each half of a surrogate pair."""
    return _SURROGATES.sub("\ufffd", text)


def _picture(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code < 0x20:
        return chr(0x2400 + code)
    return "\u2421" if code == 0x7F else "\ufffd"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals.update(
        static_url=static_url,
        htmx_config=json.dumps(CONFIG),
        longest_label=LONGEST_LABEL,
        longest_tag=LONGEST_TAG,
    )
    environment.filters.update(
        ago=words.ago,
        brief=words.brief,
        cell=words.cell,
        duration=words.duration,
        exact=words.exact,
        island=island,
        option_text=_option_text,
        pretty=_pretty,
        segment=segment,
        size=words.size,
        tojson_text=_tojson_text,
    )
    return environment
