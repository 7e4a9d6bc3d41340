from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.artefact_item import ArtefactItem


T = TypeVar("T", bound="ArtefactPage")


@_attrs_define
class ArtefactPage:
    """One page of files, newest first."""

    items: list[ArtefactItem]
    """ the files """
    page: int
    """ which page, from 1 """
    page_size: int
    """ how many at most """
    next_: None | str
    """ `after` of the next page; null on the last """
    newest_only: int | None
    """ so many of the newest were looked at, as for one or two letters; null: all """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        items = []
        for items_item_data in self.items:
            items_item = items_item_data.to_dict()
            items.append(items_item)

        page = self.page

        page_size = self.page_size

        next_: None | str
        next_ = self.next_

        newest_only: int | None
        newest_only = self.newest_only

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "items": items,
                "page": page,
                "page_size": page_size,
                "next": next_,
                "newest_only": newest_only,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.artefact_item import ArtefactItem

        d = dict(src_dict)
        items = []
        _items = d.pop("items")
        for items_item_data in _items:
            items_item = ArtefactItem.from_dict(items_item_data)

            items.append(items_item)

        page = d.pop("page")

        page_size = d.pop("page_size")

        def _parse_next_(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        next_ = _parse_next_(d.pop("next"))

        def _parse_newest_only(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        newest_only = _parse_newest_only(d.pop("newest_only"))

        artefact_page = cls(
            items=items,
            page=page,
            page_size=page_size,
            next_=next_,
            newest_only=newest_only,
        )

        artefact_page.additional_properties = d
        return artefact_page

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
