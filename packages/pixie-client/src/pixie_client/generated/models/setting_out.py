from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.setting_out_kind import SettingOutKind, check_setting_out_kind
from ..models.setting_out_source import SettingOutSource, check_setting_out_source

T = TypeVar("T", bound="SettingOut")


@_attrs_define
class SettingOut:
    """One setting. A duration is a text like 90d."""

    label: str
    """ what it is called on the page of settings """
    section: str
    """ the heading that it stands under there """
    kind: SettingOutKind
    """ what its value is: one of `choices`, yes or no, a whole number, a text like 90d, any text """
    optional: bool
    """ null is a value of it """
    source: SettingOutSource
    """ where its value comes from: nobody said anything, the user keeps it here, the environment, .env, or the
    program that opened Pixie """
    variable: str
    """ the variable of the environment that says it too """
    value: Any
    """ what holds; where it isn't taken at once, from the next start on """
    default: Any
    """ what holds where nobody says anything else """
    kept: Any
    """ what is kept in the data folder; null: nothing """
    pinned: bool
    """ said by the environment, .env or the program that opened Pixie: it can't be changed here """
    at_once: bool
    """ a change holds at once; otherwise from the next start on """
    problem: None | str
    """ why what is kept isn't used, where it isn't valid """
    help_: str
    """ what it is """
    unit: str
    """ what its number counts; empty where there is none """
    choices: list[str]
    """ the only values that it takes; empty where there are others """
    minimum: float | None
    """ the least that it takes """
    maximum: float | None
    """ the most that it takes """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        label = self.label

        section = self.section

        kind: str = self.kind

        optional = self.optional

        source: str = self.source

        variable = self.variable

        value = self.value

        default = self.default

        kept = self.kept

        pinned = self.pinned

        at_once = self.at_once

        problem: None | str
        problem = self.problem

        help_ = self.help_

        unit = self.unit

        choices = self.choices

        minimum: float | None
        minimum = self.minimum

        maximum: float | None
        maximum = self.maximum

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "label": label,
                "section": section,
                "kind": kind,
                "optional": optional,
                "source": source,
                "variable": variable,
                "value": value,
                "default": default,
                "kept": kept,
                "pinned": pinned,
                "at_once": at_once,
                "problem": problem,
                "help": help_,
                "unit": unit,
                "choices": choices,
                "minimum": minimum,
                "maximum": maximum,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        label = d.pop("label")

        section = d.pop("section")

        kind = check_setting_out_kind(d.pop("kind"))

        optional = d.pop("optional")

        source = check_setting_out_source(d.pop("source"))

        variable = d.pop("variable")

        value = d.pop("value")

        default = d.pop("default")

        kept = d.pop("kept")

        pinned = d.pop("pinned")

        at_once = d.pop("at_once")

        def _parse_problem(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        problem = _parse_problem(d.pop("problem"))

        help_ = d.pop("help")

        unit = d.pop("unit")

        choices = cast(list[str], d.pop("choices"))

        def _parse_minimum(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        minimum = _parse_minimum(d.pop("minimum"))

        def _parse_maximum(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        maximum = _parse_maximum(d.pop("maximum"))

        setting_out = cls(
            label=label,
            section=section,
            kind=kind,
            optional=optional,
            source=source,
            variable=variable,
            value=value,
            default=default,
            kept=kept,
            pinned=pinned,
            at_once=at_once,
            problem=problem,
            help_=help_,
            unit=unit,
            choices=choices,
            minimum=minimum,
            maximum=maximum,
        )

        setting_out.additional_properties = d
        return setting_out

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
