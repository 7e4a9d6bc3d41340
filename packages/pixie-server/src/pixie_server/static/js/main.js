// What runs on every page. Everything here makes a page that works without it quicker or easier; state that matters is on the
// server. `enhance` is called for the whole page and for every piece that is put into it later.

import "./actions.js";
import "./menu.js";
import "./sidebar.js";
import { drawCharts } from "./charts.js";
import { prepareForm } from "./form.js";
import { prepareTabs } from "./tabs.js";
import { tick } from "./clock.js";

export function enhance(root) {
  prepareForm(root);
  prepareTabs(root);
  drawCharts(root);
  follow(root);
  markCurrent();
  tick();
}

let live; // what follows a run, once there was one to follow

function follow(root) {
  if (document.querySelector("#panel[data-live]")) live ??= import("./live.js");
  live?.then(({ followRun }) => followRun(root, enhance));
}

/** In the history, the run whose panel is on the page: the server draws one without knowing the other. */
function markCurrent() {
  const run = document.getElementById("panel")?.dataset.run;
  for (const link of document.querySelectorAll("#history a[data-run]")) {
    if (link.dataset.run === run) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

enhance(document.body);
document.body.addEventListener("htmx:afterSettle", (event) => enhance(event.detail.elt));
