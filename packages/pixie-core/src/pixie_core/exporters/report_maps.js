"use strict";
// Maps: marks over the outlines of the countries, which stand in the page once, as TopoJSON. Every word goes in as text:
// Leaflet takes strings for HTML, and elements for what they are.
(() => {
  const colour = (name) => {
    const probe = document.createElement("i");
    probe.style.color = `var(${name})`;
    document.body.append(probe);
    const value = getComputedStyle(probe).color;
    probe.remove();
    return value;
  };
  const words = (text) => {
    const said = document.createElement("span");
    said.textContent = text;
    return said;
  };
  let outlines;
  const countries = () => {
    if (outlines) return outlines;
    const { transform, arcs: packed, objects } = report.data("countries");
    const arcs = packed.map((arc) => {
      let x = 0;
      let y = 0;
      return arc.map(([dx, dy]) => {
        x += dx;
        y += dy;
        return [x * transform.scale[0] + transform.translate[0], y * transform.scale[1] + transform.translate[1]];
      });
    });
    const ring = (numbers) =>
      numbers.flatMap((at, n) => {
        const arc = at < 0 ? arcs[~at].toReversed() : arcs[at];
        return n ? arc.slice(1) : arc;
      });
    const areas = objects.countries.geometries.flatMap(({ type, arcs: own }) => {
      if (type === "MultiPolygon") return own.map((area) => area.map(ring));
      return own ? [own.map(ring)] : [];
    });
    outlines = { type: "MultiPolygon", coordinates: areas };
    return outlines;
  };
  const key = ({ low, high, title, stops }) => {
    const legend = L.control({ position: "bottomright" });
    legend.onAdd = () => {
      const box = L.DomUtil.create("div", "key");
      const bar = L.DomUtil.create("i", "", box);
      bar.style.background = `linear-gradient(to right, ${stops.map(([at, of]) => `${of} ${at * 100}%`).join(", ")})`;
      box.append(words(`${low.toLocaleString("en-GB")} to ${high.toLocaleString("en-GB")} ${title}`));
      return box;
    };
    return legend;
  };
  const maps = [];
  report.whenSeen(document.querySelectorAll(".map"), (place) => {
    const { marks, key: colours, view } = report.data(place.dataset.map);
    const map = L.map(place, {
      preferCanvas: marks.length > 500,
      attributionControl: false,
      scrollWheelZoom: false,
      zoomSnap: 0.25,
      fadeAnimation: false,
      zoomAnimation: false,
    });
    const ground = L.geoJSON(countries(), {
      interactive: false,
      renderer: L.canvas({ padding: 0.5 }),
      style: () => ({ weight: 0.7, color: colour("--border"), fillColor: colour("--land"), fillOpacity: 1 }),
    }).addTo(map);
    for (const { geometry, colour: own, opacity, radius, said } of marks) {
      const style = { color: own, fillColor: own, fillOpacity: opacity, radius, weight: 1 };
      const line = { ...style, fill: false, weight: 3 };
      const layer = L.geoJSON(geometry, {
        style: (feature) => (feature.geometry.type.endsWith("LineString") ? line : style),
        pointToLayer: (_, at) => L.circleMarker(at, style),
      }).addTo(map);
      if (said) layer.bindTooltip(() => words(said), { sticky: true });
    }
    if (colours) key(colours).addTo(map);
    L.control.scale({ imperial: false }).addTo(map);
    const bounds = [[view.south, view.west], [view.north, view.east]];
    map.fitBounds(bounds, { animate: false });
    maps.push({ place, map, ground, bounds });
  });
  report.onRedraw((printing) => {
    for (const { place, map, ground, bounds } of maps) {
      const width = printing ? "660px" : "";
      const turned = place.style.width !== width;
      place.style.width = width;
      place.style.height = printing ? "350px" : "";
      ground.setStyle(ground.options.style());
      if (turned) {
        map.invalidateSize({ animate: false });
        map.fitBounds(bounds, { animate: false });
      }
    }
  });
})();
