"""Formulas as pictures: read as the page reads them, drawn within bounds, and refused with the reason."""

import io
import re
import time
import unicodedata
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from PIL import Image
from pypdf import PdfReader

from pixie_core.errors import ExportError, ExportTooLarge, MissingExtra
from pixie_core.exporters import apart as bounds
from pixie_core.exporters import front_end
from pixie_core.exporters.apart import CannotDo, apart
from tests.core.exporters.exported import exported

SVG = "{http://www.w3.org/2000/svg}"


def words(tex):
    """What the PDF of a formula says, as plain letters."""
    (page,) = PdfReader(io.BytesIO(exported("latex", "pdf", tex)), strict=True).pages
    return re.sub(r"\s+", "", unicodedata.normalize("NFKD", page.extract_text()))


@pytest.mark.parametrize(
    ("tex", "says"),
    [
        (r"\frac{a}{b}+\sqrt[3]{c}", "a b c + 3"),
        (r"\begin{pmatrix}1&2\\3&4\end{pmatrix}^{-1}", "1 2 3 4 −1"),
        (r"\begin{aligned}x&=1\\y&=2\end{aligned}", "x=1 y=2"),
        (r"f(x)=\begin{cases}1&\text{if } x>0\\0&\text{otherwise}\end{cases}", "if otherwise f(x)="),
        (r"\sum_{i=1}^{n}\int_0^\infty\lim_{x\to0}\sin x", "∑ ∫ ∞ lim sin"),
        (r"\hat{H}\vec{v}\overline{AB}\underbrace{x}_{n}", "H v A B x n"),
        (r"a\bmod n\equiv b\pmod n", "a mod n ≡ b"),
        (r"\left.\frac{df}{dx}\right|_{x=0}\left\{x\middle|y\right\}", "df dx | { }"),
        (r"\mathbb{R}\mathcal{L}\mathfrak{g}\mathrm{d}\mathbf{v}", "R L g d v"),
        (r"A\xrightarrow{f}B\boxed{E=mc^2}\cancel{x}", "A f B E=mc"),
        (r"\textcolor{#0072b2}{y}\color{red}z", "y z"),
        (r"x\tag{7}", "x (7)"),
        (r"\begin{array}{c|c}a&b\\\hline c&d\end{array}", "a b c d"),
        (r"\binom{n}{k}\phantom{xx}\raisebox{1em}{a}\rule{1em}{1em}", "n k a"),
        (r"\text{Größe αβγ}", "Größe αβγ"),
        (r"\def\R{\mathbb{R}}\R", "R"),
    ],
)
def test_what_the_page_shows_is_set(tex, says):
    """Fractions, roots, matrices, cases, sums, accents, alphabets, arrows, colours, numbers, tables, macros."""
    said = words(tex)
    assert all(unicodedata.normalize("NFKD", word) in said for word in says.split()), said


def test_a_colour_is_drawn_and_so_are_lines():
    """A red letter is red, and a fraction has its line."""
    red = np.asarray(Image.open(io.BytesIO(exported("latex", "png", r"\color{red}x"))).convert("RGB"), dtype=int)
    assert ((red[..., 0] > 200) & (red[..., 1] < 80)).any()
    grey = np.asarray(Image.open(io.BytesIO(exported("latex", "png", r"\frac{a}{b}"))).convert("L"), dtype=int)
    assert ((grey < 128).sum(axis=1) > grey.shape[1] / 4).any()


def test_size_scale_and_theme_are_heard():
    """Twice the letters are twice the picture; dark ground is dark."""
    small, large = (Image.open(io.BytesIO(exported("latex", "png", size=each, scale=1))) for each in (20, 40))
    assert large.width == pytest.approx(2 * small.width, abs=4)
    assert Image.open(io.BytesIO(exported("latex", "png", size=20, scale=3))).width == pytest.approx(
        3 * small.width, abs=4
    )
    assert Image.open(io.BytesIO(exported("latex", "png", theme="dark"))).convert("L").getpixel((0, 0)) < 40
    assert round(Image.open(io.BytesIO(exported("latex", "png", dpi=300))).info["dpi"][0]) == 300


def test_an_svg_holds_outlines_and_its_origin_and_nothing_that_runs():
    """No script, no link, nothing from elsewhere."""
    root = ET.fromstring(exported("latex", "svg", r"\text{<script>alert(1)</script>} x"))
    assert root.find(f"{SVG}title").text == "Trial"
    assert root.find(".//{urn:pixie:export:1}run").text.startswith("5f0c8c7e")
    for each in root.iter():
        assert not each.tag.endswith(("}script", "}foreignObject", "}image"))
        hrefs = [value for name, value in each.attrib.items() if name.endswith("href")]
        assert all(value.startswith("#") for value in hrefs)


@pytest.mark.case("X5.latex")
@pytest.mark.parametrize(
    ("tex", "says"),
    [
        (r"\foo{x}", r"Undefined control sequence: \\foo at position 1"),
        (r"\frac{a", "end of input"),
        (r"\href{javascript:alert(1)}{x}", r"\\href leads out of the formula"),
        (r"\htmlData{a=b}{x}", r"\\htmlData leads out"),
        (r"\includegraphics{/etc/passwd}", r"\\includegraphics leads out"),
        (r"\def\a{\a\a}\a", "Too many expansions"),
        (r"\def\a{xxxxxxxxxx}\def\b{\a\a\a\a\a\a\a\a\a\a}\def\c{\b\b\b\b\b\b\b\b\b\b}" + r"\c" * 80, "Too many expansions"),
        ("{" * 9000, "nested too deeply|Expected"),
        (r"\frac{a}{" * 600 + "x" + "}" * 600, "nested too deeply"),
        ("x^{" * 400 + "}" * 400, "nested too deeply"),
        (r"\color{nonsense}x", "no colour"),
        (r"\left(" * 20, "Expected"),
    ],
    ids=["unknown", "unclosed", "link", "data", "file", "endless", "bomb", "braces", "fractions", "powers", "colour", "fences"],
)  # fmt: skip
def test_what_cannot_be_set_is_refused_with_the_reason_in_no_time(tex, says):
    """And the formula itself can still be had."""
    begun = time.monotonic()
    with pytest.raises(ExportError, match=rf"(?:{says}).*Take tex"):
        exported("latex", "png", tex)
    assert time.monotonic() - begun < bounds.SECONDS


def test_a_formula_of_ten_thousand_letters_is_set_and_a_longer_one_refused():
    """Before anything is begun."""
    assert exported("latex", "svg", "x" * 10_000)
    with pytest.raises(ExportTooLarge, match=r"10,001 characters.*Take tex"):
        exported("latex", "svg", "x" * 10_001)


@pytest.mark.parametrize("tex", ["", " ", "\ud800", "日本", "\x00\x0b"])
def test_odd_formulas_are_pictures_too(tex):
    """Empty ones, and letters that can't be said."""
    assert Image.open(io.BytesIO(exported("latex", "png", tex))).width > 4


@pytest.mark.case("X5.latex")
def test_what_a_formula_says_is_never_typst():
    """What is Typst's own stays words."""
    assert "#panic" in words(r"\text{\#panic(1)}")
    assert words(r"\text{*b* \$x\$ @y}") == "*b*$x$@y"


def test_without_the_front_end_the_extra_is_named(monkeypatch):
    """KaTeX comes with it."""
    monkeypatch.setattr(front_end, "entry_points", lambda **_: ())
    with pytest.raises(MissingExtra, match=r"pixie-core\[html\]"):
        exported("latex", "png")


# The process that such things are done in


def a_module(tmp_path, monkeypatch, body):
    """A module of work, to be found by the process too."""
    package = tmp_path / "stranger.py"
    package.write_text(f"def work(request):\n    {body}\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(bounds.sys, "executable", bounds.sys.executable)
    monkeypatch.setattr(bounds, "ISOLATED", ())
    return "stranger"


def test_work_that_needs_too_much_memory_is_ended(tmp_path, monkeypatch):
    """And says so."""
    with pytest.raises(CannotDo, match="more memory than 4 GiB"):
        apart(a_module(tmp_path, monkeypatch, "return bytes(8 * 2**30)"), {})


def test_work_that_has_no_end_is_ended(tmp_path, monkeypatch):
    """By the clock, where it takes no processor time at all."""
    monkeypatch.setattr(bounds, "SECONDS", 0.2)
    with pytest.raises(CannotDo, match=r"longer than 0\.4 seconds"):
        apart(a_module(tmp_path, monkeypatch, "__import__('threading').Event().wait()"), {})


def test_work_that_fails_says_why(tmp_path, monkeypatch):
    """In the last line of its words."""
    with pytest.raises(CannotDo, match="ZeroDivisionError: division by zero"):
        apart(a_module(tmp_path, monkeypatch, "return 1 / 0"), {})
