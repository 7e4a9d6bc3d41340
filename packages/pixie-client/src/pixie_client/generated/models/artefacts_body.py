from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="ArtefactsBody")


@_attrs_define
class ArtefactsBody:
    """Which files, and what is to become of each; what isn't said stays as it is."""

    ids: list[int]
    """ their numbers, up to 1000 """
    starred: bool | None | Unset = UNSET
    """ with or without a star """
    label: None | str | Unset = UNSET
    """ with this label, of at most 200 characters; an empty text takes it away """
    add_tags: list[str] | Unset = UNSET
    """ tags beside those that each has """
    remove_tags: list[str] | Unset = UNSET
    """ tags that each loses """
    deleted: bool | None | Unset = UNSET
    """ true deletes, for some days restorably; false restores """

    def to_dict(self) -> dict[str, Any]:
        ids = self.ids

        starred: bool | None | Unset
        if isinstance(self.starred, Unset):
            starred = UNSET
        else:
            starred = self.starred

        label: None | str | Unset
        if isinstance(self.label, Unset):
            label = UNSET
        else:
            label = self.label

        add_tags: list[str] | Unset = UNSET
        if not isinstance(self.add_tags, Unset):
            add_tags = self.add_tags

        remove_tags: list[str] | Unset = UNSET
        if not isinstance(self.remove_tags, Unset):
            remove_tags = self.remove_tags

        deleted: bool | None | Unset
        if isinstance(self.deleted, Unset):
            deleted = UNSET
        else:
            deleted = self.deleted

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "ids": ids,
            }
        )
        if starred is not UNSET:
            field_dict["starred"] = starred
        if label is not UNSET:
            field_dict["label"] = label
        if add_tags is not UNSET:
            field_dict["add_tags"] = add_tags
        if remove_tags is not UNSET:
            field_dict["remove_tags"] = remove_tags
        if deleted is not UNSET:
            field_dict["deleted"] = deleted

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        ids = cast(list[int], d.pop("ids"))

        def _parse_starred(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        starred = _parse_starred(d.pop("starred", UNSET))

        def _parse_label(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        label = _parse_label(d.pop("label", UNSET))

        add_tags = cast(list[str], d.pop("add_tags", UNSET))

        remove_tags = cast(list[str], d.pop("remove_tags", UNSET))

        def _parse_deleted(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        deleted = _parse_deleted(d.pop("deleted", UNSET))

        artefacts_body = cls(
            ids=ids,
            starred=starred,
            label=label,
            add_tags=add_tags,
            remove_tags=remove_tags,
            deleted=deleted,
        )

        return artefacts_body
