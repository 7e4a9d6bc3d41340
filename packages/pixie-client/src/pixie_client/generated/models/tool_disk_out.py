from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="ToolDiskOut")


@_attrs_define
class ToolDiskOut:
    """What a tool takes, in bytes on the disk; a file with several names counts once."""

    tool_id: str
    """ the tool; one that is gone too, while files of its runs are there """
    venv: int
    """ its environment """
    data: int
    """ what it keeps in its folder data/ """
    models: int
    """ caches of models in its folder """
    artefacts: int
    """ files of its runs """
    other: int
    """ its source, and what else lies there """
    total: int
    """ all of it """
    last_run_at: None | str
    """ when its newest run was begun, UTC in ISO 8601 """
    archive_because: None | str
    """ why it could well be archived; null: no reason to """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        tool_id = self.tool_id

        venv = self.venv

        data = self.data

        models = self.models

        artefacts = self.artefacts

        other = self.other

        total = self.total

        last_run_at: None | str
        last_run_at = self.last_run_at

        archive_because: None | str
        archive_because = self.archive_because

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "tool_id": tool_id,
                "venv": venv,
                "data": data,
                "models": models,
                "artefacts": artefacts,
                "other": other,
                "total": total,
                "last_run_at": last_run_at,
                "archive_because": archive_because,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        tool_id = d.pop("tool_id")

        venv = d.pop("venv")

        data = d.pop("data")

        models = d.pop("models")

        artefacts = d.pop("artefacts")

        other = d.pop("other")

        total = d.pop("total")

        def _parse_last_run_at(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        last_run_at = _parse_last_run_at(d.pop("last_run_at"))

        def _parse_archive_because(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        archive_because = _parse_archive_because(d.pop("archive_because"))

        tool_disk_out = cls(
            tool_id=tool_id,
            venv=venv,
            data=data,
            models=models,
            artefacts=artefacts,
            other=other,
            total=total,
            last_run_at=last_run_at,
            archive_because=archive_because,
        )

        tool_disk_out.additional_properties = d
        return tool_disk_out

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
