from typing import Literal

ToolItemStatus = Literal[
    "archived", "dormant", "failed", "invalid", "not_installed", "running", "warm"
]

TOOL_ITEM_STATUS_VALUES: set[ToolItemStatus] = {
    "archived",
    "dormant",
    "failed",
    "invalid",
    "not_installed",
    "running",
    "warm",
}


def check_tool_item_status(value: str) -> ToolItemStatus:
    if value in TOOL_ITEM_STATUS_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {TOOL_ITEM_STATUS_VALUES!r}"
    )
