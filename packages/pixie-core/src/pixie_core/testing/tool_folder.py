"""Folders of tools for tests: declared in a line, with a program that runs without any environment of its own."""

from __future__ import annotations

import json
import sys
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from pixie_core.tool.discovery import read_tool

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from pixie_core.tool import Tool

__all__ = ["borrow_environment", "hostile_tool", "write_tool"]

ANY_INPUT = {"key": "text", "type": "text", "label": "Text", "required": False}


def borrow_environment(folder: Path) -> None:
    """Give a tool's folder the environment that this very Python has: a .venv whose python runs this one."""
    python = folder / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n', encoding="utf-8")
    python.chmod(0o755)


def write_tool(
    tools: Path,
    tool_id: str,
    *,
    program: str,
    inputs: Sequence[dict[str, Any]] = (ANY_INPUT,),
    outputs: Sequence[dict[str, Any]],
    pyproject: str | None = None,
    **top: Any,
) -> Tool:
    """Write a tool's folder below `tools` and read it. Its .venv holds nothing but a link to this Python."""
    folder = tools / tool_id
    (folder / ".venv" / "bin").mkdir(parents=True)
    (folder / ".venv" / "bin" / "python").symlink_to(sys.executable)
    (folder / ".venv" / "pyvenv.cfg").write_text(f"version_info = {sys.version.split()[0]}\n", encoding="utf-8")
    (folder / "main.py").write_text(program, encoding="utf-8")
    if pyproject is not None:
        (folder / "pyproject.toml").write_text(pyproject, encoding="utf-8")
    manifest = {"id": tool_id, "name": tool_id.title(), "inputs": list(inputs), "outputs": list(outputs), **top}
    (folder / "tool.json").write_text(json.dumps(manifest), encoding="utf-8")
    return read_tool(folder)


def hostile_tool(
    tools: Path,
    tool_id: str = "hostile",
    *,
    tags: Iterable[str] = (),
    outputs: Sequence[tuple[str, str] | dict[str, Any]] = (("text", "text"),),
    **top: Any,
) -> Tool:
    """The tool of `hostile_tool.py`: `tags` say how it starts, and the inputs of a run (any at all) what it does.

    `outputs` are pairs of type and key, or whole declarations.
    """
    declared = [
        each if isinstance(each, dict) else {"key": each[1], "type": each[0], "label": each[1].title()}
        for each in outputs
    ]
    program = (files("pixie_core.testing") / "hostile_tool.py").read_text(encoding="utf-8")
    return write_tool(tools, tool_id, program=program, outputs=declared, tags=list(tags), **top)
