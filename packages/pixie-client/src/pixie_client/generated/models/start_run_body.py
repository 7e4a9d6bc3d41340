from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.start_run_body_inputs import StartRunBodyInputs


T = TypeVar("T", bound="StartRunBody")


@_attrs_define
class StartRunBody:
    """What a run is started with."""

    inputs: StartRunBodyInputs | Unset = UNSET
    """ values by input key; one that isn't sent takes its default """
    run_id: None | str | Unset = UNSET
    """ an id of your own, a UUID of version 4: asking twice starts it once """
    label: None | str | Unset = UNSET
    """ a name for the run """
    wait: float | Unset = UNSET
    """ seconds to wait for its end """

    def to_dict(self) -> dict[str, Any]:
        inputs: dict[str, Any] | Unset = UNSET
        if not isinstance(self.inputs, Unset):
            inputs = self.inputs.to_dict()

        run_id: None | str | Unset
        if isinstance(self.run_id, Unset):
            run_id = UNSET
        else:
            run_id = self.run_id

        label: None | str | Unset
        if isinstance(self.label, Unset):
            label = UNSET
        else:
            label = self.label

        wait = self.wait

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if inputs is not UNSET:
            field_dict["inputs"] = inputs
        if run_id is not UNSET:
            field_dict["run_id"] = run_id
        if label is not UNSET:
            field_dict["label"] = label
        if wait is not UNSET:
            field_dict["wait"] = wait

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.start_run_body_inputs import StartRunBodyInputs

        d = dict(src_dict)
        _inputs = d.pop("inputs", UNSET)
        inputs: StartRunBodyInputs | Unset
        if isinstance(_inputs, Unset):
            inputs = UNSET
        else:
            inputs = StartRunBodyInputs.from_dict(_inputs)

        def _parse_run_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        run_id = _parse_run_id(d.pop("run_id", UNSET))

        def _parse_label(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        label = _parse_label(d.pop("label", UNSET))

        wait = d.pop("wait", UNSET)

        start_run_body = cls(
            inputs=inputs,
            run_id=run_id,
            label=label,
            wait=wait,
        )

        return start_run_body
