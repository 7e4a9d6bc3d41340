"""Outputs that are words: plain text, Markdown, code, formulas, differences, trees."""

from __future__ import annotations

import base64
import re
from typing import IO, TYPE_CHECKING, Any

from attrs import evolve

from pixie_core.errors import ArtefactNotFound
from pixie_core.exporters import markdown as md
from pixie_core.exporters.cells import cell_text, sayable
from pixie_core.exporters.format import Format
from pixie_core.exporters.front_end import has_front_end
from pixie_core.exporters.katex import HAS_FORMULA, katex_script, katex_style, setting_script
from pixie_core.exporters.languages import LANGUAGES
from pixie_core.exporters.page import said, write_page
from pixie_core.exporters.rendered import markdown_html

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pixie_core.catalogue import OutputDeclaration, OutputValue
    from pixie_core.exporters.format import Export, NoOptions

__all__ = ["WORDS", "is_prose"]

_ARTEFACT = re.compile(r"/api/artefacts/(\d{1,18})/content")
_SIGNATURES = {b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpeg", b"GIF8": "gif", b"RIFF": "webp"}
_LARGEST_PICTURE = 10 * 2**20
"""Bytes of a picture that is put into a page."""
_PIECE = 1_000_000
_FORMULAS = """
[data-formula]:not([data-set]) { font: 0.9rem/1.5 ui-monospace, monospace; white-space: pre-wrap; }
[data-formula="display"] { display: block; overflow: auto hidden; }
"""


def is_prose(text: str) -> bool:
    """False for text that is laid out by its spaces: indented, or in columns."""
    return re.search(r"(?m)^[ \t]|[^\n] {2,}[^ \n]|\t", text) is None


def _write_text(export: Export, sink: IO[bytes], _: NoOptions) -> None:
    _say(sink, export.text())


def _write_line(export: Export, sink: IO[bytes], _: NoOptions) -> None:
    text = export.text()
    _say(sink, text if text.endswith("\n") or not text else f"{text}\n")


def _write_text_as_markdown(export: Export, sink: IO[bytes], _: NoOptions) -> None:
    text = export.text()
    if not is_prose(text):
        _say(sink, md.code_block(text).rstrip("\n") + "\n")
        return
    blocks = re.split(r"\n{2,}", text.replace("\r\n", "\n").strip("\n"))
    # Within a paragraph a backslash before the line's end keeps the break.
    said_blocks = ("\\\n".join(md.paragraph(line).rstrip("\n") for line in block.split("\n")) for block in blocks)
    _say(sink, "\n\n".join(said_blocks) + "\n" if text.strip() else "")


def _write_text_page(export: Export, sink: IO[bytes], _: NoOptions) -> None:
    text = export.text()
    tag = 'div class="words"' if is_prose(text) else "pre"
    write_page(export, sink, (f'<{tag} dir="auto">{said(text)}</{tag.split(maxsplit=1)[0]}>',))


def _write_code_page(export: Export, sink: IO[bytes], _: NoOptions) -> None:
    write_page(export, sink, (f'<pre dir="ltr"><code>{said(export.text())}</code></pre>',))


def _write_markdown_page(export: Export, sink: IO[bytes], _: NoOptions) -> None:
    html = markdown_html(export.text(), first_heading=2, picture=lambda source: _embedded(export, source))
    article = ('<article dir="auto">\n', html, "</article>")
    if HAS_FORMULA in html and has_front_end():
        scripts = [katex_script(), setting_script()]
        write_page(export, sink, article, scripts=scripts, style=katex_style() + _FORMULAS)
    else:
        write_page(export, sink, article)


def _embedded(export: Export, source: str) -> str:
    """A picture that the run kept as a data URL, so that the page needs nothing; any other source as it is."""
    named = _ARTEFACT.fullmatch(source)
    if named is None:
        return source
    try:
        with export.open_artefact(int(named[1])) as file:
            content = file.read(_LARGEST_PICTURE + 1)
    except (OSError, ArtefactNotFound):
        return source  # it is gone; its words are left
    kind = next((kind for begin, kind in _SIGNATURES.items() if content.startswith(begin)), None)
    if kind is None or len(content) > _LARGEST_PICTURE:
        return source
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}"


def _write_diff_page(export: Export, sink: IO[bytes], _: NoOptions) -> None:
    write_page(export, sink, _marked_lines(export.text()))


def _marked_lines(patch: str) -> Iterator[str]:
    """The unified diff, a line each; what came and what went by colour beside its sign."""
    if not patch:
        yield "<p>Nothing changed.</p>"
        return
    yield '<pre dir="ltr">'
    for index, line in enumerate(patch.split("\n")):
        tag = {"+": "ins", "-": "del"}.get(line[:1]) if index > 1 else None
        yield f"<{tag}>{said(line)}</{tag}>\n" if tag else f"{said(line)}\n"
    yield "</pre>"


def _write_tex(export: Export, sink: IO[bytes], _: NoOptions) -> None:
    """A document that compiles, with the formula as it is between its marks."""
    about = "".join(f"% {name} {text}\n" for name, text in export.provenance.facts().items())
    # In maths mode an empty line is an error.
    formula = re.sub(r"\n\s*\n", "\n", export.text().strip())
    _say(
        sink,
        f"{about}\\documentclass{{article}}\n\\usepackage{{amsmath,amssymb}}\n\\pagestyle{{empty}}\n"
        f"\\begin{{document}}\n\\[\n{formula}\n\\]\n\\end{{document}}\n",
    )


def _write_tree(export: Export, sink: IO[bytes], _: NoOptions) -> None:
    left: list[tuple[int, dict[str, Any]]] = [(0, getattr(export.value, "root"))]  # noqa: B009 (a type that is a tree)
    while left:
        depth, node = left.pop()
        value = node.get("value")
        words = node["label"] if value is None else f"{node['label']}: {cell_text(value)}"
        _say(sink, f"{'  ' * depth}- {md.paragraph(words).rstrip()}\n")
        left.extend((depth + 1, child) for child in reversed(node.get("children") or []))


def _say(sink: IO[bytes], text: str) -> None:
    for at in range(0, len(text), _PIECE):
        sink.write(sayable(text[at : at + _PIECE]).encode())


def _in_language(format: Format, declared: OutputDeclaration, value: OutputValue) -> Format | None:
    """The source with its language's own ending; None where the language isn't known."""
    language = str(getattr(value, "language", None) or declared.language or "").strip().lower()
    if language not in LANGUAGES:
        return None
    ending = LANGUAGES[language]
    return evolve(
        format,
        name=ending.removeprefix("."),
        also=frozenset({"source"}),
        ending=ending,
        help=f"the source, as a file of {language}",
    )


_TEXT = "text/plain; charset=utf-8"
_MARKDOWN = "text/markdown; charset=utf-8"
_HTML = "text/html; charset=utf-8"


def _format(reads: str, name: str, mime: str, help: str, write: Any, **more: Any) -> Format:
    return Format(
        name=name, reads=reads, ending=more.pop("ending", f".{name}"), mime=mime, help=help, write=write, **more
    )


WORDS: tuple[Format, ...] = (
    _format("text", "txt", _TEXT, "plain text", _write_text),
    _format("text", "md", _MARKDOWN, "Markdown that says the text as it is", _write_text_as_markdown),
    _format("text", "html", _HTML, "one page, to be read anywhere", _write_text_page),
    _format("text", "patch", "text/x-diff; charset=utf-8", "a unified diff, which `patch` applies", _write_text),
    _format("markdown", "md", _MARKDOWN, "the Markdown as it is", _write_text),
    _format("markdown", "html", _HTML, "one page, rendered, to be read anywhere", _write_markdown_page),
    _format(
        *("code", "source", _TEXT, "the source", _write_text),
        ending=".txt",
        adapt=_in_language,
        also=frozenset(ending.removeprefix(".") for ending in LANGUAGES.values()),
    ),
    _format("code", "html", _HTML, "one page with the source", _write_code_page),
    _format("latex", "tex", "application/x-tex", "a LaTeX document with the formula", _write_tex),
    _format("diff", "html", _HTML, "one page with what came and what went", _write_diff_page),
    _format("tree", "md", _MARKDOWN, "a list within lists, in Markdown", _write_tree),
    _format("line", "txt", _TEXT, "plain text", _write_line),
)
