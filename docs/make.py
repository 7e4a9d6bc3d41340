"""Write the pages of docs/ that are derived: `uv run python docs/make.py`. A test holds them to their source."""

from __future__ import annotations

import ast
import inspect
import json
from pathlib import Path
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import attrs

from pixie_core.catalogue import INPUT_TYPES, OUTPUT_TYPES, InputDeclaration, OutputDeclaration
from pixie_core.catalogue.base import Nested, Records
from pixie_core.config import declared, variable
from pixie_core.errors import PixieError
from pixie_core.exporters import FORMATS, option_help
from pixie_core.exporters.formats import format_ids
from pixie_core.structure import key_of
from pixie_core.tool import ToolManifest
from pixie_server import bodies, gate, guard, problems
from pixie_server.app import ROUTES
from pixie_server.outcomes import OUTCOMES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

HERE = Path(__file__).resolve().parent
MADE = "(Made by `docs/make.py`.)"


def settings_page() -> Iterator[str]:
    """Every setting, from the declaration of `Settings`."""
    yield from (
        "# Settings",
        "",
        "Each is an environment variable, or a line in `.env` in the data folder; the environment wins.",
        "A wrong value stops the start with a message that names the variable, the value and what is allowed.",
        "What nothing says there can be changed on the page `/settings`, and is then kept in the data folder: all but",
        "where the data lies and who may ask.",
        MADE,
        "",
        "| variable | default | unit | |",
        "|---|---|---|---|",
    )
    for each in declared():
        default = "the current folder" if each.name == "home" else f"`{_shown(each.default)}`"
        yield f"| `{variable(each)}` | {default} | {each.metadata['unit']} | {each.metadata['help']} |"


def types_page() -> Iterator[str]:
    """Every type of input and output, from the catalogue."""
    yield from (
        "# Types",
        "",
        "What `tool.json` can ask for and what a tool can answer. " + MADE,
        "`pixie schema input TYPE` and `pixie schema output TYPE` print the same as JSON Schema.",
        "",
        "## tool.json",
        "",
        *_fields(ToolManifest, without={"raw"}),
        "",
        "## Every input",
        "",
        *_fields(InputDeclaration),
        "",
        "## Every output",
        "",
        *_fields(OutputDeclaration),
        "",
        "# Input types",
    )
    shared = {each.name for each in attrs.fields(InputDeclaration)}
    for name, cls in INPUT_TYPES.items():
        yield from ("", f"## {name}", "", inspect.getdoc(cls) or "", "", *_fields(cls, without=shared))
        yield from ("", *_json(cls.example))
    yield from ("", "# Output types")
    for name, cls in OUTPUT_TYPES.items():
        views = ", ".join(cls.views())
        yield from ("", f"## {name}", "", inspect.getdoc(cls) or "", "", *_fields(cls), "", f"Views: {views}.", "")
        yield from _json(cls.example)


def errors_page() -> Iterator[str]:
    """Every error with its code, status and exit code."""
    yield from (
        "# Errors",
        "",
        "Over HTTP an error is a problem document (RFC 9457) with a stable `code`; a command ends with an exit code.",
        MADE,
        "",
        "| code | status | exit code | |",
        "|---|---|---|---|",
    )
    for cls, known in sorted(OUTCOMES.items(), key=lambda row: row[0].code):
        if cls is not PixieError:
            said = (inspect.getdoc(cls) or "").split("\n\n", maxsplit=1)[0].replace("\n", " ").replace("|", "\\|")
            yield f"| `{cls.code}` | {known.status} | {known.exit_code} | {said} |"
    yield from (
        "",
        "## Of HTTP alone",
        "",
        "What is wrong with a request before anything of Pixie is asked.",
        "",
        "| code | status | |",
        "|---|---|---|",
    )
    for code, (status, said) in sorted(_refusals().items()):
        yield f"| `{code}` | {status} | {said} |"


def _refusals() -> dict[str, tuple[int, str]]:
    """Status and words by code, of what is refused before a route is reached; `…` where the words name a number."""
    found = {code: (status, said) for status, (code, _, said) in problems.WORDS.items()}
    found["malformed"] = (400, "The query or the body can't be read: it isn't UTF-8, or isn't JSON.")
    for module in (bodies, gate, guard):
        for node in ast.walk(ast.parse(inspect.getsource(module))):
            match node:
                case ast.Call(
                    func=ast.Name(id="Refusal"),
                    args=[ast.Constant(value=int(status)), ast.Constant(value=str(code)), words, *_],
                ):
                    found.setdefault(code, (status, _said(words)))
    return found


def _said(node: ast.expr) -> str:
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    return "".join(str(each.value) if isinstance(each, ast.Constant) else "…" for each in parts)


def routes_page() -> Iterator[str]:
    """Every route, from its declaration."""
    yield from (
        "# Routes",
        "",
        "Every address that Pixie answers, beside its static files. [http-api.md](http-api.md) says how to use them,",
        "and /api/openapi.json all about each. " + MADE,
    )
    for tag in dict.fromkeys(route.tag for route in ROUTES):
        yield from ("", f"## {tag.capitalize()}", "", "| | address | |", "|---|---|---|")
        for route in ROUTES:
            if route.tag == tag:
                fields = attrs.fields(route.query) if route.query is not None else ()
                asked = "".join(f" `{key_of(each)}`" for each in fields)
                said = f"{route.summary}{f' Takes{asked}.' if asked else ''}"
                yield f"| {route.method} | `{route.template}` | {said} |"


def formats_page() -> Iterator[str]:
    """Which output becomes what, from the registry of formats."""
    yield from (
        "# Formats",
        "",
        "What each output can become. The first is its default, which `default_export_format` in `tool.json` changes;",
        "`supported_export_formats` leaves some out. `pixie export-as-format RUN:KEY FORMAT` saves one, and",
        "`GET /api/runs/{id}/outputs/{key}/export?format=` sends it. What can't be had is refused with what can.",
        MADE,
        "",
        "| output | formats |",
        "|---|---|",
    )
    for name in OUTPUT_TYPES:
        names = [f"`{FORMATS[each].name}`" for each in format_ids(name)]
        yield f"| {name} | {', '.join(names)} |"
    yield from ("", "Code becomes a file of its language: `source`, or the ending, such as `py`.", "")
    yield from (
        "## Each format",
        "",
        "| format | of | ending | what it is good for | options | extra |",
        "|---|---|---|---|---|---|",
    )
    for each in FORMATS.values():
        options = ", ".join(f"`{one.name}`" for one in option_help(each))
        yield f"| `{each.name}` | {each.reads} | `{each.ending}` | {each.help} | {options} | {each.extra or ''} |"
    yield from ("", "## Options", "", "| option | of | default | |", "|---|---|---|---|")
    # An option may mean another thing elsewhere: the width of a chart, and at most how wide a photograph is.
    meant: dict[tuple[str, str, str], list[str]] = {}
    for each in FORMATS.values():
        for one in option_help(each):
            meant.setdefault((one.name, _shown(one.default), one.help), []).append(f"{each.reads}.{each.name}")
    for (name, default, said), places in sorted(meant.items()):
        yield f"| `{name}` | {', '.join(f'`{place}`' for place in places)} | {default} | {said} |"


def _fields(cls: type, without: Iterable[str] = ()) -> Iterator[str]:
    """A table of a class's own fields, and one for each class that stands in them."""
    hints = get_type_hints(cls, include_extras=True)
    rows = [each for each in attrs.fields(cls) if each.name not in set(without)]
    if not rows:
        return
    yield from ("| field | type | default | |", "|---|---|---|---|")
    for each in rows:
        needed = each.default is attrs.NOTHING
        default = "**required**" if needed else f"`{_shown(each.default)}`" if _plain(each.default) else ""
        yield f"| `{each.name}` | {_type(hints[each.name])} | {default} | {each.metadata.get('help', '')} |"
    for part in dict.fromkeys(part for each in rows for part in _parts(hints[each.name])):
        if part not in {cls, InputDeclaration, OutputDeclaration}:
            yield from ("", f"A `{part.__name__}`: {(inspect.getdoc(part) or '').splitlines()[0]}", "", *_fields(part))


def _parts(hint: Any) -> Iterator[type]:
    """The attrs classes in an annotation, those of records among them."""
    if isinstance(hint, Records | Nested):
        yield hint.of
    elif isinstance(hint, type) and attrs.has(hint):
        yield hint
    elif get_origin(hint) is Annotated:
        yield from (part for each in hint.__metadata__ for part in _parts(each))
    else:
        yield from (part for each in get_args(hint) for part in _parts(each))


_SCALARS = {str: "string", int: "integer", float: "number", bool: "boolean", NoneType: "null", Any: "any"}


def _type(hint: Any) -> str:
    """An annotation in JSON's words, as a cell of a table."""
    return f"`{_words(hint)}`".replace("|", "\\|")


def _words(hint: Any) -> str:
    origin, args = get_origin(hint), get_args(hint)
    if origin is Annotated:
        marked = next((each for each in hint.__metadata__ if isinstance(each, Records | Nested)), None)
        if marked is None:
            return _words(args[0])
        return f"list of {marked.of.__name__}" if isinstance(marked, Records) else marked.of.__name__
    if origin in {Union, UnionType}:
        return " | ".join(map(_words, args))
    if origin is Literal:
        return " | ".join(map(json.dumps, args))
    if origin in {list, tuple}:
        return f"list of {_words(args[0])}"
    if origin is dict or hint is dict:
        return "object"
    return _SCALARS.get(hint) or hint.__name__


def _plain(default: object) -> bool:
    return default is None or isinstance(default, bool | int | float | str)


def _shown(default: object) -> str:
    if default is None:
        return "none"
    return str(default).lower() if isinstance(default, bool) else str(default)


def _json(example: Any) -> Iterator[str]:
    text = json.dumps(example, ensure_ascii=False, indent=2)
    if len(text) > 1200:
        text = text[:1200].rsplit("\n", 1)[0] + "\n  …"
    yield from ("```json", text, "```")


PAGES = {
    "settings.md": settings_page,
    "types.md": types_page,
    "errors.md": errors_page,
    "formats.md": formats_page,
    "routes.md": routes_page,
}


def page(name: str) -> str:
    """A derived page as it should be."""
    return "\n".join(PAGES[name]()) + "\n"


if __name__ == "__main__":
    for each in PAGES:
        (HERE / each).write_text(page(each), encoding="utf-8")
