from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="ToolChanges")


@_attrs_define
class ToolChanges:
    """What is to change; what isn't sent stays as it is."""

    favourited: bool | Unset = UNSET
    """ the user's favourite """
    pinned: bool | Unset = UNSET
    """ kept at the top of lists """
    pinned_warm: bool | None | Unset = UNSET
    """ its process isn't stopped for being idle; null: as tool.json says """
    archived: bool | None | Unset = UNSET
    """ kept, but out of sight; null: as tool.json says """
    sort_order: int | None | Unset = UNSET
    """ its rank in lists, the smallest first; null: none """

    def to_dict(self) -> dict[str, Any]:
        favourited = self.favourited

        pinned = self.pinned

        pinned_warm: bool | None | Unset
        if isinstance(self.pinned_warm, Unset):
            pinned_warm = UNSET
        else:
            pinned_warm = self.pinned_warm

        archived: bool | None | Unset
        if isinstance(self.archived, Unset):
            archived = UNSET
        else:
            archived = self.archived

        sort_order: int | None | Unset
        if isinstance(self.sort_order, Unset):
            sort_order = UNSET
        else:
            sort_order = self.sort_order

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if favourited is not UNSET:
            field_dict["favourited"] = favourited
        if pinned is not UNSET:
            field_dict["pinned"] = pinned
        if pinned_warm is not UNSET:
            field_dict["pinned_warm"] = pinned_warm
        if archived is not UNSET:
            field_dict["archived"] = archived
        if sort_order is not UNSET:
            field_dict["sort_order"] = sort_order

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        favourited = d.pop("favourited", UNSET)

        pinned = d.pop("pinned", UNSET)

        def _parse_pinned_warm(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        pinned_warm = _parse_pinned_warm(d.pop("pinned_warm", UNSET))

        def _parse_archived(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        archived = _parse_archived(d.pop("archived", UNSET))

        def _parse_sort_order(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        sort_order = _parse_sort_order(d.pop("sort_order", UNSET))

        tool_changes = cls(
            favourited=favourited,
            pinned=pinned,
            pinned_warm=pinned_warm,
            archived=archived,
            sort_order=sort_order,
        )

        return tool_changes
