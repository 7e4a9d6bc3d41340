from typing import Literal, cast

ProcessOutStatus = Literal["running", "starting", "stopping", "warm"]

PROCESS_OUT_STATUS_VALUES: set[ProcessOutStatus] = {
    "running",
    "starting",
    "stopping",
    "warm",
}


def check_process_out_status(value: str) -> ProcessOutStatus:
    return cast(ProcessOutStatus, value)
