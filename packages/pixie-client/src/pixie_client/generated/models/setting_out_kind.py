from typing import Literal, cast

SettingOutKind = Literal["choice", "duration", "number", "switch", "text"]

SETTING_OUT_KIND_VALUES: set[SettingOutKind] = {
    "choice",
    "duration",
    "number",
    "switch",
    "text",
}


def check_setting_out_kind(value: str) -> SettingOutKind:
    return cast(SettingOutKind, value)
