from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.process_out_status import ProcessOutStatus, check_process_out_status

T = TypeVar("T", bound="ProcessOut")


@_attrs_define
class ProcessOut:
    """One process of a tool, as the launcher has it."""

    tool_id: str
    """ the tool that it is of """
    status: ProcessOutStatus
    """ running: it has a run in flight """
    pid: int | None
    """ its process id; null until there is one """
    port: int | None
    """ where it listens on loopback; null until it is up """
    runs_in_flight: int
    """ how many runs are in it """
    idle_seconds: float | None
    """ for how long it has had none; null while it has one """
    resident_bytes: int | None
    """ the memory that it and its children hold """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        tool_id = self.tool_id

        status: str = self.status

        pid: int | None
        pid = self.pid

        port: int | None
        port = self.port

        runs_in_flight = self.runs_in_flight

        idle_seconds: float | None
        idle_seconds = self.idle_seconds

        resident_bytes: int | None
        resident_bytes = self.resident_bytes

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "tool_id": tool_id,
                "status": status,
                "pid": pid,
                "port": port,
                "runs_in_flight": runs_in_flight,
                "idle_seconds": idle_seconds,
                "resident_bytes": resident_bytes,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        tool_id = d.pop("tool_id")

        status = check_process_out_status(d.pop("status"))

        def _parse_pid(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        pid = _parse_pid(d.pop("pid"))

        def _parse_port(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        port = _parse_port(d.pop("port"))

        runs_in_flight = d.pop("runs_in_flight")

        def _parse_idle_seconds(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        idle_seconds = _parse_idle_seconds(d.pop("idle_seconds"))

        def _parse_resident_bytes(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        resident_bytes = _parse_resident_bytes(d.pop("resident_bytes"))

        process_out = cls(
            tool_id=tool_id,
            status=status,
            pid=pid,
            port=port,
            runs_in_flight=runs_in_flight,
            idle_seconds=idle_seconds,
            resident_bytes=resident_bytes,
        )

        process_out.additional_properties = d
        return process_out

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
