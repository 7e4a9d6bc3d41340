from typing import Literal

ProcessOutStatus = Literal["running", "starting", "stopping", "warm"]

PROCESS_OUT_STATUS_VALUES: set[ProcessOutStatus] = {
    "running",
    "starting",
    "stopping",
    "warm",
}


def check_process_out_status(value: str) -> ProcessOutStatus:
    if value in PROCESS_OUT_STATUS_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {PROCESS_OUT_STATUS_VALUES!r}"
    )
