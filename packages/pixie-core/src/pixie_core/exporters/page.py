"""A page of its own: one HTML file that needs nothing and asks for nothing, light or dark as the reader has it."""

from __future__ import annotations

from html import escape
from typing import IO, TYPE_CHECKING

from pixie_core.exporters.cells import sayable
from pixie_core.exporters.html_file import script_digest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pixie_core.exporters.format import Export

__all__ = ["said", "write_page"]

# Nothing is loaded, and nothing runs but what the exporter itself put there, whatever the content.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
_STYLE = """
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 75rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font: 0.9rem/1.5 ui-monospace, monospace; }
.words { white-space: pre-wrap; overflow-wrap: anywhere; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { border: 1px solid color-mix(in srgb, currentcolor 25%, transparent); padding: 0.25rem 0.6rem; }
th { text-align: start; }
td { vertical-align: top; white-space: pre-wrap; }
td.n, th.n { text-align: end; }
img { max-width: 100%; }
ins { color: light-dark(#116329, #7ee787); text-decoration: none; }
del { color: light-dark(#a40e26, #ffa198); text-decoration: none; }
footer { margin-top: 3rem; font-size: 0.8rem; opacity: 0.75; }
"""


def write_page(
    export: Export, sink: IO[bytes], body: Iterable[str], *, scripts: Sequence[str] = (), style: str = ""
) -> None:
    """Write a page with this body, which is HTML, under the output's label. `scripts` are our own, made by
    `inline_script`; the fonts of `style` are data.
    """
    for piece in _pieces(export, body, scripts, style):
        sink.write(piece.encode("utf-8", "replace"))


def said(text: str) -> str:
    """Text as HTML says it."""
    return escape(sayable(text))


def _pieces(export: Export, body: Iterable[str], scripts: Sequence[str], style: str) -> Iterator[str]:
    title = said(export.declared.label)
    policy = _POLICY
    if scripts:
        policy += f"; font-src data:; script-src {' '.join(map(script_digest, scripts))}"
    yield (
        '<!doctype html>\n<html lang="en-GB">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    )
    for name, text in export.provenance.facts().items():
        yield f'<meta name="{said(name)}" content="{said(text)}">\n'
    yield f"<title>{title}</title>\n<style>{_STYLE}{style}</style>\n</head>\n"
    yield f'<body>\n<main>\n<h1 dir="auto">{title}</h1>\n'
    yield from body
    yield f'\n</main>\n<footer dir="auto">{said(export.provenance.sentence())}</footer>\n'
    for each in scripts:
        yield f"<script>{each}</script>\n"
    yield "</body>\n</html>\n"
