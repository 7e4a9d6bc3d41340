"""A formula set: KaTeX reads the LaTeX, as on the page, and Typst draws it. Done in a process of its own; see `apart`.

KaTeX runs in QuickJS, which has neither files nor a network, with the page's own bounds: no command that could lead
elsewhere, and a thousand expansions of macros at most. What the formula says reaches Typst as data and never as markup.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from pixie_core.exporters.apart import CannotDo
from pixie_core.exporters.formula_tree import formula_tree

__all__ = ["work"]

_MEMORY = 512 * 2**20
_STACK = 4 * 2**20
"""Half of what a thread has, so that QuickJS sees the end before the machine does."""
_READ = r"""
(tex) => {
  const trust = ({ command }) => {
    throw new katex.ParseError(`${command} leads out of the formula, and that isn't allowed`);
  };
  const how = { output: "mathml", displayMode: true, strict: "ignore", trust, maxExpand: 1000, maxSize: 20 };
  return JSON.stringify(katex.renderToString(tex, how));
}
"""

_TEMPLATE = r"""
#let data = json("data.json")
#set document(title: data.title, author: data.author, description: data.about, keywords: data.keywords,
  date: datetime(year: data.at.at(0), month: data.at.at(1), day: data.at.at(2), hour: data.at.at(3),
    minute: data.at.at(4), second: data.at.at(5)))
#set page(width: auto, height: auto, margin: data.size * 0.4 * 1pt, fill: rgb(data.ground))
#set text(size: data.size * 1pt, fill: rgb(data.ink), font: "New Computer Modern")
#show math.equation: set text(font: "New Computer Modern Math")

#let variants = (
  "normal": it => math.upright(it),
  "italic": it => math.italic(it),
  "bold": it => math.bold(math.upright(it)),
  "bold-italic": it => math.bold(math.italic(it)),
  "double-struck": it => math.bb(it),
  "script": it => math.cal(it),
  "fraktur": it => math.frak(it),
  "sans-serif": it => math.sans(math.upright(it)),
  "sans-serif-italic": it => math.sans(math.italic(it)),
  "bold-sans-serif": it => math.bold(math.sans(it)),
  "monospace": it => math.mono(it),
)
#let styles = (display: math.display, inline: math.inline, script: math.script, sscript: math.sscript)
#let spans = (
  overline: math.overline, underline: math.underline, overbrace: math.overbrace, underbrace: math.underbrace,
  overbracket: math.overbracket, underbracket: math.underbracket,
)
#let sides = (left: left, right: right, center: center)
#let glyph(s) = if s == "" { [] } else if s.clusters().len() == 1 { symbol(s) } else { text(s) }

#let set-table(node, draw) = grid(
  columns: node.sides.len(),
  align: (column, _) => sides.at(node.sides.at(column)) + horizon,
  inset: (column, row) => (
    left: if column == 0 { 0pt } else { node.gaps.at(calc.rem(column - 1, node.gaps.len())) * 0.5em },
    right: if column == node.sides.len() - 1 { 0pt } else { node.gaps.at(calc.rem(column, node.gaps.len())) * 0.5em },
    top: 0.22em, bottom: 0.22em,
  ),
  ..node.upright.map(at => grid.vline(x: at, stroke: 0.04em)),
  ..node.level.map(at => grid.hline(y: at, stroke: 0.04em)),
  ..node.rows.flatten().map(cell => math.equation(draw(cell))),
)

#let draw(node) = {
  let k = node.k
  if k == "row" { if node.c == () { box() } else { node.c.map(draw).join() } }
  else if k == "symbol" {
    let it = glyph(node.s)
    if node.variant in variants { it = variants.at(node.variant)(it) }
    if node.class == "" { it } else { math.class(node.class, it) }
  }
  else if k == "name" { math.op(text(node.s)) }
  else if k == "operator" {
    if node.class == "" { math.class("relation", math.upright(text(node.s))) }
    else { math.class(node.class, math.upright(text(node.s))) }
  }
  else if k == "tall" { math.lr(size: node.em * 1em, glyph(node.s)) }
  else if k == "text" {
    text(
      style: if "italic" in node.variant { "italic" } else { "normal" },
      weight: if "bold" in node.variant { "bold" } else { "regular" },
      font: if node.variant == "monospace" { "DejaVu Sans Mono" } else { "New Computer Modern" },
      node.s,
    )
  }
  else if k == "fraction" {
    let (over, under) = node.c.map(draw)
    let pile = grid(columns: 1, align: center, row-gutter: 0.4em, math.equation(over), math.equation(under))
    if node.bare { box(baseline: 50% - 0.25em, pile) } else { math.frac(over, under) }
  }
  else if k == "root" {
    if node.c.len() == 2 { math.root(draw(node.c.at(1)), draw(node.c.at(0))) } else { math.sqrt(draw(node.c.at(0))) }
  }
  else if k == "attached" {
    let base = draw(node.base)
    let base = if node.limits { math.limits(base) } else { math.scripts(base) }
    math.attach(base,
      t: if "top" in node { draw(node.top) },
      b: if "bottom" in node { draw(node.bottom) },
    )
  }
  else if k == "accent" {
    math.accent(draw(node.c.at(0)), node.mark, size: if node.wide { 100% } else { 0% } )
  }
  else if k == "span" { spans.at(node.how)(draw(node.c.at(0))) }
  else if k == "arrow" {
    let over = math.stretch(glyph(node.s), size: 100%)
    if node.place == "top" { math.attach(math.limits(draw(node.base)), t: over) }
    else { math.attach(math.limits(draw(node.base)), b: over) }
  }
  else if k == "stretched" {
    math.attach(math.limits(math.stretch(glyph(node.s), size: 100% + 0.6em)),
      t: if "top" in node { draw(node.top) },
      b: if "bottom" in node { draw(node.bottom) },
    )
  }
  else if k == "fenced" {
    let (open, close) = (math.class("opening", glyph(node.open)), math.class("closing", glyph(node.close)))
    math.lr(open + node.c.map(draw).join() + close)
  }
  else if k == "middle" { math.mid(glyph(node.s)) }
  else if k == "table" {
    let it = set-table(node, draw)
    // In the middle, on the axis that fractions have their line on.
    if node.boxed { box(baseline: 50% - 0.25em, stroke: 0.04em, inset: 0.3em, it) }
    else { box(baseline: 50% - 0.25em, it) }
  }
  else if k == "numbered" { node.rows.map(row => row.map(draw).join(h(2em))).join(linebreak()) }
  else if k == "style" { styles.at(node.how)(draw(node.c.at(0))) }
  else if k == "coloured" { text(fill: rgb(node.colour), draw(node.c.at(0))) }
  else if k == "sized" { text(size: node.em * 1em, math.equation(draw(node.c.at(0)))) }
  else if k == "space" { h(node.em * 1em) }
  else if k == "break" { linebreak() }
  else if k == "rule" {
    let ink = rgb(if node.colour == "" { data.ink } else { node.colour })
    box(width: node.width * 1em, height: node.height * 1em, fill: ink)
  }
  else if k == "lap" { box(width: 0pt, place(sides.at(node.side) + horizon, math.equation(draw(node.c.at(0))))) }
  else if k == "raised" { box(baseline: node.em * -1em, math.equation(draw(node.c.at(0)))) }
  else if k == "hidden" { hide(math.equation(draw(node.c.at(0)))) }
  else if k == "boxed" {
    box(stroke: 0.04em + rgb(data.ink), inset: 0.3em, math.equation(math.display(draw(node.c.at(0)))))
  }
  else if k == "struck" {
    if node.how == "level" { strike(math.equation(draw(node.c.at(0)))) }
    else { math.cancel(draw(node.c.at(0)), inverted: node.how == "down") }
  }
  else { panic("unknown " + k) }
}

#math.equation(block: true, draw(data.tree))
"""


def work(request: dict[str, Any]) -> bytes:
    """The formula as png, svg or pdf. Raises CannotDo."""
    import typst

    tree = formula_tree(_mathml(request["tex"], request["katex"]))
    with tempfile.TemporaryDirectory(prefix="pixie-formula-") as folder:
        data = {**request["page"], "tree": tree}
        Path(folder, "data.json").write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
        page = Path(folder, "page.typ")
        page.write_text(_TEMPLATE, encoding="utf-8")
        try:
            made = typst.compile(str(page), root=folder, format=request["format"], ppi=request["ppi"])
        except typst.TypstError as error:
            if "recursion" in str(error) or "depth" in str(error):
                raise CannotDo("it is nested too deeply") from error
            raise CannotDo(f"it can't be drawn ({str(error).splitlines()[0][:200]})") from error
    if not isinstance(made, bytes):
        raise CannotDo("it doesn't fit on one page")
    return made


def _mathml(tex: str, katex: str) -> str:
    import quickjs

    context = quickjs.Context()
    context.set_memory_limit(_MEMORY)
    context.set_max_stack_size(_STACK)
    context.eval(Path(katex).read_text(encoding="utf-8"))
    try:
        html = json.loads(context.eval(_READ)(tex))
    except quickjs.StackOverflow as error:
        raise CannotDo("it is nested too deeply") from error
    except quickjs.JSException as error:
        said = str(error).partition("\n    at ")[0].removeprefix("ParseError: ").removeprefix("KaTeX parse error: ")
        raise CannotDo(said.replace("\u0332", "").strip().rstrip(".")) from error
    begin, end = html.index("<math"), html.index("</math>") + len("</math>")
    return str(html[begin:end])
