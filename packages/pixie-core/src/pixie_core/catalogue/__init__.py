"""Every type of input and output that Pixie knows, each declared once.

`OUTPUT_TYPES["chart_line"]` and `INPUT_TYPES["slider"]` are the classes; whatever else knows the types is
derived from these two: the strict check, the JSON Schemas, forms, renderers, exports, docs and tests.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from pixie_core.catalogue.base import VIEWS, Column, Features, Figure, Media, OutputValue, Rows
from pixie_core.catalogue.charts import CHARTS
from pixie_core.catalogue.declaration import OutputDeclaration
from pixie_core.catalogue.documents import DOCUMENTS
from pixie_core.catalogue.inputs import INPUTS, InputDeclaration, Option, ShowIf
from pixie_core.catalogue.maps import MAPS
from pixie_core.catalogue.media import MEDIA
from pixie_core.catalogue.schedule import SCHEDULE
from pixie_core.catalogue.structured import STRUCTURED
from pixie_core.catalogue.text import TEXT

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "INPUT_TYPES",
    "OUTPUT_TYPES",
    "VIEWS",
    "Column",
    "Features",
    "Figure",
    "InputDeclaration",
    "Media",
    "Option",
    "OutputDeclaration",
    "OutputValue",
    "Rows",
    "ShowIf",
]

OUTPUT_TYPES: Mapping[str, type[OutputValue]] = MappingProxyType(
    {each.type: each for each in (*TEXT, *STRUCTURED, *DOCUMENTS, *SCHEDULE, *CHARTS, *MAPS, *MEDIA)}
)
INPUT_TYPES: Mapping[str, type[InputDeclaration]] = MappingProxyType({each.type: each for each in INPUTS})
