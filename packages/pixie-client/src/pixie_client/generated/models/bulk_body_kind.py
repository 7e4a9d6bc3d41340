from typing import Literal, cast

BulkBodyKind = Literal["raw", "report"]

BULK_BODY_KIND_VALUES: set[BulkBodyKind] = {
    "raw",
    "report",
}


def check_bulk_body_kind(value: str) -> BulkBodyKind:
    return cast(BulkBodyKind, value)
