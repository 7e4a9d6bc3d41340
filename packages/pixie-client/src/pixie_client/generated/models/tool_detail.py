from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.tool_detail_layout import ToolDetailLayout, check_tool_detail_layout
from ..models.tool_detail_status import ToolDetailStatus, check_tool_detail_status

if TYPE_CHECKING:
    from ..models.limits import Limits
    from ..models.problem_out import ProblemOut
    from ..models.tool_detail_declaration_type_0 import ToolDetailDeclarationType0
    from ..models.tool_detail_run_counts import ToolDetailRunCounts
    from ..models.validation_summary import ValidationSummary


T = TypeVar("T", bound="ToolDetail")


@_attrs_define
class ToolDetail:
    """A tool with its declaration."""

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
    status: ToolDetailStatus
    """ what state it is in """
    layout: ToolDetailLayout
    """ how its page is laid out """
    archived: bool
    """ kept, but out of sight """
    validation: None | ValidationSummary
    """ its newest validation, if it has been validated """
    folder: str
    """ the folder's name under the tools folder """
    declaration: None | ToolDetailDeclarationType0
    """ its tool.json; null when it is invalid """
    problems: list[ProblemOut]
    """ what is wrong with its tool.json, or worth a warning """
    favourited: bool
    """ the user's favourite """
    pinned: bool
    """ kept at the top of lists """
    pinned_warm: bool
    """ its process isn't stopped for being idle """
    sort_order: int | None
    """ its rank in lists, the smallest first; null: after those that have one """
    own_tags: list[str]
    """ the tags that the user gave it, beside those of its tool.json """
    limits: Limits | None
    """ the limits that hold; null when its tool.json is invalid """
    overrides: Limits
    """ Limits in place of those in tool.json; None leaves what tool.json says. """
    run_counts: ToolDetailRunCounts
    """ how many runs there are, by their status """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.limits import Limits
        from ..models.tool_detail_declaration_type_0 import ToolDetailDeclarationType0
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

        folder = self.folder

        declaration: dict[str, Any] | None
        if isinstance(self.declaration, ToolDetailDeclarationType0):
            declaration = self.declaration.to_dict()
        else:
            declaration = self.declaration

        problems = []
        for problems_item_data in self.problems:
            problems_item = problems_item_data.to_dict()
            problems.append(problems_item)

        favourited = self.favourited

        pinned = self.pinned

        pinned_warm = self.pinned_warm

        sort_order: int | None
        sort_order = self.sort_order

        own_tags = self.own_tags

        limits: dict[str, Any] | None
        if isinstance(self.limits, Limits):
            limits = self.limits.to_dict()
        else:
            limits = self.limits

        overrides = self.overrides.to_dict()

        run_counts = self.run_counts.to_dict()

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
                "folder": folder,
                "declaration": declaration,
                "problems": problems,
                "favourited": favourited,
                "pinned": pinned,
                "pinned_warm": pinned_warm,
                "sort_order": sort_order,
                "own_tags": own_tags,
                "limits": limits,
                "overrides": overrides,
                "run_counts": run_counts,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.limits import Limits
        from ..models.problem_out import ProblemOut
        from ..models.tool_detail_declaration_type_0 import ToolDetailDeclarationType0
        from ..models.tool_detail_run_counts import ToolDetailRunCounts
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

        status = check_tool_detail_status(d.pop("status"))

        layout = check_tool_detail_layout(d.pop("layout"))

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

        folder = d.pop("folder")

        def _parse_declaration(data: object) -> None | ToolDetailDeclarationType0:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                declaration_type_0 = ToolDetailDeclarationType0.from_dict(data)

                return declaration_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | ToolDetailDeclarationType0, data)

        declaration = _parse_declaration(d.pop("declaration"))

        problems = []
        _problems = d.pop("problems")
        for problems_item_data in _problems:
            problems_item = ProblemOut.from_dict(problems_item_data)

            problems.append(problems_item)

        favourited = d.pop("favourited")

        pinned = d.pop("pinned")

        pinned_warm = d.pop("pinned_warm")

        def _parse_sort_order(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        sort_order = _parse_sort_order(d.pop("sort_order"))

        own_tags = cast(list[str], d.pop("own_tags"))

        def _parse_limits(data: object) -> Limits | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                limits_type_0 = Limits.from_dict(data)

                return limits_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(Limits | None, data)

        limits = _parse_limits(d.pop("limits"))

        overrides = Limits.from_dict(d.pop("overrides"))

        run_counts = ToolDetailRunCounts.from_dict(d.pop("run_counts"))

        tool_detail = cls(
            id=id,
            name=name,
            description=description,
            category=category,
            tags=tags,
            status=status,
            layout=layout,
            archived=archived,
            validation=validation,
            folder=folder,
            declaration=declaration,
            problems=problems,
            favourited=favourited,
            pinned=pinned,
            pinned_warm=pinned_warm,
            sort_order=sort_order,
            own_tags=own_tags,
            limits=limits,
            overrides=overrides,
            run_counts=run_counts,
        )

        tool_detail.additional_properties = d
        return tool_detail

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
