"""The data folder, or a setting, is not as it must be."""

from __future__ import annotations

from attrs import define

from pixie_core.errors.base import Said

__all__ = [
    "DataFolderBusy",
    "DataFolderError",
    "DataFolderInUse",
    "DataFolderReadOnly",
    "DatabaseDamaged",
    "DatabaseUnusable",
    "DiskFull",
    "SettingsError",
]


class SettingsError(Said):
    """A setting is wrong; the message names the variable, the value and what is allowed."""

    code = "settings_invalid"


class DataFolderError(Said):
    """The data folder can't be used as it is."""

    code = "data_folder_unusable"


@define(eq=False, str=False)
class DataFolderInUse(DataFolderError):
    """Another server holds this data folder; `pid` is its process, where it could be read."""

    code = "data_folder_in_use"
    pid: int | None = None


class DataFolderBusy(DataFolderError):
    """Another process writes, or holds a lock, for longer than Pixie waits; nothing was changed."""

    code = "data_folder_busy"


class DataFolderReadOnly(DataFolderError):
    """The data folder can be read and not written; nothing was changed."""

    code = "data_folder_read_only"


class DiskFull(DataFolderError):
    """There is no room left; nothing was recorded of what was asked."""

    code = "disk_full"


class DatabaseUnusable(DataFolderError):
    """pixie.db is damaged, or was written by a newer Pixie; nothing was changed."""

    code = "database_unusable"


class DatabaseDamaged(DatabaseUnusable):
    """pixie.db is damaged; nothing was changed, and it was copied aside."""

    code = "database_damaged"
