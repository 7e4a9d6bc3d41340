"""The one owner of pixie.db and artefacts/.

    with Store(Settings.load()) as store: ...

Runs are event logs: `create_run`, `append`, `follow`. Files are staged, then published by the `append` that tells
of them. Everything else in here is how it is kept safe: one writer (writer.py) under a lock that all processes share
(locks.py), an order of steps that no crash can break (files.py), triggers that protect what somebody starred or
labelled (schema.py), and numbered migrations with a backup first (migrations.py).
"""

from pixie_core.store.artefacts import LONGEST_TAG, ArtefactFilter, StoredArtefact
from pixie_core.store.backup import Backup, Restored, back_up, backups, restore
from pixie_core.store.batches import Change, Changed, Refused
from pixie_core.store.choices import Choices, choices
from pixie_core.store.cleaning import CleanedUp
from pixie_core.store.deletion import Deletions, Purged
from pixie_core.store.event_log import Draft, Publication
from pixie_core.store.files import StagedFile
from pixie_core.store.fsck import Finding, Findings, fsck
from pixie_core.store.locks import ServerLock
from pixie_core.store.marks import Marks
from pixie_core.store.on_disk import FilesOnDisk, OnDisk
from pixie_core.store.owner import Owner
from pixie_core.store.paging import Page
from pixie_core.store.processes import ToolProcessRow
from pixie_core.store.rows import RunSummary
from pixie_core.store.run_lists import RunFilter
from pixie_core.store.runs import LONGEST_LABEL, ActiveRun
from pixie_core.store.sizes import Weight, sizes_on_disk, weigh
from pixie_core.store.store import Created, Store
from pixie_core.store.stored_settings import StoredSettings
from pixie_core.store.validate_jobs import ToolVerdict, ValidateJob
from pixie_core.store.validations import LatestValidation
from pixie_core.store.workspaces import Workspace, Workspaces

__all__ = [
    "LONGEST_LABEL",
    "LONGEST_TAG",
    "ActiveRun",
    "ArtefactFilter",
    "Backup",
    "Change",
    "Changed",
    "Choices",
    "CleanedUp",
    "Created",
    "Deletions",
    "Draft",
    "FilesOnDisk",
    "Finding",
    "Findings",
    "LatestValidation",
    "Marks",
    "OnDisk",
    "Owner",
    "Page",
    "Publication",
    "Purged",
    "Refused",
    "Restored",
    "RunFilter",
    "RunSummary",
    "ServerLock",
    "StagedFile",
    "Store",
    "StoredArtefact",
    "StoredSettings",
    "ToolProcessRow",
    "ToolVerdict",
    "ValidateJob",
    "Weight",
    "Workspace",
    "Workspaces",
    "back_up",
    "backups",
    "choices",
    "fsck",
    "restore",
    "sizes_on_disk",
    "weigh",
]
