"""Every type's example as a declaration and a value: what a test walks that must hold for all of them.

@pytest.mark.parametrize("example", output_examples(), ids=str)
def test_every_value_can_be_shown(example):
    assert render(example.declared, example.raw)
"""

from __future__ import annotations

from copy import deepcopy
from functools import cache
from typing import Any

from attrs import field, frozen

from pixie_core.catalogue import INPUT_TYPES, OUTPUT_TYPES, InputDeclaration, OutputDeclaration, OutputValue
from pixie_core.structure import structure_output
from pixie_core.tool.manifest import manifest_from

__all__ = [
    "InputExample",
    "OutputExample",
    "input_examples",
    "manifest_with_every_type",
    "output_examples",
]


@frozen
class OutputExample:
    """An output type's example: how tool.json declares it, the value as a tool answers it, and typed."""

    declared: OutputDeclaration
    raw: Any = field(repr=False)
    value: OutputValue = field(repr=False)

    @property
    def type(self) -> str:
        """The type's name."""
        return self.declared.type

    def __str__(self) -> str:
        return self.type


@frozen
class InputExample:
    """An input type's example: the entry of tool.json as it is written, and typed; and a value that it takes."""

    raw: dict[str, Any] = field(repr=False)
    declared: InputDeclaration
    value: Any = field(repr=False)

    @property
    def type(self) -> str:
        """The type's name."""
        return self.declared.type

    def __str__(self) -> str:
        return self.type


def output_examples() -> tuple[OutputExample, ...]:
    """An example of every output type; its key is the type's name. Each call gives values of its own."""
    return tuple(
        OutputExample(declared, raw := deepcopy(OUTPUT_TYPES[declared.type].example), _typed(declared, raw))
        for declared in _manifest().outputs
    )


def input_examples() -> tuple[InputExample, ...]:
    """An example of every input type; its key is the type's name. Each call gives values of its own."""
    raws = manifest_with_every_type()["inputs"]
    return tuple(
        InputExample(raw, declared, deepcopy(_VALUES.get(declared.type, declared.sample())))
        for raw, declared in zip(raws, _manifest().inputs, strict=True)
    )


def manifest_with_every_type() -> dict[str, Any]:
    """A tool.json with an input and an output of every type, each under its type's name."""
    return {
        "id": "every-type",
        "name": "Every type",
        "description": "An input and an output of every type that there is.",
        "inputs": [{**deepcopy(cls.example), "key": name} for name, cls in INPUT_TYPES.items()],
        "outputs": [
            {"key": name, "type": name, "label": str(cls.__doc__).split(".")[0], **_ABOUT.get(name, {})}
            for name, cls in OUTPUT_TYPES.items()
        ],
    }


_ABOUT: dict[str, dict[str, Any]] = {
    "number": {"unit": "GBP"},
    "chart_candlestick": {"unit": "USD"},
    "chart_pie": {"unit": "GBP"},
    "chart_sankey": {"unit": "TWh"},
    "chart_treemap": {"unit": "GB"},
    "stream_text": {"streaming": True},
}
"""What an output's declaration says beside its key, type and label."""

_VALUES = {
    # The probe's sample is a picture, whatever the input accepts.
    "file": "data:text/csv;base64,eCx5CjEsMgo=",
}


@cache
def _manifest() -> Any:
    return manifest_from(manifest_with_every_type())[0]


def _typed(declared: OutputDeclaration, raw: Any) -> OutputValue:
    return structure_output(OUTPUT_TYPES[declared.type], raw)
