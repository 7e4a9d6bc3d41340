from typing import Literal, cast

ReportRunFormat = Literal["html", "md", "pdf", "zip"]

REPORT_RUN_FORMAT_VALUES: set[ReportRunFormat] = {
    "html",
    "md",
    "pdf",
    "zip",
}


def check_report_run_format(value: str) -> ReportRunFormat:
    return cast(ReportRunFormat, value)
