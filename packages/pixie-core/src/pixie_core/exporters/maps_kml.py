"""Maps as KML, for Google Earth and what else reads it (OGC 12-007r2, the rules of version 2.3 in the namespace of 2.2,
which every reader knows).

Geometries are as in the GeoJSON: longitude before latitude, rings closed and by the right-hand rule. Colours are those
of the page; what is said of a place stands in its ExtendedData.
"""

from __future__ import annotations

import json
import re
from html import escape
from typing import IO, TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from PIL import ImageColor

from pixie_core.exporters.cells import cell_text, sayable
from pixie_core.exporters.format import Format
from pixie_core.exporters.maps import on_the_globe
from pixie_core.exporters.maps_marks import marks_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pixie_core.exporters.format import Export
    from pixie_core.exporters.maps_marks import Mark

__all__ = ["KML"]

_STEP = 5_000
"""Features that are written between two looks at who wants to end it."""
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_DRAWN = frozenset({"label", "colour"})
"""Properties that are a name and a style here."""


def _write(export: Export, sink: IO[bytes], _options: Any) -> None:
    marks, _ = marks_of(export)
    features = [each for each in export.features()["features"] if each.get("geometry")]
    styles = {look: f"s{number}" for number, look in enumerate(dict.fromkeys(map(_look, marks)))}
    provenance = export.provenance
    # A description may hold HTML: words are said twice over.
    sink.write(
        '<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2">\n<Document>\n'
        f"<name>{_xml(export.declared.label)}</name>\n"
        f"<description>{_xml(_xml(provenance.sentence()))}</description>\n".encode()
    )
    for look, name in styles.items():
        sink.write(ET.tostring(_style(name, *look)) + b"\n")
    sink.write(ET.tostring(_extended(provenance.facts())) + b"\n")
    for number, (feature, mark) in enumerate(zip(features, marks, strict=True), start=1):
        place = _placemark(feature, mark, styles[_look(mark)])
        if place is not None:
            sink.write(ET.tostring(place, encoding="utf-8", xml_declaration=False) + b"\n")
        if number % _STEP == 0 or number == len(features):
            export.on_progress(number, len(features))
    sink.write(b"</Document>\n</kml>\n")


def _look(mark: Mark) -> tuple[str, str, float]:
    """Colour of the line, colour of the ground, size: in KML a colour is aabbggrr."""
    try:
        red, green, blue = ImageColor.getrgb(mark.colour)[:3]
    except ValueError:  # a name that no style sheet knows
        red, green, blue = 0, 0x72, 0xB2
    inverse = f"{blue:02x}{green:02x}{red:02x}"
    return f"ff{inverse}", f"{round(mark.opacity * 255):02x}{inverse}", round(mark.radius / 6, 2)


def _style(name: str, line: str, ground: str, size: float) -> ET.Element:
    style = ET.Element("Style", id=name)
    icon = ET.SubElement(style, "IconStyle")
    _add(icon, color=line if size <= 1 else ground, scale=f"{size:g}")
    _add(ET.SubElement(style, "LineStyle"), color=line, width="2")
    _add(ET.SubElement(style, "PolyStyle"), color=ground)
    return style


def _placemark(feature: dict[str, Any], mark: Mark, style: str) -> ET.Element | None:
    geometry = _geometry(on_the_globe(feature["geometry"]))
    if geometry is None:
        return None
    place = ET.Element("Placemark")
    said = feature.get("properties") or {}
    name = said.get("label") or said.get("name") or mark.said
    if name:
        _add(place, name=str(name))
    _add(place, styleUrl=f"#{style}")
    told = {key: each for key, each in said.items() if key not in _DRAWN and each is not None}
    if "id" in feature and "id" not in told:
        told = {"id": feature["id"], **told}
    if told:
        place.append(_extended(told))
    place.append(geometry)
    return place


def _extended(told: dict[str, Any]) -> ET.Element:
    made = ET.Element("ExtendedData")
    for name, each in told.items():
        data = ET.SubElement(made, "Data", name=_said(str(name)))
        text = (
            each
            if isinstance(each, str)
            else cell_text(each)
            if not isinstance(each, dict | list)
            else json.dumps(each)
        )
        _add(data, value=text)
    return made


def _add(parent: ET.Element, **texts: str) -> None:
    for tag, text in texts.items():
        ET.SubElement(parent, tag).text = _said(text)


def _xml(text: str) -> str:
    return escape(_said(text), quote=False)


def _said(text: str) -> str:
    return _CONTROLS.sub("\ufffd", sayable(text))


def _geometry(geometry: dict[str, Any] | None) -> ET.Element | None:
    if geometry is None:
        return None
    kind = geometry["type"]
    if kind == "GeometryCollection":
        return _several(map(_geometry, geometry["geometries"]))
    at = geometry["coordinates"]
    if kind == "Point":
        return _of_places("Point", [at])
    if kind == "LineString":
        return _line(at)
    if kind == "Polygon":
        return _polygon(at)
    if kind == "MultiPoint":
        return _several(_of_places("Point", [each]) for each in at)
    return _several(map(_polygon if kind == "MultiPolygon" else _line, at))


def _line(places: Sequence[Sequence[float]]) -> ET.Element:
    return _of_places("LineString", places)


def _several(parts: Iterable[ET.Element | None]) -> ET.Element:
    made = ET.Element("MultiGeometry")
    made.extend(part for part in parts if part is not None)
    return made


def _polygon(rings: Sequence[Sequence[Sequence[float]]]) -> ET.Element | None:
    if not rings:
        return None
    made = ET.Element("Polygon")
    for number, ring in enumerate(rings):
        edge = ET.SubElement(made, "innerBoundaryIs" if number else "outerBoundaryIs")
        edge.append(_of_places("LinearRing", ring))
    return made


def _of_places(tag: str, places: Iterable[Sequence[float]]) -> ET.Element:
    made = ET.Element(tag)
    _add(made, coordinates=" ".join(",".join(repr(float(each)) for each in at[:3]) for at in places))
    return made


KML: tuple[Format, ...] = (
    Format(
        name="kml",
        reads="features",
        ending=".kml",
        mime="application/vnd.google-earth.kml+xml",
        help="the map's places, ways and areas with their colours, for Google Earth",
        write=_write,
    ),
)
