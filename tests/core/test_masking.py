"""What is hidden where inputs are shown."""

from __future__ import annotations

import pytest

from pixie_core.masking import MASK, is_secret, masked


@pytest.mark.parametrize(
    "key",
    [
        "password",
        "PASSWORD",
        "db_passwd",
        "apiKey",
        "api-key",
        "apikey",
        "key",
        "secret",
        "client secret",
        "authToken",
        "pwd",
        "private_keys",
    ],
)
def test_names_of_secrets_are_known(key):
    """In the ways that people write them."""
    assert is_secret(key)


@pytest.mark.parametrize("key", ["monkey", "keyboard", "rho", "keynote", "turnkey_rate", "compass"])
def test_other_names_are_none(key):
    """A word that only contains the letters isn't one."""
    assert not is_secret(key)


def test_values_are_masked_however_deep():
    """Text, lists and objects; numbers, booleans and null stay."""
    value = {"a": [{"token": "x", "n": 1}], "secret": {"deep": "x"}, "max_tokens": 5, "key": None, "password": ""}
    assert masked(value) == {
        "a": [{"token": MASK, "n": 1}],
        "secret": MASK,
        "max_tokens": 5,
        "key": None,
        "password": MASK,
    }
