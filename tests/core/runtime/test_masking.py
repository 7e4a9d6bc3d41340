"""Secrets don't show, however they are written and wherever the text is cut."""

import json
from urllib.parse import quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixie_core.runtime.masking import MASK, Masker

SECRET = 'sk-4f"9/ä+b\\c'


@pytest.mark.case("S3.forms")
def test_a_secret_is_hidden_as_it_is_in_json_and_in_urls():
    """The three ways in which tools print what they were given."""
    masker = Masker([SECRET])
    for form in (SECRET, json.dumps(SECRET)[1:-1], json.dumps(SECRET, ensure_ascii=False)[1:-1], quote_plus(SECRET)):
        assert masker.mask(f"key={form};") == f"key={MASK};"


@pytest.mark.case("S3.forms")
def test_each_line_of_a_secret_of_several_lines_is_hidden():
    """A private key is often printed line by line."""
    key = "-----BEGIN KEY-----\nMIIEvQIBADAN\nBgkqhkiG9w0B\n-----END KEY-----"
    shown = Masker([key]).mask("\n".join(f"> {line}" for line in key.splitlines()))
    assert "MIIEvQ" not in shown
    assert "BgkqhkiG" not in shown


def test_short_secrets_are_left_alone():
    """Under six characters half of every text would be hidden."""
    assert Masker(["abc", ""]).mask("abcabc") == "abcabc"
    assert not Masker(["abc"])


def test_of_a_secret_and_its_beginning_the_whole_is_hidden():
    """The longest match counts."""
    assert Masker(["abcdef", "abcdefgh"]).mask("abcdefgh") == MASK


@pytest.mark.case("S3.forms")
@given(st.data())
def test_where_the_text_is_cut_makes_no_difference(data):
    """Any cut gives the same as the whole, with secrets that overlap and begin alike."""
    secrets = ["abcabd", "bdabca", "abcabdab", "cccccc", "line one\nline two"]
    alphabet = st.sampled_from([*secrets, "a", "b", "c", "d", "abc", "\n", "line one\n"])
    text = "".join(data.draw(st.lists(alphabet, max_size=12)))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=8)))
    masker = Masker(secrets)
    stream = masker.stream()
    shown = "".join(stream.feed(text[a:b]) for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True))
    assert shown + stream.close() == masker.mask(text)


def test_what_can_be_no_secret_isnt_held_back():
    """A line without a secret comes out at once, also without its end."""
    stream = Masker(["hunter22"]).stream()
    assert stream.feed("hello wor") == "hello wor"
    assert stream.feed("ld, hunt") == "ld, "
    assert stream.feed("ing season") == "hunting season"


@pytest.mark.parametrize("size", [1, 3, 7])
def test_a_long_text_in_small_pieces_is_masked(size):
    """What is held back never grows beyond the secret."""
    text = f"before {SECRET} after " * 100
    stream = Masker([SECRET]).stream()
    shown = "".join(stream.feed(text[at : at + size]) for at in range(0, len(text), size)) + stream.close()
    assert shown == f"before {MASK} after " * 100
