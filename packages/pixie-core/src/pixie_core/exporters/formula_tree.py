"""A formula as a tree that a template can draw: from the MathML that KaTeX makes of LaTeX.

Every node is an object with its kind in `k`; what it holds is words, numbers and other nodes, never markup.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeAlias
from xml.etree import ElementTree as ET

from PIL import ImageColor

from pixie_core.exporters.apart import CannotDo

if TYPE_CHECKING:
    from collections.abc import Callable
    from xml.etree.ElementTree import Element

__all__ = ["formula_tree"]

Node: TypeAlias = "dict[str, Any]"

_ACCENTS = dict(
    zip(
        "^~ˉ˘˙¨˚ˇ\u20d7ˊˋ´`",
        "\u0302\u0303\u0304\u0306\u0307\u0308\u030a\u030c\u20d7\u0301\u0300\u0301\u0300",
        strict=True,
    )
)
"""What stands over a letter, and the same as it combines with one."""
_SPANS = {"‾": "line", "―": "line", "⏞": "brace", "⏟": "brace", "⎴": "bracket", "⎵": "bracket"}
_ARROWS = "→←↔⇀↼"
_UNSEEN = "\u2061\u2062\u2063\u2064"
"""Function application, and the signs that are understood between factors and indices."""
_BARS = {"∣": "|", "∥": "‖"}
_SIDES = {**dict.fromkeys("([{⟨⌈⌊⟦⎰⟮", "opening"), **dict.fromkeys(")]}⟩⌉⌋⟧⎱⟯", "closing")}
_STRIKES = {"updiagonalstrike": "up", "downdiagonalstrike": "down", "horizontalstrike": "level"}
_PX_IN_EM = 16


def formula_tree(mathml: str) -> Node:
    """The tree of a `<math>` element. Raises CannotDo for what has no place in it."""
    return _row(ET.fromstring(mathml))  # noqa: S314 (KaTeX wrote it, and it has no declarations)


def _node(element: Element) -> Node:
    tag = element.tag.rpartition("}")[2]
    make = _KINDS.get(tag)
    if make is None:
        raise CannotDo(f"it asks for <{tag}>, which has no picture here")
    return make(element)


def _row(element: Element) -> Node:
    children = [each for each in element if each.tag.rpartition("}")[2] != "annotation"]
    fenced = [each for each in children if each.get("fence") == "true"]
    made = [_node(each) for each in children]
    if fenced and len(children) > 1 and (children[0] in fenced or children[-1] in fenced):
        first, last = children[0] in fenced, children[-1] in fenced
        inner = made[1 if first else 0 : len(made) - 1 if last else len(made)]
        return {
            "k": "fenced",
            "open": made[0]["s"] if first else "",
            "close": made[-1]["s"] if last else "",
            "c": [
                {"k": "middle", "s": each["s"]} if child in fenced else each
                for each, child in zip(inner, children[1 if first else 0 :], strict=False)
            ],
        }
    return made[0] if len(made) == 1 else {"k": "row", "c": made}


def _words(element: Element) -> str:
    return "".join(element.itertext())


def _identifier(element: Element) -> Node:
    text = _words(element)
    variant = element.get("mathvariant", "")
    if text in _BARS:
        return {"k": "symbol", "s": _BARS[text], "variant": "normal", "class": "normal"}
    if len(text) > 1 and not variant:
        return {"k": "name", "s": text}
    return {"k": "symbol", "s": text, "variant": variant or "italic", "class": ""}


def _number(element: Element) -> Node:
    return {"k": "symbol", "s": _words(element), "variant": element.get("mathvariant", "normal"), "class": ""}


def _operator(element: Element) -> Node:
    words = _words(element)
    text = _BARS.get(words, words)
    if text and text in _UNSEEN:
        return {"k": "row", "c": []}
    binary = element.get("lspace") == "0.22em"
    if len(element) or len(text) > 1:
        return {"k": "operator", "s": text, "class": "binary" if binary else ""}
    if "minsize" in element.attrib and "maxsize" in element.attrib:
        return {"k": "tall", "s": text, "em": _em(element.get("minsize"))}
    alone = element.get("stretchy") == "false" or element.get("fence") == "true"
    kind = "binary" if binary else "" if not alone else _SIDES.get(text, "normal")
    # A bar that is no fence stands between what it relates, as in P(A∣B).
    return {"k": "symbol", "s": text, "variant": "normal", "class": kind or ("relation" if words in _BARS else "")}


def _text(element: Element) -> Node:
    return {"k": "text", "s": _words(element), "variant": element.get("mathvariant", "")}


def _fraction(element: Element) -> Node:
    over, under = map(_node, element)
    return {"k": "fraction", "c": [over, under], "bare": element.get("linethickness", "").startswith("0")}


def _square_root(element: Element) -> Node:
    return {"k": "root", "c": [_row(element)]}


def _root(element: Element) -> Node:
    base, index = map(_node, element)
    return {"k": "root", "c": [base, index]}


def _attached(*places: str) -> Callable[[Element], Node]:
    def make(element: Element) -> Node:
        base, *others = map(_node, element)
        return {"k": "attached", "base": base, "limits": False, **dict(zip(places, others, strict=True))}

    return make


def _above(*places: str) -> Callable[[Element], Node]:
    def make(element: Element) -> Node:
        base, *others = element
        if len(others) == 1 and others[0].tag.rpartition("}")[2] == "mo":
            mark = _words(others[0])
            wide = others[0].get("stretchy") == "true"
            if mark in _ACCENTS and places == ("top",):
                return {"k": "accent", "c": [_node(base)], "mark": _ACCENTS[mark], "wide": wide}
            if mark in _SPANS:
                return {
                    "k": "span",
                    "c": [_node(base)],
                    "how": ("over" if places == ("top",) else "under") + _SPANS[mark],
                }
            if mark in _ARROWS and places == ("top",):
                return {"k": "accent", "c": [_node(base)], "mark": mark, "wide": True}
            if wide:
                return {"k": "arrow", "base": _node(base), "s": mark, "place": places[0]}
        if base.tag.rpartition("}")[2] == "mo" and base.get("stretchy") == "true" and "minsize" in base.attrib:
            return {"k": "stretched", "s": _words(base), **dict(zip(places, map(_node, others), strict=True))}
        made = dict(zip(places, map(_node, others), strict=True))
        return {"k": "attached", "base": _node(base), "limits": True, **made}

    return make


def _table(element: Element) -> Node:
    rows = [[_row(cell) for cell in row] for row in element if len(row)]
    if element.get("width") == "100%":  # a formula and its number at the margin
        return {"k": "numbered", "rows": [[cell for cell in row if cell != {"k": "row", "c": []}] for row in rows]}
    sides = element.get("columnalign", "").split()
    across = max(map(len, rows), default=0)
    return {
        "k": "table",
        "rows": [row + [{"k": "row", "c": []}] * (across - len(row)) for row in rows],
        "sides": (sides + ["center"] * across)[:across],
        "across": (element.get("columnspacing") or "1em").split()[0].removesuffix("em"),
        "down": (element.get("rowspacing") or "0.16em").split()[0].removesuffix("em"),
        "gaps": [float(each.removesuffix("em")) for each in (element.get("columnspacing") or "1em").split()],
        "upright": _lines(element.get("columnlines"), across),
        "level": _lines(element.get("rowlines"), len(rows)),
        "boxed": element.get("frame") in {"solid", "dashed"},
    }


def _lines(said: str | None, count: int) -> list[int]:
    """After which columns, or rows, a line stands."""
    words = (said or "none").split()
    return [at for at in range(1, count) if words[min(at, len(words)) - 1] != "none"]


def _style(element: Element) -> Node:
    inner = _row(element)
    if "mathcolor" in element.attrib:
        inner = {"k": "coloured", "c": [inner], "colour": _colour(element.attrib["mathcolor"])}
    if "mathsize" in element.attrib:
        inner = {"k": "sized", "c": [inner], "em": _em(element.attrib["mathsize"])}
    if "scriptlevel" in element.attrib or "displaystyle" in element.attrib:
        level = int(element.get("scriptlevel", "0"))
        style = ("display" if element.get("displaystyle") == "true" else "inline", "script", "sscript")[min(level, 2)]
        inner = {"k": "style", "c": [inner], "how": style}
    return inner


def _colour(name: str) -> str:
    try:
        return "#{:02x}{:02x}{:02x}".format(*ImageColor.getrgb(name)[:3])
    except ValueError:
        raise CannotDo(f"{name[:40]!r} is no colour: expected a name such as teal, or #rrggbb") from None


def _space(element: Element) -> Node:
    if element.get("linebreak") == "newline":
        return {"k": "break"}
    if "mathbackground" in element.attrib:
        colour = element.get("mathcolor") or element.attrib["mathbackground"]
        return {
            "k": "rule",
            "width": _em(element.get("width")),
            "height": _em(element.get("height")),
            "colour": "" if colour == "black" else _colour(colour),
        }
    return {"k": "space", "em": _em(element.get("width"))}


def _em(said: str | None) -> float:
    """A length in ems, at most twenty of them."""
    found = re.fullmatch(r"([+-]?[\d.]+)(em|px|pt|ex|mu)?", said or "0")
    if found is None:
        return 0.0
    units = {"em": 1.0, None: 1.0, "px": 1 / _PX_IN_EM, "pt": 1 / 10, "ex": 0.431, "mu": 1 / 18}
    return max(-20.0, min(20.0, float(found[1]) * units[found[2]]))


def _padded(element: Element) -> Node:
    inner = _row(element)
    if element.get("width") in {"0px", "0em", "0"}:
        lap = {"-1width": "right", "-0.5width": "center"}.get(element.get("lspace", ""), "left")
        return {"k": "lap", "c": [inner], "side": lap}
    up = _em(element.get("voffset"))
    return {"k": "raised", "c": [inner], "em": up} if up else inner


def _phantom(element: Element) -> Node:
    return {"k": "hidden", "c": [_row(element)]}


def _enclosed(element: Element) -> Node:
    inner = _row(element)
    for how in element.get("notation", "box").split():
        if how == "box":
            inner = {"k": "boxed", "c": [inner]}
        elif how in _STRIKES:
            inner = {"k": "struck", "c": [inner], "how": _STRIKES[how]}
        else:
            raise CannotDo(f"it asks for the enclosure {how!r}, which has no picture here")
    return inner


_KINDS: dict[str, Callable[[Element], Node]] = {
    "math": _row,
    "semantics": _row,
    "mrow": _row,
    "mi": _identifier,
    "mn": _number,
    "mo": _operator,
    "mtext": _text,
    "mfrac": _fraction,
    "msqrt": _square_root,
    "mroot": _root,
    "msub": _attached("bottom"),
    "msup": _attached("top"),
    "msubsup": _attached("bottom", "top"),
    "munder": _above("bottom"),
    "mover": _above("top"),
    "munderover": _above("bottom", "top"),
    "mtable": _table,
    "mstyle": _style,
    "mspace": _space,
    "mpadded": _padded,
    "mphantom": _phantom,
    "menclose": _enclosed,
}
