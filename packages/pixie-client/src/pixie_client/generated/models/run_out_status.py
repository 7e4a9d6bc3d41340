from typing import Literal, cast

RunOutStatus = Literal["cancelled", "error", "interrupted", "ok", "running"]

RUN_OUT_STATUS_VALUES: set[RunOutStatus] = {
    "cancelled",
    "error",
    "interrupted",
    "ok",
    "running",
}


def check_run_out_status(value: str) -> RunOutStatus:
    return cast(RunOutStatus, value)
