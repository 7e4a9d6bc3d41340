from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.doomed_out import DoomedOut
    from ..models.spared_out import SparedOut
    from ..models.swept_out import SweptOut
    from ..models.totals_out import TotalsOut


T = TypeVar("T", bound="SweepOut")


@_attrs_define
class SweepOut:
    """The plan of a sweep, and what was done."""

    older_than: str
    """ as it was asked """
    tool: None | str
    """ as it was asked """
    applied: bool
    """ whether anything was deleted """
    runs: list[DoomedOut]
    """ the runs that go, or went """
    spared: list[SparedOut]
    """ runs as old as those that stay, since they are protected """
    totals: TotalsOut
    """ What goes, added up. """
    deleted: None | SweptOut
    """ null where nothing was to be deleted """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.swept_out import SweptOut

        older_than = self.older_than

        tool: None | str
        tool = self.tool

        applied = self.applied

        runs = []
        for runs_item_data in self.runs:
            runs_item = runs_item_data.to_dict()
            runs.append(runs_item)

        spared = []
        for spared_item_data in self.spared:
            spared_item = spared_item_data.to_dict()
            spared.append(spared_item)

        totals = self.totals.to_dict()

        deleted: dict[str, Any] | None
        if isinstance(self.deleted, SweptOut):
            deleted = self.deleted.to_dict()
        else:
            deleted = self.deleted

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "older_than": older_than,
                "tool": tool,
                "applied": applied,
                "runs": runs,
                "spared": spared,
                "totals": totals,
                "deleted": deleted,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.doomed_out import DoomedOut
        from ..models.spared_out import SparedOut
        from ..models.swept_out import SweptOut
        from ..models.totals_out import TotalsOut

        d = dict(src_dict)
        older_than = d.pop("older_than")

        def _parse_tool(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        tool = _parse_tool(d.pop("tool"))

        applied = d.pop("applied")

        runs = []
        _runs = d.pop("runs")
        for runs_item_data in _runs:
            runs_item = DoomedOut.from_dict(runs_item_data)

            runs.append(runs_item)

        spared = []
        _spared = d.pop("spared")
        for spared_item_data in _spared:
            spared_item = SparedOut.from_dict(spared_item_data)

            spared.append(spared_item)

        totals = TotalsOut.from_dict(d.pop("totals"))

        def _parse_deleted(data: object) -> None | SweptOut:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                deleted_type_0 = SweptOut.from_dict(data)

                return deleted_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | SweptOut, data)

        deleted = _parse_deleted(d.pop("deleted"))

        sweep_out = cls(
            older_than=older_than,
            tool=tool,
            applied=applied,
            runs=runs,
            spared=spared,
            totals=totals,
            deleted=deleted,
        )

        sweep_out.additional_properties = d
        return sweep_out

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
