from typing import Literal, cast

SettingsChangesDensityType0 = Literal["airy", "comfortable", "compact"]

SETTINGS_CHANGES_DENSITY_TYPE_0_VALUES: set[SettingsChangesDensityType0] = {
    "airy",
    "comfortable",
    "compact",
}


def check_settings_changes_density_type_0(value: str) -> SettingsChangesDensityType0:
    return cast(SettingsChangesDensityType0, value)
