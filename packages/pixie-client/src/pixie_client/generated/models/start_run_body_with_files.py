from __future__ import annotations

import json
from collections.abc import Mapping
from io import BytesIO
from typing import TYPE_CHECKING, Any, Self, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from .. import types
from ..types import UNSET, File, Unset

if TYPE_CHECKING:
    from ..models.start_run_body_with_files_inputs import StartRunBodyWithFilesInputs


T = TypeVar("T", bound="StartRunBodyWithFiles")


@_attrs_define
class StartRunBodyWithFiles:
    """What a run is started with. Files are parts named by their inputs."""

    inputs: StartRunBodyWithFilesInputs | Unset = UNSET
    """ values by input key; one that isn't sent takes its default """
    run_id: str | Unset = UNSET
    """ an id of your own, a UUID of version 4: asking twice starts it once """
    label: str | Unset = UNSET
    """ a name for the run """
    wait: float | Unset = UNSET
    """ seconds to wait for its end """
    additional_properties: dict[str, File] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        inputs: dict[str, Any] | Unset = UNSET
        if not isinstance(self.inputs, Unset):
            inputs = self.inputs.to_dict()

        run_id = self.run_id

        label = self.label

        wait = self.wait

        field_dict: dict[str, Any] = {}
        for prop_name, prop in self.additional_properties.items():
            field_dict[prop_name] = prop.to_tuple()

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

    def to_multipart(self) -> types.RequestFiles:
        files: types.RequestFiles = []

        if not isinstance(self.inputs, Unset):
            files.append(
                (
                    "inputs",
                    (
                        None,
                        json.dumps(self.inputs.to_dict()).encode(),
                        "application/json",
                    ),
                )
            )

        if not isinstance(self.run_id, Unset):
            files.append(("run_id", (None, str(self.run_id).encode(), "text/plain")))

        if not isinstance(self.label, Unset):
            files.append(("label", (None, str(self.label).encode(), "text/plain")))

        if not isinstance(self.wait, Unset):
            files.append(("wait", (None, str(self.wait).encode(), "text/plain")))

        for prop_name, prop in self.additional_properties.items():
            files.append((prop_name, prop.to_tuple()))

        return files

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.start_run_body_with_files_inputs import (
            StartRunBodyWithFilesInputs,
        )

        d = dict(src_dict)
        _inputs = d.pop("inputs", UNSET)
        inputs: StartRunBodyWithFilesInputs | Unset
        if isinstance(_inputs, Unset):
            inputs = UNSET
        else:
            inputs = StartRunBodyWithFilesInputs.from_dict(_inputs)

        run_id = d.pop("run_id", UNSET)

        label = d.pop("label", UNSET)

        wait = d.pop("wait", UNSET)

        start_run_body_with_files = cls(
            inputs=inputs,
            run_id=run_id,
            label=label,
            wait=wait,
        )

        additional_properties = {}
        for prop_name, prop_dict in d.items():
            additional_property = File(payload=BytesIO(prop_dict))

            additional_properties[prop_name] = additional_property

        start_run_body_with_files.additional_properties = additional_properties
        return start_run_body_with_files

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> File:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: File) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
