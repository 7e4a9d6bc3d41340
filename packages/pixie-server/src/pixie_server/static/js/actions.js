// What can be done with a run: cancel, star, label, run again, copy for a bug report.

import { announce, notify, post } from "./page.js";

const ACTIONS = {
  async star(button) {
    const { starred } = await post(button.dataset.url, { starred: button.getAttribute("aria-pressed") !== "true" });
    button.setAttribute("aria-pressed", String(starred));
    announce(starred ? "Starred" : "No longer starred");
    refreshHistory(button);
  },
  async label(button) {
    const form = document.getElementById(button.getAttribute("aria-controls"));
    form.hidden = !form.hidden;
    button.setAttribute("aria-expanded", String(!form.hidden));
    if (!form.hidden) form.querySelector("input").select();
  },
  async rerun(button) {
    const run = await post(button.dataset.url, {});
    location.assign(`/tool/${encodeURIComponent(run.tool_id)}/runs/${encodeURIComponent(run.id)}`);
  },
  async copy(button) {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.source).textContent);
    announce("Copied");
    const words = button.textContent;
    button.textContent = "Copied";
    setTimeout(() => (button.textContent = words), 2000);
  },
};

document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-act]");
  const action = ACTIONS[button?.dataset.act];
  if (!action) return;
  try {
    await action(button);
  } catch (error) {
    notify(error.message);
  }
});

document.addEventListener("submit", async (event) => {
  const form = event.target;
  const run = form.getAttribute("data-cancel");
  if (run !== null) {
    event.preventDefault();
    const button = form.querySelector("button");
    button.disabled = true;
    button.textContent = "Cancelling";
    try {
      await post(`/api/runs/${encodeURIComponent(run)}/cancel`);
    } catch (error) {
      button.disabled = false;
      button.textContent = "Cancel";
      notify(error.message);
    }
  } else if (form.getAttribute("id") === "label-form") {
    event.preventDefault();
    const label = document.getElementById("label-text").value.trim() || null;
    try {
      await post(form.getAttribute("data-url"), { label });
    } catch (error) {
      notify(error.message);
      return;
    }
    document.getElementById("panel-heading").textContent = label ?? "Result";
    const button = document.querySelector('[data-act="label"]');
    form.hidden = true;
    button.setAttribute("aria-expanded", "false");
    button.focus();
    announce(label ? "Labelled" : "Label removed");
    refreshHistory(button);
  }
});

function refreshHistory(button) {
  const tool = button.closest("[data-tool]")?.dataset.tool;
  if (tool && document.getElementById("history")) {
    window.htmx.ajax("GET", `/tool/${encodeURIComponent(tool)}/runs`, { target: "#history", swap: "outerHTML" });
  }
}
