from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.run_summary_status import RunSummaryStatus, check_run_summary_status

T = TypeVar("T", bound="RunSummary")


@_attrs_define
class RunSummary:
    """A run in a list."""

    id: str
    """ a UUID; its first 8 characters will mostly do """
    tool_id: str
    """ the tool """
    status: RunSummaryStatus
    """ running until it has ended """
    label: None | str
    """ its name, if it has one """
    starred: bool
    """ starred runs are never swept """
    origin: str
    """ form, api, cli, script, skill or mcp """
    parent_run_id: None | str
    """ the run that it repeats, if any """
    created_at: str
    """ when it was asked for, UTC in ISO 8601 """
    finished_at: None | str
    """ when it ended """
    duration_ms: int | None
    """ how long it took, by a monotonic clock """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        tool_id = self.tool_id

        status: str = self.status

        label: None | str
        label = self.label

        starred = self.starred

        origin = self.origin

        parent_run_id: None | str
        parent_run_id = self.parent_run_id

        created_at = self.created_at

        finished_at: None | str
        finished_at = self.finished_at

        duration_ms: int | None
        duration_ms = self.duration_ms

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "tool_id": tool_id,
                "status": status,
                "label": label,
                "starred": starred,
                "origin": origin,
                "parent_run_id": parent_run_id,
                "created_at": created_at,
                "finished_at": finished_at,
                "duration_ms": duration_ms,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        id = d.pop("id")

        tool_id = d.pop("tool_id")

        status = check_run_summary_status(d.pop("status"))

        def _parse_label(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        label = _parse_label(d.pop("label"))

        starred = d.pop("starred")

        origin = d.pop("origin")

        def _parse_parent_run_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        parent_run_id = _parse_parent_run_id(d.pop("parent_run_id"))

        created_at = d.pop("created_at")

        def _parse_finished_at(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        finished_at = _parse_finished_at(d.pop("finished_at"))

        def _parse_duration_ms(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        duration_ms = _parse_duration_ms(d.pop("duration_ms"))

        run_summary = cls(
            id=id,
            tool_id=tool_id,
            status=status,
            label=label,
            starred=starred,
            origin=origin,
            parent_run_id=parent_run_id,
            created_at=created_at,
            finished_at=finished_at,
            duration_ms=duration_ms,
        )

        run_summary.additional_properties = d
        return run_summary

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
