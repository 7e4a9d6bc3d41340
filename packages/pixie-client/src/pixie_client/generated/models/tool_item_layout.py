from typing import Literal, cast

ToolItemLayout = Literal["chat", "form", "split"]

TOOL_ITEM_LAYOUT_VALUES: set[ToolItemLayout] = {
    "chat",
    "form",
    "split",
}


def check_tool_item_layout(value: str) -> ToolItemLayout:
    return cast(ToolItemLayout, value)
