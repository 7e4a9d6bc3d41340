from typing import Literal, cast

SettingsChangesThemeType0 = Literal["auto", "dark", "light"]

SETTINGS_CHANGES_THEME_TYPE_0_VALUES: set[SettingsChangesThemeType0] = {
    "auto",
    "dark",
    "light",
}


def check_settings_changes_theme_type_0(value: str) -> SettingsChangesThemeType0:
    return cast(SettingsChangesThemeType0, value)
