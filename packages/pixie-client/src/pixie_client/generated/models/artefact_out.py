from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.artefact_out_on_disk_type_0 import (
    ArtefactOutOnDiskType0,
    check_artefact_out_on_disk_type_0,
)
from ..types import UNSET, Unset

T = TypeVar("T", bound="ArtefactOut")


@_attrs_define
class ArtefactOut:
    """A file that a run left."""

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
    on_disk: ArtefactOutOnDiskType0 | None | Unset = UNSET
    """ whether its bytes are what the run left: unchanged, modified after the run, missing; unchecked where it was
    written to since and is large, until somebody asks for it alone; null where nobody looked """
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

        on_disk: None | str | Unset
        if isinstance(self.on_disk, Unset):
            on_disk = UNSET
        elif isinstance(self.on_disk, str):
            on_disk = self.on_disk
        else:
            on_disk = self.on_disk

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
            }
        )
        if on_disk is not UNSET:
            field_dict["on_disk"] = on_disk

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

        def _parse_on_disk(data: object) -> ArtefactOutOnDiskType0 | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                on_disk_type_0 = check_artefact_out_on_disk_type_0(data)

                return on_disk_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(ArtefactOutOnDiskType0 | None | Unset, data)

        on_disk = _parse_on_disk(d.pop("on_disk", UNSET))

        artefact_out = cls(
            id=id,
            filename=filename,
            mime=mime,
            size_bytes=size_bytes,
            sha256=sha256,
            output_key=output_key,
            url=url,
            on_disk=on_disk,
        )

        artefact_out.additional_properties = d
        return artefact_out

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
