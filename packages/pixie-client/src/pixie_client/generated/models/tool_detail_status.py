from typing import Literal, cast

ToolDetailStatus = Literal[
    "archived", "dormant", "failed", "invalid", "not_installed", "running", "warm"
]

TOOL_DETAIL_STATUS_VALUES: set[ToolDetailStatus] = {
    "archived",
    "dormant",
    "failed",
    "invalid",
    "not_installed",
    "running",
    "warm",
}


def check_tool_detail_status(value: str) -> ToolDetailStatus:
    return cast(ToolDetailStatus, value)
