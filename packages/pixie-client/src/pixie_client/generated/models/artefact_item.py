from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.artefact_item_on_disk_type_0 import (
    ArtefactItemOnDiskType0,
    check_artefact_item_on_disk_type_0,
)
from ..types import UNSET, Unset

T = TypeVar("T", bound="ArtefactItem")


@_attrs_define
class ArtefactItem:
    """A file that a run left, with what is set for it."""

    id: int
    """ its number """
    filename: str
    """ its name """
    mime: str
    """ its media type """
    size_bytes: int
    """ its size in bytes """
    sha256: str
    """ its SHA-256 in hex """
    output_key: None | str
    """ the output that it belongs to, if any """
    url: str
    """ where its bytes are """
    run_id: str
    """ the run that left it """
    tool_id: str
    """ the tool of that run """
    created_at: str
    """ when it was kept, UTC in ISO 8601 """
    starred: bool
    """ starred files, and their runs, are never swept """
    label: None | str
    """ its name for people, if it has one """
    tags: list[str]
    """ words to find it by """
    thumb: None | str
    """ where its thumbnail is; null while it has none """
    on_disk: ArtefactItemOnDiskType0 | None | Unset = UNSET
    """ whether its bytes are what the run left: unchanged, modified after the run, missing; unchecked where it was
    written to since and is large, until somebody asks for it alone; null where nobody looked """
    deleted_at: None | str | Unset = UNSET
    """ when it was deleted; null unless deleted ones were asked for """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        filename = self.filename

        mime = self.mime

        size_bytes = self.size_bytes

        sha256 = self.sha256

        output_key: None | str
        output_key = self.output_key

        url = self.url

        run_id = self.run_id

        tool_id = self.tool_id

        created_at = self.created_at

        starred = self.starred

        label: None | str
        label = self.label

        tags = self.tags

        thumb: None | str
        thumb = self.thumb

        on_disk: None | str | Unset
        if isinstance(self.on_disk, Unset):
            on_disk = UNSET
        elif isinstance(self.on_disk, str):
            on_disk = self.on_disk
        else:
            on_disk = self.on_disk

        deleted_at: None | str | Unset
        if isinstance(self.deleted_at, Unset):
            deleted_at = UNSET
        else:
            deleted_at = self.deleted_at

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "filename": filename,
                "mime": mime,
                "size_bytes": size_bytes,
                "sha256": sha256,
                "output_key": output_key,
                "url": url,
                "run_id": run_id,
                "tool_id": tool_id,
                "created_at": created_at,
                "starred": starred,
                "label": label,
                "tags": tags,
                "thumb": thumb,
            }
        )
        if on_disk is not UNSET:
            field_dict["on_disk"] = on_disk
        if deleted_at is not UNSET:
            field_dict["deleted_at"] = deleted_at

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        id = d.pop("id")

        filename = d.pop("filename")

        mime = d.pop("mime")

        size_bytes = d.pop("size_bytes")

        sha256 = d.pop("sha256")

        def _parse_output_key(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        output_key = _parse_output_key(d.pop("output_key"))

        url = d.pop("url")

        run_id = d.pop("run_id")

        tool_id = d.pop("tool_id")

        created_at = d.pop("created_at")

        starred = d.pop("starred")

        def _parse_label(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        label = _parse_label(d.pop("label"))

        tags = cast(list[str], d.pop("tags"))

        def _parse_thumb(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        thumb = _parse_thumb(d.pop("thumb"))

        def _parse_on_disk(data: object) -> ArtefactItemOnDiskType0 | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                on_disk_type_0 = check_artefact_item_on_disk_type_0(data)

                return on_disk_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(ArtefactItemOnDiskType0 | None | Unset, data)

        on_disk = _parse_on_disk(d.pop("on_disk", UNSET))

        def _parse_deleted_at(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        deleted_at = _parse_deleted_at(d.pop("deleted_at", UNSET))

        artefact_item = cls(
            id=id,
            filename=filename,
            mime=mime,
            size_bytes=size_bytes,
            sha256=sha256,
            output_key=output_key,
            url=url,
            run_id=run_id,
            tool_id=tool_id,
            created_at=created_at,
            starred=starred,
            label=label,
            tags=tags,
            thumb=thumb,
            on_disk=on_disk,
            deleted_at=deleted_at,
        )

        artefact_item.additional_properties = d
        return artefact_item

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
