"""What a page of one file needs to set formulas: KaTeX, its style with the fonts in it, and the script that uses it."""

from __future__ import annotations

import base64
import re
from functools import cache
from pathlib import Path

from pixie_core.exporters.front_end import KATEX, front_end_file
from pixie_core.exporters.html_file import inline_script

__all__ = ["HAS_FORMULA", "katex_script", "katex_style", "setting_script"]

HAS_FORMULA = "data-formula"
"""What stands in HTML that was made of Markdown where there is a formula in it."""

_STYLE = "katex/katex.min.css"
_FONTS = "katex/fonts"
_FONT = re.compile(r'src:url\(fonts/([\w-]+\.woff2)\) format\("woff2"\)(?:,url\([^)]*\) format\("\w+"\))*')
"""In KaTeX's style: the newest form of a font, and the older ones behind it."""


def katex_script() -> str:
    """KaTeX. Raises what `front_end_file` does."""
    return inline_script(front_end_file(KATEX, "html").read_text(encoding="utf-8"))


@cache
def setting_script() -> str:
    """The script that sets what is marked as a formula; it comes after KaTeX."""
    return inline_script(Path(__file__).with_name("report_formulas.js").read_text(encoding="utf-8"))


def katex_style() -> str:
    """KaTeX's style with its fonts as data: the newest form of each, which every browser reads."""

    def inlined(source: re.Match[str]) -> str:
        content = front_end_file(f"{_FONTS}/{source[1]}", "html").read_bytes()
        return f'src:url(data:font/woff2;base64,{base64.b64encode(content).decode()}) format("woff2")'

    return _FONT.sub(inlined, front_end_file(_STYLE, "html").read_text(encoding="utf-8"))
