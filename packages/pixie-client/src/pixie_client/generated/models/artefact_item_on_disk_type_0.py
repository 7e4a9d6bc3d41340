from typing import Literal, cast

ArtefactItemOnDiskType0 = Literal["missing", "modified", "unchanged", "unchecked"]

ARTEFACT_ITEM_ON_DISK_TYPE_0_VALUES: set[ArtefactItemOnDiskType0] = {
    "missing",
    "modified",
    "unchanged",
    "unchecked",
}


def check_artefact_item_on_disk_type_0(value: str) -> ArtefactItemOnDiskType0:
    return cast(ArtefactItemOnDiskType0, value)
