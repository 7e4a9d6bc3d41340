"""The two pages of settings: Pixie's own, and those of one tool."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from pixie_core.config import SECTIONS
from pixie_core.errors import Invalid
from pixie_server.render.environment import render
from pixie_server.render.setting_rows import limit_rows, setting_rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from markupsafe import Markup

    from pixie_core.errors import PixieError
    from pixie_core.exporters.destinations import Destination
    from pixie_core.keeping import SweptByHand
    from pixie_core.preferences import Preference
    from pixie_core.secrets import SecretOfTool
    from pixie_core.store import ValidateJob
    from pixie_core.sweeper import Pass, Plan, ToolDisk
    from pixie_core.tool import Tool
    from pixie_server.render.frame import Frame

__all__ = ["Refused", "page_settings", "page_tool_settings"]

_SHOWN_RUNS = 50
_IN_SIGHT = ("Appearance", "Retention")
"""Headings that aren't folds, and stand first; what the page shows beside their settings is in its template."""
_FULL_STOPS = (".", "!", "?")
_PREDICATES = ("is ", "isn't ", "must ", "has ", "holds ", "can't ", "comes ")


@frozen(kw_only=True)
class Refused:
    """What a form was refused for: `said` by the id of a field or of a form, `typed` what was in its fields, by id."""

    said: Mapping[str, tuple[str, ...]] = field(factory=dict)
    typed: Mapping[str, str] = field(factory=dict)

    @classmethod
    def of(cls, error: PixieError, form: str, fields: Mapping[str, str], typed: Mapping[str, str]) -> Refused:
        """The error at the fields that it names, else at the form. `fields` are their labels and `typed` what they
        held, both by name; a field's id is the form's and its name.
        """
        said: dict[str, tuple[str, ...]] = {}
        known = [(each.path.removeprefix("$."), each.message) for each in getattr(error, "problems", ())]
        for name, message in known if isinstance(error, Invalid) else [("", str(error))]:
            place = f"{form}-{name}" if name in fields else form
            said[place] = (*said.get(place, ()), _sentence(fields.get(name, ""), message))
        return cls(said=said, typed={f"{form}-{name}": text for name, text in typed.items()})

    def __bool__(self) -> bool:
        """Whether anything was refused."""
        return bool(self.said)


def _sentence(label: str, message: str) -> str:
    """A problem's message as a sentence: those that only say what is wrong get the field's label as their subject."""
    if label and message.startswith(_PREDICATES):
        message = f"{label} {message}"
    return message if message.endswith(_FULL_STOPS) else f"{message}."


def page_settings(
    frame: Frame,
    *,
    preferences: Sequence[Preference],
    before_start: Sequence[Preference],
    destinations: Sequence[Destination],
    formats: Sequence[str],
    retained: Mapping[str, int],
    sweep: Mapping[str, Any],
    plan: Plan | None = None,
    last_sweep: SweptByHand | None = None,
    last_pass: Pass | None = None,
    refused: Refused = Refused(),
) -> Markup:
    """`/settings`.

    - `preferences`, `before_start`: those that can be kept, and those that can't.
    - `retained`: how many runs each tool keeps, by its id.
    - `sweep`: `older_than` and `surplus` as they were asked; `plan` what such a sweep would delete, once asked for.
    - `last_sweep`, `last_pass`: what was last swept by hand, and by the server.
    """
    rows = setting_rows(preferences, refused.typed, refused.said)
    of = dict(zip((each.name for each in preferences), rows, strict=True))
    groups = {name: [of[each.name] for each in preferences if each.section == name] for name in SECTIONS}
    return render(
        "settings.html",
        frame=frame,
        sections=SECTIONS,
        appearance=groups["Appearance"],
        retention=groups["Retention"],
        folds=[(name, groups[name]) for name in SECTIONS if groups[name] and name not in _IN_SIGHT],
        before_start=setting_rows(before_start, {}, {}),
        destinations=destinations,
        formats=formats,
        retained=sorted(retained.items(), key=lambda each: frame.name_of(each[0]).casefold()),
        sweep=sweep,
        plan=plan,
        shown=_SHOWN_RUNS,
        last_sweep=last_sweep,
        last_pass=last_pass,
        refused=refused,
    )


def page_tool_settings(
    frame: Frame,
    tool: Tool,
    *,
    warm_keep_seconds: int,
    secrets: Sequence[SecretOfTool],
    report: Mapping[str, Any] | None = None,
    job: ValidateJob | None = None,
    disk: ToolDisk | None = None,
    refused: Refused = Refused(),
) -> Markup:
    """`/tool/{id}/settings`.

    - `warm_keep_seconds`: what the settings say of tools that say nothing.
    - `secrets`: without their values.
    - `report`: the newest validation; `job` the one that was asked for here, which may go on.
    - `disk`: what the tool takes, once it was measured.
    """
    return render(
        "tool_settings.html",
        frame=frame,
        tool=tool,
        manifest=tool.manifest,
        title=tool.manifest.name if tool.manifest else tool.id,
        secrets=secrets,
        limits=limit_rows(tool, warm_keep_seconds, refused.typed, refused.said),
        report=report,
        job=job,
        disk=disk,
        written_tags=tool.manifest.tags if tool.manifest else [],
        refused=refused,
    )
