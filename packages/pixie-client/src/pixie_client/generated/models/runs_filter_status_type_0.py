from typing import Literal, cast

RunsFilterStatusType0 = Literal["cancelled", "error", "interrupted", "ok", "running"]

RUNS_FILTER_STATUS_TYPE_0_VALUES: set[RunsFilterStatusType0] = {
    "cancelled",
    "error",
    "interrupted",
    "ok",
    "running",
}


def check_runs_filter_status_type_0(value: str) -> RunsFilterStatusType0:
    return cast(RunsFilterStatusType0, value)
