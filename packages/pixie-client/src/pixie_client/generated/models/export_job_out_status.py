from typing import Literal, cast

ExportJobOutStatus = Literal["cancelled", "done", "failed", "running"]

EXPORT_JOB_OUT_STATUS_VALUES: set[ExportJobOutStatus] = {
    "cancelled",
    "done",
    "failed",
    "running",
}


def check_export_job_out_status(value: str) -> ExportJobOutStatus:
    return cast(ExportJobOutStatus, value)
