"""A calculator to talk to: it works out the last message, and knows the answers to those before it.

A chat's function gets `messages`, the whole conversation with the new turn last, each a dict with `role` ("user" or
"assistant") and `content`; the inputs of tool.json stand beside it. What it emits is the reply. Between two turns
nothing is remembered but the conversation itself, so that any turn can be run again.
"""

from __future__ import annotations

import ast
import math
import operator
import re
from typing import TYPE_CHECKING, Any

from pixie_tool_sdk import Tool

if TYPE_CHECKING:
    from collections.abc import Callable

    from pixie_tool_sdk import Run

OPERATORS: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: math.pow,
}
CONSTANTS = {"pi": math.pi, "e": math.e}

tool = Tool()


def worked_out(node: ast.expr, names: dict[str, float]) -> float:
    """The value of a formula. Raises ValueError for what isn't one: nothing else is ever run."""
    match node:
        case ast.Constant(value=int() | float() as number):
            return float(number)
        case ast.Name(id=name) if name in names:
            return names[name]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -worked_out(operand, names)
        case ast.BinOp(left=left, op=kind, right=right) if type(kind) in OPERATORS:
            return OPERATORS[type(kind)](worked_out(left, names), worked_out(right, names))
    raise ValueError(f"{ast.unparse(node)} isn't a number, a name that I know, or a sum, product or power of them")


def answer(text: str, names: dict[str, float]) -> float:
    """What a message comes to. Raises ValueError, whose words are the reply."""
    try:
        return worked_out(ast.parse(text.strip(), mode="eval").body, names)
    except SyntaxError:
        raise ValueError("I only work out formulas, such as 2 * (3 + 4) or ans / 2") from None
    except (ArithmeticError, RecursionError) as error:
        raise ValueError(f"that has no answer: {error}") from None


@tool.run
def reply(messages: list[dict[str, str]], digits: float = 6, *, run: Run) -> dict[str, Any]:
    """Go through the conversation for `ans`, and reply to its last message."""
    names = dict(CONSTANTS)
    said = ""
    for message in messages:
        if message["role"] != "user":
            continue
        try:
            names["ans"] = answer(message["content"], names)
            said = f"{names['ans']:.{int(digits)}g}"
        except ValueError as error:
            said = str(error)
    # A model would send its words as they come; here they are all there, and are sent one by one all the same.
    for piece in re.findall(r"\s*\S+", said):
        run.emit("reply", piece)
    return {}


if __name__ == "__main__":
    tool.serve()
