from typing import Literal

SettingsChangesAccentType0 = Literal["ember", "forest", "indigo", "slate"]

SETTINGS_CHANGES_ACCENT_TYPE_0_VALUES: set[SettingsChangesAccentType0] = {
    "ember",
    "forest",
    "indigo",
    "slate",
}


def check_settings_changes_accent_type_0(value: str) -> SettingsChangesAccentType0:
    if value in SETTINGS_CHANGES_ACCENT_TYPE_0_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {SETTINGS_CHANGES_ACCENT_TYPE_0_VALUES!r}"
    )
