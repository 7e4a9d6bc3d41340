from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="NewWorkspaceBody")


@_attrs_define
class NewWorkspaceBody:
    """What a workspace is made with."""

    name: str
    """ at most 100 characters """
    colour: None | str | Unset = UNSET
    """ a colour's name or #rrggbb """

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        colour: None | str | Unset
        if isinstance(self.colour, Unset):
            colour = UNSET
        else:
            colour = self.colour

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "name": name,
            }
        )
        if colour is not UNSET:
            field_dict["colour"] = colour

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        name = d.pop("name")

        def _parse_colour(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        colour = _parse_colour(d.pop("colour", UNSET))

        new_workspace_body = cls(
            name=name,
            colour=colour,
        )

        return new_workspace_body
