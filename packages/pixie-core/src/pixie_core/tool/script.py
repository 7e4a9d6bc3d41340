"""A script, read to become a tool: its source, the modules beside it that it imports, and what it needs installed.

What it needs is taken from its inline metadata (PEP 723) when it has some, else from its imports. The name that is
imported and the name that is installed are two things, and anybody may publish under any name: dependencies that
were guessed are said, to be looked at before they are installed.
"""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from pixie_core.errors import Problem, RequestInvalid

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

__all__ = ["Script", "read_script"]

_INSTALLED_AS = {
    "attr": "attrs",
    "bs4": "beautifulsoup4",
    "Crypto": "pycryptodome",
    "cv2": "opencv-python-headless",
    "dateutil": "python-dateutil",
    "docx": "python-docx",
    "dotenv": "python-dotenv",
    "fitz": "pymupdf",
    "jwt": "pyjwt",
    "OpenSSL": "pyopenssl",
    "PIL": "pillow",
    "pptx": "python-pptx",
    "serial": "pyserial",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "usb": "pyusb",
    "yaml": "pyyaml",
    "zmq": "pyzmq",
}
"""Where the name that is installed isn't the one that is imported."""

_BLOCK = re.compile(r"(?m)^# /// (?P<type>[a-zA-Z0-9-]+)$\s(?P<content>(^#(| .*)$\s)+)^# ///$")
"""PEP 723's own pattern."""


@frozen
class Script:
    """A script and what goes with it. `beside` are modules from its folder, by file name; `imported` the names of
    packages that it imports, `stdlib` those of Python's own modules.
    """

    path: Path
    source: str = field(repr=False)
    source_bytes: bytes = field(repr=False)
    dependencies: tuple[str, ...] = ()
    python: str | None = None
    beside: Mapping[str, bytes] = field(factory=dict, repr=False)
    imported: frozenset[str] = frozenset()
    stdlib: frozenset[str] = frozenset(sys.stdlib_module_names)
    notes: tuple[str, ...] = ()


def read_script(path: Path) -> Script:
    """Read a script, and never run it. Raises RequestInvalid for what isn't Python, for metadata that can't be read
    and for imports that a copy couldn't follow; OSError when it can't be read.
    """
    content = path.read_bytes()
    source = _decoded(path, content)
    beside: dict[str, bytes] = {}
    imported = _imports(path, source, beside)
    metadata = _inline_metadata(path, source)
    if metadata is not None:
        listed, python = metadata.get("dependencies", []), metadata.get("requires-python")
        if not isinstance(listed, list) or not all(isinstance(each, str) for each in listed):
            raise RequestInvalid("The script", [Problem(f"{path.name}, # /// script", "dependencies isn't a list")])
        return Script(
            path, source, content, tuple(listed), python if isinstance(python, str) else None, beside, imported
        )
    guessed = sorted({_INSTALLED_AS.get(each, each.replace("_", "-")) for each in imported})
    said = f"Dependencies were guessed from imports: {', '.join(guessed)}. Look at pyproject.toml before it is synced."
    return Script(path, source, content, tuple(guessed), None, beside, imported, notes=(said,) if guessed else ())


def _decoded(path: Path, content: bytes) -> str:
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        said = f"isn't UTF-8 ({error.reason} at byte {error.start})"
        raise RequestInvalid("The script", [Problem(path.name, said)]) from None


def _inline_metadata(path: Path, source: str) -> dict[str, Any] | None:
    blocks = [each for each in _BLOCK.finditer(source) if each["type"] == "script"]
    if not blocks:
        return None
    if len(blocks) > 1:
        raise RequestInvalid("The script", [Problem(path.name, "has several blocks # /// script; expected one")])
    text = "".join(line[2:] if line.startswith("# ") else line[1:] for line in blocks[0]["content"].splitlines(True))
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RequestInvalid("The script", [Problem(f"{path.name}, # /// script", f"isn't TOML: {error}")]) from None


def _imports(path: Path, source: str, beside: dict[str, bytes]) -> frozenset[str]:
    """The packages that a script imports, itself and by the modules beside it, which are added to `beside`."""
    try:
        module = ast.parse(source, path.name)
    except (SyntaxError, ValueError) as error:
        where = f", line {error.lineno}" if isinstance(error, SyntaxError) and error.lineno else ""
        raise RequestInvalid("The script", [Problem(f"{path.name}{where}", f"isn't Python: {error}")]) from None
    except RecursionError:
        raise RequestInvalid("The script", [Problem(path.name, "is nested too deeply to be read")]) from None
    found: set[str] = set()
    for line, name in _imported(module, path):
        own = path.with_name(f"{name}.py")
        if name in sys.stdlib_module_names or own == path:
            continue
        if own.is_file():
            if own.name == "main.py":
                said = "imports main, and a tool's main.py is its own: rename that module"
                raise RequestInvalid("The script", [Problem(f"{path.name}, line {line}", said)])
            if own.name not in beside:
                beside[own.name] = own.read_bytes()
                found |= _imports(own, _decoded(own, beside[own.name]), beside)
        elif (path.parent / name / "__init__.py").is_file():
            said = f"imports the package {name} beside it: put what it needs into one file, or install that package"
            raise RequestInvalid("The script", [Problem(f"{path.name}, line {line}", said)])
        else:
            found.add(name)
    return frozenset(found - {"pixie_tool_sdk"})


def _imported(node: ast.AST, path: Path) -> Iterator[tuple[int, str]]:
    """Every import with its line, but for those that only type checkers follow."""
    if isinstance(node, ast.Import):
        yield from ((node.lineno, each.name.split(".", 1)[0]) for each in node.names)
    elif isinstance(node, ast.ImportFrom):
        if node.level:
            said = "has a relative import, which a script by itself can't follow"
            raise RequestInvalid("The script", [Problem(f"{path.name}, line {node.lineno}", said)])
        yield node.lineno, (node.module or "").split(".", 1)[0]
    elif isinstance(node, ast.If) and ast.unparse(node.test) in {"TYPE_CHECKING", "typing.TYPE_CHECKING"}:
        for otherwise in node.orelse:
            yield from _imported(otherwise, path)
    else:
        for child in ast.iter_child_nodes(node):
            yield from _imported(child, path)
