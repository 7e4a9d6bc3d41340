from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="ValidateJobBody")


@_attrs_define
class ValidateJobBody:
    """Which tools."""

    tool_ids: list[str] | None | Unset = UNSET
    """ their ids; without them all that aren't archived """

    def to_dict(self) -> dict[str, Any]:
        tool_ids: list[str] | None | Unset
        if isinstance(self.tool_ids, Unset):
            tool_ids = UNSET
        elif isinstance(self.tool_ids, list):
            tool_ids = self.tool_ids

        else:
            tool_ids = self.tool_ids

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if tool_ids is not UNSET:
            field_dict["tool_ids"] = tool_ids

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)

        def _parse_tool_ids(data: object) -> list[str] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                tool_ids_type_0 = cast(list[str], data)

                return tool_ids_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[str] | None | Unset, data)

        tool_ids = _parse_tool_ids(d.pop("tool_ids", UNSET))

        validate_job_body = cls(
            tool_ids=tool_ids,
        )

        return validate_job_body
