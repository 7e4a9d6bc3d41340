"""The savings tool against the laws that money obeys."""

from __future__ import annotations

import pytest

PLAN = {
    "principal": 10_000,
    "contribution": 200,
    "contributed": "monthly",
    "rate": 5,
    "compounded": "monthly",
    "years": 10,
}


@pytest.fixture
def balance(bundled):
    return lambda **changes: bundled("compound-interest").outputs({**PLAN, **changes})["final_balance"]["value"]


def test_the_shapes_are_those_of_the_output_types(bundled):
    """The number is a currency, the table has the four columns, and the chart two series from year 0."""
    found = bundled("compound-interest").outputs(PLAN)
    assert found["final_balance"].items() >= {"format": "currency", "precision": 2}.items()
    assert [column["key"] for column in found["yearly"]["columns"]] == ["year", "contributions", "interest", "balance"]
    assert found["growth_chart"]["x"] == list(range(11))
    assert [series["name"] for series in found["growth_chart"]["series"]] == [
        "Principal + contributions",
        "Total balance",
    ]


@pytest.mark.parametrize("rate", [0, 0.05, 5, 24.95])
def test_every_row_adds_up_to_the_penny(bundled, rate):
    """Starting balance, contributions and interest are the balance, in each year."""
    rows = bundled("compound-interest").outputs(
        {**PLAN, "rate": rate, "years": 60, "principal": 1234.56, "contribution": 78.9}
    )["yearly"]["rows"]
    assert len(rows) == 60
    for row in rows:
        assert round(1234.56 + row["contributions"] + row["interest"] - row["balance"], 6) == 0


def test_more_frequent_interest_is_more(balance):
    """At the same nominal rate the balance grows with the frequency of compounding."""
    balances = [balance(compounded=each) for each in ("yearly", "half-yearly", "quarterly", "monthly", "daily")]
    assert balances == sorted(balances)
    assert len(set(balances)) == 5


def test_a_contribution_at_the_end_earns_nothing_in_its_period(balance):
    """After one year the only yearly contribution is worth what was paid in."""
    assert balance(principal=0, contribution=100, contributed="yearly", years=1) == pytest.approx(100)


def test_a_tiny_rate_is_near_to_none(balance):
    """The formula for interest meets the one without it, with no digits lost between."""
    assert balance(rate=0) == 34_000
    assert balance(rate=1e-9) == pytest.approx(34_000, abs=1e-2)
    assert balance(rate=1e-9) > 34_000


def test_half_a_year_is_refused(bundled):
    """Years are whole; the message names the input."""
    answer = bundled("compound-interest").run({**PLAN, "years": 1.5})
    assert (answer.status, answer.detail.startswith("years: ")) == (422, True)
