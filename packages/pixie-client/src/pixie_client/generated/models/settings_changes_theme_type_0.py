from typing import Literal

SettingsChangesThemeType0 = Literal["auto", "dark", "light"]

SETTINGS_CHANGES_THEME_TYPE_0_VALUES: set[SettingsChangesThemeType0] = {
    "auto",
    "dark",
    "light",
}


def check_settings_changes_theme_type_0(value: str) -> SettingsChangesThemeType0:
    if value in SETTINGS_CHANGES_THEME_TYPE_0_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {SETTINGS_CHANGES_THEME_TYPE_0_VALUES!r}"
    )
