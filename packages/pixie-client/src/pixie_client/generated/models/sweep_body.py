from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="SweepBody")


@_attrs_define
class SweepBody:
    """What is swept, and whether it is."""

    older_than: str | Unset = UNSET
    """ how long ago runs must have ended: a number and m, h, d, w, mo or y; 0: all """
    tool: None | str | Unset = UNSET
    """ this tool's runs alone """
    surplus: bool | Unset = UNSET
    """ true takes as well what is beyond the number of runs that each tool keeps (retain_runs) """
    apply: bool | Unset = UNSET
    """ true deletes for good; otherwise nothing is changed """

    def to_dict(self) -> dict[str, Any]:
        older_than = self.older_than

        tool: None | str | Unset
        if isinstance(self.tool, Unset):
            tool = UNSET
        else:
            tool = self.tool

        surplus = self.surplus

        apply = self.apply

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if older_than is not UNSET:
            field_dict["older_than"] = older_than
        if tool is not UNSET:
            field_dict["tool"] = tool
        if surplus is not UNSET:
            field_dict["surplus"] = surplus
        if apply is not UNSET:
            field_dict["apply"] = apply

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        older_than = d.pop("older_than", UNSET)

        def _parse_tool(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        tool = _parse_tool(d.pop("tool", UNSET))

        surplus = d.pop("surplus", UNSET)

        apply = d.pop("apply", UNSET)

        sweep_body = cls(
            older_than=older_than,
            tool=tool,
            surplus=surplus,
            apply=apply,
        )

        return sweep_body
