"""Names of files, made safe."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixie_core.filenames import clean_filename, twin_key, unique_filename


@pytest.mark.case("P5.names")
@given(st.text())
def test_any_text_becomes_one_safe_component(name):
    """And cleaning it again changes nothing."""
    cleaned = clean_filename(name)
    assert cleaned
    assert cleaned not in {".", ".."}
    assert not set(cleaned) & set('/\\:*?"<>|\x00\n')
    assert len(cleaned.encode()) <= 200
    assert not cleaned.startswith((".", "-", " "))
    assert not cleaned.endswith((".", " "))
    assert clean_filename(cleaned) == cleaned


@pytest.mark.case("P5.names")
@given(
    st.lists(st.sampled_from(["a.txt", "A.TXT", "a (2).txt", "é.png", "e\u0301.png", "x" * 300 + ".csv"]), max_size=12)
)
def test_names_are_unique_where_case_and_forms_are_folded(names):
    """However often one comes, and whatever numbers are in it already."""
    taken = set()
    for name in names:
        unique = unique_filename(name, taken)
        assert twin_key(unique) not in taken
        assert len(unique.encode()) <= 200
        taken.add(twin_key(unique))


def test_ordinary_names_stay_as_they_are():
    """Letters of any script, spaces, several dots."""
    for name in ("plot.png", "Ergebnis 2026.tar.gz", "漢字.csv", "a (1).txt"):
        assert clean_filename(name) == name


def test_a_long_name_keeps_its_ending():
    """A name with a meaningless long ending is cut anywhere."""
    assert clean_filename("x" * 300 + ".png").endswith("x.png")
    assert len(clean_filename("a." + "x" * 300)) == 200
