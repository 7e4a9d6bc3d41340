"""Input types: what a form asks for.

Each class is one entry of `inputs` in tool.json; see `pixie_core.catalogue.inputs.base` for what it knows.
"""

from __future__ import annotations

from pixie_core.catalogue.inputs.base import InputDeclaration, ShowIf
from pixie_core.catalogue.inputs.choices import (
    CheckboxInput,
    ColourInput,
    MultiselectInput,
    Option,
    RadioInput,
    SelectInput,
    ToggleInput,
)
from pixie_core.catalogue.inputs.dates import DateInput, DateRangeInput, DatetimeInput, TimeInput
from pixie_core.catalogue.inputs.files import AudioInput, FileInput, ImageInput
from pixie_core.catalogue.inputs.maps import MapBboxInput, MapMultipointInput, MapPointInput, MapPolygonInput
from pixie_core.catalogue.inputs.numbers import NumberInput, SliderInput
from pixie_core.catalogue.inputs.structured import HiddenInput, JsonInput, TableInput
from pixie_core.catalogue.inputs.words import (
    AutocompleteInput,
    CodeInput,
    MarkdownInput,
    TagsInput,
    TextareaInput,
    TextInput,
)

__all__ = ["INPUTS", "InputDeclaration", "Option", "ShowIf"]

INPUTS: tuple[type[InputDeclaration], ...] = (
    TextInput,
    TextareaInput,
    NumberInput,
    SliderInput,
    SelectInput,
    RadioInput,
    MultiselectInput,
    CheckboxInput,
    ToggleInput,
    DateInput,
    TimeInput,
    DatetimeInput,
    DateRangeInput,
    FileInput,
    ImageInput,
    AudioInput,
    ColourInput,
    JsonInput,
    CodeInput,
    MarkdownInput,
    TagsInput,
    AutocompleteInput,
    TableInput,
    MapPointInput,
    MapBboxInput,
    MapPolygonInput,
    MapMultipointInput,
    HiddenInput,
)
