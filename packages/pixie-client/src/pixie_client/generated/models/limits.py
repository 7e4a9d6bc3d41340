from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="Limits")


@_attrs_define
class Limits:
    """Limits in place of those in tool.json; None leaves what tool.json says."""

    warm_keep_seconds: int | None | Unset = UNSET
    """ idle seconds before its process is stopped """
    max_memory_mb: int | None | Unset = UNSET
    """ memory limit of the process tree, in MB of 2²⁰ bytes """
    max_runtime_seconds: int | None | Unset = UNSET
    """ wall-clock limit of one run, in seconds """

    def to_dict(self) -> dict[str, Any]:
        warm_keep_seconds: int | None | Unset
        if isinstance(self.warm_keep_seconds, Unset):
            warm_keep_seconds = UNSET
        else:
            warm_keep_seconds = self.warm_keep_seconds

        max_memory_mb: int | None | Unset
        if isinstance(self.max_memory_mb, Unset):
            max_memory_mb = UNSET
        else:
            max_memory_mb = self.max_memory_mb

        max_runtime_seconds: int | None | Unset
        if isinstance(self.max_runtime_seconds, Unset):
            max_runtime_seconds = UNSET
        else:
            max_runtime_seconds = self.max_runtime_seconds

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if warm_keep_seconds is not UNSET:
            field_dict["warm_keep_seconds"] = warm_keep_seconds
        if max_memory_mb is not UNSET:
            field_dict["max_memory_mb"] = max_memory_mb
        if max_runtime_seconds is not UNSET:
            field_dict["max_runtime_seconds"] = max_runtime_seconds

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)

        def _parse_warm_keep_seconds(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        warm_keep_seconds = _parse_warm_keep_seconds(d.pop("warm_keep_seconds", UNSET))

        def _parse_max_memory_mb(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        max_memory_mb = _parse_max_memory_mb(d.pop("max_memory_mb", UNSET))

        def _parse_max_runtime_seconds(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        max_runtime_seconds = _parse_max_runtime_seconds(
            d.pop("max_runtime_seconds", UNSET)
        )

        limits = cls(
            warm_keep_seconds=warm_keep_seconds,
            max_memory_mb=max_memory_mb,
            max_runtime_seconds=max_runtime_seconds,
        )

        return limits
