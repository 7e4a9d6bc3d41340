from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define

from ..models.bulk_body_kind import BulkBodyKind, check_bulk_body_kind
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.runs_filter import RunsFilter


T = TypeVar("T", bound="BulkBody")


@_attrs_define
class BulkBody:
    """What goes into the zip: runs by their ids, files by their numbers, or all runs that a filter lets through."""

    run_ids: list[str] | None | Unset = UNSET
    """ runs, by their ids, the beginning of these, or TOOL:last """
    artefact_ids: list[int] | None | Unset = UNSET
    """ kept files, by their numbers """
    filter_: None | RunsFilter | Unset = UNSET
    """ the filters of GET /api/runs; {} is every run """
    kind: BulkBodyKind | Unset = UNSET
    """ of each run: raw, what its own export holds; report, its report """

    def to_dict(self) -> dict[str, Any]:
        from ..models.runs_filter import RunsFilter

        run_ids: list[str] | None | Unset
        if isinstance(self.run_ids, Unset):
            run_ids = UNSET
        elif isinstance(self.run_ids, list):
            run_ids = self.run_ids

        else:
            run_ids = self.run_ids

        artefact_ids: list[int] | None | Unset
        if isinstance(self.artefact_ids, Unset):
            artefact_ids = UNSET
        elif isinstance(self.artefact_ids, list):
            artefact_ids = self.artefact_ids

        else:
            artefact_ids = self.artefact_ids

        filter_: dict[str, Any] | None | Unset
        if isinstance(self.filter_, Unset):
            filter_ = UNSET
        elif isinstance(self.filter_, RunsFilter):
            filter_ = self.filter_.to_dict()
        else:
            filter_ = self.filter_

        kind: str | Unset = UNSET
        if not isinstance(self.kind, Unset):
            kind = self.kind

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if run_ids is not UNSET:
            field_dict["run_ids"] = run_ids
        if artefact_ids is not UNSET:
            field_dict["artefact_ids"] = artefact_ids
        if filter_ is not UNSET:
            field_dict["filter"] = filter_
        if kind is not UNSET:
            field_dict["kind"] = kind

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.runs_filter import RunsFilter

        d = dict(src_dict)

        def _parse_run_ids(data: object) -> list[str] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                run_ids_type_0 = cast(list[str], data)

                return run_ids_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[str] | None | Unset, data)

        run_ids = _parse_run_ids(d.pop("run_ids", UNSET))

        def _parse_artefact_ids(data: object) -> list[int] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                artefact_ids_type_0 = cast(list[int], data)

                return artefact_ids_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[int] | None | Unset, data)

        artefact_ids = _parse_artefact_ids(d.pop("artefact_ids", UNSET))

        def _parse_filter_(data: object) -> None | RunsFilter | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                filter_type_0 = RunsFilter.from_dict(data)

                return filter_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | RunsFilter | Unset, data)

        filter_ = _parse_filter_(d.pop("filter", UNSET))

        _kind = d.pop("kind", UNSET)
        kind: BulkBodyKind | Unset
        if isinstance(_kind, Unset):
            kind = UNSET
        else:
            kind = check_bulk_body_kind(_kind)

        bulk_body = cls(
            run_ids=run_ids,
            artefact_ids=artefact_ids,
            filter_=filter_,
            kind=kind,
        )

        return bulk_body
