from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.format_option import FormatOption


T = TypeVar("T", bound="FormatOut")


@_attrs_define
class FormatOut:
    """A format that an output can become."""

    name: str
    """ what to ask for """
    ending: str
    """ of the file's name, with its dot """
    mime: str
    """ the media type """
    help_: str
    """ what it is good for """
    available: bool
    """ false: it needs an extra that isn't installed """
    extra: None | str
    """ the extra that it needs """
    options: list[FormatOption]
    """ what can be chosen """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        ending = self.ending

        mime = self.mime

        help_ = self.help_

        available = self.available

        extra: None | str
        extra = self.extra

        options = []
        for options_item_data in self.options:
            options_item = options_item_data.to_dict()
            options.append(options_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "name": name,
                "ending": ending,
                "mime": mime,
                "help": help_,
                "available": available,
                "extra": extra,
                "options": options,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.format_option import FormatOption

        d = dict(src_dict)
        name = d.pop("name")

        ending = d.pop("ending")

        mime = d.pop("mime")

        help_ = d.pop("help")

        available = d.pop("available")

        def _parse_extra(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        extra = _parse_extra(d.pop("extra"))

        options = []
        _options = d.pop("options")
        for options_item_data in _options:
            options_item = FormatOption.from_dict(options_item_data)

            options.append(options_item)

        format_out = cls(
            name=name,
            ending=ending,
            mime=mime,
            help_=help_,
            available=available,
            extra=extra,
            options=options,
        )

        format_out.additional_properties = d
        return format_out

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
