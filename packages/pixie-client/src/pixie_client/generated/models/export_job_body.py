from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.export_job_body_options import ExportJobBodyOptions


T = TypeVar("T", bound="ExportJobBody")


@_attrs_define
class ExportJobBody:
    """What is to become what: an output of a run, or a kept file."""

    run_id: None | str | Unset = UNSET
    """ the run, by its id, the beginning of it, or TOOL:last """
    output_key: None | str | Unset = UNSET
    """ its output """
    artefact_id: int | None | Unset = UNSET
    """ in place of these a kept file, by its number """
    format_: None | str | Unset = UNSET
    """ one of its formats; without it the default """
    options: ExportJobBodyOptions | Unset = UNSET
    """ what can be chosen of the format """

    def to_dict(self) -> dict[str, Any]:
        run_id: None | str | Unset
        if isinstance(self.run_id, Unset):
            run_id = UNSET
        else:
            run_id = self.run_id

        output_key: None | str | Unset
        if isinstance(self.output_key, Unset):
            output_key = UNSET
        else:
            output_key = self.output_key

        artefact_id: int | None | Unset
        if isinstance(self.artefact_id, Unset):
            artefact_id = UNSET
        else:
            artefact_id = self.artefact_id

        format_: None | str | Unset
        if isinstance(self.format_, Unset):
            format_ = UNSET
        else:
            format_ = self.format_

        options: dict[str, Any] | Unset = UNSET
        if not isinstance(self.options, Unset):
            options = self.options.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if run_id is not UNSET:
            field_dict["run_id"] = run_id
        if output_key is not UNSET:
            field_dict["output_key"] = output_key
        if artefact_id is not UNSET:
            field_dict["artefact_id"] = artefact_id
        if format_ is not UNSET:
            field_dict["format"] = format_
        if options is not UNSET:
            field_dict["options"] = options

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.export_job_body_options import ExportJobBodyOptions

        d = dict(src_dict)

        def _parse_run_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        run_id = _parse_run_id(d.pop("run_id", UNSET))

        def _parse_output_key(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        output_key = _parse_output_key(d.pop("output_key", UNSET))

        def _parse_artefact_id(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        artefact_id = _parse_artefact_id(d.pop("artefact_id", UNSET))

        def _parse_format_(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        format_ = _parse_format_(d.pop("format", UNSET))

        _options = d.pop("options", UNSET)
        options: ExportJobBodyOptions | Unset
        if isinstance(_options, Unset):
            options = UNSET
        else:
            options = ExportJobBodyOptions.from_dict(_options)

        export_job_body = cls(
            run_id=run_id,
            output_key=output_key,
            artefact_id=artefact_id,
            format_=format_,
            options=options,
        )

        return export_job_body
