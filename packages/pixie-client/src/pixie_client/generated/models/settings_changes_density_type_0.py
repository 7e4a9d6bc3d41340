from typing import Literal

SettingsChangesDensityType0 = Literal["airy", "comfortable", "compact"]

SETTINGS_CHANGES_DENSITY_TYPE_0_VALUES: set[SettingsChangesDensityType0] = {
    "airy",
    "comfortable",
    "compact",
}


def check_settings_changes_density_type_0(value: str) -> SettingsChangesDensityType0:
    if value in SETTINGS_CHANGES_DENSITY_TYPE_0_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {SETTINGS_CHANGES_DENSITY_TYPE_0_VALUES!r}"
    )
