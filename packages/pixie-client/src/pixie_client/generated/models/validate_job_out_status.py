from typing import Literal, cast

ValidateJobOutStatus = Literal["finished", "interrupted", "running"]

VALIDATE_JOB_OUT_STATUS_VALUES: set[ValidateJobOutStatus] = {
    "finished",
    "interrupted",
    "running",
}


def check_validate_job_out_status(value: str) -> ValidateJobOutStatus:
    return cast(ValidateJobOutStatus, value)
