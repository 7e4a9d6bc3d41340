from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.export_job_out_status import (
    ExportJobOutStatus,
    check_export_job_out_status,
)

if TYPE_CHECKING:
    from ..models.export_job_error import ExportJobError


T = TypeVar("T", bound="ExportJobOut")


@_attrs_define
class ExportJobOut:
    """An export in the background, and how far it has come."""

    id: str
    """ a UUID """
    what: str
    """ what becomes what, in words """
    status: ExportJobOutStatus
    """ how it stands """
    started_at: str
    """ when it was begun, UTC in ISO 8601 """
    finished_at: None | str
    """ when it ended; null while it runs """
    progress: float | None
    """ its part that is done, from 0 to 1; null where nobody can say """
    rows_done: int
    """ rows that are written, where it is made of rows """
    rows_total: int
    """ rows that there are; 0 where it isn't made of rows, and before they are read """
    filename: None | str
    """ a name to save it under, once it is done """
    mime: None | str
    """ its media type, once it is done """
    size_bytes: int | None
    """ its size, once it is done """
    content: str
    """ the address of what was made, once it is done """
    error: ExportJobError | None
    """ why it failed """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.export_job_error import ExportJobError

        id = self.id

        what = self.what

        status: str = self.status

        started_at = self.started_at

        finished_at: None | str
        finished_at = self.finished_at

        progress: float | None
        progress = self.progress

        rows_done = self.rows_done

        rows_total = self.rows_total

        filename: None | str
        filename = self.filename

        mime: None | str
        mime = self.mime

        size_bytes: int | None
        size_bytes = self.size_bytes

        content = self.content

        error: dict[str, Any] | None
        if isinstance(self.error, ExportJobError):
            error = self.error.to_dict()
        else:
            error = self.error

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "what": what,
                "status": status,
                "started_at": started_at,
                "finished_at": finished_at,
                "progress": progress,
                "rows_done": rows_done,
                "rows_total": rows_total,
                "filename": filename,
                "mime": mime,
                "size_bytes": size_bytes,
                "content": content,
                "error": error,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.export_job_error import ExportJobError

        d = dict(src_dict)
        id = d.pop("id")

        what = d.pop("what")

        status = check_export_job_out_status(d.pop("status"))

        started_at = d.pop("started_at")

        def _parse_finished_at(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        finished_at = _parse_finished_at(d.pop("finished_at"))

        def _parse_progress(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        progress = _parse_progress(d.pop("progress"))

        rows_done = d.pop("rows_done")

        rows_total = d.pop("rows_total")

        def _parse_filename(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        filename = _parse_filename(d.pop("filename"))

        def _parse_mime(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        mime = _parse_mime(d.pop("mime"))

        def _parse_size_bytes(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        size_bytes = _parse_size_bytes(d.pop("size_bytes"))

        content = d.pop("content")

        def _parse_error(data: object) -> ExportJobError | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                error_type_0 = ExportJobError.from_dict(data)

                return error_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(ExportJobError | None, data)

        error = _parse_error(d.pop("error"))

        export_job_out = cls(
            id=id,
            what=what,
            status=status,
            started_at=started_at,
            finished_at=finished_at,
            progress=progress,
            rows_done=rows_done,
            rows_total=rows_total,
            filename=filename,
            mime=mime,
            size_bytes=size_bytes,
            content=content,
            error=error,
        )

        export_job_out.additional_properties = d
        return export_job_out

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
