from typing import Literal

ValidationSummaryOverall = Literal["fail", "pass", "warn"]

VALIDATION_SUMMARY_OVERALL_VALUES: set[ValidationSummaryOverall] = {
    "fail",
    "pass",
    "warn",
}


def check_validation_summary_overall(value: str) -> ValidationSummaryOverall:
    if value in VALIDATION_SUMMARY_OVERALL_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {VALIDATION_SUMMARY_OVERALL_VALUES!r}"
    )
