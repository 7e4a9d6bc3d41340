from typing import Literal, cast

RunSummaryStatus = Literal["cancelled", "error", "interrupted", "ok", "running"]

RUN_SUMMARY_STATUS_VALUES: set[RunSummaryStatus] = {
    "cancelled",
    "error",
    "interrupted",
    "ok",
    "running",
}


def check_run_summary_status(value: str) -> RunSummaryStatus:
    return cast(RunSummaryStatus, value)
