"""Markdown from tools on a page: headings begin below the label that stands over them, and artefacts may be shown."""

from __future__ import annotations

from markupsafe import Markup

from pixie_core.exporters.rendered import markdown_html

__all__ = ["MAX_CHARACTERS", "to_html"]

_FIRST_HEADING = 4
_OWN = ("/api/artefacts/",)

MAX_CHARACTERS = 200_000
"""Characters of a text that a page holds: as Markdown, more takes seconds to read, which a page would wait for."""


def to_html(source: str) -> Markup:
    """The source as safe HTML. What is longer than a page holds is shown as it is."""
    html = markdown_html(source, first_heading=_FIRST_HEADING, local=_OWN, most=MAX_CHARACTERS)
    return Markup(html)  # noqa: S704 (cleaned by the allow-list)
