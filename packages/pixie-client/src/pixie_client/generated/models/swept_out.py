from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="SweptOut")


@_attrs_define
class SweptOut:
    """What was deleted."""

    runs: list[str]
    """ the runs that are gone """
    skipped: list[str]
    """ those that were starred, labelled or deleted since the plan was made """
    failed: list[str]
    """ what couldn't be removed and why; the next start tries again """
    bytes_: int
    """ what became free on the disk """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        runs = self.runs

        skipped = self.skipped

        failed = self.failed

        bytes_ = self.bytes_

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "runs": runs,
                "skipped": skipped,
                "failed": failed,
                "bytes": bytes_,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        runs = cast(list[str], d.pop("runs"))

        skipped = cast(list[str], d.pop("skipped"))

        failed = cast(list[str], d.pop("failed"))

        bytes_ = d.pop("bytes")

        swept_out = cls(
            runs=runs,
            skipped=skipped,
            failed=failed,
            bytes_=bytes_,
        )

        swept_out.additional_properties = d
        return swept_out

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
