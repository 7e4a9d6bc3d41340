from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.tool_item_layout import ToolItemLayout, check_tool_item_layout
from ..models.tool_item_status import ToolItemStatus, check_tool_item_status

if TYPE_CHECKING:
    from ..models.validation_summary import ValidationSummary


T = TypeVar("T", bound="ToolItem")


@_attrs_define
class ToolItem:
    """A tool in the list."""

    id: str
    """ its name in addresses """
    name: str
    """ its name for people """
    description: None | str
    """ what it does """
    category: None | str
    """ where it stands; may hold / levels """
    tags: list[str]
    """ words to find it by """
    status: ToolItemStatus
    """ what state it is in """
    layout: ToolItemLayout
    """ how its page is laid out """
    archived: bool
    """ kept, but out of sight """
    validation: None | ValidationSummary
    """ its newest validation, if it has been validated """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.validation_summary import ValidationSummary

        id = self.id

        name = self.name

        description: None | str
        description = self.description

        category: None | str
        category = self.category

        tags = self.tags

        status: str = self.status

        layout: str = self.layout

        archived = self.archived

        validation: dict[str, Any] | None
        if isinstance(self.validation, ValidationSummary):
            validation = self.validation.to_dict()
        else:
            validation = self.validation

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "name": name,
                "description": description,
                "category": category,
                "tags": tags,
                "status": status,
                "layout": layout,
                "archived": archived,
                "validation": validation,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.validation_summary import ValidationSummary

        d = dict(src_dict)
        id = d.pop("id")

        name = d.pop("name")

        def _parse_description(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        description = _parse_description(d.pop("description"))

        def _parse_category(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        category = _parse_category(d.pop("category"))

        tags = cast(list[str], d.pop("tags"))

        status = check_tool_item_status(d.pop("status"))

        layout = check_tool_item_layout(d.pop("layout"))

        archived = d.pop("archived")

        def _parse_validation(data: object) -> None | ValidationSummary:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                validation_type_0 = ValidationSummary.from_dict(data)

                return validation_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | ValidationSummary, data)

        validation = _parse_validation(d.pop("validation"))

        tool_item = cls(
            id=id,
            name=name,
            description=description,
            category=category,
            tags=tags,
            status=status,
            layout=layout,
            archived=archived,
            validation=validation,
        )

        tool_item.additional_properties = d
        return tool_item

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
