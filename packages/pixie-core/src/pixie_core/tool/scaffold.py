"""New tools: from a template to learn from, or from a script with a typed function.

    new_tool(tools_dir, "fall", template="form")          tools/fall, which validates green untouched
    tool_from_script(Path("orbit.py"), tools_dir)         tools/orbit, from the function's signature

A script is read and copied, and never imported or run: `pixie_core.tool.signature` says how its types become inputs.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

from attrs import frozen

from pixie_core.errors import ManifestInvalid, Problem, RequestInvalid, ToolExists
from pixie_core.filenames import clean_filename
from pixie_core.placing import keep_names, locked
from pixie_core.tool.importing import NEW, existing_tool
from pixie_core.tool.manifest import read_manifest
from pixie_core.tool.script import Script, read_script
from pixie_core.tool.signature import read_signature

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from importlib.resources.abc import Traversable

    from pixie_core.tool.signature import Parameter, Signature

__all__ = ["TEMPLATES", "NewTool", "Template", "new_tool", "sdk_of_the_checkout", "tool_from_script"]

Template: TypeAlias = Literal["form", "stream", "chat", "cli"]
TEMPLATES: tuple[Template, ...] = get_args(Template)

_KEBAB = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)
_SDK = "pixie-tool-sdk"


@frozen
class NewTool:
    """A tool that was made: its id and folder, and what its author should look at before it is installed."""

    id: str
    folder: Path
    notes: tuple[str, ...] = ()


def new_tool(
    tools_dir: Path, id: str, *, template: Template = "form", name: str | None = None, sdk: Path | None = None
) -> NewTool:
    """Make a tool from a template: tools/<id>, which works as it is.

    `sdk` is a wheel of pixie-tool-sdk. Where the tools lie in no checkout of Pixie, the tool gets a copy of it and is
    installed from that, here and wherever it is taken to.

    Raises RequestInvalid for an id that isn't kebab-case or a template that there isn't, and ToolExists for an id
    that is taken. The folder appears as a whole.
    """
    if template not in TEMPLATES:
        said = f"is {template!r}; expected one of {', '.join(TEMPLATES)}"
        raise RequestInvalid("The new tool", [Problem("$.template", said)])
    title = _title(id, name)
    content: dict[str, str | bytes] = {
        path: _filled(text, path, id, title)
        for path, text in _texts(files("pixie_core.tool").joinpath("scaffolds", template))
    }
    description = json.loads(content["tool.json"])["description"]
    content |= _project(tools_dir, id, description, sdk=sdk)
    return NewTool(id, _made(tools_dir, id, content))


def tool_from_script(
    script: Path,
    tools_dir: Path,
    *,
    function: str | None = None,
    id: str | None = None,
    name: str | None = None,
    sdk: Path | None = None,
) -> NewTool:
    """Make a tool from a script's typed function, without importing or running it.

    `function` names it where there are several; `id` is the function's name in kebab-case without one. The script is
    copied as it is, with the modules beside it that it imports; main.py hands the inputs to the function. `sdk` is
    what it is for `new_tool`. Raises RequestInvalid with every problem and its line, ToolExists, and OSError when the
    script can't be read.
    """
    found = read_script(script)
    signature = read_signature(found.source, script.name, function)
    tool_id = id if id is not None else re.sub("_+", "-", signature.function.strip("_")).lower()
    title = _title(tool_id, name)
    declared = _declared(tool_id, title, signature)
    module = _module_name(found, signature)
    content: dict[str, str | bytes] = {
        "tool.json": json.dumps(declared, indent=2, ensure_ascii=False) + "\n",
        "main.py": _main(signature, module),
        f"{module}.py": found.source_bytes,
        **found.beside,
        **_project(tools_dir, tool_id, declared["description"], found.dependencies, found.python, sdk=sdk),
        "README.md": _readme(tool_id, title, declared["description"], signature, module),
    }
    return NewTool(tool_id, _made(tools_dir, tool_id, content), found.notes)


def _title(id: str, name: str | None) -> str:
    problems = []
    if not _KEBAB.fullmatch(id) or len(id) > 100 or clean_filename(id) != id:
        problems.append(Problem("$.id", f"is {id!r}; expected kebab-case, such as lorenz-ode-solver"))
    title = id.replace("-", " ").capitalize() if name is None else name.strip()
    if not title or not title.isprintable():
        problems.append(Problem("$.name", f"is {title!r}; expected a name for people, in one line"))
    if problems:
        raise RequestInvalid("The new tool", problems)
    return title


def _made(tools_dir: Path, id: str, content: Mapping[str, str | bytes]) -> Path:
    """The folder, whole from the moment that it has its name."""
    tools_dir.mkdir(parents=True, exist_ok=True)
    with locked(tools_dir):
        if existing_tool(tools_dir, id) is not None:
            raise ToolExists(id)
        building = tools_dir / f"{NEW}{secrets.token_hex(8)}"
        try:
            for name, text in content.items():
                path = building / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(text if isinstance(text, bytes) else text.encode())
            building.rename(tools_dir / id)
            keep_names(tools_dir)
        finally:
            shutil.rmtree(building, ignore_errors=True)
    return tools_dir / id


def _texts(folder: Traversable, above: str = "") -> list[tuple[str, str]]:
    """The files of a template, by their paths in it."""
    found: list[tuple[str, str]] = []
    for each in sorted(folder.iterdir(), key=lambda each: each.name):
        if each.is_dir() and each.name != "__pycache__":
            found += _texts(each, f"{above}{each.name}/")
        elif each.is_file():
            found.append((f"{above}{each.name}", each.read_text(encoding="utf-8")))
    return found


def _filled(text: str, path: str, id: str, name: str) -> str:
    words = json.dumps(name, ensure_ascii=False)[1:-1] if path.endswith(".json") else name
    return re.sub(r"\{\{(id|name)\}\}", lambda match: id if match[1] == "id" else words, text)


# pyproject.toml


def _project(
    tools_dir: Path,
    id: str,
    description: str,
    dependencies: tuple[str, ...] = (),
    python: str | None = None,
    *,
    sdk: Path | None,
) -> dict[str, str | bytes]:
    """pyproject.toml, and the wheel of the SDK where that is no neighbour."""
    listed = sorted({*dependencies, _SDK} if not any(map(_is_sdk, dependencies)) else {*dependencies}, key=str.lower)
    lines = [
        "[project]",
        f"name = {_toml(id)}",
        'version = "0.1.0"',
        f"description = {_toml(description)}",
        f"requires-python = {_toml(python or '>=3.11')}",
        "dependencies = [",
        *(f"    {_toml(each)}," for each in listed),
        "]",
        "",
        "[tool.uv]",
        "package = false",
        "",
    ]
    beside: dict[str, str | bytes] = {}
    checkout = sdk_of_the_checkout(tools_dir)
    if checkout is not None:
        path = Path(os.path.relpath(checkout, tools_dir / id)).as_posix()
        lines += ["[tool.uv.sources]", f"{_SDK} = {{ path = {_toml(path)}, editable = true }}", ""]
    elif sdk is not None:
        # A path, and no index to look it up in: nobody else's package of that name can take its place.
        path = f"wheels/{sdk.name}"
        lines += ["[tool.uv.sources]", f"{_SDK} = {{ path = {_toml(path)} }}", ""]
        beside[path] = sdk.read_bytes()
    text = "\n".join([*lines, "[tool.pixie]", 'server = "sdk"', ""])
    return {"pyproject.toml": text, **beside}


def _is_sdk(requirement: str) -> bool:
    return re.match(r"pixie[-_.]tool[-_.]sdk(?![\w.-])", requirement.strip(), re.IGNORECASE) is not None


def _toml(text: str) -> str:
    """A TOML basic string, which is written as JSON's."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def sdk_of_the_checkout(tools_dir: Path) -> Path | None:
    """The SDK's folder, when the tools lie in a checkout of Pixie: a relative path then holds for everybody."""
    for folder in (tools_dir.absolute(), *tools_dir.absolute().parents):
        if (folder / "packages" / _SDK / "pyproject.toml").is_file():
            return folder / "packages" / _SDK
    return None


# From a script


def _declared(id: str, name: str, signature: Signature) -> dict[str, Any]:
    declared = {
        "id": id,
        "name": name,
        "description": signature.summary or f"What {signature.function}() gives.",
        "version": "0.1.0",
        "layout": "form",
        "inputs": [dict(each.declared) for each in signature.parameters],
        "outputs": [dict(signature.output)],
    }
    try:
        _, warnings = read_manifest(json.dumps(declared))
    except ManifestInvalid as error:
        raise RequestInvalid(f"{signature.function}() can't become a tool", error.problems) from None
    except ValueError as error:
        raise RequestInvalid(f"{signature.function}() can't become a tool", [Problem("$", str(error))]) from None
    if warnings:
        # A field that is unknown here is a typo in Annotated, and its author is at hand.
        raise RequestInvalid(f"{signature.function}() can't become a tool", warnings)
    return declared


def _module_name(script: Script, signature: Signature) -> str:
    """What the copied script is called: as it is, unless that name means something else in the tool's folder."""
    stem = script.path.stem
    taken = {"main", "data", *script.imported, *script.stdlib}
    return stem if stem.isidentifier() and stem not in taken else f"{signature.function}_script"


_MAIN = frozenset({"Any", "InputError", "Run", "Tool", "date", "found", "outputs", "run", "serve", "tool"})
"""Names that main.py uses itself."""

_AS_WHOLE = '''def {}(key: str, value: float) -> int:
    """A whole number, which a form may send as 2.0."""
    if int(value) != value:
        raise InputError(key, f"expected a whole number, found {{value}}")
    return int(value)


'''
_AS_DATE = '''def {}(value: str) -> date:
    """A day, which comes as 2026-05-17."""
    return date.fromisoformat(value)


'''


def _main(signature: Signature, module: str) -> str:
    kinds = {each.kind for each in signature.parameters}
    inputs = {each.name for each in signature.parameters}
    # An input of the same name would hide what main.py itself needs.
    as_whole, as_date = _free("as_whole", inputs), _free("as_date", inputs)
    work = _free(signature.function, {*inputs, *_MAIN, as_whole, as_date})
    outputs = _free("outputs", {*inputs, work})
    imported = [
        *(["InputError"] if "int" in kinds else []),
        *(["Run"] if "Path" in kinds else []),
        "Tool",
        _import("outputs", outputs),
    ]
    parameters = [
        *(f"{each.name}: Any" for each in signature.parameters if not each.optional),
        *(f"{each.name}: Any = None" for each in signature.parameters if each.optional),
        *(["run: Run"] if "Path" in kinds else []),
    ]
    head = [
        f'"""Serves {signature.function}() of {module}.py: each input of tool.json is an argument of it.',
        "",
        "Whoever changes one changes the other: `pixie validate` says where they differ.",
        '"""',
        "",
        "from __future__ import annotations",
        "",
        *(["from datetime import date"] if "date" in kinds else []),
        "from typing import Any",
        "",
        f"from pixie_tool_sdk import {', '.join(imported)}",
        "",
        f"from {module} import {_import(signature.function, work)}",
        "",
        "tool = Tool()",
        "",
        "",
        "",
    ]
    served = [
        "@tool.run",
        "def serve(",
        "    *,",
        *(f"    {each}," for each in parameters),
        ") -> dict[str, Any]:",
        f'    """Hand the inputs to {signature.function}(), and its result to Pixie."""',
        f"    found = {work}(",
        *(f"        {each.name}={_converted(each, as_whole, as_date)}," for each in signature.parameters),
        "    )",
        f'    return {{"result": {outputs}.{signature.output["type"]}(found)}}',
        "",
        "",
        'if __name__ == "__main__":',
        "    tool.serve()",
        "",
    ]
    conversions = _AS_WHOLE.format(as_whole) if "int" in kinds else ""
    conversions += _AS_DATE.format(as_date) if "date" in kinds else ""
    return "\n".join(head) + conversions + "\n".join(served)


def _free(name: str, taken: Collection[str]) -> str:
    while name in taken:
        name += "_"
    return name


def _import(name: str, called: str) -> str:
    return name if name == called else f"{name} as {called}"


def _converted(parameter: Parameter, as_whole: str, as_date: str) -> str:
    """The expression that makes the function's value from the input's."""
    name = parameter.name
    if parameter.kind == "Path":
        found = f'run.uploads("{name}")'
        return f"next((each.path for each in {found}), None)" if parameter.optional else f"{found}[0].path"
    made = {"int": f'{as_whole}("{name}", {name})', "date": f"{as_date}({name})"}.get(parameter.kind)
    if made is None:
        return name
    return f"None if {name} is None else {made}" if parameter.optional else made


def _readme(id: str, name: str, description: str, signature: Signature, module: str) -> str:
    return f"""# {name}

{description}

| file | holds |
|---|---|
| `{module}.py` | `{signature.function}()`, which does the work |
| `main.py` | hands it the inputs, and its result to Pixie |
| `tool.json` | what the form asks for, and what comes out |
| `pyproject.toml` | what it needs installed |

`pixie sync {id}` installs it, `pixie validate {id}` checks it. A known answer in `reference/fixture_<name>.json`
(`name`, `inputs`, `expected_outputs`) is checked with it.
"""
