from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.run_out_status import RunOutStatus, check_run_out_status

if TYPE_CHECKING:
    from ..models.artefact_out import ArtefactOut
    from ..models.imported_out import ImportedOut
    from ..models.run_error import RunError
    from ..models.run_out_fingerprint import RunOutFingerprint
    from ..models.run_out_inputs import RunOutInputs
    from ..models.run_out_output_types import RunOutOutputTypes
    from ..models.run_out_outputs import RunOutOutputs


T = TypeVar("T", bound="RunOut")


@_attrs_define
class RunOut:
    """One run, whole."""

    id: str
    """ a UUID; its first 8 characters will mostly do """
    tool_id: str
    """ the tool """
    status: RunOutStatus
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
    started_at: None | str
    """ when it began; null while it waits """
    seq: int
    """ the number of its last event; `?after=` continues there """
    queue_position: int | None
    """ how many runs go first, while it waits """
    progress: float | None
    """ 0 to 1, as far as the tool says """
    message: None | str
    """ what the tool is doing, as far as it says """
    inputs: RunOutInputs
    """ the exact inputs """
    outputs: RunOutOutputs
    """ the outputs' values by key; a large one is a reference to its file """
    output_types: RunOutOutputTypes
    """ the outputs' types by key """
    error: None | RunError
    """ why it failed, if it did """
    flagged: list[str]
    """ what to know before it is shared, such as a file that holds a secret """
    fingerprint: RunOutFingerprint
    """ what made it: versions and hashes """
    artefacts: list[ArtefactOut]
    """ the files that it left """
    imported: ImportedOut | None
    """ when it was imported and from where; null for a run that was made here """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.imported_out import ImportedOut
        from ..models.run_error import RunError

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

        started_at: None | str
        started_at = self.started_at

        seq = self.seq

        queue_position: int | None
        queue_position = self.queue_position

        progress: float | None
        progress = self.progress

        message: None | str
        message = self.message

        inputs = self.inputs.to_dict()

        outputs = self.outputs.to_dict()

        output_types = self.output_types.to_dict()

        error: dict[str, Any] | None
        if isinstance(self.error, RunError):
            error = self.error.to_dict()
        else:
            error = self.error

        flagged = self.flagged

        fingerprint = self.fingerprint.to_dict()

        artefacts = []
        for artefacts_item_data in self.artefacts:
            artefacts_item = artefacts_item_data.to_dict()
            artefacts.append(artefacts_item)

        imported: dict[str, Any] | None
        if isinstance(self.imported, ImportedOut):
            imported = self.imported.to_dict()
        else:
            imported = self.imported

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
                "started_at": started_at,
                "seq": seq,
                "queue_position": queue_position,
                "progress": progress,
                "message": message,
                "inputs": inputs,
                "outputs": outputs,
                "output_types": output_types,
                "error": error,
                "flagged": flagged,
                "fingerprint": fingerprint,
                "artefacts": artefacts,
                "imported": imported,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.artefact_out import ArtefactOut
        from ..models.imported_out import ImportedOut
        from ..models.run_error import RunError
        from ..models.run_out_fingerprint import RunOutFingerprint
        from ..models.run_out_inputs import RunOutInputs
        from ..models.run_out_output_types import RunOutOutputTypes
        from ..models.run_out_outputs import RunOutOutputs

        d = dict(src_dict)
        id = d.pop("id")

        tool_id = d.pop("tool_id")

        status = check_run_out_status(d.pop("status"))

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

        def _parse_started_at(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        started_at = _parse_started_at(d.pop("started_at"))

        seq = d.pop("seq")

        def _parse_queue_position(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        queue_position = _parse_queue_position(d.pop("queue_position"))

        def _parse_progress(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        progress = _parse_progress(d.pop("progress"))

        def _parse_message(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        message = _parse_message(d.pop("message"))

        inputs = RunOutInputs.from_dict(d.pop("inputs"))

        outputs = RunOutOutputs.from_dict(d.pop("outputs"))

        output_types = RunOutOutputTypes.from_dict(d.pop("output_types"))

        def _parse_error(data: object) -> None | RunError:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                error_type_0 = RunError.from_dict(data)

                return error_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | RunError, data)

        error = _parse_error(d.pop("error"))

        flagged = cast(list[str], d.pop("flagged"))

        fingerprint = RunOutFingerprint.from_dict(d.pop("fingerprint"))

        artefacts = []
        _artefacts = d.pop("artefacts")
        for artefacts_item_data in _artefacts:
            artefacts_item = ArtefactOut.from_dict(artefacts_item_data)

            artefacts.append(artefacts_item)

        def _parse_imported(data: object) -> ImportedOut | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                imported_type_0 = ImportedOut.from_dict(data)

                return imported_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(ImportedOut | None, data)

        imported = _parse_imported(d.pop("imported"))

        run_out = cls(
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
            started_at=started_at,
            seq=seq,
            queue_position=queue_position,
            progress=progress,
            message=message,
            inputs=inputs,
            outputs=outputs,
            output_types=output_types,
            error=error,
            flagged=flagged,
            fingerprint=fingerprint,
            artefacts=artefacts,
            imported=imported,
        )

        run_out.additional_properties = d
        return run_out

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
