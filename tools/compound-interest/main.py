"""Compound interest with regular contributions.

With a nominal rate r a year, compounded n times a year, one contribution period of 1/m year earns

    i = (1 + r/n)^(n/m) - 1

and the balance after k periods, from a principal P with a contribution C at the end of each period, is

    B(k) = P (1 + i)^k + C ((1 + i)^k - 1) / i        (P + C k where i = 0)

the future value of a sum and of an ordinary annuity. Where contributions come more often than interest is added, the
part of a compounding period counts as the same part of its exponent, so that no contribution is without interest.
"""

from __future__ import annotations

import math
from typing import Any

from pixie_tool_sdk import InputError, Tool, outputs

PERIODS_A_YEAR = {"daily": 365, "monthly": 12, "quarterly": 4, "half-yearly": 2, "yearly": 1}

tool = Tool()


def balance(
    principal: float, contribution: float, *, rate: float, compounded: int, contributed: int, years: int
) -> float:
    """The balance after `years`. `rate` is a fraction; `compounded` and `contributed` count periods a year."""
    periods = contributed * years
    # expm1 and log1p keep the digits where a rate is small: near 0 the annuity's factor is a quotient of tiny numbers.
    growth = compounded * years * math.log1p(rate / compounded)
    interest = math.expm1(growth / periods)
    annuity = math.expm1(growth) / interest if interest else float(periods)
    return principal * math.exp(growth) + contribution * annuity


@tool.run
def compound_interest(
    *, principal: float, contribution: float, contributed: str, rate: float, compounded: str, years: float
) -> dict[str, Any]:
    """The balance at the end, each year's balance, and both as a chart."""
    if int(years) != years:
        raise InputError("years", f"expected a whole number, found {years}")
    compoundings, contributions = PERIODS_A_YEAR[compounded], PERIODS_A_YEAR[contributed]
    paid_in, balances = [principal], [principal]
    rows = []
    for year in range(1, int(years) + 1):
        at_end = balance(
            principal, contribution, rate=rate / 100, compounded=compoundings, contributed=contributions, years=year
        )
        added = contribution * contributions * year
        paid_in.append(principal + added)
        balances.append(at_end)
        # To the penny, and so that each row adds up: principal + contributions + interest = balance.
        rows.append(
            {
                "year": year,
                "contributions": round(added, 2),
                "interest": round(round(at_end, 2) - round(principal + added, 2), 2),
                "balance": round(at_end, 2),
            }
        )
    return {
        "final_balance": outputs.number(balances[-1], format="currency", precision=2),
        "yearly": outputs.table(
            rows,
            [
                {"key": "year", "label": "Year", "type": "number"},
                {"key": "contributions", "label": "Contributed", "type": "number"},
                {"key": "interest", "label": "Interest", "type": "number"},
                {"key": "balance", "label": "Balance", "type": "number"},
            ],
            downloadable=True,
        ),
        "growth_chart": outputs.chart_line(
            range(len(balances)),
            {
                "Principal + contributions": [round(each, 2) for each in paid_in],
                "Total balance": [round(each, 2) for each in balances],
            },
            x_label="Year",
            y_label="Balance (GBP)",
        ),
    }


if __name__ == "__main__":
    tool.serve()
