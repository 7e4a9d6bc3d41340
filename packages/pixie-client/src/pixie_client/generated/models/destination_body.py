from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="DestinationBody")


@_attrs_define
class DestinationBody:
    """A folder to send outputs to."""

    folder: str
    """ an absolute path outside Pixie's own folder; it has to be there and be yours """
    format_: None | str | Unset = UNSET
    """ what outputs become there; their own default without it """
    through_links: bool | Unset = UNSET
    """ true takes a folder that lies behind a link """

    def to_dict(self) -> dict[str, Any]:
        folder = self.folder

        format_: None | str | Unset
        if isinstance(self.format_, Unset):
            format_ = UNSET
        else:
            format_ = self.format_

        through_links = self.through_links

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "folder": folder,
            }
        )
        if format_ is not UNSET:
            field_dict["format"] = format_
        if through_links is not UNSET:
            field_dict["through_links"] = through_links

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        folder = d.pop("folder")

        def _parse_format_(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        format_ = _parse_format_(d.pop("format", UNSET))

        through_links = d.pop("through_links", UNSET)

        destination_body = cls(
            folder=folder,
            format_=format_,
            through_links=through_links,
        )

        return destination_body
