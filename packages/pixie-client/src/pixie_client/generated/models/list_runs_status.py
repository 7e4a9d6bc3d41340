from typing import Literal

ListRunsStatus = Literal["cancelled", "error", "interrupted", "ok", "running"]

LIST_RUNS_STATUS_VALUES: set[ListRunsStatus] = {
    "cancelled",
    "error",
    "interrupted",
    "ok",
    "running",
}


def check_list_runs_status(value: str) -> ListRunsStatus:
    if value in LIST_RUNS_STATUS_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {LIST_RUNS_STATUS_VALUES!r}"
    )
