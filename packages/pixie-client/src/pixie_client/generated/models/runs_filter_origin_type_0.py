from typing import Literal, cast

RunsFilterOriginType0 = Literal["api", "cli", "form", "mcp", "script", "skill"]

RUNS_FILTER_ORIGIN_TYPE_0_VALUES: set[RunsFilterOriginType0] = {
    "api",
    "cli",
    "form",
    "mcp",
    "script",
    "skill",
}


def check_runs_filter_origin_type_0(value: str) -> RunsFilterOriginType0:
    return cast(RunsFilterOriginType0, value)
