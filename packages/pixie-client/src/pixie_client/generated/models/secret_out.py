from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="SecretOut")


@_attrs_define
class SecretOut:
    """A secret that a tool's tool.json lists, or that is set for it; never its value."""

    key: str
    """ the name of the environment variable """
    set_: bool
    """ the tool's process gets it """
    updated_at: None | str
    """ when it was set, UTC in ISO 8601; null when it isn't, or was set by hand """
    withheld: bool
    """ kept back since the tool's code was replaced by an import, until that is confirmed """
    masked: bool
    """ false: it is set, and too short to be masked in what the tool says """
    declared: bool
    """ tool.json lists it """
    required: bool
    """ the tool doesn't work without it """
    description: None | str
    """ what it is and where to get one, as tool.json says """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        key = self.key

        set_ = self.set_

        updated_at: None | str
        updated_at = self.updated_at

        withheld = self.withheld

        masked = self.masked

        declared = self.declared

        required = self.required

        description: None | str
        description = self.description

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "key": key,
                "set": set_,
                "updated_at": updated_at,
                "withheld": withheld,
                "masked": masked,
                "declared": declared,
                "required": required,
                "description": description,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        key = d.pop("key")

        set_ = d.pop("set")

        def _parse_updated_at(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        updated_at = _parse_updated_at(d.pop("updated_at"))

        withheld = d.pop("withheld")

        masked = d.pop("masked")

        declared = d.pop("declared")

        required = d.pop("required")

        def _parse_description(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        description = _parse_description(d.pop("description"))

        secret_out = cls(
            key=key,
            set_=set_,
            updated_at=updated_at,
            withheld=withheld,
            masked=masked,
            declared=declared,
            required=required,
            description=description,
        )

        secret_out.additional_properties = d
        return secret_out

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
