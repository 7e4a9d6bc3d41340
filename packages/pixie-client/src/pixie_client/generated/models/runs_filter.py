from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.runs_filter_origin_type_0 import (
    RunsFilterOriginType0,
    check_runs_filter_origin_type_0,
)
from ..models.runs_filter_status_type_0 import (
    RunsFilterStatusType0,
    check_runs_filter_status_type_0,
)
from ..types import UNSET, Unset

T = TypeVar("T", bound="RunsFilter")


@_attrs_define
class RunsFilter:
    """Which runs; the filters are joined by and."""

    tool: None | str | Unset = UNSET
    """ of this tool """
    status: None | RunsFilterStatusType0 | Unset = UNSET
    """ as they stand; running until they have ended """
    starred: bool | None | Unset = UNSET
    """ with or without a star """
    labelled: bool | None | Unset = UNSET
    """ with or without any label """
    label: None | str | Unset = UNSET
    """ with exactly this label """
    origin: None | RunsFilterOriginType0 | Unset = UNSET
    """ asked for by a form, the API, the command line and so on """
    parent: None | str | Unset = UNSET
    """ that repeat this run, by its id or the beginning of it """
    from_: None | str | Unset = UNSET
    """ begun on this day or later, or at this moment or later (ISO 8601) """
    to: None | str | Unset = UNSET
    """ begun on this day or earlier, or before this moment (ISO 8601) """
    q: None | str | Unset = UNSET
    """ with this text in label or inputs; capitals don't matter """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        tool: None | str | Unset
        if isinstance(self.tool, Unset):
            tool = UNSET
        else:
            tool = self.tool

        status: None | str | Unset
        if isinstance(self.status, Unset):
            status = UNSET
        elif isinstance(self.status, str):
            status = self.status
        else:
            status = self.status

        starred: bool | None | Unset
        if isinstance(self.starred, Unset):
            starred = UNSET
        else:
            starred = self.starred

        labelled: bool | None | Unset
        if isinstance(self.labelled, Unset):
            labelled = UNSET
        else:
            labelled = self.labelled

        label: None | str | Unset
        if isinstance(self.label, Unset):
            label = UNSET
        else:
            label = self.label

        origin: None | str | Unset
        if isinstance(self.origin, Unset):
            origin = UNSET
        elif isinstance(self.origin, str):
            origin = self.origin
        else:
            origin = self.origin

        parent: None | str | Unset
        if isinstance(self.parent, Unset):
            parent = UNSET
        else:
            parent = self.parent

        from_: None | str | Unset
        if isinstance(self.from_, Unset):
            from_ = UNSET
        else:
            from_ = self.from_

        to: None | str | Unset
        if isinstance(self.to, Unset):
            to = UNSET
        else:
            to = self.to

        q: None | str | Unset
        if isinstance(self.q, Unset):
            q = UNSET
        else:
            q = self.q

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if tool is not UNSET:
            field_dict["tool"] = tool
        if status is not UNSET:
            field_dict["status"] = status
        if starred is not UNSET:
            field_dict["starred"] = starred
        if labelled is not UNSET:
            field_dict["labelled"] = labelled
        if label is not UNSET:
            field_dict["label"] = label
        if origin is not UNSET:
            field_dict["origin"] = origin
        if parent is not UNSET:
            field_dict["parent"] = parent
        if from_ is not UNSET:
            field_dict["from"] = from_
        if to is not UNSET:
            field_dict["to"] = to
        if q is not UNSET:
            field_dict["q"] = q

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)

        def _parse_tool(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        tool = _parse_tool(d.pop("tool", UNSET))

        def _parse_status(data: object) -> None | RunsFilterStatusType0 | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                status_type_0 = check_runs_filter_status_type_0(data)

                return status_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | RunsFilterStatusType0 | Unset, data)

        status = _parse_status(d.pop("status", UNSET))

        def _parse_starred(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        starred = _parse_starred(d.pop("starred", UNSET))

        def _parse_labelled(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        labelled = _parse_labelled(d.pop("labelled", UNSET))

        def _parse_label(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        label = _parse_label(d.pop("label", UNSET))

        def _parse_origin(data: object) -> None | RunsFilterOriginType0 | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                origin_type_0 = check_runs_filter_origin_type_0(data)

                return origin_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | RunsFilterOriginType0 | Unset, data)

        origin = _parse_origin(d.pop("origin", UNSET))

        def _parse_parent(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        parent = _parse_parent(d.pop("parent", UNSET))

        def _parse_from_(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        from_ = _parse_from_(d.pop("from", UNSET))

        def _parse_to(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        to = _parse_to(d.pop("to", UNSET))

        def _parse_q(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        q = _parse_q(d.pop("q", UNSET))

        runs_filter = cls(
            tool=tool,
            status=status,
            starred=starred,
            labelled=labelled,
            label=label,
            origin=origin,
            parent=parent,
            from_=from_,
            to=to,
            q=q,
        )

        runs_filter.additional_properties = d
        return runs_filter

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
