from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.refused_out import RefusedOut


T = TypeVar("T", bound="ChangedOut")


@_attrs_define
class ChangedOut:
    """What happened to each file."""

    changed: list[int]
    """ the numbers of those that were changed """
    refused: list[RefusedOut]
    """ those that weren't, each with the reason """
    restorable_days: int
    """ for so many days what was deleted can be restored """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        changed = self.changed

        refused = []
        for refused_item_data in self.refused:
            refused_item = refused_item_data.to_dict()
            refused.append(refused_item)

        restorable_days = self.restorable_days

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "changed": changed,
                "refused": refused,
                "restorable_days": restorable_days,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.refused_out import RefusedOut

        d = dict(src_dict)
        changed = cast(list[int], d.pop("changed"))

        refused = []
        _refused = d.pop("refused")
        for refused_item_data in _refused:
            refused_item = RefusedOut.from_dict(refused_item_data)

            refused.append(refused_item)

        restorable_days = d.pop("restorable_days")

        changed_out = cls(
            changed=changed,
            refused=refused,
            restorable_days=restorable_days,
        )

        changed_out.additional_properties = d
        return changed_out

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
