from typing import Literal, cast

SettingsChangesAccentType0 = Literal["ember", "forest", "indigo", "slate"]

SETTINGS_CHANGES_ACCENT_TYPE_0_VALUES: set[SettingsChangesAccentType0] = {
    "ember",
    "forest",
    "indigo",
    "slate",
}


def check_settings_changes_accent_type_0(value: str) -> SettingsChangesAccentType0:
    return cast(SettingsChangesAccentType0, value)
