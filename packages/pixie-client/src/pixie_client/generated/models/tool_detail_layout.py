from typing import Literal, cast

ToolDetailLayout = Literal["chat", "form", "split"]

TOOL_DETAIL_LAYOUT_VALUES: set[ToolDetailLayout] = {
    "chat",
    "form",
    "split",
}


def check_tool_detail_layout(value: str) -> ToolDetailLayout:
    return cast(ToolDetailLayout, value)
