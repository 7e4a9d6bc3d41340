from typing import Literal, cast

FormatOptionType = Literal["boolean", "integer", "number", "string"]

FORMAT_OPTION_TYPE_VALUES: set[FormatOptionType] = {
    "boolean",
    "integer",
    "number",
    "string",
}


def check_format_option_type(value: str) -> FormatOptionType:
    return cast(FormatOptionType, value)
