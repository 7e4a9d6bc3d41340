"""A setting as a row of a form: of Pixie's own, from its declaration, or a limit of one tool.

The row is the same for both, and nothing here knows a setting by its name: one more in the declaration is one more row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
from attrs import frozen

from pixie_core.config import in_words
from pixie_core.switches import yes_or_no
from pixie_core.tool import ToolManifest
from pixie_server.render.words import duration, size

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pixie_core.preferences import Preference
    from pixie_core.tool import Tool

__all__ = ["PINNED_WARM", "Row", "limit_rows", "setting_rows"]

PINNED_WARM = "pinned_warm"
"""What stands among the limits of a tool and is none: it takes the one on its idle process away."""

_SOURCES = {
    "default": "Default",
    "user": "Set here",
    "tool.json": "From tool.json",
    "environment": "From the environment",
    "file": "From .env",
    "program": "Said when Pixie was started",
}
_ELSEWHERE = {
    "environment": "The variable {variable} says so. Change it there, then start Pixie again.",
    "file": "The line {variable} in .env of the data folder says so. Change it there, then start Pixie again.",
    "program": "The command or program that started Pixie says so. Start it otherwise to change this.",
}
_UNITS_OF_LIMITS = {"seconds": "s", "mb": "MB"}


@frozen(kw_only=True)
class Row:
    """One setting on a page.

    - `id`: of its form; its field and what is said of it have ids that begin so.
    - `text`: what its field shows: the value, or what was typed and refused.
    - `plainly`: the value for people, where its number is a large one of bytes or seconds.
    - `default`: what holds without a word here, for people; `source` where the value comes from, likewise.
    - `pinned`: why it can't be changed here, if it can't; `resettable`: that there is a word here to take back.
    - `said`: what is wrong with what was typed; `remark`: what else is to know of it.
    """

    id: str
    name: str
    label: str
    help: str
    kind: str
    unit: str
    text: str
    value: str
    default: str
    source: str
    plainly: str | None = None
    choices: tuple[str, ...] = ()
    minimum: int | None = None
    maximum: int | None = None
    optional: bool = False
    pinned: str | None = None
    resettable: bool = False
    variable: str | None = None
    remark: str | None = None
    said: tuple[str, ...] = ()

    @property
    def on(self) -> bool:
        """The text as yes or no."""
        return yes_or_no(self.text) is True


def setting_rows(
    preferences: Sequence[Preference], typed: Mapping[str, str], said: Mapping[str, tuple[str, ...]]
) -> list[Row]:
    """Pixie's own settings. `typed` and `said` are what was sent and refused, by the id of a field, and
    why, by the id of a row.
    """
    return [_setting(each, typed, said) for each in preferences]


def _setting(each: Preference, typed: Mapping[str, str], said: Mapping[str, tuple[str, ...]]) -> Row:
    id_ = f"setting-{each.name}"
    remark = None if each.at_once or each.pinned else "Holds from the next start on."
    return Row(
        id=id_,
        name=each.name,
        label=each.label,
        help=_sentence(each.help),
        kind=each.kind,
        unit=each.unit,
        text=typed.get(f"{id_}-value", _text(each.value)),
        value=_text(each.value),
        default=_words(each.default, each.unit),
        source=_SOURCES[each.source],
        plainly=_plainly(each.value, each.unit),
        choices=each.choices,
        minimum=None if each.minimum is None else int(each.minimum),
        maximum=None if each.maximum is None else int(each.maximum),
        optional=each.optional,
        pinned=_ELSEWHERE[each.source].format(variable=each.variable) if each.pinned else None,
        resettable=not each.pinned and (each.kept is not None or each.problem is not None),
        variable=each.variable,
        remark=f"What is kept isn’t used. {each.problem}" if each.problem else remark,
        said=said.get(id_, ()),
    )


def limit_rows(
    tool: Tool, warm_keep_seconds: int, typed: Mapping[str, str], said: Mapping[str, tuple[str, ...]]
) -> list[Row]:
    """The limits of a tool and whether its process is kept warm, each beside what holds without the user's word:
    tool.json's, else the default.

    `warm_keep_seconds` is what the settings say of tools that say nothing.
    """
    written = {**attrs.asdict(tool.written_limits), PINNED_WARM: _written(tool, PINNED_WARM)}
    own = {**attrs.asdict(tool.state.limits), PINNED_WARM: tool.state.pinned_warm}
    return [
        _limit(
            attrs.fields_dict(ToolManifest)[name], own[name], written[name], warm_keep_seconds, typed=typed, said=said
        )
        for name in own
    ]


def _written(tool: Tool, name: str) -> Any:
    return tool.manifest.raw.get(name) if tool.manifest is not None else None


def _limit(
    declared: attrs.Attribute[Any],
    own: Any,
    written: Any,
    warm_keep_seconds: int,
    *,
    typed: Mapping[str, str],
    said: Mapping[str, tuple[str, ...]],
) -> Row:
    name, id_ = declared.name, f"limit-{declared.name}"
    unit = _UNITS_OF_LIMITS.get(name.rpartition("_")[2], "")
    usual = warm_keep_seconds if name == "warm_keep_seconds" else declared.default
    source = "user" if own is not None else "default" if written is None else "tool.json"
    without = usual if written is None else written
    holds = own if own is not None else without
    return Row(
        id=id_,
        name=name,
        label=in_words(name),
        help=_sentence(declared.metadata["help"]),
        kind="switch" if isinstance(declared.default, bool) else "number",
        unit=unit,
        text=typed.get(f"{id_}-value", _text(holds)),
        value=_text(holds),
        default=_words(without, unit) + ("" if written is None else ", as tool.json says"),
        source=_SOURCES[source],
        plainly=_plainly(holds, unit),
        minimum=declared.metadata["minimum"],
        maximum=declared.metadata["maximum"],
        resettable=own is not None,
        said=said.get(id_, ()),
    )


def _text(value: object) -> str:
    """A value as its field shows it, and as a form sends it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _words(value: object, unit: str) -> str:
    """A value for people."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "on" if value else "off"
    return _plainly(value, unit) or (f"{value:,} {unit}".rstrip() if isinstance(value, int) else str(value))


def _plainly(value: object, unit: str) -> str | None:
    """A large number of bytes or seconds as people say it; None for what reads well as it is."""
    if not isinstance(value, int):
        return None
    if unit == "bytes" and value >= 1000:
        return size(value)
    return duration(value * 1000) if unit == "s" and value >= 60 else None


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
