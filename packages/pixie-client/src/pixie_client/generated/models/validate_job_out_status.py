from typing import Literal

ValidateJobOutStatus = Literal["finished", "interrupted", "running"]

VALIDATE_JOB_OUT_STATUS_VALUES: set[ValidateJobOutStatus] = {
    "finished",
    "interrupted",
    "running",
}


def check_validate_job_out_status(value: str) -> ValidateJobOutStatus:
    if value in VALIDATE_JOB_OUT_STATUS_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {VALIDATE_JOB_OUT_STATUS_VALUES!r}"
    )
