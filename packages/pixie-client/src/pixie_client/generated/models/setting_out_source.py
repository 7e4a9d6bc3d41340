from typing import Literal, cast

SettingOutSource = Literal["default", "environment", "file", "program", "user"]

SETTING_OUT_SOURCE_VALUES: set[SettingOutSource] = {
    "default",
    "environment",
    "file",
    "program",
    "user",
}


def check_setting_out_source(value: str) -> SettingOutSource:
    return cast(SettingOutSource, value)
