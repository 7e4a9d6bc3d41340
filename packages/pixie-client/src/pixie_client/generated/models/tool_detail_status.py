from typing import Literal

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
    if value in TOOL_DETAIL_STATUS_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {TOOL_DETAIL_STATUS_VALUES!r}"
    )
