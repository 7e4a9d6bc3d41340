from typing import Literal

SettingsChangesLogLevelType0 = Literal["debug", "error", "info", "warning"]

SETTINGS_CHANGES_LOG_LEVEL_TYPE_0_VALUES: set[SettingsChangesLogLevelType0] = {
    "debug",
    "error",
    "info",
    "warning",
}


def check_settings_changes_log_level_type_0(value: str) -> SettingsChangesLogLevelType0:
    if value in SETTINGS_CHANGES_LOG_LEVEL_TYPE_0_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {SETTINGS_CHANGES_LOG_LEVEL_TYPE_0_VALUES!r}"
    )
