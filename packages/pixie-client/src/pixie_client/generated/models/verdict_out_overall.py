from typing import Literal

VerdictOutOverall = Literal["fail", "pass", "warn"]

VERDICT_OUT_OVERALL_VALUES: set[VerdictOutOverall] = {
    "fail",
    "pass",
    "warn",
}


def check_verdict_out_overall(value: str) -> VerdictOutOverall:
    if value in VERDICT_OUT_OVERALL_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {VERDICT_OUT_OVERALL_VALUES!r}"
    )
