from typing import Literal

BulkBodyKind = Literal["raw", "report"]

BULK_BODY_KIND_VALUES: set[BulkBodyKind] = {
    "raw",
    "report",
}


def check_bulk_body_kind(value: str) -> BulkBodyKind:
    if value in BULK_BODY_KIND_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {BULK_BODY_KIND_VALUES!r}"
    )
