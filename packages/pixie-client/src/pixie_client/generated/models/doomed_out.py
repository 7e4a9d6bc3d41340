from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="DoomedOut")


@_attrs_define
class DoomedOut:
    """A run that goes."""

    id: str
    """ the run """
    tool_id: str
    """ its tool """
    finished_at: None | str
    """ when it ended """
    reason: str
    """ why it goes """
    artefacts: int
    """ how many files go with it """
    bytes_: int
    """ what they come to """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        tool_id = self.tool_id

        finished_at: None | str
        finished_at = self.finished_at

        reason = self.reason

        artefacts = self.artefacts

        bytes_ = self.bytes_

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "tool_id": tool_id,
                "finished_at": finished_at,
                "reason": reason,
                "artefacts": artefacts,
                "bytes": bytes_,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        id = d.pop("id")

        tool_id = d.pop("tool_id")

        def _parse_finished_at(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        finished_at = _parse_finished_at(d.pop("finished_at"))

        reason = d.pop("reason")

        artefacts = d.pop("artefacts")

        bytes_ = d.pop("bytes")

        doomed_out = cls(
            id=id,
            tool_id=tool_id,
            finished_at=finished_at,
            reason=reason,
            artefacts=artefacts,
            bytes_=bytes_,
        )

        doomed_out.additional_properties = d
        return doomed_out

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
