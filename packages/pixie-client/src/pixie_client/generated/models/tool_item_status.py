from typing import Literal, cast

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
    return cast(ToolItemStatus, value)
