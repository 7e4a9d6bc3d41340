"""From the source of a typed function to what tool.json declares: read, and never run.

    def orbit(
        radius: Annotated[float, {"min": 1, "max": 100, "unit": "km"}],
        body: Literal["earth", "moon"] = "earth",
        steps: int = 100,
    ) -> float:

| annotation | input | with |
|---|---|---|
| float, int | number | an int is checked to be whole |
| bool | toggle | |
| str | text | |
| Literal["a", "b"] | select | options |
| list[str] | tags | |
| dict, list, list[...] | json | |
| datetime.date | date | |
| pathlib.Path | file | the function gets the path of the file |

`X | None` and Optional[X] aren't required. The dict in Annotated adds fields of the input, and may name another
`type` that holds the same values (slider, textarea, radio, checkbox); a text there is the description. Names that the
module gives to annotations are followed. What is returned becomes the one output, `result`: float and int a number,
str a text, bool a boolean, dict a kv, list[dict] a table.
"""

from __future__ import annotations

import ast
import re
from datetime import date
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from pixie_core.errors import Problem, RequestInvalid
from pixie_core.tool.manifest import RESERVED_INPUT_KEYS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["Parameter", "Signature", "read_signature"]

_INPUTS = {
    "float": "number",
    "int": "number",
    "bool": "toggle",
    "str": "text",
    "dict": "json",
    "Dict": "json",
    "Mapping": "json",
    "list": "json",
    "List": "json",
    "date": "date",
    "Path": "file",
    "Literal": "select",
}
_OUTPUTS = {"float": "number", "int": "number", "str": "text", "bool": "boolean", "dict": "kv", "Dict": "kv"}
_ALSO = {
    "number": {"slider"},
    "toggle": {"checkbox"},
    "text": {"textarea", "markdown", "code", "colour", "time", "datetime"},
    "select": {"radio"},
    "file": {"image", "audio"},
    "tags": {"multiselect"},
    "json": {"table", "map_point", "map_bbox", "map_polygon", "map_multipoint"},
    "kv": {"tree", "chart_pie"},
}
_ALSO_OUTPUTS = {"number": {"progress"}, "text": {"markdown", "code", "latex"}, "kv": set(), "table": set()}
_RUN = "run"
_TAKES = "float, int, bool, str, Literal[...], list[str], dict, datetime.date or pathlib.Path"
_GIVES = "float, int, str, bool, dict or list[dict]"


@frozen
class Parameter:
    """One parameter: its entry in tool.json, the kind of value that the function wants, and whether None may come."""

    name: str
    declared: Mapping[str, Any] = field(repr=False)
    kind: str
    optional: bool = False


@frozen
class Signature:
    """What a function says of itself: its parameters, and the entry of its one output."""

    function: str
    summary: str | None
    parameters: tuple[Parameter, ...]
    output: Mapping[str, Any]
    annotated: bool = True


def read_signature(source: str, filename: str, function: str | None = None) -> Signature:
    """The signature of a module's function, from its source; nothing of it is imported or run.

    `function` names it; without it, the only public function that has annotations is meant. Raises RequestInvalid
    with every problem, each with its line.
    """
    try:
        module = ast.parse(source, filename)
    except (SyntaxError, ValueError) as error:
        line = f", line {error.lineno}" if isinstance(error, SyntaxError) and error.lineno else ""
        said = error.msg if isinstance(error, SyntaxError) else str(error)
        raise RequestInvalid("The script", [Problem(f"{filename}{line}", f"isn't Python: {said}")]) from None
    except RecursionError:
        raise RequestInvalid("The script", [Problem(filename, "is nested too deeply to be read")]) from None
    chosen = _chosen(module, filename, function)
    reader = _Reader(_names(module), filename)
    found = reader.signature(chosen)
    if reader.problems:
        raise RequestInvalid(f"{chosen.name}() can't become a tool", reader.problems)
    return found


def _chosen(module: ast.Module, filename: str, wanted: str | None) -> ast.FunctionDef | ast.AsyncFunctionDef:
    functions = {each.name: each for each in module.body if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)}
    if wanted is not None and wanted in functions:
        return functions[wanted]
    public = [each for each in functions.values() if not each.name.startswith("_")]
    typed = [each for each in public if each.returns is not None and _parameters(each)]
    names = ", ".join(each.name for each in public) or "none"
    if wanted is not None:
        said = f"has no function {wanted!r} at its top; it has {names}"
    elif len(typed) == 1:
        return typed[0]
    elif typed:
        said = f"has several typed functions: say which one, of {', '.join(each.name for each in typed)}"
    else:
        said = f"has no function with annotated parameters and an annotated result; its public functions: {names}"
    raise RequestInvalid("The script", [Problem(filename, said)])


def _names(module: ast.Module) -> dict[str, ast.expr]:
    """What the module's own names stand for: aliases of annotations, and constants that are defaults."""
    named: dict[str, ast.expr] = {}
    for each in module.body:
        if isinstance(each, ast.Assign) and len(each.targets) == 1 and isinstance(each.targets[0], ast.Name):
            named[each.targets[0].id] = each.value
        elif isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name) and each.value is not None:
            named[each.target.id] = each.value
    return named


def _parameters(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[tuple[ast.arg, ast.expr | None]]:
    """Each parameter with its default: those that can be given by name."""
    positional = [*function.args.posonlyargs, *function.args.args]
    defaults = [None] * (len(positional) - len(function.args.defaults)) + list(function.args.defaults)
    return [
        *zip(positional, defaults, strict=True),
        *zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True),
    ]


@frozen
class _Kind:
    """An annotation taken apart: the kind of value, its own arguments, the fields of Annotated, whether None may be."""

    name: str
    arguments: tuple[ast.expr, ...] = ()
    fields: Mapping[str, Any] = field(factory=dict)
    optional: bool = False


class _Reader:
    """Reads one function, and keeps what is wrong with it."""

    def __init__(self, names: Mapping[str, ast.expr], filename: str) -> None:
        self.problems: list[Problem] = []
        self._names = names
        self._filename = filename

    def signature(self, function: ast.FunctionDef | ast.AsyncFunctionDef) -> Signature:
        """The whole of it."""
        documented = ast.get_docstring(function) or ""
        summary = " ".join(documented.split("\n\n", 1)[0].split()) or None
        if isinstance(function, ast.AsyncFunctionDef) or any(map(_yields, function.body)):
            self._wrong(function, "is async or yields; expected a plain function that returns its result")
        for each in function.args.posonlyargs:
            self._wrong(each, f"{each.arg} is taken by position alone; inputs are given by name")
        described = _described(documented)
        parameters = tuple(
            found
            for argument, default in _parameters(function)
            if (found := self._parameter(argument, default, described.get(argument.arg))) is not None
        )
        if not parameters and not self.problems:
            self._wrong(function, "takes nothing; a tool has at least one input")
        return Signature(function.name, summary, parameters, self._output(function))

    def _wrong(self, node: ast.AST, said: str) -> None:
        self.problems.append(Problem(f"{self._filename}, line {getattr(node, 'lineno', 1)}", said))

    def _parameter(self, argument: ast.arg, default: ast.expr | None, described: str | None) -> Parameter | None:
        name = argument.arg
        if name in RESERVED_INPUT_KEYS or name == _RUN:
            self._wrong(argument, f"{name} can't be the name of an input: call the parameter otherwise")
            return None
        kind = self._kind(argument.annotation) if argument.annotation else self._of_default(default)
        if kind is None or kind.name not in _INPUTS:
            what = ast.unparse(argument.annotation) if argument.annotation else "no annotation"
            self._wrong(argument, f"{name} has {what}; expected {_TAKES}")
            return None
        declared: dict[str, Any] = {"key": name, "type": _INPUTS[kind.name], "label": _label(name)}
        if described:
            declared["description"] = described
        if kind.name in {"list", "List"} and [_last(each) for each in kind.arguments] == ["str"]:
            declared["type"] = "tags"
        if kind.name == "int":
            declared["step"] = 1
        if kind.name == "Literal":
            declared["options"] = self._options(argument, kind)
        optional = kind.optional
        if default is not None:
            value, known = self._value(argument, name, default)
            if known and value is None:
                optional = True
            elif known and declared["type"] != "file":
                declared["default"] = value
            elif known:
                self._wrong(argument, f"{name} is a file, which has no default but None")
        if optional:
            declared["required"] = False
        self._add(argument, declared, kind.fields, _ALSO)
        return Parameter(name, declared, "Path" if kind.name == "Path" else kind.name, optional)

    def _output(self, function: ast.FunctionDef | ast.AsyncFunctionDef) -> dict[str, Any]:
        kind = self._kind(function.returns) if function.returns is not None else None
        declared: dict[str, Any] = {"key": "result", "type": "", "label": "Result"}
        if kind is not None and not kind.optional:
            declared["type"] = _OUTPUTS.get(kind.name, "")
            if kind.name in {"list", "List"} and len(kind.arguments) == 1:
                row = self._kind(kind.arguments[0])
                declared["type"] = "table" if row is not None and row.name in {"dict", "Dict"} else ""
            self._add(function, declared, kind.fields, _ALSO_OUTPUTS)
        if not declared["type"]:
            what = ast.unparse(function.returns) if function.returns is not None else "no annotation"
            self._wrong(function, f"its result has {what}; expected {_GIVES}")
        return declared

    def _kind(self, node: ast.expr | None, depth: int = 0) -> _Kind | None:
        """An annotation taken apart; None for one that isn't understood."""
        if node is None or depth > 20:
            return None
        match node:
            case ast.Constant(value=str() as quoted):
                try:
                    return self._kind(ast.parse(quoted, mode="eval").body, depth + 1)
                except SyntaxError:
                    return None
            case ast.Name(id=name) if name in self._names and name not in _INPUTS:
                return self._kind(self._names[name], depth + 1)
            case ast.Name() | ast.Attribute():
                return _Kind(_last(node))
            case ast.BinOp(left=left, op=ast.BitOr(), right=right):
                return self._either([left, right], depth)
            case ast.Subscript(value=outer, slice=inner):
                parts = tuple(inner.elts) if isinstance(inner, ast.Tuple) else (inner,)
                return self._subscript(_last(outer), parts, depth)
        return None

    def _subscript(self, outer: str, parts: tuple[ast.expr, ...], depth: int) -> _Kind | None:
        if outer == "Annotated":
            found = self._kind(parts[0], depth + 1)
            fields: dict[str, Any] = dict(found.fields) if found is not None else {}
            for each in parts[1:]:
                fields |= self._metadata(each)
            return None if found is None else _Kind(found.name, found.arguments, fields, found.optional)
        if outer == "Optional":
            return self._either([*parts, ast.Constant(None)], depth)
        if outer == "Union":
            return self._either(list(parts), depth)
        return _Kind(outer, parts)

    def _either(self, parts: list[ast.expr], depth: int) -> _Kind | None:
        """X or None; int or float. Other unions have no one input."""
        empty = [each for each in parts if isinstance(each, ast.Constant) and each.value is None]
        kinds = [self._kind(each, depth + 1) for each in parts if each not in empty]
        if {each.name for each in kinds if each is not None} == {"int", "float"}:
            return _Kind("float", optional=bool(empty))
        found = kinds[0] if len(kinds) == 1 else None
        return (
            None if found is None else _Kind(found.name, found.arguments, found.fields, found.optional or bool(empty))
        )

    def _metadata(self, node: ast.expr) -> dict[str, Any]:
        try:
            value = ast.literal_eval(self._followed(node))
        except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
            return {}  # Annotated holds other libraries' metadata as well
        if isinstance(value, str):
            return {"description": value}
        if isinstance(value, dict) and all(isinstance(key, str) for key in value):
            return value
        return {}

    def _add(
        self, node: ast.AST, declared: dict[str, Any], fields: Mapping[str, Any], also: Mapping[str, set[str]]
    ) -> None:
        for key, value in fields.items():
            if key in {"key", "default"} or (
                key == "type" and value not in {declared["type"], *also[declared["type"]]}
            ):
                said = f"Annotated says {key} {value!r} of a {declared['type']}"
                allowed = ", ".join(sorted(also.get(declared["type"], set()))) or "none"
                self._wrong(node, f"{said}; the signature itself says that (types that hold the same: {allowed})")
            else:
                declared[key] = value

    def _options(self, node: ast.AST, kind: _Kind) -> list[dict[str, Any]]:
        values: list[Any] = [each.value if isinstance(each, ast.Constant) else ... for each in kind.arguments]
        if not all(isinstance(each, str | int) and not isinstance(each, bool) for each in values):
            self._wrong(node, "a Literal of other than texts and whole numbers can't be chosen from")
            return []
        return [{"value": each, "label": _label(str(each))} for each in values]

    def _of_default(self, default: ast.expr | None) -> _Kind | None:
        """Without an annotation the default says the kind, where it is a plain value."""
        if isinstance(default, ast.Constant) and type(default.value) in {int, float, bool, str}:
            return _Kind(type(default.value).__name__)
        return None

    def _value(self, node: ast.AST, name: str, default: ast.expr) -> tuple[Any, bool]:
        """The default as JSON has it, and whether it could be read without running anything."""
        followed = self._followed(default)
        try:
            if isinstance(followed, ast.Call) and _last(followed.func) == "date" and not followed.keywords:
                return date(*map(ast.literal_eval, followed.args)).isoformat(), True
            value = ast.literal_eval(followed)
            if isinstance(value, tuple):
                value = list(value)
            if value is None or isinstance(value, str | int | float | bool | list | dict):
                return value, True
        except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
            pass
        said = f"the default of {name} is {ast.unparse(default)[:80]}; expected a plain value that can be read unrun"
        self._wrong(node, said)
        return None, False

    def _followed(self, node: ast.expr) -> ast.expr:
        for _ in range(20):
            if not (isinstance(node, ast.Name) and node.id in self._names):
                break
            node = self._names[node.id]
        return node


def _last(node: ast.expr) -> str:
    """The last part of a dotted name: `Path` of pathlib.Path."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _label(name: str) -> str:
    words = name.replace("_", " ").strip()
    return words[:1].upper() + words[1:] or name


def _yields(node: ast.AST) -> bool:
    """True for a yield that is the function's own, and not that of one within it."""
    if isinstance(node, ast.Yield | ast.YieldFrom):
        return True
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        return False
    return any(map(_yields, ast.iter_child_nodes(node)))


_LINE = re.compile(r"\s*(?::param\s+)?(\w+)\s*(?:\([^)]*\))?\s*:\s*(\S.*)")


def _described(documented: str) -> dict[str, str]:
    """What a docstring says of each parameter, in a line of `name: words` or `:param name: words`."""
    lines: Iterator[re.Match[str] | None] = (_LINE.fullmatch(line) for line in documented.splitlines()[1:])
    return {each[1]: each[2].strip() for each in lines if each is not None}
