from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="WorkspaceChanges")


@_attrs_define
class WorkspaceChanges:
    """What is to change; what isn't sent stays as it is."""

    name: str | Unset = UNSET
    """ at most 100 characters """
    colour: None | str | Unset = UNSET
    """ a colour's name or #rrggbb; null: none """
    sort_order: int | Unset = UNSET
    """ its rank among workspaces, the smallest first """
    collapsed: bool | Unset = UNSET
    """ shown folded """

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        colour: None | str | Unset
        if isinstance(self.colour, Unset):
            colour = UNSET
        else:
            colour = self.colour

        sort_order = self.sort_order

        collapsed = self.collapsed

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if name is not UNSET:
            field_dict["name"] = name
        if colour is not UNSET:
            field_dict["colour"] = colour
        if sort_order is not UNSET:
            field_dict["sort_order"] = sort_order
        if collapsed is not UNSET:
            field_dict["collapsed"] = collapsed

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        name = d.pop("name", UNSET)

        def _parse_colour(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        colour = _parse_colour(d.pop("colour", UNSET))

        sort_order = d.pop("sort_order", UNSET)

        collapsed = d.pop("collapsed", UNSET)

        workspace_changes = cls(
            name=name,
            colour=colour,
            sort_order=sort_order,
            collapsed=collapsed,
        )

        return workspace_changes
