from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.format_option_type import FormatOptionType, check_format_option_type

T = TypeVar("T", bound="FormatOption")


@_attrs_define
class FormatOption:
    """One thing that can be chosen of a format."""

    name: str
    """ its name in the query """
    type_: FormatOptionType
    """ what it takes """
    help_: str
    """ what it is """
    default: Any
    """ what holds when it isn't said """
    choices: list[str]
    """ the only words that it takes; empty when it takes any """
    minimum: float | None
    """ the least that it takes """
    maximum: float | None
    """ the most that it takes """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        type_: str = self.type_

        help_ = self.help_

        default = self.default

        choices = self.choices

        minimum: float | None
        minimum = self.minimum

        maximum: float | None
        maximum = self.maximum

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "name": name,
                "type": type_,
                "help": help_,
                "default": default,
                "choices": choices,
                "minimum": minimum,
                "maximum": maximum,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        name = d.pop("name")

        type_ = check_format_option_type(d.pop("type"))

        help_ = d.pop("help")

        default = d.pop("default")

        choices = cast(list[str], d.pop("choices"))

        def _parse_minimum(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        minimum = _parse_minimum(d.pop("minimum"))

        def _parse_maximum(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        maximum = _parse_maximum(d.pop("maximum"))

        format_option = cls(
            name=name,
            type_=type_,
            help_=help_,
            default=default,
            choices=choices,
            minimum=minimum,
            maximum=maximum,
        )

        format_option.additional_properties = d
        return format_option

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
