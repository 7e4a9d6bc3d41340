from typing import Literal

RunSummaryStatus = Literal["cancelled", "error", "interrupted", "ok", "running"]

RUN_SUMMARY_STATUS_VALUES: set[RunSummaryStatus] = {
    "cancelled",
    "error",
    "interrupted",
    "ok",
    "running",
}


def check_run_summary_status(value: str) -> RunSummaryStatus:
    if value in RUN_SUMMARY_STATUS_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {RUN_SUMMARY_STATUS_VALUES!r}"
    )
