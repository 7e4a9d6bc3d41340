// Charts: the figure comes as data beside its place; colours come from the theme. Plotly is fetched when the first chart is
// about to be seen, and only then.

import { all } from "./page.js";

const CONFIG = {
  displaylogo: false,
  showSendToCloud: false, // nothing leaves the machine
  plotlyServerURL: "",
  responsive: false, // the observer below knows better when a place has changed
  modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d", "zoomIn2d", "zoomOut2d", "toggleSpikelines"],
  toImageButtonOptions: { scale: 2 },
  doubleClickDelay: 300,
  showTips: false,
};

let library;

function plotly() {
  library ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = document.querySelector('meta[name="pixie-plotly"]').content;
    script.addEventListener("load", () => resolve(window.Plotly));
    script.addEventListener("error", () => {
      library = undefined;
      reject(new Error("The drawing library can’t be loaded. The data below is complete."));
    });
    document.head.append(script);
  });
  return library;
}

/** The computed value of a custom property that is a colour, whatever function it is written with. */
function colour(name) {
  const probe = document.createElement("i");
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
}

function themed(layout) {
  const [ink, muted, line, raised] = ["--ink", "--muted", "--line", "--raised"].map(colour);
  const axis = { gridcolor: line, linecolor: line, zerolinecolor: line, tickcolor: line, tickfont: { color: muted } };
  const dressed = {
    ...layout,
    autosize: true,
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { ...layout.font, family: getComputedStyle(document.body).fontFamily, size: 12, color: ink },
    hoverlabel: { bgcolor: raised, bordercolor: line, font: { color: ink } },
    modebar: { bgcolor: "rgba(0,0,0,0)", color: muted, activecolor: ink },
    separators: ".,",
  };
  for (const [key, own] of Object.entries(layout)) {
    if (/^[xy]axis\d*$/.test(key)) {
      dressed[key] = { ...axis, ...own, title: { ...own.title, font: { color: muted, size: 12 } } };
    } else if (/^polar\d*$/.test(key)) {
      const [angular, radial] = ["angularaxis", "radialaxis"].map((name) => ({ ...axis, ...own[name] }));
      dressed[key] = { bgcolor: "rgba(0,0,0,0)", ...own, angularaxis: angular, radialaxis: radial };
    }
  }
  return dressed;
}

async function draw(place) {
  const data = document.getElementById(place.dataset.figure);
  if (!data || !place.clientWidth) return;
  try {
    const Plotly = await plotly();
    if (!place.isConnected || !place.clientWidth) return;
    const { data: traces, layout } = JSON.parse(data.textContent);
    if (!place.matches(".js-plotly-plot")) place.replaceChildren();
    await Plotly.react(place, traces, { ...themed(layout), width: place.clientWidth, height: place.clientHeight }, CONFIG);
    place.dataset.drawn = "";
  } catch (error) {
    place.textContent = error.message;
  }
}

const sizes = new WeakMap();
const watcher = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    const size = `${target.clientWidth} ${target.clientHeight}`;
    if (target.clientWidth && sizes.get(target) !== size) {
      sizes.set(target, size);
      draw(target);
    }
  }
});

export function drawCharts(root) {
  for (const place of all(root, ".chart[data-figure]")) {
    // A place that was kept while its data changed is drawn at once; a new one when it has a size.
    if (sizes.has(place)) draw(place);
    watcher.observe(place);
  }
}

function redraw() {
  for (const place of document.querySelectorAll(".chart[data-drawn]")) draw(place);
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
new MutationObserver(redraw).observe(document.documentElement, { attributeFilter: ["data-theme", "data-accent"] });
