// The pages of settings. Every form on them works without scripts; htmx sends it, and takes the part that was changed out of the
// page that comes back. What is left for here: the look is switched before the server has answered, what was refused is shown at
// its field, and what has changed is said to those who can't see it.

import { announce, notify } from "./page.js";

const root = document.documentElement;

/** Shows a look at once, where the setting is one: the page carries it as data-theme, data-accent and data-density. */
function show(name, value) {
  if (!(name in root.dataset)) return;
  root.dataset[name] = value;
  if (name === "theme") {
    document.querySelector('meta[name="color-scheme"]').content = value === "auto" ? "light dark" : value;
  }
}

document.addEventListener("change", ({ target }) => {
  const row = target.closest?.("[data-setting]");
  if (row && target.name === "value") show(row.dataset.setting, target.value);
});

/** What the field of a setting says now, as its form sends it. */
const text = (row) => String(new FormData(row).getAll("value").at(-1) ?? "");

/** What was last sent of each row that is on its way. */
const sent = new WeakMap();

// Enter sends a form that its change has sent already, or will in a moment: once is enough. Nothing that is so already is sent.
document.body.addEventListener("htmx:confirm", (event) => {
  const row = event.detail.elt;
  if (!("setting" in row.dataset)) return;
  const reset = event.detail.triggeringEvent?.submitter?.name === "reset";
  const refused = row.querySelector(".problem:not(:empty)");
  if (!reset && text(row) === (sent.get(row) ?? (refused ? null : row.dataset.value))) event.preventDefault();
  else sent.set(row, text(row));
});

function place(event) {
  const target = event.detail.target;
  return target?.closest?.(".settings-part") ? target : null;
}

document.body.addEventListener("htmx:beforeSwap", (event) => {
  const target = place(event);
  if (!target) return;
  if ("setting" in target.dataset && sent.get(target) !== text(target)) {
    // It was changed again meanwhile, and is sent again: that answer counts.
    event.detail.shouldSwap = false;
    return;
  }
  const { xhr } = event.detail;
  const page = new DOMParser().parseFromString(xhr.responseText, "text/html");
  const fresh = page.getElementById(target.id);
  if (fresh && "following" in target.dataset && "following" in fresh.dataset) {
    // It goes on: nothing is to be seen but the time, which goes by itself.
    event.detail.shouldSwap = false;
    return;
  }
  if (fresh) {
    // The page as it is now, or what was refused with its message: both take the place of what is here.
    event.detail.shouldSwap = true;
    event.detail.swapOverride = "outerHTML";
    return;
  }
  event.detail.shouldSwap = false;
  restore(target);
  notify(page.querySelector("main .detail, p")?.textContent ?? `Pixie answered ${xhr.status}.`);
});

document.body.addEventListener("htmx:sendError", (event) => {
  const target = place(event);
  if (!target) return;
  restore(target);
  notify("Pixie can’t be reached. Is it still running?");
});

/** The look as the server last said it; what was sent may be sent again. */
function restore(row) {
  sent.delete(row);
  if ("setting" in row.dataset) show(row.dataset.setting, row.dataset.value);
}

document.body.addEventListener("htmx:afterSettle", ({ detail }) => {
  const fresh = detail.elt;
  if (!fresh.closest?.(".settings-part")) return;
  restore(fresh);
  const problem = fresh.querySelector(".problem:not(:empty)");
  if (problem) announce(problem.textContent);
  else if (fresh.dataset.said && fresh.id !== "disk") announce(fresh.dataset.said);
  const wrong = fresh.querySelector('[aria-invalid="true"]');
  if (wrong) wrong.focus();
  // What had the focus may be gone with what was removed: go on from the heading, or from the setting itself.
  else if (document.activeElement === document.body && fresh.id !== "disk" && !("following" in fresh.dataset)) {
    fresh.querySelector("h2, input:checked, input:not([type='hidden'])")?.focus();
  }
});
