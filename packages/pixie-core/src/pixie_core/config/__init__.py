"""The settings of one Pixie: what there is to set, and how it is read.

Settings.load(home)      PIXIE_* variables, then `.env` in the data folder, then the defaults
declared()               every setting's declaration: pages, documents and messages are made of it
"""

from pixie_core.config.settings import (
    SECTIONS,
    Kind,
    Sayer,
    Settings,
    declared,
    hint,
    in_words,
    kind,
    label,
    setting,
    variable,
)

__all__ = [
    "SECTIONS",
    "Kind",
    "Sayer",
    "Settings",
    "declared",
    "hint",
    "in_words",
    "kind",
    "label",
    "setting",
    "variable",
]
