// Tabs as the ARIA pattern has them: one stop for Tab, arrows between, Home and End. Which tab was open is kept when the panel
// is drawn anew.

import { all } from "./page.js";

const chosen = new Map();

export function prepareTabs(root) {
  for (const set of all(root, ".tabs:not([data-ready])")) {
    const tabs = [...set.querySelectorAll(':scope > [role="tablist"] > [role="tab"]')];
    const name = tabs.map((tab) => tab.id).join(" ");
    const show = (tab, focus) => {
      for (const each of tabs) {
        const here = each === tab;
        each.setAttribute("aria-selected", String(here));
        each.tabIndex = here ? 0 : -1;
        document.getElementById(each.getAttribute("aria-controls")).hidden = !here;
      }
      chosen.set(name, tab.id);
      if (focus) tab.focus();
    };
    set.addEventListener("click", (event) => {
      const tab = event.target.closest('[role="tab"]');
      if (tab) show(tab, false);
    });
    set.firstElementChild.addEventListener("keydown", (event) => {
      const at = tabs.indexOf(event.target);
      const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
      if (at < 0 || to === undefined) return;
      event.preventDefault();
      show(tabs[(to + tabs.length) % tabs.length], true);
    });
    show(tabs.find((tab) => tab.id === chosen.get(name)) ?? tabs[0], false);
    set.dataset.ready = "";
  }
}
