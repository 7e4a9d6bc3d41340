"""Where a picture came from, written into its file: PNG text chunks, SVG metadata, PDF document information.

Each function takes a whole file, of whichever renderer, and returns it with the notes. Dates in it are the run's, so
that the same run makes the same bytes.
"""

from __future__ import annotations

import re
import struct
import zlib
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from pixie_core.errors import ExportError

if TYPE_CHECKING:
    from datetime import datetime

    from pixie_core.exporters.format import Provenance

__all__ = ["noted_pdf", "noted_png", "noted_svg"]

_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def _facts(provenance: Provenance, renderer: str) -> dict[str, str]:
    return {**provenance.facts(), "pixie:renderer": renderer}


def noted_png(content: bytes, title: str, provenance: Provenance, renderer: str, *, dpi: float) -> bytes:
    """With international text chunks (PNG 3rd edition, 11.3.3.4) and the pixels per inch, after the header."""
    says = {
        "Title": title,
        "Description": provenance.sentence(),
        "Software": f"Pixie {provenance.pixie_version}",
        "Creation Time": provenance.at.isoformat(),
        **_facts(provenance, renderer),
    }
    signature, rest = content[:8], content[8:]
    density = round(dpi / 0.0254)
    kept = [_png_chunk(b"pHYs", struct.pack(">IIB", density, density, 1))]
    kept += [
        _png_chunk(b"iTXt", name.encode("latin-1") + b"\0\0\0\0\0" + _sayable(text).encode())
        for name, text in says.items()
    ]
    pieces = []
    at = 0
    while at < len(rest):
        length, kind = struct.unpack(">I4s", rest[at : at + 8])
        if kind not in {b"pHYs", b"tEXt", b"iTXt", b"tIME"}:
            pieces.append(rest[at : at + 12 + length])
        at += 12 + length
    return signature + pieces[0] + b"".join(kept) + b"".join(pieces[1:])


def _png_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def noted_svg(content: bytes, title: str, provenance: Provenance, renderer: str) -> bytes:
    """With a title and Dublin Core metadata right after the root's tag."""
    facts = "".join(
        f"<pixie:{name.partition(':')[2]}>{escape(_sayable(text))}</pixie:{name.partition(':')[2]}>"
        for name, text in _facts(provenance, renderer).items()
    )
    notes = (
        f"<title>{escape(_sayable(title))}</title>"
        '<metadata><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:pixie="urn:pixie:export:1">'
        f'<rdf:Description rdf:about=""><dc:title>{escape(_sayable(title))}</dc:title>'
        f"<dc:description>{escape(_sayable(provenance.sentence()))}</dc:description>"
        f"<dc:date>{provenance.at.isoformat()}</dc:date>"
        f"{facts}</rdf:Description></rdf:RDF></metadata>"
    )
    root = re.search(rb"<svg\b[^>]*>", content)
    if root is None:
        raise ExportError(
            f"{renderer} made no SVG. Take another renderer by the option of that name, or another format."
        )
    return content[: root.end()] + notes.encode() + content[root.end() :]


def noted_pdf(content: bytes, title: str, provenance: Provenance, renderer: str) -> bytes:
    """With document information of its own, as an incremental update (ISO 32000-1, 7.5.6)."""
    end = content.rfind(b"startxref")
    trailer = content.rfind(b"trailer", 0, end)
    found = {name: re.search(name + rb"\s+(\d+)", content[trailer:end]) for name in (b"/Size", b"/Root")}
    size, root = found[b"/Size"], found[b"/Root"]
    if end < 0 or trailer < 0 or size is None or root is None:
        raise ExportError(f"{renderer} made a PDF that notes can't be added to. Take another renderer, or SVG.")
    date = _pdf_date(provenance.at)
    # The renderer's own date, which the update hides from readers and not from a comparison of bytes.
    content = re.sub(rb"\(D:\d{14}[^)]*\)", lambda own: b"(" + date.encode()[: len(own[0]) - 2] + b")", content)
    says = {
        "Title": title,
        "Subject": provenance.sentence(),
        "Creator": f"Pixie {provenance.pixie_version}",
        "Producer": renderer,
        **_facts(provenance, renderer),
    }
    number = int(size[1])
    info = "".join(f"/{_pdf_name(name)} {_pdf_text(text)}\n" for name, text in says.items())
    body = f"{number} 0 obj\n<<{info}/CreationDate ({date})\n/ModDate ({date})>>\nendobj\n".encode("ascii")
    start = len(content) + 1
    before = int(content[content.rfind(b"startxref") + 9 :].split()[0])
    table = (
        f"xref\n{number} 1\n{start:010d} 00000 n \n"
        f"trailer\n<</Size {number + 1}\n/Root {int(root[1])} 0 R\n/Info {number} 0 R\n/Prev {before}>>\n"
        f"startxref\n{start + len(body)}\n%%EOF\n"
    )
    return content + b"\n" + body + table.encode("ascii")


def _pdf_date(at: datetime) -> str:
    return at.strftime("D:%Y%m%d%H%M%S+00'00'")


def _pdf_name(name: str) -> str:
    return name.replace(":", "#3A")


def _pdf_text(text: str) -> str:
    marked = b"\xfe\xff" + _sayable(text).encode("utf-16-be")
    return f"<{marked.hex().upper()}>"


def _sayable(text: str) -> str:
    return _CONTROLS.sub("\ufffd", text)
