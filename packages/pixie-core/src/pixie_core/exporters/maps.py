"""Maps as data for other programs: GeoJSON (RFC 7946) and GPX 1.1.

Tools may count longitudes on beyond the date line, and write rings in either direction. What leaves here has longitudes
from -180 to 180, lines cut at the date line (3.1.9), rings closed and by the right-hand rule (3.1.6).
"""

from __future__ import annotations

import json
import re
from itertools import pairwise
from typing import IO, TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from pixie_core.exporters.cells import finite_json, sayable
from pixie_core.exporters.format import Format

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pixie_core.exporters.format import Export

__all__ = ["MAP_DATA", "on_the_globe"]

_STEP = 5_000
"""Features that are written between two looks at who wants to end it."""
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def on_the_globe(geometry: dict[str, Any] | None) -> dict[str, Any] | None:
    """A geometry as RFC 7946 has it."""
    if geometry is None:
        return None
    kind, at = geometry.get("type"), geometry.get("coordinates")
    if kind == "GeometryCollection":
        return {"type": kind, "geometries": [on_the_globe(each) for each in geometry.get("geometries", ())]}
    if not isinstance(at, list):
        return None
    if kind == "Point":
        return {"type": kind, "coordinates": _position(at)}
    if kind == "MultiPoint":
        return {"type": kind, "coordinates": [_position(each) for each in at]}
    if kind in {"LineString", "MultiLineString"}:
        pieces = [piece for line in (at if kind == "MultiLineString" else [at]) for piece in _cut(line)]
        single = len(pieces) == 1 and kind == "LineString"
        return {"type": "LineString" if single else "MultiLineString", "coordinates": pieces[0] if single else pieces}
    if kind == "Polygon":
        return {"type": kind, "coordinates": _area(at)}
    if kind == "MultiPolygon":
        return {"type": kind, "coordinates": [_area(each) for each in at]}
    return None


def _wrapped(longitude: float) -> float:
    return longitude if -180 <= longitude <= 180 else (longitude + 180) % 360 - 180


def _position(at: Sequence[float]) -> list[float]:
    return [_wrapped(at[0]), *at[1:]]


def _cut(line: Sequence[Sequence[float]]) -> Iterator[list[list[float]]]:
    """The line in pieces, each within one turn round the globe."""
    piece: list[list[float]] = []
    turn = 0
    for number, at in enumerate(line):
        here = _turn(at[0], turn) if number else _turn(at[0], None)
        if number and here != turn:
            before = line[number - 1]
            edge = 180 + 360 * min(turn, here)
            share = (edge - before[0]) / (at[0] - before[0])
            height = before[1] + share * (at[1] - before[1])
            leaving = 180.0 if here > turn else -180.0
            piece.append([leaving, height])
            yield piece
            piece = [[-leaving, height]]
        turn = here
        piece.append([at[0] - 360 * turn, *at[1:]])
    yield piece


def _turn(longitude: float, before: int | None) -> int:
    """How many times round the globe; on the date line itself, as the place before."""
    turn = int((longitude + 180) // 360)
    on_the_line = (longitude + 180) % 360 == 0
    if on_the_line and (before == turn - 1 or (before is None and longitude > 0)):
        return turn - 1
    return turn


def _area(rings: Sequence[Sequence[Sequence[float]]]) -> list[list[list[float]]]:
    """The outside against the clock, holes with it; an area beyond the date line as a whole is moved back."""
    if not rings or not rings[0]:
        return []
    middle = (min(at[0] for at in rings[0]) + max(at[0] for at in rings[0])) / 2
    shift = _wrapped(middle) - middle
    return [_ring(ring, shift, outside=number == 0) for number, ring in enumerate(rings)]


def _ring(ring: Sequence[Sequence[float]], shift: float, *, outside: bool) -> list[list[float]]:
    moved = [[at[0] + shift, *at[1:]] for at in ring]
    if moved and moved[0] != moved[-1]:
        moved.append(moved[0])
    twice = sum((b[0] - a[0]) * (b[1] + a[1]) for a, b in pairwise(moved))
    return moved[::-1] if (twice > 0) == outside else moved


def _write_geojson(export: Export, sink: IO[bytes], _options: Any) -> None:
    features = export.features()
    known = {"type", "features", "bbox", "crs"}  # no other system than WGS 84 is left (section 4)
    members = {name: each for name, each in features.items() if name not in known}
    members["pixie"] = export.provenance.facts()
    sink.write(b'{"type": "FeatureCollection",\n')
    for name, each in members.items():
        sink.write(f"{_json(name)}: {_json(each)},\n".encode())
    sink.write(b'"features": [')
    total = len(features["features"])
    for number, each in enumerate(features["features"], start=1):
        feature = {**each, "geometry": on_the_globe(each.get("geometry")), "properties": each.get("properties")}
        sink.write(("," if number > 1 else "").encode() + b"\n" + _json(feature).encode())
        if number % _STEP == 0 or number == total:
            export.on_progress(number, total)
    sink.write(b"\n]}\n")


def _json(value: Any) -> str:
    return sayable(json.dumps(finite_json(value), ensure_ascii=False, allow_nan=False))


def _write_gpx(export: Export, sink: IO[bytes], _options: Any) -> None:
    provenance = export.provenance
    sink.write(
        '<?xml version="1.0" encoding="UTF-8"?>\n<gpx version="1.1" creator="Pixie"'
        ' xmlns="http://www.topografix.com/GPX/1/1">\n'
        f"<metadata><name>{_words(export.declared.label)}</name><desc>{_words(provenance.sentence())}</desc>"
        f"<time>{provenance.at.strftime('%Y-%m-%dT%H:%M:%SZ')}</time></metadata>\n".encode()
    )
    features = export.features()["features"]
    # The schema has places before ways.
    for kind, write in (("Point", _waypoint), ("LineString", _route)):
        for number, each in enumerate(features, start=1):
            if each["geometry"]["type"] == kind:
                sink.write(write(each).encode())
            if number % _STEP == 0:
                export.on_progress(number, len(features))
    sink.write(b"</gpx>\n")


def _waypoint(feature: dict[str, Any]) -> str:
    return _place("wpt", feature["geometry"]["coordinates"], feature["properties"].get("label"))


def _route(feature: dict[str, Any]) -> str:
    places = "".join(_place("rtept", at, None) for at in feature["geometry"]["coordinates"])
    return f"<rte><name>{_words(feature['properties'].get('label') or '')}</name>\n{places}</rte>\n"


def _place(tag: str, at: Sequence[float], label: str | None) -> str:
    name = f"<name>{_words(label)}</name>" if label else ""
    longitude = _wrapped(at[0])
    # The schema ends before 180 degrees, which are the same place.
    return f'<{tag} lat="{at[1]!r}" lon="{-180.0 if longitude == 180 else longitude!r}">{name}</{tag}>\n'


def _words(text: str) -> str:
    return _CONTROLS.sub("\ufffd", sayable(escape(text)))


MAP_DATA: tuple[Format, ...] = (
    Format(
        name="geojson",
        reads="features",
        ending=".geojson",
        mime="application/geo+json",
        help="the map's places, ways and areas, for every mapping program",
        write=_write_geojson,
    ),
    Format(
        name="gpx",
        reads="features",
        ending=".gpx",
        mime="application/gpx+xml",
        help="places and routes, for navigation devices",
        write=_write_gpx,
    ),
)
