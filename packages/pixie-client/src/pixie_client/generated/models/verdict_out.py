from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.verdict_out_overall import VerdictOutOverall, check_verdict_out_overall

T = TypeVar("T", bound="VerdictOut")


@_attrs_define
class VerdictOut:
    """How one tool of a validation job did."""

    tool_id: str
    """ the tool """
    overall: VerdictOutOverall
    """ the worst of its checks """
    timestamp: str
    """ when it was validated, UTC in ISO 8601 """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        tool_id = self.tool_id

        overall: str = self.overall

        timestamp = self.timestamp

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "tool_id": tool_id,
                "overall": overall,
                "timestamp": timestamp,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        tool_id = d.pop("tool_id")

        overall = check_verdict_out_overall(d.pop("overall"))

        timestamp = d.pop("timestamp")

        verdict_out = cls(
            tool_id=tool_id,
            overall=overall,
            timestamp=timestamp,
        )

        verdict_out.additional_properties = d
        return verdict_out

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
