from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="SendBody")


@_attrs_define
class SendBody:
    """What is sent where: an artefact, or an output of a run."""

    target: str
    """ the name of a destination """
    artefact_id: int | None | Unset = UNSET
    """ a kept file """
    run_id: None | str | Unset = UNSET
    """ a run, with output_key """
    output_key: None | str | Unset = UNSET
    """ one of the run's outputs """
    format_: None | str | Unset = UNSET
    """ what it becomes; without it the destination's format """

    def to_dict(self) -> dict[str, Any]:
        target = self.target

        artefact_id: int | None | Unset
        if isinstance(self.artefact_id, Unset):
            artefact_id = UNSET
        else:
            artefact_id = self.artefact_id

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

        format_: None | str | Unset
        if isinstance(self.format_, Unset):
            format_ = UNSET
        else:
            format_ = self.format_

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "target": target,
            }
        )
        if artefact_id is not UNSET:
            field_dict["artefact_id"] = artefact_id
        if run_id is not UNSET:
            field_dict["run_id"] = run_id
        if output_key is not UNSET:
            field_dict["output_key"] = output_key
        if format_ is not UNSET:
            field_dict["format"] = format_

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        target = d.pop("target")

        def _parse_artefact_id(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        artefact_id = _parse_artefact_id(d.pop("artefact_id", UNSET))

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

        def _parse_format_(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        format_ = _parse_format_(d.pop("format", UNSET))

        send_body = cls(
            target=target,
            artefact_id=artefact_id,
            run_id=run_id,
            output_key=output_key,
            format_=format_,
        )

        return send_body
