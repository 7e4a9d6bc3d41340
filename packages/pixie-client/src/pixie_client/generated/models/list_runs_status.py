from typing import Literal, cast

ListRunsStatus = Literal["cancelled", "error", "interrupted", "ok", "running"]

LIST_RUNS_STATUS_VALUES: set[ListRunsStatus] = {
    "cancelled",
    "error",
    "interrupted",
    "ok",
    "running",
}


def check_list_runs_status(value: str) -> ListRunsStatus:
    return cast(ListRunsStatus, value)
