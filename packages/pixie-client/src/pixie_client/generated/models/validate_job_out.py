from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.validate_job_out_status import (
    ValidateJobOutStatus,
    check_validate_job_out_status,
)

if TYPE_CHECKING:
    from ..models.verdict_out import VerdictOut


T = TypeVar("T", bound="ValidateJobOut")


@_attrs_define
class ValidateJobOut:
    """A validation of several tools, and how far it has come."""

    id: str
    """ a UUID """
    status: ValidateJobOutStatus
    """ interrupted: Pixie ended before it was done """
    started_at: str
    """ when it was begun, UTC in ISO 8601 """
    finished_at: None | str
    """ when it ended; null while it runs, and where its end wasn't seen """
    total: int
    """ how many tools were asked for """
    done: list[VerdictOut]
    """ those that are done, in the order of their end """
    waiting: list[str]
    """ the ids of those that aren't done """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        status: str = self.status

        started_at = self.started_at

        finished_at: None | str
        finished_at = self.finished_at

        total = self.total

        done = []
        for done_item_data in self.done:
            done_item = done_item_data.to_dict()
            done.append(done_item)

        waiting = self.waiting

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "status": status,
                "started_at": started_at,
                "finished_at": finished_at,
                "total": total,
                "done": done,
                "waiting": waiting,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.verdict_out import VerdictOut

        d = dict(src_dict)
        id = d.pop("id")

        status = check_validate_job_out_status(d.pop("status"))

        started_at = d.pop("started_at")

        def _parse_finished_at(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        finished_at = _parse_finished_at(d.pop("finished_at"))

        total = d.pop("total")

        done = []
        _done = d.pop("done")
        for done_item_data in _done:
            done_item = VerdictOut.from_dict(done_item_data)

            done.append(done_item)

        waiting = cast(list[str], d.pop("waiting"))

        validate_job_out = cls(
            id=id,
            status=status,
            started_at=started_at,
            finished_at=finished_at,
            total=total,
            done=done,
            waiting=waiting,
        )

        validate_job_out.additional_properties = d
        return validate_job_out

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
