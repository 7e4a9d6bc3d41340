from typing import Literal

RunsFilterStatusType0 = Literal["cancelled", "error", "interrupted", "ok", "running"]

RUNS_FILTER_STATUS_TYPE_0_VALUES: set[RunsFilterStatusType0] = {
    "cancelled",
    "error",
    "interrupted",
    "ok",
    "running",
}


def check_runs_filter_status_type_0(value: str) -> RunsFilterStatusType0:
    if value in RUNS_FILTER_STATUS_TYPE_0_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {RUNS_FILTER_STATUS_TYPE_0_VALUES!r}"
    )
