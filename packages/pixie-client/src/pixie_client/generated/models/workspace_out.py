from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="WorkspaceOut")


@_attrs_define
class WorkspaceOut:
    """A group of tools; a tool can be in several."""

    id: int
    """ its number """
    name: str
    """ its name; no other has it, in capitals or not """
    colour: None | str
    """ a colour's name or #rrggbb """
    sort_order: int | None
    """ its rank among workspaces, the smallest first """
    collapsed: bool
    """ shown folded """
    created_at: None | str
    """ when it was made, UTC in ISO 8601; null where an older Pixie didn't say """
    tools: list[str]
    """ the ids of its tools, in the order in which they were added """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        name = self.name

        colour: None | str
        colour = self.colour

        sort_order: int | None
        sort_order = self.sort_order

        collapsed = self.collapsed

        created_at: None | str
        created_at = self.created_at

        tools = self.tools

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "name": name,
                "colour": colour,
                "sort_order": sort_order,
                "collapsed": collapsed,
                "created_at": created_at,
                "tools": tools,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        id = d.pop("id")

        name = d.pop("name")

        def _parse_colour(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        colour = _parse_colour(d.pop("colour"))

        def _parse_sort_order(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        sort_order = _parse_sort_order(d.pop("sort_order"))

        collapsed = d.pop("collapsed")

        def _parse_created_at(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        created_at = _parse_created_at(d.pop("created_at"))

        tools = cast(list[str], d.pop("tools"))

        workspace_out = cls(
            id=id,
            name=name,
            colour=colour,
            sort_order=sort_order,
            collapsed=collapsed,
            created_at=created_at,
            tools=tools,
        )

        workspace_out.additional_properties = d
        return workspace_out

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
