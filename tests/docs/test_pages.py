"""The documents say what is so."""

import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def _maker():
    spec = importlib.util.spec_from_file_location("docs_make", ROOT / "docs" / "make.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", sorted(_maker().PAGES))
def test_a_derived_page_is_current(name):
    """What docs/make.py would write is what is there."""
    assert (ROOT / "docs" / name).read_text(encoding="utf-8") == _maker().page(name)


@pytest.mark.parametrize(
    "page", sorted(p.relative_to(ROOT).as_posix() for p in [ROOT / "README.md", *ROOT.glob("docs/*.md")])
)
def test_links_lead_somewhere(page):
    """A relative link in a document names a file that exists."""
    text = (ROOT / page).read_text(encoding="utf-8")
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", text):
        assert ((ROOT / page).parent / target).exists(), f"{page} links to {target}"


EXECUTED = {"README.md": "test_readme.py", "docs/http-api.md": "test_http_api_page.py"}
"""The pages with commands for curl that Pixie itself answers, and the tests that type them off."""


@pytest.mark.case("N10.examples")
def test_every_page_with_curl_is_typed_off():
    """A command that nobody types goes wrong one day; that of the SDK's own page asks a tool, and no Pixie."""
    pages = [ROOT / "README.md", *ROOT.glob("docs/**/*.md"), *ROOT.glob(".claude/**/*.md"), *ROOT.glob("*.md")]
    with_curl = {
        each.relative_to(ROOT).as_posix() for each in pages if "\n    curl " in each.read_text(encoding="utf-8")
    }
    assert with_curl == EXECUTED.keys()
    for test in EXECUTED.values():
        assert (ROOT / "tests" / "docs" / test).exists()
