"""The form of a tool: from its declaration, the values to start from and what was wrong with them."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from attrs import NOTHING, frozen

from pixie_core.switches import yes_or_no
from pixie_server.render.environment import render

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from markupsafe import Markup

    from pixie_core.catalogue import InputDeclaration
    from pixie_core.errors import Problem
    from pixie_core.tool import ToolManifest

__all__ = ["form", "form_problems"]


@frozen(kw_only=True)
class Field:
    """One input on the page. `id` is made of its place: keys are anything."""

    declared: InputDeclaration
    id: str
    value: Any
    said: tuple[str, ...]
    condition: str | None

    @property
    def given(self) -> bool:
        """Whether there is a value to show."""
        return self.value is not None and self.value is not NOTHING

    @property
    def text(self) -> str:
        """The value as the text of a field."""
        if not self.given:
            return ""
        return self.value if isinstance(self.value, str) else json.dumps(self.value, ensure_ascii=False)

    @property
    def on(self) -> bool:
        """The value as yes or no."""
        return self.value is True or (isinstance(self.value, str) and yes_or_no(self.value) is True)

    @property
    def ends(self) -> tuple[str, str]:
        """The value as two texts, for a range."""
        value = self.value.strip("[] ").split(",") if isinstance(self.value, str) else self.value
        if isinstance(value, list | tuple) and len(value) == 2:
            return str(value[0]).strip(), str(value[1]).strip()
        return "", ""

    @property
    def needed(self) -> bool:
        """Whether the browser should ask for it: to some inputs blank is a value."""
        return self.declared.required and not self.declared.blank_is_value

    @property
    def lines(self) -> str:
        """The value as source text: JSON on several lines where it is no text."""
        return (
            json.dumps(self.value, ensure_ascii=False, indent=2)
            if not isinstance(self.value, str) and self.given
            else self.text
        )

    def is_option(self, option: Any) -> bool:
        """Whether an option's value is the one to show, as a value or as a form sent it."""
        return self.given and _is_same(self.value, option)

    def has_option(self, option: Any) -> bool:
        """Whether an option's value is among several."""
        return isinstance(self.value, list | tuple) and any(_is_same(each, option) for each in self.value)

    def track_step(self) -> str:
        """The step of a slider: `any` when the value isn't on the grid, since a browser would move it there."""
        declared: Any = self.declared
        if not declared.step or declared.step <= 0:
            return "1" if self._whole() else "any"
        for end in self.ends if declared.range else (self.text,):
            try:
                steps = (float(end or declared.min) - declared.min) / declared.step
            except ValueError:
                return "any"
            if not math.isfinite(steps) or abs(steps - round(steps)) > 1e-6:
                return "any"
        return f"{declared.step:.15g}"

    def _whole(self) -> bool:
        """Whether one unit is a fair step on the track, and moves neither its ends nor the value."""
        declared: Any = self.declared
        texts = self.ends if declared.range else (self.text,)
        try:
            ends = [float(declared.min), float(declared.max), *(float(text or 0) for text in texts)]
        except ValueError:
            return False
        return declared.max - declared.min >= 10 and all(end.is_integer() for end in ends)


@frozen
class Section:
    """Inputs under one heading, or under none."""

    name: str | None
    fields: tuple[Field, ...]


def form(
    manifest: ToolManifest,
    values: Mapping[str, Any] | None = None,
    problems: Sequence[Problem] = (),
) -> Markup:
    """The form, `<form id="run-form">`, which posts to `/tool/{id}/run` with or without scripts.

    - `values`: by key, typed or as a form sent them; what isn't there starts at its default.
    - `problems`: those whose path is `$.<key>` stand at their field, the others above the form.
    """
    fields = _fields(manifest, values or {}, problems)
    return render("form.html", manifest=manifest, sections=_sections(fields), summary=_summary(fields, problems))


def form_problems(manifest: ToolManifest, problems: Sequence[Problem]) -> Markup:
    """The answer to htmx when inputs are wrong (status 422): every field's message, swapped in out of band.

    The form itself stays, with its values, the files that were chosen and the focus.
    """
    fields = _fields(manifest, {}, problems)
    return render("form_problems.html", fields=fields, summary=_summary(fields, problems))


def _is_same(value: Any, option: Any) -> bool:
    if isinstance(value, str):
        return value in {str(option), option if isinstance(option, str) else json.dumps(option)}
    return bool(value == option) and isinstance(value, bool) == isinstance(option, bool)


def _fields(manifest: ToolManifest, values: Mapping[str, Any], problems: Sequence[Problem]) -> list[Field]:
    return [
        Field(
            declared=declared,
            id=f"input-{index}",
            value=values.get(declared.key, declared.default),
            said=tuple(problem.message for problem in problems if _is_at(problem.path, declared.key)),
            condition=_condition(manifest, declared),
        )
        for index, declared in enumerate(manifest.inputs)
    ]


def _is_at(path: str, key: str) -> bool:
    return path == f"$.{key}" or path.startswith((f"$.{key}.", f"$.{key}["))


def _condition(manifest: ToolManifest, declared: InputDeclaration) -> str | None:
    """What `show_if` wants, for form.js: the place of the other input and its value."""
    if declared.show_if is None:
        return None
    keys = [each.key for each in manifest.inputs]
    return json.dumps({"input": f"input-{keys.index(declared.show_if.key)}", "equals": declared.show_if.equals})


def _summary(fields: Sequence[Field], problems: Sequence[Problem]) -> dict[str, Any]:
    keys = [field.declared.key for field in fields]
    return {
        "fields": [field for field in fields if field.said],
        "others": [each.message for each in problems if not any(_is_at(each.path, key) for key in keys)],
    }


def _sections(fields: Sequence[Field]) -> list[Section]:
    """Groups in the order in which they first come, each once; inputs without a group stand where they were."""
    sections: list[tuple[str | None, list[Field]]] = []
    places: dict[str, list[Field]] = {}
    for field in fields:
        group = field.declared.group
        if group is not None and group in places:
            places[group].append(field)
        elif group is None and sections and sections[-1][0] is None:
            sections[-1][1].append(field)
        else:
            sections.append((group, [field]))
            if group is not None:
                places[group] = sections[-1][1]
    return [Section(name, tuple(members)) for name, members in sections]
