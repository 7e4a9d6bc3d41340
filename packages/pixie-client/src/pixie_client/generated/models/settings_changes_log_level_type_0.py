from typing import Literal, cast

SettingsChangesLogLevelType0 = Literal["debug", "error", "info", "warning"]

SETTINGS_CHANGES_LOG_LEVEL_TYPE_0_VALUES: set[SettingsChangesLogLevelType0] = {
    "debug",
    "error",
    "info",
    "warning",
}


def check_settings_changes_log_level_type_0(value: str) -> SettingsChangesLogLevelType0:
    return cast(SettingsChangesLogLevelType0, value)
