"""What the declaration of a type is made of.

A type of input or output is one frozen attrs class. Its fields say what a value holds; their annotations
are checked by `pixie_core.structure` and written as JSON Schema; their help is what authors read. Its
methods are its *views*: a type that can be read as words has `to_text`, as a table `to_rows`, as a picture
`to_figure`, as places `to_features`, as files `to_media`. Exporters and renderers know views and never
types, so that a new type needs nothing but its class.

Large values stay as they came: a list of a million numbers, or of flat records (points, rows, lines), is
checked column by column in one pass and kept as the list that it is. `Numbers`, `Labels`, `Places`,
`Annotated[list[dict[str, Any]], Records(Point)]` and the like declare such lists; `Nested(Node)` declares a
tree of such records.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, TypeAlias

import attrs
from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pixie_core.catalogue.declaration import OutputDeclaration

__all__ = [
    "LATITUDES",
    "LONGITUDES",
    "ONE_DOT",
    "VIEWS",
    "Axis",
    "Column",
    "Features",
    "Figure",
    "Gaps",
    "Json",
    "Labels",
    "Leaf",
    "Media",
    "Merge",
    "Nested",
    "Numbers",
    "Objects",
    "OutputValue",
    "Pairs",
    "Places",
    "Records",
    "Rows",
    "field",
    "replace",
]

Json: TypeAlias = Any
"""Anything that JSON can say: None, bool, int, float, str, list, dict."""


@frozen
class Leaf:
    """Marks an annotation as checked in one pass: every item's type must be among `kinds`."""

    name: str
    kinds: tuple[type, ...]


Numbers: TypeAlias = Annotated[list[float], Leaf("a list of numbers", (int, float))]
"""A list of finite numbers."""
Gaps: TypeAlias = Annotated[list[float | None], Leaf("a list of numbers or nulls", (int, float, type(None)))]
"""A list of finite numbers in which null is a gap."""
Labels: TypeAlias = Annotated[list[str], Leaf("a list of strings", (str,))]
"""A list of strings."""
Axis: TypeAlias = Annotated[list[Any], Leaf("a list of numbers or strings", (int, float, str))]
"""Positions along an axis: numbers, dates in ISO 8601, or names."""

Objects: TypeAlias = Annotated[list[dict[str, Any]], Leaf("a list of objects", (dict,))]
"""A list of objects with any keys; what they hold is JSON, so that every number in them is finite."""


@frozen
class Pairs:
    """Marks a list of [latitude, longitude] pairs, checked in one pass: degrees, north and east positive."""


Places: TypeAlias = Annotated[list[list[float]], Pairs()]
"""A list of [latitude, longitude] in degrees."""

LATITUDES = (-90.0, 90.0)
LONGITUDES = (-360.0, 360.0)
"""What outputs may say in degrees. A route over the date line may count on beyond 180."""


@frozen
class Records:
    """Marks a list of flat objects that is checked column by column and kept as it came: `of` says what
    each holds.
    """

    of: type


@frozen
class Nested:
    """Marks an object whose `children` are objects of the same kind: `of` says what each holds beside them.

    Like `Records` it is kept as it came, however deep.
    """

    of: type


def field(
    *, help: str, default: Any = attrs.NOTHING, minimum: float | None = None, maximum: float | None = None
) -> Any:
    """A field of a declared type. `help` is one line for authors; bounds are inclusive."""
    return attrs.field(default=default, metadata={"help": help, "minimum": minimum, "maximum": maximum})


ONE_DOT = (
    "data:image/png;base64,"
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
"""The smallest picture: a PNG of one dot, as a data URL."""

VIEWS = ("text", "rows", "figure", "features", "media")
"""The ways in which a value can be read, each a method `to_<view>(declared)` of the types that have it."""

Merge: TypeAlias = Callable[[Sequence[Json]], Json]
"""How increments of a streamed value become one: from all of them, oldest first, to the value, in one
linear pass.
"""


def replace(values: Sequence[Json]) -> Json:
    """The merge of most types: each value takes the place of the one before."""
    return values[-1]


@frozen
class Column:
    """A column of the table view: `type` is number, string, boolean, date, datetime or json."""

    key: str
    label: str
    type: str = "string"


@frozen
class Rows:
    """The table view: columns, and cells in their order. It can be walked again and again, and is never
    copied.
    """

    columns: tuple[Column, ...]
    length: int
    cells: Callable[[], Iterable[Sequence[Json]]]

    def __iter__(self) -> Iterator[Sequence[Json]]:
        """Row by row, each as long as `columns`."""
        return iter(self.cells())


@frozen
class Figure:
    """The picture view: a Plotly figure as plain data, without colours of its own for paper and ink.

    The page and every picture format are drawn from the same figure; the theme is added by whoever draws it.
    """

    data: list[dict[str, Json]]
    layout: dict[str, Json]


Features: TypeAlias = dict[str, Any]
"""The map view: a GeoJSON FeatureCollection (RFC 7946), whose positions are [longitude, latitude]."""


@frozen
class Media:
    """One file in a value: a data URL, an http URL, or the URL of an artefact; with the name it should
    have.
    """

    source: str
    filename: str | None = None
    mime: str | None = None
    label: str | None = None


@frozen
class OutputValue:
    """The root of every output type.

    `type` is the name in tool.json. `example` is a value worth looking at. `merge` says how increments add
    up. `mistakes` are the usual wrong shapes with their cure: pairs of a predicate on the raw value, which
    takes any JSON and never raises, and what to say. A value may be right in spite of one: it is drawn, and
    the cure is a warning.
    """

    type: ClassVar[str]
    example: ClassVar[Json]
    merge: ClassVar[Merge] = staticmethod(replace)
    mistakes: ClassVar[tuple[tuple[Callable[[Json], bool], str], ...]] = ()

    @classmethod
    def bare(cls) -> bool:
        """True when the canonical value is the bare scalar: the type holds `value` and nothing else."""
        return [each.name for each in attrs.fields(cls)] == ["value"]

    @classmethod
    def views(cls) -> tuple[str, ...]:
        """Which of text, rows, figure, features and media this type has."""
        return tuple(name for name in VIEWS if hasattr(cls, f"to_{name}"))

    def check(self, declared: OutputDeclaration) -> Iterable[str]:
        """What is wrong with the value beyond its shape, a sentence each; nothing by default."""
        del declared
        return ()
