"""A report as a page of one file: what it shows stands in it, and it reaches nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pixie_core.exporters.page import said
from pixie_core.exporters.rendered import markdown_html
from pixie_core.exporters.report_markdown import Place, markdown_report

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pixie_core.exporters.report_assets import Assets
    from pixie_core.exporters.report_content import Content

__all__ = ["page_report"]


def page_report(content: Content, assets: Assets | None = None) -> Iterator[str]:
    """The page, piece by piece; `assets` are what lies beside it."""
    del assets
    yield f"<!doctype html><html lang='en-GB'><meta charset='utf-8'><title>{said(content.title)}</title>"
    yield markdown_html("".join(markdown_report(content, Place.alone())))
