from typing import Literal, cast

VerdictOutOverall = Literal["fail", "pass", "warn"]

VERDICT_OUT_OVERALL_VALUES: set[VerdictOutOverall] = {
    "fail",
    "pass",
    "warn",
}


def check_verdict_out_overall(value: str) -> VerdictOutOverall:
    return cast(VerdictOutOverall, value)
