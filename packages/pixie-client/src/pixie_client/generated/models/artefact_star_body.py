from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="ArtefactStarBody")


@_attrs_define
class ArtefactStarBody:
    """Whether the file has a star; without a word it is toggled."""

    starred: bool | None | Unset = UNSET
    """ true, false, or toggled when it isn't said """

    def to_dict(self) -> dict[str, Any]:
        starred: bool | None | Unset
        if isinstance(self.starred, Unset):
            starred = UNSET
        else:
            starred = self.starred

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if starred is not UNSET:
            field_dict["starred"] = starred

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)

        def _parse_starred(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        starred = _parse_starred(d.pop("starred", UNSET))

        artefact_star_body = cls(
            starred=starred,
        )

        return artefact_star_body
