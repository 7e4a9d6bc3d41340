"""Markdown from tools on a page: headings begin below the label that stands over them, and artefacts may be shown."""

from __future__ import annotations

from markupsafe import Markup

from pixie_core.exporters.rendered import markdown_html

__all__ = ["to_html"]

_FIRST_HEADING = 4
_OWN = ("/api/artefacts/",)


def to_html(source: str) -> Markup:
    """The source as safe HTML. What is longer than 200 000 characters is shown as it is."""
    html = markdown_html(source, first_heading=_FIRST_HEADING, local=_OWN)
    return Markup(html)  # noqa: S704 (cleaned by the allow-list)
