from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.validation_summary_overall import (
    ValidationSummaryOverall,
    check_validation_summary_overall,
)

T = TypeVar("T", bound="ValidationSummary")


@_attrs_define
class ValidationSummary:
    """The newest validation of a tool in a word."""

    overall: ValidationSummaryOverall
    """ the worst of the checks """
    timestamp: str
    """ when, UTC in ISO 8601 """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        overall: str = self.overall

        timestamp = self.timestamp

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "overall": overall,
                "timestamp": timestamp,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        overall = check_validation_summary_overall(d.pop("overall"))

        timestamp = d.pop("timestamp")

        validation_summary = cls(
            overall=overall,
            timestamp=timestamp,
        )

        validation_summary.additional_properties = d
        return validation_summary

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
