from typing import Literal

FormatOptionType = Literal["boolean", "integer", "number", "string"]

FORMAT_OPTION_TYPE_VALUES: set[FormatOptionType] = {
    "boolean",
    "integer",
    "number",
    "string",
}


def check_format_option_type(value: str) -> FormatOptionType:
    if value in FORMAT_OPTION_TYPE_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {FORMAT_OPTION_TYPE_VALUES!r}"
    )
