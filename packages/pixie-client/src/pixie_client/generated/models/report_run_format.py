from typing import Literal

ReportRunFormat = Literal["html", "md", "pdf", "zip"]

REPORT_RUN_FORMAT_VALUES: set[ReportRunFormat] = {
    "html",
    "md",
    "pdf",
    "zip",
}


def check_report_run_format(value: str) -> ReportRunFormat:
    if value in REPORT_RUN_FORMAT_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {REPORT_RUN_FORMAT_VALUES!r}"
    )
