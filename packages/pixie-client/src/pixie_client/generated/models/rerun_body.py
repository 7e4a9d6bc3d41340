from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.rerun_body_inputs import RerunBodyInputs


T = TypeVar("T", bound="RerunBody")


@_attrs_define
class RerunBody:
    """What is different this time."""

    inputs: RerunBodyInputs | Unset = UNSET
    """ changes to the old run's inputs """

    def to_dict(self) -> dict[str, Any]:
        inputs: dict[str, Any] | Unset = UNSET
        if not isinstance(self.inputs, Unset):
            inputs = self.inputs.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if inputs is not UNSET:
            field_dict["inputs"] = inputs

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.rerun_body_inputs import RerunBodyInputs

        d = dict(src_dict)
        _inputs = d.pop("inputs", UNSET)
        inputs: RerunBodyInputs | Unset
        if isinstance(_inputs, Unset):
            inputs = UNSET
        else:
            inputs = RerunBodyInputs.from_dict(_inputs)

        rerun_body = cls(
            inputs=inputs,
        )

        return rerun_body
