from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

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

        artefact_out = cls(
            id=id,
            filename=filename,
            mime=mime,
            size_bytes=size_bytes,
            sha256=sha256,
            output_key=output_key,
            url=url,
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
