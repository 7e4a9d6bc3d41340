"""Pages of one file: what a chart or a map needs stands in it, and it reaches nothing.

Its policy allows the scripts that stand in it by their hashes, and no request at all, so that it shows the same with
the network off. Data is a JSON island that the last script reads.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from typing import IO, TYPE_CHECKING, Any

from pixie_core.exporters.cells import finite_json, sayable
from pixie_core.exporters.pictures_theme import FONTS, THEMES, Theme

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pixie_core.exporters.format import Export

__all__ = ["inline_script", "script_digest", "write_drawing_page"]

_WITHOUT_SCRIPTS = (
    "<noscript><p>This page draws with JavaScript, all of it inside. Allow it to see more.</p></noscript>"
)
_ESCAPES = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026", 0x2028: "\\u2028", 0x2029: "\\u2029"}


def write_drawing_page(
    export: Export,
    sink: IO[bytes],
    *,
    body: str,
    data: Any,
    scripts: Sequence[str],
    style: str = "",
    theme: str = "auto",
) -> None:
    """Write the page: the output's label, `body`, where it came from. `data` is read from the element `data`.

    `theme` is light, dark, or auto: what the reader's system says, and light on paper.
    """
    hashes = " ".join(map(script_digest, scripts))
    policy = (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data: blob:; font-src data:; "
        "connect-src 'none'; form-action 'none'; base-uri 'none'"
    )
    label = html.escape(export.declared.label)
    facts = "".join(
        f'<meta name="{name}" content="{html.escape(text)}">\n' for name, text in export.provenance.facts().items()
    )
    caption = f"<p>{html.escape(export.declared.caption)}</p>\n" if export.declared.caption else ""
    island = json.dumps(finite_json(data), ensure_ascii=False, allow_nan=False, separators=(",", ":")).translate(
        _ESCAPES
    )
    pieces = [
        "<!doctype html>\n",
        f'<html lang="en" data-theme="{theme}">\n<head>\n<meta charset="utf-8">\n',
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n',
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n',
        f"{facts}<title>{label}</title>\n<style>\n{_style(theme)}{style}</style>\n</head>\n<body>\n<h1>{label}</h1>\n",
        f"{body}\n{caption}<footer>{html.escape(export.provenance.sentence())}</footer>\n",
        f"{_WITHOUT_SCRIPTS}\n",
        f'<script type="application/json" id="data">{island}</script>\n',
        *(f"<script>{each}</script>\n" for each in scripts),
        "</body>\n</html>\n",
    ]
    for each in pieces:
        sink.write(sayable(each).encode())


def inline_script(text: str) -> str:
    """A script as it can stand in a page: nothing in it ends its element."""
    return re.sub(r"</(?=script)", r"<\\/", text, flags=re.IGNORECASE).replace("<!--", "<\\!--").strip()


def script_digest(script: str) -> str:
    """What a policy says to allow this script and no other."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(sayable(script).encode()).digest()).decode()}'"


def _style(theme: str) -> str:
    light, dark = (_colours(THEMES[name]) for name in ("light", "dark"))
    if theme == "auto":
        colours = (
            f":root {{ color-scheme: light dark; {light} }}\n"
            f"@media screen and (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}\n"
        )
    else:
        colours = f":root {{ color-scheme: {theme}; {dark if theme == 'dark' else light} }}\n"
    fonts = ", ".join(f'"{name}"' if " " in name else name for name in FONTS)
    return (
        f"{colours}html, body {{ margin: 0; min-height: 100%; background: var(--ground); color: var(--ink); "
        f"font: 14px/1.5 {fonts}; }}\nbody {{ display: flex; flex-direction: column; min-height: 100vh; }}\n"
        "h1 { font-size: 18px; font-weight: 600; margin: 16px 20px 8px; }\n"
        "p, footer { margin: 8px 20px; color: var(--muted); }\nfooter { font-size: 12px; margin-bottom: 16px; }\n"
        "#picture { flex: 1; min-height: 320px; margin: 0 12px; }\n"
    )


def _colours(theme: Theme) -> str:
    names = ("ground", "raised", "ink", "muted", "line", "sea", "land", "border")
    return " ".join(f"--{name}: {getattr(theme, name)};" for name in names)
