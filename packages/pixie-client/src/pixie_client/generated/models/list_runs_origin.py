from typing import Literal, cast

ListRunsOrigin = Literal["api", "cli", "form", "mcp", "script", "skill"]

LIST_RUNS_ORIGIN_VALUES: set[ListRunsOrigin] = {
    "api",
    "cli",
    "form",
    "mcp",
    "script",
    "skill",
}


def check_list_runs_origin(value: str) -> ListRunsOrigin:
    return cast(ListRunsOrigin, value)
