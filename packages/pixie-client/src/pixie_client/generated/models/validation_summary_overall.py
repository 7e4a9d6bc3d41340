from typing import Literal, cast

ValidationSummaryOverall = Literal["fail", "pass", "warn"]

VALIDATION_SUMMARY_OVERALL_VALUES: set[ValidationSummaryOverall] = {
    "fail",
    "pass",
    "warn",
}


def check_validation_summary_overall(value: str) -> ValidationSummaryOverall:
    return cast(ValidationSummaryOverall, value)
