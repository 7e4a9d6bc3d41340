from typing import Literal, cast

ArtefactOutOnDiskType0 = Literal["missing", "modified", "unchanged", "unchecked"]

ARTEFACT_OUT_ON_DISK_TYPE_0_VALUES: set[ArtefactOutOnDiskType0] = {
    "missing",
    "modified",
    "unchanged",
    "unchecked",
}


def check_artefact_out_on_disk_type_0(value: str) -> ArtefactOutOnDiskType0:
    return cast(ArtefactOutOnDiskType0, value)
